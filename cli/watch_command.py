"""Watch a run in the terminal: curves, gradients, what the network sees, while it trains or long after.

Examples:

    netloom watch

    netloom watch digits-1

    netloom watch runs/digits-1 --read-only
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..runtime.runs import RUNS


def run(
    which: Annotated[str, typer.Argument(metavar="[RUN]", help="The run: its folder, its name, or `last`.")] = "last",
    runs: Annotated[Path, typer.Option(help="Where runs are looked for.")] = RUNS,
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, and steer nothing.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Words in place of drawings, for screen readers.")] = False,
) -> None:
    from ..tui.app import watch

    watch(which, runs, read_only=read_only, plain=plain)
