"""A prediction held against a target of classes: as many scores as there are classes, and where they are too few."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..dsl.kinds.tables import lookup
from ..dsl.spec import Entry
from .build_draft import Draft
from .build_weights import THROUGH
from .experiment import weights_of
from .graph import Node

PICTURE = 3
"""The axes of a picture."""
BOTH = 2
"""Classes that one output tells apart."""


def check_classes(
    draft: Draft, entry: Entry, source: str, have: tuple[int, ...], sizes: tuple[int, ...], classes: int
) -> None:
    """Say where the loss `entry` cannot compare `source`, of sizes `have`, with numbers of classes."""
    fits = have[:-1] == sizes and have[-1:] == (classes,)
    if math.prod(have) == math.prod(sizes) and entry.kind != "cross_entropy":
        _one_output(draft, entry, classes)
    elif not fits and (picture := _given_back(draft, entry, have)) is not None:
        draft.error(
            "E223", entry.place,
            f"{entry.kind} compares with the class of each example, and the prediction is {said(have)}: as many as "
            f"`{picture}` has",
            f"If the network is to give `{picture}` back, write `{entry.kind}: {{target: {picture}}}`.",
        )  # fmt: skip
    elif entry.kind == "binary_cross_entropy":
        draft.error(
            "E222", entry.place, f"the prediction is {said(have)}, and the target one class of {classes}",
            "Give the last layer 1 unit, or write `cross_entropy`.",
        )  # fmt: skip
    elif len(have) == PICTURE and (first := _unflattened(draft, source)) is not None:
        draft.error(
            "E223", draft.written(first), f"`{first}` reads a picture as it is, so that {entry.kind} gets {said(have)}",
            "Put `- flatten` before it.",
        )  # fmt: skip
    elif have[:-1] != sizes:
        draft.error(
            "E223", entry.place, f"{entry.kind} wants a row of scores for each class number, but the prediction is {said(have)}",
            f"Add `flatten` and `dense: {classes}`.",
        )  # fmt: skip
    elif have[-1] < classes:
        _too_few(draft, entry, source, have[-1], classes)


def _given_back(draft: Draft, entry: Entry, have: tuple[int, ...]) -> str | None:
    """The input that a prediction has the size of, as an autoencoder's has; None where there is none, or where the
    loss tells classes apart."""
    if entry.kind == "cross_entropy" or math.prod(have) == 1:
        return None
    found = (name for name in draft.inputs if math.prod(draft.schema.columns[name].shape) == math.prod(have))
    return next(iter(sorted(found)), None)


def _unflattened(draft: Draft, source: str) -> str | None:
    """The first dense layer on the way to a tensor that reads a picture; None where there is none."""
    found = None
    for node in _behind(draft, source):
        before = draft.nodes.get(node.inputs[0]) if node.inputs else None
        if node.op == "dense" and before is not None and len(draft.sizes[before.id] or ()) == PICTURE:
            found = node.id
    return found


def _behind(draft: Draft, source: str) -> Iterator[Node]:
    """A node and those before it, each the first that the one after it reads."""
    node = draft.nodes.get(source)
    while node is not None:
        yield node
        node = draft.nodes.get(node.inputs[0]) if node.inputs else None


def _too_few(draft: Draft, entry: Entry, source: str, have: int, classes: int) -> None:
    """Fewer scores than classes: said at the layer that gives them, but at the loss where another one would do."""
    layer = _layer_of(draft, source)
    named = f"`{layer}`" if layer else "the last layer"
    message = f"the target has {classes} classes, and {named} gives only {have} output{'s' if have > 1 else ''}"
    if have == 1 and classes == BOTH:
        draft.error("E224", entry.place, message, f"Write `binary_cross_entropy`, or give {named} 2 units.")
    else:
        place = entry.place if layer is None else draft.written(layer, "units")
        draft.error("E224", place, message, f"Give {named} {classes} units.")


def _layer_of(draft: Draft, source: str) -> str | None:
    """The layer with weights that gives a tensor, past curves and new shapes; None where there is none."""
    for node in _behind(draft, source):
        if weights_of(node):
            return node.id
        if node.op not in THROUGH and lookup("activation", node.op) is None:
            return None
    return None


def _one_output(draft: Draft, entry: Entry, classes: int) -> None:
    known = lookup("loss", entry.kind)
    if classes > 2 and not (known is not None and "amounts" in known.traits):
        draft.error(
            "E224", entry.place, f"the target has {classes} classes, and one output says only yes or no",
            f"Write `cross_entropy`, and give the last layer {classes} units.",
        )  # fmt: skip


def said(shape: tuple[int, ...]) -> str:
    """A shape in words."""
    return f"{math.prod(shape)} numbers an example ({list(shape)})" if shape else "one number an example"
