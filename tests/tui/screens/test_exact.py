"""Totals in the screen Design: estimates at once, exact when the network was compiled beside it."""

from __future__ import annotations

from pathlib import Path

from netloom.tui.model.checking import exact_totals

from ..program import NARROW, Driven, drive, opened

TEXT = """\
netloom: 1
data: {source: digits}
network: {layers: [flatten, {dense: {units: 32, activation: relu}}, dense: 10]}
train: {loss: cross_entropy}
"""


def test_estimates_become_exact_and_estimates_again_with_the_next_change(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT, encoding="utf-8")

    async def act(it: Driven) -> None:
        first = it.app.desk.checked.totals
        assert not first.exact
        assert "≈" in it.text
        it.screen.exact_now()
        await it.settle()
        found = it.app.desk.checked.totals
        wanted = exact_totals(TEXT, path, first)
        assert (found.exact, found.memory, found.parameters) == (True, wanted.memory, wanted.parameters)
        assert found.words()[2] in it.text
        await it.to("dense1")
        await it.press("d")
        assert not it.app.desk.checked.totals.exact

    drive(act, opened(path))


def test_all_totals_stand_in_a_line_of_80_columns(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT.replace("dense: 10", "dense: 10, dense: 10"), encoding="utf-8")

    async def act(it: Driven) -> None:
        (line,) = [line for line in it.text.splitlines() if "mul-adds" in line]
        assert all(word in line for word in ("warning", "parameters", "kB", "epoch"))

    drive(act, opened(path), size=NARROW)
