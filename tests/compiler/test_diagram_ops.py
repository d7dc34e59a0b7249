"""Pictures of op graphs and of compiled plans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import netloom
from netloom.compiler.diagram import Group
from netloom.compiler.diagram_kernels import kernels
from netloom.compiler.diagram_ops import operations
from netloom.compiler.diagram_text import terminal_text
from netloom.runtime import start

DIGITS = Path(netloom.__file__).resolve().parent / "examples" / "start" / "digits.yaml"


@pytest.fixture(scope="module")
def loaded() -> start.Loaded:
    return start.load(DIGITS)


def test_golden_operations(loaded: start.Loaded, golden: Callable[[str, str], None]) -> None:
    drawn = operations(loaded.experiment, start.expanded(loaded, "train"))
    golden("diagram/start_digits_ops.txt", terminal_text(drawn, 100))


def test_operations_tell_of_weights_and_constants(loaded: start.Loaded) -> None:
    boxes = operations(loaded.experiment, start.expanded(loaded, "predict")).boxes
    assert any(box.name == "multiply" and box.detail == "× 0.0625" for box in boxes)
    assert [(box.name, box.detail, box.parameters) for box in boxes if box.parameters == 6400] == [
        ("matmul", "with dense1.weights", 6400)
    ]
    assert sum(box.parameters for box in boxes) == 7510


def test_kernels_are_the_calls_of_the_plan(loaded: start.Loaded) -> None:
    compiled = start.compile_loaded(loaded, lanes=8)
    drawn = kernels(compiled, "train")
    calls = [call for name in ("gradients", "update") for call in compiled.plan.programs[name].calls]
    boxes = [box for box in drawn.boxes if box.family != "data"]
    assert [box.cost for box in boxes] == [call.cost for call in calls]
    assert [item.name for item in drawn.items if isinstance(item, Group)] == ["gradients", "update"]


def test_a_swept_update_reads_every_gradient(loaded: start.Loaded) -> None:
    drawn = kernels(start.compile_loaded(loaded, lanes=8), "train")
    boxes = {box.id: box for box in drawn.boxes}
    update = next(box for box in drawn.boxes if box.note.startswith("moves") and box.name == "flat")
    sources = {boxes[link.source].detail for link in drawn.links if link.target == update.id}
    assert {"dense1", "dense2"} <= sources
    assert update.note == "moves 12 states"


def test_links_of_kernels_go_forward(loaded: start.Loaded) -> None:
    drawn = kernels(start.compile_loaded(loaded, lanes=8), "predict")
    order = {box.id: number for number, box in enumerate(drawn.boxes)}
    assert drawn.links
    assert all(order[link.source] < order[link.target] for link in drawn.links)
