"""Sentences, and the text of a spec, as rich text."""

from __future__ import annotations

import re

from rich.text import Text

KEY = re.compile(r"^(\s*(?:- )?)([\w.$]+)(:)(?=\s|$)")


def ticked(sentence: str, style: str = "") -> Text:
    """A sentence with what stands in ticks in bold."""
    line = Text(style=style)
    for place, part in enumerate(sentence.split("`")):
        line.append(part, "bold" if place % 2 else "")
    return line


def spec_lines(text: str) -> list[Text]:
    """A spec's lines: keys bold, comments dim."""
    return [_spec_line(line) for line in text.splitlines()]


def _spec_line(line: str) -> Text:
    shown = Text(line)
    if (key := KEY.match(line)) is not None:
        shown.stylize("bold", key.start(2), key.end(2))
    comment = re.search(r"(?:^|\s)#", line)
    if comment is not None and line.count('"', 0, comment.start()) % 2 == 0:
        shown.stylize("dim", comment.start(), len(line))
    return shown
