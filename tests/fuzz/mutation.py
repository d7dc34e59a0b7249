"""Good files damaged: words changed, lines moved, numbers made extreme, indentation shifted.

Every choice is one number of a `Choices`, so that Hypothesis, a coverage-guided fuzzer and a plain seed all drive the
same damage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import netloom

PACKAGE = Path(netloom.__file__).resolve().parent
WORD = re.compile(r"[\w.$^*+-]+")
TOKEN = re.compile(r"[\w.$]+|[^\w\s]|\n *| +")
LONGEST = 20_000
"""A damaged file that grows past this is cut: size is tried elsewhere."""
NUMBERS = (
    "0", "-1", "1", "2", "3", "1e400", "-1e400", "1e-400", "1e308", "4e9", "1000000000", "2147483648", "9" * 30, "9" * 50,
    "0.1", ".5", "1e-300", "-0.0", ".nan", ".inf", "nan", "inf", "0x10", "1_000", "9^9^9^9", "$(9^9^9)", "$(0/0)", "$(1/3)",
)  # fmt: skip
PIECES = (
    "{}", "[]", "{", "}", "[", "]", "- ", ": ", ":", ",", "#", "&a ", "*a", "!!int ", "|", ">", "'", '"', "%", "@", "`", "\t",
    "${", "$(", ")", "(", "?", "? ", "---\n", "...\n", "<<: ", "~", "null", "true", "\x00", "\x1b", "\u202e", "\u200b",
    "\ufeff", "\ud800", "\u2028", "\x85", "é", "中", "repeat: ", "repeat: 1000", "when: ", "from: ", "name: ", "$index",
    "$", "of: ", "weight: ", "**", "\r", "\r\n", "\\", "include: [net.yaml]\n", "input", "training", "previous", "same_as: ",
    "start: ", "mask: ", "chain: ", "formula: ", "graph: ", "blocks: ", "networks: ", "weights: ", "layers: ", "index",
)  # fmt: skip


class Choices(Protocol):
    """Where the decisions come from."""

    def below(self, count: int) -> int:
        """A whole number from 0, less than `count` (at least 1)."""
        ...


def _texts() -> tuple[str, ...]:
    found = [*(PACKAGE / "examples").rglob("*.yaml"), *(PACKAGE / "tests" / "language").glob("*.yaml")]
    return tuple(path.read_text(encoding="utf-8") for path in sorted(found))


TEXTS = _texts()
WORDS = tuple(sorted({word for text in TEXTS for word in WORD.findall(text)})) + NUMBERS + PIECES


def damaged(choices: Choices, texts: Sequence[str] = TEXTS) -> str:
    """One of the files after one to six changes."""
    text = texts[choices.below(len(texts))]
    for _ in range(1 + choices.below(6)):
        text = CHANGES[choices.below(len(CHANGES))](text, choices)[:LONGEST]
    return text


def _word_changed(text: str, choices: Choices) -> str:
    return _at(text, WORD, choices, WORDS[choices.below(len(WORDS))])


def _number_changed(text: str, choices: Choices) -> str:
    return _at(text, re.compile(r"-?\d[\d.e-]*"), choices, NUMBERS[choices.below(len(NUMBERS))])


def _token_cut(text: str, choices: Choices) -> str:
    return _at(text, TOKEN, choices, "")


def _token_doubled(text: str, choices: Choices) -> str:
    return _at(text, TOKEN, choices, None)


def _at(text: str, pattern: re.Pattern[str], choices: Choices, new: str | None) -> str:
    """One match replaced by `new`, or by itself twice."""
    spots = [found.span() for found in pattern.finditer(text)]
    if not spots:
        return text + (new or "")
    start, end = spots[choices.below(len(spots))]
    return text[:start] + (text[start:end] * 2 if new is None else new) + text[end:]


def _put_in(text: str, choices: Choices) -> str:
    at = choices.below(len(text) + 1)
    return text[:at] + WORDS[choices.below(len(WORDS))] + text[at:]


def _swapped(text: str, choices: Choices) -> str:
    """Two words change places."""
    spots = [found.span() for found in WORD.finditer(text)]
    if len(spots) < 2:
        return text
    first, second = sorted((choices.below(len(spots)), choices.below(len(spots))))
    (a, b), (c, d) = spots[first], spots[second]
    return text if first == second else text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _lines(text: str, choices: Choices) -> tuple[list[str], int]:
    lines = text.split("\n")
    return lines, choices.below(len(lines))


def _line_cut(text: str, choices: Choices) -> str:
    lines, at = _lines(text, choices)
    return "\n".join(lines[:at] + lines[at + 1 :])


def _line_doubled(text: str, choices: Choices) -> str:
    lines, at = _lines(text, choices)
    return "\n".join(lines[: at + 1] + lines[at:])


def _line_moved(text: str, choices: Choices) -> str:
    lines, at = _lines(text, choices)
    line = lines.pop(at)
    lines.insert(choices.below(len(lines) + 1), line)
    return "\n".join(lines)


def _indented(text: str, choices: Choices) -> str:
    """A line, and some after it, to the right or left."""
    lines, at = _lines(text, choices)
    by = choices.below(7) - 3
    for number in range(at, min(len(lines), at + 1 + choices.below(4))):
        line = lines[number]
        lines[number] = " " * by + line if by >= 0 else line[min(-by, len(line) - len(line.lstrip(" "))) :]
    return "\n".join(lines)


def _spliced(text: str, choices: Choices) -> str:
    """A few lines of any file put in."""
    other, start = _lines(TEXTS[choices.below(len(TEXTS))], choices)
    lines, at = _lines(text, choices)
    return "\n".join(lines[:at] + other[start : start + 1 + choices.below(6)] + lines[at:])


def _wrapped(text: str, choices: Choices) -> str:
    """A value within a list or table of its own, often several times."""
    opens, closes = (("[", "]"), ("{a: ", "}"), ("$(", ")"), ("(", ")"), ("{repeat: 99, chain: [", "]}"))[
        choices.below(5)
    ]
    times = (1, 2, 5, 40, 90)[choices.below(5)]
    spots = [found.span() for found in WORD.finditer(text)] or [(0, 0)]
    start, end = spots[choices.below(len(spots))]
    return text[:start] + opens * times + text[start:end] + closes * times + text[end:]


CHANGES: tuple[Callable[[str, Choices], str], ...] = (
    _word_changed, _word_changed, _word_changed, _number_changed, _token_cut, _token_doubled, _put_in, _swapped,
    _line_cut, _line_doubled, _line_moved, _indented, _spliced, _wrapped,
)  # fmt: skip
