"""Gradients compared with central differences, in float64, state by state.

For each trainable state a random direction u of length 1 is drawn; the slope of the loss along it is measured by
(loss(w + h u) - loss(w - h u)) / 2h and compared with the sum of gradient * u, so that every number of the gradient
has a part in the one that is compared. The two losses are good to their last digit, and h divides it: so much they may
be apart by rounding alone, and a gradient is wrong where they are further apart. Where something with a corner (relu,
max, a comparison) changes sides between the two points the difference says nothing: another direction is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .graph import Graph, Node, Origin
from .interpret import interpret, interpret_all
from .ops import REGISTRY

Array = npt.NDArray[Any]
BAR = 1e-6
STEP = 1e-5
DRAWS = 20
FLOOR = 1e-7
"""Slopes below this are compared absolutely: the loss itself is only good to about 1e-12."""
CORNERS = frozenset({"relu", "leaky_relu", "elu", "selu", "abs", "sign", "floor", "step", "maximum", "minimum", "max",
                     "argmax", "greater", "greater_equal", "less", "less_equal", "equal", "where"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """One state of `count` numbers: `error` is what |analytic - numeric| is beyond `rounding`, divided by |analytic| +
    |numeric|; None where no direction was free of corners, or where the state has no gradient by definition
    (`reason`). `rounding`: how far apart the last digit of the losses can bring the two."""

    state: str
    error: float | None
    analytic: float
    numeric: float
    redraws: int
    reason: str | None
    origin: Origin
    count: int = 0
    rounding: float = 0.0

    @property
    def apart(self) -> float:
        """How far the two slopes are from each other, rounding and all."""
        return abs(self.analytic - self.numeric)

    @property
    def good(self) -> bool:
        return self.error is None or self.error <= BAR


def gradcheck(graph: Graph, values: Mapping[str, Array], sizes: Mapping[str, int], seed: int = 0) -> list[Checked]:
    """Check every output `gradient/STATE` of a graph that has `loss`. Values by leaf name, as for `interpret`."""
    gradients = interpret(graph, values, sizes, "float64")
    loss_only, values = _held(_only_loss(graph), values, sizes)
    found = []
    for output, node_id in graph.outputs.items():
        if output.startswith("gradient/"):
            state = output.removeprefix("gradient/")
            random = np.random.default_rng([seed, *state.encode()])
            origin = graph[node_id].origins[0]
            found.append(_check(loss_only, state, gradients[output], values, sizes, random, origin))
    return found


def _check(
    graph: Graph, state: str, gradient: Array, values: Mapping[str, Array], sizes: Mapping[str, int],
    random: np.random.Generator, origin: Origin,
) -> Checked:  # fmt: skip
    leaf = f"state/{state}"
    start = np.asarray(values[leaf], np.float64)
    h = STEP * max(1.0, float(np.abs(start).max(initial=0.0)))
    if not gradient.any() and (cause := _without_gradient(graph, leaf)):
        return Checked(state, None, 0.0, 0.0, 0, f"no gradient by definition: {cause}", origin, start.size)
    for redraws in range(DRAWS):
        direction = random.standard_normal(start.shape)
        direction /= max(float(np.linalg.norm(direction)), 1e-30)
        sides = []
        for sign in (-1.0, 1.0):
            every = interpret_all(graph, {**values, leaf: start + sign * h * direction}, sizes, "float64")
            sides.append((float(every[graph.outputs["loss"]]), _branches(graph, every)))
        (below, left), (above, right) = sides
        if left != right:
            continue
        numeric = (above - below) / (2 * h)
        analytic = float((gradient * direction).sum())
        scale = abs(analytic) + abs(numeric)
        # the difference of two losses keeps an absolute error of about 1e-16 |loss| / h
        noise = 4e-16 * abs(above) / h
        error = max(0.0, abs(analytic - numeric) - noise) / max(scale, FLOOR)
        return Checked(state, error, analytic, numeric, redraws, None, origin, start.size, noise)
    return Checked(state, None, 0.0, 0.0, DRAWS, "every direction crosses a corner", origin, start.size)


def _branches(graph: Graph, every: Mapping[str, Array]) -> bytes:
    """On which side of every corner the values lie."""
    marks = []
    for node in graph:
        if node.op in CORNERS:
            marks.append(_side(node, every))
    return b"".join(marks)


def _side(node: Node, every: Mapping[str, Array]) -> bytes:
    first = np.asarray(every[node.inputs[0]])
    if node.op in ("maximum", "minimum"):
        return np.packbits(first >= every[node.inputs[1]]).tobytes()
    if node.op in ("max", "argmax"):
        return np.asarray(np.argmax(first, axis=-1)).tobytes() if first.ndim else b""
    if node.op in ("relu", "leaky_relu", "elu", "selu", "abs"):
        return np.packbits(first > 0).tobytes()
    return np.asarray(every[node.id], np.float32).tobytes() if node.op != "where" else b""


def _only_loss(graph: Graph) -> Graph:
    wanted, waiting = set[str](), [graph.outputs["loss"]]
    while waiting:
        node_id = waiting.pop()
        if node_id not in wanted:
            wanted.add(node_id)
            waiting += graph[node_id].inputs
    return Graph({n.id: n for n in graph if n.id in wanted}, {"loss": graph.outputs["loss"]})


def _held(graph: Graph, values: Mapping[str, Array], sizes: Mapping[str, int]) -> tuple[Graph, Mapping[str, Array]]:
    """stop_gradient(x) is a constant to the gradient: the differences hold it at its value too."""
    stops = [node for node in graph if node.op == "stop_gradient"]
    if not stops:
        return graph, values
    every = interpret_all(graph, values, sizes, "float64")
    leaves = {n.id: replace(n, op="column", inputs=(), attrs=(("name", f"held/{n.id}"),)) for n in stops}
    nodes = {node.id: leaves.get(node.id, node) for node in graph}
    return Graph(nodes, graph.outputs), {**values, **{f"column/held/{n.id}": every[n.id] for n in stops}}


def _without_gradient(graph: Graph, leaf: str) -> str | None:
    """The op between a state and the loss that has no gradient, by its own words."""
    reached: set[str] = set()
    for node in graph:
        if node.op == "state" and f"state/{node.attr('name')}" == leaf:
            reached.add(node.id)
        elif any(source in reached for source in node.inputs):
            reached.add(node.id)
            if (why := REGISTRY[node.op].no_gradient) is not None:
                return f"`{node.op}`: {why}"
    return None
