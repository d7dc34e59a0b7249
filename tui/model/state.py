"""Where the designer keeps what it remembers between sessions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Below `$XDG_STATE_HOME`, else `~/.local/state`."""
    environment = os.environ if environment is None else environment
    base = environment.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "netloom" / "designer"
