"""Live numbers: how a number goes over training. `t` is the time since the start, `over` the whole of it."""

from __future__ import annotations

from .kind import Kind, Option, register
from .values import Quantity

TIMES = ("epochs", "steps", "%")
"""Units of time; a plain number counts epochs. `%` is a share of the whole training."""

START = Option("start", "number", help="the number at the beginning")
OVER = Option("over", "quantity", None, "how long it takes; left out: the whole training", low=0, choices=TIMES)
EVERY = Option("every", "quantity", Quantity(1, "epochs"), "time between changes", low=0, open_low=True, choices=TIMES)
WARMUP = Option(
    "warmup",
    "quantity",
    Quantity(0, "epochs"),
    "rises evenly from 0 for this long first",
    low=0,
    choices=TIMES,
)

register(
    Kind(
        "linear",
        "live",
        "Goes evenly from start to end, then stays.",
        "start + (end - start) * min(t / over, 1)",
        options=(START, Option("end", "number", 0.0, "the number at the end"), OVER, WARMUP),
    )
)
register(
    Kind(
        "cosine", "live", "Falls along half a cosine from start to end, then stays.",
        "end + (start - end) * (1 + cos(pi * min(t / over, 1))) / 2",
        options=(START, Option("end", "number", 0.0, "the number at the end"), OVER, WARMUP),
        source="Loshchilov & Hutter 2016, arXiv:1608.03983",
    )
)  # fmt: skip
register(
    Kind(
        "steps", "live", "Multiplied by factor every so often, or at the given times.",
        "start * factor^floor(t / every)",
        options=(
            START,
            Option("factor", "number", 0.1, "what it is multiplied by", low=0),
            Option("every", "quantity", None, "time between changes", low=0, open_low=True, choices=TIMES),
            Option("at", "list", None, "the times of the changes, as [30 epochs, 60 epochs]"),
        ),
    )
)  # fmt: skip
register(
    Kind(
        "exponential",
        "live",
        "Shrinks by the same share in the same time, smoothly.",
        "start * factor^(t / every)",
        options=(START, Option("factor", "number", 0.9, "what it is multiplied by", low=0), EVERY),
    )
)
register(
    Kind(
        "inverse_time", "live", "Falls ever more slowly.", "start / (1 + rate * t / every)",
        options=(START, Option("rate", "number", 1.0, "how fast it falls", low=0), EVERY),
        source="Robbins & Monro 1951",
    )
)  # fmt: skip
register(
    Kind(
        "plateau",
        "live",
        "Multiplied by factor when the metric has not improved for patience epochs.",
        "start * factor^(times the metric stood still for patience epochs)",
        options=(
            START,
            Option("factor", "number", 0.1, "what it is multiplied by", low=0, high=1, open_low=True),
            Option("patience", "int", 10, "epochs without improvement", low=1),
            Option("metric", "text", None, "left out: the loss of the validation part, else of the train part"),
        ),
    )
)
register(
    Kind(
        "switch", "live", "Jumps to the given numbers at the given times: {0: 0.1, 20 epochs: 0.01}.",
        "the number of the last time that has passed",
        traits=frozenset({"open"}),
    )
)  # fmt: skip
