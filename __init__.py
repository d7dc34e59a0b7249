"""netloom: a page of YAML in, a trained network out, and everything in between open to look at.

    import netloom

    netloom.check("net.yaml")               # every mistake, with its place
    run = netloom.train("net.yaml")         # a run: its folder, metrics, weights
    netloom.predict(run.folder, "new.csv")

Importing the package imports nothing else; each name of the table below is fetched when it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netloom.runtime.api import check, compile, evaluate, load, predict, train

__all__ = ["check", "compile", "evaluate", "load", "predict", "train"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'netloom' has no attribute {name!r}; it has {', '.join(__all__)}")
    # by the full name: a second copy of this file under another name must not fill itself
    return getattr(importlib.import_module("netloom.runtime.api"), name)


def __dir__() -> list[str]:
    return __all__
