"""What a value at some place of a file may speak of: options after `$`, names of tensors."""

from __future__ import annotations

from collections.abc import Iterator

from ...dsl.edit import Document
from ...dsl.edit_parts import Address, Part
from ...dsl.formula import UNKNOWN, FormulaMistake
from ...dsl.kinds.computed import Scope, value_of
from ...dsl.tree import Table

ALWAYS = ("index", "step", "training")
MOST_NAMES = 200


def scope_at(document: Document, address: Address) -> Scope:
    """The names that `$` reads there. A block sees its own options, whose values are not known; all else the file's."""
    found: dict[str, object] = dict.fromkeys(ALWAYS, UNKNOWN)
    part = document.root
    for step in address:
        part = part.inner[step]
        repeat = part.inner.get("repeat") if part.is_table else None
        if repeat is not None and repeat.is_table:
            found |= dict.fromkeys(map(str, repeat.inner), UNKNOWN)
    in_block = address[:1] == ("blocks",) and len(address) > 1
    if in_block:
        own = document.find((*address[:2], "options"))
        found |= dict.fromkeys(map(str, own.inner), UNKNOWN) if own is not None else {}
    else:
        found |= file_options(document)
    return Scope(found, open=True)


def file_options(document: Document) -> dict[str, object]:
    """The file's options as values; one that cannot be worked out is UNKNOWN."""
    part = document.find(("options",))
    scope = Scope({}, open=True)
    if part is None or not isinstance(part.tree, Table):
        return {}
    for name, tree in part.tree.items.items():
        try:
            value: object = value_of(tree, scope)
        except FormulaMistake:
            value = UNKNOWN
        scope = scope.with_options({name: value})
    return dict(scope.options)


def tensor_names(document: Document, address: Address) -> tuple[str, ...]:
    """The names that an entry there may read, in the order of the file. In `train` those of the network and the data."""
    if address[:1] in (("train",), ("evaluate",)):
        bodies = [document.find(("network",)), document.root if document.find(("graph",)) else None]
        data = document.find(("data", "fields"))
        names = [str(name) for name in data.inner] if data is not None else []
        return tuple(dict.fromkeys([*names, *(n for body in bodies if body is not None for n in _names(body))]))
    body = _body(document, address)
    if body is None:
        return ()
    own = {str(address[-1])} if address else set()
    found = dict[str, None]()
    for name in _names(body):
        if name not in own:
            found[name] = None
        if len(found) == MOST_NAMES:
            break
    return tuple(found)


def _body(document: Document, address: Address) -> Part | None:
    """The body that holds an entry: the nearest part above with `layers` or `graph`."""
    for length in range(len(address) - 1, -1, -1):
        part = document.find(address[:length])
        if part is not None and part.is_table and ("layers" in part.inner or "graph" in part.inner):
            return part
    return None


def _names(body: Part) -> Iterator[str]:
    inputs = body.inner.get("inputs")
    if inputs is not None:
        yield from (item.text or "" for item in inputs.items) if inputs.is_list else map(str, inputs.inner)
    graph = body.inner.get("graph")
    if graph is not None and graph.is_table:
        yield from map(str, graph.inner)
    for key in ("layers", "graph"):
        lines = body.inner.get(key)
        for part in lines.walk() if lines is not None else ():
            if part.key == "name" and part.text:
                yield part.text
