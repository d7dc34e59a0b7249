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
    return REGISTRY[node.op].kind == "leaf"


def is_view_in(graph: Graph, node: Node) -> bool:
    return bool(node.inputs) and is_view(node, graph[node.inputs[0]])


def keeps_places(graph: Graph, nodes: Iterable[str]) -> bool:
    """Whether a kernel of these nodes writes each element after reading what lies at the same place, and
    nothing after that: elementwise work and broadcasts alone. Only such a kernel may write over its inputs."""
    return all(REGISTRY[graph[n].op].kind == "elementwise" or graph[n].op == "broadcast" for n in nodes)


def reads_in_place(graph: Graph, nodes: Iterable[str], source: str) -> bool:
    """Whether these nodes read `source` itself (no view of it), element by element."""
    inside = tuple(nodes)
    readers = [graph[n] for n in inside if any(root(graph, i) == source for i in graph[n].inputs)]
    return all(
        REGISTRY[reader.op].kind == "elementwise"
        and all(i == source or root(graph, i) != source for i in reader.inputs)
        for reader in readers
    )
