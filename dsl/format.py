"""The one standard layout of a file: what it says stays the same, and so does every comment.

Two blanks a level; sections in the order of the grammar with an empty line between; the short form of an entry
where it says as much; between brackets what fits in a line. Laying out twice changes nothing more.
"""

from __future__ import annotations

from .diagnostics import Diagnostics
from .edit_parts import Part, parts
from .format_comments import give_comments
from .format_nodes import Item, Node, all_comments, facts, node_of
from .format_order import arranged
from .format_write import written
from .include import HOLDS
from .load import read_spec
from .places import Place
from .reader import read
from .tree import Table


def formatted(text: str, file: str) -> tuple[str | None, Diagnostics]:
    """The text in the standard layout; None and the mistakes where the file has any.

    Files that it includes are not looked at. A file of parts, for others to include, is laid out too.
    """
    diagnostics = _mistakes(text, file)
    if diagnostics.errors:
        return None, diagnostics
    before = _read(text, file)
    if before is None:
        return text, diagnostics
    made = written(*before)
    after = _read(made, file)
    assert after is not None, f"{file}: the layout cannot be read"
    assert facts(after[0]) == facts(before[0]), f"{file}: the layout would change what the file says"
    assert _comments(after) == _comments(before), f"{file}: the layout would lose a comment"
    return made, diagnostics


def _read(text: str, file: str) -> tuple[Node, list[str]] | None:
    """The file's values in their standard form, and the comment at its top."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    tree = read(text, file, Diagnostics())
    if not isinstance(tree, Table) or not tree.items:
        return None
    root, items = parts(text, tree), dict[Part, Item]()
    node = node_of(root, items)
    give_comments(text, root, node, items)
    return node, arranged(node)


def _comments(found: tuple[Node, list[str]]) -> list[str]:
    return sorted([*all_comments(found[0]), *(line for line in found[1] if line)])


def _mistakes(text: str, file: str) -> Diagnostics:
    """The mistakes of this file, not of those that it includes."""
    diagnostics, own = Diagnostics(), Diagnostics()
    tree = read(text, file, diagnostics)
    if diagnostics.errors or not isinstance(tree, Table):
        return read_spec(text, file)[1]
    asked = _included(tree)
    _, found = read_spec(text, file)
    parts_only = set(tree.items) <= {*HOLDS}
    for remark in found.items:
        elsewhere = remark.place.file != file or remark.place in asked
        missing = parts_only and remark.code == "E033"
        if remark.severity != "error" or not (elsewhere or missing):
            own.items.append(remark)
    return own


def _included(tree: Table) -> frozenset[Place]:
    """The places where other files are asked for."""
    include = tree.items.get("include")
    if include is None:
        return frozenset()
    inner = getattr(include, "items", ())
    return frozenset((include.place, tree.keys["include"], *(item.place for item in inner if hasattr(item, "place"))))
