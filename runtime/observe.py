"""Looking inside a step without changing it: the graph interpreted beside the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..compiler.graph import Graph, Node
from ..compiler.interpret import interpret_all, leaf_name
from .engine import Engine
from .order import Rows
from .train import NotFinite


def values_for(
    graph: Graph, engine: Engine, columns: Mapping[str, Any], rows: Rows, knobs: Mapping[str, float]
) -> dict[str, Any]:
    """What the leaves of a graph are in the engine right now."""
    found: dict[str, Any] = {"rows": rows, "clock": np.int64(engine.clock)}
    for node in graph:
        name = leaf_name(node) if node.op in ("column", "state", "knob") else None
        if node.op == "column":
            found[str(name)] = columns[str(node.attr("name"))]
        elif node.op == "state":
            found[str(name)] = engine.read(str(name))
        elif node.op == "knob":
            found[str(name)] = np.float32(knobs[str(node.attr("name"))])
    return found


def first_not_finite(
    graph: Graph, engine: Engine, columns: Mapping[str, Any], rows: Rows, knobs: Mapping[str, float]
) -> NotFinite:
    """The first tensor of the step, in order, that holds a number that is not finite, and the line behind it."""
    values = values_for(graph, engine, columns, rows, knobs)
    every = interpret_all(graph, values, {"B": len(rows), "N": len(rows)}, "float32")
    for node in graph:
        array = every[node.id]
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return _said(node, array)
    return NotFinite("the loss or the gradient is not finite; computed again, slowly, every number is")


def _said(node: Node, array: Any) -> NotFinite:
    origin = node.origins[0]
    word = "NaN" if np.isnan(array).any() else "infinite"
    count = int((~np.isfinite(array)).sum())
    given = f" ({count} of {array.size} numbers)" if array.size > 1 else ""
    if node.op in ("column", "take"):
        what = f"the data has {word} values{given}"
    elif node.op == "state":
        what = f"`{node.attr('name')}` is {word}{given}"
    else:
        what = f"`{node.op}` gives {word}{given} in `{origin.path}`"
    return NotFinite(what, origin.file, origin.line, origin.path, node.op)
