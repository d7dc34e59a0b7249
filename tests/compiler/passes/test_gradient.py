"""Reverse mode against central differences, to second order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
from hypothesis import assume, given
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.interpret import interpret
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.stages import TYPED, check, run
from netloom.compiler.types import BATCH, TensorType
from netloom.compiler.verify import random_values

Array = npt.NDArray[Any]
SIZES = {"B": 3, "N": 5}
HERE = (Origin("net.yaml", 3, "train.loss"),)


def state(new: Builder, name: str, *shape: int, trainable: bool = True) -> Value:
    return new.leaf("state", TensorType(shape), name=name, role="weight", trainable=trainable, start=("zeros", ()))


def along(graph: Graph, values: Mapping[str, Array], name: str, direction: Array) -> float:
    """The slope of the loss along a direction in one state, by central differences."""
    step = 1e-6
    ends = [
        interpret(graph, {**values, f"state/{name}": values[f"state/{name}"] + sign * step * direction}, SIZES)
        for sign in (1, -1)
    ]
    return float(ends[0]["loss"] - ends[1]["loss"]) / (2 * step)


def agrees(graph: Graph, with_gradient: Graph, seed: int) -> None:
    """Every trainable state that is read has a gradient, which along a random direction is the slope that differences show."""
    values = random_values(graph, SIZES, seed)
    found = interpret(with_gradient, values, SIZES)
    network = graph.network()
    read = set[str]().union(*({goal} | nx.ancestors(network, goal) for goal in graph.outputs.values()))
    states = [node for node in graph if node.op == "state" and node.attr("trainable") and node.id in read]
    trained = {str(node.attr("name")) for node in states}
    assert trained == {name.removeprefix("gradient/") for name in found if name.startswith("gradient/")}
    assume(trained)
    for name in trained:
        direction = np.random.default_rng(seed).normal(size=values[f"state/{name}"].shape)
        exact = float(np.sum(found[f"gradient/{name}"] * direction))
        assert abs(along(graph, values, name, direction) - exact) < 1e-6 * max(1.0, abs(exact))


@given(data=st.data())
def test_against_differences(data: st.DataObject, draw_graph: Callable[..., Graph]) -> None:
    graph = draw_graph(data, smooth=True)
    after = run([Gradient(), Decompose()], graph)
    agrees(graph, after, seed=data.draw(st.integers(0, 9)))


@given(data=st.data())
def test_second_order(data: st.DataObject, draw_graph: Callable[..., Graph]) -> None:
    """The gradient of the squared norm of a gradient."""
    graph = draw_graph(data, smooth=True)
    first = Gradient()(graph)
    new = Builder(HERE)
    values: dict[str, Value] = {}
    for node in first:
        values[node.id] = new.copy(node, [values[source] for source in node.inputs])
    gradients = [values[source] for name, source in first.outputs.items() if name.startswith("gradient/")]
    assume(gradients)
    squares = [new.add("square", [g]) for g in gradients]
    sums = [new.add("sum", [s], axes=tuple(range(s.type.rank))) if s.type.rank else s for s in squares]
    total = sums[0]
    for term in sums[1:]:
        total = new.add("add", [total, term])
    new.output("loss", total)
    norm = new.graph()
    agrees(norm, Gradient()(norm), seed=1)


def test_order_frozen_selected_and_zero() -> None:
    new = Builder(HERE)
    b, a, frozen = state(new, "b", 2), state(new, "a", 2), state(new, "f", 2, trainable=False)
    unread = state(new, "unread", 3)
    new.output("loss", new.add("sum", [b * a * frozen], axes=(0,)))
    new.output("out/unread", unread * 2.0)
    after = Gradient()(new.graph())
    check(after, TYPED, "gradient")
    names = [name for name in after.outputs if name.startswith("gradient/")]
    assert names == ["gradient/b", "gradient/a", "gradient/unread"]
    values = random_values(after, SIZES, 0)
    found = interpret(after, values, SIZES)
    assert np.array_equal(found["gradient/b"], values["state/a"] * values["state/f"])
    assert np.array_equal(found["gradient/unread"], np.zeros(3))
    chosen = Gradient(only=("a",))(new.graph())
    assert [name for name in chosen.outputs if name.startswith("gradient/")] == ["gradient/a"]


def test_a_part_without_gradient_passes_nothing_back() -> None:
    new = Builder(HERE)
    w = state(new, "w", 2)
    new.output("loss", new.add("sum", [new.add("greater", [w, 0.5])], axes=(0,)))
    after = Gradient()(new.graph())
    found = interpret(after, {"state/w": np.array([0.2, 0.9])}, SIZES)
    assert np.array_equal(found["gradient/w"], np.zeros(2))


def test_golden(golden: Callable[[str, str], None]) -> None:
    """A linear neuron with a squared error."""
    new = Builder(HERE)
    x = new.leaf("column", TensorType((BATCH, 2)), name="x")
    error = new.add("matmul", [x, state(new, "w", 3, 2)], transpose_b=True) - 1.0
    new.output("loss", new.add("sum", [new.add("square", [error])], axes=(0, 1)))
    golden("passes/gradient.txt", Gradient()(new.graph()).text())
