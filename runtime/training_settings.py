"""What a training is given beside its plan and its data: how long, when to stop, who explains and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .order import Rows


@dataclass(frozen=True, slots=True)
class Stopping:
    """When to stop early: `metric` of the validation part has not improved by `min_delta` for `patience` epochs."""

    metric: str
    patience: int
    min_delta: float = 0.0
    restore: str = "best"


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how: `folder` holds the checkpoints; `checkpoint_steps` writes one every so many steps."""

    folder: Path | None
    epochs: int
    batch: int
    seed: int = 0
    steps: int | None = None
    drop_last: bool = False
    stop: Stopping | None = None
    checkpoint_steps: int | None = None


@dataclass(frozen=True, slots=True)
class NotFinite:
    """Where the first number that is not finite appears."""

    message: str
    file: str | None = None
    line: int | None = None
    layer: str | None = None
    op: str | None = None


Explain = Callable[[Rows, Any], NotFinite]
Answer = Callable[[dict[str, Any]], dict[str, Any]]
