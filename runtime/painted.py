"""Pictures that a network gives out: copies of the examples it is shown, and samples painted from noise alone.

Both are computed by the interpreter, with the weights of the moment; `given` of `Painted` is on the same scale as `made`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compiler.graph import Graph, Node
from ..compiler.interpret import interpret_all
from ..dsl.diagnostics import NetloomError
from . import start
from .engine import Engine
from .observe import values_for
from .order import Rows
from .sizes import Array

CHANNELS = (1, 3, 4)
NOISE = "normal"
"""The layer that draws from the normal distribution."""


class NotPainted(NetloomError):  # noqa: N818  says what it is
    """The network gives out no pictures."""


@dataclass(frozen=True, slots=True)
class Painted:
    """`given` and `made`: float32 `[examples, height, width, channels]`; `output` says which output was made."""

    output: str
    given: Array
    made: Array


class Painter:
    """Knows where a network takes pictures in and gives them out. Raises NotPainted where it does not."""

    def __init__(self, loaded: start.Loaded) -> None:
        self._loaded = loaded
        nodes = list(loaded.experiment.graph)
        self._fields = {node.id: shape for node in nodes if node.op == "field" and _is_picture(shape := _example(node))}
        self._output, self._shape = self._found()
        taps = [node.id for node in nodes if node.op not in ("number", "mode")]
        self._graph = start.expanded(loaded, "predict", taps)

    def _found(self) -> tuple[str, tuple[int, ...]]:
        """The output that is a picture, and its shape: its own, or that of the input with as many numbers."""
        for node in self._loaded.experiment.outputs.values():
            shape = _example(self._loaded.experiment.graph[node])
            if _is_picture(shape):
                return node, shape
            for known in self._fields.values():
                if int(np.prod(shape)) == int(np.prod(known)):
                    return node, known
        raise NotPainted("this network gives out no pictures")

    def copies(self, engine: Engine, columns: Mapping[str, Any], rows: Rows) -> Painted:
        """What the network makes of these examples, beside them. Raises NotPainted where it reads none of this shape."""
        field = next((name for name, shape in self._fields.items() if shape == self._shape), None)
        if field is None:
            raise NotPainted("this network reads no pictures of the shape that it gives out")
        every = self._every(engine, columns, rows)
        given = every[self._graph.outputs[f"out/{field}"]]
        return Painted(self._output, given.reshape(len(rows), *self._shape), self._picture(every, len(rows)))

    def samples(self, engine: Engine, columns: Mapping[str, Any], count: int) -> Painted:
        """Pictures painted from draws of the normal distribution, the same draws each time. Raises NotPainted where
        the output hangs on more than what is drawn."""
        code = self._code()
        if code is None:
            raise NotPainted("no layer of this network can be fed noise in place of an example")
        shape = _example(self._graph[self._graph.outputs[f"out/{code}"]])
        draws = np.random.default_rng(0).standard_normal((count, *shape)).astype(np.float32)
        rows = np.zeros(count, np.int64)
        every = self._every(engine, columns, rows, {self._graph.outputs[f"out/{code}"]: draws})
        return Painted(self._output, draws, self._picture(every, count))

    def _every(
        self, engine: Engine, columns: Mapping[str, Any], rows: Rows, given: Mapping[str, Array] | None = None
    ) -> dict[str, Array]:
        knobs = {str(node.attr("name")): 0.0 for node in self._graph if node.op == "knob"}
        values = values_for(self._graph, engine, columns, rows, knobs)
        return interpret_all(self._graph, values, {"B": len(rows), "N": len(rows)}, "float32", given)

    def _picture(self, every: Mapping[str, Array], count: int) -> Array:
        made = np.asarray(every[self._graph.outputs[f"out/{self._output}"]], np.float32).reshape(count, *self._shape)
        if any(
            term.kind == "binary_cross_entropy" and term.tensors.get("logits") == self._output
            for term in self._loaded.experiment.terms
        ):
            with np.errstate(over="ignore"):
                made = np.asarray(1 / (1 + np.exp(-made)), np.float32)
        return made

    def _code(self) -> str | None:
        """The first layer after a draw, and of its shape, that all of the output comes from."""
        outputs = self._graph.outputs
        end = outputs[f"out/{self._output}"]
        for node in self._loaded.experiment.graph:
            if node.op != NOISE or f"out/{node.id}" not in outputs:
                continue
            drawn = outputs[f"out/{node.id}"]
            for layer in self._layers_after(node, drawn, end):
                if not _hangs_on(self._graph, end, outputs[f"out/{layer}"], drawn):
                    return layer
        return None

    def _layers_after(self, noise: Node, drawn: str, end: str) -> list[str]:
        """Layers of the noise's shape between it and the output, in order."""
        before = _ancestors(self._graph, end)
        shape, found = self._graph[drawn].type.shape, []
        for node in self._loaded.experiment.graph:
            at = self._graph.outputs.get(f"out/{node.id}")
            if at in before and self._graph[at].type.shape == shape and drawn in _ancestors(self._graph, at):
                found.append(node.id)
        return found


def _hangs_on(graph: Graph, end: str, code: str, drawn: str) -> bool:
    """Whether the end is reached by the data, or by the noise itself, past the code."""
    there = _ancestors(graph, end, stop=code)
    return any(graph[node].op in ("column", "rows") or (node == drawn != code) for node in there)


def _ancestors(graph: Graph, end: str, stop: str = "") -> set[str]:
    """A node and all that goes into it, but for what goes into `stop`."""
    found, waiting = {end}, [end]
    while waiting:
        node = waiting.pop()
        for source in graph[node].inputs if node != stop else ():
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def _example(node: Node) -> tuple[int, ...]:
    """The shape of one example; () where its sizes are not known."""
    sizes = node.type.shape[1:]
    known = tuple(size for size in sizes if isinstance(size, int))
    return known if len(known) == len(sizes) else ()


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and shape[2] in CHANNELS and min(shape[:2]) > 1
