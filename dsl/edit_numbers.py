"""Layers without a name go by kind and number, `dense2`: paths that use such a name keep their layer."""

from __future__ import annotations

from collections.abc import Iterator

from .edit_document import Document, Edit, Refused, Splice, composed
from .edit_entries import EntryPart, entry_at
from .edit_names import Names, names_of
from .edit_parts import Address, Part
from .edit_uses import MAIN, Use

BODIES = ("blocks", "networks")


class Numbers:
    """The names by kind and number that a file's chains give, as far as no condition or count makes them unsure."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.parts: dict[tuple[Address, str], Part] = {}
        self.names: dict[int, str] = {}
        """By the place where a layer begins."""
        root = document.root
        bodies: list[tuple[Address, Part]] = [(MAIN, root.inner[key]) for key in ("network",) if key in root.inner]
        for section in BODIES:
            found = root.inner.get(section)
            bodies += [((section, str(name)), part) for name, part in (found.inner.items() if found else ())]
        for scope, body in bodies:
            self._body(body, scope)
        if "graph" in root.inner:
            self._lines(root.inner["graph"], MAIN)

    def _body(self, body: Part, scope: Address) -> None:
        if "layers" in body.inner and body.inner["layers"].is_list:
            self._chain(body.inner["layers"], scope, "", {})
        if "graph" in body.inner:
            self._lines(body.inner["graph"], scope)

    def _lines(self, graph: Part, scope: Address) -> None:
        for name, line in graph.inner.items():
            if line.is_list:
                self._chain(line, scope, f"{name}.", {})

    def _chain(self, chain: Part, scope: Address, group: str, counts: dict[str, int | None]) -> None:
        """Count the entries of each kind; None from where on the number is not sure."""
        for item in chain.items:
            entry = entry_at(self.document, item)
            if entry is None:
                continue
            unsure = entry.beside("when") is not None or entry.beside("repeat") is not None
            if entry.kind != "chain":
                self._count(entry, scope, group, counts, unsure)
            for branch in entry.options.values() if entry.alone is None else (entry.alone,):
                if branch.is_list and entry_at_all(self.document, branch):
                    self._chain(branch, scope, group, counts)
                    if unsure:
                        counts.update(dict.fromkeys(counts))

    def _count(self, entry: EntryPart, scope: Address, group: str, counts: dict[str, int | None], unsure: bool) -> None:
        number = counts.get(entry.kind, 0)
        counts[entry.kind] = None if number is None or unsure else number + 1
        if number is not None and entry.beside("name") is None:
            name = f"{entry.kind}{number + 1}"
            self.parts[scope, group + name] = entry.part
            self.names[entry.part.start] = name

    def used(self, names: Names) -> Iterator[tuple[Use, int, Part]]:
        """The uses of such names, each with the number of the step, and the layer."""
        for use in names.uses:
            if use.how in ("tensor", "size", "selector"):
                yield from self._in_path(names, use)

    def _in_path(self, names: Names, use: Use) -> Iterator[tuple[Use, int, Part]]:
        scope: Address | None = use.scope
        group = ""
        for number, step in enumerate(use.steps):
            if scope is None:
                return
            given = names.given(scope, step.text)
            part = given.part if given is not None else self.parts.get((scope, group + step.text))
            if given is None and part is not None:
                yield use, number, part
            if part is None:
                inner = names.section(step.text) if not number else None
                scope = inner if inner is not None or not step.text.isdigit() else scope
                continue
            group = f"{step.text}." if part.is_list else ""
            entry = entry_at(self.document, part)
            inner = names.section(entry.kind) if entry is not None else None
            scope = inner if inner is not None else (scope if group else None)


def entry_at_all(document: Document, branch: Part) -> bool:
    """Whether a list holds entries."""
    return any(entry_at(document, item) is not None for item in branch.items)


def steady(document: Document, edit: Edit) -> Edit:
    """The edit, with paths written anew that name a layer by a number which it changes. Refused where such a
    layer goes, or to another place.
    """
    used = list(Numbers(document).used(names_of(document)))
    if not used:
        return edit
    after = document.apply(edit)
    numbers, splices = Numbers(after), list[Splice]()
    entries = {part.start: entry for part in after.root.walk() if (entry := entry_at(after, part)) is not None}
    for use, number, part in used:
        start, end = (_moved(edit, at) for at in use.steps[number].span)
        old = use.steps[number].text
        if start is None or end is None or after.text[start:end] != old:
            continue
        at = _moved(edit, part.start)
        entry = entries.get(at) if at is not None else None
        named = entry.beside("name") if entry is not None else None
        new = named.text if named is not None else numbers.names.get(at if at is not None else -1)
        if new is None:
            line = document.text.count("\n", 0, use.part.start) + 1
            raise Refused(
                f"`{use.text}` in line {line} names a layer by its number, which changes; give it a name first"
            )
        if new != old:
            splices.append(Splice(start, end, new))
    return composed(document, edit, after.edit(splices)) if splices else edit


def _moved(edit: Edit, at: int) -> int | None:
    """Where a character is after an edit; None where it was taken out."""
    by = 0
    for splice in edit.splices:
        if splice.start > at or (splice.start == at and splice.end > at):
            break
        if at < splice.end:
            return None
        by += len(splice.text) - (splice.end - splice.start)
    return at + by
