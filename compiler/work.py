"""What a kernel has to do at least: multiply-adds, other operations, bytes in and out. Counted from its nodes' types.

A tensor that several nodes of a kernel read counts once, one that never leaves the kernel not at all; padding is none
of the work. Nothing here is measured, and nothing depends on the machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import cast

from .graph import Graph, Node, Origin
from .kernel_view import KernelNodes, ancestors, has_buffer, is_leaf
from .ops.op import REGISTRY
from .plan import Amount, Extent, Phase, Work
from .types import ITEM_BYTES, Dim, Size, evaluate, product
from .views import VIEW_OPS, root

USUAL = {"B": 64, "N": 1 << 20}
"""Sizes by which parts of one kernel are weighed against each other."""


def _matmul(graph: Graph, node: Node) -> Dim:
    left = graph[node.inputs[0]].type.shape
    shared = left[-2 if node.attr("transpose_a") else -1]
    return product((*node.type.shape, shared))


def _depthwise(graph: Graph, node: Node) -> Dim:
    # every place of the smaller picture, the one that windows are counted on, reads a window of its own
    placed = {"depthwise": node, "depthwise_data": graph[node.inputs[0]], "depthwise_filters": graph[node.inputs[1]]}
    return product((*placed[node.op].type.shape, *cast("tuple[int, int]", node.attr("size"))))


MULTIPLY_ADDS: dict[str, Callable[[Graph, Node], Dim]] = {
    "matmul": _matmul, "batch_matmul": _matmul,
    **dict.fromkeys(("depthwise", "depthwise_data", "depthwise_filters"), _depthwise),
}  # fmt: skip
"""How many a contraction does: an entry for every op of that kind."""

ADDS_INPUT = frozenset(
    {"unwindows", "pool_spread", "pool_max_back", "scatter_add", "resample_back", "fractional_max_back"}
)
"""Ops that move every element they read and add it to others."""
LEARNED = ("gradient/", "next/", "guard/")
"""Beginnings of the outputs that learning asks for."""
MAKES = frozenset({"uniform", "one_hot", "warp"})
"""Ops that move nothing: each element of the result is calculated."""


def multiply_adds(graph: Graph, node: Node) -> Dim:
    """Of one node; an op that is no contraction has none."""
    if REGISTRY[node.op].kind != "contraction":
        return 0
    return MULTIPLY_ADDS[node.op](graph, node)


def operations(graph: Graph, node: Node) -> Dim:
    """Additions, comparisons, functions: one an element, whatever it takes to calculate one; so the least there is."""
    kind = REGISTRY[node.op].kind
    if kind == "elementwise" or node.op in MAKES:
        return node.type.elements
    if kind == "reduction" or node.op in ADDS_INPUT:
        return graph[node.inputs[0]].type.elements
    if node.op in ("pool_max", "pool_sum", "pool_max_pick", "fractional_max"):
        return product((node.type.elements, *cast("tuple[int, ...]", node.attr("size"))))
    return 0


class Tally:
    """Counts the work of the kernels of one program's graph."""

    def __init__(self, mode: str, graph: Graph) -> None:
        self._mode, self._graph = mode, graph

    def work(self, kernel: KernelNodes, paths: Iterable[Origin], done: Fraction = Fraction(1)) -> Work:
        """The work of a kernel. `paths`: the origins that its time is shared out to, in their order; `done`: how many
        of the multiply-adds that its nodes stand for it does, where it knows a shorter way."""
        nodes = [self._graph[node_id] for node_id in kernel.nodes]
        return Work(
            multiply_adds=_part(amount(multiply_adds(self._graph, node) for node in nodes), done),
            operations=amount(operations(self._graph, node) for node in nodes),
            read=amount(self._reads(nodes)),
            written=amount(_bytes(node) for node in nodes if node.id in kernel.exits),
            phase=self._phase(kernel),
            weights=self._weights(nodes, paths),
        )

    def origins(self, nodes: Iterable[str]) -> list[Origin]:
        """The lines that asked for what some nodes calculate, each once, in the order of the file.

        A number that many layers read (an epsilon, one over a size) is one node for all of them, and is calculated
        wherever it is read: whoever reads it elsewhere has no part here.
        """
        members = [self._graph[node_id] for node_id in nodes]
        own = [node for node in members if node.id not in self._numbers] or members
        return sorted({origin for node in own for origin in node.origins})

    @cached_property
    def _numbers(self) -> set[str]:
        """Single numbers made of constants and states alone, in whatever shape they are laid out."""
        found = set[str]()
        for node in self._graph:
            laid_out = node.op in ("broadcast", *VIEW_OPS)
            if is_leaf(node) or ((laid_out or node.type.elements == 1) and found.issuperset(node.inputs)):
                found.add(node.id)
        return found

    def _reads(self, nodes: list[Node]) -> Iterable[Dim]:
        inside = {node.id for node in nodes}
        found: dict[str, Dim] = {}
        for node in nodes:
            for source in (self._graph[name] for name in node.inputs if name not in inside):
                if not has_buffer(source):
                    continue
                # of a table, only the rows that are taken; of a tensor that is cut, only the piece
                moves = REGISTRY[node.op].kind == "movement" and node.op not in MAKES
                part = product((node.type.elements, ITEM_BYTES[source.type.dtype]))
                read = min(_bytes(source), part, key=_usual) if moves else _bytes(source)
                home = root(self._graph, source.id)
                found[home] = max(found.get(home, 0), read, key=_usual)
        return found.values()

    def _phase(self, kernel: KernelNodes) -> Phase:
        if kernel.program == "update":
            return "update"
        return "backward" if self._mode == "train" and self._backward.issuperset(kernel.nodes) else "forward"

    @cached_property
    def _backward(self) -> set[str]:
        """What is there for the next weights' sake, and not for the loss."""
        outputs = self._graph.outputs
        learned = ancestors(self._graph, (node for name, node in outputs.items() if name.startswith(LEARNED)))
        return learned - ancestors(self._graph, (node for name, node in outputs.items() if name == "loss"))

    def _weights(self, nodes: list[Node], paths: Iterable[Origin]) -> tuple[float, ...]:
        shares: dict[Origin, float] = dict.fromkeys(paths, 0.0)
        for node in nodes:
            work = (multiply_adds(self._graph, node), operations(self._graph, node), node.type.elements)
            # origins that are not asked for read the same number elsewhere
            for origin in shares.keys() & set(node.origins):
                shares[origin] += sum(map(_usual, work)) / len(node.origins)
        return tuple(shares.values())


def amount(dims: Iterable[Dim]) -> Amount:
    """A sum of sizes, those of equal names together."""
    factors: dict[tuple[str, ...], int] = {}
    for dim in dims:
        names = dim.names if isinstance(dim, Size) else ()
        factors[names] = factors.get(names, 0) + (dim.factor if isinstance(dim, Size) else dim)
    return tuple(Extent(factor=factor, names=names) for names, factor in sorted(factors.items()) if factor)


def total(parts: Amount, sizes: Mapping[str, int]) -> int:
    """The number a sum stands for when its names have the given values."""
    return sum(part.factor * math.prod(sizes[name] for name in part.names) for part in parts)


def together(one: Work, other: Work, weights: tuple[float, ...]) -> Work:
    """The work of two calls that became one; `weights` are those of its origins."""
    both = {
        name: added(getattr(one, name), getattr(other, name))
        for name in ("multiply_adds", "operations", "read", "written")
    }
    return Work(**both, phase=one.phase, weights=weights)


def added(one: Amount, other: Amount) -> Amount:
    """The sum of two amounts, size by size."""
    return amount(Size(part.factor, part.names) if part.names else part.factor for part in (*one, *other))


def _part(whole: Amount, share: Fraction) -> Amount:
    return tuple(part.model_copy(update={"factor": round(part.factor * share)}) for part in whole)


def _bytes(node: Node) -> Dim:
    return product((node.type.elements, ITEM_BYTES[node.type.dtype]))


def _usual(dim: Dim) -> float:
    return evaluate(dim, USUAL)
