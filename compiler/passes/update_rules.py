"""How an optimiser changes a weight: plain arithmetic on one weight, its gradient and its slots.

A rule gets the weight `w`, its gradient `g`, its slots in declared order, and `n`, the numbers of the
optimiser by option name: a symbol of rank 0 where the number lives (a knob), a float where it is fixed. It
returns the next weight, then the next of each slot. Fusion makes one flat sweep of it (decision 0003).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from ..ops.op import REGISTRY, Symbol

Number = Symbol | float
Numbers = Mapping[str, Number]
Step = Callable[..., tuple[Symbol, ...]]
RULES: dict[str, UpdateRule] = {}


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """`slots` are zeros at the start. `corrects`: the options b for which the rule reads `1 - b^t` as the
    number `correction/b`, t counting steps from 1."""

    name: str
    step: Step
    slots: tuple[str, ...]
    corrects: tuple[str, ...]


def rule(*slots: str, corrects: tuple[str, ...] = ()) -> Callable[[Step], Step]:
    """Register the decorated function under its own name."""

    def register(step: Step) -> Step:
        RULES[step.__name__] = UpdateRule(step.__name__, step, slots, corrects)
        return step

    return register


@rule()
def sgd(w: Symbol, g: Symbol, n: Numbers) -> tuple[Symbol, ...]:
    """w -= lr g"""
    return (w - n["learning_rate"] * g,)


@rule("velocity")
def momentum(w: Symbol, g: Symbol, velocity: Symbol, n: Numbers) -> tuple[Symbol, ...]:
    """v = rho v + g;  w -= lr v.  Source: Polyak 1964; the velocity is a running sum."""
    v = n["momentum"] * velocity + g
    return w - n["learning_rate"] * v, v


@rule("velocity")
def nesterov(w: Symbol, g: Symbol, velocity: Symbol, n: Numbers) -> tuple[Symbol, ...]:
    """v = rho v + g;  w -= lr (g + rho v).  Source: Nesterov 1983, in the form where w looks ahead."""
    v = n["momentum"] * velocity + g
    return w - n["learning_rate"] * (g + n["momentum"] * v), v


@rule("squares")
def adagrad(w: Symbol, g: Symbol, squares: Symbol, n: Numbers) -> tuple[Symbol, ...]:
    """s += g^2;  w -= lr g / (sqrt(s) + eps).  Source: Duchi, Hazan & Singer 2011."""
    s = squares + square(g)
    return w - n["learning_rate"] * g / (sqrt(s) + n["epsilon"]), s


@rule("squares")
def rmsprop(w: Symbol, g: Symbol, squares: Symbol, n: Numbers) -> tuple[Symbol, ...]:
    """s = rho s + (1 - rho) g^2;  w -= lr g / (sqrt(s) + eps).  Source: Hinton 2012, lecture 6e."""
    s = n["smoothing"] * squares + (1.0 - n["smoothing"]) * square(g)
    return w - n["learning_rate"] * g / (sqrt(s) + n["epsilon"]), s


@rule("first_moment", "second_moment", corrects=("beta1", "beta2"))
def adam(w: Symbol, g: Symbol, m: Symbol, v: Symbol, n: Numbers) -> tuple[Symbol, ...]:
    """m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  w -= lr m' / (sqrt(v') + eps), with
    m' = m / (1 - b1^t) and v' = v / (1 - b2^t).  Source: Kingma & Ba 2015, arXiv:1412.6980.

    Both corrections are numbers: one division and one root a step, not an element.
    """
    first = n["beta1"] * m + (1.0 - n["beta1"]) * g
    second = n["beta2"] * v + (1.0 - n["beta2"]) * square(g)
    rate = n["learning_rate"] / n["correction/beta1"]
    root = sqrt(1.0 / n["correction/beta2"])
    return w - rate * first / (sqrt(second) * root + n["epsilon"]), first, second


@rule("first_moment", "second_moment", corrects=("beta1", "beta2"))
def adamw(w: Symbol, g: Symbol, m: Symbol, v: Symbol, n: Numbers) -> tuple[Symbol, ...]:
    """Adam, and beside it w -= lr decay w.  Source: Loshchilov & Hutter 2019, arXiv:1711.05101."""
    stepped, first, second = adam(w, g, m, v, n)
    return stepped - n["learning_rate"] * n["decay"] * w, first, second


def sqrt(x: Number) -> Number:
    """The square root of a number or of every element of a tensor."""
    return cast(Symbol, REGISTRY["sqrt"](x)) if isinstance(x, Symbol) else math.sqrt(x)


def square(x: Symbol) -> Symbol:
    """The square of every element."""
    return cast(Symbol, REGISTRY["square"](x))
