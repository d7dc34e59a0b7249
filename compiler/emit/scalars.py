"""The form `numbers`: arithmetic on single numbers of any type, in double precision, by one thread."""

from __future__ import annotations

from typing import Any

from ..graph import Graph
from ..ops.op import REGISTRY
from ..types import Dim, Size
from .bodies import double_text, number
from .recipe import Recipe
from .site import Misfit


def numbers_recipe(
    graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]
) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands and sizes; `Misfit` where a node is no elementwise op on numbers."""
    inside = {n: i for i, n in enumerate(nodes)}
    reads: dict[str, None] = {}
    sizes: list[Dim] = []

    def argument(source: str) -> Any:
        node = graph[source]
        if source in inside:
            return ["node", inside[source]]
        if node.op == "constant":
            return float(node.attr("value"))  # type: ignore[arg-type]
        if node.op == "size":
            sizes.append(Size(int(node.attr("factor")), tuple(node.attr("of"))))  # type: ignore[call-overload,arg-type]
            return ["size", len(sizes) - 1]
        reads[source] = None
        return ["in", list(reads).index(source)]

    body = []
    for node in (graph[n] for n in nodes):
        if node.type.shape or (REGISTRY[node.op].kind != "elementwise" and node.op not in ("broadcast", "relayout")):
            raise Misfit(f"{node.id} is no arithmetic on numbers")
        if any(graph[s].type.shape for s in node.inputs):
            raise Misfit(f"{node.id} reads a tensor")
        op = "relayout" if node.op == "broadcast" else node.op
        attrs = {} if op == "relayout" else dict(node.attributes)
        body.append({"op": op, "args": [argument(s) for s in node.inputs], "attrs": attrs})
    given = [n for n in nodes if n in exits]
    operands = [{"dtype": graph[n].type.dtype} for n in (*reads, *given)]
    recipe: Recipe = {
        "form": "numbers",
        "operands": operands,
        "body": body,
        "exits": [[inside[n], len(reads) + i] for i, n in enumerate(given)],
    }
    return recipe, (*reads, *given), tuple(sizes)


def numbers_text(recipe: Recipe) -> str:
    """One statement a node."""
    lines = ["def kernel(arena, offsets, sizes, thread, threads):", "    if thread == 0:"]

    def text(argument: Any) -> str:
        if not isinstance(argument, list):
            return number(argument)
        where, index = argument
        if where == "in":
            return f"get_{recipe['operands'][index]['dtype']}(arena + get(offsets, {index}), 0)"
        return f"float(get(sizes, {index}))" if where == "size" else f"x{index}"

    for i, node in enumerate(recipe["body"]):
        given = [text(a) for a in node["args"]]
        made = given[0] if node["op"] == "relayout" else double_text(REGISTRY[node["op"]], given, node["attrs"])
        lines.append(f"        x{i} = float({made})")
    for node, place in recipe["exits"]:
        dtype = recipe["operands"][place]["dtype"]
        lines.append(f"        put_{dtype}(arena + get(offsets, {place}), 0, x{node})")
    return "\n".join(lines) + "\n"
