"""In which order the lines of a graph are best walked: what is read before what reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..dsl.formula import Formula, names
from ..dsl.spec import Entry, GraphLine
from ..dsl.tree import Scalar, Sequence, Table, Tree


def reading_order(lines: Mapping[str, GraphLine]) -> tuple[str, ...]:
    """All lines, each behind those it seems to read.

    An option's word that is also a line's name counts as reading it: harmless, for only the order hangs on it.
    Circles are left as they are; the walk finds them.
    """
    done: dict[str, None] = {}
    for first in lines:
        waiting, entered = [first], set[str]()
        while waiting:
            name = waiting[-1]
            if name in entered or name in done:
                done[waiting.pop()] = None
                continue
            entered.add(name)
            waiting += [
                other for other in _mentioned(lines[name]) if other in lines and other not in entered | done.keys()
            ]
    return tuple(done)


def _mentioned(line: GraphLine) -> Iterator[str]:
    what = line.what
    if isinstance(what, Formula):
        yield from (path.parts[0] for path in names(what.tree))
    else:
        yield from _of_entries(what if isinstance(what, tuple) else (what,))


def _of_entries(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield from (name.split(".")[0] for name, _ in entry.from_ or ())
        for tree in (entry.main, *entry.options.values()):
            if tree is not None:
                yield from _of_tree(tree)
        for branch in (entry.branches or {}).values():
            yield from _of_entries(branch)


def _of_tree(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Scalar):
        yield tree.text.split(".")[0]
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from _of_tree(item)
    elif isinstance(tree, Table):
        for item in tree.items.values():
            yield from _of_tree(item)
