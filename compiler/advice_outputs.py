"""Warnings about what a network gives out, held against what the loss compares it with."""

from __future__ import annotations

import math

from ..dsl.places import Place
from .advice_view import RESHAPING, SCORES, View, column_of, is_curve, size_of
from .build_loss import of_amounts
from .build_weights import THROUGH
from .experiment import Prepare, Term, activation_of, options_of, weights_of
from .graph import Node

RANGES = {
    "sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0),
    "relu": (0.0, math.inf), "softplus": (0.0, math.inf), "exp": (0.0, math.inf),
}  # fmt: skip
"""What each curve can give out."""


def about_outputs(view: View) -> None:
    """Add the warnings about each part of the loss."""
    for term in view.experiment.terms:
        first = next((name for name in SCORES if name in term.tensors), None)
        if first is None or "target" not in term.tensors:
            continue
        source, target = (view.experiment.graph[term.tensors[name]] for name in (first, "target"))
        _too_many(view, term, source, target)
        _two_for_one(view, term, source, target)
        _class_as_amount(view, term, source, target)
        _out_of_reach(view, term, source, target)
        _bottleneck(view, term, source, target)


def _layer_of(view: View, node: Node) -> Node:
    """The layer with weights that a tensor comes from, past curves and new shapes; the node itself without one."""
    last = node
    while (last.op in THROUGH or is_curve(last)) and last.inputs:
        last = view.experiment.graph[last.inputs[0]]
    return last if weights_of(last) else node


def _classes(target: Node) -> int | None:
    """How many classes a target's numbers stand for; None for a row of numbers, or for amounts."""
    column = column_of(target)
    return column.classes if column is not None and target.type.dtype == "int32" else None


# as many outputs as classes


def _too_many(view: View, term: Term, source: Node, target: Node) -> None:
    classes, have = _classes(target), size_of(source)
    if classes is None or term.kind not in ("cross_entropy", "hinge") or have[:-1] != size_of(target) or not have:
        return
    if have[-1] > classes:
        way, layer = _as_many(_layer_of(view, source), have[-1], classes)
        more = have[-1] - classes
        view.warn(
            "W224", view.option(layer, "units") if layer else view.at(source),
            f"`{term.name}` has {classes} classes to tell apart, and `{source.id}` gives {have[-1]} outputs: "
            f"{'the last one is' if more == 1 else f'the last {more} are'} never right",
            way,
        )  # fmt: skip


def _as_many(layer: Node, have: int, classes: int) -> tuple[str, Node | None]:
    """How a network gives as many outputs as there are classes, and the layer that says their number, if one does."""
    options, sizes = options_of(layer), size_of(layer)
    for option in ("units", "filters"):
        if option in options and math.prod(sizes) == sizes[-1] == have:
            return f"Give `{layer.id}` {classes} {option}.", layer
    return f"Add `dense: {classes}` at the end.", None


def _two_for_one(view: View, term: Term, source: Node, target: Node) -> None:
    have = size_of(source)
    column = column_of(target)
    if term.kind == "binary_cross_entropy" and have[-1:] == (2,) and column and column.classes == 2 and size_of(target):
        view.warn(
            "W220", _term_place(view, term),
            f"`{column.name}` is one of 2 classes, and binary_cross_entropy asks two outputs for a yes or no each: both may "
            "say yes, or neither",
            "Write `cross_entropy`; or one unit, and the target without `one_hot`.",
        )  # fmt: skip


def _class_as_amount(view: View, term: Term, source: Node, target: Node) -> None:
    """One output that is to come near the number of a class."""
    classes = _classes(target)
    if of_amounts(term.kind) and classes is not None and classes > 2 and math.prod(size_of(source)) == 1:
        view.warn(
            "W226", _term_place(view, term),
            f"`{target.id}` has {classes} classes, whose numbers 0 to {classes - 1} are names: {term.kind} takes them for amounts",
            f"Write `cross_entropy`, and give the last layer {classes} units.",
        )  # fmt: skip


def _term_place(view: View, term: Term) -> Place:
    """Where a part of the loss is written."""
    line = (term.origin.file, term.origin.line)
    written = (entry.place for entry in (view.spec.train.loss if view.spec.train else ()))
    return next((place for place in written if (place.file, place.line) == line), Place(*line, 1))


# targets out of reach


def _out_of_reach(view: View, term: Term, source: Node, target: Node) -> None:
    last = view.behind(source, RESHAPING)
    curve, aim = activation_of(last), view.behind(target, RESHAPING)
    column = column_of(aim)
    if not of_amounts(term.kind) or curve not in RANGES or column is None or column.classes is not None:
        return
    reason = _unreached(curve, aim)
    if reason:
        view.warn(
            "W221", view.option(last, "activation"), f"`{last.id}` ends in {curve}, {_said(curve)}, but {reason}",
            f"Take {curve} away from the last layer, or scale the target: `fields: {{{column.name}: {{prepare: [scale]}}}}`.",
        )  # fmt: skip


def _said(curve: str) -> str:
    low, high = RANGES[curve]
    return f"which gives {low:g} to {high:g}" if high < math.inf else "which gives nothing below 0"


def _unreached(curve: str, target: Node) -> str | None:
    """Why a curve cannot give a target; None where it can, or where the target's range is not known."""
    column, (low, high) = column_of(target), RANGES[curve]
    assert column is not None, "only a column has a range"
    prepared = target.attributes.get("prepare")
    steps = [step.kind for step in prepared if isinstance(step, Prepare)] if isinstance(prepared, tuple) else []
    if steps[-1:] == ["standardize"]:
        if low == 0:
            return f"`{column.name}` is standardized: about half of its values are below 0"
        return f"`{column.name}` is standardized: about a third of its values are beyond 1 or -1"
    if steps:
        return None
    greatest = max(column.greatest, default=0.0) if column.high is None else column.high
    if greatest > high:
        return f"`{column.name}` goes up to {greatest:g}"
    if column.low is not None and column.low < low:
        return f"`{column.name}` goes down to {column.low:g}"
    return None


# bottlenecks


def _bottleneck(view: View, term: Term, source: Node, target: Node) -> None:
    """A layer of one number that all of a classifier goes through."""
    classes, last = _classes(target), _layer_of(view, source)
    if classes is None or classes < 3 or term.kind not in ("cross_entropy", "hinge") or size_of(target):
        return
    node = last
    while len(node.inputs) == 1:
        node = view.experiment.graph[node.inputs[0]]
        if node.op == "dense" and math.prod(size_of(node)) == 1 and len(view.users(node)) == 1:
            view.warn(
                "W222", view.option(node, "units"),
                f"all that `{term.name}` knows of an example goes through the one number that `{node.id}` gives out, and it "
                f"has {classes} classes to tell apart: on a line they can only lie one behind the other",
                f"Give `{node.id}` {classes} units or more.",
            )  # fmt: skip
            return
