"""Whatever stands in a file, reading it ends in a spec or in errors with places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netloom
from netloom.dsl.load import load, read_spec

WHOLE = """\
name: damaged
options: {width: 64, rate: 1e-3, twice: $(2 * width)}
data: {source: {csv: houses.csv}, fields: {city: {column: city, as: category}}, split: {test: 0.15}}
blocks:
  Conv:
    options: {filters: int, three: [int, int], form: {one_of: [pre, post]}}
    layers:
      - conv2d: {filters: $filters, kernel: [1, 3], padding: same, bias: false}
      - Conv: $three.1
        when: filters > 1 and form == pre
networks:
  Trunk: {inputs: {image: [8, 8, 1]}, layers: [{Conv: {filters: 4}}, flatten]}
  Target: {follow: Trunk, every: 500 steps}
graph:
  guess: {Trunk: image}
  sides:
    - dense: {units: $width, activation: {leaky_relu: {slope: 0.2}}, weights: {start: {normal: 0.1}}}
      from: [guess, image]
      repeat: {k: [1, 2]}
    - add: {body: [{dense: $twice}, relu], keep: []}
      name: joined
  gap: guess - 0.5 * joined^2
train:
  loss:
    - cross_entropy: {logits: guess, target: label}
      weight: {linear: {start: 0, end: 1, over: 5 epochs}}
      where: label != 3
  optimizer: {adam: {learning_rate: {switch: {0: 0.1, 20 epochs: $rate}}}}
  penalties: [{l2: 1e-4, of: "**.weights"}]
  phases: [{name: first part, update: Trunk, epochs: 3}]
"""
WORDS = st.sampled_from(
    [
        "netloom: 1\n",
        "name: x\n",
        "network:\n",
        "  layers:\n",
        "    - flatten\n",
        "    - dense: ",
        "10\n",
        "{units: ",
        "$w",
        "}",
        "{",
        "[",
        "]",
        "\n",
        "      name: a\n",
        "train: ",
        "loss: mse",
        ", ",
        "graph: ",
        "{a: b}",
        "options: ",
        "w: 3",
        "blocks: ",
        "A: ",
        "layers: [relu]",
        "data: ",
        "source: ",
        "digits",
        "repeat: 2",
        "when: x > 1",
        "optimizer: ",
        "adam: ",
        "learning_rate: ",
        "cosine: ",
        "start: 1",
        "null",
        "- 3",
        "weights: ",
        "he",
    ]
)


@given(st.lists(WORDS, max_size=25).map("".join) | st.text())
def test_any_text_gives_a_spec_or_errors(text: str) -> None:
    spec, diagnostics = read_spec(text, "f")
    assert spec is not None or diagnostics.errors


@given(st.integers(0, len(WHOLE)), st.integers(0, 12), st.text(max_size=3) | WORDS)
def test_a_damaged_file_is_read_without_a_crash(at: int, length: int, put: str) -> None:
    text = WHOLE[:at] + put + WHOLE[at + length :]
    spec, diagnostics = read_spec(text, "f")
    assert spec is not None or diagnostics.errors


def test_the_file_that_is_damaged_above_is_good() -> None:
    spec, diagnostics = read_spec(WHOLE, "f")
    assert spec is not None
    assert not diagnostics.items


EXAMPLES = sorted((Path(netloom.__file__).parent / "examples").rglob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_example_is_read_without_a_remark(path: Path) -> None:
    spec, diagnostics = load(path)
    assert spec is not None
    assert not diagnostics.items
    assert spec.later.keys() <= {"blocks", "networks"}
