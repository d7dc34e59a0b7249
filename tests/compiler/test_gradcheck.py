"""The check of gradients itself: what is right passes, what is a little wrong does not, and what it says is what it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netloom.cli import gradcheck_command
from netloom.compiler.graph import Graph, Node
from netloom.runtime import measure, start

TEXT = """netloom: 1
data: {source: iris, prepare: [standardize]}
network: {layers: [{dense: {units: 6, activation: tanh}}, {dense: 3}]}
train: {loss: cross_entropy}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_right_gradients_differ_by_rounding_and_no_more(file: Path) -> None:
    found = measure.gradcheck_file(file)
    assert {item.state: item.count for item in found} == {
        "dense1.weights": 24, "dense1.bias": 6, "dense2.weights": 18, "dense2.bias": 3,
    }  # fmt: skip
    for item in found:
        assert item.good
        assert 0 < item.rounding < 1e-9
        assert item.apart < 1e-8 < abs(item.analytic)


@pytest.mark.parametrize("factor", [0.999, 1.00001])
def test_a_gradient_that_is_a_little_wrong_is_found(
    file: Path, factor: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = start.differentiated(start.load(file))
    monkeypatch.setattr(start, "differentiated", lambda _: scaled(right, "gradient/dense2.bias", factor))
    found = {item.state: item for item in measure.gradcheck_file(file)}
    assert [state for state, item in found.items() if not item.good] == ["dense2.bias"]
    item = found["dense2.bias"]
    assert item.apart == pytest.approx(abs(item.numeric * (factor - 1)), rel=1e-2)
    said = gradcheck_command.told(list(found.values()))
    assert said.startswith("4 tensors of 51 numbers compared")
    assert f"at most {item.apart:.1e} apart, in dense2.bias" in said
    assert "\nwrong: dense2.bias" in said


def scaled(graph: Graph, output: str, factor: float) -> Graph:
    """The graph with one output multiplied by a number."""
    right = graph[graph.outputs[output]]
    number = Node("number", "constant", (), (("value", factor),), replace(right.type, shape=()), right.origins)
    spread = Node(
        "spread", "broadcast", ("number",), (("shape", right.type.shape), ("axes", ())), right.type, right.origins
    )
    wrong = Node("wrong", "multiply", (right.id, "spread"), (), right.type, right.origins)
    nodes = {**graph.nodes, **{node.id: node for node in (number, spread, wrong)}}
    return Graph(nodes, {**graph.outputs, output: "wrong"})


def test_nothing_is_called_exactly_0() -> None:
    assert gradcheck_command.small(0.0) == "< 1e-12"
    assert gradcheck_command.small(3.21e-11) == "3.2e-11"
