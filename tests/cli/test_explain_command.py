"""`netloom explain` as a user meets it: a page for each word, a neighbour for a slip, a list without a word."""

from __future__ import annotations

import json

import pytest

from .test_commands import imported, netloom


def test_a_code_is_explained_and_brings_nothing_heavy() -> None:
    said = netloom("explain", "e101").stdout
    assert said.startswith("# E101")
    assert "- dens: 10" in said
    assert not imported("explain", "E101") & {"numpy", "numba", "networkx", "textual"}


def test_a_kind_is_explained() -> None:
    done = netloom("explain", "dense")
    assert done.stdout.startswith("# dense")
    assert "y = activation(x @ weights^T + bias)" in done.stdout
    assert "docs/language/layers/dense.md" in done.stderr
    # links are for pages, not for a terminal
    assert "](../" not in done.stdout


def test_options_keys_and_ops() -> None:
    assert "Holds: whole number; at least 1. It has to be given." in netloom("explain", "dense.units").stdout
    assert "As in `batch: 64`" in netloom("explain", "train.batch").stdout
    assert "Gradient: g bᵀ to a, aᵀ g to b" in netloom("explain", "op.matmul").stdout
    both = netloom("explain", "relu").stdout
    assert "# relu" in both
    assert "# op.relu" in both


def test_json_holds_the_rows_of_the_tables() -> None:
    (found,) = json.loads(netloom("explain", "dense", "--json").stdout)
    assert (found["group"], found["word"], found["page"]) == ("layer", "dense", "layers/dense.md")
    units = found["facts"]["options"][0]
    assert (units["name"], units["type"], units["needed"], units["low"]) == ("units", "int", True, 1)
    assert found["facts"]["example"].startswith("data:")
    assert "E103" in found["facts"]["codes"]


def test_slips_and_words_of_ones_own() -> None:
    assert "Did you mean `dense`?" in netloom("explain", "deens", code=1).stderr
    assert "Did you mean `E101`?" in netloom("explain", "E0101", code=1).stderr
    assert "Did you mean `matmul`?" in netloom("explain", "matmull", code=1).stderr
    assert "explain blocks" in netloom("explain", "Tower", code=1).stderr
    assert "lists all there is" in netloom("explain", "qqqqqqq", code=1).stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("upsample",), ("`resize`", "# resize")),
        (("Conv2D",), ("`conv2d`", "# conv2d")),
        (("CrossEntropyLoss",), ("`cross_entropy`", "# cross_entropy")),
        (("residual",), ("A way round some layers", "# add")),
        (("shuffle",), ("a new order every epoch",)),
        (("learning", "rate"), ("# learning_rate",)),
    ],
)
def test_words_of_other_libraries_find_the_way(words: tuple[str, ...], told: tuple[str, ...]) -> None:
    said = netloom("explain", *words).stdout
    assert all(part in said for part in told), said


def test_without_a_word_everything_is_listed() -> None:
    said = netloom("explain").stdout
    assert all(word in said for word in ("Sections", "Layers", "dense", "cosine", "E101", "op.matmul"))
    listed = json.loads(netloom("explain", "--json").stdout)
    assert "dense" in listed["Layers"]
    assert "op.matmul" in listed["Ops"]
