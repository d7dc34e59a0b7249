"""What a network sees while it trains: filters, what layers give for an example, mistakes; asked of the training itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...runtime.control import ControlError
from ...runtime.looking import unpacked
from .confusion_rows import Confusion
from .observed import Inside
from .pictures import Array, Shown, is_picture
from .seen_pictures import channels, filters, light

Look = Callable[..., Mapping[str, Any]]
"""`look(what, **more)` gives the training's answer, or raises ControlError."""
LAYERS, EXAMPLES = 6, 12


def look_live(look: Look, layers: Sequence[str], part: str, row: int = 0) -> Inside:
    """Ask a training for what can be shown. What it refuses is left out. Raises ControlError where nothing listens.

    `layers` are those looked into; `part` and `row` choose the example."""
    told = look("input", part=part, row=row)
    picture = _picture(told)
    pictures = {
        "filters": tuple(_filters(look, layers, picture)),
        "activations": tuple(_activations(look, layers, part, row, told, picture)),
    }
    guesses = _asked(look, "predictions", part=part, most=EXAMPLES)
    confusion = None
    if guesses is not None:
        pictures["examples"] = tuple(_examples(look, guesses["worst"], part)) if picture is not None else ()
        counts = np.array(guesses["confusion"], np.float64)
        confusion = Confusion(counts, tuple(guesses["classes"]), part, int(guesses["step"]))
    return Inside(pictures_step=int(told["step"]), pictures=pictures, confusion=confusion)


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


def _examples(look: Look, worst: Sequence[Mapping[str, Any]], part: str) -> Iterator[Shown]:
    for one in worst:
        told = _asked(look, "input", part=part, row=one["row"])
        picture = None if told is None else _picture(told)
        if picture is not None:
            words = f"{one['truth']} as {one['taken']} {one['sure']:.0%}"
            yield Shown(picture, words, *light(picture), wrong=True)
