"""Pictures out of DOT text: the one place that starts graphviz."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Literal

from ..dsl.diagnostics import NetloomError

Form = Literal["svg", "png", "pdf"]
HOW_TO_GET = (
    "graphviz, which draws svg, png and pdf, is not installed. Get it with `apt install graphviz` or "
    "`brew install graphviz`; or write a .dot, .mmd or .txt file, which needs nothing"
)
LIMIT = 60
"""Seconds that `dot` may take; a picture of a hundred boxes takes it one or two."""
LESS = (
    "draw less (--depth 1, or --depth 2), or draw it as text, which is always fast: in the terminal without -o, or "
    "into a .txt or .mmd file"
)
DOTS_PER_INCH = 144


def has_graphviz() -> bool:
    """Whether the command `dot` is there."""
    return shutil.which("dot") is not None


def render(dot: str, path: Path, form: Form) -> None:
    """Write the picture of some DOT text. Raises NetloomError where graphviz is missing, or finds a mistake."""
    if not has_graphviz():
        raise NetloomError(HOW_TO_GET)
    words = ["dot", "-Tpng:cairo" if form == "png" else f"-T{form}"]
    words += [f"-Gdpi={DOTS_PER_INCH}"] if form == "png" else []
    try:
        done = subprocess.run(words, input=dot.encode(), capture_output=True, check=False, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        raise NetloomError(f"graphviz was not done after {LIMIT} s; {LESS}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise NetloomError(f"graphviz could not draw it ({said}); {LESS}")
    path.write_bytes(done.stdout)
