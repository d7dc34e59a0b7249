"""Measured times laid over a picture: each box gets the time of what it stands for.

overlay = read_overlay(Path("profile.json").read_text(), "time")     # what `netloom profile --json` wrote
picture = overlaid(architecture(experiment), overlay, into=drawn_into(experiment))
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..dsl.diagnostics import NetloomError
from .diagram import Box, Group, Item, Picture
from .diagram_words import time

Measure = Literal["time", "lost"]
WORDS: Mapping[Measure, str] = {"time": "measured time", "lost": "time above the machine's limits"}
KEYS: Mapping[Measure, str] = {"time": "ns", "lost": "lost_ns"}
WAY_OUT = "write one with `netloom profile FILE --json > profile.json`"
PROGRAMS = ("gradients ", "update ", "evaluate ", "predict ")
LEAST_TOLD = 0.005
"""The share of a step from which what is in no box is told of."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Nanoseconds a step: `layers` by path, `kernels` by program and place (`gradients 3`); `whole`: all of them."""

    measure: Measure
    name: str
    mode: str
    batch: int
    threads: int
    step: float
    layers: Mapping[str, float]
    kernels: Mapping[str, float]

    @property
    def whole(self) -> float:
        return sum(self.kernels.values())


def read_overlay(text: str, measure: Measure = "time") -> Overlay:
    """A profile as JSON. Raises NetloomError where it is none."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("profile") != 1:
            raise NetloomError(f"this is no profile; {WAY_OUT}")
        key = KEYS[measure]
        return Overlay(
            measure, str(data["name"]), str(data["mode"]), int(data["batch"]), int(data["threads"]),
            _number(data["step_ns"]),
            {str(row["name"]): _number(row[key]) for row in data["layers"]},
            {f"{row['program']} {row['number']}": _number(row[key]) for row in data["kernels"]},
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as trouble:
        raise NetloomError(f"this profile cannot be read ({type(trouble).__name__}: {trouble}); {WAY_OUT}") from None


def _number(value: Any) -> float:
    number = float(value)
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{value} is no time")
    return number


def overlaid(
    picture: Picture, overlay: Overlay, level: Literal["layers", "kernels"], into: Mapping[str, str] | None = None
) -> Picture:
    """The picture with times on its boxes; `into` says in which box a layer is drawn that has none of its own.

    Raises NetloomError where the profile is of something else.
    """
    if overlay.name != picture.name:
        raise NetloomError(f"the profile is of `{overlay.name}`, this is `{picture.name}`; {WAY_OUT}")
    known = {box.id for box in picture.boxes}
    times = overlay.kernels if level == "kernels" else overlay.layers
    spent: dict[str, float] = {}
    for path, ns in times.items():
        home = path if level == "kernels" else box_of(path, known, into or {})
        if home in known:
            spent[home] = spent.get(home, 0.0) + ns
    calls = {box for box in known if box.startswith(PROGRAMS)} if level == "kernels" else set(spent)
    if not spent or calls != set(spent):
        raise NetloomError(f"`{overlay.name}` is not what it was when the profile was written; {WAY_OUT}")
    whole = overlay.whole
    items = tuple(_timed(picture.items, spent, whole))
    rest = whole - sum(spent.values())
    team = f"{overlay.threads} thread{'s' if overlay.threads > 1 else ''}"
    told = f"{WORDS[overlay.measure]} a step, {overlay.mode}, batch {overlay.batch}, {team}: {time(whole)} in kernels"
    if whole and rest > LEAST_TOLD * whole:
        told += f", {rest / whole:.0%} of it for nothing drawn here"
    return replace(picture, items=items, heat=told)


def box_of(path: str, known: set[str], into: Mapping[str, str]) -> str:
    """The box of a layer or section: its own, that it is drawn in, or the one whose path begins its own."""
    loss = path.removeprefix("train.loss.")
    for candidate in (path, into.get(path, ""), f"loss {loss}" if loss != path else ""):
        if candidate in known:
            return candidate
    head = path
    while "." in head:
        head = head.rpartition(".")[0]
        if head in known:
            return head
    return ""


def _timed(items: Iterable[Item], spent: Mapping[str, float], whole: float) -> Iterable[Item]:
    for item in items:
        if isinstance(item, Group):
            yield replace(item, items=tuple(_timed(item.items, spent, whole)))
        else:
            ns = spent.get(item.id, 0.0)
            yield replace(item, spent=ns, part=ns / whole if whole else 0.0)


def hottest(boxes: Iterable[Box]) -> float:
    """The largest share of the time that one box has, with all it stands for."""
    return max((box.part * box.repeat for box in boxes), default=0.0)


def warmth(box: Box, most: float) -> float:
    """How hot a box is, from 0 to 1."""
    return min(1.0, box.part * box.repeat / most) if most else 0.0
