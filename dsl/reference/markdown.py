"""Markdown by parts: tables, code, links, and how limits, types and defaults of options are said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..kinds.kind import REQUIRED, Option
from ..kinds.values import Chosen, Quantity, WeightsSpec

LINK = re.compile(r"\[([^\]\[]+)\]\([^)\s]*\.md(?:#[^)\s]*)?\)")
MARKED = re.compile(r"^```yaml .*$", re.MULTILINE)
HUGE = 2**31 - 1
TYPES = {
    "int": "whole number",
    "number": "number",
    "text": "text",
    "bool": "true or false",
    "choice": "a word",
    "shape": "list of sizes",
    "ints": "whole numbers",
    "activation": "activation",
    "weights": "weights",
    "live": "live number",
    "schedulable": "live number",
    "tensor": "tensor",
    "list": "list",
    "any": "see help",
    "margin": "a word, or whole numbers",
    "quantity": "quantity",
    "groups": "list of tables",
}
PAGES = {
    "activation": "activations/README.md",
    "weights": "weights.md",
    "live": "live_numbers/README.md",
    "schedulable": "live_numbers/README.md",
    "quantity": "live_numbers/README.md",
}
"""Where the types that have a page of their own are told, below docs/language/."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars within cells are kept from parting them."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str, language: str = "") -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def ticked(text: object) -> str:
    """`text` as code."""
    return f"`{text}`"


def page(*parts: str) -> str:
    """Parts one below the other with an empty line between; empty parts fall away."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def without_links(text: str) -> str:
    """Links to other pages become their words, and marks of examples go: for a terminal, where nothing is followed."""
    return MARKED.sub("```yaml", LINK.sub(r"\1", text))


def type_of(option: Option, up: str = "") -> str:
    """The option's type in words; `up` leads to docs/language/."""
    said = TYPES.get(option.type, option.type)
    link = PAGES.get(option.type)
    return f"[{said}]({up}{link})" if link else said


def default_of(option: Option) -> str:
    """The default as it would be written."""
    if option.default is REQUIRED:
        return "needed"
    if isinstance(option.default, WeightsSpec):
        return "`0`" if option.name == "bias" else "the layer's own"
    return "none" if option.default is None else ticked(written(option.default))


def written(value: object) -> str:
    """A value as the language writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Chosen):
        return f"{value.options['value']:g}" if value.kind == "constant" else value.kind
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, tuple):
        return str(value[0]) if len(value) == 1 else f"[{', '.join(map(written, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def limits_of(option: Option) -> str:
    """The limits in words: `at least 1`, `0 to 1, 1 not included`, the words of a choice, the units of a quantity."""
    if option.type == "choice":
        return ", ".join(map(ticked, option.choices))
    limits = _range(option)
    if option.type == "quantity":
        return "; ".join(part for part in (f"in {', '.join(map(ticked, option.choices))}", limits) if part)
    return limits


def _range(option: Option) -> str:
    low, high = option.low, option.high if option.high is not None and option.high < HUGE else None
    if low is None:
        return "" if high is None else f"{'below' if option.open_high else 'at most'} {high:,g}"
    if high is None:
        return f"{'above' if option.open_low else 'at least'} {low:g}"
    closed = [f"{limit:g}" for limit, is_open in ((low, option.open_low), (high, option.open_high)) if is_open]
    apart = f", {' and '.join(closed)} not included" if closed else ""
    return f"{low:g} to {high:,g}".replace(",", " ") + apart


def options_table(options: Iterable[Option], up: str = "") -> str:
    """Name, type, default, limits and help of each option."""
    return table(
        ("option", "type", "default", "limits", "what it is"),
        (
            (
                ticked(option.name), type_of(option, up), default_of(option), limits_of(option),
                (option.help or "") + (" *(not built yet)*" if option.later else ""),
            )
            for option in options
        ),
    )  # fmt: skip
