"""What settles a remark on meaning: an edit of the layer, the input or the body that it is about.

Here are the remarks with one way out that is right in every file. The edit is that of the designer's commands, so
wiring and comments stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from .diagnostics import Diagnostic
from .edit import (
    Document,
    Edit,
    Refused,
    composed,
    entry_of,
    insert,
    insert_before,
    replace_kind,
    set_option,
    set_value,
    unset_option,
)
from .edit_parts import Part
from .layout_fixes import Made
from .tree import Scalar

CHAIN = ("network", "layers")
UNITS = re.compile(r"Give `[^`]+` (\d+) units\.")
SCORES = re.compile(r"Add `flatten` and `dense: (\d+)`\.")
CURVE = re.compile(r"Write `- (\w+)`: an activation is a layer of its own\.")
LAST = re.compile(r"Add `dense: (\d+)` at the end\.")
TAKEN = re.compile(r"Take \w+ away from the last layer\.")
SHAPE = re.compile(r"Write `[\w.]+: \[([\d, ]+)\]`, or leave the shape out\.")
OUTPUT = re.compile(r"Add `output: ([\w.]+)`\.")


@lru_cache(maxsize=2)
def _read(text: str) -> Document:
    return Document(text)


def edited(remark: Diagnostic, text: str) -> Made | None:
    """The change of a text that settles a remark; None where there is none, or it needs a decision."""
    make = BY_EDIT.get(remark.code)
    if make is None:
        return None
    try:
        document = _read(text)
        edit = make(remark, document, _part(remark, document))
    except Refused:
        return None
    return None if edit is None else _one(document, edit)


def _part(remark: Diagnostic, document: Document) -> Part | None:
    """The outermost part, or else the key, that begins where a remark points."""
    lines = document.text.split("\n")[: remark.place.line - 1]
    at = sum(len(line) + 1 for line in lines) + remark.place.column - 1
    found = [part for part in document.root.walk() if part.parent is not None and at in (part.start, part.begin)]
    return found[0] if found else None


def _one(document: Document, edit: Edit) -> Made | None:
    """All splices of an edit as one change."""
    if not edit.splices:
        return None
    start, end = edit.splices[0].start, edit.splices[-1].end
    new, at = "", start
    for splice in edit.splices:
        new += document.text[at : splice.start] + splice.text
        at = splice.end
    line = document.text.count("\n", 0, start)
    return Made(line, start - (document.text.rfind("\n", 0, start) + 1), document.text[start:end], new)


def _scores(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """A picture read as it is: `flatten` before the layer. No row of scores: `flatten` and `dense` at the end."""
    way = remark.suggestion or ""
    if way == "Put `- flatten` before it." and part is not None:
        entry = entry_of(document, part)
        return None if entry is None else insert_before(document, entry.part.address, "flatten")
    wanted, chain = SCORES.fullmatch(way), document.find(CHAIN)
    given_out = document.find(("network", "output"))
    if wanted is None or chain is None or not chain.is_list or not chain.items or given_out is not None:
        return None
    first = insert(document, CHAIN, len(chain.items), "flatten")
    after = document.apply(first)
    return composed(document, first, insert(after, CHAIN, len(chain.items) + 1, {"dense": int(wanted[1])}))


def _units(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """As many outputs as there are classes, where the layer says a number of them itself."""
    wanted = UNITS.fullmatch(remark.suggestion or "")
    entry = entry_of(document, part) if part is not None else None
    if entry is None and part is not None and part.parent is not None:
        entry = entry_of(document, part.parent)
    if wanted is None or entry is None or entry.known is None or entry.known.option("units") is None:
        return None
    given = entry.options.get("units") or (entry.alone if entry.main == "units" else None)
    counted = given is not None and isinstance(given.tree, Scalar) and isinstance(given.tree.value, int)
    return set_option(document, entry.part.address, "units", int(wanted[1])) if counted else None


def _last(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """A layer of scores behind the last one, where that says no number of outputs."""
    wanted, chain = LAST.fullmatch(remark.suggestion or ""), document.find(CHAIN)
    if wanted is None or part is None or chain is None or not chain.is_list or part.parent is not chain:
        return None
    if part is not chain.items[-1] or document.find(("network", "output")) is not None:
        return None
    return insert(document, CHAIN, len(chain.items), {"dense": int(wanted[1])})


def _bias(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """A layer whose bias has no effect goes without."""
    if part is None or remark.suggestion != "Add `bias: false`.":
        return None
    # the remark is on the layer, or on the option where that is written
    entry = entry_of(document, part) or (entry_of(document, part.parent) if part.parent is not None else None)
    known = entry.known if entry is not None else None
    if entry is None or known is None or known.option("bias") is None:
        return None
    return set_option(document, entry.part.address, "bias", False)


def _curve(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """`activation: relu` in a list of layers."""
    wanted = CURVE.fullmatch(remark.suggestion or "")
    entry = entry_of(document, part) if wanted is not None and part is not None else None
    return None if wanted is None or entry is None else replace_kind(document, entry.part.address, wanted[1])


def _linear(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """The activation of the last layer taken away, where the layer names it."""
    if part is None or not TAKEN.fullmatch(remark.suggestion or ""):
        return None
    around: Part | None = part
    while around is not None:
        entry = entry_of(document, around)
        if entry is not None and "activation" in entry.options:
            return unset_option(document, entry.part.address, "activation")
        around = around.parent
    return None


def _shape(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """An input of the shape that the data has."""
    wanted = SHAPE.fullmatch(remark.suggestion or "")
    if wanted is None or part is None or not (part.parent and part.parent.key == "inputs"):
        return None
    return set_value(document, part.address, [int(size) for size in wanted[1].split(",")])


def _output(remark: Diagnostic, document: Document, part: Part | None) -> Edit | None:
    """The last line of a graph given out, where nothing says which one is."""
    wanted = OUTPUT.fullmatch(remark.suggestion or "")
    graph = document.find(("network", "graph"))
    if wanted is None or graph is None or part is None or part not in (graph, graph.parent):
        return None
    return set_value(document, ("network", "output"), wanted[1])


BY_EDIT: dict[str, Callable[[Diagnostic, Document, Part | None], Edit | None]] = {
    "E101": _curve, "E205": _output, "E223": _scores, "E224": _units, "E225": _linear, "E232": _shape, "W212": _bias, "W224": _last,
}  # fmt: skip
