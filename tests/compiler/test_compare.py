"""Two networks side by side: which layer is which, and what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.compiler.compare import Difference, aligned, compare
from netloom.compiler.experiment import Experiment
from netloom.runtime import start

from ..examples.gallery import EXAMPLES, NAMES, example

HEAD = "data: {source: iris}\n"
TRAIN = "train: {loss: cross_entropy}\n"


def built(folder: Path, layers: str, train: str = TRAIN, head: str = HEAD) -> Experiment:
    file = folder / "net.yaml"
    file.write_text(f"{head}network: {{layers: [{layers}]}}\n{train}", encoding="utf-8")
    return start.load(file).experiment


def differ(folder: Path, before: str, after: str) -> Difference:
    return compare(built(folder, before), built(folder, after))


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_a_network_is_the_same_as_itself(path: Path) -> None:
    experiment = start.load(path).experiment
    assert compare(experiment, start.load(path).experiment).same


def test_an_unnamed_layer_that_is_put_in_moves_the_numbers_of_no_other(tmp_path: Path) -> None:
    found = differ(tmp_path, "{dense: 8}, relu, {dense: 3}", "{dense: 8}, relu, {dense: 8}, relu, {dense: 3}")
    assert [layer.name for layer in found.added] in (["dense2", "relu2"], ["dense1", "relu1"])
    assert found.removed == ()
    assert all(name in ("reads", "shape", "weights") for pair in found.changed for name, _, _ in pair.changes)


def test_an_unnamed_layer_that_is_taken_out(tmp_path: Path) -> None:
    found = differ(tmp_path, "{dense: 8}, {dropout: 0.2}, {dense: 3}", "{dense: 8}, {dense: 3}")
    assert [layer.name for layer in found.removed] == ["dropout1"]
    assert [(pair.before.name, pair.changes) for pair in found.changed] == [
        ("dense2", (("reads", ["dropout1"], ["dense1"]),))
    ]


def test_options_sizes_and_parameters_that_change(tmp_path: Path) -> None:
    found = differ(tmp_path, "{dense: 8}, {dense: 3}", "{dense: {units: 6, activation: tanh}}, {dense: 3}")
    (first, second) = found.changed
    assert first.changes == (
        ("units", 8, 6), ("activation", "linear", "tanh"), ("shape", [8], [6]),
        ("weights", [8, 4], [6, 4]), ("bias", [8], [6]),
    )  # fmt: skip
    assert (first.before.parameters, first.after.parameters) == (40, 30)
    assert second.changes == (("weights", [3, 8], [3, 6]),)
    assert ("parameters", 67, 51) in found.totals


def test_weights_that_start_otherwise(tmp_path: Path) -> None:
    found = differ(tmp_path, "{dense: 3}", "{dense: {units: 3, weights: {start: he, trainable: false}}}")
    assert found.changed[0].changes == (
        ("weights start", {"glorot": {"gain": 1.0}}, {"he": {"gain": 1.0}}),
        ("weights trainable", True, False),
    )
    assert ("trainable", 15, 3) in found.totals
    assert differ(tmp_path, "{dense: 3}", "{dense: {units: 3, weights: glorot, bias: 0}}").same


def test_named_layers_are_paired_by_name(tmp_path: Path) -> None:
    before = "{dense: 8, name: a}, {dense: 8, name: b}, {dense: 3}"
    found = differ(tmp_path, before, "{dense: 8, name: b}, {dense: 8, name: a}, {dense: 3}")
    assert not found.added
    assert not found.removed
    assert {pair.after.name for pair in found.changed} == {"a", "b", "dense3"}


def test_a_layer_that_gets_a_name_is_the_same_layer(tmp_path: Path) -> None:
    found = differ(tmp_path, "{dense: 8}, {dense: 3}", "{dense: 8, name: code}, {dense: 3}")
    assert not found.added
    (pair,) = found.changed
    assert pair.changes == (("name", "dense1", "code"),)


def test_a_layer_of_another_kind_is_another_layer(tmp_path: Path) -> None:
    found = differ(tmp_path, "{dense: 8}, relu, {dense: 3}", "{dense: 8}, tanh, {dense: 3}")
    assert ([layer.name for layer in found.removed], [layer.name for layer in found.added]) == (["relu1"], ["tanh1"])
    found = differ(
        tmp_path, "{dense: 8}, {relu: {}, name: act}, {dense: 3}", "{dense: 8}, {tanh: {}, name: act}, {dense: 3}"
    )
    assert ("kind", "relu", "tanh") in next(p for p in found.changed if p.before.name == "act").changes


def test_layers_within_blocks_are_paired_whatever_the_number_of_the_block(tmp_path: Path) -> None:
    head = HEAD + "blocks: {Pair: {options: {wide: int}, layers: [{dense: $wide}, relu]}}\n"
    before = built(tmp_path, "{Pair: 4}, {Pair: 6}, {dense: 3}", head=head)
    after = built(tmp_path, "{Pair: 6}, {dense: 3}", head=head)
    assert ("Pair2.dense1", "Pair1.dense1") in aligned(before.graph, after.graph)
    assert {layer.name for layer in compare(before, after).removed} == {"Pair1.dense1", "Pair1.relu1"}


def test_settings_that_differ(tmp_path: Path) -> None:
    before = built(tmp_path, "{dense: 3}", "train: {loss: cross_entropy, penalties: {l2: 0.1}}\n")
    train = (
        "train: {loss: {cross_entropy: {reduce: sum}}, optimizer: {sgd: {learning_rate: {cosine: {start: 0.1}}}}, "
        "batch: 8, stop: {patience: 2}}\n"
    )
    after = built(tmp_path, "{dense: 3}", train, head="data: {source: iris, prepare: [standardize]}\n")
    found = {name: (old, new) for name, old, new in compare(before, after, ({"x": 1}, {"x": 2})).settings}
    assert found["train.batch"] == (32, 8)
    assert found["train.optimizer"] == ("adam", "sgd")
    assert found["train.optimizer.learning_rate"][0] == 0.001
    assert "cosine" in str(found["train.optimizer.learning_rate"][1])
    assert found["train.loss.cross_entropy.reduce"] == ("mean", "sum")
    assert found["train.penalties.1.l2"] == (0.1, None)
    assert found["train.stop.patience"] == (None, 2)
    assert found["data.prepare.x"] == (None, ["standardize per=element"])
    assert found["x"] == (1, 2)


def test_what_a_loss_reads_is_no_difference_when_only_its_number_is_another(tmp_path: Path) -> None:
    found = differ(tmp_path, "{dense: 8}, {dense: 3}", "{dense: 3}")
    assert not found.settings


def test_an_example_and_another_have_much_that_differs() -> None:
    found = compare(
        start.load(example("depth/nine_relu")).experiment, start.load(example("depth/three_sigmoid")).experiment
    )
    assert len(found.removed) == 6
    assert not found.same
