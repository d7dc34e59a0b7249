"""What a network gives for all of its inputs, where an input is one number or two: a curve, or a plane of classes.

Maps are made beside the training, with the weights of the moment, by the interpreter: some thousand examples of a network
that is small, or it is not mapped. They go into the record, so that a replay shows how the border moved.
"""

from __future__ import annotations

import base64
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..compiler.graph import Graph
from ..compiler.interpret import interpret_all
from ..dsl.diagnostics import NetloomError
from . import start
from .data.dataset import Dataset
from .data.fitted import prepared
from .engine import Engine
from .events import Mapped
from .judged import class_names, steps_of, target_of
from .observe import values_for
from .observing import seconds_of
from .order import Rows

Array = npt.NDArray[Any]
PLANE, LINE = 48, 96
"""Places along each axis of a plane, and along a line."""
MARGIN = 0.12
"""Of the data's extent, beyond it on each side."""
MOST_POINTS = 300
"""Examples of the data that are told of."""
SHARE, ALLOWANCE = 0.02, 0.05
"""Maps take at most this share of the time, and so many seconds besides."""
WATCHED_SECONDS = 0.5
DENSER, PARTS = 12, 48
"""A map when the steps have grown by a twelfth, and at least so many over the whole training."""
MOST_LEVELS = 65535


class Mapper:
    """Maps one training. `steps`: how long it is to be; `allowance`: seconds that maps may take besides their share;
    `clock` gives seconds."""

    what = "maps of the inputs"

    def __init__(
        self, loaded: start.Loaded, engine: Engine, data: Dataset, inputs: Mapping[str, int], steps: int = 1000,
        allowance: float = ALLOWANCE, clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        self._loaded, self._engine, self._data, self._clock = loaded, engine, data, clock
        self._graph = start.expanded(loaded, "predict")
        self._inputs, self._steps, self._allowance = inputs, steps, allowance
        self._classes = class_names(loaded)
        self._axes = _axes(data, inputs)
        self._counts = (PLANE, PLANE) if len(self._axes) == 2 else (LINE,)
        self._columns = _grid(inputs, self._axes, self._counts)
        self._output = _output(self._graph, len(self._classes))
        self._began = clock()
        self._spent, self._expected = 0.0, seconds_of(self._graph, int(np.prod(self._counts)))
        self._seen, self._at = -1, 0.0

    @property
    def possible(self) -> bool:
        """Whether the network gives classes, or one number, and is small enough."""
        return bool(self._output) and self._expected <= ALLOWANCE

    def due(self, step: int, *, watched: bool, last: bool = False) -> bool:
        """Whether to map now: the steps have grown, or somebody watches, and it is cheap enough."""
        elapsed = self._clock() - self._began
        affords = self._allowance + SHARE * elapsed
        if step == self._seen or (self._spent + self._expected > affords and not last):
            return False
        # a short training affords few maps: they are spread over all of it
        least = self._steps * self._expected / affords
        grown = step - self._seen >= max(1.0, least, min(step / DENSER, self._steps / PARTS))
        return self._seen < 0 or last or grown or (watched and elapsed - self._at >= WATCHED_SECONDS)

    def look(self, step: int, rows: Rows, knobs: Mapping[str, float]) -> Mapped:
        """The map with the weights of this moment; the data's points with the first. The rows are not looked at."""
        begun = self._clock()
        found = self._interpreted()
        values, scale = _of_classes(found) if self._classes else _of_numbers(found)
        points = pack(self._points()) if self._seen < 0 else ""
        took = self._clock() - begun
        if self._seen >= 0:
            self._spent += took
        # the first is slow by chance: everything is new to the machine
        self._expected = (self._expected + took) / 2
        self._seen, self._at = step, begun - self._began
        return Mapped(step=step, axes=self._axes, counts=self._counts, classes=self._classes, scale=scale,
                      values=pack(values), points=points)  # fmt: skip

    def _interpreted(self) -> Array:
        count = int(np.prod(self._counts))
        knobs = {str(node.attr("name")): 0.0 for node in self._graph if node.op == "knob"}
        values = values_for(self._graph, self._engine, self._columns, np.arange(count), knobs)
        every = interpret_all(self._graph, values, {"B": count, "N": count}, "float32")
        return every[self._graph.outputs[self._output]].reshape(count, -1)

    def _points(self) -> Array:
        """float32 `[examples, axes + 1]`: input numbers, then the class, or the number that the loss compares with."""
        rows = self._data.parts["train"]
        rows = rows[:: -(-len(rows) // MOST_POINTS)]
        inputs = [np.asarray(self._data.columns[name][rows]).reshape(len(rows), -1) for name in self._inputs]
        target = target_of(self._loaded)
        if target is None:
            return np.concatenate(inputs, 1).astype(np.float32)[:0]
        steps = () if self._classes else steps_of(self._loaded, target)
        truth = prepared(self._data, target, steps, rows) if steps else self._data.columns[target][rows]
        return np.concatenate([*inputs, np.asarray(truth).reshape(len(rows), -1)[:, :1]], 1).astype(np.float32)


def mapper_of(
    loaded: start.Loaded, engine: Engine, data: Dataset, steps: int = 1000, allowance: float = ALLOWANCE
) -> Mapper | None:
    """Who maps this network; None where its input is more than two numbers, or what it gives cannot be drawn."""
    if any(int(np.prod(loaded.schema.columns[column.name].shape)) > 2 for column in engine.plan.columns):
        return None
    try:
        graph = start.expanded(loaded, "predict")
        names = dict.fromkeys(str(node.attr("name")) for node in graph if node.op == "column")
        columns = {name: loaded.schema.columns[name] for name in names}
        sizes = {name: int(np.prod(column.shape)) for name, column in columns.items()}
        flat = all(len(column.shape) <= 1 and column.classes is None for column in columns.values())
        if not flat or not 1 <= sum(sizes.values()) <= 2 or not len(data.parts.get("train", ())):
            return None
        mapper = Mapper(loaded, engine, data, sizes, steps, allowance)
    except (NetloomError, KeyError):
        return None
    return mapper if mapper.possible else None


def _axes(data: Dataset, inputs: Mapping[str, int]) -> tuple[tuple[str, float, float], ...]:
    """Name, least and greatest of each number of the inputs, a little beyond what the data has."""
    found = []
    for name, size in inputs.items():
        values = np.asarray(data.columns[name][data.parts["train"]], np.float64).reshape(-1, size)
        for number, column in enumerate(values.T):
            low, high = float(np.nanmin(column)), float(np.nanmax(column))
            beyond = MARGIN * (high - low) or 1.0
            called = f"{name}[{number}]" if size > 1 else name
            found.append((called, round(low - beyond, 6), round(high + beyond, 6)))
    return tuple(found)


def _grid(
    inputs: Mapping[str, int], axes: tuple[tuple[str, float, float], ...], counts: tuple[int, ...]
) -> dict[str, Array]:
    """The columns of inputs at all places, the last axis the slowest: rows of a plane from its lowest up."""
    lines = [
        np.linspace(low, high, count, dtype=np.float32) for (_, low, high), count in zip(axes, counts, strict=True)
    ]
    places = np.stack([part.reshape(-1) for part in np.meshgrid(*lines)], 1)
    found, first = {}, 0
    for name, size in inputs.items():
        found[name], first = places[:, first : first + size], first + size
    return found


def _output(graph: Graph, classes: int) -> str:
    """The output that is mapped: probabilities of classes, or the first that is one number; "" without one."""
    if classes:
        name = "out/probabilities"
        return name if name in graph.outputs and len(graph[graph.outputs[name]].type.shape) <= 2 else ""
    for name, node_id in graph.outputs.items():
        shape = graph[node_id].type.shape
        if name.startswith("out/") and all(size == 1 for size in shape[1:]):
            return name
    return ""


def _of_classes(found: Array) -> tuple[Array, tuple[float, float]]:
    """uint8 `[2, places]`: the class that is likeliest, and its probability from 0 to 255."""
    shares = np.concatenate([1 - found, found], 1) if found.shape[1] == 1 else found
    sure = np.rint(255 * np.nan_to_num(shares.max(1)).clip(0, 1))
    return np.stack([shares.argmax(1), sure]).astype(np.uint8), (0.0, 1.0)


def _of_numbers(found: Array) -> tuple[Array, tuple[float, float]]:
    """uint16 `[places]`: the numbers on a scale from the least to the greatest."""
    flat = np.nan_to_num(found[:, 0].astype(np.float64))
    low, high = float(flat.min()), float(flat.max())
    levels = (flat - low) / (high - low) * MOST_LEVELS if high > low else np.zeros_like(flat)
    return np.rint(levels).astype(np.uint16), (low, high)


def pack(array: Array) -> str:
    """Numbers as text for a record: bytes, little end first, made small, in base 64."""
    plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return base64.b64encode(zlib.compress(plain.tobytes(), 6)).decode("ascii")


def unpack(text: str, dtype: str) -> Array:
    """The numbers of such a text, in one row. Raises ValueError for one that is none."""
    try:
        return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.dtype(dtype).newbyteorder("<"))
    except zlib.error as found:
        raise ValueError(f"it cannot be unpacked: {found}") from found
