"""The first value of every state, by its initialiser: the same bits on every machine.

Random numbers are counter-based and keyed by the run's seed and the state's name, so they do not depend on what
other states there are or in which order they are made.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Statistic = Callable[[str, str], Array]
Rule = Callable[[tuple[int, ...], Mapping[str, Any], np.random.Generator], Array]
RULES: dict[str, Rule] = {}
DRAWN: set[str] = set()
"""The initialisers whose values are random numbers."""


def first_value(
    name: str, shape: tuple[int, ...], dtype: str, start: Mapping[str, Any], seed: int, statistic: Statistic
) -> Array:
    """`start` is `{kind: {option: value}}`; `statistic(column, of)` gives what is fitted on the data."""
    ((kind, options),) = start.items()
    if kind == "statistic":
        value = statistic(options["column"], options["of"])
    elif kind == "row_lengths":
        # the scale of weights that are held by their length: at first the length that they have
        inner, inner_options = options["start"]
        begin = {inner: dict(inner_options)}
        rows = first_value(options["of"], tuple(options["shape"]), dtype, begin, seed, statistic)
        value = np.sqrt(np.square(rows.astype(np.float64)).reshape(shape[0], -1).sum(axis=1))
    else:
        value = RULES[kind](shape, options, generator(seed, name))
    return np.broadcast_to(np.asarray(value, dtype), shape).copy()


def generator(seed: int, name: str) -> np.random.Generator:
    """The stream of one state."""
    digest = hashlib.sha256(f"{seed}\0{name}\0start".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def is_drawn(start: Mapping[str, Any]) -> bool:
    """Whether a first value is random numbers, not numbers that the file or the data gives."""
    ((kind, options),) = start.items()
    if kind == "row_lengths":
        inner, inner_options = options["start"]
        return is_drawn({inner: inner_options})
    return kind in DRAWN


def rule(*names: str, drawn: bool = False) -> Callable[[Rule], Rule]:
    """Registers an initialiser; `drawn` says that its values are random numbers."""

    def register(function: Rule) -> Rule:
        for name in names:
            RULES[name] = function
        DRAWN.update(names if drawn else ())
        return function

    return register


@rule("zeros")
def zeros(shape: tuple[int, ...], _o: Mapping[str, Any], _g: np.random.Generator) -> Array:
    """0"""
    return np.zeros(shape)


@rule("ones")
def ones(shape: tuple[int, ...], _o: Mapping[str, Any], _g: np.random.Generator) -> Array:
    """1"""
    return np.ones(shape)


@rule("constant")
def constant(shape: tuple[int, ...], o: Mapping[str, Any], _g: np.random.Generator) -> Array:
    """value"""
    return np.full(shape, o["value"], float)


@rule("values")
def values(shape: tuple[int, ...], o: Mapping[str, Any], _g: np.random.Generator) -> Array:
    """The numbers written in the file."""
    return np.asarray(o["values"], float).reshape(shape)


@rule("he", drawn=True)
def he(shape: tuple[int, ...], o: Mapping[str, Any], g: np.random.Generator) -> Array:
    """Normal, variance gain^2 * 2 / fan_in.  Source: He et al. 2015, arXiv:1502.01852."""
    return g.standard_normal(shape) * (o.get("gain") or 1.0) * math.sqrt(2.0 / o["fan_in"])


@rule("glorot", "xavier", drawn=True)
def glorot(shape: tuple[int, ...], o: Mapping[str, Any], g: np.random.Generator) -> Array:
    """Uniform between -a and a, a^2 = 6 / (fan_in + fan_out).  Source: Glorot & Bengio 2010."""
    limit = (o.get("gain") or 1.0) * math.sqrt(6.0 / (o["fan_in"] + o["fan_out"]))
    return g.uniform(-limit, limit, shape)


@rule("lecun", drawn=True)
def lecun(shape: tuple[int, ...], o: Mapping[str, Any], g: np.random.Generator) -> Array:
    """Normal, variance gain^2 / fan_in.  Source: LeCun et al. 1998."""
    return g.standard_normal(shape) * (o.get("gain") or 1.0) * math.sqrt(1.0 / o["fan_in"])


@rule("normal", drawn=True)
def normal(shape: tuple[int, ...], o: Mapping[str, Any], g: np.random.Generator) -> Array:
    """Normal of standard deviation `deviation` (also `scale`) round `mean`."""
    return g.standard_normal(shape) * _first(o, ("deviation", "scale", "std"), 0.01) + (o.get("mean") or 0.0)


@rule("uniform", drawn=True)
def uniform(shape: tuple[int, ...], o: Mapping[str, Any], g: np.random.Generator) -> Array:
    """Uniform between low and high (between -limit and limit)."""
    limit = _first(o, ("limit", "scale"), 0.05)
    low, high = o.get("low"), o.get("high")
    return g.uniform(-limit if low is None else low, limit if high is None else high, shape)


@rule("orthogonal", drawn=True)
def orthogonal(shape: tuple[int, ...], o: Mapping[str, Any], g: np.random.Generator) -> Array:
    """Rows (or columns) at right angles, of length `gain`.  Source: Saxe et al. 2014, arXiv:1312.6120."""
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(g.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).reshape(shape) * (o.get("gain") or 1.0)


@rule("identity")
def identity(shape: tuple[int, ...], o: Mapping[str, Any], _g: np.random.Generator) -> Array:
    """1 (or `scale`) on the diagonal."""
    return np.eye(shape[0], shape[1]) * np.float64(_first(o, ("gain", "scale"), 1.0))


def _first(options: Mapping[str, Any], names: tuple[str, ...], otherwise: float) -> float:
    return next((float(options[n]) for n in names if options.get(n) is not None), otherwise)
