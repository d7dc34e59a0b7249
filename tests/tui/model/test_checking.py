"""Checking a text that lies in no file: remarks, the picture with mistakes in it, and what is known of each layer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netloom.dsl.edit import Document, entry_of
from netloom.runtime.start import check
from netloom.tui.model.checking import Checked, check_text, exact_totals

from .texts import BLOCKS, EXAMPLES, GRAPH, SKIP, SMALL

FILES = sorted(EXAMPLES.glob("*/*.yaml"))
MADE = ("formula", "number", "mode", "concat")
"""Nodes that an entry of another kind asks for besides its own."""
FAULTY = sorted((Path(__file__).resolve().parents[2] / "faulty").glob("*.yaml"))


def shown(checked: Checked) -> list[str]:
    return [box.id for box in checked.picture.boxes] if checked.picture else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_layer_of_an_example_leads_to_its_entry(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    checked = check_text(text, path, 3)
    assert checked.revision == 3
    assert checked.picture is not None
    assert not checked.grey
    document = Document(text)
    for box in checked.picture.boxes:
        layer = checked.layers[box.id]
        assert (layer.address is None) <= bool(layer.elsewhere)
        part = document.find(layer.address) if layer.address is not None else None
        entry = entry_of(document, part) if part is not None else None
        if entry is not None and layer.family not in ("data", "loss", "output"):
            assert entry.kind == layer.kind or layer.kind in MADE
        if box.shape and layer.shape is not None:
            assert [int(size) for size in re.findall(r"[0-9]+", box.shape)] == list(layer.shape or (1,))


@pytest.mark.parametrize("path", [*FILES[::7], *FAULTY], ids=lambda path: path.stem)
def test_it_says_what_check_says(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    if text.encode("utf-8") != path.read_bytes():
        return
    checked = check_text(text, path, 0)
    assert checked.diagnostics == check(path)
    for node_id in checked.by_node:
        assert node_id in checked.layers


def test_paths_are_read_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parts.yaml").write_text("netloom: 1\nblocks:\n  Two:\n    layers: [relu, {dense: 5}]\n")
    text = "netloom: 1\ninclude: parts.yaml\ndata: {source: digits}\nnetwork:\n  layers: [flatten, Two]\n"
    checked = check_text(text, tmp_path / "net.yaml", 0)
    assert checked.errors == 0
    inner = checked.layers["Two1.dense1"]
    assert inner.address is None
    assert inner.file.endswith("parts.yaml")
    assert "parts.yaml" in inner.elsewhere
    assert checked.layers["Two1"].address == ("network", "layers", 1)
    monkeypatch.chdir(tmp_path)
    assert check_text(text, None, 0).errors == 0


def test_a_mistake_in_one_layer_leaves_the_rest_drawn() -> None:
    text = SMALL.replace("dense: 32", "frobnicate: 32")
    checked = check_text(text, None, 0)
    assert shown(checked)[:4] == ["image", "flatten1", "frobnicate1", "dense1"]
    made = checked.layers["frobnicate1"]
    assert made.shape is None
    assert made.address == ("network", "layers", 1)
    assert checked.layers["flatten1"].shape == (64,)
    assert "mended" in dict(made.facts)["gives"]
    assert "memory" not in dict(made.facts), "of a shape that is not known nothing is said"
    mark = checked.marks["frobnicate1"]
    assert mark.severity == "error"
    assert "frobnicate" in mark.words
    assert checked.picture is not None
    assert {link.shape for link in checked.picture.links if link.source == "frobnicate1"} == {"?"}


def test_a_slip_of_the_pen_is_drawn_as_what_was_meant() -> None:
    checked = check_text(SKIP.replace("- dense: 32\n    - add", "- dens: 32\n    - add"), None, 0)
    assert [d.code for d in checked.diagnostics if d.severity == "error"] == ["E101"]
    assert shown(checked) == shown(check_text(SKIP, None, 0))
    assert list(checked.marks) == ["dense2"]
    assert checked.layers["dense2"].shape == (32,)
    assert checked.layers["dense3"].shape == (10,)


def test_wrong_sizes_stand_where_they_meet() -> None:
    checked = check_text(SKIP.replace("- dense: 32\n    - add", "- dense: 31\n    - add"), None, 0)
    assert list(checked.marks) == ["add1"]
    assert checked.layers["dense2"].shape == (31,)
    assert checked.layers["add1"].shape is None


@pytest.mark.parametrize("line", ["train: {loss: 7}", "train: {los: mse}", "train: [1]", "data: {source: nothing}"])
def test_a_mistake_outside_the_network_leaves_it_whole(line: str) -> None:
    key = line.split(":")[0]
    lines = [line if one.startswith(f"{key}:") else one for one in SMALL.splitlines()]
    checked = check_text("\n".join(lines), None, 0)
    assert checked.errors
    assert {"flatten1", "dense1", "dense2"} <= set(shown(checked))


def test_a_text_that_cannot_be_read_keeps_the_last_picture() -> None:
    good = check_text(SMALL, None, 0)
    bad = check_text(SMALL.replace("dense: 32", "dense: {"), None, 1)
    assert bad.picture is None
    assert bad.layers == {}
    kept = bad.with_picture_of(good)
    assert kept.grey
    assert kept.revision == 1
    assert kept.picture == good.picture
    assert kept.diagnostics == bad.diagnostics
    assert kept.marks == {}


@pytest.mark.parametrize("text", ["", "\n", "- 1\n", "netloom: 1\n", "\x00", "a: [", "netloom: 1\nnetwork:\n"])
def test_a_text_without_a_network_has_no_picture(text: str) -> None:
    checked = check_text(text, None, 0)
    assert checked.errors
    assert checked.picture is None
    assert checked.totals.words() == ()


def test_an_activation_belongs_to_the_box_it_is_drawn_in() -> None:
    checked = check_text(SMALL, None, 0)
    assert checked.layers["dense1"].drawn == ("relu1",)
    assert checked.layers["relu1"].address == ("network", "layers", 2)
    assert "relu1" not in shown(checked)


def test_layers_of_blocks_and_repeats() -> None:
    layers = check_text(BLOCKS, None, 0).layers
    assert layers["Hidden1"].address == ("network", "layers", 1)
    assert layers["deep"].address == layers["deep.1"].address == layers["deep.2"].address == ("network", "layers", 2)
    assert layers["deep.2.dense1"].address == ("blocks", "Hidden", "layers", 0)
    assert layers["deep.2.dense1"].body == "deep.2"
    assert layers["deep"].parameters == layers["deep.1.dense1"].parameters + layers["deep.2.dense1"].parameters
    assert layers["output dense1"].source == "dense1"
    assert layers["output dense1"].address is None
    assert layers["loss cross_entropy"].address == ("train", "loss")


def test_several_networks_are_one_picture() -> None:
    text = """\
netloom: 1
data: {source: digits, prepare: [scale]}
networks:
  Eye:
    inputs: [x]
    layers: [{dense: 8}]
network:
  graph:
    flat: {flatten: image}
    one: {Eye: flat}
    two: {Eye: flat}
    both: {add: [one, two]}
    y: {dense: 10, from: both}
  output: y
train: {loss: cross_entropy}
"""
    checked = check_text(text, None, 0)
    assert checked.errors == 0
    one, two = checked.layers["one.dense1"], checked.layers["two.dense1"]
    assert one.address == two.address == ("networks", "Eye", "layers", 0)
    assert one.parameters > 0
    assert two.parameters == 0  # the weights are those of the first
    assert one.shared
    assert checked.layers["one"].address == ("network", "graph", "one")
    broken = check_text(text.replace("dense: 8", "dense: x8"), None, 0)
    assert {"one.dense1", "two.dense1"} <= set(broken.layers)
    assert {"one.dense1", "two.dense1"} <= set(broken.marks)


def test_lines_lead_to_layers() -> None:
    checked = check_text(BLOCKS, None, 0)
    line = BLOCKS[: BLOCKS.index("- dense: $units")].count("\n") + 1
    assert set(checked.ids_at(line)) == {"Hidden1.dense1", "deep.1.dense1", "deep.2.dense1"}
    assert checked.ids_at(1) == ()
    graph = check_text(GRAPH, None, 0)
    assert graph.ids_at(GRAPH[: GRAPH.index("left:")].count("\n") + 1) == ("left",)


def test_what_gives_out_several_says_which_is_read() -> None:
    text = SMALL.replace("    - relu\n", "    - split: {a: 16, b: 16}\n")
    checked = check_text(text, None, 0)
    assert [d.code for d in checked.diagnostics if d.severity == "error"] == ["E213"]
    assert "dense2" in checked.marks


def test_totals_are_estimates_first_and_exact_later() -> None:
    checked = check_text(SMALL, None, 0)
    totals = checked.totals
    assert (totals.parameters, totals.multiply_adds, totals.layers) == (64 * 32 + 32 + 320 + 10, 64 * 32 + 320, 4)
    assert not totals.exact
    assert totals.memory is not None
    assert totals.seconds is not None
    assert totals.words()[0] == "2.41 k parameters"
    exact = exact_totals(SMALL, None, totals)
    assert exact.exact
    assert exact.parameters == totals.parameters
    assert exact.memory is not None
    assert exact.seconds is not None
    # a rule of thumb is no lie: it is of the right order
    assert 1 / 3 < totals.memory / exact.memory < 3


def test_a_table_is_looked_at_again_when_it_has_changed(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b,y\n" + "1,2,3\n4,5,6\n" * 20)
    text = """\
netloom: 1
data:
  source: {csv: table.csv}
  fields: {x: {columns: [a, b]}, y: {column: y}}
network: {inputs: [x], layers: [{dense: 1}]}
train: {loss: {mse: {target: y}}}
"""
    path = tmp_path / "net.yaml"
    assert check_text(text, path, 0).errors == 0
    assert check_text(text, path, 1).layers["x"].shape == (2,)
    table.write_text("a,c,y\n" + "1,2,3\n4,5,6\n" * 20 + "1,2,3\n")
    assert check_text(text, path, 2).errors > 0
    wider = text.replace("[a, b]", "[a, c]")
    assert check_text(wider, path, 3).errors == 0


def test_places_hold_with_a_mark_windows_line_ends_and_quotes() -> None:
    text = "\ufeff" + GRAPH.replace("both: {add: [left, right]}", 'both: "left + right"').replace("\n", "\r\n")
    checked = check_text(text, None, 0)
    assert checked.errors == 0
    assert checked.layers["both"].address == ("network", "graph", "both")
    assert checked.layers["left"].address == ("network", "graph", "left")
