"""A place in a list or graph, found again after an edit."""

from __future__ import annotations

from copy import copy

from ...dsl.edit import Document
from ...dsl.edit_parts import Part


class Spot:
    """So many items behind another in the list or graph that holds it."""

    def __init__(self, beside: Part, place: int) -> None:
        self._around = beside.parent.address if beside.parent is not None else ()
        self._place = place

    def before(self) -> Spot:
        """The place before it."""
        other = copy(self)
        other._place = max(0, self._place - 1)
        return other

    def part(self, document: Document) -> Part | None:
        """What stands there in a document."""
        around = document.find(self._around)
        items = around.items if around is not None else ()
        return items[self._place] if self._place < len(items) else None
