"""Quotes as a word processor sets them: to YAML they are letters of the text."""

from __future__ import annotations

from dataclasses import replace

from .diagnostics import Diagnostics
from .scalars import plain, quoted
from .tree import Scalar, Tree

QUOTES = {
    "“": "”", "”": "”", "„": "“”", "«": "»", "»": "«", "‹": "›",
    "‘": "’", "’": "’", "‚": "‘’",
}  # fmt: skip
TEXTS = ("about", "name")
"""Keys whose value is shown and never compared, so that such quotes do no harm there."""


def straight(tree: Tree, diagnostics: Diagnostics) -> Tree:
    """A value without such quotes round it, which are reported; anything else as it is."""
    if not isinstance(tree, Scalar) or tree.quoted or len(tree.text) < 2:
        return tree
    inner = tree.text[1:-1]
    if tree.text[-1] not in QUOTES.get(tree.text[0], "") or any(sign in inner for sign in "“”„«»"):
        return tree
    safe = inner if not isinstance(plain(inner), str) or inner.replace("_", "a").isalnum() else quoted(inner)
    diagnostics.error(
        "E006", tree.place, f"`{tree.text[0]}` and `{tree.text[-1]}` are not quotes to YAML, but letters of the text",
        f"Write `{safe}`.",
    )  # fmt: skip
    return Scalar(plain(inner), inner, False, replace(tree.place))
