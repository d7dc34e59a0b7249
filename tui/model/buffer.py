"""A text that is edited: one undo over all panes, and saving. What is edited in it is told by `sketch.py`."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from ...dsl.diagnostics import NetloomError
from ...dsl.edit import Document, Edit, Refused, Splice
from .addresses import Starts
from .history import ERASED, TYPED, History, Step, edit_of, one_splice, spliced
from .saving import read_bytes, write_whole

UNSAVED = "untitled.yaml"
"""What a text that lies in no file goes by in remarks."""
KEPT = 3
"""Texts before the present one that are kept as they were read: taking a change back reads nothing."""


def place_of(path: Path | None) -> tuple[str, Path]:
    """The name of a text's file, and the folder that its paths are read from."""
    return (str(path), path.parent) if path is not None else (UNSAVED, Path())


class ChangedOnDisk(NetloomError):  # noqa: N818  a question to the user, no failure
    """The file is not the one that was opened: another program wrote it. Saving takes `force` then."""


class Buffer:
    """A text, its file, and its history. `on_disk`: what the file held when it was read or written last; None where
    there was none."""

    def __init__(self, text: str, path: Path | None, on_disk: bytes | None) -> None:
        self.path = path
        self.text = text
        self.revision = 0
        self.history = History()
        self.on_disk = on_disk
        self._document: Document | None = None
        self._earlier = deque[Document](maxlen=KEPT)
        self._starts: Starts | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """The buffer of a file; of one that is not there yet an empty one. Raises NetloomError."""
        content = read_bytes(path)
        try:
            text = (content or b"").decode("utf-8")
        except UnicodeDecodeError as mistake:
            line = (content or b"")[: mistake.start].count(b"\n") + 1
            raise NetloomError(f"{path} is not UTF-8 text (line {line}); save it as UTF-8 first") from None
        return cls(text, path, content)

    @classmethod
    def new(cls, text: str, path: Path | None = None) -> Self:
        """The buffer of a text that lies in no file yet; `path` is where it will be saved."""
        return cls(text, path, None)

    # what it is

    @property
    def changed(self) -> bool:
        """Whether the text is another than the file's."""
        return self.text.encode("utf-8") != (self.on_disk or b"")

    @property
    def document(self) -> Document:
        """The text by its parts, read when it is first asked for."""
        if self._document is None:
            self._document = Document(self.text, place_of(self.path)[0])
        return self._document

    @property
    def already_read(self) -> Document | None:
        """The text by its parts, where it was read already."""
        return self._document

    def read_as(self, document: Document | None) -> None:
        """Take the parts of this very text from elsewhere, where it was read already."""
        if self._document is None and document is not None and document.text == self.text:
            self._document = document

    @property
    def readable(self) -> bool:
        """Whether the text can be read as a table: else it is edited as text alone."""
        try:
            return self.document.root is not None
        except Refused:
            return False

    @property
    def starts(self) -> Starts:
        """The parts of the document by where they begin. Refused where the text cannot be read."""
        if self._starts is None:
            self._starts = Starts(self.document)
        return self._starts

    # changes and their undoing

    def apply(self, change: Edit, words: str) -> None:
        """Make an edit of the present document, as one step of undo. Refused where it was made for another text."""
        fits = all(
            self.text[s.start : s.end] == back.text for s, back in zip(change.splices, change.inverse, strict=True)
        )
        if not fits or (change.result is not None and change.result.text != spliced(self.text, change.splices)):
            raise Refused("the file has changed since this edit was made")
        if change.splices:
            self._turn(change)
            self.history.add(Step(Edit(change.splices, change.inverse), words))

    def type_over(self, start: int, end: int, text: str) -> None:
        """Typed text in place of some characters. Typing that goes on is one step, up to the end of its line, a
        jump to another place, or another command."""
        # half a character, as a broken terminal may send it, cannot be saved
        text = text.encode("utf-8", "replace").decode("utf-8")
        if text == self.text[start:end]:
            return
        change = edit_of(self.text, Splice(start, end, text))
        self._turn(change)
        words = TYPED if text else ERASED
        self.history.add(Step(change, words), typed=True)

    def replace(self, text: str, words: str) -> None:
        """Another text for the whole, as the smallest splice that makes it."""
        if text != self.text:
            self.apply(edit_of(self.text, one_splice(self.text, text)), words)

    def undo(self) -> str | None:
        """Take the last step back; what it was, None where there is none."""
        step = self.history.back()
        if step is None:
            return None
        self._turn(step.edit.undo)
        return step.words

    def redo(self) -> str | None:
        """Make the step that was taken back last again; what it is, None where there is none."""
        step = self.history.again()
        if step is None:
            return None
        self._turn(step.edit)
        return step.words

    def _turn(self, change: Edit) -> None:
        self.text = spliced(self.text, change.splices)
        self.revision += 1
        known = (change.result, *self._earlier)
        if self._document is not None:
            self._earlier.append(self._document)
        self._document = next((one for one in known if one is not None and one.text == self.text), None)
        self._starts = None
        self._followed(change.splices)

    def _followed(self, splices: Sequence[Splice]) -> None:
        """Called after every change, with what was spliced."""

    # the file

    def changed_on_disk(self) -> bool:
        """Whether the file holds something else than was read or written last."""
        if self.path is None:
            return False
        try:
            return read_bytes(self.path) not in (self.on_disk, None)
        except NetloomError:
            return True

    def save(self, path: Path | None = None, force: bool = False) -> None:
        """Write the text to its file, or to another, which is its file from then on.

        Refused (ChangedOnDisk) where the file was written since it was read, or another one lies there, unless
        `force`. A full disk and the like raise NetloomError; the text stays, and the old file whole.
        """
        target = path or self.path
        if target is None:
            raise Refused("it has no file yet: say where to save it")
        own = self.path is not None and target == self.path
        if not force:
            self._untouched(target, own=own)
        write_whole(target, self.text)
        self.path, self.on_disk = target, self.text.encode("utf-8")

    def _untouched(self, target: Path, *, own: bool) -> None:
        there = read_bytes(target)
        if there is None or there == self.text.encode("utf-8"):
            return
        if not own or self.on_disk is None:
            raise ChangedOnDisk(f"{target} is there already; save over it, or take another name")
        if there != self.on_disk:
            raise ChangedOnDisk(f"{target} was written by another program; save over it, or take another name")

    def reload(self) -> None:
        """The file's text as it is now, as one step of undo. Raises NetloomError."""
        if self.path is None:
            raise Refused("it has no file yet")
        other = type(self).open(self.path)
        self.replace(other.text, "reading the file again")
        self.on_disk = other.on_disk
