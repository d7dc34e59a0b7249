"""`--set`: options, and any number or word of the file by its path."""

from __future__ import annotations

import pytest

from netloom.dsl.diagnostics import Diagnostics
from netloom.dsl.load import read_spec
from netloom.dsl.spec import Spec
from netloom.dsl.static_check import file_scope
from netloom.dsl.tree import Scalar, Tree

NET = """\
name: x
options: {width: 64, rate: 1e-3, twice: $(2 * width)}
data: {source: digits}
network:
  layers:
    - flatten
    - dense: {units: $width, activation: relu}
    - dense: 10
train:
  loss: cross_entropy
  optimizer: adam
  epochs: 20
"""


def with_set(path: str, value: str) -> Spec:
    spec, diagnostics = read_spec(NET, "f", {path: value})
    assert not diagnostics.items, list(diagnostics)
    assert spec is not None
    return spec


def text_of(tree: Tree | None) -> tuple[str, str, int]:
    assert isinstance(tree, Scalar)
    return tree.text, tree.place.file, tree.place.column


def test_an_option_is_set_by_its_name_and_what_follows_from_it_too() -> None:
    spec = with_set("width", "32")
    assert dict(file_scope(spec, Diagnostics()).options) == {"width": 32, "rate": 0.001, "twice": 64}
    assert text_of(spec.options["width"].default) == ("32", "<--set>", 7)


def test_numbers_and_words_of_the_file_are_set_by_path() -> None:
    train = with_set("train.epochs", "3").train
    assert train is not None
    assert text_of(train.epochs) == ("3", "<--set>", 14)
    layers = with_set("network.layers.3.dense", "12").network.layers or ()
    assert text_of(layers[2].main)[0] == "12"
    layers = with_set("network.layers.2.dense.activation", "tanh").network.layers or ()
    assert text_of(layers[1].options["activation"])[0] == "tanh"


def test_what_the_language_knows_may_be_set_though_the_file_does_not_say_it() -> None:
    train = with_set("train.batch", "128").train
    assert train is not None
    assert text_of(train.batch)[0] == "128"
    assert text_of(with_set("run.seed", "4").run["seed"])[0] == "4"
    data = with_set("data.split.test", "0.2").data
    assert data is not None
    assert text_of(data.split["test"])[0] == "0.2"
    train = with_set("train.stop.patience", "2").train
    assert train is not None
    assert train.stop is not None
    assert text_of(train.stop["patience"])[0] == "2"


def test_an_option_of_an_optimizer_written_alone() -> None:
    train = with_set("train.optimizer.adam.learning_rate", "0.1").train
    assert train is not None
    assert train.optimizer is not None
    assert (train.optimizer.kind, text_of(train.optimizer.options["learning_rate"])[0]) == ("adam", "0.1")


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("optimizer: adam", {"beta1": "0.8"}),
        ("optimizer: {adam: 0.01}", {"learning_rate": "0.01", "beta1": "0.8"}),
        ("optimizer: {adam: {learning_rate: 0.01}}", {"learning_rate": "0.01", "beta1": "0.8"}),
        ("", {"beta1": "0.8"}),
    ],
)
def test_an_option_of_the_optimizer_however_it_is_written(written: str, options: dict[str, str]) -> None:
    text = NET.replace("optimizer: adam", written)
    spec, diagnostics = read_spec(text, "f", {"train.optimizer.adam.beta1": "0.8"})
    assert not diagnostics.items, list(diagnostics)
    assert spec is not None
    assert spec.train is not None
    assert spec.train.optimizer is not None
    assert {name: text_of(tree)[0] for name, tree in spec.train.optimizer.options.items()} == options


def test_another_optimizer_as_a_word() -> None:
    text = NET.replace("optimizer: adam", "optimizer: {adam: {learning_rate: 0.01}}")
    spec, diagnostics = read_spec(text, "f", {"train.optimizer": "rmsprop"})
    assert not diagnostics.items, list(diagnostics)
    assert spec is not None
    assert spec.train is not None
    assert spec.train.optimizer is not None
    assert spec.train.optimizer.kind == "rmsprop"


def test_a_whole_entry() -> None:
    train = with_set("train.optimizer", "{sgd: {learning_rate: 0.1}}").train
    assert train is not None
    assert train.optimizer is not None
    assert train.optimizer.kind == "sgd"


@pytest.mark.parametrize(
    ("path", "value", "code", "says"),
    [
        ("epochs", "3", "E030", "`train.epochs`"),
        ("train.bach", "3", "E030", "`train.batch`"),
        ("widht", "3", "E030", "`width`"),
        ("train.lr", "3", "E030", "`--set train.optimizer.adam.learning_rate=…`"),
        ("learning_rate", "3", "E030", "`--set train.optimizer.adam.learning_rate=…`"),
        ("adam.beta1", "3", "E030", "`--set train.optimizer.adam.beta1=…`"),
        ("train.optimizer.sgd.learning_rate", "3", "E030", "The optimizer is adam"),
        ("train.optimizer.momentum.momentum", "3", "E030", "'train.optimizer={momentum: {momentum: …}}'"),
        ("zzz", "3", "E030", "width, rate"),
        ("network.layers.9.dense", "3", "E030", "network.layers"),
        ("network.layers", "3", "E030", "network.layers"),
        ("train.optimizer.sgd.learning_rate", "3", "E030", "train."),
        ("", "3", "E030", "width"),
        ("train.epochs", "[1", "E031", "]"),
        ("train.epochs", "&a 3", "E031", "anchor"),
        ("train.epochs", "many", "E104", "whole number"),
        ("train.epochs", "-1", "E105", "at least 1"),
        ("train.loss", "mze", "E101", "`mse`"),
    ],
)
def test_mistakes(path: str, value: str, code: str, says: str) -> None:
    _, diagnostics = read_spec(NET, "f", {path: value})
    found = list(diagnostics)
    assert [remark.code for remark in found] == [code], found
    assert says in found[0].message + (found[0].suggestion or ""), found
    assert found[0].place.file == "<--set>"
