"""The faulty files: every mistake written down in them is said in one run, at its line, and little else is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.fixes import fixes, mended
from netloom.runtime.start import check

FAULTY = sorted((Path(__file__).resolve().parents[1] / "faulty").glob("*.yaml"))
EXPECTED = re.compile(r"^# expect: line (\d+):", re.MULTILINE)
ELSEWHERE: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "csv_fields": ((14,), (8,)),
    "first_network_keras": ((22,), (35, 39)),
    "forgot_flatten": ((7,), (6,)),
    "missing_data": ((3,), (8,)),
    "options_at_kinds_column": ((), (10,)),
    "residual_branches_clash": ((8,), (12,)),
    "sections_not_indented": ((12,), ()),
}
"""Files where a mistake is said at another line than the one written down: (lines without a remark, lines with one
more). A value that does not fit is said where it is used, a clash of sizes where the last of them is made, and lines
that are not indented once for all of them."""
HIDDEN: dict[str, tuple[int, ...]] = {
    "conv_after_flatten": (11,),
    "first_network_pytorch": (28, 29, 35, 37),
    "mse_on_label": (10,),
    "selectors": (15,),
    "units_of_quantities": (11,),
    "weights_described": (12,),
}
"""Lines that are said only once others are mended: sizes and selectors need a network that can be built."""


def found(path: Path) -> list[Diagnostic]:
    return [remark for remark in check(path, {}) if remark.severity != "hint"]


def errors(path: Path) -> list[Diagnostic]:
    return [remark for remark in check(path, {}) if remark.severity == "error"]


def told(path: Path) -> list[int]:
    return [int(line) for line in EXPECTED.findall(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_every_mistake_is_said_at_its_line_and_nothing_else(path: Path) -> None:
    lines, wanted = [remark.place.line for remark in found(path)], told(path)
    moved, more = ELSEWHERE.get(path.stem, ((), ()))
    assert wanted
    assert sorted(set(wanted) - set(lines)) == sorted({*moved, *HIDDEN.get(path.stem, ())})
    assert sorted(set(lines) - set(wanted)) == list(more)
    assert len(lines) <= len(wanted) + len(more)


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_mending_makes_no_file_worse(path: Path, tmp_path: Path) -> None:
    """Each round leaves fewer errors, or as many where one came to light; none at a place that was mended."""
    file = tmp_path / path.name
    shutil.copy(path, file)
    for _ in range(10):
        before = errors(file)
        made = fixes(before, file.read_text(encoding="utf-8"), str(file))
        if not made:
            return
        file.write_text(mended(file.read_text(encoding="utf-8"), made), encoding="utf-8")
        after = errors(file)
        old = {(remark.code, remark.message) for remark in before}
        at_fixed = [r for r in after if any(fix.line == r.place.line and fix.column == r.place.column for fix in made)]
        assert [r for r in at_fixed if (r.code, r.message) not in old] == []
        assert len(after) < len(before) or (path.stem in HIDDEN and len(after) == len(before))
        assert "E012" not in {r.code for r in after} - {r.code for r in before}
    pytest.fail("there is no end to mending")
