"""Attention written out as formulas agrees with PyTorch's, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netloom.runtime.launch import Launch, Request

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no oracle to compare with")
from .test_torch import RULES, losses  # noqa: E402  itself skipped where PyTorch is not
from .test_torch_axes import fill  # noqa: E402
from .test_torch_pictures import STEPS, batches, steps_of  # noqa: E402

pytestmark = pytest.mark.torch
nn = torch.nn

SPEC = """
name: oracle
data: {{source: digits, prepare: [scale]}}
network:
  inputs: [image]
  graph:
    rows: {{reshape: [8, 8], from: image}}
    x: {{dense: {{units: {width}, activation: tanh}}, from: rows}}
    query: {{dense: {width}, from: x}}
    keys: {{dense: {width}, from: x}}
    values: {{dense: {width}, from: x}}
    weights: softmax(query @ transpose(keys) / sqrt({width}), over=features)
    read: x + weights @ values
    scores: [{{reshape: [{whole}], from: read}}, {{dense: 10}}]
  output: scores
train: {{loss: cross_entropy, optimizer: {rule}, batch: 64, epochs: 4}}
"""


class Attention(nn.Module):  # type: ignore[misc,name-defined]
    """A layer in which each row of a picture asks the others."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.query, self.keys, self.values = (nn.Linear(n, width) for n in (8, width, width, width))
        self.last = nn.Linear(8 * width, 10)

    def forward(self, turned: Any) -> Any:
        x = torch.tanh(self.first(turned.transpose(1, 2)))
        read = nn.functional.scaled_dot_product_attention(self.query(x), self.keys(x), self.values(x))
        return self.last((x + read).flatten(1))


@pytest.mark.catalog("C34")
@pytest.mark.parametrize("width", [6, 16, 40])
def test_a_hundred_steps_agree(width: int, tmp_path: Path) -> None:
    """Digits read as eight rows each, their numbers in the order of the file."""
    file = tmp_path / "oracle.yaml"
    file.write_text(SPEC.format(width=width, whole=8 * width, rule=RULES["sgd"][0]), encoding="utf-8")
    launch = Launch(Request(file, runs=tmp_path / "runs", seed=1))
    first = {s.name: launch.ready.engine.read(f"state/{s.name}") for s in launch.ready.plan.states}
    order, columns = launch.training.order, launch.data.columns
    images = columns["image"].astype(np.float32).reshape(-1, 8, 8) / 16
    model = Attention(width)
    fill(model, first)
    theirs = steps_of(model, "sgd", images, columns["label"], batches(order))
    np.testing.assert_allclose(losses(launch)[:STEPS], theirs, rtol=1e-4)
