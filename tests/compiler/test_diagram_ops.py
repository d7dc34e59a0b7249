"""Pictures of op graphs and of compiled plans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import netloom
from netloom.compiler.diagram import Group, boxes_in
from netloom.compiler.diagram_fold import MOST_KERNELS, fitted, thinned
from netloom.compiler.diagram_kernels import kernels
from netloom.compiler.diagram_ops import operations
from netloom.compiler.diagram_text import terminal_text
from netloom.runtime import start

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
DIGITS = EXAMPLES / "start" / "digits.yaml"


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
    assert [item.name for item in drawn.items if isinstance(item, Group)] == ["forward", "backward", "update"]


def test_kernels_stand_in_the_frames_of_their_layers(loaded: start.Loaded) -> None:
    drawn = kernels(start.compile_loaded(loaded, lanes=8), "train")
    forward, backward, _ = [item for item in drawn.items if isinstance(item, Group)]
    assert [box.detail for box in boxes_in([forward])][:3] == ["image", "dense1", "dense2"]
    assert backward.up and not forward.up
    assert [item.name for item in backward.items][:2] == ["dense2", "dense1"]


def test_what_waits_for_the_way_back_is_kept_and_the_loss_begins_it(loaded: start.Loaded) -> None:
    drawn = kernels(start.compile_loaded(loaded, lanes=8), "train")
    boxes = {box.id: box for box in drawn.boxes}
    kept = {boxes[link.source].detail for link in drawn.links if link.role == "kept"}
    assert "dense1" in kept
    assert not any("train.loss" in detail for detail in kept)


@pytest.mark.parametrize("mode", ["train", "predict"])
def test_kernels_of_a_residual_network_are_few_boxes_and_few_lines(mode: str) -> None:
    residual = start.load(EXAMPLES / "pictures/resnet_small.yaml")
    drawn = kernels(start.compile_loaded(residual, lanes=8), mode)
    shown = thinned(fitted(drawn, most=MOST_KERNELS))
    assert len(shown.boxes) <= MOST_KERNELS
    assert len(shown.links) <= 3 * len(shown.boxes)
    assert len({(link.source, link.target) for link in shown.links}) == len(shown.links)
    assert sum(box.layers * box.repeat for box in shown.boxes) == len(drawn.boxes)
    assert max(map(len, terminal_text(thinned(drawn), 80).splitlines())) <= 80


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
