"""Compare every gradient of FILE's network with central differences, in float64.

Of each tensor the slope along one random direction is compared, in which every number of its gradient has a part.
`apart` is by how much the two slopes differ, `rounding` how much of that the last digit of the loss can make.

Examples:

    netloom gradcheck net.yaml
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..compiler.gradcheck import BAR, Checked
from ..runtime import start
from ..runtime.measure import gradcheck_file
from .console import counted, out, print_json, table, talk

LEAST = 1e-12
"""Smaller distances are not told: the loss itself is no better."""


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    found = gradcheck_file(file, start.overrides(set_))
    good = all(item.good for item in found)
    if json:
        print_json(
            {
                "good": good,
                "bar": BAR,
                "states": [asdict(item) | {"apart": item.apart, "good": item.good} for item in found],
            }
        )
    else:
        shown = table("weights", "numbers>", "by rule>", "by difference>", "apart>", "rounding>", "verdict")
        for item in found:
            verdict = item.reason or ("good" if item.good else "WRONG")
            compared = item.error is not None
            if item.redraws and item.reason is None:
                verdict += f" (after {item.redraws} redraws)"
            shown.add_row(
                item.state, f"{item.count:,}", f"{item.analytic:.8g}", f"{item.numeric:.8g}",
                small(item.apart) if compared else "-", small(item.rounding) if compared else "-", verdict,
            )  # fmt: skip
        out().print(shown)
        talk().print(told(found), style="green" if good else "red")
    raise typer.Exit(0 if good else 1)


def small(number: float) -> str:
    """A distance between two numbers of float64; what is below its digits is not told apart from 0."""
    return f"{number:.1e}" if number >= LEAST else f"< {LEAST:.0e}"


def told(found: Sequence[Checked]) -> str:
    """How much was compared, how far apart it was at most, and whether that is right."""
    compared, wrong = [item for item in found if item.error is not None], [item for item in found if not item.good]
    if not compared:
        return "no gradient could be compared"
    worst = max(compared, key=lambda item: item.apart)
    told = (
        f"{counted(len(compared), 'tensor')} of {counted(sum(item.count for item in compared), 'number')} compared, one "
        f"direction each; at most {small(worst.apart)} apart, in {worst.state} (by rounding up to {small(worst.rounding)})"
    )
    verdict = f"wrong: {', '.join(item.state for item in wrong)}" if wrong else "all gradients are right"
    return f"{told}\n{verdict}: beyond rounding none may be off by more than {BAR:g} of itself"
