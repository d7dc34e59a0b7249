"""Augmentations on columns: who is changed, which sizes come out, and what cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netloom.compiler.experiment import Experiment
from netloom.dsl.diagnostics import Diagnostic

Remarks = Callable[..., tuple[Diagnostic, ...]]


def digits(augment: str) -> str:
    return (
        f"data:\n  source: digits\n  prepare: [scale]\n  augment: {augment}\n"
        "network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy}\n"
    )


def rows(augment: str) -> str:
    return (
        digits(augment).replace("[flatten, {dense: 10}]", "[{dense: 2}]").replace("cross_entropy", "{mse: {target: y}}")
    )


def only(found: tuple[Diagnostic, ...]) -> Diagnostic:
    (error,) = [remark for remark in found if remark.severity == "error"]
    return error


def test_the_picture_is_changed_in_the_order_written(built: Callable[..., Experiment]) -> None:
    graph = built(digits("[flip, {shift: [0, 1]}, {noise: 0.05}, {cutout: 3}]")).graph
    steps = graph["image"].attr("augment")
    assert [str(step) for step in steps] == [  # type: ignore[attr-defined]
        "flip way=left_right chance=0.5", "shift by=0 x 1 outside=edge", "noise deviation=0.05", "cutout size=3 fill=0",
    ]  # fmt: skip
    assert "augment" not in graph["label"].attributes


def test_a_file_without_is_as_it_was(built: Callable[..., Experiment]) -> None:
    assert "augment" not in built(digits("[]")).graph["image"].attributes


def test_a_crop_is_what_the_network_reads(built: Callable[..., Experiment]) -> None:
    graph = built(digits("[{crop: [6, 7]}, {crop: 5}]")).graph
    assert graph["image"].type.shape[1:] == (5, 5, 1)
    assert graph["flatten1"].type.shape[1:] == (25,)


def test_options_of_the_file_and_when(built: Callable[..., Experiment]) -> None:
    text = "options: {turn: 20, often: false}\n" + digits("[{rotate: $turn}, {flip: {}, when: often}]")
    steps = built(text).graph["image"].attr("augment")
    assert [step.options["by"] for step in steps] == [20]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("entry", "code", "word", "way"),
    [
        ("{crop: 9}", "E238", "crop: [9, 9] is more than `image` has: [8, 8]", "Write [8, 8] or less."),
        ("{crop: {size: [4, 9]}}", "E238", "[4, 9]", "Write [8, 8] or less."),
        ("{cutout: 9}", "E238", "cutout: [9, 9]", "Write [8, 8] or less."),
        ("{shift: 9}", "E238", "shift: [9, 9]", "Write [8, 8] or less."),
        ("{shift: [1, 2, 3]}", "E201", "by has 3 numbers", "Give one number"),
        ("crop", "E103", "`crop` needs `size`", "size"),
        ("rotat", "E101", "rotat", "Did you mean `rotate`?"),
        ("{rotate: {degrees: 10}}", "E102", "degrees", "It has by, outside."),
        ("{flip: sideways}", "E106", "sideways", "left_right, up_down"),
        ("{zoom: {low: 2, high: 1}}", "E105", "low: 2 is more than high: 1", "Exchange them."),
        ("{rotate: 200}", "E105", "200", "180"),
    ],
)
def test_a_mistake_is_said_at_its_word(remarks: Remarks, entry: str, code: str, word: str, way: str) -> None:
    error = only(remarks(digits(f"[{entry}]")))
    assert error.code == code
    assert word in error.message
    assert way in f"{error.message} {error.suggestion}"
    assert error.place.line == 4


def test_a_crop_of_a_crop_fits_what_is_left(remarks: Remarks) -> None:
    assert only(remarks(digits("[{crop: 5}, {cutout: 6}]"))).message == (
        "cutout: [6, 6] is more than `image` has: [5, 5]"
    )


@pytest.mark.parametrize("entry", ["flip", "{shift: 1}", "{crop: 2}", "rotate", "zoom", "brightness", "cutout"])
def test_rows_of_numbers_are_no_pictures(remarks: Remarks, entry: str) -> None:
    error = only(remarks(rows(f"[{entry}]"), "xy"))
    assert error.code == "E237"
    assert "the network reads `x` [3]" in error.message
    assert error.suggestion == "Write `noise`, which is for any numbers, or take it out."


def test_rows_of_numbers_take_noise(built: Callable[..., Experiment]) -> None:
    graph = built(rows("[{noise: 0.2}]"), "xy").graph
    assert [step.kind for step in graph["x"].attr("augment")] == ["noise"]  # type: ignore[attr-defined]
    assert "augment" not in graph["y"].attributes


def test_a_target_of_another_size_cannot_move_along(remarks: Remarks) -> None:
    text = (
        "data: {source: {values: {image: [[[[0], [1]], [[1], [0]]]], mask: [[[[0]]]]}}, augment: [flip]}\n"
        "network: {inputs: [image], layers: [{conv2d: {filters: 1, kernel: 2}}]}\ntrain: {loss: {mse: {target: mask}}}\n"
    )
    error = only(remarks(text, "small_mask"))
    assert error.code == "E238"
    assert "`mask` [1, 1, 1] would move along with `image` [2, 2, 1]" in error.message
