"""Timing in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.tui.model.kernel_list import profile_head, profile_kernels, profile_layers
from netloom.tui.model.profiling import Profiling

EXAMPLE = Path(netloom.__file__).resolve().parent / "examples" / "worked" / "three_layers.yaml"
PROFILE = {
    "threads": 2, "step_ns": 1000.0, "examples_per_s": 1e6, "batch": 4, "steps": 20, "peak_share": 0.5, "floor_ns": 500.0,
    "waiting": 0.1, "between_ns": 100.0,
    "kernels": [
        {"kernel": "rows", "ns": 300.0, "floor_ns": 30.0, "binds": "waiting", "shares": [{"path": "b.dense1"}]},
        {"kernel": "matmul", "ns": 600.0, "floor_ns": 540.0, "binds": "arithmetic", "shares": [{"path": "a"}]},
    ],
    "layers": [
        {"name": "a", "ns": 600.0, "lost_ns": 60.0, "forward_ns": 600.0, "backward_ns": 0.0, "update_ns": 0.0},
        {"name": "b.dense1", "ns": 300.0, "lost_ns": 270.0, "forward_ns": 100.0, "backward_ns": 200.0, "update_ns": 0.0},
    ],
}  # fmt: skip


def test_kernels_are_made_and_counted() -> None:
    said = list(Profiling(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE, "kernels").said())
    assert said[-1].ended
    assert "kernels made" in said[-1].words
    assert all(word.words.startswith("making kernels: ") and word.count for word in said[:-1])


def test_a_mistake_is_the_last_word() -> None:
    (said,) = Profiling("network: {layers: [dense: -1]}\n", None).said()
    assert said.ended
    assert said.mistake


def test_it_can_be_called_off() -> None:
    job = Profiling(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE)
    job.cancel()
    assert [said for said in job.said() if said.ended] == []
    job.cancel()


def test_a_profile_as_rows() -> None:
    assert "50% of this machine's peak" in profile_head(PROFILE)[1]
    kernels = profile_kernels(PROFILE)
    assert [part.name for part in kernels] == ["matmul", "rows"]
    assert "90% of peak, arithmetic: a" in kernels[0].more
    assert [part.name for part in profile_kernels(PROFILE, "b")] == ["rows"]
    layers = profile_layers(PROFILE)
    assert [part.name for part in layers] == ["a", "b.dense1", "between calls"]
    assert sum(part.share for part in layers) == pytest.approx(1)
    assert "10% of peak" in layers[1].more
