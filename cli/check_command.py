"""Find every mistake in FILE, each with its place and a way out. Opens no data.

Examples:

    netloom check net.yaml

    netloom check examples/*/*.yaml --json
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..runtime.start import check, overrides
from .console import as_json, print_diagnostics, print_json, talk


def run(
    files: Annotated[list[Path], typer.Argument(help="Spec files.", metavar="FILE…")],
    set_: Annotated[list[str], typer.Option("--set", help="An option or number, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON list of remarks on stdout.")] = False,
) -> None:
    remarks = [remark for file in files for remark in check(file, overrides(set_))]
    if json:
        print_json([as_json(remark) for remark in remarks])
    else:
        print_diagnostics(remarks)
    failed = any(remark.severity == "error" for remark in remarks)
    if not failed and not json:
        talk().print(f"{len(files)} file{'s' if len(files) > 1 else ''} checked: no mistakes", style="green")
    raise typer.Exit(1 if failed else 0)
