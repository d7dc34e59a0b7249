"""Kernel text becomes an object file that needs nothing of Python, or is refused."""

from __future__ import annotations

import base64
import ctypes
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest

import netloom
from netloom.runtime import driver
from netloom.runtime.compile_worker import compile_object, serve
from netloom.runtime.objects import Library
from netloom.runtime.target import host

HEAD = "def kernel(arena, offsets, sizes, thread, threads):\n    "
DOUBLE = f"""{HEAD}place = arena + get(offsets, 0)
    i = thread
    while i < get(sizes, 0):
        set_number(place, i, number(place, i) * F(2.0))
        i += threads
"""
Kernel = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)


def test_an_object_is_called_through_its_symbol() -> None:
    library = Library()
    library.load("netloom_double", compile_object("netloom_double", DOUBLE, host().lanes))
    numbers, offsets, sizes = np.arange(5, dtype=np.float32), np.zeros(1, np.int64), np.array([4], np.int64)
    kernel = Kernel(library.address("netloom_double"))
    for thread in range(3):
        kernel(numbers.ctypes.data, offsets.ctypes.data, sizes.ctypes.data, thread, 3)
    np.testing.assert_array_equal(numbers, [0, 2, 4, 6, 4])


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError(3)",
        "for i in range(0, arena, thread):\n        put(arena, i, 0)",
        "assert thread < threads",
        "print(thread)",
        "found = [1, 2]\n    found.append(thread)\n    put(arena, 0, len(found))",
        "put(arena, 0, (1, 2, 3)[thread])",
        "put(arena, 0, len(str(thread)))",
    ],
)
def test_text_that_needs_python_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="the text can raise|it would need"):
        compile_object("netloom_bad", HEAD + body + "\n", 8)


ALONE = """
import sys
from netloom.runtime.compile_worker import compile_object
import netloom
from netloom.runtime import driver

assert compile_object("netloom_driver", driver.TEXT, 8)
print(sorted(sys.modules.keys() & {"numba", "numpy", "netloom.runtime.twin"}))
assert compile_object("netloom_pair", sys.argv[1], 8)
print(sorted(sys.modules.keys() & {"netloom.runtime.twin"}))
"""


def test_numba_is_imported_for_what_the_translator_refuses() -> None:
    text = f"{HEAD}a, b = thread, threads\n    put(arena, a, b)\n"
    root = str(Path(netloom.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, text],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "['netloom.runtime.twin']"]


def test_division_needs_no_check() -> None:
    assert compile_object("netloom_fine", HEAD + "put(arena, 0, thread // threads)\n", 8)


def test_the_driver_asks_only_for_a_clock_and_a_scheduler() -> None:
    made = compile_object("netloom_driver", driver.TEXT, 16)
    assert any(section.is_text() for section in llvm.ObjectFileRef.from_data(made).sections())
    names = {b"sched_yield", b"clock_gettime"}
    assert {name for name in names if name in made} == names
    for foreign in (b"NRT_", b"Py", b"numba_"):
        assert foreign not in made


def test_answers_are_lines_and_a_failure_is_one_of_them() -> None:
    requests = [
        {"symbol": "netloom_1", "name": "one", "text": DOUBLE, "lanes": 8},
        {"symbol": "netloom_2", "name": "two", "text": "def kernel(", "lanes": 8},
        {"symbol": "netloom_3", "name": "three", "text": HEAD + "nonsense(arena)\n", "lanes": 8},
        {"symbol": "netloom_4", "name": "four", "text": DOUBLE, "lanes": 8},
    ]
    answers = io.StringIO()
    serve(io.StringIO("".join(json.dumps(request) + "\n" for request in requests)), answers)
    made = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [answer["symbol"] for answer in made] == [request["symbol"] for request in requests]
    assert base64.b64decode(made[0]["object"])[:4] == base64.b64decode(made[3]["object"])[:4]
    assert made[1]["error"].startswith("SyntaxError")
    assert "nonsense" in made[2]["error"]
