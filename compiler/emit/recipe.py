"""What a kernel is, as data: independent of names and of unknown sizes, so that equal layers share it.

    {"form", "columns", "pitch", "operands": [{"dtype", "kind", "pitch"}], "sizes": n,
     "body": [{"op", "args", "attrs", "kind"}], "exits": [[body index, operand index]], …}

An argument is `["in", operand]`, `["node", body index]`, `["size", index]` or a number.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..graph import Graph, Node
from ..ops.op import REGISTRY
from ..types import Dim, Size
from .site import GENERATORS, REDUCTIONS, Site, matrix

Recipe = dict[str, Any]
SAMPLES = (0.7, -1.3, 2.1, -0.4, 3.9, 0.05)


def operand(node: Node, kind: str) -> dict[str, Any]:
    """An operand as recipes have it: type, how it is read, and the elements from row to row (1: a number)."""
    return {"dtype": node.type.dtype, "kind": kind, "pitch": matrix(node).pitch if node.type.shape else 1}


def vector_recipe(site: Site, form: str, more: dict[str, Any] | None = None) -> tuple[Recipe, tuple[Dim, ...]]:
    """The recipe of a vector form, and its sizes: rows first, then the sizes its `size` nodes stand for."""
    graph = site.graph
    sizes: list[Dim] = [site.domain.rows]
    places = {node_id: i for i, node_id in enumerate(site.nodes)}
    inputs = {node_id: i for i, node_id in enumerate(site.operands)}

    def argument(node_id: str) -> Any:
        node = graph[node_id]
        if node_id in places:
            return ["node", places[node_id]]
        if node.op == "constant":
            return float(node.attr("value"))  # type: ignore[arg-type]
        if node.op == "size":
            size = Size(int(node.attr("factor")), tuple(node.attr("of")))  # type: ignore[call-overload,arg-type]
            sizes.append(size)
            return ["size", len(sizes) - 1]
        return ["in", inputs[node_id]]

    body = [
        {
            "op": "relayout" if node.op in REDUCTIONS and site.reduces(node) is None else node.op,
            "args": [argument(source) for source in node.inputs],
            "attrs": _attributes(node),
            "kind": site.kinds[node.id],
            "reduces": site.reduces(node),
        }
        for node in (graph[n] for n in site.nodes)
    ]
    operands = [operand(graph[n], site.kinds[n]) for n in site.operands]
    operands += [operand(graph[n], site.kinds[n]) for n in site.exits]
    zero = zero_at_pads(site)
    recipe: Recipe = {
        "form": form,
        "columns": site.domain.columns,
        "pitch": site.domain.pitch,
        "operands": operands,
        "body": body,
        "exits": [[places[n], len(site.operands) + i, n in zero] for i, n in enumerate(site.exits)],
        **(more or {}),
    }
    return recipe, tuple(sizes)


def moved_sizes(recipe: Recipe, sizes: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """The sizes behind the rows, one place later: a size of the form's own stands in front of them."""
    for node in recipe["body"]:
        node["args"] = [["size", a[1] + 1] if isinstance(a, list) and a[0] == "size" else a for a in node["args"]]
    return sizes[1:]


def zero_at_pads(site: Site) -> set[str]:
    """The nodes that are 0 in the pads whatever the numbers: tried with zeros for what is stored there."""
    return set.intersection(*(_zeros(site, start) for start in range(3)))


def _zeros(site: Site, start: int) -> set[str]:
    samples = itertools.islice(itertools.cycle(SAMPLES), start, None)
    values: dict[str, Any] = {}
    for node_id, kind in site.kinds.items():
        node = site.graph[node_id]
        if node.op == "constant":
            values[node_id] = np.float64(node.attr("value"))  # type: ignore[arg-type]
        elif node_id not in site.nodes:
            values[node_id] = np.float64(0.0 if kind in ("full", "col", "table") else next(samples))
    with np.errstate(all="ignore"):
        for node_id in site.nodes:
            values[node_id] = _at_pad(site.graph, site.graph[node_id], values, next(samples))
    return {node_id for node_id in site.nodes if values[node_id] == 0.0}


def _at_pad(graph: Graph, node: Node, values: dict[str, Any], other: float) -> Any:
    """The node's value where all that is padded is 0; any number where that says nothing."""
    if node.op in ("broadcast", "take"):
        return values[node.inputs[0]]
    if node.op in REDUCTIONS or node.op in GENERATORS or node.op == "matmul":
        return np.float64(0.0 if node.op == "matmul" else other)
    attrs = node.attributes
    if node.op == "cast":
        return values[node.inputs[0]]
    return np.float64(REGISTRY[node.op](*(values[s] for s in node.inputs), **attrs))


def _attributes(node: Node) -> dict[str, Any]:
    """Only what the text depends on."""
    if node.op in ("broadcast", "sum", "max", "argmax", "take", "matmul"):
        return {}
    if node.op == "uniform":
        return {"key": node.attr("key")}
    return dict(node.attributes)
