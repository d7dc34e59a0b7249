"""Warnings about steps: how large they are, and how many examples each of them sees."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ..dsl.kinds.kind import Rates
from ..dsl.kinds.tables import lookup
from ..dsl.places import Place
from .advice_view import View
from .experiment import Live, Optimizer
from .graph import Node

LOWEST_RATE = 1e-7


def about_batches(view: View) -> None:
    """Add the warnings about learning rates and batches."""
    _rates(view)
    _large_batch(view)
    _batch_of_one(view)


# learning rates


def _rates(view: View) -> None:
    rule, entry = view.experiment.optimizer, view.spec.train.optimizer if view.spec.train else None
    if rule is None or entry is None:
        return
    place = entry.option_places.get("learning_rate", entry.main.place if entry.main else entry.place)
    _high(view, rule, place)
    live = rule.options.get("learning_rate")
    start = _beginning(live) if isinstance(live, tuple) else None
    if start is None or start >= LOWEST_RATE or _elsewhere(rule):
        return
    rates = _usual(rule)
    usual = f"Try {rates.low:g} to {rates.high:g}." if rates else "Make it larger."
    said = "the weights never move" if start == 0 else f"a step of {start:g} is so small that the weights hardly move"
    view.warn("W205", place, f"with a learning rate of {start:g} {said}", usual)


def _usual(rule: Optimizer) -> Rates | None:
    known = lookup("optimizer", rule.kind)
    return known.rates if known else None


def _high(view: View, rule: Optimizer, place: Place) -> None:
    if (usual := _usual(rule)) is None:
        return
    for options in (rule.options, *(own for _, own in rule.groups)):
        for name, rate in _rates_of(options):
            if rate > usual.highest:
                view.warn(
                    "W205", place,
                    f"a learning rate of {rate:g}{name} is above what {rule.kind} usually bears ({usual.highest:g}): each "
                    "step overshoots, and the loss grows instead of falling",
                    f"Try {usual.low:g} to {usual.high:g}.",
                )  # fmt: skip
                return


def _rates_of(options: Mapping[str, Live | float | bool]) -> Iterator[tuple[str, float]]:
    """Every learning rate that the options lead to, with words that say which."""
    live = options.get("learning_rate")
    if not isinstance(live, tuple):
        return
    kind, pairs = live
    numbers = dict(pairs)
    if kind == "switch":
        yield from ((" in the course of training", rate) for rate in _switched(numbers.get("at")))
    for name, said in (("value", ""), ("start", " at the start"), ("end", " at the end")):
        rate = numbers.get(name)
        if isinstance(rate, int | float):
            yield said, rate


def _switched(pairs: object) -> Iterator[float]:
    for pair in pairs if isinstance(pairs, tuple) else ():
        if isinstance(pair, tuple) and isinstance(pair[-1], int | float):
            yield pair[-1]


def _beginning(live: Live) -> float | None:
    """The rate of the first steps; None for one that rises."""
    numbers = dict(live[1])
    start, end = numbers.get("value", numbers.get("start")), numbers.get("end", 0.0)
    if not isinstance(start, int | float) or not isinstance(end, int | float) or end > start:
        return None
    return float(start)


def _elsewhere(rule: Optimizer) -> bool:
    """Whether some weights have a learning rate of their own."""
    return any("learning_rate" in own for _, own in rule.groups)


# batches


def _large_batch(view: View) -> None:
    train, examples = view.spec.train, view.schema.parts.get("train", 0)
    if train is not None and train.batch is not None and 0 < examples < view.experiment.batch:
        view.warn(
            "W204", train.batch.place,
            f"a batch of {view.experiment.batch:,}, but only {examples:,} examples to train on: an epoch is one step",
            f"Take a batch of {_usual_batch(examples)}; or write `batch: {examples}` if every step is to see them all.",
        )  # fmt: skip


def _usual_batch(examples: int) -> int:
    """A power of 2 that gives some ten steps an epoch."""
    return int(2 ** min(7, max(0, round(math.log2(max(1, examples / 10))))))


def _batch_of_one(view: View) -> None:
    """Batch norm over one row of numbers gives 0 for all of them."""
    step, batch, examples = view.spec.train, view.experiment.batch, view.schema.parts.get("train", 0)
    norm = next((node for node in view.experiment.graph if _over_rows(node)), None)
    if step is None or norm is None or not examples:
        return
    place = step.batch.place if step.batch is not None else step.place
    if batch == 1:
        view.warn(
            "W223", place,
            f"`{norm.id}` takes the mean of a batch away, and a batch of one is its own mean: only 0 is left",
            "Take a batch of 16 or more.",
        )  # fmt: skip
    elif examples % batch == 1 and examples > 1 and view.experiment.last_batch == "keep":
        view.warn(
            "W223", place,
            f"{examples:,} examples in batches of {batch} leave a last batch of one, of which `{norm.id}` makes 0: it "
            "takes the mean of the batch away, and one example is its own mean",
            "Add `last_batch: drop`.",
        )  # fmt: skip


def _over_rows(node: Node) -> bool:
    """Whether the batch alone is averaged over: a picture has places besides."""
    return node.op == "batch_norm" and len(node.type.shape) == 2
