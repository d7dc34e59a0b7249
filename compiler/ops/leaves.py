"""Where values enter a graph: data, weights, knobs, the clock, numbers. A leaf's type is given, not inferred."""

from __future__ import annotations

from typing import Any, NoReturn

from .op import op

GIVEN = "a leaf: its value is given from outside"


def _given() -> NoReturn:
    raise TypeError("a leaf has no oracle: its value comes from outside")


@op(" -> ...", kind="leaf", attrs={"name": ...}, because=GIVEN)
def column(*, name: str) -> Any:
    """The data column `name`: N rows of the column's shape.  Source: own."""
    _given()


@op(" -> ...", kind="leaf", because=GIVEN)
def rows() -> Any:
    """Which rows of the columns make up this batch: int64 (B,).  Source: own."""
    _given()


@op(" -> ...", kind="leaf", because=GIVEN)
def clock() -> Any:
    """Optimiser steps done before this one: int64 ().  Source: own."""
    _given()


@op(
    " -> ...",
    kind="leaf",
    attrs={"name": ..., "role": "weight", "trainable": True, "start": ("zeros", ())},
    because=GIVEN,
)
def state(*, name: str, role: str, trainable: bool, start: object) -> Any:
    """A value that lives from step to step. `role`: weight, slot, counter or statistic; `start` is its
    initialiser as `(kind, ((option, value), ...))`.  Source: own."""
    _given()


@op(" -> ...", kind="leaf", attrs={"name": ..., "live": ..., "low": 0.0, "high": 1e30}, because=GIVEN)
def knob(*, name: str, live: object, low: float, high: float) -> Any:
    """A number set before each step, float32 (); `live` says how it changes.  Source: own."""
    _given()


@op(" -> ...", kind="leaf", attrs={"value": ...}, because=GIVEN)
def constant(*, value: float) -> Any:
    """The number `value`, of rank 0.  Source: own."""
    return value


@op(" -> ...", kind="leaf", attrs={"of": ..., "factor": 1}, because=GIVEN)
def size(*, of: tuple[str, ...], factor: int) -> Any:
    """`factor` times the named sizes as a float32 number, known when a program is bound.  Source: own."""
    _given()
