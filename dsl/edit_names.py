"""What a path stands for: names looked up in their bodies, and every use of a name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from .edit_document import Document
from .edit_entries import entry_at
from .edit_parts import Address, Part
from .edit_uses import Given, Scope, Use, Uses


@lru_cache(maxsize=4)
def names_of(document: Document) -> Names:
    """The names of a document, which several steps of one edit ask for."""
    return Names(document)


class Names:
    """All names and uses of a document, found in one walk."""

    def __init__(self, document: Document) -> None:
        found = Uses(document)
        self.document = document
        self.scopes: dict[Address, Scope] = found.scopes
        self.kinds = found.kinds
        self.uses = found.uses

    def given(self, scope: Address, name: str) -> Given | None:
        found = self.scopes.get(scope)
        return found.names.get(name) if found is not None else None

    def given_by(self, part: Part) -> Given | None:
        """The name that an entry or line gives."""
        return next((g for scope in self.scopes.values() for g in scope.names.values() if g.part is part), None)

    def of(self, given: Given) -> Iterator[tuple[Use, int]]:
        """Every use of a name, with the number of the step that stands for it."""
        for use in self.uses:
            for number, found in self.resolved(use):
                if found is given:
                    yield use, number

    def resolved(self, use: Use) -> Iterator[tuple[int, Given]]:
        """The steps of a use that stand for given names."""
        scope: Address | None = use.scope if use.how not in ("option", "set") else None
        star = False
        for number, step in enumerate(use.steps):
            if "*" in step.text:
                star = True
            elif scope is not None and (given := self.given(scope, step.text)) is not None:
                yield number, given
                scope, star = self._behind(given), False
            elif scope is not None and number == 0 and (inner := self.section(step.text)) is not None:
                scope = inner
            elif star and (found := self._anywhere(step.text)) is not None:
                yield number, found
                scope, star = self._behind(found), False
            elif not step.text.isdigit() and not step.text.startswith("$"):
                scope = None

    def _behind(self, given: Given) -> Address | None:
        """The body that a path goes on in after a name."""
        found = entry_at(self.document, given.part) if given.how in ("name", "line") else None
        return self.section(found.kind) if found is not None else None

    def section(self, kind: str) -> Address | None:
        """The body of a block or network."""
        return next((scope for scope in self.scopes if scope[1:] == (kind,)), None)

    def _anywhere(self, name: str) -> Given | None:
        """The only one of all bodies' names that is called so."""
        found = [scope.names[name] for scope in self.scopes.values() if name in scope.names]
        return found[0] if len(found) == 1 else None
