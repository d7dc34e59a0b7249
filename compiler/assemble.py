"""Putting a plan together from the scheduled graphs of a network: kernels, tapes, and what lies where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from .arena_map import SHARED, ArenaMap
from .derived import DERIVED
from .graph import Graph
from .graph import Origin as NodeOrigin
from .kernel_view import KernelNodes, kernels_of
from .plan import (
    Buffer,
    Call,
    Column,
    Extent,
    Kernel,
    Knob,
    Metric,
    Origin,
    Output,
    Plan,
    Program,
    Published,
    State,
)
from .sweep import swept
from .templates import Emitted, Templates
from .views import root
from .work import Tally

REFRESH = "refresh"
"""The program that computes states from others."""

Frozen = tuple[str, tuple[tuple[str, object], ...]]


def assemble(
    graphs: Mapping[str, Graph],
    bound: int,
    lanes: int,
    templates: Templates,
    vocabulary: int,
    metrics: Iterable[Metric] = (),
    why: Iterable[str] = (),
) -> Plan:
    """The plan of the scheduled graphs `train`, `evaluate`, `predict` (any of them), for batches up to `bound`."""
    arena = ArenaMap({"B": bound})
    emitted = {mode: tuple(_emitted(graph, templates, arena.sizes)) for mode, graph in graphs.items()}
    arena.control(max((made.shared for kernels in emitted.values() for _, made in kernels), default=0))
    arena.leaves(graphs.values())
    arena.published(graphs.values())
    tape = _Tape(arena, templates, lanes)
    programs = dict[str, Program]()
    for mode, graph in graphs.items():
        made = tape.programs(mode, graph, emitted[mode])
        if REFRESH in programs and REFRESH in made:
            made[REFRESH] = Program(calls=(*programs[REFRESH].calls, *made[REFRESH].calls))
        programs |= made
    return Plan(
        vocabulary=vocabulary,
        lanes=lanes,
        sizes={"B": bound},
        arena_bytes=arena.end + arena.scratch_bytes,
        buffers=tuple(arena.buffers),
        kernels=tuple(tape.kernels),
        programs=programs,
        states=tuple(_states(arena, graphs.values())),
        knobs=tuple(_knobs(arena, graphs.values())),
        columns=tuple(_columns(arena)),
        outputs=tuple(_outputs(arena, graphs)),
        metrics=tuple(metrics),
        why=tuple(dict.fromkeys(why)),
    )


def _emitted(graph: Graph, templates: Templates, sizes: Mapping[str, int]) -> Iterator[tuple[KernelNodes, Emitted]]:
    """The kernels of a graph, each beside what emission makes of it."""
    for kernel in kernels_of(graph).values():
        yield kernel, templates.emit(graph, kernel.nodes, kernel.exits, sizes)


class _Tape:
    """The kernels met so far, each once, and the calls of programs."""

    def __init__(self, arena: ArenaMap, templates: Templates, lanes: int) -> None:
        self._arena, self._templates, self._lanes = arena, templates, lanes
        self.kernels = list[Kernel]()
        self._known = dict[str, int]()

    def programs(self, mode: str, graph: Graph, emitted: Iterable[tuple[KernelNodes, Emitted]]) -> dict[str, Program]:
        """`gradients` and `update` of the graph `train`; of any other one program of its own name, and `refresh`
        where it reads states that are computed from others."""
        places = self._arena.program(mode, graph)
        calls: dict[str, list[Call]] = {"gradients": [], "update": []}
        tally = Tally(mode, graph)
        for kernel, made in emitted:
            calls[kernel.program].append(self._call(graph, kernel, made, places, tally))
        published = tuple(self._published(name) for name in graph.outputs if name.startswith("publish/"))
        guards = tuple(
            places[root(graph, source)] for name, source in graph.outputs.items() if name.startswith("guard/")
        )
        tapes = {name: swept(tape, self.kernels, self._arena.buffers) for name, tape in calls.items()}
        first = Program(calls=tapes["gradients"], published=published, guards=guards)
        if mode == "train":
            return {"gradients": first, "update": Program(calls=tapes["update"])}
        refresh = Program(calls=tapes["update"])
        return {mode: first, REFRESH: refresh} if refresh.calls else {mode: first}

    def _call(
        self, graph: Graph, kernel: KernelNodes, emitted: Emitted, places: Mapping[str, int], tally: Tally
    ) -> Call:
        mark = self._templates.fingerprint(emitted.recipe, self._lanes)
        if mark not in self._known:
            self._known[mark] = len(self.kernels)
            self.kernels.append(Kernel(name=emitted.name, recipe=emitted.recipe, hash=mark))
        origins = tally.origins(kernel.nodes)
        return Call(
            kernel=self._known[mark],
            operands=(
                *(places[root(graph, node_id)] for node_id in emitted.operands),
                *([self._arena.indices[SHARED]] if emitted.shared else []),
            ),
            sizes=tuple(Extent.of(dim) for dim in emitted.sizes),
            writes=tuple(emitted.writes),
            cost=emitted.cost,
            origins=tuple(map(_origin, origins)),
            work=tally.work(kernel, origins, emitted.done),
        )

    def _published(self, name: str) -> Published:
        index = self._arena.indices[name]
        count = 1
        for extent in self._arena.buffers[index].shape:
            assert not extent.names, f"{name} grows with the batch"
            count *= extent.factor
        return Published(name=name.removeprefix("publish/"), buffer=index, count=count)


@lru_cache(maxsize=65536)
def _origin(origin: NodeOrigin) -> Origin:
    return Origin(file=origin.file, line=origin.line, path=origin.path)


def _states(arena: ArenaMap, graphs: Iterable[Graph]) -> list[State]:
    leaves = {node.attr("name"): node for graph in graphs for node in graph if node.op == "state"}
    found = list[State]()
    for name, index in _named(arena, "state"):
        options = leaves[name].attributes
        if options["role"] == DERIVED:
            continue
        found.append(
            State(
                name=name,
                role=cast(Any, options["role"]),
                trainable=bool(options["trainable"]),
                buffer=index,
                start=thawed(cast(Frozen, options["start"])),
            )
        )
    return found


def _knobs(arena: ArenaMap, graphs: Iterable[Graph]) -> list[Knob]:
    leaves = {node.attr("name"): node for graph in graphs for node in graph if node.op == "knob"}
    found = list[Knob]()
    for name, index in _named(arena, "knob"):
        options = leaves[name].attributes
        live = thawed(cast(Frozen, options["live"]))
        low, high = cast(float, options["low"]), cast(float, options["high"])
        found.append(Knob(name=name, live=live, low=low, high=high, buffer=index))
    return found


def _columns(arena: ArenaMap) -> list[Column]:
    return [Column(name=name, buffer=index) for name, index in _named(arena, "column")]


def _outputs(arena: ArenaMap, graphs: Mapping[str, Graph]) -> list[Output]:
    names = dict.fromkeys(n for g in graphs.values() for n in g.outputs if n.startswith("out/"))
    return [Output(name=name.removeprefix("out/"), buffer=arena.indices[name]) for name in names]


def _named(arena: ArenaMap, prefix: str) -> list[tuple[str, int]]:
    """The buffers `prefix/NAME` by NAME, in the order in which they lie."""
    found: list[tuple[int, Buffer]] = list(enumerate(arena.buffers))
    return [(b.name.removeprefix(prefix + "/"), i) for i, b in found if b.name.startswith(prefix + "/")]


def thawed(frozen: Frozen) -> dict[str, Any]:
    """`(kind, ((option, value), …))` as `{kind: {option: value}}`, tuples as lists."""
    kind, options = frozen
    return {kind: {name: _listed(value) for name, value in options}}


def _listed(value: object) -> object:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value
