"""The example files, found beside the package whether it is a tree or installed."""

from __future__ import annotations

from pathlib import Path

import netloom

PACKAGE = Path(netloom.__file__).resolve().parent
EXAMPLES = sorted((PACKAGE / "examples").glob("*/*.yaml"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in EXAMPLES]


def example(name: str) -> Path:
    """The file of `chapter/name`."""
    return PACKAGE / "examples" / f"{name}.yaml"
