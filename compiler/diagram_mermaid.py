"""A picture as Mermaid text, which many sites draw where it stands in a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from .diagram import Box, Family, Group, Item, Link, Picture, once
from .diagram_looks import LOOKS, Theme, heat
from .diagram_overlay import hottest, warmth
from .diagram_repeats import each
from .diagram_words import costs_in_words, cut, spent_in_words, title, wrapped

FORMS: dict[Family, tuple[str, str]] = {
    "data": ("([", "])"), "output": ("([", "])"), "join": ("((", "))"), "loss": ("{{", "}}"),
    "block": ("[[", "]]"),
}  # fmt: skip
LINES = {"data": "-->", "skip": "==>", "aim": "-.->", "kept": "-.->"}
SIGNS = {"add": "+", "multiply": "×"}


def mermaid_text(picture: Picture, theme: Theme = "light", *, across: bool = False) -> str:
    """The whole flowchart; the same picture always gives the same text."""
    names = {box.id: f"n{number}" for number, box in enumerate(picture.boxes)}
    look = LOOKS[theme]
    lines = ["---", f"title: {json.dumps(cut(picture.name, 60))}", "---", f"flowchart {'LR' if across else 'TD'}"]
    lines += _items(picture.items, names, 1, [0])
    lines += [f"  {_link(link, names)}" for link in once(picture.links)]
    used = dict.fromkeys(box.family for box in picture.boxes)
    for family in used:
        colours = look.families[family]
        dashes = ",stroke-dasharray:5 3" if family == "loss" else ""
        lines.append(f"  classDef {family} fill:{colours.fill},stroke:{colours.edge},color:{look.ink}{dashes}")
    if picture.heat:
        most = hottest(picture.boxes)
        lines += [f"  style {names[box.id]} fill:{heat(look.paper, warmth(box, most))}" for box in picture.boxes]
    return "\n".join([*lines, ""])


def _items(items: Iterable[Item], names: dict[str, str], depth: int, groups: list[int]) -> Iterator[str]:
    pad = "  " * depth
    for item in items:
        if isinstance(item, Box):
            first, last = FORMS.get(item.family, ("(", ")")) if item.family != "join" or not item.activation else "()"
            yield f'{pad}{names[item.id]}{first}"{_label(item)}"{last}:::{item.family}'
            continue
        groups[0] += 1
        yield f'{pad}subgraph g{groups[0]} ["{_title(item)}"]'
        yield from _items(item.items, names, depth + 1, groups)
        yield f"{pad}end"


def _title(group: Group) -> str:
    return escaped(cut("  ".join(filter(None, title(group))), 60))


def _label(box: Box) -> str:
    strong, kind = title(box)
    if box.family == "join":
        times = f"{box.repeat} × " if box.repeat > 1 else ""
        return times + " ".join(filter(None, (SIGNS.get(box.kind, escaped(box.kind)), escaped(box.activation))))
    name = f"<b>{escaped(cut(strong))}</b> {escaped(kind)}".strip()
    lines = [*wrapped(box.detail), *wrapped(box.note)]
    lines += [costs_in_words(box) + each(box)] if costs_in_words(box) else []
    lines += [spent_in_words(box) + each(box)] if box.spent else []
    lines += [cut(f"shares {box.shared}")] if box.shared else []
    return "<br/>".join([name, *(f"<small>{escaped(line)}</small>" for line in lines)])


def _link(link: Link, names: dict[str, str]) -> str:
    words = link.label if link.role == "aim" else link.text
    text = f'|"{escaped(cut(words))}"|' if words else ""
    return f"{names[link.source]} {LINES[link.role]}{text} {names[link.target]}"


def escaped(text: str) -> str:
    """Any text as Mermaid shows it: signs that mean something to it, or to HTML, by their numbers."""
    return re.sub(r"""["#<>&`\\|\[\](){};]""", lambda sign: f"#{ord(sign[0])};", text)
