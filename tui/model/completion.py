"""What may be written at a place of a text: kinds, options, keys, words. Read by lines, so that broken text has it too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...dsl.kinds.kind import KINDS, Family, Kind, Option
from ...dsl.kinds.tables import find_layer, lookup
from ...dsl.reference import keys
from ...dsl.settings import CLIP, RUN, SPLIT, STOP, TRAIN
from .inner_fields import FAMILIES, words_for

WORD = re.compile(r"[A-Za-z_][\w]*$")
KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s:#,\[\]{}"'][^:#,\[\]{}]*))\s*:(?=\s|$)""")
ITEM = "-"
MOST_LINES_UP = 400

Words = tuple[tuple[str, str], ...]
"""Words with what they mean."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Words that may stand from `column` to the cursor, which `begun` already begins. `key`: a colon follows them;
    `whole`: what was begun is such a word itself."""

    column: int
    begun: str
    words: Words
    key: bool
    whole: bool = False


def complete(lines: Sequence[str], row: int, column: int) -> Completion | None:
    """What may be written at a cursor (row and column from 0); None within comments, quotes, and where all is free."""
    line = lines[row][:column] if row < len(lines) else ""
    if _quiet(line):
        return None
    begun = (found[0] if (found := WORD.search(line)) else "") or ""
    before = line[: len(line) - len(begun)]
    if before.endswith("$"):
        words, key = _options_named(lines), False
    else:
        path, key = path_at(lines, row, before)
        words = tuple(dict(_words(path, key, lines)).items())
    fitting = tuple((word, told) for word, told in words if word.startswith(begun) and word != begun)
    whole = any(word == begun for word, _ in words)
    return Completion(len(before), begun, fitting, key, whole) if fitting else None


def _quiet(line: str) -> bool:
    """Whether the line ends within a comment or an open quote."""
    quote = ""
    for at, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'" and (not at or line[at - 1] in " [{,:("):
            quote = letter
        elif letter == "#" and (not at or line[at - 1] == " "):
            return True
    return bool(quote)


def path_at(lines: Sequence[str], row: int, before: str) -> tuple[tuple[str, ...], bool]:
    """The keys that lead to the end of `before` on a row, items of lists as `-`; whether a key may stand there."""
    inner, rest, indent = _within_line(before)
    above = _above(lines, row, indent)
    if rest == "value":
        return (*above, *inner), False
    return (*above, *inner), True


def _within_line(before: str) -> tuple[list[str], str, int]:
    """The keys and brackets opened on the line, what stands next, and where its first key begins."""
    text, path = before, list[str]()
    indent = len(text) - len(text.lstrip(" "))
    text = text[indent:]
    while text.startswith("- "):
        path.append(ITEM)
        text = text[2:].lstrip(" ")
    state = "key"
    marks = [("block", len(path))]
    while text:
        if (found := KEY.match(text)) is not None:
            del path[marks[-1][1] :]
            path.append((found[1] or found[2] or found[3]).strip())
            text, state = text[found.end() :], "value"
        elif text[0] in "{[":
            path += [ITEM] if text[0] == "[" else []
            marks.append((text[0], len(path)))
            text, state = text[1:], "key"
        elif text[0] in "}]" and len(marks) > 1:
            marks.pop()
            text, state = text[1:], "done"
        elif text[0] == ",":
            del path[marks[-1][1] :]
            text, state = text[1:], "key"
        else:
            text = text[1:]
    return path, state, indent


def _above(lines: Sequence[str], row: int, indent: int) -> list[str]:
    """The keys and dashes within which a line stands, from the outside in. A list may stand at its key's column."""
    found = list[list[str]]()
    limit, dashed = indent, row < len(lines) and lines[row].lstrip(" ").startswith("-")
    for number in range(row - 1, max(-1, row - MOST_LINES_UP), -1):
        bare = lines[number].strip()
        if not bare or bare.startswith("#"):
            continue
        steps = _opened(lines[number])
        kept = [step for at, step in steps if at < limit or (dashed and at == limit and step != ITEM)]
        if kept:
            found.append(kept)
            limit, dashed = steps[0][0], bare.startswith("-")
        if limit == 0 and not dashed:
            break
    return [step for steps in reversed(found) for step in steps]


def _opened(line: str) -> list[tuple[int, str]]:
    """Dashes and keys that a line opens, with their columns."""
    steps, at = list[tuple[int, str]](), len(line) - len(line.lstrip(" "))
    while line[at:].startswith("- "):
        steps.append((at, ITEM))
        at += 2 + len(line[at + 2 :]) - len(line[at + 2 :].lstrip(" "))
    found = KEY.match(line[at:])
    if found is not None:
        steps.append((at, (found[1] or found[2] or found[3]).strip()))
    return steps


# what may stand where


def _words(path: tuple[str, ...], key: bool, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words for the end of a path."""
    if not path:
        yield from _keys(keys.FILE) if key else ()
        return
    section = path[0]
    if section in ("network", "networks", "blocks", "graph"):
        yield from _in_body(path, key, lines)
    elif section == "train":
        yield from _in_train(path[1:], key)
    elif section == "data":
        yield from _in_data(path[1:], key)
    elif section == "run":
        yield from _settings(RUN, path[1:], key)


def _keys(found: Sequence[keys.Key]) -> Iterator[tuple[str, str]]:
    yield from ((one.name, one.help) for one in found if not one.later)


def _settings(options: Sequence[Option], rest: tuple[str, ...], key: bool) -> Iterator[tuple[str, str]]:
    if not rest and key:
        yield from ((option.name, option.help) for option in options)
    elif len(rest) == 1 and not key:
        option = next((one for one in options if one.name == rest[0]), None)
        yield from _values(option) if option is not None else ()


def _values(option: Option) -> Iterator[tuple[str, str]]:
    """Words for an option's value."""
    family = FAMILIES.get(option.type)
    for word in words_for(option):
        kind = lookup(family, word) if family is not None else None
        yield word, kind.help if kind is not None else ""


def _in_body(path: tuple[str, ...], key: bool, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    depth = 1 if path[0] in ("network", "graph") else 2
    known = {"network": keys.BODY, "blocks": keys.BLOCK, "networks": keys.NETWORK}.get(path[0], ())
    rest = path[depth:] if path[0] != "graph" else ("graph", *path[1:])
    if len(path) == depth and path[0] != "graph":
        yield from _keys(known) if key else ()
    elif rest and rest[0] in ("layers", "graph"):
        yield from _in_layers(rest, key, lines)


def _in_layers(rest: tuple[str, ...], key: bool, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """In the entries of a body: a kind, its options, words beside it, values."""
    last, above = rest[-1], rest[-2] if len(rest) > 1 else ""
    entry = last == ITEM or (rest[0] == "graph" and len(rest) == 2)
    if entry:
        yield from _layer_kinds(lines)
        if key:
            yield from _keys(keys.WIRING[:4])
        return
    kind = find_layer(last)
    if key and (kind is not None or _is_own(last)):
        yield from (
            _options(kind) if kind is not None else ((name, "of the block") for name in _own_options(last, lines))
        )
    elif key:
        yield from _inner_options(rest)
    elif (kind := find_layer(above)) is not None and (option := kind.option(last)) is not None:
        yield from _values(option)


def _is_own(word: str) -> bool:
    return word[:1].isupper()


def _options(kind: Kind) -> Iterator[tuple[str, str]]:
    yield from ((option.name, option.help) for option in kind.options if not option.later)
    yield from ((name, "a tensor that it reads") for name in kind.tensors)


def _inner_options(rest: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """`activation: {leaky_relu: {sl`: options of a kind that is an option's value; `weights: {tr`."""
    for family in ("activation", "start", "live"):
        kind = lookup(family, rest[-1])
        if kind is not None and kind.options:
            yield from _options(kind)
            return
    if rest[-1] in ("weights", "bias"):
        yield from _keys(keys.WEIGHTS)
        yield from _family("start")
    elif rest[-1] == "activation":
        yield from _family("activation")


def _layer_kinds(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from ((name, "of this file") for name in _own(lines))
    for family in ("layer", "joiner", "activation"):
        yield from _family(family)


def _family(*families: Family) -> Iterator[tuple[str, str]]:
    yield from ((name, kind.help) for (family, name), kind in KINDS.items() if family in families)


STEP_FAMILIES: dict[str, Family] = {
    "loss": "loss", "optimizer": "optimizer", "metrics": "metric", "penalties": "penalty", "after_step": "penalty",
}  # fmt: skip
DATA_FAMILIES: dict[str, Family] = {"source": "source", "prepare": "prepare", "augment": "augment"}
TABLES = {"stop": STOP, "clip_gradients": CLIP, "split": SPLIT}


def _in_train(rest: tuple[str, ...], key: bool) -> Iterator[tuple[str, str]]:
    while len(rest) > 1 and rest[0] in ("phases", "alternate") and rest[1] == ITEM:
        rest = rest[2:]
    if not rest:
        yield from _keys(keys.STEP) if key else ()
    elif rest == ("last_batch",):
        yield from (("keep", "the last batch is smaller"), ("drop", "it is left out"))
    elif rest[0] in TABLES:
        yield from _settings(TABLES[rest[0]], rest[1:], key)
    elif rest[0] in STEP_FAMILIES:
        yield from _of_family(STEP_FAMILIES[rest[0]], rest[1:], key)
    else:
        yield from _settings(TRAIN, rest, key)


def _in_data(rest: tuple[str, ...], key: bool) -> Iterator[tuple[str, str]]:
    if not rest:
        yield from _keys(keys.DATA) if key else ()
    elif rest[0] in TABLES:
        yield from _settings(TABLES[rest[0]], rest[1:], key)
    elif rest[0] == "fields" and len(rest) == 2:
        yield from _keys(keys.FIELD) if key else ()
    elif rest[0] in DATA_FAMILIES:
        yield from _of_family(DATA_FAMILIES[rest[0]], rest[1:], key)


def _of_family(family: Family, rest: tuple[str, ...], key: bool) -> Iterator[tuple[str, str]]:
    """The kinds of a family, the options of one, the words of an option."""
    rest = rest[1:] if rest[:1] == (ITEM,) else rest
    kind = lookup(family, rest[0]) if rest else None
    if not rest:
        yield from _family(family)
    elif kind is not None and len(rest) == 1 and key:
        yield from _options(kind)
    elif kind is not None and len(rest) == 2 and (option := kind.option(rest[1])) is not None:
        yield from _values(option)
    elif len(rest) == 3 and key and (live := lookup("live", rest[2])) is not None:
        yield from _options(live)


# what the file has of its own


def _own(lines: Sequence[str]) -> Iterator[str]:
    """The names of blocks and networks."""
    inside = False
    for line in lines:
        if line[:1] not in ("", " ", "#", "-"):
            inside = line.startswith(("blocks:", "networks:"))
        elif inside and (found := re.match(r"\s+([A-Z]\w*)\s*:", line)):
            yield found[1]


def _own_options(name: str, lines: Sequence[str]) -> Iterator[str]:
    """The options of a block, where they stand in one line."""
    start = next((n for n, line in enumerate(lines) if re.match(rf"\s+{re.escape(name)}\s*:", line)), None)
    for line in lines[start : start + 6] if start is not None else ():
        if (found := re.search(r"\boptions:\s*\{([^}]*)\}", line)) is not None:
            yield from re.findall(r"([a-z]\w*)\s*:", found[1])
            return


def _options_named(lines: Sequence[str]) -> Words:
    """The names that `$` may read, of the file and its blocks."""
    names = dict[str, str]()
    for number, line in enumerate(lines):
        if (found := re.search(r"\boptions:\s*(?:\{([^}]*)\}?|$|#)", line)) is not None:
            inline = re.findall(r"([a-z]\w*)\s*:", found[1] or "")
            indent = len(line) - len(line.lstrip(" "))
            names |= dict.fromkeys(inline or _keys_below(lines, number, indent), "an option")
    return tuple((names | {"index": "the number of the copy, from 1"}).items())


def _keys_below(lines: Sequence[str], number: int, indent: int) -> Iterator[str]:
    for line in lines[number + 1 :]:
        if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
            return
        if (found := re.match(r"\s+([a-z]\w*)\s*:", line)) is not None:
            yield found[1]
