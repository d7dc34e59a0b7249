"""What may be written at a place of a text, broken texts too."""

from __future__ import annotations

import pytest

from netloom.tui.model.completion import Completion, complete


def at_end(text: str) -> Completion | None:
    lines = text.split("\n")
    return complete(lines, len(lines) - 1, len(lines[-1]))


def offered(text: str) -> list[str]:
    found = at_end(text)
    return [word for word, _ in found.words] if found is not None else []


LAYERS = "network:\n  layers:\n"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("trai", "train"),
        ("data: {source: digits, spl", "split"),
        ("data:\n  source: wi", "wine"),
        (LAYERS + "    - den", "dense"),
        (LAYERS + "    - dense:\n        units: 3\n        ac", "activation"),
        (LAYERS + "  - dense: {units: 3, activation: re", "relu"),
        (LAYERS + "    - dense: {units: 3}\n      na", "name"),
        (LAYERS + "    - conv2d:\n        filters: 3\n      na", "name"),
        (LAYERS + "  - dense: 3\n\n  # more\n  - dr", "dropout"),
        ("train:\n  loss:\n  - mse: {ta", "target"),
        ("data:\n  fields:\n    label: {pre", "prepare"),
        (LAYERS + "    - add:\n        body:\n          - conv2d: {filters: 3, pad", "padding"),
        (LAYERS + "    - dense: {units: 3, weights: {tr", "trainable"),
        ("network:\n  graph:\n    a: flat", "flatten"),
        ("train:\n  loss: cr", "cross_entropy"),
        ("train:\n  loss: mse\n  opt", "optimizer"),
        ("train:\n  optimizer: {adam: {lear", "learning_rate"),
        ("train:\n  optimizer: {adam: {learning_rate: {cosine: {st", "start"),
        ("train:\n  stop: {pat", "patience"),
        ("run: {se", "seed"),
        ("blocks:\n  Wide: {options: {units: int}, layers: [{dense: $u", "units"),
        ("blocks:\n  Wide: {options: {units: int}, layers: [flatten]}\n" + LAYERS + "    - Wi", "Wide"),
        ("blocks:\n  Wide: {options: {units: int}, layers: [flatten]}\n" + LAYERS + "    - Wide: {u", "units"),
    ],
)
def test_the_word_that_was_begun_is_offered(text: str, first: str) -> None:
    assert offered(text)[:1] == [first]


@pytest.mark.parametrize("text", ["# tra", 'name: "tra', LAYERS + "    - dense: {units: 6", "name: tra"])
def test_nothing_is_offered_in_comments_quotes_and_free_values(text: str) -> None:
    assert offered(text) == []


def test_a_completion_says_what_it_replaces() -> None:
    found = at_end("    lo\n".strip("\n").replace("    lo", "train: {lo"))
    assert found is not None
    assert (found.column, found.begun, found.key) == (8, "lo", True)
