"""A compilation stepped through: passes, kernels, reasons, memory, predicted time."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.compiler.pipeline import modes, passes
from netloom.dsl.diagnostics import SpecError
from netloom.runtime import start
from netloom.tui.model.kernel_list import bar, cost_parts, kernel_rows, memory_parts, why
from netloom.tui.model.pass_steps import SENTENCES, Cancelled, Compilation, comparison, compile_text, idle, step_words

DIGITS = Path(netloom.__file__).resolve().parent / "examples" / "start" / "digits.yaml"


@pytest.fixture(scope="module")
def digits() -> Compilation:
    return compile_text(DIGITS.read_text(encoding="utf-8"), DIGITS, 7)


def test_every_pass_has_a_sentence() -> None:
    experiment = start.load(DIGITS).experiment
    assert {step.name for mode in modes(experiment) for step in passes(experiment, mode)} == set(SENTENCES)


def test_the_programs_come_in_order(digits: Compilation) -> None:
    assert digits.revision == 7
    assert digits.programs == ("train", "evaluate", "predict")


def test_a_comparison_has_what_is_gone_and_what_is_new(digits: Compilation) -> None:
    decompose = next(step for step in digits.steps if step.name == "decompose")
    rows = comparison(decompose)
    assert any("cross_entropy(" in row.before for row in rows)
    assert any("exp(" in row.after for row in rows if row.sign in ("new", "changed"))


def test_the_whole_graph_is_folded_but_for_changes(digits: Compilation) -> None:
    decompose = next(step for step in digits.steps if step.name == "decompose")
    rows = comparison(decompose, whole=True)
    hidden = sum(int(row.before.split()[0]) for row in rows if row.sign == "more")
    after = sum(bool(row.after) for row in rows) + hidden
    assert after == decompose.nodes[1]
    assert {row.sign for row in rows} >= {"same", "gone", "new", "more"}


def test_a_layer_narrows(digits: Compilation) -> None:
    merge = next(step for step in digits.steps if step.name == "merge" and not idle(step))
    whole, of_layer = step_words(merge)[1], step_words(merge, "dense1")[1]
    assert 0 < of_layer < whole
    titles = [row.before for row in comparison(merge, "dense1") if row.sign == "title"]
    assert titles == ["dense1, line 10"]
    assert step_words(merge, "nowhere") == ("changes nothing of it", 0)


def test_kernels_know_their_lines_of_the_text_not_of_the_file() -> None:
    text = DIGITS.read_text(encoding="utf-8").replace("units: 100", "units: 99")
    rows = kernel_rows(compile_text(text, DIGITS, 0).traced, "dense1")
    assert rows
    assert all("dense1" in row.layers for row in rows)
    assert "units: 99" in rows[0].text


def test_reasons_are_of_the_layer(digits: Compilation) -> None:
    chosen = why(digits.traced, "dense2")
    assert chosen
    assert all("dense2" in reason.layers for reason in chosen)
    assert len(chosen) < len(why(digits.traced))


def test_shares_add_up_to_the_whole(digits: Compilation) -> None:
    for _, parts in memory_parts(digits.traced):
        assert sum(part.share for part in parts) == pytest.approx(1)
    parts = cost_parts(digits.traced, "gradients")
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert parts[0].name == "dense1"


def test_bars_have_their_width() -> None:
    assert [bar(share, 4) for share in (0.0, 1e-9, 0.5, 1.0, 7.0)] == ["    ", "▏   ", "██  ", "████", "████"]


def test_it_can_be_called_off() -> None:
    def stop(words: str) -> None:
        raise Cancelled(words)

    with pytest.raises(Cancelled, match="train: simplify"):
        compile_text(DIGITS.read_text(encoding="utf-8"), DIGITS, 0, stop)


def test_mistakes_are_told() -> None:
    with pytest.raises(SpecError):
        compile_text("network: {layers: [dense: -1]}\n", None, 0)
