"""A layer or tensor, a block or network, an option: another name, with all its uses."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from .data_schema import BUILTIN
from .edit_document import Document, Edit, Refused, Splice, shown
from .edit_entries import entry_at, with_beside
from .edit_names import Names
from .edit_numbers import steady
from .edit_parts import Address, Part
from .edit_uses import MAIN, Given
from .walk import AXES, LONGEST_NAME, NAME, PART, RESERVED


def rename(document: Document, place: Address | str, name: str) -> Edit:
    """Another name for what `place` says, with every use of it; a layer that had none gets one.

    `place` is a name that one body of the file gives, or the address of a layer, line, input, block, network
    or declared option.
    """
    names = Names(document)
    given = by_name(names, place) if isinstance(place, str) else None
    if given is not None:
        return document.edit(renamed(names, given, name))
    part = document.at(place)
    steps = part.address
    if len(steps) == 2 and steps[0] in ("blocks", "networks"):
        return document.edit(_part_renamed(names, part, name))
    if steps[-2:-1] == ("options",) and len(steps) in (2, 4):
        return document.edit(_option_renamed(names, part, name))
    given = names.given_by(part)
    if given is not None:
        return document.edit(renamed(names, given, name))
    entry = entry_at(document, part)
    if entry is None or entry.site.families[:1] != ("layer",):
        raise Refused(f"`{shown(steps)}` has no name to change")
    scope = scope_of(part)
    check_free(names, scope, name)
    return steady(document, document.edit(with_beside(entry, "name", name)))


def by_name(names: Names, name: str) -> Given | None:
    """What a name stands for, where one body alone gives it. Refused where several do."""
    found = [scope.names[name] for scope in names.scopes.values() if name in scope.names]
    if len(found) > 1 and names.given(MAIN, name) is None:
        where = ", ".join(f"`{shown(given.part.address)}`" for given in found)
        raise Refused(f"several layers are called `{name}`: {where}; say which by its address")
    return names.given(MAIN, name) or next(iter(found), None)


def scope_of(part: Part) -> Address:
    """The body that a part stands in."""
    steps = part.address
    return steps[:2] if steps[:1] in (("blocks",), ("networks",)) else MAIN


def check_free(names: Names, scope: Address, name: str) -> None:
    """Refused where a body cannot have a tensor of that name."""
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise Refused(f"`{name}` cannot be a name: small letters, digits and `_`, a letter first")
    if name in RESERVED or name in AXES:
        raise Refused(f"`{name}` is a word of the language and no name; `{name}_1` would do")
    if names.given(scope, name) is not None or (scope == MAIN and name in columns(names.document)):
        raise Refused(f"there is a `{name}` already; `{free_name(names, scope, name)}` is free")
    if name in names.scopes[scope].options:
        raise Refused(f"`{name}` is an option here; `{free_name(names, scope, name)}` is free")


def free_name(names: Names, scope: Address, name: str, besides: AbstractSet[str] = frozenset()) -> str:
    """The name, or the first of `name_2`, `name_3` … that nothing has and is not among `besides`."""
    stem, number = name.rstrip("0123456789").removesuffix("_") or name, 2
    taken = names.scopes[scope].names.keys() | names.scopes[scope].options | RESERVED | AXES | besides
    if scope == MAIN:
        taken |= columns(names.document)
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def columns(document: Document) -> set[str]:
    """The columns of a built-in set of data."""
    source = document.find(("data", "source"))
    word = source.text if source is not None and source.text else next(iter(source.inner), "") if source else ""
    found = set(BUILTIN[str(word)].columns) if word in BUILTIN else set()
    return found - {str(key) for key in getattr(document.find(("data", "fields")), "inner", {})}


def renamed(names: Names, given: Given, name: str) -> list[Splice]:
    """The splices of another name and all its uses."""
    if name == given.name:
        return []
    document = names.document
    in_fields = document.find(("data", "fields", given.name)) is not None
    if given.scope == MAIN and given.how == "input" and not in_fields and document.find("data") is not None:
        raise Refused(f"`{given.name}` is a column of the data, which has that name; name it under `data.fields`")
    check_free(names, given.scope, name)
    spans = set(given.spans)
    for use, number in names.of(given):
        spans.add(use.steps[number].span)
    return [_named(document, span, name) for span in sorted(spans)]


def _named(document: Document, span: tuple[int, int], name: str) -> Splice:
    start, end = span
    quoted = document.text[start] in "'\"" and end - start > 1
    return Splice(start + quoted, end - quoted, name)


def _part_renamed(names: Names, part: Part, name: str) -> list[Splice]:
    """A block or network, at every place where it is a kind and in selectors."""
    document, old = names.document, str(part.key)
    if not PART.fullmatch(name) or len(name) > LONGEST_NAME:
        raise Refused(f"`{name}` cannot be the name of a part: letters and digits, a capital first")
    if any(scope[1:] == (name,) for scope in names.scopes) and name != old:
        raise Refused(f"there is a part `{name}` already")
    spans = {part.key_span, *(span for kind, span in names.kinds if kind == old)}
    spans |= {use.steps[0].span for use in names.uses if use.steps[0].text == old and use.how == "selector"}
    return [_named(document, span, name) for span in sorted(spans)]


def _option_renamed(names: Names, part: Part, name: str) -> list[Splice]:
    """A declared option of the file or of a block."""
    document, old = names.document, str(part.key)
    scope = scope_of(part)
    if not NAME.fullmatch(name) or name in RESERVED:
        raise Refused(f"`{name}` cannot be the name of an option: small letters, digits and `_`, a letter first")
    if name in names.scopes[scope].options or names.given(scope, name) is not None:
        raise Refused(f"there is a `{name}` here already")
    scopes = {scope} | ({s for s in names.scopes if s[:1] == ("networks",)} if scope == MAIN else set())
    spans = {part.key_span}
    for use in names.uses:
        if use.how == "option" and use.scope in scopes and use.steps[0].text == old:
            spans.add(use.steps[0].span)
        if use.how == "set" and use.scope == scope and use.steps[0].text == old:
            spans.add(use.steps[0].span)
    spans |= _studied(document, old) if scope == MAIN else set()
    return [_named(document, span, name) for span in sorted(spans)]


def _studied(document: Document, option: str) -> set[tuple[int, int]]:
    varied = document.find(("study", "vary", option))
    return {varied.key_span} if varied is not None else set()
