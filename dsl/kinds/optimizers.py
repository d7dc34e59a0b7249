"""Optimisers: how a weight w moves by its gradient g. `lr` is the learning rate, `t` the step from 1."""

from __future__ import annotations

from .kind import Kind, Option, Rates, register
from .values import constant

GROUPS = Option("groups", "groups", None, "other options for some weights: [{of: selector, …}]")


def _rate(value: float) -> Option:
    return Option("learning_rate", "live", constant(value), "size of a step", low=0)


def _decay(value: float, help: str = "adds decay * w to the gradient") -> Option:
    return Option("decay", "schedulable", value, help, low=0)


def _share(name: str, value: float, help: str) -> Option:
    return Option(name, "schedulable", value, help, low=0, high=1, open_high=True)


def _epsilon(value: float) -> Option:
    return Option("epsilon", "number", value, "keeps the division from 0", low=0, open_low=True)


def _optimizer(
    name: str, help: str, formula: str, source: str, *options: Option, rates: Rates | None = None, later: bool = False
) -> None:
    traits = frozenset({"later"}) if later else frozenset[str]()
    register(
        Kind(
            name, "optimizer", help, formula, main="learning_rate", options=(*options, GROUPS), source=source,
            traits=traits, rates=rates,
        )
    )  # fmt: skip


_optimizer(
    "sgd", "A step against the gradient.", "w -= lr * g", "Robbins & Monro 1951",
    _rate(1e-2), _decay(0.0),
    Option("normalize", "bool", False, "divides the gradient by its length", later=True),
    rates=Rates(0.01, 1.0, 10.0),
)  # fmt: skip
_optimizer(
    "momentum", "Steps that gather speed.", "v = momentum * v + g; w -= lr * v", "Polyak 1964",
    _rate(1e-2), _share("momentum", 0.9, "share of the speed that is kept"), _decay(0.0),
    rates=Rates(0.001, 0.1, 3.0),
)  # fmt: skip
_optimizer(
    "nesterov",
    "Momentum that looks ahead.",
    "v = momentum * v + g; w -= lr * (g + momentum * v)",
    "Nesterov 1983",
    _rate(1e-2),
    _share("momentum", 0.9, "share of the speed that is kept"),
    _decay(0.0),
    rates=Rates(0.001, 0.1, 3.0),
)
_optimizer(
    "adagrad",
    "Shorter steps for weights that have moved much.",
    "s += g^2; w -= lr * g / (sqrt(s) + epsilon)",
    "Duchi, Hazan & Singer 2011",
    _rate(1e-2),
    _epsilon(1e-10),
    _decay(0.0),
    rates=Rates(0.001, 0.1, 1.0),
)
_optimizer(
    "rmsprop",
    "Steps of one length, whatever the gradient's.",
    "s = smoothing * s + (1 - smoothing) * g^2; w -= lr * g / (sqrt(s) + epsilon)",
    "Hinton 2012, lecture 6e",
    _rate(1e-3),
    _share("smoothing", 0.9, "share of the past in the mean square"),
    _epsilon(1e-8),
    _decay(0.0),
    rates=Rates(0.0001, 0.01, 0.1),
)

MOMENTS = (
    _share("beta1", 0.9, "share of the past in the mean gradient"),
    _share("beta2", 0.999, "share of the past in the mean square"),
    _epsilon(1e-8),
    Option("bias_correction", "bool", True, "undoes the means' start at 0"),
)
_optimizer(
    "adam", "Momentum and steps of one length together: a good first choice.",
    "m, s: running means of g, g^2; w -= lr * m' / (sqrt(s') + epsilon), m' = m / (1 - beta1^t), "
    "s' = s / (1 - beta2^t)",
    "Kingma & Ba 2015, arXiv:1412.6980", _rate(1e-3), *MOMENTS, _decay(0.0),
    rates=Rates(0.0001, 0.01, 0.1),
)  # fmt: skip
_optimizer(
    "adamw", "Adam, and beside it weights that shrink.", "as adam; w -= lr * decay * w",
    "Loshchilov & Hutter 2019, arXiv:1711.05101", _rate(1e-3), *MOMENTS,
    _decay(0.01, "shrinks weights by lr * decay each step"), rates=Rates(0.0001, 0.01, 0.1),
)  # fmt: skip
_optimizer(
    "lbfgs", "Steps along a curvature guessed from the last gradients; for few weights and no batches.",
    "w -= lr * H g, H the inverse curvature that the last steps and gradients agree with",
    "Nocedal 1980; Liu & Nocedal 1989", _rate(1.0), later=True,
)  # fmt: skip
