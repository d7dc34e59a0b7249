"""The oracle of everything faster: a graph run node by node with NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..dsl.diagnostics import NetloomError
from .derived import definitions
from .graph import Graph, Node
from .kernel_view import ancestors
from .ops import REGISTRY
from .types import Size, evaluate

Array = npt.NDArray[Any]
Precision = Literal["float32", "float64"]


class MissingValue(NetloomError):  # noqa: N818  says what it is
    """A leaf of the graph was given no value."""


def leaf_name(node: Node) -> str:
    """The name a leaf's value goes by: `column/x`, `state/dense1.weights`, `knob/rate`, `rows`, `clock`."""
    return node.op if node.op in ("rows", "clock") else f"{node.op}/{node.attr('name')}"


def interpret(
    graph: Graph, values: Mapping[str, Array], sizes: Mapping[str, int], precision: Precision = "float64"
) -> dict[str, Array]:
    """The graph's outputs by name. All float tensors are computed in `precision`."""
    every = interpret_all(graph, values, sizes, precision)
    return {name: every[node_id] for name, node_id in graph.outputs.items()}


def interpret_all(
    graph: Graph,
    values: Mapping[str, Array],
    sizes: Mapping[str, int],
    precision: Precision = "float64",
    given: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Every node's value by id. A state that is computed from others (`derived.py`) is what it will be next. Nodes that
    are `given` have these values, whatever goes into them."""
    found: dict[str, Array] = {}
    given = given or {}
    defined = definitions(graph)
    early = ancestors(graph, defined.values()) if defined else set()
    for node in sorted(graph, key=lambda node: node.id not in early) if defined else graph:
        if node.id in given:
            found[node.id] = given[node.id]
            continue
        if node.id in defined:
            found[node.id] = found[defined[node.id]]
            continue
        with np.errstate(all="ignore"):
            result = _value(node, found, values, sizes, precision)
        found[node.id] = _in_precision(np.asarray(result), precision)
    return found


def _value(
    node: Node,
    found: Mapping[str, Array],
    values: Mapping[str, Array],
    sizes: Mapping[str, int],
    precision: Precision,
) -> Any:
    attrs = node.attributes
    if node.op == "size":
        return np.float64(evaluate(Size(int(attrs["factor"]), tuple(attrs["of"])), sizes))  # type: ignore[call-overload,arg-type]
    if node.op == "constant":
        return np.asarray(attrs["value"], node.type.dtype if precision == "float32" else None)
    if REGISTRY[node.op].kind == "leaf":
        name = leaf_name(node)
        if name not in values:
            raise MissingValue(f"no value given for {name}")
        return values[name]
    if node.op == "cast" and str(attrs["dtype"]).startswith("float"):
        attrs["dtype"] = precision
    known = {name: _numbers(value, sizes) for name, value in attrs.items()}
    return REGISTRY[node.op](*(found[source] for source in node.inputs), **known)


def _numbers(value: object, sizes: Mapping[str, int]) -> object:
    if isinstance(value, Size):
        return evaluate(value, sizes)
    if isinstance(value, tuple):
        return tuple(_numbers(item, sizes) for item in value)
    return value


def _in_precision(array: Array, precision: Precision) -> Array:
    return array.astype(precision) if array.dtype.kind == "f" and array.dtype != precision else array
