"""Every op is what it says: shapes, gradients to second order, scalar bodies, zeros. A new op needs no new test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.interpret import interpret
from netloom.compiler.ops import REGISTRY
from netloom.compiler.ops.op import Draw, Op
from netloom.compiler.types import TensorType

ORIGIN = (Origin("test.yaml", 1, "test"),)
CASES = [(op, draw) for op in REGISTRY.values() if op.kind != "leaf" for draw in op.draws]
IDS = [f"{op.name}-{i}" for i, (op, _) in enumerate(CASES)]
SMOOTH = [(op, draw) for op, draw in CASES if op.vjp_rule is not None and draw.values != "edges"]
FLAT = frozenset({"maximum", "minimum", "relu", "leaky_relu", "elu", "selu", "abs", "max", "where"})
"""Made of pieces: the second derivative of a piece may be 0, and the corners are kept away from."""

CHOOSE = frozenset({"where", "pool_max_back", "pool_max_pick", "fractional_max"})
"""Some of what they read says only which number is taken: it has no gradient, and its slope is 0."""


def drawn(op: Op, draw: Draw, seed: int) -> list[Any]:
    """Inputs in float64, kept away from the corners at 0 and between equals."""
    random = np.random.default_rng([seed, *op.name.encode()])
    made: list[Any] = []
    for i, shape in enumerate(draw.shapes):
        dtype = draw.dtypes[i] if draw.dtypes else "float64"
        if not dtype.startswith("float"):
            made.append(random.integers(0, 3, shape).astype(dtype))
        elif draw.values == "positive":
            made.append(random.uniform(0.3, 2.0, shape))
        elif draw.values == "edges":
            made.append(random.choice([0.0, 1.0, -1.0, 800.0, -800.0, 1e-30, 20.0, -20.0], shape))
        else:
            value = random.standard_normal(shape)
            made.append(value + np.sign(value) * 0.1)
    return made


def built(op: Op, draw: Draw, inputs: list[Any]) -> tuple[Builder, list[Value], Value]:
    builder = Builder(ORIGIN)
    leaves = [
        builder.leaf("state", TensorType(x.shape, "float32" if x.dtype.kind == "f" else str(x.dtype)), name=f"x{i}")  # type: ignore[arg-type]
        for i, x in enumerate(inputs)
    ]
    return builder, leaves, builder.add(op, leaves, name=None, **draw.attrs)


def values_of(inputs: list[Any]) -> dict[str, Any]:
    return {f"state/x{i}": x for i, x in enumerate(inputs)}


@pytest.mark.parametrize(("op", "draw"), CASES, ids=IDS)
def test_the_shape_rule_is_the_oracles(op: Op, draw: Draw) -> None:
    inputs = drawn(op, draw, 1)
    builder, _, result = built(op, draw, inputs)
    builder.output("out/y", result)
    found = interpret(builder.graph(), values_of(inputs), {"B": 3, "N": 6})["out/y"]
    assert found.shape == result.type.shape
    assert (found.dtype.kind == "f") == result.type.dtype.startswith("float")


def scalar_of(builder: Builder, value: Value, weights: Any) -> Value:
    """The sum of a tensor times fixed random numbers: one number that every element moves."""
    fixed = builder.leaf("state", value.type, name="weights", role="slot", trainable=False)
    product = builder.add("multiply", [value, fixed])
    assert weights.shape == value.type.shape
    return product if not value.type.shape else builder.add("sum", [product], axes=tuple(range(value.type.rank)))


def gradient(builder: Builder, op: Op, draw: Draw, leaves: list[Value], y: Value, g: Value) -> list[Value | None]:
    assert op.vjp_rule is not None
    return list(op.vjp_rule(g, y, *leaves, **op.complete(draw.attrs)))


def slope(graph: Graph, values: Mapping[str, Any], name: str, direction: Any, output: str) -> float:
    h = 1e-6
    sides = [
        float(interpret(graph, {**values, name: values[name] + sign * h * direction}, {"B": 3, "N": 6})[output])
        for sign in (-1.0, 1.0)
    ]
    return (sides[1] - sides[0]) / (2 * h)


@pytest.mark.parametrize(("op", "draw"), SMOOTH, ids=[f"{o.name}-{i}" for i, (o, _) in enumerate(SMOOTH)])
def test_the_gradient_is_the_slope_to_second_order(op: Op, draw: Draw) -> None:
    inputs = drawn(op, draw, 2)
    random = np.random.default_rng(3)
    builder, leaves, y = built(op, draw, inputs)
    weights = random.standard_normal(y.type.shape)
    loss = scalar_of(builder, y, weights)
    builder.output("loss", loss)
    g = builder.leaf("state", y.type, name="weights", role="slot", trainable=False)
    parts = gradient(builder, op, draw, leaves, y, g)
    values = {**values_of(inputs), "state/weights": weights}
    moved = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]
    directions = {i: random.standard_normal(inputs[i].shape) for i in moved}
    for i in moved:
        part = parts[i]
        if part is None:
            assert op.name in CHOOSE
            continue
        assert part.type.shape == leaves[i].type.shape
        fixed = builder.leaf("state", part.type, name=f"d{i}", role="slot", trainable=False)
        product = builder.add("multiply", [part, fixed])
        axes = tuple(range(part.type.rank))
        builder.output(f"slope{i}", builder.add("sum", [product], axes=axes) if axes else product)
        values[f"state/d{i}"] = directions[i]
    graph = builder.graph()
    found = interpret(graph, values, {"B": 3, "N": 6})
    for i in moved:
        name = f"state/x{i}"
        if parts[i] is None:
            assert slope(graph, values, name, directions[i], "loss") == 0
            continue
        assert float(found[f"slope{i}"]) == pytest.approx(
            slope(graph, values, name, directions[i], "loss"), rel=1e-5, abs=1e-7
        )
        second_order(op, graph, values, name, directions[i], f"slope{i}")


def second_order(op: Op, graph: Graph, values: Mapping[str, Any], name: str, direction: Any, output: str) -> None:
    """The gradient's own graph can be differentiated again: every op in it has a gradient or is flat."""
    wanted, waiting = set[str](), [graph.outputs[output]]
    while waiting:
        node_id = waiting.pop()
        if node_id not in wanted:
            wanted.add(node_id)
            waiting += graph[node_id].inputs
    for node in graph:
        if node.id in wanted and REGISTRY[node.op].vjp_rule is None:
            assert REGISTRY[node.op].no_gradient is not None
    assert np.isfinite(slope(graph, values, name, direction, output)), op.name


ELEMENTWISE = [(op, draw) for op, draw in CASES if op.kind == "elementwise" and op.name != "cast"]


@pytest.mark.parametrize(("op", "draw"), ELEMENTWISE, ids=[f"{o.name}-{i}" for i, (o, _) in enumerate(ELEMENTWISE)])
def test_the_scalar_body_is_the_oracle(op: Op, draw: Draw) -> None:
    inputs = drawn(op, draw, 4)
    attrs = op.complete(draw.attrs)
    with np.errstate(all="ignore"):
        wanted = np.broadcast_to(op(*inputs, **attrs), inputs[0].shape)
    assert op.scalar_body is not None
    for index in np.ndindex(inputs[0].shape):
        try:
            found = op.scalar_body(*(float(x[index]) for x in inputs), *attrs.values())
        except OverflowError:
            found = np.inf
        assert found == pytest.approx(float(wanted[index]), rel=1e-9, abs=1e-300, nan_ok=True)


@pytest.mark.parametrize("op", [o for o in REGISTRY.values() if o.kind == "elementwise"], ids=lambda o: o.name)
def test_zero_is_kept_where_it_is_said_to_be(op: Op) -> None:
    kept = []
    for draw in op.draws:
        zeros = [np.zeros(3) for _ in draw.shapes]
        with np.errstate(all="ignore"):
            kept.append(bool((np.asarray(op(*zeros, **op.complete(draw.attrs))) == 0).all()))
    assert op.keeps_zero == all(kept)


@pytest.mark.parametrize("op", list(REGISTRY.values()), ids=lambda o: o.name)
def test_the_docstring_is_a_page(op: Op) -> None:
    assert "Source:" in op.doc
    assert len(op.doc.split("Source:")[0].strip()) > 3
