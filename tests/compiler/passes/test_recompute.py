"""What is cheaper to compute again than to keep: never what has to wait for something that is not there yet."""

from __future__ import annotations

from netloom.compiler.graph import Builder, Origin, Value
from netloom.compiler.passes.recompute import recomputed
from netloom.compiler.types import BATCH, TensorType

ORIGIN = (Origin("test.yaml", 1, "test"),)
TABLE = TensorType((BATCH, 3))


def column(new: Builder, value: Value) -> Value:
    return new.add("broadcast", [value], shape=TABLE.shape, axes=(1,))


def made(new: Builder) -> Value:
    """A table that no leaf holds."""
    return new.add("tanh", [new.leaf("column", TABLE, name="x")])


def test_a_difference_from_the_own_mean_is_taken_anew() -> None:
    new = Builder(ORIGIN)
    x = made(new)
    difference = x - column(new, new.add("sum", [x], axes=(0,)))
    new.output("out/y", new.add("exp", [difference]))
    assert difference.id in recomputed(new.graph())


def test_a_difference_from_something_else_is_kept() -> None:
    new = Builder(ORIGIN)
    x, other = (
        made(new),
        new.leaf("state", TensorType((3,)), name="s", role="weight", trainable=False, start=("zero", ())),
    )
    difference = x - column(new, other)
    new.output("out/y", new.add("exp", [difference]))
    assert difference.id not in recomputed(new.graph())


def test_a_difference_of_two_tables_is_kept() -> None:
    new = Builder(ORIGIN)
    x, y = made(new), new.add("exp", [new.leaf("column", TABLE, name="y")])
    difference = x - y
    new.output("out/y", new.add("exp", [difference]))
    assert difference.id not in recomputed(new.graph())


def test_a_factor_of_what_goes_round_other_layers_is_taken_anew() -> None:
    new = Builder(ORIGIN)
    x = made(new)
    scale = new.leaf("state", TensorType((3,)), name="s", role="weight", trainable=False, start=("zero", ()))
    weights = new.leaf("state", TensorType((3, 3)), name="w", role="weight", trainable=False, start=("zero", ()))
    scaled = x * column(new, scale)
    through = new.add("matmul", [new.add("exp", [scaled]), weights])
    new.output("out/y", x + through)
    assert scaled.id in recomputed(new.graph())


def test_what_a_convolution_reads_is_kept() -> None:
    new = Builder(ORIGIN)
    picture = new.add("tanh", [new.leaf("column", TensorType((BATCH, 4, 4, 3)), name="x")])
    mean = new.add("broadcast", [new.add("sum", [picture], axes=(0, 1, 2))], shape=picture.type.shape, axes=(3,))
    difference = picture - mean
    weights = new.leaf("state", TensorType((12, 2)), name="w", role="weight", trainable=False, start=("zero", ()))
    windows = new.add("windows", [difference], size=(2, 2), stride=(1, 1), pad=(0, 0, 0, 0), dilation=(1, 1))
    new.output("out/y", new.add("matmul", [windows, weights]))
    assert difference.id not in recomputed(new.graph())


def test_a_difference_from_the_largest_of_a_row_is_kept() -> None:
    new = Builder(ORIGIN)
    scale = new.leaf("state", TensorType((3,)), name="s", role="weight", trainable=False, start=("zero", ()))
    scaled = made(new) + column(new, scale)
    largest = new.add("broadcast", [new.add("max", [scaled], axes=(1,))], shape=TABLE.shape, axes=(0,))
    new.output("out/y", new.add("exp", [scaled - largest]))
    # what makes the table and what goes along its rows can be one kernel
    assert scaled.id not in recomputed(new.graph())
