"""Where everything named lies: control, knobs, states, published numbers; and the scratch behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .graph import Graph, Node
from .kernel_view import is_leaf
from .layouts import Layout, plain
from .memory import ALIGNMENT, aligned, blocks, bytes_of, place
from .plan import Buffer, Extent, Space
from .types import BATCH, Shape, TensorType, evaluate
from .views import root

ROLES = ("weight", "slot", "counter", "statistic", "derived")
KNOB_BYTES = 4
SHARED = "parts"
"""The space in which the threads of a kernel put their parts of sums; no kernel finds in it what another left, but
zeros in its first cache line."""


@dataclass
class ArenaMap:
    """The buffers of a plan while it is put together; all programs of a network share the named ones.

    Weights lie one after another in the order of the graph, those with a gradient first; each kind of slot
    and the gradients lie in the same order. So one sweep over neighbours can update many weights.
    """

    sizes: Mapping[str, int]
    buffers: list[Buffer] = field(default_factory=list)
    indices: dict[str, int] = field(default_factory=dict)
    end: int = 0
    """Bytes used so far, without the scratch of programs."""
    scratch_bytes: int = 0

    def control(self, shared: int) -> None:
        """What every program reads; `shared`: numbers of the space for parts of sums."""
        self._reserve("rows", "control", TensorType((BATCH,), "int64"))
        self._reserve("clock", "control", TensorType((), "int64"))
        if shared:
            self._reserve(SHARED, "control", TensorType((shared,)))

    def leaves(self, graphs: Iterable[Graph]) -> None:
        """Knobs, states and columns of all graphs, each once."""
        all_graphs = tuple(graphs)
        for node in _once(all_graphs, "knob"):
            self._add(f"knob/{node.attr('name')}", "knob", node, self.end)
            self.end += KNOB_BYTES
        self.end = aligned(self.end)
        states = _once(all_graphs, "state")
        for node in sorted(states, key=_state_order(states, all_graphs)):
            self._reserve(f"state/{node.attr('name')}", "state", node.type, node.layout)
        for node in _once(all_graphs, "column"):
            self._add(f"column/{node.attr('name')}", "data", node, 0)

    def published(self, graphs: Iterable[Graph]) -> None:
        """One place for each published name, whichever program computes it."""
        for graph in graphs:
            for name, source in graph.outputs.items():
                if name.startswith("publish/"):
                    node = graph[root(graph, source)]
                    if name not in self.indices:
                        self._reserve(name, "published", node.type, node.layout)
                    known = self.buffers[self.indices[name]]
                    assert known.shape == _extents(node.type.shape), f"{name} has two shapes"

    def program(self, mode: str, graph: Graph) -> dict[str, int]:
        """The buffer of every tensor of the graph, by node; its scratch begins at `end`, over that of others."""
        pinned = dict(self._pinned(graph))
        base = self.end
        gradients = [name for name in graph.outputs if name.startswith("gradient/")]
        for name in sorted(gradients, key=lambda n: self.indices.get(n.replace("gradient/", "state/", 1), 0)):
            if (origin := root(graph, graph.outputs[name])) not in pinned:
                pinned[origin] = self._add(name, "scratch", graph[origin], base)
                base += aligned(evaluate(bytes_of(graph[origin]), self.sizes))
        scratch = blocks(graph, set(pinned), self.sizes)
        used = place(scratch.values())
        self.scratch_bytes = max(self.scratch_bytes, base + used - self.end)
        found = pinned | {
            node_id: self._add(f"{mode}:{node_id}", "scratch", graph[node_id], base + block.offset)
            for node_id, block in scratch.items()
        }
        self._name_outputs(graph, found)
        return found

    def _pinned(self, graph: Graph) -> Iterator[tuple[str, int]]:
        """Leaves, next values (which lie over the old ones) and published values."""
        for node in graph:
            if is_leaf(node) and (index := self.indices.get(_leaf_name(node))) is not None:
                yield node.id, index
        for name, source in graph.outputs.items():
            known = self.indices.get("state/" + name[5:] if name.startswith("next/") else name)
            if known is not None and name.startswith(("next/", "publish/")):
                yield root(graph, source), known

    def _name_outputs(self, graph: Graph, found: Mapping[str, int]) -> None:
        """A buffer under its own name for each output that shares one, or that is a view."""
        for name, source in graph.outputs.items():
            if name.startswith(("gradient/", "out/")) and name not in self.indices:
                shown = self.buffers[found[root(graph, source)]]
                self._add(name, shown.space, graph[source], shown.offset)

    def _reserve(self, name: str, space: Space, kind: TensorType, layout: Layout | None = None) -> int:
        """A buffer at the end of what is used, from a multiple of 64 bytes on."""
        node = Node(name, "", (), (), kind, (), layout or plain(kind.shape))
        index = self._add(name, space, node, self.end)
        self.end += aligned(evaluate(bytes_of(node), self.sizes))
        return index

    def _add(self, name: str, space: Space, node: Node, offset: int) -> int:
        layout = node.layout
        assert layout is not None, f"{node.id} has no layout"
        assert space in ("knob", "data") or offset % ALIGNMENT == 0, f"{name} begins at {offset}"
        self.indices[name] = len(self.buffers)
        self.buffers.append(
            Buffer(
                name=name,
                space=space,
                offset=offset,
                bytes=Extent.of(bytes_of(node)),
                dtype=node.type.dtype,
                shape=_extents(node.type.shape),
                order=layout.order,
                split=layout.split,
                pitch=layout.pitch,
            )
        )
        return self.indices[name]


def _extents(shape: Shape) -> tuple[Extent, ...]:
    return tuple(Extent.of(dim) for dim in shape)


def _once(graphs: Iterable[Graph], op: str) -> list[Node]:
    """The leaves of an op in all graphs, one of each name, in order of first appearance."""
    found = dict[object, Node]()
    for graph in graphs:
        for node in graph:
            if node.op == op:
                known = found.setdefault(node.attr("name"), node)
                assert (known.type, known.layout, known.attrs) == (node.type, node.layout, node.attrs), node.id
    return list(found.values())


def _leaf_name(node: Node) -> str:
    return node.op if node.op in ("rows", "clock") else f"{node.op}/{dict(node.attrs).get('name')}"


def _state_order(states: Iterable[Node], graphs: Iterable[Graph]) -> Callable[[Node], tuple[int, ...]]:
    """Sort key of states: by role; weights with a gradient before others; slots kind by kind, in the order of
    their weights."""
    moved = {name for graph in graphs for name in graph.outputs if name.startswith("gradient/")}
    names = [str(node.attr("name")) for node in states]
    places = {name: i for i, name in enumerate(names)}
    kinds = sorted({name.rpartition("/")[2] for name in names})

    def key(node: Node) -> tuple[int, ...]:
        name, role = str(node.attr("name")), str(node.attr("role"))
        weight, _, kind = name.rpartition("/")
        if role == "slot":
            return ROLES.index(role), kinds.index(kind), places.get(weight, places[name])
        return ROLES.index(role), int(f"gradient/{name}" not in moved), places[name]

    return key
