"""The list of runs: filter, the best results, curves of several, export."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from netloom.dsl.diagnostics import NetloomError
from netloom.tui.model.comparison import (
    Views,
    age,
    amount,
    cells,
    choices,
    compared,
    exported,
    filtered,
    higher_is_better,
    results,
    run_rows,
    write_export,
)
from netloom.tui.model.curves import figure

from ..records import BEGAN, events, write


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    write(tmp_path, "digits-1")
    write(tmp_path, "digits-2", events("digits-2", epochs=3, ended="stopped", result=(0.3, 0.91)))
    write(tmp_path, "other-1", [])
    return tmp_path


def test_rows_tell_of_every_run(runs: Path) -> None:
    rows = {row.name: row for row in run_rows(runs)}
    assert (rows["digits-1"].spec, rows["digits-1"].sign, rows["digits-1"].parameters) == ("digits", "✓", 1510)
    assert rows["digits-1"].metric == ("accuracy", 0.94)
    assert rows["other-1"].status == "empty"
    assert len(rows["digits-1"].trend) == 24
    words = cells(rows["digits-1"], BEGAN + 7200, 16)
    assert words[:7] == ["digits-1", "✓ finished", "2 h", "8", "test", "0.21", "accuracy 0.94"]
    assert cells(rows["other-1"], BEGAN, 16)[2:] == ["", "0", "", "", "", "", ""]


def test_an_index_of_before_is_made_anew(runs: Path) -> None:
    import sqlite3

    run_rows(runs)
    with sqlite3.connect(runs / "index.db") as database:
        database.execute("update runs set row = json_remove(row, '$.trend', '$.parts')")
    assert all(row.trend and row.parts for row in run_rows(runs) if row.status != "empty")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {"digits-1", "digits-2", "other-1"}),
        ("digits stopped", {"digits-2"}),
        ("epochs>=8", {"digits-1"}),
        ("accuracy>0.9 epochs<5", {"digits-2"}),
        ("accuracy>", {"digits-1", "digits-2", "other-1"}),
        ("accuracy<2", {"digits-1", "digits-2"}),
        ("nothing", set()),
    ],
)
def test_a_filter_takes_words_and_comparisons(runs: Path, words: str, found: set[str]) -> None:
    assert {row.name for row in filtered(run_rows(runs), words)} == found


def test_the_best_of_each_result_is_marked(runs: Path) -> None:
    rows = sorted(run_rows(runs), key=lambda row: row.name)[:2]
    found = results(rows)
    assert list(zip(found.parts, found.heads, strict=True))[:4] == [
        ("", "run"), ("test", "loss"), ("test", "accuracy"), ("validation", "loss"),
    ]  # fmt: skip
    marked = {row[0]: best for row, best in zip(found.rows, found.best, strict=True)}
    parts = ("test", "validation", "train")
    everywhere = {(part, name) for part in parts for name in ("loss", "accuracy")}
    assert {(found.parts[at], found.heads[at]) for at in marked["digits-1"]} == everywhere
    assert not marked["digits-2"]


def test_only_results_on_the_same_part_are_compared(tmp_path: Path) -> None:
    write(tmp_path, "a-1", events("a-1", epochs=3, ended=""))
    write(tmp_path, "a-2", events("a-2", result=(0.0001, 0.99)))
    rows = sorted(run_rows(tmp_path), key=lambda row: row.name)
    assert [row.part for row in rows] == ["validation", "test"]
    found = results(rows)
    assert set(found.parts) == {"", "validation", "train"}
    losses = [row[found.heads.index("loss")] for row in found.rows]
    views = Views.none()
    curves = compared({row.name: views.of(row.folder) for row in rows}, ("validation", "loss"))
    assert losses == [figure(curve.values[-1]) for curve in curves]
    assert set(results(rows[1:]).parts) == {"", "test", "validation", "train"}
    write(tmp_path, "other-1", [])
    assert set(results(run_rows(tmp_path)).parts) == {"", "validation", "train"}


def test_of_one_run_nothing_is_the_best(runs: Path) -> None:
    assert results(run_rows(runs)[:1]).best == (frozenset(),)


def test_losses_and_errors_are_better_when_lower() -> None:
    assert [higher_is_better(name) for name in ("accuracy", "loss", "loss/a", "mae", "r2", "out.mse")] == [
        True, False, False, False, True, False,
    ]  # fmt: skip


def test_curves_of_several_runs_are_named_by_run(runs: Path) -> None:
    views = Views.none()
    both = {name: views.of(runs / name) for name in ("digits-1", "digits-2")}
    assert choices(both.values())[:2] == [("validation", "loss"), ("validation", "accuracy")]
    curves = compared(both, ("validation", "accuracy"))
    assert [(curve.name, curve.slot, len(curve.steps)) for curve in curves] == [("digits-1", 0, 8), ("digits-2", 1, 3)]
    steps = compared(both, ("steps", "loss"))
    assert [len(curve.steps) for curve in steps] == [320, 120]


def test_a_run_that_has_nothing_of_it_is_left_out(runs: Path) -> None:
    views = Views.none()
    assert compared({"other-1": views.of(runs / "other-1")}, ("steps", "loss")) == []
    assert choices([views.of(runs / "other-1")]) == [("steps", "loss")]


def test_a_record_is_read_again_only_when_it_changed(runs: Path) -> None:
    views = Views.none()
    first = views.of(runs / "digits-1")
    assert views.of(runs / "digits-1") is first
    assert views.of(runs / "nowhere").started is None


def test_results_are_exported_as_csv_and_json(runs: Path) -> None:
    rows = sorted(run_rows(runs), key=lambda row: row.name)
    table = list(csv.DictReader(io.StringIO(exported(rows, "csv"))))
    assert [row["run"] for row in table] == ["digits-1", "digits-2", "other-1"]
    assert float(table[0]["accuracy"]) == 0.94
    assert table[2]["accuracy"] == ""
    told = json.loads(exported(rows, "json"))
    assert told[0]["loss"] == 0.21
    assert told[2]["loss"] is None


def test_an_export_never_writes_over_a_file(runs: Path, tmp_path: Path) -> None:
    rows, path = run_rows(runs), tmp_path / "results.csv"
    write_export(rows, path)
    with pytest.raises(NetloomError, match="is there already"):
        write_export(rows, path)
    with pytest.raises(NetloomError, match=r"not as \.txt"):
        write_export(rows, tmp_path / "results.txt")
    with pytest.raises(NetloomError, match="cannot be written"):
        write_export(rows, tmp_path / "no" / "results.csv")


def test_ages_and_amounts_are_short() -> None:
    assert [age(seconds) for seconds in (3, 400, 9000, 200_000)] == ["3 s", "6 min", "2 h", "2 d"]
    assert [amount(count) for count in (12, 7510, 2_345_678)] == ["12", "7.51k", "2.35M"]
