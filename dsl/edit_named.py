"""Names for layers that go by kind and number, `relu2`: what reads them by a name then stays as it is whatever is
put before them, and they can be wrapped and deleted as named layers are."""

from __future__ import annotations

from collections.abc import Iterable

from .edit_document import Document, Edit, composed
from .edit_entries import entry_at
from .edit_names import Names
from .edit_numbers import Numbers
from .edit_parts import Part
from .edit_rename import free_name, rename, scope_of


def named(document: Document, parts: Iterable[Part]) -> tuple[Edit, dict[str, str]]:
    """Give those of the layers that go by kind and number a name, with all uses of the number turned into it.

    Also gives what each was called and is called now. The addresses of all layers stay.
    """
    numbers, steps, after = Numbers(document), list[Edit](), document
    found = dict[str, str]()
    for part in parts:
        old, entry = numbers.names.get(part.start), entry_at(document, part)
        if old is None or entry is None or old in found:
            continue
        found[old] = free_name(Names(after), scope_of(part), f"{entry.kind.lower()}_1")
        steps.append(rename(after, part.address, found[old]))
        after = after.apply(steps[-1])
    return composed(document, *steps), found


def named_where_used(document: Document, parts: Iterable[Part]) -> Edit:
    """Give those of the layers, and of the layers within them, a name that something calls by their number."""
    used = [part for _, _, part in Numbers(document).used(Names(document))]
    wanted = tuple(parts)
    inside = [one for one in used if any(part.start <= one.start and one.end <= part.end for part in wanted)]
    return named(document, inside)[0]
