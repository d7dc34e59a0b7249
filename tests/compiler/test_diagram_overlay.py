"""Measured times laid over pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import netloom
from netloom.compiler.diagram import Box, Group, Link, Picture, marked
from netloom.compiler.diagram_dot import dot_text
from netloom.compiler.diagram_fold import closed, fitted, gathered
from netloom.compiler.diagram_layers import architecture, drawn_into
from netloom.compiler.diagram_looks import LOOKS, heat
from netloom.compiler.diagram_mermaid import mermaid_text
from netloom.compiler.diagram_overlay import Overlay, box_of, hottest, overlaid, read_overlay, warmth
from netloom.compiler.diagram_repeats import folded
from netloom.compiler.diagram_text import terminal_text
from netloom.dsl.diagnostics import NetloomError
from netloom.runtime import start

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
LAYERS = {"image": 50.0, "dense1": 600.0, "dense2": 200.0, "train.loss.cross_entropy": 100.0, "train.optimizer": 50.0}


def profile(**change: Any) -> str:
    kernels = [
        {"program": "gradients", "number": n, "ns": ns, "lost_ns": ns / 2} for n, ns in enumerate(LAYERS.values())
    ]
    layers = [{"name": name, "ns": ns, "lost_ns": ns / 4} for name, ns in LAYERS.items()]
    data = {"profile": 1, "name": "digits", "mode": "train", "batch": 32, "threads": 2, "step_ns": 1100.0}
    return json.dumps(data | {"layers": layers, "kernels": kernels} | change)


def digits(overlay: Overlay) -> Picture:
    experiment = start.load(EXAMPLES / "start/digits.yaml").experiment
    return overlaid(replace(architecture(experiment), name="digits"), overlay, "layers", drawn_into(experiment))


def test_golden(golden: Callable[[str, str], None]) -> None:
    shown = marked(fitted(digits(read_overlay(profile()))))
    golden("diagram/overlay.dot", dot_text(shown, "dark"))
    golden("diagram/overlay.mmd", mermaid_text(shown))
    golden("diagram/overlay.txt", terminal_text(shown, 100))


def test_boxes_get_their_layers_times() -> None:
    boxes = {box.id: box for box in digits(read_overlay(profile())).boxes}
    assert (boxes["dense1"].spent, boxes["dense1"].part) == (600.0, 0.6)
    assert boxes["loss cross_entropy"].spent == 100.0
    assert boxes["label"].spent == 0.0


def test_what_is_in_no_box_is_told() -> None:
    said = digits(read_overlay(profile())).heat
    assert said == "measured time a step, train, batch 32, 2 threads: 1 µs in kernels, 5% of it for nothing drawn here"


def test_lost_time_is_another_measure() -> None:
    picture = digits(read_overlay(profile(), "lost"))
    assert picture.heat.startswith("time above the machine's limits a step")
    assert next(box for box in picture.boxes if box.id == "dense1").spent == 150.0


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"profile": 2}', profile(layers=[{}]), profile(step_ns="soon"), profile(batch=None), "[" * 100_000,
     profile(layers=[{"name": "dense1", "ns": -1.0}]), profile(layers=[{"name": "dense1", "ns": float("inf")}])],
)  # fmt: skip
def test_what_is_no_profile_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(NetloomError, match="netloom profile FILE --json"):
        read_overlay(text)


def test_a_profile_of_another_network_is_refused() -> None:
    with pytest.raises(NetloomError, match="the profile is of `other`, this is `digits`"):
        digits(read_overlay(profile(name="other")))
    strange = [{"name": "conv9", "ns": 1.0, "lost_ns": 0.0}]
    with pytest.raises(NetloomError, match="is not what it was"):
        digits(read_overlay(profile(layers=strange)))


def test_kernels_must_be_those_that_were_measured() -> None:
    calls = [Box(f"gradients {n}", "matmul", "matmul", "product") for n in range(5)]
    overlay = read_overlay(profile())
    shown = overlaid(Picture("digits", tuple(calls), ()), overlay, "kernels")
    assert [box.spent for box in shown.boxes] == list(LAYERS.values())
    with pytest.raises(NetloomError, match="is not what it was"):
        overlaid(Picture("digits", (*calls, Box("update 0", "flat", "flat", "work")), ()), overlay, "kernels")


def test_a_layer_without_a_box_is_found_in_another() -> None:
    known = {"body.dense1", "loss cross_entropy", "halves"}
    assert box_of("body.dense1", known, {}) == "body.dense1"
    assert box_of("relu1", known, {"relu1": "body.dense1"}) == "body.dense1"
    assert box_of("train.loss.cross_entropy", known, {}) == "loss cross_entropy"
    assert box_of("halves.left", known, {}) == "halves"
    assert box_of("train.optimizer", known, {}) == ""


def row(count: int) -> Picture:
    """Equal layers in a row; the nth took n nanoseconds of 100."""
    boxes = tuple(
        Box(f"x{n}", f"x{n}", "dense", "weights", shape="4", spent=float(n), part=n / 100) for n in range(1, count + 1)
    )
    links = tuple(Link(f"x{n}", f"x{n + 1}", "4") for n in range(count))
    return Picture("row", (Box("x0", "x0", "data", "data"), *boxes), links, heat="measured time a step")


def test_equal_layers_are_drawn_once_whatever_they_took() -> None:
    _, only = folded(row(4)).boxes
    assert (only.repeat, only.spent, only.part) == (4, 2.5, 0.025)
    assert hottest([only]) == 0.1
    assert "2 ns" in terminal_text(folded(row(3)))
    assert " each" in terminal_text(folded(row(3)))


def test_equal_blocks_have_the_mean_of_their_times() -> None:
    groups = []
    for n in (1, 2, 3):
        a = Box(f"b{n}.a", "a", "dense", "weights", spent=10.0 * n, part=0.1 * n)
        b = Box(f"b{n}.b", "b", "relu", "activation", spent=1.0, part=0.01)
        groups.append(Group(f"b{n}", f"b{n}", (a, b)))
    links = [Link(f"b{n}.a", f"b{n}.b") for n in (1, 2, 3)] + [Link(f"b{n}.b", f"b{n + 1}.a") for n in (1, 2)]
    first = Box("x", "x", "data", "data")
    shown = folded(Picture("blocks", (first, *groups), (Link("x", "b1.a"), *links)))
    assert [item.repeat for item in shown.items] == [1, 3]
    assert [box.spent for box in shown.boxes] == [0.0, 20.0, 1.0]


def test_closed_and_gathered_boxes_have_the_sum() -> None:
    group = Group("block", "block", row(3).boxes)
    (whole,) = closed(Picture("p", (group,), ()), 0).boxes
    assert (whole.spent, whole.part) == (6.0, pytest.approx(0.06))
    middle = next(box for box in gathered(row(20)).boxes if box.family == "block")
    assert middle.spent == sum(range(3, 18))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hotter_boxes_have_more_colour(theme: Any) -> None:
    paper = LOOKS[theme].paper
    colours = [heat(paper, part / 4) for part in range(5)]
    red = [int(colour[1:3], 16) - int(colour[5:7], 16) for colour in colours]
    assert red == sorted(red)
    assert len(set(colours)) == 5
    text = dot_text(row(4), theme)
    fills = [re.search(r'fillcolor="(#\w+)"', line)[1] for line in text.splitlines() if re.match(r"\s+n\d \[", line)]  # type: ignore[index]
    assert fills == colours
    assert "inside: measured time a step" in text


def test_without_times_nothing_is_hot() -> None:
    assert warmth(Box("a", "a", "dense", "weights"), 0.0) == 0.0
    assert "style n0 fill" not in mermaid_text(replace(row(2), heat=""))
    assert "style n0 fill" in mermaid_text(row(2))
