"""Every example checks without a mistake, compiles, keeps its meaning through the passes, and has right gradients."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netloom.runtime import start
from netloom.runtime.measure import gradcheck_file

from .gallery import EXAMPLES, NAMES

LARGE = ("mnist", "lenet5")
DEEP = "deep"
"""The chapter of networks at full size, which are compiled and never run: see test_deep."""
SMALL = [path for path in EXAMPLES if path.parent.name != DEEP]


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_has_no_mistakes(path: Path) -> None:
    remarks = start.check(path)
    assert [r for r in remarks if r.severity == "error"] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_says_what_to_look_at(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "# Look at: " in text
    assert re.search(r"^# catalog: [A-Z]\d\d(, [A-Z]\d\d)*$", text, re.MULTILINE)


@pytest.mark.parametrize("path", SMALL, ids=[f"{p.parent.name}/{p.stem}" for p in SMALL])
def test_an_example_compiles_and_every_pass_keeps_its_meaning(path: Path) -> None:
    loaded = start.load(path)
    if any(word in path.stem for word in LARGE):
        loaded = start.load(path, {"train.batch": "3"})
    compiled = start.compile_loaded(loaded)
    assert compiled.plan.programs
    assert [str(blame) for blame in start.verify_loaded(loaded)] == []


TRAINED = [p for p in EXAMPLES if start.load(p).experiment.trains and not any(w in p.stem for w in LARGE)]


@pytest.mark.catalog("P03")
@pytest.mark.parametrize("path", TRAINED, ids=[f"{p.parent.name}/{p.stem}" for p in TRAINED])
def test_the_gradients_of_an_example_are_right(path: Path) -> None:
    found = gradcheck_file(path)
    assert found
    wrong = [item for item in found if not item.good]
    assert not wrong
    # a direction free of corners is found for nearly all of them, and for most among the thousands of a picture's
    few = len(found) // 4 if path.parent.name == "pictures" else 1
    assert sum(item.error is not None for item in found) >= len(found) - few


@pytest.mark.slow
def test_the_gradients_of_the_recognisers_are_right() -> None:
    for path in EXAMPLES:
        if any(word in path.stem for word in LARGE):
            assert all(item.good for item in gradcheck_file(path))
