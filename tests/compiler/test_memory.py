"""Where tensors lie: a network run kernel by kernel in one arena full of NaN gives what the interpreter gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.arena_map import ArenaMap
from netloom.compiler.graph import Graph
from netloom.compiler.interpret import interpret
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.memory import Block, place
from netloom.compiler.ops import REGISTRY
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.fuse import Fuse
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.merge import Merge
from netloom.compiler.passes.optimise import Optimise
from netloom.compiler.passes.schedule import Schedule
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.plan import Buffer
from netloom.compiler.stages import run
from netloom.compiler.verify import random_values
from netloom.compiler.views import root

Array = npt.NDArray[Any]
RATE = ("learning_rate", ("constant", (("value", 0.1),)))
ADAM = Optimise("adam", (RATE, ("beta1", 0.9), ("beta2", 0.99), ("epsilon", 1e-8)))
BOUND, ROWS = 4, 5


class Chance:
    """Several nodes are one kernel with a chance, the same whenever asked."""

    def __init__(self, accepts: float, seed: int) -> None:
        self.accepts, self.seed = accepts, seed

    def refusal(self, _graph: Graph, nodes: tuple[str, ...], _exits: frozenset[str]) -> str | None:
        likely = len(nodes) == 1 or random.Random(f"{self.seed} {nodes}").random() < self.accepts
        return None if likely else "chance is against it"

    def emit(self, *_: object) -> None:
        raise AssertionError("nothing is emitted here")

    def fingerprint(self, *_: object) -> str:
        raise AssertionError("nothing is emitted here")


class Memory:
    """An arena whose planned part begins as NaN, with the columns behind it."""

    def __init__(self, arena: ArenaMap, sizes: Mapping[str, int]) -> None:
        self._arena, self._sizes = arena, dict(sizes)
        self._bytes = np.frombuffer(b"\xff" * (arena.end + arena.scratch_bytes), np.uint8).copy()
        self._columns: dict[str, Array] = {}

    def write(self, index: int, value: Array) -> None:
        buffer = self._arena.buffers[index]
        if buffer.space == "data":
            self._columns[buffer.name] = value
            return
        shape = tuple(extent.at(self._sizes) for extent in buffer.shape)
        turned = np.transpose(np.asarray(value).reshape(shape), buffer.order)
        rows = int(np.prod(turned.shape[: buffer.split], dtype=np.int64))
        matrix = np.zeros((rows, buffer.pitch), buffer.dtype)
        matrix[:, : turned.size // max(rows, 1)] = turned.reshape(rows, -1)
        raw = matrix.reshape(-1).view(np.uint8)
        assert raw.size == buffer.bytes.at(self._sizes)
        self._bytes[buffer.offset : buffer.offset + raw.size] = raw

    def read(self, index: int) -> Array:
        buffer = self._arena.buffers[index]
        if buffer.space == "data":
            return self._columns[buffer.name]
        shape = tuple(extent.at(self._sizes) for extent in buffer.shape)
        raw = self._bytes[buffer.offset : buffer.offset + buffer.bytes.at(self._sizes)]
        matrix = raw.view(buffer.dtype).reshape(-1, buffer.pitch)
        lie = [shape[axis] for axis in buffer.order]
        columns = int(np.prod(lie[buffer.split :], dtype=np.int64))
        return np.transpose(matrix[:, :columns].reshape(lie), np.argsort(buffer.order))


def executed(graph: Graph, arena: ArenaMap, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Memory:
    """Every kernel in order. A kernel works out one exit after another and reads each of its inputs when it is
    first needed, so an exit that is written too soon over an input spoils those behind it."""
    places = arena.program("train", graph)
    memory = Memory(arena, sizes)
    for node in graph:
        if node.id in places and REGISTRY[node.op].kind == "leaf":
            memory.write(places[node.id], values[arena.buffers[places[node.id]].name])
    for kernel in kernels_of(graph).values():
        part: dict[str, Array] = {}
        for node_id in (n for n in kernel.nodes if n in kernel.exits):
            needed = ancestors_inside(graph, kernel.nodes, node_id)
            wanted = {root(graph, source) for n in needed for source in graph[n].inputs} & set(kernel.reads)
            part |= {source: memory.read(places[source]).copy() for source in wanted - part.keys()}
            memory.write(places[node_id], run_nodes(graph, needed, part, sizes)[node_id])
    return memory


def ancestors_inside(graph: Graph, nodes: tuple[str, ...], node_id: str) -> tuple[str, ...]:
    """The nodes of the kernel that this one is computed from, and itself, in order."""
    found = {node_id}
    for other in reversed(nodes):
        if other in found:
            found.update(source for source in graph[other].inputs if source in nodes)
    return tuple(n for n in nodes if n in found)


def run_nodes(
    graph: Graph, nodes: tuple[str, ...], known: Mapping[str, Array], sizes: Mapping[str, int]
) -> dict[str, Array]:
    """The nodes of one kernel by the oracle, from the tensors it reads."""
    wanted = dict.fromkeys(nodes)
    for node_id in nodes:
        for source in graph[node_id].inputs:
            wanted |= dict.fromkeys(_path(graph, source))
    part = {}
    for node in graph:
        if node.id in known:
            attrs = (("name", node.id), ("role", "slot"), ("trainable", False), ("start", ()))
            part[node.id] = type(node)(node.id, "state", (), attrs, node.type, node.origins)
        elif node.id in wanted:
            part[node.id] = node
    given_values = {f"state/{name}": value for name, value in known.items()}
    return interpret(Graph(part, {n: n for n in nodes}), given_values, sizes, "float32")


def _path(graph: Graph, source: str) -> list[str]:
    """A node outside the kernel, with the views between it and its root."""
    path = [source]
    while root(graph, path[-1]) != path[-1]:
        path.append(graph[path[-1]].inputs[0])
    return path


def planned(graph: Graph) -> ArenaMap:
    arena = ArenaMap({"B": BOUND})
    arena.control(0)
    arena.leaves([graph])
    arena.published([graph])
    return arena


@given(data=st.data())
def test_the_arena_gives_what_the_interpreter_gives(
    data: st.DataObject, draw_graph: Callable[[st.DataObject], Graph]
) -> None:
    chance = Chance(data.draw(st.sampled_from((0.0, 0.5, 0.9, 1.0))), data.draw(st.integers(0, 99)))
    lower = [Gradient(), ADAM, Simplify(), Merge(), Decompose(), Simplify(), Merge(), LayOut()]
    graph = run([*lower, Fuse(chance), Schedule()], draw_graph(data))
    sizes = {"B": data.draw(st.integers(1, BOUND), label="B"), "N": ROWS}
    values = random_values(graph, sizes, 0)
    arena = planned(graph)
    memory = executed(graph, arena, values, sizes)
    expected = interpret(graph, values, sizes, "float32")
    for name, value in expected.items():
        kind, _, rest = name.partition("/")
        index = arena.indices.get(f"state/{rest}" if kind == "next" else name)
        if index is not None:
            np.testing.assert_allclose(memory.read(index), value, rtol=2e-5, atol=2e-5, err_msg=name)


@given(data=st.data())
def test_no_two_live_buffers_overlap(data: st.DataObject, draw_graph: Callable[[st.DataObject], Graph]) -> None:
    lower = [Gradient(), ADAM, Simplify(), Merge(), Decompose(), Merge(), LayOut()]
    graph = run([*lower, Fuse(Chance(0.5, 1)), Schedule()], draw_graph(data))
    arena = planned(graph)
    places = arena.program("train", graph)
    kept = [b for b in arena.buffers if b.space in ("control", "knob", "state", "published")]
    for i, a in enumerate(kept):
        assert all(apart(a, b) for b in kept[i + 1 :])
    for i, a_id in enumerate(places):
        for b_id in list(places)[i + 1 :]:
            a, b = arena.buffers[places[a_id]], arena.buffers[places[b_id]]
            if a.space == b.space == "scratch" and places[a_id] != places[b_id]:
                assert apart(a, b) or not both_live(graph, a_id, b_id), (a.name, b.name)


def apart(a: Buffer, b: Buffer) -> bool:
    sizes = {"B": BOUND}
    return a.offset + a.bytes.at(sizes) <= b.offset or b.offset + b.bytes.at(sizes) <= a.offset


def both_live(graph: Graph, a: str, b: str) -> bool:
    """Whether one is written while the other is still to be read by a later kernel."""
    (a_first, a_last), (b_first, b_last) = life(graph, a), life(graph, b)
    return a_first < b_last and b_first < a_last


def life(graph: Graph, node_id: str) -> tuple[int, int]:
    first = graph[node_id].kernel
    assert first is not None
    reads = [n.kernel for n in graph if n.kernel is not None and node_id in {root(graph, s) for s in n.inputs}]
    shown = any(root(graph, source) == node_id for source in graph.outputs.values())
    return first, 10**6 if shown else max(reads, default=first)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9)), min_size=1))
def test_first_fit(raw: list[tuple[int, int, int]]) -> None:
    blocks = [Block(min(a, b), max(a, b), 64 * size) for a, b, size in raw]
    used = place(blocks)
    for i, a in enumerate(blocks):
        assert 0 <= a.offset <= a.offset + a.bytes <= used
        for b in blocks[i + 1 :]:
            together = a.first <= b.last and b.first <= a.last
            assert not together or a.offset + a.bytes <= b.offset or b.offset + b.bytes <= a.offset
    busiest = max(sum(b.bytes for b in blocks if b.first <= t <= b.last) for t in range(10))
    assert busiest <= used <= sum(b.bytes for b in blocks)
