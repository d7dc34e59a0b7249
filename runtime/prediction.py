"""What a network answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Prediction:
    """`outputs` by name, one row an example; `classes`: the names of the classes, where the target has them.

    `target` is the column that is predicted and what is done to it, `truth` its values where they are known; `scores`
    the output whose softmax or sigmoid the probabilities are; `names` the files of the rows, where each is a picture.
    """

    outputs: dict[str, Any]
    classes: tuple[str, ...]
    target: str | None = None
    truth: Any = None
    scores: str | None = None
    names: tuple[str, ...] = ()
