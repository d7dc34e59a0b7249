"""Groups of nodes that are alike make the same kernel: what was found for one of them holds for all.

Networks repeat their blocks, so of the groups that are looked at while kernels are formed most have been seen before
under other names. A group's kernel depends on its nodes and on what they read directly, and on nothing beyond.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..graph import Graph, Node
from ..types import Dim
from .recipe import Recipe
from .site import Misfit

Made = tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]
Former = Callable[[Graph, tuple[str, ...], frozenset[str]], Made]
MOST = 8192
"""Groups remembered at once; beyond, all are forgotten."""
WORD = re.compile(r"[^\s,;:]+")


class Remembered:
    """A former of kernels that looks at each kind of group once. Recipes are shared: nobody may change one."""

    def __init__(self, form: Former) -> None:
        self._form = form
        self._made = dict[object, tuple[Recipe, tuple[int, ...], tuple[Dim, ...]]]()
        self._refused = dict[object, tuple[str, tuple[str, ...]]]()

    def __call__(self, graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]) -> Made:
        key, names = signature(graph, nodes, exits)
        if (made := self._made.get(key)) is not None:
            recipe, operands, sizes = made
            return recipe, tuple(names[i] for i in operands), sizes
        if (refused := self._refused.get(key)) is not None:
            raise Misfit(_renamed(*refused, names))
        if len(self._made) + len(self._refused) > MOST:
            self._made.clear()
            self._refused.clear()
        try:
            found = self._form(graph, nodes, exits)
        except Misfit as reason:
            self._refused[key] = (str(reason), names)
            raise
        places = {name: i for i, name in enumerate(names)}
        self._made[key] = (found[0], tuple(places[name] for name in found[1]), found[2])
        return found


def signature(graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]) -> tuple[object, tuple[str, ...]]:
    """What two groups have in common when they are alike, and the names in which they differ, in one order."""
    places = {node_id: i for i, node_id in enumerate(nodes)}
    inside = []
    for node_id in nodes:
        node = graph[node_id]
        reads = tuple(places.setdefault(source, len(places)) for source in node.inputs)
        inside.append((*_told(node, node.attrs), reads, node_id in exits))
    names = tuple(places)
    outside = [_told(graph[name], _known(graph[name])) for name in names[len(nodes) :]]
    return (tuple(inside), tuple(outside)), names


def _told(node: Node, attrs: object) -> tuple[object, ...]:
    # as text, 0.0 and -0.0 are two, and so are 1 and 1.0
    return node.op, repr(attrs), node.type, node.layout


def _known(node: Node) -> object:
    """Of what is read from outside only constants and sizes are part of a kernel."""
    return node.attrs if node.op in ("constant", "size") else ()


def _renamed(reason: str, old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """The reason for one group, said of another that is alike."""
    others = dict(zip(old, new, strict=True))
    return WORD.sub(lambda word: others.get(word[0], word[0]), reason)
