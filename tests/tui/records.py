"""Records of runs that never were, the same on every machine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from netloom.runtime.events import (
    CheckpointSaved,
    Evaluated,
    Event,
    KnobChanged,
    Observed,
    RunEnded,
    RunStarted,
    Steps,
)

STEPS = 40
"""An epoch."""
BEGAN = 1_700_000_000.0
SPEC = """netloom: 1
name: digits
data: {source: digits, prepare: [scale], split: {validation: 0.1, test: 0.2}}
network:
  layers:
    - flatten
    - dense: {units: 20, activation: relu}
    - dense: 10
train: {loss: cross_entropy, optimizer: {adam: {learning_rate: 1e-3}}, epochs: 8}
"""


def loss_at(step: int, speed: float = 100.0) -> float:
    """A loss that falls, with a ripple."""
    return 2.3 * math.exp(-step / speed) * (1 + 0.2 * math.sin(step * 1.7)) + 0.05


def events(
    name: str = "digits-1",
    epochs: int = 8,
    speed: float = 100.0,
    ended: str = "finished",
    result: tuple[float, float] = (0.21, 0.94),
) -> list[Event]:
    """Everything that a run tells."""
    found: list[Event] = [
        RunStarted(
            run=name, folder=f"runs/{name}", epochs=8, steps_an_epoch=STEPS, batch=32,
            examples={"train": 1258, "validation": 180, "test": 359}, parameters=1510, seed=0, threads=1, time=BEGAN,
        )
    ]  # fmt: skip
    for epoch in range(1, epochs + 1):
        first, last = (epoch - 1) * STEPS, epoch * STEPS
        rate = 1e-3 if epoch < 5 else 5e-4
        series = {"loss": tuple(loss_at(step, speed) for step in range(first, last))}
        found.append(
            Steps(
                step=last, first=first, stride=1, epoch=epoch, series=series, knobs={"learning_rate": rate},
                examples_per_s=64_000.0, seconds=epoch * 2.0,
            )
        )  # fmt: skip
        found += [_evaluated(part, epoch, last, speed) for part in ("train", "validation")]
        if epoch == 4:
            found.append(KnobChanged(step=last, knob="learning_rate", value=5e-4))
    last = epochs * STEPS
    found.append(Observed(step=last - STEPS, rows=32, layers=layers(), seconds=0.01))
    found.append(CheckpointSaved(step=last, file="checkpoints/last.safetensors", seconds=0.01))
    if ended:
        metrics = dict(zip(("loss", "accuracy"), result, strict=True))
        found.append(Evaluated(step=last, epoch=epochs, part="test", metrics=metrics, last=True))
        found.append(RunEnded(step=last, status=ended, epochs=epochs, seconds=16.5, metrics={}))
    return found


def _evaluated(part: str, epoch: int, step: int, speed: float) -> Evaluated:
    worse = 1.2 if part == "validation" else 1.0
    loss = worse * loss_at(step, speed) + 0.02
    right = [[9 + epoch, 1], [8 - epoch, 12]]
    metrics: dict[str, Any] = {"loss": loss, "accuracy": 1 - loss / 3}
    if part == "validation":
        metrics["confusion_matrix"] = right
    return Evaluated(step=step, epoch=epoch, part=part, metrics=metrics, best=part == "validation")


def layers() -> dict[str, dict[str, Any]]:
    """A look at two layers; the first hardly learns."""
    return {
        "dense1": {
            "gradient": {"low": -7.0, "counts": [1, 4, 20, 60, 30, 2], "rms": 3e-6, "mean": 1e-6, "zero": 0.0},
            "weight": {"low": -3.0, "counts": [5, 10, 5], "rms": 0.1, "mean": 0.1, "zero": 0.0},
            "ratio": 1e-3,
        },
        "dense2": {
            "gradient": {"low": -3.0, "counts": [1, 40, 9], "rms": 0.02, "mean": 0.01, "zero": 0.3},
            "weight": {"low": -3.0, "counts": [5, 10, 5], "rms": 0.1, "mean": 0.1, "zero": 0.0},
            "ratio": 1e-3,
        },
    }


def write(runs: Path, name: str, told: Sequence[Event] | None = None, spec: str = SPEC) -> Path:
    """A run's folder with its record."""
    folder = runs / name
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "spec.yaml").write_text(spec, encoding="utf-8")
    lines = [event.to_json() for event in (events(name) if told is None else told)]
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder
