"""Lines drawn to layers without a name: they get one, and then stand in the way of no other command."""

from __future__ import annotations

from netloom.tui.model.checking import check_text
from netloom.tui.model.sketch import Sketch

NETWORK = """\
netloom: 1
data: {source: digits, prepare: [scale]}
network:
  layers:
    - conv2d: {filters: 4, kernel: 3, padding: same}
    - conv2d: {filters: 4, kernel: 3, padding: same, bias: false}
    - batch_norm
    - relu   # bent
    - add
    - flatten
    - dense: 10
train: {loss: cross_entropy, epochs: 1}
"""
NUMBERED = NETWORK.replace("- add\n", "- add: [conv2d1, relu1]\n")


def learned(text: str) -> Sketch:
    sketch = Sketch.new(text)
    sketch.learn(check_text(text, None, sketch.revision))
    return sketch


def mistakes(sketch: Sketch) -> list[str]:
    return [found.message for found in check_text(sketch.text, None, 0).diagnostics if found.severity == "error"]


def test_what_is_connected_gets_names_in_one_step() -> None:
    sketch = learned(NETWORK)
    sketch.connect("conv2d1", "add1")
    assert "    - add: [relu_1, conv2d_1]\n" in sketch.text
    assert "name: conv2d_1" in sketch.text
    assert "name: relu_1" in sketch.text
    assert not mistakes(sketch)
    assert sketch.undo()
    assert sketch.text == NETWORK


def test_a_layer_with_a_name_keeps_it() -> None:
    sketch = learned(NETWORK.replace("    - conv2d: {filters: 4, kernel: 3, padding: same}\n",
                                     "    - conv2d: {filters: 4, kernel: 3, padding: same}\n      name: seen\n"))  # fmt: skip
    sketch.connect("seen", "add1")
    assert "- add: [relu_1, seen]" in sketch.text
    assert "conv2d_1" not in sketch.text


def test_a_chain_with_its_line_is_wrapped() -> None:
    sketch = learned(NETWORK)
    sketch.connect("conv2d1", "add1")
    sketch.learn(check_text(sketch.text, None, sketch.revision))
    layers = sketch._known.layers
    sketch.wrap([one for one in layers if layers[one].kind in ("conv2d", "batch_norm", "relu", "add")], "Part")
    assert "    - Part\n" in sketch.text
    assert not mistakes(sketch)


def test_names_by_number_among_what_is_wrapped_become_names() -> None:
    sketch = learned(NUMBERED)
    sketch.wrap(["conv2d1", "conv2d2", "batch_norm1", "add1"], "Part")
    assert "- add: [conv2d_1, relu_1]" in sketch.text
    assert "# bent" in sketch.text
    assert not mistakes(sketch)
    assert sketch.undo()
    assert sketch.text == NUMBERED


def test_names_by_number_from_outside_what_is_wrapped_become_paths() -> None:
    sketch = learned(NUMBERED)
    sketch.wrap(["conv2d2", "batch_norm1"], "Part")
    assert not mistakes(sketch)
    assert "conv2d1" in sketch.text


def test_a_layer_that_is_read_by_its_number_is_deleted() -> None:
    sketch = learned(NUMBERED)
    sketch.delete(["batch_norm1"])
    assert "batch_norm" not in sketch.text
    assert "relu1" not in sketch.text
    assert not mistakes(sketch)
    assert sketch.undo()
    assert sketch.text == NUMBERED
