"""Elementary functions on vectors: their accuracy over all of float32, and the same bits however many lanes."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.runtime.compile_worker import compile_object
from netloom.runtime.objects import Library

LIBRARY = Library()
KERNEL = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)
LANES = (16, 8, 4)
LEAST = np.float32(2.0**-126)
TEXT = """def kernel(arena, offsets, sizes, thread, threads):
    flags = thread
    if thread:
        flags = denormals_off()
    j = 0
    while j < sizes:
        x = load_float32(arena, j)
        store_float32(offsets, j, {word})
        j += LANES
    if thread:
        denormals_restore(flags)
"""
Array = Any


@cache
def compiled(word: str, lanes: int, count: itertools.count[int] = itertools.count()) -> Any:  # noqa: B008
    symbol = f"netloom_curve_{next(count)}"
    LIBRARY.load(symbol, compile_object(symbol, TEXT.format(word=word), lanes))
    return KERNEL(LIBRARY.address(symbol))


def curve(word: str, x: Array, lanes: int = 16, *, flush: bool = True) -> Array:
    """The word's values at x, with denormals flushed or in the usual mode."""
    padded = np.zeros(-(-x.size // 16) * 16, np.float32)
    padded[: x.size] = x
    result = np.empty_like(padded)
    compiled(word, lanes)(padded.ctypes.data, result.ctypes.data, padded.size, int(flush), 1)
    return result[: x.size]


@cache
def everywhere() -> Array:
    """Numbers of both signs and of every exponent, 1,500 to each, with the ends of each."""
    mantissas = np.random.default_rng(1).integers(0, 1 << 23, 1_500)
    mantissas[:8] = [0, 1, 2, 3, (1 << 23) - 1, (1 << 23) - 2, 1 << 22, (1 << 22) + 1]
    tops = np.arange(512, dtype=np.uint32) << 23
    found: Array = (tops[:, None] | mantissas.astype(np.uint32)[None, :]).ravel().view(np.float32)
    return found


def dense(low: float, high: float) -> Array:
    return np.linspace(low, high, 300_001, dtype=np.float64).astype(np.float32)


def usual() -> Array:
    """Where networks are."""
    return np.concatenate([dense(-20, 20), dense(-100, 100), dense(-1.1, 1.1), everywhere()])


def flushed(x: Array) -> Array:
    return np.where(np.abs(x) < LEAST, np.copysign(np.float32(0), x), x)


def ulps(found: Array, wanted: Array) -> Array:
    """The error in units of the last place of the true value; 0 where both are the same infinity or NaN, or
    where the true value is a denormal and 0 or the least normal number was found."""
    with np.errstate(all="ignore"):
        rounded = wanted.astype(np.float32)
        unit = np.spacing(np.maximum(np.abs(rounded), LEAST)).astype(np.float64)
        error = np.abs(found.astype(np.float64) - wanted) / unit
    same = (np.isnan(found) & np.isnan(rounded)) | (found == rounded)
    tiny = (np.abs(wanted) < LEAST) & (np.abs(found) <= LEAST)
    # the bound of what is infinite lies half a step above the greatest number
    nearly = np.isinf(found) & (np.abs(wanted) > np.finfo(np.float32).max)
    return np.where(same | tiny | nearly, 0.0, np.where(np.isnan(error), np.inf, error))


def softplus(x: Array) -> Array:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def mish(x: Array) -> Array:
    # log(1 + e^x) loses nothing below: tanh(log(1 + w)) = w (w + 2) / (w (w + 2) + 2)
    w = np.where(x < float(np.float32(-87.33654)), 0.0, np.exp(np.minimum(x, 300.0)))
    return x * np.where(x > 300.0, 1.0, w * (w + 2.0) / (w * (w + 2.0) + 2.0))


ORACLES: dict[str, tuple[Callable[[Array], Array], float]] = {
    "vexp(x)": (np.exp, 1.1),
    "vlog(x)": (np.log, 1.2),
    "vlog1p(x)": (np.log1p, 2.0),
    "vtanh(x)": (np.tanh, 2.5),
    "vsigmoid(x)": (lambda x: 1.0 / (1.0 + np.exp(-x)), 2.5),
    "vsoftplus(x)": (softplus, 2.0),
    "vmish(x)": (mish, 5.0),
    "verf(x)": (np.vectorize(math.erf, otypes=[np.float64]), 2.0),
    "vsqrt(x)": (np.sqrt, 0.5),
    "vdiv(splat(F(1.0)), vsqrt(x))": (lambda x: 1.0 / np.sqrt(x), 1.5),
}


@pytest.mark.parametrize("word", ORACLES)
def test_every_exponent_within_the_stated_error(word: str) -> None:
    oracle, bound = ORACLES[word]
    x = usual()
    with np.errstate(all="ignore"):
        wanted = oracle(flushed(x).astype(np.float64))
    error = ulps(curve(word, x), wanted)
    worst = int(error.argmax())
    assert error[worst] <= bound, f"{word} at {x[worst]!r}: {error[worst]} ulp"


@pytest.mark.parametrize(("word", "oracle"), [("vsin(x)", np.sin), ("vcos(x)", np.cos)])
def test_waves_stay_within_an_absolute_error_up_to_the_largest_angle(word: str, oracle: Any) -> None:
    x = np.concatenate([usual(), dense(-50_000, 50_000), dense(-1e6, 1e6)])
    with np.errstate(invalid="ignore"):
        wanted = oracle(flushed(x).astype(np.float64))
    found = curve(word, x)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    assert np.nanmax(np.abs(found - wanted)) <= 1e-7


@pytest.mark.parametrize("exponent", [1.5, -0.5, 0.0, 1.0, 2.0, -3.0, 1 / 3, 0.1, 17.0, -40.0])
def test_powers(exponent: float) -> None:
    x = np.abs(np.concatenate([everywhere(), dense(0, 4), dense(0, 1000)]))
    single = np.float32(exponent)
    with np.errstate(all="ignore"):
        wanted = flushed(x).astype(np.float64) ** np.float64(single)
    error = ulps(curve(f"vpow(x, splat(F({exponent!r})))", x), wanted)
    # the ends of the range are left out: there it may overflow or vanish a little early
    error[(wanted > (1 - 1e-5) * float(np.finfo(np.float32).max)) | (wanted < (1 + 1e-5) * float(LEAST))] = 0.0
    assert error.max() <= 5.0, f"{x[error.argmax()]!r} ** {exponent}: {error.max()} ulp"


INF, NAN = math.inf, math.nan
EDGES = {
    "vexp(x)": [(-INF, 0.0), (INF, INF), (0.0, 1.0), (-0.0, 1.0), (89.0, INF), (-88.0, 0.0)],
    "vlog(x)": [(-INF, NAN), (INF, INF), (0.0, -INF), (-0.0, -INF), (1e-40, -INF), (-1.0, NAN), (1.0, 0.0)],
    "vlog1p(x)": [(-INF, NAN), (INF, INF), (0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (-2.0, NAN)],
    "vtanh(x)": [(-INF, -1.0), (INF, 1.0), (0.0, 0.0), (-0.0, -0.0), (30.0, 1.0)],
    "vsigmoid(x)": [(-INF, 0.0), (INF, 1.0), (0.0, 0.5), (-0.0, 0.5)],
    "vsoftplus(x)": [(-INF, 0.0), (INF, INF), (-100.0, 0.0), (1e30, 1e30)],
    "vmish(x)": [(-INF, NAN), (INF, INF), (0.0, 0.0), (-0.0, -0.0), (1e30, 1e30), (-1e30, -0.0)],
    "verf(x)": [(-INF, -1.0), (INF, 1.0), (0.0, 0.0), (-0.0, -0.0), (5.0, 1.0)],
    "vsin(x)": [(-INF, NAN), (INF, NAN), (0.0, 0.0), (-0.0, -0.0)],
    "vcos(x)": [(-INF, NAN), (INF, NAN), (0.0, 1.0), (-0.0, 1.0)],
    "vsqrt(x)": [(-1.0, NAN), (INF, INF), (0.0, 0.0), (-0.0, -0.0)],
    "vpow(x, splat(F(2.5)))": [(0.0, 0.0), (INF, INF), (1.0, 1.0), (-1.0, NAN), (1e30, INF), (1e-30, 0.0)],
    "vpow(x, splat(F(-2.5)))": [(0.0, INF), (INF, 0.0), (1.0, 1.0), (-1.0, NAN)],
}


@pytest.mark.parametrize("flush", [True, False])
@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("word", EDGES)
def test_edges(word: str, lanes: int, flush: bool) -> None:
    x = np.array([*(at for at, _ in EDGES[word]), NAN], np.float32)
    wanted = np.array([*(value for _, value in EDGES[word]), NAN], np.float32)
    found = curve(word, x, lanes, flush=flush)
    np.testing.assert_array_equal(found, wanted)
    numbers = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found)[numbers], np.signbit(wanted)[numbers])


@pytest.mark.parametrize("word", [*ORACLES, "vsin(x)", "vcos(x)", "vpow(x, splat(F(1.7)))"])
def test_a_nan_of_any_payload_stays_one(word: str) -> None:
    payloads = np.random.default_rng(2).integers(1, 1 << 23, 4096).astype(np.uint32)
    signs = np.where(np.arange(4096) % 2, 0x80000000, 0).astype(np.uint32)
    assert np.isnan(curve(word, (payloads | 0x7F800000 | signs).view(np.float32))).all()


@pytest.mark.parametrize("word", [*ORACLES, "vsin(x)", "vcos(x)", "vpow(x, splat(F(1.7)))"])
def test_the_same_bits_in_every_lane_and_for_any_number_of_lanes(word: str) -> None:
    x = np.concatenate([everywhere()[::7], dense(-20, 20)[::3]])
    with np.errstate(invalid="ignore"):
        wanted = curve(word, x, 16)
        for lanes in (8, 4):
            np.testing.assert_array_equal(curve(word, x, lanes), wanted)
        for shift in (1, 5):
            np.testing.assert_array_equal(curve(word, x[shift:], 16), wanted[shift:])


SINGLES = st.floats(width=32, allow_subnormal=True)


@given(x=st.lists(SINGLES, min_size=1, max_size=40), lanes=st.sampled_from(LANES))
@pytest.mark.parametrize("word", ORACLES)
def test_any_numbers(word: str, x: list[float], lanes: int) -> None:
    oracle, bound = ORACLES[word]
    given_x = np.array(x, np.float32)
    with np.errstate(all="ignore"):
        wanted = oracle(flushed(given_x).astype(np.float64))
    assert ulps(curve(word, given_x, lanes), wanted).max() <= bound
