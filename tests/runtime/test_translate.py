"""Kernel text means what Numba makes of it, and what is no kernel text is refused with its line."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from netloom.runtime.object_code import object_file
from netloom.runtime.objects import Library
from netloom.runtime.translate import TranslationError, translate
from netloom.runtime.twin import compile_by_numba
from netloom.runtime.vocabulary import namespace

LIBRARY = Library()
Kernel = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)
HEAD = "def kernel(arena, offsets, sizes, thread, threads):\n"
COUNT = itertools.count()
SMALL, GREAT = -(1 << 63), (1 << 63) - 1


def translated(symbol: str, text: str, lanes: int) -> bytes:
    return object_file(translate(symbol, text, namespace(lanes)))


def loaded(make: Callable[[str, str, int], bytes], text: str) -> Any:
    symbol = f"netloom_rule_{next(COUNT)}"
    LIBRARY.load(symbol, make(symbol, text, 8))
    return Kernel(LIBRARY.address(symbol))


def result(kernel: Any, thread: int, threads: int, given: Any = ()) -> bytes:
    """What a kernel leaves in an arena of 64 words that begins with `given`."""
    arena = np.zeros(64, np.int64)
    if len(given):
        arena[: len(given)] = np.array(given, np.float64).view(np.int64)
    kernel(arena.ctypes.data, arena.ctypes.data, arena.ctypes.data, thread, threads)
    return arena.tobytes()


def lines(*body: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in body)


WHOLE = [0, 1, -1, 2, -2, 3, 7, -7, 10, -10, SMALL, GREAT]
REAL = [0.0, -0.0, 1.0, -1.5, 2.5, 1e-30, 1e30, 700.0, float("inf"), float("nan")]


@pytest.mark.parametrize("sign", ["+", "-", "*", "//", "%", "&", "|", "^"])
def test_arithmetic_of_integers(sign: str) -> None:
    text = lines(f"put(arena, 0, thread {sign} threads)")
    mine, theirs = (loaded(make, text) for make in (translated, compile_by_numba))
    for a, b in itertools.product(WHOLE, WHOLE):
        assert result(mine, a, b) == result(theirs, a, b), f"{a} {sign} {b}"


@pytest.mark.parametrize("divisor", [-3, -1, 0, 1, 2, 64])
@pytest.mark.parametrize("sign", ["//", "%"])
def test_division_by_a_constant(sign: str, divisor: int) -> None:
    text = lines(f"put(arena, 0, thread {sign} {divisor})")
    kernels = [loaded(make, text) for make in (translated, compile_by_numba)]
    for a in WHOLE:
        assert result(kernels[0], a, 1) == result(kernels[1], a, 1), f"{a} {sign} {divisor}"


READ = ("x = get_float64(arena, 0)", "y = get_float64(arena, 1)", "a = number(arena, 4)", "c = F(y)")
ANSWERS = [
    "x + y", "x - y", "x * y", "x / y", "x ** y", "-x", "a + c", "a * c", "a / c", "-a", "a + x", "a * thread",
    "thread / threads", "x + thread", "thread - x", "float(thread)", "float(a)", "F(x)", "F(thread)", "math.exp(x)",
    "math.log(x)", "math.log1p(x)", "math.tanh(x)", "math.erf(x)", "math.sin(a)", "math.cos(x)", "math.sqrt(x)",
    "math.fabs(a)", "math.exp(thread)", "x if x > y else y", "1 if x < y else x", "x if x != y else 0.5", "INF - x", "min(x, y)", "max(x, y)", "min(a, c)", "max(a, x)", "max(x, thread)", "min(thread, y)",
    "x if not x <= y else -y", "a if a >= c else c", "1.0 if x == y or y < x and thread > 0 else 0.0",
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_arithmetic_of_real_numbers(answer: str) -> None:
    text = lines(*READ, f"put_float64(arena, 8, {answer})", f"put_float32(arena, 20, {answer})")
    kernels = [loaded(make, text) for make in (translated, compile_by_numba)]
    for x, y in itertools.product(REAL, REAL):
        # the third word: as two float32 numbers, the first of them is 1.5
        given = (x, y, np.array([1.5, x], np.float32).view(np.float64)[0])
        mine, theirs = (np.frombuffer(result(k, 3, 7, given)).copy() for k in kernels)
        for got in (mine, theirs):
            got[np.isnan(got)] = np.nan  # the sign of a NaN is nobody's promise
        assert mine.tobytes() == theirs.tobytes(), f"{answer} of {x}, {y}"


PROGRAMS = {
    "a loop that ends": ["i = 0", "while i < 5:", "    put(arena, i, i * i)", "    i += 1"],
    "a loop that never begins": ["while thread < 0:", "    put(arena, 0, 1)", "put(arena, 1, 2)"],
    "counting": ["for i in range(threads):", "    for j in range(i, 6):", "        put(arena, i + 8 * j, i - j)"],
    "counting by more than one": ["for i in range(3, 40, 2 * LANES):", "    put(arena, i, 1)"],
    "a count is its own": ["for i in range(4):", "    put(arena, i, i + 1)", "    i = 9", "put(arena, 9, i)"],
    "a bound is read once": ["n = 3", "for i in range(n):", "    n += 1", "put(arena, 0, n)"],
    "branches": [
        "if thread < 2:", "    x = 1", "elif thread < 5 and threads > 6:", "    x = 2", "else:", "    x = 3",
        "put(arena, 0, x)",
    ],
    "what stands behind `and` waits": ["if threads > 9 and get(0, 0) > 1:", "    put(arena, 0, 1)"],
    "what stands behind `or` waits": ["if threads < 9 or get(0, 0) > 1:", "    put(arena, 0, 1)"],
    "an early end": ["put(arena, 0, 1)", "if thread == 3:", "    return", "put(arena, 1, 1)"],
    "truths": ["going = True", "if thread > 0 and not thread > 5:", "    going = False", "put(arena, 0, going)"],
    "least and greatest": ["put(arena, 0, min(thread, threads))", "put(arena, 1, max(thread, -threads))"],
    "floor": ["x = get_float64(arena, 0)", "put(arena, 0, math.floor(x - 0.5))", "put(arena, 1, int(x * 3.0))"],
    "vectors": [
        "v = splat(F(2.5))", "i = 0", "while i < 3:", "    v = vfma(v, v, splat(F(thread)))", "    i += 1",
        "store_float32(arena, 0, keep(v, 5))", "set_number(arena, 20, hsum(v))",
    ],
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_does_what_its_twin_does(program: str) -> None:
    mine, theirs = (loaded(make, lines(*PROGRAMS[program])) for make in (translated, compile_by_numba))
    for thread, threads in ((0, 1), (3, 7), (5, 8)):
        assert result(mine, thread, threads, (2.25,)) == result(theirs, thread, threads, (2.25,))


OWN = """
@inlined
def larger(a, b):
    if a > b:
        return a
    return b


@inlined
def note(place, a, b):
    if a < 0:
        return
    put(place, 0, larger(a, b))


def kernel(arena, offsets, sizes, thread, threads):
    note(arena, thread, threads)
    note(arena + 8, threads, thread)
    note(arena + 16, -1, thread)
"""


def test_functions_of_the_text_itself() -> None:
    mine, theirs = (loaded(make, OWN) for make in (translated, compile_by_numba))
    assert result(mine, 3, 5) == result(theirs, 3, 5)
    assert np.frombuffer(result(mine, 3, 5), np.int64)[:3].tolist() == [5, 5, 0]


REFUSED = {
    "x = [1]": "no `\\[1\\]`",
    "x = 'a'": "'a' is no number",
    "x = 1 << 70": "no LShift of int64",
    "x = 99999999999999999999": "no number of 64 bits",
    "x = None": "None is no number",
    "x, y = 1, 2": "no `x, y = ",
    "x = y = 1": "no `x = y = ",
    "x = 0\n    x = 0.5": "line 3: x was int64 and would become float64",
    "x = z": "z has no value here",
    "x = LANES()": "there is no word LANES",
    "x = nothing(1)": "there is no word nothing",
    "x = put(arena, 0, 1)": "x would be nothing",
    "get(arena)": "get takes 2 arguments, not 1",
    "get(arena, index=0)": "names its arguments",
    "put(arena, 0, 0.5)": "argument 3 of put: int64 is wanted, and this is float64",
    "set_number(arena, 0, 0.5)": "argument 3 of set_number: float32 is wanted, and this is float64",
    "set_number(arena, 0, 1)": "float32 is wanted, and this is int64",
    "store_float32(arena, 0, 1)": "vector of 8 is wanted",
    "put(arena, 0, splat(F(1.0)) + splat(F(1.0)))": "no Add of vector of 8",
    "put(arena, 0, 1 + splat(F(1.0)))": "int64 and vector of 8 do not go together",
    "put(arena, 0, 1 + (thread > 0))": "int64 and truth do not go together",
    "put(arena, 0, (thread > 0) == (threads > 0))": "truth is not compared",
    "put(arena, 0, 1 ** 2)": "no Pow of int64",
    "put_float64(arena, 0, 1.5 // 2.0)": "no FloorDiv of float64",
    "put_float64(arena, 0, 1.5 % 2.0)": "no Mod of float64",
    "put(arena, 0, min(thread > 0, threads > 0))": "truth is not compared",
    "put(arena, 0, min(1, 2, 3))": "min takes 2 arguments, not 3",
    "put(arena, 0, float(thread > 0))": "float of truth",
    "put(arena, 0, -(thread > 0))": "truth has no sign",
    "put(arena, 0, ~thread)": "no `~thread`",
    "put(arena, 0, math.gamma(1.0))": "no math.gamma",
    "put(arena, 0, math.exp(thread > 0))": "math.exp of truth",
    "put(arena, 0, arena.x)": "no `arena.x`",
    "put(arena, 0, (lambda: 1)())": "no `",
    "put(arena, 0, 0 < thread < 3)": "no `0 < thread < 3`",
    "put(arena, 0, thread is threads)": "no `thread is threads`",
    "put(arena, 0, 1 if thread else 2)": "a condition is a truth, and `thread` is int64",
    "if thread:\n        return": "a condition is a truth",
    "while thread:\n        return": "a condition is a truth",
    "for i in range(1, 9, thread):\n        put(arena, 0, i)": "the step `thread` is no constant above 0",
    "for i in range(1, 9, 0):\n        put(arena, 0, i)": "the step `0` is no constant above 0",
    "for i in range():\n        put(arena, 0, i)": "range takes a stop",
    "for i in (1, 2):\n        put(arena, 0, i)": "no `for i in ",
    "for i in range(2):\n        break": "no `break`",
    "while thread > 0:\n        return\n    else:\n        return": "no `while",
    "return 1": "kernel gives nothing",
    "raise ValueError(3)": "no `raise",
    "assert thread > 0": "no `assert",
    "import os": "no `import os`",
    "del arena": "no `del",
    "thread + 1": "no `thread \\+ 1`",
    "arena[0] = 1": "no `arena\\[0\\] = 1`",
    "x: int = 1": "no `x: int = 1`",
    "with arena:\n        return": "no `with",
    "kernel(1, 2, 3, 4, 5)": "there is no word kernel",
}


@pytest.mark.parametrize("body", REFUSED)
def test_what_is_no_kernel_text_is_refused_with_its_line(body: str) -> None:
    with pytest.raises(TranslationError, match=REFUSED[body]) as caught:
        translate("netloom_x", f"{HEAD}    {body}\n", namespace(8))
    assert str(caught.value).startswith("line ")


TOPS = {
    "def kernel(": "line 1: ",
    "x = 1\n" + HEAD + "    return\n": "only functions and words stand at the top",
    "x = get(1, 2)\n" + HEAD + "    return\n": "get makes no word",
    "x = scratch(LANES)\n" + HEAD + "    return\n": "LANES is no constant",
    "def other():\n    return\n": "one function kernel or driver",
    HEAD + "    return\ndef driver(team, thread):\n    return\n": "one function kernel or driver",
    "def kernel(a, b):\n    return\n": "kernel takes 2 arguments, not 5",
    "def kernel(a, b, c, d, e=1):\n    return\n": "plain arguments alone",
    "def kernel(a, b, c, d, *e):\n    return\n": "plain arguments alone",
    "@nothing\n" + HEAD + "    return\n": "only functions and words",
    "@inlined\ndef f(a):\n    f(a)\n" + HEAD + "    f(1)\n": "f calls itself",
    "@inlined\ndef f(a):\n    if a > 0:\n        return 1\n" + HEAD + "    f(1)\n": "does not always give something",
    "@inlined\ndef f(a):\n    if a > 0:\n        return 1\n    return 0.5\n" + HEAD + "    f(1)\n": "int64 and float64",
    "class kernel:\n    pass\n": "only functions and words",
}


@pytest.mark.parametrize("text", TOPS)
def test_the_top_of_a_text(text: str) -> None:
    with pytest.raises(TranslationError, match=TOPS[text]):
        translate("netloom_x", text, namespace(8))
