"""Losses: a number an example, to be made small. `B` examples of `S` numbers each."""

from __future__ import annotations

from .kind import Kind, Option, register

REDUCE = Option("reduce", "choice", "mean", "over the batch", choices=("mean", "sum"))


def _units(default: str) -> Option:
    return Option("units", "choice", default, "over the numbers of an example", choices=("mean", "sum", "half_sum"))


LATER = frozenset({"later"})
AMOUNTS = frozenset({"amounts", "by_number"})

register(
    Kind(
        "mse", "loss", "Squared error: for regression and for pictures.", "mean((prediction - target)^2)",
        options=(REDUCE, _units("mean")), tensors=("prediction", "target"), source="Gauss 1809", traits=AMOUNTS,
    )
)  # fmt: skip
register(
    Kind(
        "mae",
        "loss",
        "Absolute error: regression that outliers do not rule.",
        "mean(abs(prediction - target))",
        options=(REDUCE, _units("mean")),
        tensors=("prediction", "target"),
        traits=AMOUNTS,
    )
)
register(
    Kind(
        "huber", "loss", "Squared up to delta, absolute beyond.",
        "e = abs(prediction - target); mean(e^2 / 2 if e <= delta else delta * (e - delta / 2))",
        options=(
            Option("delta", "number", 1.0, "where the square ends", low=0, open_low=True),
            REDUCE, _units("mean"),
        ),
        tensors=("prediction", "target"), source="Huber 1964", traits=AMOUNTS,
    )
)  # fmt: skip
register(
    Kind(
        "cross_entropy",
        "loss",
        "One class of several: -log of the probability given to the right one, in nats.",
        "-log(softmax(logits)[target])",
        options=(REDUCE, _units("mean")),
        tensors=("logits", "probabilities", "target"),
        squashes="softmax",
    )
)
register(
    Kind(
        "binary_cross_entropy", "loss", "Yes or no, for each number by itself, in nats.",
        "-target * log(p) - (1 - target) * log(1 - p), p = sigmoid(logits)", options=(REDUCE, _units("mean")),
        tensors=("logits", "probabilities", "target"), squashes="sigmoid", traits=frozenset({"by_number"}),
    )
)  # fmt: skip
register(
    Kind(
        "hinge",
        "loss",
        "Wants the right side by a margin: the loss of support vector machines.",
        "sum over the wrong classes of max(0, margin + prediction - prediction of the right one)",
        options=(
            Option("margin", "number", 1.0, "how far on the right side is enough", low=0, open_low=True),
            Option("squared", "bool", False, "whether each amount is squared"),
            REDUCE,
        ),
        tensors=("prediction", "target"),
        source="Cortes & Vapnik 1995; several classes: Weston & Watkins 1999",
    )
)
register(
    Kind(
        "formula", "loss", "The mean over the batch of a formula of tensors.", "mean(formula)", main="formula",
        options=(Option("formula", "text", help="a number an example"), REDUCE),
    )
)  # fmt: skip
register(
    Kind(
        "triplet", "loss", "Codes of one class near, of others far.",
        "max(0, |code - same|^2 - |code - other|^2 + margin)", options=(
            Option("margin", "number", 0.2, "how much farther is enough", low=0),
            Option("negatives", "choice", "hard", "which others count", choices=("all", "hard", "semi_hard")),
            REDUCE,
        ),
        tensors=("codes", "identity"), source="Schroff et al. 2015, arXiv:1503.03832", traits=LATER,
    )
)  # fmt: skip
register(
    Kind(
        "ctc", "loss", "A sequence read off a longer one, however it is aligned.",
        "-log(sum over the alignments that read as target of the product of their probabilities)",
        options=(Option("blank", "int", 0, "class that stands for nothing", low=0), REDUCE),
        tensors=("logits", "target"), source="Graves et al. 2006", traits=LATER,
    )
)  # fmt: skip
