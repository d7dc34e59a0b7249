"""The designer's commands where there is nothing to draw on, or nothing to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.cli import design_command, watch_command
from netloom.dsl.diagnostics import NetloomError


@pytest.mark.parametrize("file", [None, "new.yaml"])
def test_without_a_terminal_there_is_a_way_out(tmp_path: Path, file: str | None) -> None:
    with pytest.raises(NetloomError, match=r"needs a terminal(.|\n)*netloom check"):
        design_command.run(tmp_path / file if file else None, tmp_path, read_only=False, plain=False)


def test_a_run_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="there is no run `digits-9`"):
        watch_command.run("digits-9", tmp_path, read_only=False, plain=False)
