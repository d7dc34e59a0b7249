"""Blocks and networks: their mistakes, each with a way out."""

from __future__ import annotations

import pytest

from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.load import read_spec

DIGITS = """\
data: {source: digits}
network: {layers: [flatten, {dense: 10}]}
train: {loss: cross_entropy}
"""


def remarks(text: str) -> list[Diagnostic]:
    return list(read_spec(text, "net.yaml")[1])


@pytest.mark.parametrize(
    ("blocks", "code", "says"),
    [
        ("{Conv: {options: {filters: int}, layers: [{dense: $filter}]}}", "E111", "`filters`"),
        ("{conv: {layers: [relu]}}", "E027", "`Conv`"),
        ("{Conv: {layers: [relu], graph: {a: b}}}", "E032", "both"),
        ("{Conv: {}}", "E032", "neither"),
        ("{Conv: {options: {Filters: int}, layers: [relu]}}", "E027", "`filters`"),
        ("{Cell: {state: {h: [3]}, layers: [relu]}}", "E035", "both"),
        ("{Cell: {state: {h: [3]}, next: {c: x}, layers: [relu]}}", "E035", "`c` is not in `state`"),
        ("{Conv: {layers: [{dense: 3, name: a}, {relu: {}, name: a}]}}", "E028", "twice"),
        ("{A: {layers: [relu]}, B: {layers: [{A: {units: 3}}]}}", "E102", "It has none"),
        ("{A: {inputs: [x], layers: [relu]}, B: {layers: [{A: {y: 3}}]}}", "E102", "It has x"),
        ("{A: {options: {u: int}, layers: [relu]}, B: {layers: [{A: $w}]}}", "E111", "`w`"),
        ("{A: {layers: [{add: {body: [{dense: 3, name: a}], b: [{relu: {}, name: a}]}}]}}", "E028", "twice"),
    ],
)
def test_blocks(blocks: str, code: str, says: str) -> None:
    found = remarks(f"{DIGITS}blocks: {blocks}\n")
    assert code in [remark.code for remark in found], found
    assert any(says in r.message + (r.suggestion or "") for r in found if r.code == code), found


@pytest.mark.parametrize(
    ("networks", "code", "says"),
    [
        ("{A: {follow: B}}", "E032", "every"),
        ("{A: {layers: [relu], inputs: image}}", "E025", "[image]"),
        ("{A: {layers: relu}}", "E025", "- "),
        ("{A: {inputs: {x: 3}, layers: [relu]}}", "E025", "[3]"),
        ("{A: {graph: [relu]}}", "E025", "name: entry"),
        ("{A: {graph: {x: relu(}}}", "E120", "ends"),
        ("{A: {inputs: [x], graph: {x: 3}}}", "E028", "twice"),
        ("{A: {Bloc: 3}}", "E101", "Declare"),
        ("[A]", "E025", "table"),
    ],
)
def test_networks(networks: str, code: str, says: str) -> None:
    found = remarks(f"{DIGITS}networks: {networks}\n")
    assert [remark.code for remark in found] == [code], found
    assert says in found[0].message + (found[0].suggestion or "")
