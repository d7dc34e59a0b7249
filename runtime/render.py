"""Pictures out of DOT text: the one place that starts graphviz."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Literal

from ..compiler.diagram_dot import FINE, ROUGH
from ..dsl.diagnostics import NetloomError

Form = Literal["svg", "png", "pdf"]
HOW_TO_GET = (
    "graphviz, which draws svg, png and pdf, is not installed. Get it with `apt install graphviz` or "
    "`brew install graphviz`; or write a .dot, .mmd or .txt file, which needs nothing"
)
LIMIT, ROUGH_LIMIT = 30, 60
"""Seconds that `dot` may take, and then again with straight lines. A picture of a hundred boxes takes one or two."""
LESS = (
    "draw less (--depth 1, or --depth 2), or draw it as text, which is always fast: in the terminal without -o, or "
    "into a .txt or .mmd file"
)
DOTS_PER_INCH, ROUGH_DOTS = 144, 48
"""Of a png; the second where a picture is metres wide, of which a bitmap takes a minute to write."""


def has_graphviz() -> bool:
    """Whether the command `dot` is there."""
    return shutil.which("dot") is not None


def render(dot: str, path: Path, form: Form) -> None:
    """Write the picture of some DOT text. Raises NetloomError where graphviz is missing, or finds a mistake."""
    if not has_graphviz():
        raise NetloomError(HOW_TO_GET)
    said = ""
    for text, limit in ((dot, LIMIT), (dot.replace(FINE, ROUGH, 1), ROUGH_LIMIT)):
        words = ["dot", "-Tpng:cairo" if form == "png" else f"-T{form}"]
        words += [f"-Gdpi={ROUGH_DOTS if ROUGH in text else DOTS_PER_INCH}"] if form == "png" else []
        try:
            done = subprocess.run(words, input=text.encode(), capture_output=True, check=False, timeout=limit)
        except subprocess.TimeoutExpired:
            said = f"graphviz was not done after {limit} s"
            continue
        if not done.returncode:
            path.write_bytes(done.stdout)
            return
        said = f"graphviz could not draw it ({done.stderr.decode(errors='replace').strip().partition(chr(10))[0]})"
    raise NetloomError(f"{said}; {LESS}")
