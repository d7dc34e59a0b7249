"""Metrics: what is reported of each part. `n` examples."""

from __future__ import annotations

from typing import Literal

from .kind import Kind, Option, register

PAIR = ("prediction", "target")
THRESHOLD = Option(
    "threshold", "number", 0.5, "yes from this probability on, where an output says yes or no", low=0, high=1
)


AMOUNTS = frozenset({"amounts"})


def _metric(
    name: str,
    help: str,
    formula: str,
    *options: Option,
    main: str | None = None,
    better: Literal["low", "high"] = "high",
    traits: frozenset[str] = frozenset(),
) -> None:
    register(
        Kind(
            name, "metric", help, formula, main=main, options=options, tensors=PAIR, better=better, traits=traits,
        )
    )  # fmt: skip


_metric("accuracy", "Share of examples whose class is right.", "right / n", THRESHOLD)
_metric(
    "top_k", "Share of examples whose class is among the k likeliest.", "right among k / n",
    Option("k", "int", 5, "how many count", low=1), main="k",
)  # fmt: skip
_metric(
    "precision",
    "Of those called so, how many are: mean over the classes, of two that of the second.",
    "true / (true + false alarms)",
    THRESHOLD,
)
_metric(
    "recall",
    "Of those that are so, how many were called: mean over the classes, of two that of the second.",
    "true / (true + missed)",
    THRESHOLD,
)
_metric(
    "f1",
    "The harmonic mean of precision and recall: mean over the classes, of two that of the second.",
    "2 * p * r / (p + r)",
    THRESHOLD,
)
_metric(
    "confusion_matrix",
    "Counts by true class (rows) and given class (columns).",
    "counts[true class, given class]",
    THRESHOLD,
)
_metric("mse", "Mean squared error.", "mean((prediction - target)^2)", better="low", traits=AMOUNTS)
_metric("mae", "Mean absolute error.", "mean(abs(prediction - target))", better="low", traits=AMOUNTS)
_metric(
    "r2",
    "Share of the target's variance that is explained.",
    "1 - sum(error^2) / sum((target - mean)^2)",
    traits=AMOUNTS,
)

for _name, _help, _formula, _source in (
    (
        "bleu", "Likeness of a translation to its pattern.",
        "min(1, exp(1 - length of pattern / length)) * exp(mean of log precision of 1 to 4 words)",
        "Papineni et al. 2002",
    ),
    ("bits_per_symbol", "Cross-entropy in bits a symbol.", "cross_entropy / log(2)", "Shannon 1951"),
    (
        "label_error", "Edits between the labels read and the right ones, over their number.",
        "(inserted + left out + replaced) / labels", "Levenshtein 1966",
    ),
    (
        "mean_overlap", "Intersection over union, mean of the classes.",
        "mean over classes of both / either", "Jaccard 1901",
    ),
    (
        "mean_average_precision", "Area under precision over recall, mean of the classes.",
        "mean over classes of the integral of precision(recall)", "Everingham et al. 2010",
    ),
    ("episode_return", "Sum of the rewards of an episode.", "sum(reward)", "own"),
):  # fmt: skip
    register(
        Kind(
            _name,
            "metric",
            _help,
            _formula,
            source=_source,
            options=(Option("overlap", "number", 0.5, "least overlap of a hit", low=0, high=1),)
            if _name == "mean_average_precision"
            else (),
            tensors=PAIR,
            traits=frozenset({"later"}),
            better="low" if _name in ("bits_per_symbol", "label_error") else "high",
        )
    )
