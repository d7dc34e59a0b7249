"""What a plain word of a file is: YAML 1.2's core rules, narrowed. All that is not listed here is text."""

from __future__ import annotations

import math
import re

from .tree import Plain

WORDS: dict[str, Plain] = {"true": True, "false": False, "null": None, "": None}
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
MOST_CHARACTERS = 40
"""A longer number is text: no number of the language needs more, and reading one costs its length squared."""
SPECIAL = re.compile(r"[\s\-?:,\[\]{}#&*!|>'\"%@`]|^$")
INSIDE = re.compile(r":|\$\{| #|[,\[\]{}]")
"""What YAML would read otherwise, and what the reader would take for a slip."""


def plain(text: str) -> Plain:
    """The value of an unquoted scalar: `true`, `false`, `null` (or nothing), a decimal number, or the text.

    `yes`, `no`, `on`, `012`, `0x1f`, `12:30`, `1_000`, `.inf`, `~` and dates are text; so is a number past
    the range of a float.
    """
    if text in WORDS:
        return WORDS[text]
    if len(text) > MOST_CHARACTERS:
        return text
    if WHOLE.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def written(value: Plain) -> str:
    """The shortest scalar that reads as `value`, fit for any place in a file; text is quoted where it must be."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _safe(value) else quoted(value)
    return repr(value)


def quoted(text: str) -> str:
    """The text in double quotes, every unprintable character escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _safe(text: str) -> bool:
    """Whether the text reads as itself without quotes, within brackets too."""
    return (
        plain(text) == text
        and not isinstance(plain(text), bool | int | float)
        and not SPECIAL.match(text)
        and not INSIDE.search(text)
        and text.count("(") == text.count(")")
        and text == text.strip()
        and text.isprintable()
        and text not in {"---", "...", "<<"}
    )


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
