"""Trees of the spec file as plain values."""

from __future__ import annotations

from ...dsl.tree import Scalar, Sequence, Tree


def plain(tree: Tree) -> object:
    """Scalars as their values, lists as lists, mappings as dicts."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return [plain(item) for item in tree.items]
    return {key: plain(item) for key, item in tree.items.items()}
