"""Initialisers: what a weight is before training. Fans are the inputs and outputs of the layer."""

from __future__ import annotations

from .kind import KINDS, Kind, Option, register
from .sizes import Options
from .values import Activation

DEVIATION = Option("deviation", "number", 0.05, "spread around the mean", low=0)
MEAN = Option("mean", "number", 0.0, "centre")


def default_start(options: Options) -> str:
    """`he` before ReLU-like activations, `glorot` otherwise."""
    activation = options.get("activation")
    kind = KINDS.get(("activation", activation.kind)) if isinstance(activation, Activation) else None
    return "he" if kind and "relu_like" in kind.traits else "glorot"


for _name, _share, _draw, _source in (
    ("he", "2 / fan_in", "normal", "He et al. 2015, arXiv:1502.01852"),
    ("glorot", "2 / (fan_in + fan_out)", "uniform", "Glorot & Bengio 2010"),
    ("lecun", "1 / fan_in", "normal", "LeCun et al. 1998, Efficient BackProp"),
):
    register(
        Kind(
            _name,
            "start",
            f"Random ({_draw}), with variance {_share}.",
            f"variance = gain^2 * {_share}",
            main="gain",
            options=(Option("gain", "number", 1.0, "factor on the spread", low=0),),
            source=_source,
        )
    )

register(Kind("zeros", "start", "All 0.", "w = 0"))
register(Kind("ones", "start", "All 1.", "w = 1"))
register(
    Kind(
        "constant",
        "start",
        "All the same number.",
        "w = value",
        main="value",
        options=(Option("value", "number", help="the number"),),
    )
)
register(
    Kind(
        "normal",
        "start",
        "Drawn from the normal distribution.",
        "w ~ N(mean, deviation^2)",
        main="deviation",
        options=(DEVIATION, MEAN),
    )
)
register(
    Kind(
        "uniform", "start", "Drawn evenly from -limit to limit.", "w ~ U(-limit, limit)", main="limit",
        options=(Option("limit", "number", 0.05, "half the width", low=0),),
    )
)  # fmt: skip
register(
    Kind(
        "orthogonal",
        "start",
        "Rows (or columns) of length gain at right angles to each other.",
        "w w^T = gain^2 I",
        main="gain",
        options=(Option("gain", "number", 1.0, "length of each row", low=0),),
        source="Saxe et al. 2013, arXiv:1312.6120",
    )
)
register(
    Kind(
        "identity",
        "start",
        "Gain on the diagonal, 0 elsewhere.",
        "w_ij = gain if i == j else 0",
        main="gain",
        options=(Option("gain", "number", 1.0, "the number on the diagonal"),),
    )
)
