"""Text to tree: what a file says, with exact places. Nothing of YAML beyond mappings, lists and scalars is
read.

Built from the events of PyYAML's parser, not from its nodes: nothing is resolved, followed or constructed,
and depth is counted as it grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from .cut_formulas import Pair, joined_items, joined_pairs
from .diagnostics import Diagnostics, Flooded
from .missing_blanks import parted_item, parted_pair, parted_scalar
from .places import Place
from .scalars import plain
from .slips import MOST_REPAIRS, missing_colons, repaired, report_syntax
from .source_text import MOST_CHARACTERS, STAR, Source, cleaned, too_long
from .tree import Scalar, Sequence, Table, Tree
from .typed_quotes import TEXTS, straight

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST, MOST_VALUES, MOST_EVENTS = 60, 50_000, 150_000
"""How deep, how many scalars, lists and tables, and how many events of the parser for all repairs together."""
STANDARD_TAG = "tag:yaml.org,2002:"


def read(text: str, file: str, diagnostics: Diagnostics) -> Tree | None:
    """The tree of a file's text; None when it cannot be read far enough to go on.

    Every refusal and slip is recorded with its place; those that can be repaired are, so that the rest of the
    file is read too. Nothing is read of a file with more than `MOST_CHARACTERS`, `MOST_VALUES` or `DEEPEST`
    levels, and no further than the remark that says there are too many.
    """
    return _read(text, file, diagnostics)[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that was read: what it says, and the remarks on that. It can be handed on, and never changes."""

    tree: Tree | None
    diagnostics: Diagnostics


def read_with_events(text: str, file: str) -> tuple[Reading, list[yaml.Event] | None]:
    """A text as `read` reads it, with the parser's events, whose marks count from behind a byte order mark. No events
    where the text was mended on the way."""
    diagnostics = Diagnostics()
    tree, events = _read(text, file, diagnostics)
    return Reading(tree, diagnostics), events


def _read(text: str, file: str, diagnostics: Diagnostics) -> tuple[Tree | None, list[yaml.Event] | None]:
    if len(text) > MOST_CHARACTERS:
        too_long(len(text), "characters", file, diagnostics)
        return None, None
    try:
        source = cleaned(text, file, diagnostics)
        events = _events(source, diagnostics)
        if events is None:
            return None, None
        tree = _Build(source, diagnostics).document(iter(events))
    except Flooded:
        return None, None
    return tree, None if diagnostics.items else events


class _TooMuch(Exception):  # noqa: N818  a mistake of the user's
    """A file too deep or with too many values, at an event."""

    def __init__(self, event: yaml.Event, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.event, self.message, self.suggestion = event, message, suggestion


def _events(source: Source, diagnostics: Diagnostics) -> list[yaml.Event] | None:
    """The parser's events, slips that it stumbles over repaired one by one."""
    # each repair reads the text again
    left = MOST_EVENTS
    missing_colons(source, diagnostics)
    for _ in range(MOST_REPAIRS):
        events = list[yaml.Event]()
        try:
            for event in _bounded(yaml.parse(source.text, Loader=LOADER)):
                events.append(event)
        except _TooMuch as much:
            mark = much.event.start_mark
            assert mark is not None, "an event without a place"
            place = source.place(mark.line, mark.column, mark.line, mark.column + 1)
            diagnostics.error("E003", place, much.message, much.suggestion)
            return None
        except yaml.MarkedYAMLError as error:
            left -= len(events)
            if left < 0 or not repaired(error, source, diagnostics):
                report_syntax(error, source, diagnostics)
                return None
        except yaml.YAMLError as error:
            diagnostics.error("E006", Place(source.file, 1, 1), f"cannot be read as YAML: {error}")
            return None
        else:
            return events
    return None


def _bounded(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """The events, counted as they come: the parser reads no further than it is asked."""
    depth = count = 0
    for event in events:
        count += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _TooMuch(event, f"nested more than {DEEPEST} deep", "Make a block of the inner part.")
        if count > MOST_VALUES:
            raise _TooMuch(
                event, f"more than {MOST_VALUES:,} values", "Repeat with `repeat:`; numbers go in a file of data."
            )
        yield event


@dataclass(slots=True)
class _Build:
    """Walks the events once. Each method takes the event that opens its part and leaves after its end."""

    source: Source
    diagnostics: Diagnostics

    def document(self, events: Iterator[yaml.Event]) -> Tree | None:
        tree: Tree | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if event.version or event.tags:
                    self._refuse("E010", event, "directives (`%…`) are not part of the language", "Take the line out.")
                if documents > 1:
                    self._refuse("E011", event, "a second document begins here", "Keep one document a file.")
                    break
            elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent | yaml.AliasEvent):
                tree = self._tree(event, events)
        if isinstance(tree, Scalar) and tree.value is None and not tree.quoted:
            return None
        return tree

    def _tree(self, event: yaml.Event, events: Iterator[yaml.Event]) -> Tree:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(
                "E008", event, f"`*{event.anchor}` is an alias, which the language does not have",
                "Write the value out. A selector that begins with a star is quoted.",
            )  # fmt: skip
            return Scalar(None, "", False, self._place(event))
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent), f"{event} begins no value"
        self._plain_only(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        is_table = isinstance(event, yaml.MappingStartEvent)
        return self._table(event, events) if is_table else self._list(event, events)

    def _plain_only(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(
                "E008", event, f"`&{event.anchor}` is an anchor, which the language does not have",
                "Say shared parts as a block, under `blocks:`.",
            )  # fmt: skip
        if event.tag is not None:
            shown = event.tag.replace(STANDARD_TAG, "!!")
            self._refuse("E010", event, f"the tag `{shown}` is not part of the language", "Take it out.")

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text, quoted = event.value, bool(event.style)
        if STAR in text:
            text = text.replace(STAR, "*")
        if "${" in text and not quoted:
            self._refuse("E015", event, "`${` is not part of the language", "Write `$(` and `)`.")
            text = text.replace("${", "$(").replace("}", ")")
        return Scalar(text if quoted else plain(text), text, quoted, self._place(event))

    def _list(self, event: yaml.CollectionStartEvent, events: Iterator[yaml.Event]) -> Sequence:
        items, flow = list[Tree](), bool(event.flow_style)
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                return Sequence(self._items(items, flow), self._span(event, inner))
            items.append(self._tree(inner, events))
        raise AssertionError("a list without an end passed the YAML parser")

    def _items(self, items: list[Tree], flow: bool) -> tuple[Tree, ...]:
        if flow:
            items = joined_items(items, self.diagnostics)
        return tuple(parted_item(straight(item, self.diagnostics), self.diagnostics) for item in items)

    def _table(self, event: yaml.CollectionStartEvent, events: Iterator[yaml.Event]) -> Table:
        pairs, flow = list[Pair](), bool(event.flow_style)
        for inner in events:
            if isinstance(inner, yaml.MappingEndEvent):
                return self._keyed(joined_pairs(pairs, self.diagnostics) if flow else pairs, self._span(event, inner))
            key = self._tree(inner, events)
            value = self._tree(next(events), events)
            if isinstance(key, Scalar):
                pairs.append(Pair(key, value))
            else:
                self._bad_key(key)
        raise AssertionError("a table without an end passed the YAML parser")

    def _bad_key(self, key: Tree) -> None:
        self.diagnostics.error(
            "E013", key.place, "a list or table stands where a name should", "Write a name before the colon."
        )

    def _keyed(self, pairs: list[Pair], place: Place) -> Table:
        items, keys = dict[str, Tree](), dict[str, Place]()
        for pair in pairs:
            key, value = parted_pair(pair, self.source, self.diagnostics)
            name = key.text
            if name in items:
                self.diagnostics.error(
                    "E012",
                    key.place,
                    f"`{name}` is given twice: first in line {keys[name].line}",
                    "Keep one of them.",
                )
                continue
            if name == "<<" and not key.quoted:
                self.diagnostics.error(
                    "E009",
                    key.place,
                    "`<<` merges tables, which the language does not do",
                    "Write the keys out.",
                )
                continue
            value = parted_scalar(key, value, self.source, self.diagnostics)
            items[name] = value if name in TEXTS else straight(value, self.diagnostics)
            keys[name] = key.place
        return Table(items, keys, place)

    def _place(self, event: yaml.Event) -> Place:
        return self._span(event, event)

    def _span(self, opens: yaml.Event, closes: yaml.Event) -> Place:
        start, end = opens.start_mark, closes.end_mark
        assert start is not None, "an event without a place"
        assert end is not None, "an event without a place"
        return self.source.place(start.line, start.column, end.line, end.column)

    def _refuse(self, code: str, event: yaml.Event, message: str, suggestion: str) -> None:
        self.diagnostics.error(code, self._place(event), message, suggestion)
