"""The text of a file on its way to the YAML reader: what may not be in it at all, and repairs that keep
places.

A repair lets reading go on after a slip; `Source` remembers what was put in, so that places stay those of the
text the user sees.
"""

from __future__ import annotations

import re
from pathlib import Path

from .diagnostics import Diagnostics
from .lines import blanks_for_tabs
from .places import Place

MOST_CHARACTERS = 1_000_000
STAR = "\ue000"
"""Stands for a `*` that YAML would take for an alias; no file may hold it."""
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\ue000\ufffe\uffff\U000e0000-\U000e007f]"
)
"""What cannot be seen, or turns the direction of what follows: nobody could read what such a file says."""
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
INDENT = re.compile(r"[ \t]*")
COMMENT = re.compile(r"(?:^|[ \t])#.*")


class Source:
    """The lines as YAML will read them, and where characters were put in or stand for others."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = [line for line in LINE.findall(text) if line]
        self._edits: dict[int, list[tuple[int, int]]] = {}

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def line(self, number: int) -> str:
        """A line by its number from 0, without its end; nothing past the end."""
        return self.lines[number].rstrip("\r\n") if 0 <= number < len(self.lines) else ""

    def insert(self, line: int, column: int, text: str) -> None:
        """Put text in; both count from 0, in the line as it is now."""
        old = self.lines[line]
        self.lines[line] = old[:column] + text + old[column:]
        self._edits.setdefault(line, []).append((column, len(text)))

    def remove(self, line: int, column: int, count: int) -> None:
        """Take characters out, in the line as it is now."""
        old = self.lines[line]
        self.lines[line] = old[:column] + old[column + count :]
        self._edits.setdefault(line, []).append((column, -count))

    def replace(self, line: int, column: int, text: str) -> None:
        """Write text over as many characters."""
        old = self.lines[line]
        self.lines[line] = old[:column] + text + old[column + len(text) :]

    def place(self, line: int, column: int, end_line: int | None = None, end_column: int = 0) -> Place:
        """The place in the user's text of a span given in lines and columns from 0."""
        start = self._column(line, column)
        length = max(0, self._column(line, end_column) - start) if end_line == line else 0
        return Place(self.file, line + 1, start + 1, length)

    def _column(self, line: int, column: int) -> int:
        """Where a column of the line as it is now stood at first: each edit undone, the last one first."""
        for at, count in reversed(self._edits.get(line, ())):
            if count < 0 and column >= at:
                column -= count
            elif count > 0 and column > at:
                column = max(at, column - count)
        return column


def file_text(path: Path, diagnostics: Diagnostics, asked: Place | None = None) -> str | None:
    """The text of a file, read no further than any file may go; None, with the reason recorded, where it cannot
    be read or is not UTF-8. `asked` is where another file names it."""
    try:
        with path.open("rb") as stream:
            content = stream.read(4 * MOST_CHARACTERS + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        diagnostics.error("E001", asked or Place(str(path), 1, 1), f"{path} cannot be read: {why}", "Check the path.")
        return None
    if len(content) > 4 * MOST_CHARACTERS:
        too_long(path.stat().st_size, "bytes", str(path), diagnostics)
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        diagnostics.error("E002", Place(str(path), line, column), "this is not UTF-8 text", "Save the file as UTF-8.")
        return None


def too_long(count: int, what: str, file: str, diagnostics: Diagnostics) -> None:
    """Refuse a file by its length, before anything of it is read."""
    diagnostics.error(
        "E003", Place(file, 1, 1), f"the file has {count} {what}; at most {MOST_CHARACTERS} characters are read",
        "Repeat with `repeat:`.",
    )  # fmt: skip


def cleaned(text: str, file: str, diagnostics: Diagnostics) -> Source:
    """The text without what no file may hold: every such character is reported and stands as a blank."""
    source = Source(text.removeprefix("\ufeff"), file)
    for number, line in enumerate(source.lines):
        if found := FORBIDDEN.search(line):
            place = source.place(number, found.start(), number, found.end())
            shown = f"U+{ord(found[0]):04X}"
            diagnostics.error("E004", place, f"the control character {shown} stands here", "Take it out.")
            source.lines[number] = FORBIDDEN.sub(" ", line)
        if "\t" in line:
            _tabs(source, number, diagnostics)
    return source


def _tabs(source: Source, number: int, diagnostics: Diagnostics) -> None:
    """A tab in a comment hurts nobody; those before the first word are taken for as many blanks as fit there."""
    line = source.lines[number]
    spoken = COMMENT.sub("", line)
    if "\t" not in spoken.rstrip():
        return
    at = spoken.index("\t")
    diagnostics.error("E005", source.place(number, at, number, at + 1), "a tab stands here", "Use blanks.")
    found = INDENT.match(line)
    indent = found.end() if found else 0
    wanted = blanks_for_tabs(source.lines, number) if "\t" in line[:indent] else indent
    source.lines[number] = line.replace("\t", " ")
    if wanted > indent:
        source.insert(number, indent, " " * (wanted - indent))
    elif wanted < indent:
        source.remove(number, wanted, indent - wanted)
