"""A file that is being edited: its text, its parts by address, and changes as splices with their inverse."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from .diagnostics import Diagnostics, NetloomError
from .edit_parts import Address, Part, Step, parts
from .load import read_spec
from .reader import read_with_events
from .spec import Spec
from .tree import Table

NEWLINE = re.compile(r"\r\n|\n|\r")
COMMENT = re.compile(r"(?:^|(?<=[ \t\r\n]))#[^\r\n]*")
ADDRESS = re.compile(r"\.?(?P<word>[^.\[\]\"]+)|\[(?P<index>[0-9]+)\]|\[\"(?P<key>(?:[^\"\\]|\\.)*)\"\]")
MARK = "\ufeff"


class Refused(NetloomError):  # noqa: N818  not a failure of ours: what was asked cannot be done
    """An edit that is not made; its text says why, and is fit to be shown."""


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """`text` in place of the characters from `start` up to, not including, `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a text: `splices`, in order and apart from each other, in its characters before; `inverse`
    in those after, which gives the old text back."""

    splices: tuple[Splice, ...]
    inverse: tuple[Splice, ...]
    result: Document | None = field(default=None, compare=False, repr=False)
    """The document after it, where it was made already."""

    @property
    def undo(self) -> Edit:
        return Edit(self.inverse, self.splices)


class Document:
    """A file's text, read once. Nothing of it changes: an edit gives another document. `file` is what remarks call
    it, and what it includes lies beside."""

    def __init__(self, text: str, file: str = "") -> None:
        self.text, self.file = text, file
        self._offset = len(text) - len(text.removeprefix(MARK))
        self.reading, events = read_with_events(text, file)
        tree = self.reading.tree
        readable = not self.diagnostics.errors and isinstance(tree, Table)
        self._root = parts(text[self._offset :], tree, events) if readable and tree is not None else None
        if self._root is not None and self._offset:
            _shift(self._root, self._offset)

    @property
    def diagnostics(self) -> Diagnostics:
        """The slips of the text as YAML."""
        return self.reading.diagnostics

    @cached_property
    def spec(self) -> tuple[Spec | None, Diagnostics]:
        """The spec that the text says, and every remark on it, as `read_spec` finds them."""
        return read_spec(self.text, self.file, reading=self.reading)

    @property
    def root(self) -> Part:
        """The whole file. Refused where its text cannot be read: nothing is edited by address there."""
        if self._root is None:
            first = next(iter(self.diagnostics.errors), None)
            where = f" (line {first.place.line}: {first.message})" if first else ": it is no table"
            raise Refused(f"the file cannot be read{where}; mend that first")
        return self._root

    @cached_property
    def newline(self) -> str:
        found = NEWLINE.search(self.text)
        return found[0] if found else "\n"

    @cached_property
    def comments(self) -> tuple[tuple[int, int], ...]:
        """The spans of all comments, in order."""
        if "#" not in self.text:
            return ()
        spans = sorted(span for part in self.root.walk() for span in _scalar_spans(part))
        starts = [start for start, _ in spans]
        found = list[tuple[int, int]]()
        for match in COMMENT.finditer(self.text):
            at = bisect_right(starts, match.start()) - 1
            if at < 0 or match.start() >= spans[at][1]:
                found.append(match.span())
        return tuple(found)

    def comments_in(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """The comments that begin in a span."""
        first = bisect_right(self.comments, (start, -1))
        last = bisect_right(self.comments, (end, -1))
        return self.comments[first:last]

    def raw(self, part: Part) -> str:
        """A value as it is written."""
        return self.text[part.start : part.end]

    def line_start(self, at: int) -> int:
        start = max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1
        return max(start, self._offset)

    def line_end(self, at: int) -> int:
        """The end of the line that holds a character, before its newline."""
        found = NEWLINE.search(self.text, at)
        return found.start() if found else len(self.text)

    def column(self, at: int) -> int:
        return at - self.line_start(at)

    def first_on_line(self, at: int) -> bool:
        return not self.text[self.line_start(at) : at].strip(" ")

    def find(self, address: Address | str) -> Part | None:
        """The part at an address, or None."""
        part: Part | None = self.root
        for step in steps_of(address):
            part = part.inner.get(step) if part is not None else None
        return part

    def at(self, address: Address | str) -> Part:
        """The part at an address. Refused where there is none."""
        part = self.find(address)
        if part is None:
            raise Refused(f"there is no `{shown(steps_of(address))}` in the file")
        return part

    def edit(self, splices: Iterable[Splice]) -> Edit:
        """The edit that these splices make. Refused where the file could not be read after it."""
        made = _sorted(splices)
        if not made:
            return Edit((), (), self)
        text, inverse = _spliced(self.text, made)
        after = Document(text, self.file)
        if self._root is not None and after._root is None:
            error = next(iter(after.diagnostics.errors), None)
            raise Refused(f"the file could not be read after that: {error.message if error else 'nothing is left'}")
        return Edit(made, inverse, after)

    def apply(self, edit: Edit) -> Document:
        """The document after an edit. Refused where the edit was made for another text."""
        if len(edit.splices) != len(edit.inverse) or any(
            self.text[splice.start : splice.end] != back.text
            for splice, back in zip(edit.splices, edit.inverse, strict=True)
        ):
            raise Refused("the file has changed since this edit was made")
        text, _ = _spliced(self.text, edit.splices)
        made = edit.result
        return made if made is not None and made.text == text else Document(text, self.file)


def steps_of(address: Address | str) -> Address:
    """`network.layers[2]` as steps. A key of other characters stands in brackets: `["20 epochs"]`."""
    if not isinstance(address, str):
        return address
    steps, at = list[Step](), 0
    while at < len(address):
        found = ADDRESS.match(address, at)
        if found is None:
            raise Refused(f"`{address}` is no address: they are like `network.layers[2].dense`")
        if found["index"] is not None:
            steps.append(int(found["index"]))
        elif found["key"] is not None:
            steps.append(re.sub(r"\\(.)", r"\1", found["key"]))
        else:
            steps.append(found["word"])
        at = found.end()
    return tuple(steps)


def shown(address: Address) -> str:
    """An address as text: `network.layers[2]`."""
    text = ""
    for step in address:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.search(r"[.\[\]\"]", step) or not step:
            text += '["' + re.sub(r"([\"\\])", r"\\\1", step) + '"]'
        else:
            text += f".{step}" if text else step
    return text


def composed(document: Document, *edits: Edit) -> Edit:
    """One edit of a document that does what several do, each made for the document after the one before."""
    pieces: list[tuple[int, int] | str] = [(0, len(document.text))]
    for edit in edits:
        for splice in reversed(edit.splices):
            first, last = _cut(pieces, splice.start), _cut(pieces, splice.end)
            pieces[first:last] = [splice.text]
    splices, at, put = list[Splice](), 0, ""
    for piece in [*pieces, (len(document.text), len(document.text))]:
        if isinstance(piece, str):
            put += piece
            continue
        if put or piece[0] > at:
            splices.append(Splice(at, piece[0], put))
        at, put = piece[1], ""
    made = tuple(splices)
    text, inverse = _spliced(document.text, made)
    result = edits[-1].result if edits else None
    return Edit(made, inverse, result if result is not None and result.text == text else None)


def _cut(pieces: list[tuple[int, int] | str], at: int) -> int:
    """The number of the piece that begins at a character of the text that they make, split for it if need be."""
    for number, piece in enumerate(pieces):
        if at == 0:
            return number
        length = len(piece) if isinstance(piece, str) else piece[1] - piece[0]
        if at < length:
            if isinstance(piece, str):
                pieces[number : number + 1] = [piece[:at], piece[at:]]
            else:
                pieces[number : number + 1] = [(piece[0], piece[0] + at), (piece[0] + at, piece[1])]
            return number + 1
        at -= length
    return len(pieces)


def _sorted(splices: Iterable[Splice]) -> tuple[Splice, ...]:
    """Splices in order, those that follow on each other made one; none of them may overlap."""
    made = list[Splice]()
    for splice in sorted(splices, key=lambda s: (s.start, s.end)):
        if made and splice.start < made[-1].end:
            raise Refused("two changes meet in one place; make them one after the other")
        if made and splice.start == made[-1].end:
            made[-1] = Splice(made[-1].start, splice.end, made[-1].text + splice.text)
        elif splice.text or splice.end > splice.start:
            made.append(splice)
    return tuple(made)


def _spliced(text: str, splices: tuple[Splice, ...]) -> tuple[str, tuple[Splice, ...]]:
    """The text after splices, and what gives the old one back."""
    pieces, inverse, at, length = list[str](), list[Splice](), 0, 0
    for splice in splices:
        pieces += [text[at : splice.start], splice.text]
        length += splice.start - at
        inverse.append(Splice(length, length + len(splice.text), text[splice.start : splice.end]))
        length += len(splice.text)
        at = splice.end
    return "".join([*pieces, text[at:]]), tuple(inverse)


def _scalar_spans(part: Part) -> Iterable[tuple[int, int]]:
    if part.key_span[1]:
        yield part.key_span
    if not part.inner and not part.flow and part.end > part.start:
        yield part.start, part.end


def _shift(root: Part, by: int) -> None:
    for part in root.walk():
        part.start, part.end = part.start + by, part.end + by
        if part.key_span[1]:
            part.key_span = part.key_span[0] + by, part.key_span[1] + by
