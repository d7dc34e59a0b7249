"""Which remarks a kind can bring: out of the types of its options, its sizes, and what is told of it."""

from __future__ import annotations

from ..codes import CODES
from ..kinds.kind import REQUIRED, Kind, Option
from ..kinds.sizes import pass_through
from .markdown import table
from .told import Told

OF_TYPE = {
    "int": ("E104", "E131"),
    "shape": ("E104", "E131"),
    "ints": ("E104", "E131"),
    "choice": ("E106",),
    "live": ("E104", "E108", "E109"),
    "schedulable": ("E104", "E108", "E109"),
    "quantity": ("E109",),
    "weights": ("E101", "E110", "E209"),
    "activation": ("E101",),
    "tensor": ("E202",),
}


def codes_of(kind: Kind, told: Told | None) -> list[str]:
    """The codes, each once, in order. Those that any entry can bring (E020 to E029) are left out."""
    found = {"E102"} if "open" not in kind.traits else set[str]()
    for option in kind.options:
        found.update(_of_option(option))
    if kind.main is None and (kind.options or kind.tensors) and kind.family not in ("layer", "joiner", "activation"):
        found.add("E107")
    if kind.sizes is not None and kind.sizes is not pass_through:
        found.add("E201")
    if kind.tensors:
        found.add("E202")
    if "later" in kind.traits:
        found.add("E300" if kind.family == "source" else "E299")
    return sorted(found | set(told.codes if told else ()), key=lambda code: (code[0] == "W", code))


def _of_option(option: Option) -> set[str]:
    found = set(OF_TYPE.get(option.type, ("E104",)))
    if option.default is REQUIRED:
        found.add("E103")
    if option.low is not None or option.high is not None:
        found.add("E105")
    if option.later:
        found.add("E299")
    return found


def remarks_table(codes: list[str], up: str) -> str:
    """Each code with its title; `up` leads to docs/language/."""
    return table(("code", "when"), ((f"[{code}]({up}errors.md#{code.lower()})", CODES[code].title) for code in codes))
