"""What a layer reads: by name, or what stands before it."""

from __future__ import annotations

from collections.abc import Sequence

from .edit_entries import EntryPart
from .edit_names import Names
from .edit_parts import Part
from .edit_uses import Use

Reads = str | Sequence[str]


def explicit_reads(entry: EntryPart) -> Reads | None:
    """The names that an entry says it reads, one or several; None where it reads what stands before it."""
    part = entry.beside("from")
    if part is None and entry.reads_after_kind:
        part = entry.alone
    if part is None:
        return None
    if part.is_list:
        return [item.text or "" for item in part.items]
    return part.text


def formula_sources(names: Names, part: Part) -> list[Use]:
    """The tensors that a formula reads, in order."""
    return [use for use in names.uses if use.part is part and use.how == "tensor"]


def names_read(reads: Reads) -> list[str]:
    """The names in the order they are read, be it one or several."""
    return [reads] if isinstance(reads, str) else list(reads)
