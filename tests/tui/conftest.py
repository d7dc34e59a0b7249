"""What all tests of the designer stand on."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of unsaved text, and the files opened last, go where nobody else looks."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
