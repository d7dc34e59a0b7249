"""Observing a training: how large gradients, weights and activations are, layer by layer, from time to time.

A few rows of the next batch go through the differentiated graph beside the engine, with the engine's present weights; the
engine is only read. Looks may take a fiftieth of the time; while somebody watches a twelfth, and two a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..compiler.experiment import Experiment, LayerWeight, activation_of, weights_of
from ..compiler.graph import Graph, Node
from ..compiler.interpret import interpret_all
from ..compiler.types import evaluate
from ..compiler.work import MULTIPLY_ADDS
from . import start
from .engine import Engine
from .events import Observed
from .observe import values_for
from .order import Rows
from .sizes import Array, dead, ratio, saturated, sizes

SHARE, WATCHED_SHARE, ALLOWANCE = 0.02, 0.08, 0.05
"""Looks take at most this share of the time (the second while somebody watches), and this many seconds besides."""
ENDS_SECONDS, EAGER_SECONDS = 0.05, 0.5
"""The first look and the last may each take this long, and are not counted: small networks are looked at however short
their training. The second is for trainings that are begun to be watched."""
WATCHED_SECONDS, USUAL_SECONDS, USUAL_LOOKS = 0.5, 1.0, 60
"""Between looks: for somebody who watches; else at least this, and no more than so many while the time doubles or so."""
ROWS = (32, 16, 8, 4)
LONGEST_SECONDS = 1.0
"""A look that would take longer than this, even of few rows, is of the weights alone."""
SHORT_SECONDS = 0.2
"""After a look that took longer than this, fewer rows are looked at; after one that took a fourth of it, more."""
BUILD_SECONDS_A_LAYER = 0.001
MULTIPLY_ADDS_A_SECOND, NUMBERS_A_SECOND = 5e9, 2e8
"""Of the interpreter, roughly; how long looks really take is measured after the first."""
NO_LAYERS = frozenset({"field", "formula", "number", "mode"})


class Pace:
    """When the next look may be. Seconds are counted by the one who asks, from 0; `ends` is what the first and the last
    look may take."""

    def __init__(self, expected: float, ends: float = ENDS_SECONDS) -> None:
        self.expected, self.ends = expected, ends
        self.spent = 0.0
        self._last: float | None = None

    def due(self, elapsed: float, *, watched: bool, last: bool = False) -> bool:
        """Whether a look may be now. `last`: there will be no other, however soon it comes after the one before."""
        if self._last is None or last:
            return self.expected <= self.ends or self._affords(elapsed, watched=watched)
        gap = WATCHED_SECONDS if watched else max(USUAL_SECONDS, elapsed / USUAL_LOOKS)
        return elapsed - self._last >= gap and self._affords(elapsed, watched=watched)

    def took(self, elapsed: float, seconds: float) -> None:
        """A look was had that took so long."""
        if self._last is not None:
            self.spent += seconds
        # the first look warms everything up, and other work on the machine makes one slow by chance
        self._last, self.expected = elapsed, (self.expected + seconds) / 2

    def _affords(self, elapsed: float, *, watched: bool) -> bool:
        return self.spent + self.expected <= ALLOWANCE + (WATCHED_SHARE if watched else SHARE) * elapsed


class Observer:
    """Looks at one training. `clock` gives seconds."""

    what = "gradients and activations"

    def __init__(
        self,
        loaded: start.Loaded,
        engine: Engine,
        columns: Mapping[str, Array],
        clock: Callable[[], float] = time.perf_counter,
        ends: float = ENDS_SECONDS,
    ) -> None:
        self._loaded, self._engine, self._columns, self._clock = loaded, engine, columns, clock
        self._began = clock()
        self._graph: Graph | None = None
        self._rows = 0
        self._layers = observed_layers(loaded.experiment)
        self.pace = Pace(BUILD_SECONDS_A_LAYER * len(loaded.experiment.graph), ends)
        self.seen = -1
        """The step of the last look."""

    def due(self, step: int, *, watched: bool, last: bool = False) -> bool:
        """Whether to look now: there is something new to see, somebody may want it, and it is cheap enough. The graph
        that is looked at is built before the first look."""
        elapsed = self._clock() - self._began
        if step == self.seen or not self.pace.due(elapsed, watched=watched, last=last):
            return False
        if self._graph is not None:
            return True
        self._build()
        return self.pace.due(self._clock() - self._began, watched=watched, last=last)

    def look(self, step: int, rows: Rows, knobs: Mapping[str, float]) -> Observed:
        """The sizes of the layers' numbers now; `rows` are those of the next batch, the first of them are taken."""
        graph = self._graph or self._build()
        begun = self._clock()
        taken = rows[: self._rows]
        layers = self._whole(graph, taken, knobs) if len(taken) else self._weights()
        now = self._clock()
        self.pace.took(now - self._began, now - begun)
        self.seen = step
        self._suit(now - begun)
        return Observed(step=step, rows=len(taken), layers=layers, seconds=round(now - begun, 5))

    def _build(self) -> Graph:
        graph = self._graph = observing_graph(self._loaded)
        self._rows = rows_within(graph, self.pace.ends) or rows_within(graph, LONGEST_SECONDS)
        self.pace.expected = seconds_of(graph, self._rows)
        return graph

    def _suit(self, seconds: float) -> None:
        """Look at fewer rows, or at more, after a look that took so long."""
        if seconds > SHORT_SECONDS:
            self._rows = max(ROWS[-1], self._rows // 2) if self._rows else 0
        elif seconds < SHORT_SECONDS / 4:
            self._rows = min(ROWS[0], self._rows * 2)

    def _whole(self, graph: Graph, rows: Rows, knobs: Mapping[str, float]) -> dict[str, dict[str, Any]]:
        values = values_for(graph, self._engine, self._columns, rows, knobs)
        every = interpret_all(graph, values, {"B": len(rows), "N": len(rows)}, "float32")
        told = {name: every[node_id] for name, node_id in graph.outputs.items()}
        states = {name.removeprefix("state/"): value for name, value in values.items() if name.startswith("state/")}
        return {node.id: found for node in self._layers if (found := _layer(node, states, told))}

    def _weights(self) -> dict[str, dict[str, Any]]:
        found = {}
        for node in self._layers:
            arrays = [self._engine.read(f"state/{weight.name}") for weight in main_weights(node)]
            if measured := sizes(arrays):
                found[node.id] = {"weight": measured}
        return found


def observed_layers(experiment: Experiment) -> list[Node]:
    """The layers with weights that are learnt, or that end in a curve."""
    return [
        node
        for node in experiment.graph
        if node.op not in NO_LAYERS and (main_weights(node) or activation_of(node) != "linear")
    ]


def main_weights(node: Node) -> list[LayerWeight]:
    """The weights of a layer that are learnt; biases and scales only where there is nothing else."""
    learnt = [weight for weight in weights_of(node) if weight.trainable]
    return [weight for weight in learnt if len(weight.shape) > 1] or learnt


def observing_graph(loaded: start.Loaded) -> Graph:
    """The train graph with gradients, the optimiser's next weights, and the value of every observed layer."""
    return start.learning(loaded, [node.id for node in observed_layers(loaded.experiment)])


def rows_within(graph: Graph, seconds: float) -> int:
    """How many rows can be looked at in about so many seconds: 32, 16, 8 or 4; 0 where that is too long."""
    return next((rows for rows in ROWS if seconds_of(graph, rows) <= seconds), 0)


def seconds_of(graph: Graph, rows: int) -> float:
    """About how long the interpreter takes for a graph."""
    sizes_at = {"B": rows, "N": rows}
    products = numbers = 0
    for node in graph:
        numbers += evaluate(node.type.elements, sizes_at)
        if node.op in MULTIPLY_ADDS:
            products += evaluate(MULTIPLY_ADDS[node.op](graph, node), sizes_at)
    return products / MULTIPLY_ADDS_A_SECOND + numbers / NUMBERS_A_SECOND


def _layer(node: Node, states: Mapping[str, Array], told: Mapping[str, Array]) -> dict[str, Any]:
    """What is known of one layer: see `Observed`."""
    names = [weight.name for weight in main_weights(node) if f"gradient/{weight.name}" in told]
    before = [states[name] for name in names]
    found = {
        "gradient": sizes(told[f"gradient/{name}"] for name in names),
        "weight": sizes(before),
        "activation": _activation(node, told.get(f"out/{node.id}")),
        "ratio": ratio([told[f"next/{name}"] for name in names], before) if names else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _activation(node: Node, array: Array | None) -> dict[str, Any] | None:
    found = None if array is None else sizes([array])
    if found is None or array is None:
        return None
    curve = activation_of(node)
    more = {"saturated": saturated(array, curve), "dead": dead(array, curve)}
    return found | {name: value for name, value in more.items() if value is not None}
