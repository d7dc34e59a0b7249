"""The weights of layers: their names, how they start, and what they are tied to, masked with or divided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast

from ..dsl.kinds.kind import Weight
from ..dsl.kinds.tables import lookup, suggest
from ..dsl.kinds.values import Start, WeightsSpec
from ..dsl.places import Place
from ..dsl.spec import Entry
from ..dsl.suggest import did_you_mean
from .build_draft import Draft, Frame, Tie
from .experiment import LayerWeight, activation_of, weights_of
from .experiment import Start as FrozenStart
from .graph import Node

WITHOUT_FANS = frozenset({"values", "constant", "zeros", "ones"})
THROUGH = frozenset({"flatten", "reshape", "dropout"})
"""Layers that hand their input's numbers on: a start looks through them at the activation behind."""


def layer_weights(
    draft: Draft, frame: Frame, entry: Entry, path: str, item: Weight, options: Mapping[str, object]
) -> tuple[LayerWeight, ...]:
    """The weight that a layer's table names, and the lengths of its rows where it has such (`norm: weight`)."""
    spec = _described(item, options)
    place = entry.option_places.get(item.name, entry.place)
    if spec.along or spec.drop or isinstance(spec.mask, str):
        draft.later("weights with `along`, `drop` or a mask by name", place)
    name = f"{frame.weights}{path.removeprefix(frame.path)}.{item.name}"
    if spec.start is None and isinstance(item.start, str):
        draft.own_start.add(name)
    if spec.same_as is not None:
        draft.ties[name] = _tie(frame, spec, place)
    elif spec.transposed:
        draft.error("E219", place, "`transposed` says how a tied weight is read", "Add `same_as: LAYER.weights`.")
    start = _start(draft, place, item, spec)
    mask = _mask(draft, place, item, spec)
    made = LayerWeight(
        name, item.name, item.shape, start, spec.trainable, mask=mask, norm=_norm(draft, place, item, spec)
    )
    first = draft.weights.setdefault(name, made)
    if first.shape != made.shape:
        draft.error(
            "E215", entry.kind_place,
            f"`{name}` is {list(first.shape)} where the network is used first, and would have to be {list(made.shape)} here",
            "A network has one set of weights: give it inputs of one size, or make it a block.",
        )  # fmt: skip
    if made.norm != "weight":
        return (made,)
    begin = ("row_lengths", (("of", name), ("start", start), ("shape", item.shape)))
    lengths = LayerWeight(f"{name}.scale", f"{item.name}.scale", item.shape[:1], begin, spec.trainable)
    draft.weights.setdefault(lengths.name, lengths)
    return (made, lengths)


def _described(item: Weight, options: Mapping[str, object]) -> WeightsSpec:
    """What the layer's options say of the weight; a `variable` says it without a word round it."""
    given = options.get(item.name)
    spec = given if isinstance(given, WeightsSpec) else WeightsSpec()
    start = options.get("start")
    if not isinstance(start, WeightsSpec):
        return spec
    return replace(
        spec,
        start=start.start or spec.start,
        trainable=bool(options.get("trainable")) and spec.trainable,
        mask=options.get("mask") if spec.mask is None else spec.mask,
        norm=cast("str | None", options.get("norm")) or spec.norm,
    )


def _norm(draft: Draft, place: Place, item: Weight, spec: WeightsSpec) -> Literal["spectral", "weight"] | None:
    if spec.norm is None or len(item.shape) > 1:
        return cast(Literal["spectral", "weight"] | None, spec.norm)
    draft.error("E219", place, f"`norm` is for a table of weights, and `{item.name}` is one row", "Take `norm` out.")
    return None


def _mask(draft: Draft, place: Place, item: Weight, spec: WeightsSpec) -> tuple[object, ...] | None:
    if not isinstance(spec.mask, tuple):
        return None
    shape = _extent(spec.mask)
    if shape != item.shape:
        way = f"Give a 0 or 1 for each of {list(item.shape)}."
        draft.error("E209", place, f"`{item.name}` is {list(item.shape)}, but its mask is {list(shape)}", way)
        return None
    if not _zeros_and_ones(spec.mask):
        draft.error("E219", place, f"the mask of `{item.name}` has other numbers than 0 and 1", "0 takes a weight out.")
    return spec.mask


def _zeros_and_ones(values: object) -> bool:
    return all(map(_zeros_and_ones, values)) if isinstance(values, tuple) else values in (0, 1)


# ties


def _tie(frame: Frame, spec: WeightsSpec, place: Place) -> Tie:
    """`same_as` names a weight of its own body, or of a body round it, or by its whole name."""
    said, steps = str(spec.same_as), frame.weights.split(".")[:-1]
    outer = [".".join([*steps[:n], said]) for n in range(len(steps), -1, -1)]
    return Tie(tuple(outer), said, spec.transposed, place)


def settle_ties(draft: Draft) -> None:
    """Let every tied weight be the one it names."""
    if not draft.whole:
        for tie in draft.ties.values():
            near = did_you_mean(tie.said, draft.weights)
            if near is not None and not any(to in draft.weights for to in tie.to):
                draft.error("E235", tie.place, f"`same_as: {tie.said}` names no weights", near)
        return
    told = set[str]()
    found = {name: target for name in draft.ties if (target := _target(draft, name, told)) is not None}
    for node in list(draft.nodes.values()):
        weights = weights_of(node)
        if any(w.name in found for w in weights):
            tied = tuple(_tied(draft, w, *found[w.name]) if w.name in found else w for w in weights)
            draft.nodes[node.id] = replace(node, attrs=tuple({**node.attributes, "weights": tied}.items()))
    for name in found:
        draft.weights.pop(name, None)
        draft.own_start.discard(name)


def _target(draft: Draft, name: str, told: set[str]) -> tuple[str, bool] | None:
    """The weight at the end of a chain of ties, and whether it is read transposed; None after a mistake.

    `told` are the weights of circles that are reported already.
    """
    transposed, seen, here = False, [name], name
    while here in draft.ties:
        tie = draft.ties[here]
        target = next((to for to in tie.to if to in draft.weights), None)
        if target is None:
            known = [weight for weight in draft.weights if weight not in draft.ties]
            near = did_you_mean(tie.said, known) or f"There are {', '.join(known[:6])}."
            draft.error("E235", tie.place, f"`same_as: {tie.said}` names no weights", near)
            return None
        if target in seen:
            if told.isdisjoint(seen):
                circle = " -> ".join([*seen, target])
                draft.error(
                    "E235", draft.ties[name].place, f"these weights are tied in a circle: {circle}", "Take one tie out."
                )
            told.update(seen)
            return None
        transposed, here = transposed is not tie.transposed, target
        seen.append(target)
    return here, transposed


def _tied(draft: Draft, weight: LayerWeight, target: str, transposed: bool) -> LayerWeight:
    other, place = draft.weights[target], draft.ties[weight.name].place
    wanted = tuple(reversed(weight.shape)) if transposed else weight.shape
    if other.shape != wanted:
        flipped = tuple(reversed(other.shape)) == wanted
        way = ("Take `transposed` out." if transposed else "Add `transposed: true`.") if flipped else "Make them fit."
        turned = ", which is read transposed" if transposed else ""
        draft.error(
            "E209", place, f"this layer's `{weight.part}` is {list(weight.shape)}, and `{target}` is {list(other.shape)}{turned}",
            way,
        )  # fmt: skip
    return replace(
        weight, name=target, shape=other.shape, start=other.start, trainable=other.trainable, transposed=transposed
    )


# starts


def _start(draft: Draft, place: Place, item: Weight, spec: WeightsSpec) -> FrozenStart:
    fans = (("fan_in", item.fan_in), ("fan_out", item.fan_out))
    if spec.start is None:
        if isinstance(item.start, str):
            return (item.start, fans)
        assert isinstance(item.start, int | float), f"{item.start!r} is no start"
        return ("constant", (("value", float(item.start)),))
    kind, options = spec.start.frozen
    if kind == "field":
        _from_field(draft, str(spec.start.options["name"]), place)
        return ("zeros", fans)
    if kind == "values":
        _check_values(draft, place, item, spec.start)
    return (kind, options if kind in WITHOUT_FANS else (*options, *fans))


def _from_field(draft: Draft, name: str, place: Place) -> None:
    """A variable that starts as a column of the data, or a misspelt initialiser."""
    if name in draft.schema.columns or not draft.schema.known:
        draft.later("a variable that starts as a column of the data", place)
        return
    way = suggest(name, "start", own=draft.schema.columns)
    draft.error("E101", place, f"there is no initialiser and no column `{name}`", way)


def _check_values(draft: Draft, place: Place, item: Weight, start: Start) -> None:
    shape = _extent(start.options["values"])
    if shape != item.shape:
        way = (
            "Give a row for each neuron, a number for each input."
            if len(item.shape) > 1
            else "Give a number for each neuron."
        )
        draft.error(
            "E209", place, f"`{item.name}` has to be {list(item.shape)}, but these numbers are {list(shape)}", way
        )


def _extent(values: object) -> tuple[int, ...]:
    """The shape of nested tuples that were read as even ones."""
    return (len(values), *_extent(values[0])) if isinstance(values, tuple) else ()


def settle_starts(draft: Draft) -> None:
    """A layer whose activation is a layer of its own starts by that one: `he` before ReLU-like ones."""
    readers: dict[str, list[Node]] = {}
    for node in draft.nodes.values():
        for source in node.inputs:
            readers.setdefault(source, []).append(node)
    trained = [node for node in draft.nodes.values() if weights_of(node)]
    verdicts: dict[str, bool] = {}
    for node in trained:
        before_relu = _relu_behind(node, readers)
        for weight in weights_of(node):
            verdicts[weight.name] = verdicts.get(weight.name, True) and before_relu
    changed = {name for name in draft.own_start if verdicts[name]}
    for node in trained:
        if changed & {weight.name for weight in weights_of(node)}:
            weights = tuple(replace(w, start=("he", w.start[1])) if w.name in changed else w for w in weights_of(node))
            draft.weights |= {weight.name: weight for weight in weights}
            draft.nodes[node.id] = replace(node, attrs=tuple({**node.attributes, "weights": weights}.items()))


def _relu_behind(node: Node, readers: Mapping[str, list[Node]]) -> bool:
    """Whether the layer is linear and all that read it are ReLU-like activations."""
    if activation_of(node) != "linear":
        return False
    waiting, seen = list(readers.get(node.id, ())), False
    while waiting:
        reader = waiting.pop()
        if reader.op in THROUGH:
            waiting += readers.get(reader.id, ())
            continue
        kind = lookup("activation", reader.op)
        if kind is None or "relu_like" not in kind.traits:
            return False
        seen = True
    return seen
