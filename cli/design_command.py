"""Design a network in the terminal: draw it, check it, train it and watch it learn.

Without FILE the start screen offers templates, examples and the files used last. F1 shows the keys of whatever has
the focus; ctrl+q leaves, and a training that was started goes on.

Examples:

    netloom design

    netloom design net.yaml

    netloom design net.yaml --plain
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..runtime.runs import RUNS


def run(
    file: Annotated[Path | None, typer.Argument(help="Spec file; a new one is made when it is saved.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are written and looked for.")] = RUNS,
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, and change nothing.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Words in place of drawings, for screen readers.")] = False,
) -> None:
    from ..tui.app import design

    design(file, runs, read_only=read_only, plain=plain)
