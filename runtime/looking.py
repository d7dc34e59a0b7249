"""Looking into a training on request: one example on its way through the network, filters, predictions and mistakes.

Each command is answered between two stretches of steps, with the weights of that moment; nothing of the training changes.
`{"do": "look", "what": …}` and further, by what is looked at:

- `input`: `part`, `row` (counted within the part): the columns that the network reads, as they come from the data.
- `activation`: `layer`, `part`, `row`: what the layer gives for the example when the network predicts.
- `attention`: the same, of the matrices that each softmax within the layer or block gives; without a layer, of all
  those that are as wide as high.
- `weights`: `layer`: its largest weight that is learnt, such as the filters of a convolution.
- `numbers`: `part`, `most`: of a network that gives a number an example, those that are farthest off, and the first.
- `predictions`: `part`, `most`: the confusion matrix, the examples that the network is most wrong about (`worst`), and
  what it says of the first (`some`).
- `copies`: `part`, `row`, `most`: pictures that the network gives out, beside those it is shown.
- `samples`: `most`: pictures that it paints from noise alone.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..compiler.graph import Graph, Node
from ..compiler.interpret import interpret_all
from ..dsl.diagnostics import NetloomError
from ..dsl.suggest import did_you_mean
from . import start
from .data.dataset import Dataset
from .data.fitted import prepared
from .engine import Engine
from .judged import class_names, steps_of, target_of
from .observe import values_for
from .observing import main_weights, seconds_of
from .order import Rows
from .painted import NotPainted, Painter
from .predicting import run_batches
from .sizes import Array, rounded

LONGEST_SECONDS = 10.0
"""A look that would hold the training up for longer is refused."""
MOST_NUMBERS = 1 << 18
"""Of one array in an answer (1 MiB); of more, the first rows are given."""
MOST_EXAMPLES = 10_000
"""That predictions are made for; of more, every so many-th."""
MOST_WORST = 200
MOST_PICTURES = 32
"""That are made for one look."""
SOME = 12
"""Examples of a part whose predictions are told, right or wrong."""


class NotSeen(NetloomError):  # noqa: N818  says what it is
    """What is to be looked at is not there, or cannot be looked at."""


class Looker:
    """Answers looks into one training."""

    def __init__(self, loaded: start.Loaded, engine: Engine, data: Dataset) -> None:
        self._loaded, self._engine, self._data = loaded, engine, data
        self._graphs: dict[str, Graph] = {}
        self._painter: Painter | NotPainted | None = None

    @property
    def parts(self) -> dict[str, int]:
        """How many examples each part of the data has."""
        return {name: len(rows) for name, rows in self._data.parts.items()}

    def answer(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a command, `{"ok": True, "step": …, …}`, or `{"ok": False, "error": …}`."""
        kinds: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "input": self._input,
            "activation": self._activation,
            "attention": self._attention,
            "weights": self._weights,
            "predictions": self._predictions,
            "numbers": self._numbers,
            "copies": self._copies,
            "samples": self._samples,
        }
        what = str(command.get("what"))
        try:
            if what not in kinds:
                raise NotSeen(f"`{what}` cannot be looked at; there are {', '.join(kinds)}")
            return {"ok": True, "step": self._engine.clock, **kinds[what](command)}
        except NetloomError as trouble:
            return {"ok": False, "error": str(trouble)}

    # one example

    def _input(self, command: Mapping[str, Any]) -> dict[str, Any]:
        rows = self._row(command)
        graph = self._graph("")
        names = [str(node.attr("name")) for node in graph if node.op == "column"]
        found = {name: packed(self._data.columns[name][rows[0]]) for name in dict.fromkeys(names)}
        return {"columns": found, "truth": self._truth(rows)}

    def _activation(self, command: Mapping[str, Any]) -> dict[str, Any]:
        layer, rows = self._layer(command), self._row(command)
        graph = self._graph(layer)
        every = self._interpreted(graph, rows)
        return {"value": packed(every[graph.outputs[f"out/{layer}"]][0]), "truth": self._truth(rows)}

    def _attention(self, command: Mapping[str, Any]) -> dict[str, Any]:
        block, rows, graph = command.get("layer"), self._row(command), self._graph("")
        inside = [
            node for node in graph if node.op == "softmax" and (_is_map(node) if block is None else _is_in(node, block))
        ]
        if not inside:
            of = "the network" if block is None else f"`{block}`"
            raise NotSeen(f"{of} has no softmax inside, and so no attention to show")
        every = self._interpreted(graph, rows)
        return {
            "values": [packed(every[node.id][0]) for node in inside],
            "names": [node.origins[0].path for node in inside],
            "truth": self._truth(rows),
        }

    def _interpreted(self, graph: Graph, rows: Rows) -> dict[str, Array]:
        self._refuse_slow(len(rows))
        knobs = {str(node.attr("name")): 0.0 for node in graph if node.op == "knob"}
        values = values_for(graph, self._engine, self._data.columns, rows, knobs)
        return interpret_all(graph, values, {"B": len(rows), "N": len(rows)}, "float32")

    def _graph(self, layer: str) -> Graph:
        """The network when it predicts, with a layer's value among its outputs."""
        if layer not in self._graphs:
            graph = start.expanded(self._loaded, "predict", taps=[layer] if layer else ())
            if layer and f"out/{layer}" not in graph.outputs:
                raise NotSeen(f"`{layer}` is there in training only")
            self._graphs = {**dict(list(self._graphs.items())[-7:]), layer: graph}
        return self._graphs[layer]

    def _layer(self, command: Mapping[str, Any]) -> str:
        layer = str(command.get("layer"))
        names = [node.id for node in self._loaded.experiment.graph]
        if layer not in names:
            raise NotSeen(f"there is no layer `{layer}`. {did_you_mean(layer, names) or ''}".rstrip())
        return layer

    def _part(self, command: Mapping[str, Any]) -> Rows:
        part = str(command.get("part", "train"))
        rows = self._data.parts.get(part)
        if rows is None or not len(rows):
            there = ", ".join(name for name, some in self._data.parts.items() if len(some))
            raise NotSeen(f"the data has no part `{part}`; there are {there}")
        return rows

    def _row(self, command: Mapping[str, Any]) -> Rows:
        rows, row = self._part(command), command.get("row", 0)
        if not isinstance(row, int) or not 0 <= row < len(rows):
            raise NotSeen(f"there is no example {row}; there are {len(rows)}, counted from 0")
        return rows[row : row + 1]

    def _truth(self, rows: Rows) -> Any:
        """What the first example should give: the name of its class, or a number; None where nothing tells."""
        target = target_of(self._loaded)
        if target is None:
            return None
        value = np.asarray(self._data.columns[target][rows[0]])
        if value.size > 1:
            return None
        names = class_names(self._loaded)
        return names[int(value)] if names else rounded(float(value.reshape(-1)[0]))

    # what it gives out

    def _copies(self, command: Mapping[str, Any]) -> dict[str, Any]:
        self._row(command)
        rows = self._part(command)[int(command.get("row", 0)) :][: self._most(command, 8)]
        self._refuse_slow(len(rows))
        painted = self._paints().copies(self._engine, self._data.columns, rows)
        return {"output": painted.output, "given": packed(painted.given), "made": packed(painted.made)}

    def _samples(self, command: Mapping[str, Any]) -> dict[str, Any]:
        most = self._most(command, 12)
        self._refuse_slow(most)
        painted = self._paints().samples(self._engine, self._data.columns, most)
        return {"output": painted.output, "made": packed(painted.made)}

    def _paints(self) -> Painter:
        """Who paints; that nobody does is found once."""
        if self._painter is None:
            try:
                self._painter = Painter(self._loaded)
            except NotPainted as found:
                self._painter = found
        if isinstance(self._painter, NotPainted):
            raise self._painter
        return self._painter

    def _most(self, command: Mapping[str, Any], usual: int) -> int:
        return max(1, min(int(command.get("most", usual)), MOST_PICTURES))

    def _refuse_slow(self, count: int) -> None:
        if seconds_of(self._graph(""), count) > LONGEST_SECONDS:
            raise NotSeen("the network is too large to look into examples of it while it trains")

    # weights and predictions

    def _weights(self, command: Mapping[str, Any]) -> dict[str, Any]:
        weights = main_weights(self._loaded.experiment.graph[self._layer(command)])
        if not weights:
            raise NotSeen(f"`{command['layer']}` has no weights that are learnt")
        largest = max(weights, key=lambda weight: np.prod(weight.shape))
        return {"name": largest.name, "value": packed(self._engine.read(f"state/{largest.name}"))}

    def _predictions(self, command: Mapping[str, Any]) -> dict[str, Any]:
        rows, names, target = self._part(command), class_names(self._loaded), target_of(self._loaded)
        if not names or target is None:
            raise NotSeen("mistakes are shown of networks that tell classes apart; this one gives numbers")
        places = np.arange(0, len(rows), -(-len(rows) // MOST_EXAMPLES))
        outputs = run_batches(self._engine, rows[places], np.zeros(len(self._engine.plan.knobs), np.float32))
        if "probabilities" not in outputs:
            raise NotSeen("this network gives no probabilities of classes")
        shares = _of_each_class(outputs["probabilities"])
        truth = np.asarray(self._data.columns[target][rows[places]]).reshape(-1).astype(np.int64)
        if len(shares) != len(truth) or shares.shape[1] != len(names):
            raise NotSeen("this network answers more than one class an example: its mistakes cannot be counted so")
        return _mistakes(shares, truth, places, names, int(command.get("most", 24)))

    def _numbers(self, command: Mapping[str, Any]) -> dict[str, Any]:
        rows, target = self._part(command), target_of(self._loaded)
        if target is None or class_names(self._loaded) or int(np.prod(self._loaded.schema.columns[target].shape)) != 1:
            raise NotSeen("this network does not give one number an example to be compared")
        places = np.arange(0, len(rows), -(-len(rows) // MOST_EXAMPLES))
        outputs = run_batches(self._engine, rows[places], np.zeros(len(self._engine.plan.knobs), np.float32))
        given = next((one.reshape(-1) for one in outputs.values() if one.size == len(places)), None)
        if given is None:
            raise NotSeen("this network does not give one number an example to be compared")
        steps, chosen = steps_of(self._loaded, target), rows[places]
        values = prepared(self._data, target, steps, chosen) if steps else self._data.columns[target][chosen]
        return _off(given, np.asarray(values, np.float64).reshape(-1), places, int(command.get("most", 24)))


def _off(given: Array, truth: Array, places: Rows, most: int) -> dict[str, Any]:
    """How far numbers are off, the farthest first."""
    off = np.abs(given - truth)

    def said(i: int) -> dict[str, Any]:
        return {"row": int(places[i]), "truth": rounded(float(truth[i])), "taken": rounded(float(given[i])),
                "off": rounded(float(off[i]))}  # fmt: skip

    order = np.argsort(-off, kind="stable")[: min(most, MOST_WORST)]
    return {
        "count": len(truth), "off": rounded(float(off.mean())), "worst": [said(i) for i in order],
        "some": [said(i) for i in range(min(SOME, len(truth)))],
    }  # fmt: skip


def _of_each_class(probabilities: Array) -> Array:
    """A row an example, a column a class; of two classes a network may give the second one's alone."""
    flat = probabilities.reshape(len(probabilities), -1)
    return np.concatenate([1 - flat, flat], 1) if flat.shape[1] == 1 else flat


def _mistakes(shares: Array, truth: Rows, places: Rows, names: tuple[str, ...], most: int) -> dict[str, Any]:
    taken = shares.argmax(1)
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (truth, taken), 1)
    given = shares[np.arange(len(truth)), truth]
    # the most wrong first: the least probability given to what is true
    order = np.argsort(np.where(taken == truth, np.inf, given), kind="stable")[: min(most, MOST_WORST)]

    def said(i: int) -> dict[str, Any]:
        return {
            "row": int(places[i]), "truth": names[truth[i]], "taken": names[taken[i]],
            "given": rounded(float(given[i])), "sure": rounded(float(shares[i, taken[i]])),
        }  # fmt: skip

    return {
        "count": len(truth), "right": rounded(float((taken == truth).mean())), "classes": list(names),
        "confusion": counts.tolist(), "worst": [said(i) for i in order if taken[i] != truth[i]],
        "some": [said(i) for i in range(min(SOME, len(truth)))],
    }  # fmt: skip


def _is_in(node: Node, block: object) -> bool:
    return any(f"{origin.path}.".startswith(f"{block}.") for origin in node.origins)


def _is_map(node: Node) -> bool:
    """Whether it says of each of some rows how much it reads of each: as wide as high, and of no other size."""
    sizes = node.type.shape[1:]
    return len(sizes) in (2, 3) and sizes[-1] == sizes[-2] and sizes[-1] != 1


def packed(array: Array) -> dict[str, Any]:
    """An array for an answer: its shape and its numbers, float32 in base 64. Where it is too large the first rows are
    given, and `of` tells how many there are."""
    array = np.atleast_1d(np.asarray(array))
    whole = len(array)
    if array.size > MOST_NUMBERS:
        array = array[: max(1, MOST_NUMBERS // max(1, array[0].size))]
    numbers = np.ascontiguousarray(array, "<f4")
    text = base64.b64encode(numbers.tobytes()).decode("ascii")
    return {"shape": list(array.shape), "numbers": text, **({"of": whole} if whole > len(array) else {})}


def unpacked(told: Mapping[str, Any]) -> Array:
    """The array that `packed` told of."""
    return np.frombuffer(base64.b64decode(told["numbers"]), "<f4").reshape(told["shape"])
