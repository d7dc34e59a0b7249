"""What is typed into a field: read as YAML, checked by the language's own rules, and made a value for the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ...dsl.diagnostics import Diagnostics
from ...dsl.edit import Document
from ...dsl.edit_parts import Part
from ...dsl.edit_write import Value, value_of
from ...dsl.entries import Site, entries
from ...dsl.formula import FormulaMistake
from ...dsl.formula_parser import parse
from ...dsl.kinds.computed import Scope
from ...dsl.kinds.kind import REQUIRED, Option, OptionType
from ...dsl.kinds.resolve import read_option, resolve
from ...dsl.kinds.tables import suggest
from ...dsl.places import Place
from ...dsl.tree import Scalar, Sequence, Table, Tree
from ...dsl.walk import NAME, PATH, SELECTOR, Walk
from .several_lines import behind_key

HERE = Place("", 1, 1)
KEY = "typed"
BARE_ENTRY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*: +\S")
FORMULAS = ("when", "where")
WORDS = {"name": "text", "from": "any", "when": "any", "where": "any", "repeat": "any", "of": "any", "weight": "live"}
"""The words of the wiring, with the type of option that each is closest to."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text in a field comes to. `value` is None where nothing was typed: the option is taken away.

    `remark` says what is wrong and the way out, or is empty. `result` is what the language reads: a number, a
    tuple, an `Activation`; UNKNOWN for what hangs on options.
    """

    value: Value | None
    remark: str = ""
    tree: Tree | None = field(default=None, repr=False)
    result: object = None

    @property
    def good(self) -> bool:
        """Whether it may be written."""
        return not self.remark


def typed(text: str, option: Option, scope: Scope) -> Typed:
    """The text as a value of an option; nothing at all takes the option away."""
    text = text.strip("\n") if "\n" in text.strip() else text.strip()
    if not text:
        needed = option.default is REQUIRED
        return Typed(None, f"{option.name} is needed{': ' + option.help if option.help else ''}." if needed else "")
    part, problem = _part(text)
    if part is None:
        return Typed(None, problem)
    value, tree = value_of(part, part_text(text)), part.tree
    if (check := WIRED.get(option.name)) is not None and option.type == WORDS[option.name]:
        return Typed(value, check(tree), tree)
    remarks = Diagnostics()
    result = read_option(option, tree, scope, remarks)
    return Typed(value, _first(remarks), tree, result)


def typed_entries(text: str, option: Option, site: Site, scope: Scope) -> Typed:
    """The text as an entry, or a list of entries, of the kinds that may stand there: `mse`, `{adam: 0.01}`, and
    without its braces `adam: 0.01`."""
    bare = BARE_ENTRY.match(text.strip()) and "\n" not in text.strip()
    found = typed(f"{{{text.strip()}}}" if bare else text, option, scope)
    if not found.good or found.tree is None:
        return found
    remarks = Diagnostics()
    for one in entries(found.tree, site, Walk(remarks)):
        kind = site.find(one.kind)
        if kind is None:
            way = suggest(one.kind, *site.families)
            remarks.error("E101", one.kind_place, f"there is no {site.what.split()[-1]} `{one.kind}`", way)
        else:
            resolve(kind, one, scope, remarks)
    return replace(found, remark=_first(remarks))


def part_text(text: str) -> str:
    """The file of one key in which a typed text is read, of one line or several."""
    return f"{KEY}:{behind_key(text)}\n"


def _part(text: str) -> tuple[Part | None, str]:
    """The text as a part of a file of its own, or what keeps it from being read."""
    document = Document(part_text(text))
    if document.diagnostics.errors:
        if "\n" in text:
            return None, _where(document)
        return None, f"`{text}` cannot be read as a value. A text with signs in it stands in quotes."
    part = document.find((KEY,))
    if part is None:
        return None, "This cannot be read as a value."
    if "\n" not in text and part.end < len(KEY) + 2 + len(text):
        return None, "`#` begins a comment. Put the text in quotes."
    return part, ""


def _where(document: Document) -> str:
    """What keeps a text of several lines from being read, and in which of them."""
    first = document.diagnostics.errors[0]
    line = first.place.line - document.text.startswith(f"{KEY}:\n")
    return f"line {max(line, 1)}: {sentence(first.message, first.suggestion)}"


def _first(remarks: Diagnostics) -> str:
    """The first mistake as a sentence, with its way out."""
    first = next(iter(remarks.errors), None)
    return sentence(first.message, first.suggestion) if first is not None else ""


def sentence(message: str, way: str | None) -> str:
    """A remark and its way out, one after the other."""
    told = message if message.endswith((".", "!", "?")) else f"{message}."
    return f"{told} {way}" if way else told


def _name(tree: Tree) -> str:
    good = isinstance(tree, Scalar) and NAME.fullmatch(tree.text)
    return "" if good else "A name begins with a small letter, then letters, digits and _. Write `hidden1`."


def _paths(pattern: re.Pattern[str], what: str) -> Callable[[Tree], str]:
    def check(tree: Tree) -> str:
        found = tree.items if isinstance(tree, Sequence) else (tree,)
        for item in found:
            if not isinstance(item, Scalar) or not pattern.fullmatch(item.text):
                return f"Here stands {what}, or a list of them: `left`, `[left, right]`."
        return "" if found else f"Here stands {what}. Empty the field to take it away."

    return check


def _formula(tree: Tree) -> str:
    if isinstance(tree, Table):
        return "A formula is wanted, and this is a table. Write `stride != 1`."
    if not isinstance(tree, Scalar):
        return "A formula is wanted, and this is a list. Write `stride != 1`."
    if isinstance(tree.value, bool):
        return ""
    if isinstance(tree.value, int | float):
        return "A number is neither true nor false. Compare it: `stride != 1`."
    text = tree.text
    inner = text[2:-1] if text.startswith("$(") and text.endswith(")") else text
    try:
        parse(inner, HERE)
    except FormulaMistake as mistake:
        return sentence(mistake.message, mistake.suggestion)
    return ""


def _repeat(tree: Tree) -> str:
    if isinstance(tree, Table):
        lists = [item.items for item in tree.items.values() if isinstance(item, Sequence)]
        good = len(lists) == len(tree.items) and len({len(items) for items in lists}) == 1
        return "" if good else "Lists of one length are walked: `{filters: [16, 32]}`."
    if isinstance(tree, Scalar) and (tree.text.startswith("$") or _counts(tree.value)):
        return ""
    return "A count from 1, or lists: `3`, `{filters: [16, 32]}`."


def _counts(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


WIRED: dict[str, Callable[[Tree], str]] = {
    "name": _name,
    "from": _paths(PATH, "the name of a layer"),
    "of": _paths(SELECTOR, "a selector of weights"),
    "when": _formula,
    "where": _formula,
    "repeat": _repeat,
}


def stepped(text: str, option: Option, by: int) -> str | None:
    """A number `by` steps further, within its limits; None for what is no number.

    Whole numbers go by 1, powers of two of 8 and more by doubling; others by a 1 in their second digit.
    """
    try:
        value = float(text)
    except ValueError:
        return None
    whole = option.type in ("int", "ints", "margin") or (option.type == "any" and value.is_integer())
    found = _whole_step(int(value), by, option) if whole else _fine_step(value, by)
    if option.low is not None and (found < option.low or (option.open_low and found <= option.low)):
        return None
    if option.high is not None and (found > option.high or (option.open_high and found >= option.high)):
        return None
    return str(int(found)) if whole else f"{found:.6g}"


POWERS = 8


def _whole_step(value: int, by: int, option: Option) -> int:
    power = value >= POWERS and value & (value - 1) == 0 and option.name in DOUBLED
    return (value * 2 if by > 0 else value // 2) if power else value + by


DOUBLED = frozenset({"units", "filters", "batch", "size", "classes", "heads"})
"""Whole numbers that people try in powers of two."""


def _fine_step(value: float, by: int) -> float:
    if value == 0:
        return 0.1 * by
    digits = f"{abs(value):e}"
    exponent = int(digits.partition("e")[2])
    leading = abs(value) / 10**exponent
    down = exponent - 1 if round(leading, 6) == 1 and (by < 0) is (value > 0) else exponent
    return round(value + by * 10.0**down, 12 - min(0, down))


def of_type(name: str, kind: OptionType, help_: str = "", default: object = None) -> Option:
    """An option that no table has: a word of the wiring, a key of a section."""
    return Option(name, kind, default, help_)
