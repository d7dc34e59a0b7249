"""What all tests of the designer stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.tui.model.palette import LATELY, Lately


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of unsaved text, and the files opened last, go where nobody else looks; no kind was taken lately."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(LATELY, "kinds", Lately().kinds)
