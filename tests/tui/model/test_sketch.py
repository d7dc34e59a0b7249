"""Commands of the designer by the ids of the picture: what they make of a file, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.dsl.edit import Refused
from netloom.dsl.tree import Plain
from netloom.tui.model.checking import Checked, check_text
from netloom.tui.model.sketch import Sketch
from netloom.tui.model.templates import BLANK

from .texts import BLOCKS, GRAPH, SKIP, SMALL

LENET: list[tuple[str, dict[str, Plain]]] = [
    ("conv2d", {"filters": 6, "kernel": 5, "padding": "same", "activation": "tanh"}),
    ("max_pool", {}),
    ("conv2d", {"filters": 16, "kernel": 5, "activation": "tanh"}),
    ("max_pool", {}),
    ("dense", {"units": 120, "activation": "tanh"}),
    ("dense", {"units": 84, "activation": "tanh"}),
]


def learned(sketch: Sketch) -> Checked:
    checked = check_text(sketch.text, sketch.path, sketch.revision)
    sketch.learn(checked)
    return checked


def sketch_of(text: str) -> Sketch:
    sketch = Sketch.new(text)
    learned(sketch)
    return sketch


def layers(sketch: Sketch) -> list[str]:
    """The entries of the network's list, as they are written."""
    return [sketch.document.raw(part) for part in sketch.document.at("network.layers").items]


def sound(sketch: Sketch) -> Checked:
    """The check, which finds no mistake."""
    checked = learned(sketch)
    assert [d.message for d in checked.diagnostics if d.severity == "error"] == []
    return checked


def test_a_layer_is_put_behind_a_box_with_its_activation() -> None:
    sketch = sketch_of(SMALL)
    assert sketch.add_after("dense1", "dropout") == "dropout1"
    assert layers(sketch) == ["flatten", "dense: 32", "relu", "dropout", "dense: {units: 10}"]
    assert "dropout1" in sound(sketch).layers
    assert sketch.undo() == "add dropout"
    assert sketch.text == SMALL


def test_a_layer_is_put_before_and_at_both_ends() -> None:
    sketch = sketch_of(SMALL)
    assert sketch.add_before("dense1", "dropout") == "dropout1"
    learned(sketch)
    assert sketch.add_after("image", "batch_norm") == "batch_norm1"
    learned(sketch)
    assert sketch.add_after("output dense2", "softmax") == "softmax1"
    learned(sketch)
    assert sketch.add_after(None, "log_softmax") == "log_softmax1"
    assert layers(sketch) == [
        "batch_norm", "flatten", "dropout", "dense: 32", "relu", "dense: {units: 10}", "softmax", "log_softmax",
    ]  # fmt: skip


def test_the_first_layer_of_an_empty_list_gets_a_line() -> None:
    for empty in ("layers: []  # none", "layers:  # none"):
        sketch = Sketch.new(SMALL[: SMALL.index("  layers:")] + f"  {empty}\n" + SMALL[SMALL.index("\ntrain") :])
        assert sketch.add_after(None, "flatten") == "flatten1"
        assert sketch.add_after(None, "dense", 10) == "dense1"
        sound(sketch)
        assert "# none\n    - flatten\n    - dense: 10\n" in sketch.text


def test_what_only_a_person_knows_is_refused_in_words() -> None:
    sketch = sketch_of(SMALL)
    with pytest.raises(Refused, match="`max_unpool` needs `pool`"):
        sketch.add_after("dense1", "max_unpool")
    with pytest.raises(Refused, match="is a loss"):
        sketch.add_after("loss cross_entropy", "dense")
    with pytest.raises(Refused, match="no `nothing`"):
        sketch.add_after("nothing", "dense")
    assert sketch.text == SMALL


def test_several_are_deleted_as_one_step_with_their_activations() -> None:
    sketch = sketch_of(SMALL)
    sketch.delete(["dense1", "flatten1"])
    assert layers(sketch) == ["dense: {units: 10}"]
    assert "# between the two" in sketch.text
    assert sketch.undo() == "delete 2 layers"
    assert sketch.text == SMALL


def test_data_and_outputs_are_not_deleted() -> None:
    sketch = sketch_of(SMALL)
    for one in ("image", "output dense2"):
        with pytest.raises(Refused):
            sketch.delete([one])
    assert sketch.text == SMALL


def test_a_box_is_doubled_whole() -> None:
    sketch = sketch_of(SMALL)
    assert sketch.duplicate("dense1") == "dense2"
    assert layers(sketch) == ["flatten", "dense: 32", "relu", "dense: 32", "relu", "dense: {units: 10}"]
    sound(sketch)
    sketch.undo()
    assert sketch.text == SMALL


def test_a_box_moves_whole_over_whole_boxes() -> None:
    sketch = sketch_of(SMALL)
    assert sketch.move("dense2", -1) == "dense1"
    assert layers(sketch) == ["flatten", "dense: {units: 10}", "dense: 32", "relu"]
    learned(sketch)
    assert sketch.move("dense1", 1) == "dense2"
    assert layers(sketch) == ["flatten", "dense: 32", "relu", "dense: {units: 10}"]
    learned(sketch)
    assert sketch.move("dense1", 1) == "dense2"
    assert layers(sketch) == ["flatten", "dense: {units: 10}", "dense: 32", "relu"]
    learned(sketch)
    with pytest.raises(Refused, match="last already"):
        sketch.move("dense2", 1)
    with pytest.raises(Refused, match="first already"):
        sketch.move("flatten1", -1)


def test_a_joiner_reads_one_more_and_one_less() -> None:
    sketch = sketch_of(SKIP)
    assert sketch.connect("flatten1", "add1") == "add1"
    assert "add: [dense2, h, flatten_1]" in sketch.text
    learned(sketch)
    sketch.disconnect("flatten_1", "add1")
    assert "add: [dense2, h]" in sketch.text
    assert sketch.undo()
    assert sketch.undo()
    assert sketch.text == SKIP


def test_the_box_of_a_layer_gives_its_activation() -> None:
    sketch = sketch_of(SMALL)
    sketch.add_after("dense2", "add")
    learned(sketch)
    sketch.connect("dense1", "add1")
    assert layers(sketch)[-1] == "add: [dense2, relu_1]"


def test_a_layer_reads_another_in_place_of_the_one_before() -> None:
    sketch = sketch_of(SKIP)
    sketch.connect("flatten1", "dense2")
    assert "from: flatten_1" in sketch.text
    assert learned(sketch).layers["dense2"].reads == ("flatten_1",)


def test_circles_and_what_stands_below_are_refused() -> None:
    sketch = sketch_of(SKIP)
    with pytest.raises(Refused, match="circle"):
        sketch.connect("add1", "h")
    with pytest.raises(Refused, match="circle"):
        sketch.connect("add1", "add1")
    with pytest.raises(Refused, match="already"):
        sketch.connect("dense2", "add1")
    assert sketch.text == SKIP


def test_a_layer_on_one_way_into_a_joiner() -> None:
    sketch = sketch_of(SKIP)
    focus = sketch.add_between("h", "add1", "dropout")
    checked = sound(sketch)
    assert focus is not None
    assert checked.layers[focus].reads == ("h",)
    assert checked.layers["add1"].reads == ("dense2", focus)
    sketch.undo()
    assert sketch.text == SKIP


def test_a_layer_between_in_a_graph() -> None:
    sketch = sketch_of(GRAPH)
    focus = sketch.add_between("left", "both", "dropout")
    checked = sound(sketch)
    assert focus is not None
    assert checked.layers["both"].reads == (focus, "right")
    assert checked.layers[focus].reads == ("left",)


def test_lines_of_a_graph_are_added_renamed_and_deleted() -> None:
    sketch = sketch_of(GRAPH)
    assert sketch.add_after("left", "dropout") == "dropout_1"
    assert sound(sketch).layers["both"].reads == ("dropout_1", "right")
    assert sketch.rename("dropout_1", "thinned") == "thinned"
    assert sound(sketch).layers["both"].reads == ("thinned", "right")
    sketch.delete(["thinned"])
    assert sound(sketch).layers["both"].reads == ("left", "right")
    for _ in range(3):
        sketch.undo()
    assert sketch.text == GRAPH


def test_a_rename_reaches_every_use() -> None:
    sketch = sketch_of(SKIP)
    assert sketch.rename("h", "first") == "first"
    assert "add: [dense2, first]" in sketch.text
    assert "first" in sound(sketch).layers


def test_a_layer_of_a_block_is_edited_where_the_block_is_written() -> None:
    sketch = sketch_of(BLOCKS)
    focus = sketch.add_after("deep.2.dense1", "dropout", 0.2)
    assert "      - relu\n      - dropout: 0.2\n" in sketch.text
    assert focus == "deep.2.dropout1"
    checked = sound(sketch)
    assert {"Hidden1.dropout1", "deep.1.dropout1", "deep.2.dropout1"} <= set(checked.layers)


def test_a_whole_block_is_a_layer_too() -> None:
    sketch = sketch_of(BLOCKS)
    sketch.set_option("Hidden1", "units", 48)
    assert "- Hidden: 48\n" in sketch.text
    learned(sketch)
    sketch.delete(["deep"])
    assert "deep" not in sketch.text
    assert "deep" not in sound(sketch).layers


def test_layers_become_a_block_and_come_back() -> None:
    sketch = sketch_of(SMALL)
    assert sketch.wrap(["flatten1", "dense1"], "Front") == "Front1"
    checked = sound(sketch)
    assert layers(sketch) == ["Front", "dense: {units: 10}"]
    assert "Front1.dense1" in checked.layers
    sketch.unwrap("Front1.dense1")
    assert layers(sketch) == ["flatten", "dense: 32", "relu", "dense: {units: 10}"]
    sound(sketch)
    sketch.undo()
    sketch.undo()
    assert sketch.text == SMALL


def test_a_block_has_no_gaps() -> None:
    sketch = sketch_of(SMALL)
    with pytest.raises(Refused, match="follow one another"):
        sketch.wrap(["flatten1", "dense2"], "Front")
    with pytest.raises(Refused, match="choose"):
        sketch.wrap([], "Front")
    with pytest.raises(Refused, match="in none"):
        sketch.unwrap("dense1")


def test_an_option_of_several_is_one_step() -> None:
    sketch = sketch_of(SMALL)
    sketch.set_many(["dense1", "dense2"], "bias", False)
    assert layers(sketch)[1::2] == ["dense: {units: 32, bias: false}", "dense: {units: 10, bias: false}"]
    sketch.unset_option("dense2", "bias")
    assert layers(sketch)[3] == "dense: 10"
    sketch.undo()
    sketch.undo()
    assert sketch.text == SMALL


def test_layers_of_a_repeat_share_one_entry() -> None:
    sketch = sketch_of(BLOCKS)
    sketch.set_many(["deep.1.dense1", "deep.2.dense1"], "bias", False)
    assert sketch.text.count("bias: false") == 1


def test_another_kind_keeps_what_it_has_and_begins_what_it_needs() -> None:
    sketch = sketch_of(SMALL)
    assert sketch.replace_kind("flatten1", "conv2d") == "conv2d1"
    assert layers(sketch)[0] == "conv2d: 16"
    sketch.undo()
    assert sketch.replace_kind("dense1", "lstm") == "lstm1"
    assert "lstm: 32" in sketch.text


def test_commands_follow_one_another_without_a_check() -> None:
    sketch = sketch_of(SMALL)
    sketch.add_before("dense1", "dropout")
    sketch.add_before("dense1", "batch_norm")
    sketch.set_option("dense2", "units", 12)
    assert layers(sketch) == ["flatten", "dropout", "batch_norm", "dense: 32", "relu", "dense: {units: 12}"]


def test_ids_hold_while_text_is_typed_before_them() -> None:
    sketch = sketch_of(SMALL)
    sketch.type_over(0, 0, "# a comment\n")
    sketch.set_option("dense1", "units", 7)
    assert "dense: 7\n" in sketch.text


def test_an_unreadable_text_is_edited_as_text_alone() -> None:
    sketch = sketch_of(SMALL)
    at = sketch.text.index("dense: 32")
    sketch.type_over(at, at, "{")
    assert not sketch.readable
    with pytest.raises(Refused, match="cannot be read"):
        sketch.add_after("dense1", "relu")
    sketch.undo()
    assert sketch.readable


def test_a_remark_is_mended_as_one_step() -> None:
    wrong = SMALL.replace("dense: 32", "dens: 32")
    sketch = sketch_of(wrong)
    remark = next(d for d in learned(sketch).diagnostics if d.severity == "error")
    sketch.fix(remark)
    assert sketch.text == SMALL
    assert sketch.undo() == "mend line 9: `dens` -> `dense`"
    assert sketch.text == wrong


def test_the_address_of_an_id() -> None:
    sketch = sketch_of(BLOCKS)
    assert sketch.address_of("deep.2.dense1") == ("blocks", "Hidden", "layers", 0)
    assert sketch.address_of("deep") == ("network", "layers", 2)
    assert sketch.address_of("image") == ("data",)


def test_lenet_without_touching_the_text() -> None:
    sketch = sketch_of(BLANK.text)
    sketch.set_at("data", "source", "mnist")
    assert sketch.rename("dense1", "scores") == "scores"
    for kind, options in LENET:
        learned(sketch)
        added = sketch.add_before("scores" if kind == "dense" else "flatten1", kind)
        learned(sketch)
        assert added is not None
        for option, value in options.items():
            sketch.set_option(added, option, value)
    checked = sound(sketch)
    assert checked.totals.parameters == 61_706
    assert [entry.partition(":")[0] for entry in layers(sketch)] == [
        "conv2d", "max_pool", "conv2d", "max_pool", "flatten", "dense", "dense", "dense",
    ]  # fmt: skip
    steps = len(sketch.history.done)
    for _ in range(steps):
        sketch.undo()
    assert sketch.text == BLANK.text


def test_an_empty_file_is_begun_by_its_first_layer(tmp_path: Path) -> None:
    sketch = Sketch.new("", tmp_path / "my-net.yaml")
    assert sketch.add_after(None, "dropout") == "dropout1"
    assert "name: my-net\n" in sketch.text
    sound(sketch)
    while sketch.undo():
        pass
    assert sketch.text == ""


def test_another_layer_is_given_out() -> None:
    sketch = sketch_of(SKIP)
    sketch.connect("dense2", "output dense3")
    assert learned(sketch).layers["output dense2"].source == "dense2"
    sketch.undo()
    assert sketch.text == SKIP
