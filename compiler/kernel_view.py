"""The graph as kernels see it: which nodes each one holds, what it reads and gives out, in which program.

Shared by the passes that group and order kernels, and by the plan's assembly. Everything is found from the
graph alone; nothing is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .graph import Graph, Node
from .ops.op import REGISTRY
from .views import is_view, root

ProgramName = Literal["gradients", "update"]


@dataclass(frozen=True, slots=True)
class KernelNodes:
    """One kernel: its nodes in order, and those of them read from outside or given out."""

    number: int
    nodes: tuple[str, ...]
    exits: frozenset[str]
    reads: tuple[str, ...]
    """The roots of the buffers it reads, without constants and sizes; each once, in order of use."""
    program: ProgramName


def kernels_of(graph: Graph) -> dict[int, KernelNodes]:
    """The kernels by number, in the order of their numbers."""
    members = dict[int, list[str]]()
    for node in graph:
        if node.kernel is not None:
            members.setdefault(node.kernel, []).append(node.id)
    first, given = wanted_first(graph), set(graph.outputs.values())
    found = dict[int, KernelNodes]()
    for number in sorted(members):
        nodes = tuple(members[number])
        program: ProgramName = "gradients" if any(node_id in first for node_id in nodes) else "update"
        found[number] = KernelNodes(number, nodes, _exits(graph, nodes, given), _reads(graph, nodes), program)
    return found


def wanted_first(graph: Graph) -> set[str]:
    """What the program `gradients` computes: all that an output other than a `next` needs."""
    return ancestors(graph, (source for name, source in graph.outputs.items() if not name.startswith("next/")))


def ancestors(graph: Graph, roots: Iterable[str]) -> set[str]:
    """The ids of `roots` and of everything they are computed from."""
    waiting, found = list(roots), set[str]()
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            waiting.extend(graph[node_id].inputs)
    return found


def _exits(graph: Graph, nodes: Iterable[str], given: set[str]) -> frozenset[str]:
    """The nodes that another kernel, a view or an output reads."""
    inside = set(nodes)
    return frozenset(n for n in inside if n in given or any(user not in inside for user in graph.users[n]))


def _reads(graph: Graph, nodes: Iterable[str]) -> tuple[str, ...]:
    inside = set(nodes)
    found = dict[str, None]()
    for node_id in nodes:
        for source in graph[node_id].inputs:
            if source not in inside and has_buffer(graph[source := root(graph, source)]):
                found[source] = None
    return tuple(found)


def has_buffer(node: Node) -> bool:
    """Whether the node lies in memory: constants and sizes are known without."""
    return node.op not in ("constant", "size")


def is_leaf(node: Node) -> bool:
    """Whether a node is a leaf op: an input, a state, a constant, a size."""
    return REGISTRY[node.op].kind == "leaf"


def is_view_in(graph: Graph, node: Node) -> bool:
    """Whether a node is what it reads, seen with other axes: nothing is computed."""
    return bool(node.inputs) and is_view(node, graph[node.inputs[0]])


def may_write_over(graph: Graph, nodes: Iterable[str], node_id: str, source: str) -> bool:
    """Whether a kernel of these nodes may put `node_id` where `source` lies, which it reads.

    It must do elementwise work and broadcasts alone, and read `source` itself (no view of it) element by
    element. And `node_id` must be computed from `source`: then each element has been read before its place is
    written, in whatever order a kernel stores what it gives out.
    """
    inside = set(nodes)
    if not all(REGISTRY[graph[n].op].kind == "elementwise" or graph[n].op == "broadcast" for n in inside):
        return False
    for reader in (graph[n] for n in inside):
        reads = [i for i in reader.inputs if root(graph, i) == source]
        if reads and (REGISTRY[reader.op].kind != "elementwise" or any(i != source for i in reads)):
            return False
    return _computed_from(graph, inside, node_id, source)


def _computed_from(graph: Graph, inside: set[str], node_id: str, source: str) -> bool:
    waiting, seen = [node_id], set[str]()
    while waiting:
        inputs = graph[waiting.pop()].inputs
        if source in inputs:
            return True
        waiting.extend(i for i in inputs if i in inside and i not in seen)
        seen.update(inputs)
    return False
