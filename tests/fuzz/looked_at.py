"""What must hold for every text whatever: an answer with places, in a bounded number of steps."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

from netloom.compiler.expand import expand
from netloom.compiler.pipeline import modes
from netloom.dsl.diagnostics import NetloomError, SpecError
from netloom.runtime import start

MOST_CALLS = 6_000_000
"""Calls of functions that checking one file may take. No example takes a tenth of it."""


class TooManySteps(AssertionError):
    """Checking takes more calls than any file may cost."""


def looked_at(text: str, folder: Path) -> bool:
    """Check a text as a file in the folder; whether it is right. Raises AssertionError where the answer is not one."""
    file = folder / "net.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    remarks = start.check(file)
    lines = max(text.count("\n") + text.count("\r"), 0) + 1
    for remark in remarks:
        assert remark.message, remark
        assert remark.code, remark
        assert remark.place.file in (str(file), "<--set>"), remark
        assert 1 <= remark.place.line <= lines + 1, remark
        assert remark.place.column >= 1, remark
    if any(remark.severity == "error" for remark in remarks):
        return False
    try:
        loaded = start.load(file)
    except SpecError as mistakes:
        assert mistakes.diagnostics, "a refusal without a reason"
        return False
    for mode in modes(loaded.experiment):
        expand(loaded.experiment, mode)
    return True


def counted(text: str, folder: Path) -> int:
    """The calls that looking at a text takes. Raises TooManySteps past `MOST_CALLS`."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1
        if calls > MOST_CALLS:
            sys.setprofile(None)
            raise TooManySteps(f"more than {MOST_CALLS:,} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        looked_at(text, folder)
    except NetloomError as mistake:
        raise AssertionError(f"an error that check should have recorded: {mistake!r}") from mistake
    finally:
        sys.setprofile(before)
    return calls
