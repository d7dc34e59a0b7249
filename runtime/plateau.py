"""Knobs that fall when a metric stands still: looked at once an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..compiler.plan import Metric
from .checkpoints import Progress
from .metrics import higher_is_better


def watch_plateaus(
    lives: Sequence[Mapping[str, Any]],
    progress: Progress,
    results: Mapping[str, Mapping[str, Any]],
    metrics: Sequence[Metric],
) -> None:
    """Multiply each plateau knob by its factor when its metric has not improved for `patience` epochs.

    The metric is `part.name` (validation where there is one, else train; `loss` unless said otherwise).
    """
    count = len(lives)
    progress.plateau_best = progress.plateau_best or [None] * count
    progress.plateau_waited = progress.plateau_waited or [0] * count
    for k, live in enumerate(lives):
        ((kind, options),) = live.items()
        if kind == "plateau":
            _watch(k, options, progress, results, metrics)


def _watch(
    k: int,
    options: Mapping[str, Any],
    progress: Progress,
    results: Mapping[str, Mapping[str, Any]],
    metrics: Sequence[Metric],
) -> None:
    part, _, name = str(options.get("metric") or "loss").rpartition(".")
    found = results.get(part) or results.get("validation") or results.get("train") or {}
    value = found.get(name)
    if not isinstance(value, float):
        return
    signed = -value if higher_is_better(name, metrics) else value
    best = progress.plateau_best[k]
    if best is None or signed < best:
        progress.plateau_best[k], progress.plateau_waited[k] = signed, 0
        return
    progress.plateau_waited[k] += 1
    if progress.plateau_waited[k] >= int(options.get("patience") or 10):
        progress.factors[k] *= float(options.get("factor") or 0.1)
        progress.plateau_waited[k] = 0
