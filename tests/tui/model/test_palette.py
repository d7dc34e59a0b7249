"""The palette: every kind once, and found by the words that people bring along."""

from __future__ import annotations

import pytest

from netloom.dsl.edit import Document
from netloom.dsl.kinds.tables import NETWORK, words
from netloom.tui.model.palette import GROUPS, OWN, RECENT, Lately, advice, kinds, palette, search

OWN_PARTS = """\
blocks: {Wide: {options: {units: int}, layers: [{dense: $units}]}}
networks: {Q: {inputs: [x], layers: [{dense: 2}]}}
graph: {scores: {Q: x}}
"""


def test_every_kind_that_can_be_a_layer_is_there_once_and_in_a_named_group() -> None:
    names = [choice.name for choice in kinds()]
    assert sorted(names) == sorted(words(*NETWORK))
    assert {choice.group for choice in kinds()} == set(GROUPS)
    assert all(choice.meaning and choice.formula for choice in kinds())


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("dense", "dense"), ("den", "dense"), ("Linear", "dense"), ("nn.Linear", "dense"), ("conv", "conv2d"),
        ("MaxPool2d", "max_pool"), ("GlobalAveragePooling2D", "global_avg_pool"), ("swish", "silu"),
        ("Conv2DTranspose", "conv_transpose2d"), ("residual", "add"), ("skip connection", "add"), ("bnorm", "batch_norm"),
        ("gmp", "global_max_pool"), ("probabilities", "softmax"), ("upsample", "resize"), ("dens", "dense"),
        ("droput", "dropout"), ("batch norm", "batch_norm"), ("mean channel", "global_avg_pool"), ("xyzzy", None),
    ],
)  # fmt: skip
def test_a_kind_is_found_by_name_by_meaning_and_by_other_libraries_words(query: str, first: str | None) -> None:
    found = search(query, kinds())
    assert (found[0].name if found else None) == first


def test_a_search_names_each_kind_once_though_it_was_taken_lately() -> None:
    lately = Lately()
    lately.took("dense")
    names = [choice.name for choice in search("dense", palette(None, lately))]
    assert names == ["dense"]


def test_the_files_own_come_first_then_what_was_taken_lately() -> None:
    lately = Lately()
    for kind in ("dense", "relu", "dense"):
        lately.took(kind)
    rows = palette(Document(OWN_PARTS), lately)
    assert [(row.name, row.group) for row in rows[:5]] == [
        ("Wide", OWN), ("Q", OWN), ("dense", RECENT), ("relu", RECENT), ("dense", "Basics"),
    ]  # fmt: skip
    assert rows[0].formula == "options: units"


def test_what_is_no_kind_is_told_how_it_is_said_here() -> None:
    assert "layers:" in advice("sequential")
    assert advice("dense") == ""
