"""A sum that follows from others is not walked for; any other is, and the meaning stays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.interpret import interpret
from netloom.compiler.passes.drop_dead import DropDead
from netloom.compiler.passes.known_sums import KnownSums
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import Size, TensorType

ORIGIN = (Origin("test.yaml", 1, "test"),)
ROWS = Size(4, ("B",))
TABLE = TensorType((ROWS, 3))
Make = Callable[[Builder, Value, Value, Value], Value]


def column(new: Builder, value: Value) -> Value:
    return new.add("broadcast", [value], shape=TABLE.shape, axes=(1,))


def total(new: Builder, value: Value, axes: tuple[int, ...] = (0,)) -> Value:
    return new.add("sum", [value], axes=axes)


def centred(new: Builder, y: Value, factor: int = 4, axes: tuple[int, ...] = (0,)) -> Value:
    """y - mean(y): right where the count is `factor` times the batch."""
    count = new.leaf("size", TensorType(()), of=("B",)) * float(factor)
    share = new.add("broadcast", [new.add("reciprocal", [count])], shape=(3,), axes=())
    return y - column(new, total(new, y, axes) * share)


def graph(make: Make, *, first: bool = True) -> Graph:
    """The sum of what `make` gives, beside sum(x) (where `first`)."""
    new = Builder(ORIGIN)
    x, y = (new.leaf("state", TABLE, name=name) for name in "xy")
    scale = new.leaf("state", TensorType((3,)), name="scale")
    if first:
        new.output("publish/known", total(new, x))
    new.output("publish/asked", total(new, make(new, x, y, scale)))
    return new.graph()


def sums(found: Graph) -> int:
    return sum(node.op == "sum" for node in run_passes((KnownSums(), DropDead()), found))


FOLLOW: dict[str, Make] = {
    "-x": lambda new, x, y, c: new.add("negative", [x]),
    "a x": lambda new, x, y, c: x * column(new, c),
    "x a": lambda new, x, y, c: column(new, c) * x,
    "x (a a)": lambda new, x, y, c: x * (column(new, c) * column(new, c)),
    "-(a x + x)": lambda new, x, y, c: new.add("negative", [x * column(new, c) + x]),
    "x - a x": lambda new, x, y, c: x - x * column(new, c),
}
CENTRED: dict[str, Make] = {
    "a x + b (y - mean y)": lambda new, x, y, c: x * column(new, c) + centred(new, y) * column(new, c),
    "x + (y - mean y)": lambda new, x, y, c: x + centred(new, y),
    "(y - mean y) - x": lambda new, x, y, c: centred(new, y) - x,
}
STAY: dict[str, tuple[Make, int]] = {
    "x y": (lambda new, x, y, c: x * y, 2),
    "x + y": (lambda new, x, y, c: x + y, 2),
    "x x": (lambda new, x, y, c: x * x, 2),
    "y less another share of it": (lambda new, x, y, c: x + centred(new, y, factor=5), 3),
}


def same(made: Graph) -> None:
    """The pass changes no result."""
    draw = np.random.default_rng(0)
    for batch in (1, 3):
        values = {
            "state/x": draw.normal(size=(4 * batch, 3)), "state/y": draw.normal(size=(4 * batch, 3)),
            "state/scale": draw.normal(size=3),
        }  # fmt: skip
        before, after = (
            interpret(one, values, {"B": batch}, "float64") for one in (made, run_passes((KnownSums(),), made))
        )
        for name, array in before.items():
            np.testing.assert_allclose(after[name], array, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FOLLOW)
def test_what_follows_is_not_walked_for(name: str) -> None:
    made = graph(FOLLOW[name])
    assert sums(made) == 1
    same(made)


@pytest.mark.parametrize("name", CENTRED)
def test_what_is_centred_sums_to_nothing(name: str) -> None:
    """Not even the sum that the mean is made of is needed then."""
    made = graph(CENTRED[name])
    assert sums(made) == 1
    same(made)


@pytest.mark.parametrize("name", STAY)
def test_other_sums_stay(name: str) -> None:
    make, left = STAY[name]
    made = graph(make)
    assert sums(made) == left
    same(made)


def test_nothing_follows_where_the_sum_is_not_asked_for() -> None:
    assert sums(graph(FOLLOW["a x"], first=False)) == 1
