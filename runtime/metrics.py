"""From sums over batches to the numbers that are reported (the sums: `compiler/expand/metrics.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..compiler.plan import Metric

Sums = dict[str, npt.NDArray[np.float64]]
Finish = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]
FINISH: dict[str, Finish] = {}


class Tally:
    """Sums of published values, weighted so that a short last batch counts by its examples."""

    def __init__(self, metrics: Sequence[Metric], sums: Sums | None = None) -> None:
        self.metrics = metrics
        self.sums: Sums = dict(sums or {})

    def add(self, published: Mapping[str, npt.NDArray[np.float32]], batch: int) -> None:
        """Take in the rows (steps) of one segment, each of `batch` examples."""
        wanted = {name for metric in self.metrics for name in metric.statistics}
        for name, rows in published.items():
            if name in wanted:
                self._sum(name, rows.astype(np.float64).sum(0))
            elif name == "loss" or name.startswith("loss/"):
                self._sum(name, rows.astype(np.float64).sum(0) * batch)
                if name == "loss":
                    self._sum("examples", np.array([float(len(rows) * batch)]))

    def results(self) -> dict[str, Any]:
        """The reported numbers: the losses, then the metrics."""
        examples = float(self.sums.get("examples", np.zeros(1))[0])
        if not examples:
            return {}
        found: dict[str, Any] = {
            name: float(total[0]) / examples
            for name, total in self.sums.items()
            if name == "loss" or name.startswith("loss/")
        }
        for metric in self.metrics:
            sums = {name.split("/", 1)[1]: self.sums[name] for name in metric.statistics if name in self.sums}
            if len(sums) == len(metric.statistics):
                found[metric.name] = FINISH[metric.kind](sums, metric.options)
        return found

    def _sum(self, name: str, value: npt.NDArray[np.float64]) -> None:
        self.sums[name] = self.sums[name] + value if name in self.sums else value


def higher_is_better(name: str, metrics: Sequence[Metric]) -> bool:
    """Whether more of the reported number `name` is better; losses and errors are the other way round."""
    return any(metric.name == name and metric.better == "high" for metric in metrics)


def finish(*kinds: str) -> Callable[[Finish], Finish]:
    """Register what turns the sums of these kinds of metric into the number reported."""

    def register(function: Finish) -> Finish:
        for kind in kinds:
            FINISH[kind] = function
        return function

    return register


@finish("ratio")
def ratio(sums: Mapping[str, Any], _options: Mapping[str, Any]) -> float:
    """The first sum over the second."""
    top, bottom = (float(value[0]) for value in sums.values())
    return top / bottom if bottom else float("nan")


@finish("confusion_matrix")
def confusion_matrix(sums: Mapping[str, Any], _options: Mapping[str, Any]) -> list[list[int]]:
    """Counts, a row for each true class."""
    counts = sums["counts"]
    classes = round(len(counts) ** 0.5)
    return [[round(n) for n in row] for row in counts.reshape(classes, classes)]


@finish("precision")
def precision(sums: Mapping[str, Any], options: Mapping[str, Any]) -> float:
    """Of what was taken for a class, the share that is of it."""
    return _classes(_safe(sums["hits"], sums["predicted"]), options)


@finish("recall")
def recall(sums: Mapping[str, Any], options: Mapping[str, Any]) -> float:
    """Of what is of a class, the share that was found."""
    return _classes(_safe(sums["hits"], sums["actual"]), options)


@finish("f1")
def f1(sums: Mapping[str, Any], options: Mapping[str, Any]) -> float:
    """2 hits / (predicted + actual): the harmonic mean of precision and recall."""
    return _classes(_safe(2 * sums["hits"], sums["predicted"] + sums["actual"]), options)


@finish("r2")
def r2(sums: Mapping[str, Any], _options: Mapping[str, Any]) -> float:
    """1 - residual sum of squares over that round the mean."""
    residual, total, squares, count = (float(sums[n][0]) for n in ("residual", "total", "squares", "count"))
    spread = squares - total * total / count
    return 1 - residual / spread if spread > 0 else float("nan")


def _safe(top: Any, bottom: Any) -> Any:
    return np.where(bottom > 0, top / np.maximum(bottom, 1), 0.0)


def _classes(values: Any, _options: Mapping[str, Any]) -> float:
    """The second class's value where there are two (the class 1 is the one looked for), else the mean."""
    return float(values[1]) if len(values) == 2 else float(np.mean(values))
