"""The parts of the loss over a batch: which examples count, the mean or the sum of them."""

from __future__ import annotations

from typing import cast

from ..experiment import Term
from ..graph import Value
from ..types import BATCH
from .metrics import total
from .registry import LOSSES, Scene


def expand_term(scene: Scene, term: Term) -> Value:
    """The mean of what a part of the loss gives over the examples that count, or their sum (`reduce`).

    With `where` what it leaves out adds nothing, has no gradient, and is not counted; where nothing counts the
    mean is 0.
    """
    scene.at(term.origin)
    truth = None if term.where is None else truth_of(scene, term.where)
    scene.counted = truth
    each = LOSSES[term.kind](scene, term)
    assert each.type.shape == (BATCH,), f"{term.kind} gives a number an example"
    by_number, scene.counted = scene.numbers, None
    scene.numbers = None
    mean = term.options.get("reduce", "mean") != "sum"
    if truth is None:
        return cast(Value, total(each) / scene.examples()) if mean else total(each)
    if by_number is None:
        each = each.builder.add("where", [truth, each, 0.0])
        by_number = total(truth)
    return cast(Value, total(each) / each.builder.add("maximum", [by_number, 1.0])) if mean else total(each)


def truth_of(scene: Scene, node: str) -> Value:
    """1 where a formula is not 0, else 0; of the shape (B,) where it says one thing of an example."""
    value = scene.values[node]
    if value.type.dtype == "int32":
        value = value.builder.add("cast", [value], dtype="float32")
    yes = value.builder.add("logical_not", [value.builder.add("equal", [value, 0.0])])
    if all(size == 1 for size in yes.type.shape[1:]) and yes.type.rank > 1:
        yes = yes.builder.add("reshape", [yes], shape=(BATCH,))
    return yes
