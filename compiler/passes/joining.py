"""Rewrites of parts that lie side by side: what is padded with zeros and added up is put together instead.

A tensor that is read in slices (groups of channels, gates, heads) has a gradient of one padded part for each of them.
"""

from __future__ import annotations

from typing import cast

from ..graph import Node, Value
from .algebra import Algebra, inputs, rule


@rule("add")
def add_beside(new: Algebra, node: Node) -> Value | None:
    """pad(x, 0, n) + pad(y, m, 0) -> concat(x, y), where both lie beside each other; also behind another sum."""
    left, right = inputs(new, node)
    if (joined := _joined(new, left, right)) is not None:
        return joined
    for total, part in ((left, right), (right, left)):
        if new.node(total).op == "add" and new.node(part).op == "pad":
            one, other = inputs(new, new.node(total))
            for rest, known in ((one, other), (other, one)):
                if (joined := _joined(new, known, part)) is not None:
                    return new.add("add", [rest, joined])
    return None


def _joined(new: Algebra, left: Value, right: Value) -> Value | None:
    """Two padded parts as one; None where they do not lie beside each other."""
    parts = [new.node(left), new.node(right)]
    if any(part.op != "pad" for part in parts) or parts[0].attr("axis") != parts[1].attr("axis"):
        return None
    axis = cast(int, parts[0].attr("axis"))
    first, second = sorted(parts, key=lambda part: cast(int, part.attr("before")))
    held = [new.value(part.inputs[0]) for part in (first, second)]
    before = cast(int, first.attr("before"))
    if before + cast(int, held[0].type.shape[axis]) != second.attr("before"):
        return None
    return new.add("pad", [new.add("concat", held, axis=axis)], axis=axis, before=before, after=second.attr("after"))


@rule("concat")
def concat_concat(new: Algebra, node: Node) -> Value | None:
    """concat(concat(x, y), z) -> concat(x, y, z)"""
    axis, parts = node.attr("axis"), inputs(new, node)
    within = [new.node(part) for part in parts]
    if not any(part.op == "concat" and part.attr("axis") == axis for part in within):
        return None
    flat = list[Value]()
    for part, made in zip(parts, within, strict=True):
        flat += inputs(new, made) if made.op == "concat" and made.attr("axis") == axis else [part]
    return new.add("concat", flat, axis=axis)
