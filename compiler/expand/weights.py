"""Weights in ops: shared, tied, masked, divided by their norm."""

from __future__ import annotations

from typing import cast

from ..experiment import LayerWeight, weights_of
from ..graph import Node, Value
from ..types import TensorType, product
from .registry import Scene

MATRIX = 2
DIRECTION = ("normal", (("mean", 0.0), ("deviation", 1.0)))


def weight(scene: Scene, node: Node, part: str) -> Value | None:
    """The layer's weight of that word, as the layer reads it; None where it has none."""
    found = next((each for each in weights_of(node) if each.part == part), None)
    if found is None:
        return None
    value = weight_leaf(scene, found)
    if found.transposed:
        value = value.builder.add("transpose", [value], order=tuple(reversed(range(value.type.rank))))
    if found.norm == "weight":
        lengths = next(each for each in weights_of(node) if each.part == f"{part}.scale")
        value = _of_length(value, weight_leaf(scene, lengths))
    elif found.norm == "spectral":
        value = _spectral(scene, found, value)
    return value if found.mask is None else _masked(scene, node, found, value)


def weight_leaf(scene: Scene, found: LayerWeight) -> Value:
    """The state that holds a weight; layers that share it share the leaf."""
    return scene.builder.leaf(
        "state", TensorType(found.shape), name=found.name, role="weight", trainable=found.trainable, start=found.start
    )


def _kept(scene: Scene, name: str, shape: tuple[int, ...], start: object) -> Value:
    return scene.builder.leaf("state", TensorType(shape), name=name, role="statistic", trainable=False, start=start)


def _masked(scene: Scene, node: Node, found: LayerWeight, value: Value) -> Value:
    """w where the mask is 1, else 0; what is masked has no gradient either."""
    shape = cast(tuple[int, ...], value.type.shape)
    start = ("values", (("values", found.mask),))
    return cast(Value, value * _kept(scene, f"{node.id}.{found.part}.mask", shape, start))


def _of_length(value: Value, lengths: Value) -> Value:
    """length * v / |v|, row by row.  Source: Salimans & Kingma 2016, arXiv:1602.07868."""
    axes = tuple(range(1, value.type.rank))
    add = value.builder.add
    have = add("sqrt", [add("sum", [add("square", [value])], axes=axes)])
    factor = cast(Value, lengths / have)
    return cast(Value, value * add("broadcast", [factor], shape=value.type.shape, axes=(0,)))


def _spectral(scene: Scene, found: LayerWeight, value: Value) -> Value:
    """w / sigma, sigma the largest singular value as one step of power iteration finds it.

    The direction it starts from is kept from step to step; no gradient goes through the iteration itself.
    Source: Miyato et al. 2018, arXiv:1802.05957.
    """
    add, rows = value.builder.add, cast(int, value.type.shape[0])
    columns = cast(int, product(value.type.shape[1:]))
    table = value if value.type.rank == MATRIX else add("reshape", [value], shape=(rows, columns))
    still = add("stop_gradient", [table])
    name = f"{found.name}.direction"
    before = add("reshape", [_kept(scene, name, (rows,), DIRECTION)], shape=(1, rows))
    right = _unit(add("matmul", [before, still]))
    left = _unit(add("matmul", [right, still], transpose_b=True))
    if scene.mode == "train":
        scene.builder.output(f"next/{name}", add("reshape", [left], shape=(rows,)))
    seen = add("matmul", [left, table])
    sigma = add("sum", [cast(Value, seen * right)], axes=(0, 1))
    return cast(Value, value / value.builder.broadcast(sigma, value.type))


def _unit(row: Value) -> Value:
    """A row (1, n) at length 1; one of zeros stays what it is."""
    length = row.builder.add("sqrt", [row.builder.add("sum", [row.builder.add("square", [row])], axes=(0, 1))])
    return cast(Value, row / row.builder.broadcast(row.builder.add("maximum", [length, 1e-12]), row.type))
