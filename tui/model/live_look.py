"""What a network sees while it trains: filters, what layers give for an example, mistakes; asked of the training itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...runtime.control import ControlError
from ...runtime.looking import unpacked
from .confusion_rows import Confusion
from .observed import Answer, Inside
from .pictures import Array, Shown, is_picture
from .seen_pictures import channels, filters, light

Look = Callable[..., Mapping[str, Any]]
"""`look(what, **more)` gives the training's answer, or raises ControlError."""
LAYERS, EXAMPLES = 6, 12
COPIES, SAMPLES = 8, 12
GAP = 2
"""Points between a picture and its copy."""


def look_live(look: Look, layers: Sequence[str], part: str, row: int = 0) -> Inside:
    """Ask a training for what can be shown. What it refuses is left out. Raises ControlError where nothing listens.

    `layers` are those looked into; `part` and `row` choose the example."""
    told = look("input", part=part, row=row)
    picture = _picture(told)
    pictures = {
        "filters": tuple(_filters(look, layers, picture)),
        "activations": tuple(_activations(look, layers, part, row, told, picture)),
        "reconstructions": tuple(_copies(look, part, row)),
        "samples": tuple(_samples(look)),
        "attention": tuple(_attention(look, part, row)),
    }
    guesses = _asked(look, "predictions", part=part, most=EXAMPLES)
    confusion: Confusion | None = None
    answers: tuple[Answer, ...] = ()
    if guesses is not None:
        answers = tuple(_answers(guesses, part))
        pictures["examples"] = tuple(_examples(look, answers)) if picture is not None else ()
        counts = np.array(guesses["confusion"], np.float64)
        confusion = Confusion(counts, tuple(guesses["classes"]), part, int(guesses["step"]))
    elif (numbers := _asked(look, "numbers", part=part, most=EXAMPLES)) is not None:
        answers = tuple(_numbers(numbers, part))
    return Inside(pictures_step=int(told["step"]), pictures=pictures, confusion=confusion, answers=answers)


def _asked(look: Look, what: str, **more: Any) -> Mapping[str, Any] | None:
    """The answer; None where this cannot be shown of this network."""
    try:
        return look(what, **more)
    except ControlError:
        return None


def _picture(told: Mapping[str, Any]) -> Array | None:
    """The first column of an example that is a picture."""
    for column in told["columns"].values():
        values = unpacked(column)
        if is_picture(values.shape):
            return values
    return None


def _filters(look: Look, layers: Sequence[str], picture: Array | None) -> Iterator[Shown]:
    shape = None if picture is None else picture.shape
    for name in layers:
        told = _asked(look, "weights", layer=name)
        if told is not None and (found := list(filters(name, unpacked(told["value"]), shape))):
            yield from found
            return


def _activations(
    look: Look, layers: Sequence[str], part: str, row: int, told: Mapping[str, Any], picture: Array | None
) -> Iterator[Shown]:
    if picture is not None:
        yield Shown(picture, f"{part} {row}: {told['truth']}", *light(picture))
    for name in layers[:: max(1, -(-len(layers) // LAYERS))]:
        answer = _asked(look, "activation", layer=name, part=part, row=row)
        if answer is not None:
            yield from channels(name, unpacked(answer["value"]))


def _answers(guesses: Mapping[str, Any], part: str) -> Iterator[Answer]:
    """The worst answers first, then the first examples that were answered right."""
    worst = guesses["worst"]
    right = [one for one in guesses.get("some", ()) if one["taken"] == one["truth"]]
    for one in (*worst, *right):
        yield Answer(part, int(one["row"]), str(one["taken"]), float(one["sure"]), str(one["truth"]))


def _numbers(told: Mapping[str, Any], part: str) -> Iterator[Answer]:
    """The numbers that are farthest off, then those of the first examples."""
    worst = told["worst"]
    there = {one["row"] for one in worst}
    for one in (*worst, *(one for one in told["some"] if one["row"] not in there)):
        yield Answer(part, int(one["row"]), f"{one['taken']:.4g}", 0.0, f"{one['truth']:.4g}", float(one["off"]))


def _examples(look: Look, answers: Sequence[Answer]) -> Iterator[Shown]:
    for one in answers[:EXAMPLES]:
        told = _asked(look, "input", part=one.part, row=one.row)
        picture = None if told is None else _picture(told)
        if picture is not None:
            words = f"{one.taken} {one.sure:.0%}" if one.right else f"{one.truth} as {one.taken} {one.sure:.0%}"
            yield Shown(picture, words, *light(picture), wrong=not one.right)


def _copies(look: Look, part: str, row: int) -> Iterator[Shown]:
    """Pictures and what the network makes of them, side by side on one scale."""
    told = _asked(look, "copies", part=part, row=row, most=COPIES)
    if told is None:
        return
    given, made = unpacked(told["given"]), unpacked(told["made"])
    low, high = light(given)
    for number, (one, copy) in enumerate(zip(given, made, strict=False)):
        between = np.full((len(one), GAP, one.shape[2]), low, np.float32)
        off = float(np.sqrt(np.mean((one - copy) ** 2)))
        yield Shown(np.concatenate([one, between, copy], 1), f"{row + number}: off by {off:.2g}", low, high)


def _samples(look: Look) -> Iterator[Shown]:
    told = _asked(look, "samples", most=SAMPLES)
    for number, one in enumerate(() if told is None else unpacked(told["made"]), 1):
        yield Shown(one, f"{number}", *light(one))


def _attention(look: Look, part: str, row: int) -> Iterator[Shown]:
    """A map a head: how much each row reads of each."""
    told = _asked(look, "attention", part=part, row=row)
    if told is None:
        return
    for name, packed_one in zip(told["names"], told["values"], strict=True):
        value = unpacked(packed_one)
        heads = value if value.ndim == 3 else value[None]
        for head, one in enumerate(heads):
            called = f"{name} {head + 1}" if len(heads) > 1 else str(name)
            yield Shown(one[..., None], called, 0.0, float(one.max()) or 1.0)
