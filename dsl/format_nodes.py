"""A file on its way to the standard layout: its values with the comments that belong to each.

Comments are not in the tree; they are what stands between its scalars behind a `#`, and each is given to the
item it precedes or ends the line of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .edit_parts import Part
from .tree import Scalar, Table

Form = Literal["scalar", "list", "table"]
BLANK = ""
"""Stands among the lines before an item for an empty line."""


@dataclass(slots=True, eq=False)
class Node:
    """A value. `text`, `plain` and `style` are a scalar's: what it says, whether it is text at all, its quote
    or `|` or `>`; `trailing` are the lines after a collection's last item.

    `block`: written in lines even where it would fit in one; `narrow`: where it would fit in a short one only.
    `spread`: as an item of such a list it takes a line for each pair.
    """

    form: Form
    text: str = ""
    plain: bool = False
    style: str = ""
    items: list[Item] = field(default_factory=list)
    trailing: list[str] = field(default_factory=list)
    block: bool = False
    narrow: bool = False
    spread: bool = False

    @property
    def nothing(self) -> bool:
        """A value that was left out."""
        return self.form == "scalar" and self.plain and not self.text

    def item(self, key: str) -> Item | None:
        """A table's pair of that key."""
        return next((item for item in self.items if item.key == key), None) if self.form == "table" else None

    def walk(self) -> Iterator[Item]:
        """Every item within."""
        for item in self.items:
            yield item
            yield from item.node.walk()


@dataclass(slots=True, eq=False)
class Item:
    """A pair of a table, or an item of a list (`key` None), with the comments that are its own: `before` are
    lines above it, `ends` stand at the end of its first line."""

    node: Node
    key: str | None = None
    before: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @property
    def comments(self) -> list[str]:
        return [line for line in (*self.before, *self.ends) if line != BLANK]


def node_of(part: Part, items: dict[Part, Item]) -> Node:
    """The values of a part and all within it; every item is entered in `items`."""
    tree = part.tree
    if isinstance(tree, Scalar):
        plain = not tree.quoted and not isinstance(tree.value, str)
        return Node("scalar", tree.text, plain, part.style)
    made = Node("table" if isinstance(tree, Table) else "list")
    for inner in part.items:
        key = str(inner.key) if made.form == "table" else None
        items[inner] = Item(node_of(inner, items), key)
        made.items.append(items[inner])
    return made


def facts(node: Node) -> object:
    """What is said, without comments and layout: equal for two files that say the same in the same words."""
    if node.form == "scalar":
        return (node.text, node.plain)
    if node.form == "list":
        return [facts(item.node) for item in node.items]
    return {item.key: facts(item.node) for item in node.items}


def all_comments(root: Node) -> list[str]:
    """Every comment of the file, in an order that does not depend on its layout."""
    found = [line for item in root.walk() for line in (*item.comments, *item.node.trailing)]
    return sorted(line for line in (*found, *root.trailing) if line != BLANK)
