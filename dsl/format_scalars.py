"""How a scalar is written in the standard layout: as it was where it is a number, quoted only where it must be."""

from __future__ import annotations

import re
from functools import lru_cache

from .bodies import OPTION_TYPES
from .diagnostics import Diagnostics
from .format_nodes import Node
from .reader import read
from .scalars import plain, quoted
from .tree import Scalar, Sequence, Table, Tree

WORD = re.compile(r"[A-Za-z$][A-Za-z0-9_.$/]*")


def key_text(key: str, *, flow: bool) -> str:
    """A key as it is written."""
    return key if key and _bare(key, flow=flow) else _quoted(key)


def scalar_text(node: Node, *, flow: bool) -> str:
    """A scalar in one line; `flow`: between brackets."""
    if node.plain:
        return node.text
    # quoted, such a word is a default; bare, it is a type
    held = node.style in ("'", '"') and node.text in OPTION_TYPES
    return node.text if not held and _bare(node.text, flow=flow) else _quoted(node.text)


def lines_of(node: Node, column: int, width: int) -> list[str] | None:
    """A text in lines: the bar that opens it, and its lines without indentation. None: it is written in one."""
    text = node.text
    if node.form != "scalar" or node.plain or node.style in ("'", '"') or not _printable(text):
        return None
    body = text.removesuffix("\n")
    strip = "" if text.endswith("\n") else "-"
    if not body or body[0] in " \n" or body.endswith("\n"):
        return None
    if "\n" in body:
        return ["|" + strip, *body.split("\n")]
    if node.style == ">" and body == " ".join(body.split()) and (not strip or len(body) + column > width):
        return [">" + strip, *_wrapped(body, width - column)]
    if not strip:
        return ["|", body]
    return None


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _printable(text: str) -> bool:
    return all(character == "\n" or character.isprintable() for character in text)


def _quoted(text: str) -> str:
    single = ('"' in text or "\\" in text) and "'" not in text and text.isprintable()
    return f"'{text}'" if single else quoted(text)


@lru_cache(maxsize=4096)
def _bare(text: str, *, flow: bool) -> bool:
    """Whether the text reads as itself without quotes, with nothing to remark: the reader itself is asked."""
    if plain(text) != text or not text.isprintable():
        return False
    if WORD.fullmatch(text):
        return True
    diagnostics = Diagnostics()
    asked = f"[{text}, {{k: {text}, l: x}}, {{{text}: x}}]\n" if flow else f"- {text}\n- k: {text}\n- {text}: x\n"
    tree = read(asked, "", diagnostics)
    return not diagnostics.items and _said(tree) == [text, {"k": text, "l": "x"} if flow else {"k": text}, {text: "x"}]


def _said(tree: Tree | None) -> object:
    if isinstance(tree, Sequence):
        return [_said(item) for item in tree.items]
    if isinstance(tree, Table):
        return {key: _said(item) for key, item in tree.items.items()}
    return tree.text if isinstance(tree, Scalar) and not tree.quoted else None
