"""What a new network begins with is whole and without mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.tui.model.checking import check_text
from netloom.tui.model.templates import TEMPLATES, Template, template


@pytest.mark.parametrize("one", TEMPLATES, ids=lambda one: one.name)
def test_a_template_has_no_mistake(one: Template, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,c,price\n" + "1,2,3,4\n5,6,7,8\n" * 20)
    checked = check_text(one.text, tmp_path / "net.yaml", 0)
    assert [d.message for d in checked.diagnostics] == []
    assert checked.picture is not None
    assert checked.totals.seconds is not None
    assert one.words


def test_what_is_to_be_filled_in_is_said(tmp_path: Path) -> None:
    table = template("table")
    assert table is not None
    assert table.needs
    assert [d.place.line for d in check_text(table.text, tmp_path / "net.yaml", 0).diagnostics] == [5]
    assert template("nothing") is None
