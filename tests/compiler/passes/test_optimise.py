"""The optimisers on w^2 from 1 with rate 0.1, against numbers worked out by hand (catalog N28, N29)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.interpret import interpret
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.passes.optimise import Optimise
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.passes.update_rules import RULES
from netloom.compiler.stages import run
from netloom.compiler.types import TensorType
from netloom.compiler.verify import verify

Array = npt.NDArray[Any]
HERE = (Origin("net.yaml", 3, "train.loss"),)
RATE = ("learning_rate", ("constant", (("value", 0.1),)))
ADAM = (RATE, ("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8))
GOLDEN: dict[str, tuple[Optimise, tuple[float, float, float]]] = {
    "sgd": (Optimise("sgd", (RATE,)), (0.8, 0.64, 0.512)),
    "momentum": (Optimise("momentum", (RATE, ("momentum", 0.9))), (0.8, 0.46, 0.062)),
    "nesterov": (Optimise("nesterov", (RATE, ("momentum", 0.9))), (0.62, 0.2224, -0.108352)),
    "adagrad": (Optimise("adagrad", (RATE, ("epsilon", 0.0))), (0.9, 0.833104, 0.780456)),
    "rmsprop": (
        Optimise("rmsprop", (RATE, ("smoothing", 0.9), ("epsilon", 0.0))),
        (0.683772, 0.498871, 0.369181),
    ),
    "adam": (Optimise("adam", ADAM), (0.9, 0.800412, 0.701586)),
    "adam uncorrected": (Optimise("adam", ADAM, corrects=False), (0.683772, 0.270206, -0.162141)),
    "adamw": (Optimise("adamw", (*ADAM, ("decay", 0.01))), (0.899, 0.798519, 0.698911)),
}


def bowl(*shape: int) -> Graph:
    """loss = sum of w^2."""
    new = Builder(HERE)
    w = new.leaf("state", TensorType(shape), name="w", role="weight", trainable=True, start=("zeros", ()))
    squares = new.add("square", [w])
    new.output("loss", new.add("sum", [squares], axes=tuple(range(len(shape)))) if shape else squares)
    return Gradient()(new.graph())


def trained(graph: Graph, start: Array, steps: int, **knobs: float) -> list[dict[str, Array]]:
    """The outputs of each step; every `next` becomes the state's value."""
    values: dict[str, Array] = {
        f"state/{node.attr('name')}": np.zeros(node.type.shape, node.type.dtype)  # type: ignore[arg-type]
        for node in graph
        if node.op == "state"
    }
    values["state/w"] = start
    values |= {f"knob/{name}": np.asarray(value) for name, value in knobs.items()}
    every = []
    for _ in range(steps):
        found = interpret(graph, values, {"B": 1, "N": 1})
        every.append(found)
        values |= {f"state/{n.removeprefix('next/')}": v for n, v in found.items() if n.startswith("next/")}
    return every


@pytest.mark.catalog("O03", "O07", "O08", "O09", "O10", "O11", "O12")
@pytest.mark.parametrize("name", GOLDEN)
def test_golden_numbers(name: str) -> None:
    optimise, expected = GOLDEN[name]
    graph = run([optimise, Simplify()], bowl())
    path = [float(step["next/w"]) for step in trained(graph, np.asarray(1.0), 3, learning_rate=0.1)]
    assert path == pytest.approx(expected, abs=1e-6)


def test_every_rule_has_golden_numbers() -> None:
    assert {optimise.rule for optimise, _ in GOLDEN.values()} == set(RULES)


@pytest.mark.catalog("O17")
@pytest.mark.parametrize(("kind", "moved"), [("value", (15.0, 12.0)), ("norm", (12.0, 9.0))])
def test_clipping(kind: Any, moved: tuple[float, float]) -> None:
    """The gradient (16, 12) with the limit 15; the reported norm is that before clipping."""
    optimise = Optimise("sgd", (("learning_rate", 1.0),), clip=((kind, 15.0),))
    start = np.array([8.0, 6.0])
    (step,) = trained(optimise(bowl(2)), start, 1)
    assert start - step["next/w"] == pytest.approx(moved)
    assert step["publish/gradient_norm"] == 20.0 == step["guard/gradient_norm"]
    assert step["guard/loss"] == 100.0


def test_below_the_limit_nothing_is_clipped() -> None:
    options = (("learning_rate", 1.0),)
    clipped = Optimise("sgd", options, clip=(("value", 15.0), ("norm", 20.0)))
    start = np.array([3.0, 4.0])
    a, b = (trained(o(bowl(2)), start, 1)[0]["next/w"] for o in (clipped, Optimise("sgd", options)))
    assert np.array_equal(a, b)
    zero = trained(clipped(bowl(2)), np.zeros(2), 1)[0]["next/w"]
    assert np.array_equal(zero, np.zeros(2))


def test_coupled_decay_is_part_of_the_gradient() -> None:
    """w - lr (2 w + 0.5 w) from 1; and no decay at all where it is 0."""
    graph = Optimise("sgd", (("learning_rate", 0.1), ("decay", 0.5)))(bowl())
    assert float(trained(graph, np.asarray(1.0), 1)[0]["next/w"]) == pytest.approx(0.75)
    without = Optimise("sgd", (("learning_rate", 0.1), ("decay", 0.0)))(bowl())
    assert without == Optimise("sgd", (("learning_rate", 0.1),))(bowl())


def test_states_and_knobs() -> None:
    graph = Optimise("adam", ADAM)(bowl(3))
    roles = {str(n.attr("name")): (n.attr("role"), n.type.dtype) for n in graph if n.op == "state"}
    assert roles == {
        "w": ("weight", "float32"),
        "w/first_moment": ("slot", "float32"),
        "w/second_moment": ("slot", "float32"),
        "optimizer/step": ("counter", "int64"),
    }
    assert [n.attr("name") for n in graph if n.op == "knob"] == ["learning_rate"]
    assert float(trained(graph, np.ones(3), 2, learning_rate=0.1)[1]["next/optimizer/step"]) == 2


def test_the_rest_of_the_graph_keeps_its_meaning() -> None:
    for optimise, _ in GOLDEN.values():
        _, blame = verify(bowl(2, 3), [optimise, Simplify()], {"B": 2, "N": 3})
        assert blame is None, str(blame)


def two_weights() -> Graph:
    new = Builder(HERE)
    kind = TensorType((2,))
    states = [new.leaf("state", kind, name=n, role="weight", trainable=True, start=("zeros", ())) for n in ("a", "b")]
    squares = [new.add("sum", [new.add("square", [w])], axes=(0,)) for w in states]
    new.output("loss", new.add("add", squares))
    return Gradient()(new.graph())


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_a_group_is_an_optimiser_of_its_own(rule: str) -> None:
    """Weights in a group move as they would alone under the group's numbers; the others as without groups."""
    own = (("learning_rate", 0.01), ("beta1", 0.5)) if rule == "adam" else (("learning_rate", 0.01),)
    numbers = ADAM if rule == "adam" else (RATE,)
    alone = Optimise(rule, tuple({**dict(numbers), **dict(own)}.items()))
    grouped = Optimise(rule, numbers, groups=((("b",), own[:1]), (("b",), (("learning_rate", 9.0), *own[1:]))))
    found, plain, wanted = (steps_of(o, two_weights(), 4) for o in (grouped, Optimise(rule, numbers), alone))
    np.testing.assert_allclose(found["a"], plain["a"], rtol=1e-12)
    np.testing.assert_allclose(found["b"], wanted["b"], rtol=1e-12)


def steps_of(optimise: Optimise, graph: Graph, steps: int) -> dict[str, Array]:
    """The states after some steps from 1 and 2, knobs at the values their live numbers hold."""
    made = optimise(graph)
    states = {str(node.attr("name")): node for node in made if node.op == "state"}
    values: dict[str, Any] = {
        f"state/{name}": np.array([1.0, 2.0]) if name in ("a", "b") else np.zeros(node.type.shape)  # type: ignore[call-overload]
        for name, node in states.items()
    }
    values |= {f"knob/{n.attr('name')}": n.attr("live")[1][0][1] for n in made if n.op == "knob"}  # type: ignore[index]
    for _ in range(steps):
        outputs = interpret(made, values, {"B": 1})
        values |= {f"state/{name.removeprefix('next/')}": v for name, v in outputs.items() if name.startswith("next/")}
    return {name: values[f"state/{name}"] for name in ("a", "b")}
