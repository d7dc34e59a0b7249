"""Where every part of a file begins and ends, in characters: the reader says what, the YAML events say where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

from .reader import LOADER
from .tree import Scalar, Sequence, Table, Tree

Step = str | int
Address = tuple[Step, ...]


@dataclass(slots=True, eq=False)
class Part:
    """A value with its span `[start, end)`; `key` is its key or index in `parent`, `key_span` the key's own span.

    A block collection ends with its last value. `style` is the quote of a scalar, `|` or `>`, else nothing;
    `flow`: a collection in brackets. What stands nowhere (`dense:`) is empty, after the colon.
    """

    tree: Tree = field(repr=False)
    start: int
    end: int
    flow: bool = False
    style: str = ""
    parent: Part | None = field(default=None, repr=False)
    key: Step = ""
    key_span: tuple[int, int] = (0, 0)
    inner: dict[Step, Part] = field(default_factory=dict, repr=False)

    @property
    def begin(self) -> int:
        """Where its item begins: at its key in a table, else at the value."""
        return self.key_span[0] if self.parent is not None and self.parent.is_table else self.start

    @property
    def is_table(self) -> bool:
        return isinstance(self.tree, Table)

    @property
    def is_list(self) -> bool:
        return isinstance(self.tree, Sequence)

    @property
    def text(self) -> str | None:
        """A scalar's text; None for collections and for what is empty."""
        if not isinstance(self.tree, Scalar) or (self.tree.value is None and not self.tree.quoted):
            return None
        return self.tree.text

    @property
    def nothing(self) -> bool:
        return isinstance(self.tree, Scalar) and self.text is None

    @property
    def address(self) -> Address:
        steps, at = list[Step](), self
        while at.parent is not None:
            steps.append(at.key)
            at = at.parent
        return tuple(reversed(steps))

    @property
    def items(self) -> tuple[Part, ...]:
        return tuple(self.inner.values())

    def walk(self) -> Iterator[Part]:
        """This part and all within it, in the order of the file."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            if part.inner:
                waiting.extend(reversed(part.inner.values()))


def parts(text: str, tree: Tree, read: Iterable[yaml.Event] | None = None) -> Part:
    """The parts of a text that was read as `tree` without a mistake. `text` has no byte order mark; `read`: the
    parser's events, where they are there already."""
    events = (
        event
        for event in (yaml.parse(text, Loader=LOADER) if read is None else read)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent | yaml.CollectionEndEvent)
    )
    return _part(tree, next(events), events, text)


def _part(tree: Tree, event: yaml.Event, events: Iterator[yaml.Event], text: str) -> Part:
    start, end = _marks(event)
    if isinstance(tree, Scalar):
        style = getattr(event, "style", None) or ""
        if style in ("|", ">"):
            end = start + len(text[start:end].rstrip("\r\n "))
        return Part(tree, start, end, style=style)
    made = Part(tree, start, end, flow=bool(getattr(event, "flow_style", False)))
    if isinstance(tree, Table):
        for key, value in tree.items.items():
            span = _marks(next(events))
            _add(made, key, _part(value, next(events), events, text), span)
    else:
        for index, value in enumerate(tree.items):
            _add(made, index, _part(value, next(events), events, text), (0, 0))
    closing = next(events)
    # a block, and the pair of `[dense: 10]`, have no mark of their own at the end
    bracketed = made.flow and text[start : start + 1] in ("[", "{")
    made.end = _marks(closing)[1] if bracketed or not made.inner else made.items[-1].end
    return made


def _add(parent: Part, key: Step, part: Part, span: tuple[int, int]) -> None:
    part.parent, part.key, part.key_span = parent, key, span
    parent.inner[key] = part


def _marks(event: yaml.Event) -> tuple[int, int]:
    start, end = event.start_mark, event.end_mark
    assert start is not None, "an event without a place"
    assert end is not None, "an event without a place"
    return start.index, end.index
