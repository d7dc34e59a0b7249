"""Compare every gradient of FILE's network with central differences, in float64.

Examples:

    netloom gradcheck net.yaml
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..compiler.gradcheck import BAR
from ..runtime import start
from ..runtime.measure import gradcheck_file
from .console import out, print_json, table, talk


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    found = gradcheck_file(file, start.overrides(set_))
    good = all(item.good for item in found)
    if json:
        print_json({"good": good, "bar": BAR, "states": [asdict(item) | {"good": item.good} for item in found]})
    else:
        shown = table("weights", "by rule>", "by difference>", "error>", "verdict")
        for item in found:
            verdict = item.reason or ("good" if item.good else "WRONG")
            error = "-" if item.error is None else f"{item.error:.1e}"
            if item.redraws and item.reason is None:
                verdict += f" (after {item.redraws} redraws)"
            shown.add_row(item.state, f"{item.analytic:.6g}", f"{item.numeric:.6g}", error, verdict)
        out().print(shown)
        talk().print(
            f"bar {BAR:g}: {'all gradients are right' if good else 'a gradient is wrong'}",
            style="green" if good else "red",
        )
    raise typer.Exit(0 if good else 1)
