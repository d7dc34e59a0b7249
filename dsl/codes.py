"""Every code a remark can have, with its page: what `netloom explain E031` shows.

E001-E099 reading, E100-E199 kinds, options and formulas, E200-E299 (and W200 up) meaning, E300-E399 data,
E400 up plans and runs. A code is never used for something else later.
"""

from __future__ import annotations

from collections.abc import Mapping

from .explained.advice import ADVICE
from .explained.code import Code
from .explained.data_files import DATA_FILES
from .explained.meaning import MEANING
from .explained.options import OPTIONS
from .explained.reading import READING
from .suggest import did_you_mean

CODES: Mapping[str, Code] = {page.code: page for page in (*READING, *OPTIONS, *MEANING, *ADVICE, *DATA_FILES)}


def explain(code: str) -> str | None:
    """The page of a code as text, or None when there is no such code."""
    page = CODES.get(code.upper())
    if page is None:
        return None
    parts = [f"{page.code}: {page.title}", page.meaning]
    if page.wrong:
        parts.append("Wrong:\n" + _indented(page.wrong))
    if page.right:
        parts.append("Right:\n" + _indented(page.right))
    return "\n\n".join(parts) + "\n"


def near(code: str) -> str | None:
    """`Did you mean `E031`?`, or None."""
    return did_you_mean(code.upper(), CODES)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
