"""Compile the kernels of FILES ahead, so that their next training starts at once.

Examples:

    netloom warm net.yaml

    netloom warm examples/*/*.yaml
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import NetloomError
from ..runtime import start
from .console import counted, out, print_json, talk
from .progress import Progress


def run(
    files: Annotated[list[Path], typer.Argument(help="Spec files.", metavar="FILE…")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    compiled = reused = 0
    failed = []
    for file in files:
        try:
            ready = start.make_ready(start.compile_loaded(start.load(file)), 1, Progress().compiled)
        except NetloomError as mistake:
            failed.append(str(file))
            talk().print(f"{file}: {mistake}", style="red", soft_wrap=True)
            continue
        compiled, reused = compiled + ready.made.compiled, reused + ready.made.reused
        ready.engine.close()
    if json:
        print_json({"kernels_compiled": compiled, "kernels_reused": reused, "failed": failed})
    else:
        out().print(f"{counted(compiled, 'kernel')} compiled, {reused} found ready")
    raise typer.Exit(1 if failed else 0)
