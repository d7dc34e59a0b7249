"""Warnings: each once, at its place, and none for a file that is as it should be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import netloom
from netloom.compiler.advice import advise
from netloom.compiler.build import build
from netloom.dsl.codes import CODES
from netloom.dsl.data_schema import BUILTIN, UNKNOWN_DATA, DataSchema
from netloom.dsl.diagnostics import Diagnostic, Diagnostics
from netloom.dsl.kinds.kind import KINDS
from netloom.dsl.load import load, read_spec
from netloom.runtime.start import check

from .advice_cases import DIGITS, ENTROPY, FIRES, SILENT, layers, pixels

Remarks = Callable[..., tuple[Diagnostic, ...]]
ROOT = Path(netloom.__file__).resolve().parent
SET = re.compile(r"source: (\w+)")


@pytest.fixture(autouse=True)
def _batch_norm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch norm is drawn, whether this version trains it or not."""
    kind = KINDS["layer", "batch_norm"]
    monkeypatch.setitem(KINDS, ("layer", "batch_norm"), replace(kind, traits=kind.traits - {"later"}))


def said(text: str, schema: DataSchema | None = None) -> list[Diagnostic]:
    """Every remark about a file on one of the sets that come with netloom."""
    spec, diagnostics = read_spec(text, "net.yaml")
    assert spec is not None, tuple(diagnostics)
    named = SET.search(text)
    assert named is not None, "a case names its data"
    data = schema or BUILTIN[named[1]]
    experiment = build(spec, data, diagnostics)
    assert experiment is not None, tuple(diagnostics)
    assert tuple(diagnostics) == (), "building warns of nothing by itself"
    advise(spec, experiment, data, diagnostics)
    return list(diagnostics)


@pytest.mark.parametrize(("code", "words", "text"), FIRES)
def test_a_warning_is_given_once_at_its_place(code: str, words: str, text: str) -> None:
    before, _, after = text.partition("§")
    found = said(before + after)
    place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    assert [(d.code, d.severity, d.place.line, d.place.column) for d in found] == [(code, "warning", *place)], found
    assert words in found[0].message
    assert found[0].suggestion


@pytest.mark.parametrize(("code", "text"), SILENT)
def test_a_near_miss_is_not_warned_of(code: str, text: str) -> None:
    assert said(text) == []


def test_each_warning_has_a_page_a_file_that_brings_it_and_a_near_miss() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "compiler").glob("advice*.py")]
    given = {code for source in sources for code in re.findall(r'"(W2[0-9]{2})"', source)}
    assert len(given) > 20
    assert given == {code for code in CODES if code.startswith("W2")}
    assert given == {code for code, _, _ in FIRES} == {code for code, _ in SILENT}


# places


def test_a_repeated_layer_is_one_line() -> None:
    (found,) = said(pixels("- dense: {units: 32, activation: relu}\n- chain: [relu]\n  repeat: 3"))
    assert (found.code, found.place.line) == ("W209", 6)


def test_a_line_of_a_block_is_unused_only_where_no_copy_is_read() -> None:
    used = "network:\n  layers: [flatten, {Part: {deep: true}}, {Part: {deep: LAST}}, {dense: 10}]\n" + ENTROPY
    part = (
        f"{DIGITS}blocks:\n  Part:\n    options: {{deep: bool}}\n    inputs: [x]\n    graph:\n      bent: {{relu: x}}\n"
        "      y: [{chain: [], from: x}, {add: {own: [], more: [{tanh: bent}]}, when: deep}]\n    output: y\n"
    )
    assert said(part + used.replace("LAST", "false")) == []
    found = said(part + used.replace("deep: true", "deep: false").replace("LAST", "false"))
    assert [(d.code, d.place.line) for d in found] == [("W213", 7)]


def test_what_stands_in_an_included_file_may_be_unused(tmp_path: Path) -> None:
    (tmp_path / "parts.yaml").write_text("blocks: {Deep: {layers: [{dense: 3}]}, Wide: {layers: [{dense: 9}]}}\n")
    file = tmp_path / "net.yaml"
    file.write_text("include: [parts.yaml]\nnetwork: {inputs: {x: [4]}, layers: [Deep]}\n")
    spec, diagnostics = load(file)
    assert spec is not None, tuple(diagnostics)
    advise(spec, None, UNKNOWN_DATA, diagnostics)
    assert list(diagnostics) == []


def test_columns_are_apart_by_a_hundred_times_and_one_of_them_is_large() -> None:
    text = layers("- dense: 3", "data: {source: wine}\n")
    column = BUILTIN["wine"].columns["x"]

    def sized(*greatest: float) -> DataSchema:
        return replace(BUILTIN["wine"], columns={**BUILTIN["wine"].columns, "x": replace(column, greatest=greatest)})

    assert [d.code for d in said(text, sized(1.0, 99.0))] == []
    assert [d.code for d in said(text, sized(1.0, 100.0))] == ["W225"]
    assert [d.code for d in said(text, sized(0.001, 16.0))] == []
    assert [d.code for d in said(text, sized())] == []


def test_what_cannot_be_built_yet_is_still_looked_at() -> None:
    text = "options: {width: 3}\nblocks: {Deep: {layers: [{dense: 8}]}}\nnetwork: {inputs: {x: [4]}, layers: [{dense: 3}]}\n"
    spec, _ = read_spec(text, "net.yaml")
    assert spec is not None
    diagnostics = Diagnostics()
    advise(spec, None, UNKNOWN_DATA, diagnostics)
    assert [(d.code, d.place.line) for d in diagnostics] == [("W215", 1), ("W214", 2)]


def test_advice_comes_with_what_is_not_built_and_never_with_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    text = "options: {width: 3}\nnetwork: {inputs: {x: [4, 3]}, layers: [{gru: 8}, {dense: UNITS}]}\n"
    file.write_text(text.replace("UNITS", "3"), encoding="utf-8")
    assert [d.code for d in check(file)] == ["W215", "E299"]
    file.write_text(text.replace("UNITS", "three"), encoding="utf-8")
    assert "W215" not in {d.code for d in check(file)}


# well-made files


def test_depth_is_counted_along_a_path(remarks: Remarks) -> None:
    """Six sigmoid layers side by side are no deep net."""
    heads = ", ".join(f"h{n}: [{{dense: {{units: 3, activation: sigmoid}}}}]" for n in range(6))
    assert remarks(f"{DIGITS}network: {{layers: [flatten, {{concat: {{{heads}}}}}, {{dense: 10}}]}}\n{ENTROPY}") == ()


EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))
ON_PURPOSE: Mapping[str, list[str]] = {"nine_sigmoid": ["W203"]}
"""Examples that show a mistake."""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_warned_of_only_where_it_shows_a_mistake(path: Path) -> None:
    assert [d.code for d in check(path)] == ON_PURPOSE.get(path.stem, [])
