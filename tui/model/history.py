"""Undo and redo: one stack of steps, each a few splices with their inverse, whichever pane made them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...dsl.edit import Edit, Splice
from .text_change import smallest

TYPED, ERASED = "typing", "erasing"
NEWLINES = frozenset("\r\n")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the stack. `words` say what it did, as behind `undone: `."""

    edit: Edit
    words: str


@dataclass(slots=True)
class History:
    """The steps that were made, the last one last, and those taken back, the last of them last."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    open: bool = False
    """Whether the last step may still grow by typing."""

    def add(self, step: Step, *, typed: bool = False) -> None:
        """Another step; what was undone is gone. Typing that goes on where the last did grows its step."""
        self.undone.clear()
        splice = step.edit.splices[0] if typed else None
        if typed and self.open and self.done and (grown := _grown(self.done[-1], step)) is not None:
            self.done[-1] = grown
        else:
            self.done.append(step)
        # a line's end ends the step
        self.open = splice is not None and not NEWLINES & {*splice.text, *step.edit.inverse[0].text}

    def back(self) -> Step | None:
        """The step to be taken back now."""
        self.open = False
        if not self.done:
            return None
        self.undone.append(self.done.pop())
        return self.undone[-1]

    def again(self) -> Step | None:
        """The step to be made again."""
        self.open = False
        if not self.undone:
            return None
        self.done.append(self.undone.pop())
        return self.done[-1]


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """A text after splices that are in order and apart."""
    pieces, at = list[str](), 0
    for splice in splices:
        pieces += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*pieces, text[at:]])


def one_splice(old: str, new: str) -> Splice:
    """The smallest single splice that makes one text of another."""
    change = smallest(old, new)
    return Splice(0, 0, "") if change is None else Splice(change.start, change.end, change.text)


def edit_of(text: str, splice: Splice) -> Edit:
    """The edit that one splice makes, whether the file can be read after it or not."""
    old = text[splice.start : splice.end]
    return Edit((splice,), (Splice(splice.start, splice.start + len(splice.text), old),))


def _grown(last: Step, step: Step) -> Step | None:
    """Two steps of typing as one, where the second goes on with the first; else None."""
    if last.words != step.words or len(last.edit.splices) != 1:
        return None
    (first,), (back,) = last.edit.splices, last.edit.inverse
    (second,), (old,) = step.edit.splices, step.edit.inverse
    if NEWLINES & {*second.text, *old.text}:
        return None
    if step.words == TYPED and second.start == second.end == back.end:
        made = Splice(first.start, first.end, first.text + second.text)
        return Step(Edit((made,), (Splice(back.start, back.end + len(second.text), back.text),)), TYPED)
    if step.words == ERASED and not first.text and second.start <= first.start <= second.end:
        before = old.text[: first.start - second.start]
        after = old.text[first.start - second.start :]
        gone = before + back.text + after
        made = Splice(second.start, second.start + len(gone), "")
        return Step(Edit((made,), (Splice(second.start, second.start, gone),)), ERASED)
    return None
