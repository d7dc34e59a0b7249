"""What is minimised, by what, and what is reported: the `train` section resolved against the network."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from ..dsl.kinds.kind import Option
from ..dsl.kinds.resolve import read_option
from ..dsl.kinds.values import Live as LiveValue
from ..dsl.kinds.values import Quantity
from ..dsl.places import Place
from ..dsl.spec import Entry, Step
from ..dsl.suggest import did_you_mean
from ..dsl.tree import Tree
from .build_body import Walk, column_of, resolve_entry
from .experiment import LayerWeight, MetricUse, Optimizer, Penalty, Term, constant
from .experiment import Live as FrozenLive
from .graph import Origin

FIRST = {"cross_entropy": "logits", "binary_cross_entropy": "logits"}
SQUASHED = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}
LINEAR_ENDS = {"dense", "linear", "add", "concat", "flatten", "reshape", "average"}


def terms(walk: Walk, step: Step, outputs: Mapping[str, str]) -> tuple[Term, ...]:
    """The parts of the loss with their tensors; what the file leaves out is filled in (rule 18)."""
    found = []
    for number, entry in enumerate(step.loss, 1):
        options = resolve_entry("loss", entry, walk.scope, walk.diagnostics)
        if options is None:
            continue
        if entry.where is not None or entry.when is not None:
            walk.diagnostics.error(
                "E299", entry.place, "`where` and `when` beside a loss: read and understood, but not built yet",
                "Leave it out for now.",
            )  # fmt: skip
        tensors = _tensors(walk, entry, options, outputs)
        if tensors is None:
            continue
        name = entry.name or (entry.kind if len(step.loss) == 1 else f"{entry.kind}{number}")
        weight = live(walk, entry.weight, f"the weight of `{name}`") if entry.weight is not None else constant(1.0)
        origin = Origin(walk.spec.file, entry.place.line, f"train.loss.{name}")
        term = Term(entry.kind, name, options, tensors, weight, origin)
        _check_term(walk, entry, term)
        found.append(term)
    return tuple(found)


def _tensors(walk: Walk, entry: Entry, options: Mapping[str, object], outputs: Mapping[str, str]) -> dict[str, str] | None:
    first = FIRST.get(entry.kind, "prediction")
    given = {n: str(options[n]) for n in (first, "probabilities", "target") if options.get(n) is not None}
    prediction = given.get(first) or given.get("probabilities")
    if prediction is not None:
        source = walk.reference(prediction, entry.option_places.get(first, entry.place))
    elif len(outputs) == 1:
        source = next(iter(outputs.values()))
    elif not outputs:
        return None
    else:
        walk.diagnostics.error(
            "E220", entry.place, f"the network gives out {len(outputs)} tensors: which one is the {first}?",
            f"Write {entry.kind}: {{{first}: {next(iter(outputs))}, target: …}}.",
        )  # fmt: skip
        return None
    target = _target(walk, entry, given.get("target"))
    if source is None or target is None:
        return None
    return {first: source, "target": target}


def _target(walk: Walk, entry: Entry, name: str | None) -> str | None:
    if name is not None:
        return walk.reference(name, entry.option_places.get("target", entry.place))
    columns = walk.schema.columns
    if "label" in columns:
        return walk.field_node("label")
    free = [column for column in columns if column not in walk.inputs]
    if len(free) == 1:
        return walk.field_node(free[0])
    said = f"{', '.join(free)} could each be it" if free else "every column is an input"
    walk.diagnostics.error(
        "E221", entry.place, f"what is the target of this loss? There is no column `label`, and {said}",
        f"Write {entry.kind}: {{target: NAME}}.",
    )  # fmt: skip
    return None


def _check_term(walk: Walk, entry: Entry, term: Term) -> None:
    first = FIRST.get(term.kind, "prediction")
    source, target = term.tensors[first], term.tensors["target"]
    have, wanted = walk.sizes.get(source), walk.sizes.get(target)
    if have is None or wanted is None:
        return
    if term.kind in SQUASHED:
        _check_ending(walk, entry, term.kind, source)
    column = column_of(walk, target)
    if column is not None and column.classes is not None and term.kind != "binary_cross_entropy":
        if term.kind in ("mse", "mae", "huber") and math.prod(have) == 1:
            return
        _check_classes(walk, entry, term, have, column.classes)
    elif math.prod(have) != math.prod(wanted):
        walk.diagnostics.error(
            "E222", entry.place,
            f"the prediction `{source}` has {_said(have)}, the target `{target}` has {_said(wanted)}",
            "Give the last layer as many units as the target has numbers.",
        )  # fmt: skip


def _check_classes(walk: Walk, entry: Entry, term: Term, have: tuple[int, ...], classes: int) -> None:
    units = have[-1] if have else 1
    if len(have) != 1:
        walk.diagnostics.error(
            "E223", entry.place, f"{term.kind} wants one row of scores an example, but the prediction has {_said(have)}",
            "Add `flatten` and a dense layer with one unit a class.",
        )  # fmt: skip
    elif units < classes:
        walk.diagnostics.error(
            "E224", entry.place, f"the target has {classes} classes, the network only {units} output{'s' if units > 1 else ''}",
            f"Give the last layer {classes} units.",
        )  # fmt: skip
    elif units > classes and term.kind == "cross_entropy":
        walk.diagnostics.warn(
            "W224", entry.place, f"the target has {classes} classes, the network {units} outputs: the others are never right",
            f"Give the last layer {classes} units.",
        )  # fmt: skip


def _check_ending(walk: Walk, entry: Entry, kind: str, source: str) -> None:
    """Logits come from a linear layer; its own squashing is fused with the loss; any other is a mistake."""
    node = walk.nodes.get(source)
    if node is None or node.op == "field":
        return
    attrs = dict(node.attrs)
    options = attrs.get("options", {})
    assert isinstance(options, Mapping)
    ending = str(options.get("activation") or ("linear" if node.op in LINEAR_ENDS else node.op))
    if ending not in ("linear", SQUASHED[kind]):
        walk.diagnostics.error(
            "E225", entry.place, f"{kind} wants scores of a linear layer (or of {SQUASHED[kind]}), but `{source}` ends in {ending}",
            f"Take the activation {ending} away from `{source}`.",
        )  # fmt: skip


def metrics(walk: Walk, step: Step, found: tuple[Term, ...]) -> tuple[MetricUse, ...]:
    """The metrics asked for; accuracy comes with cross-entropy."""
    uses: list[MetricUse] = []
    entries: Iterable[Entry] = step.metrics or ()
    for entry in entries:
        options = resolve_entry("metric", entry, walk.scope, walk.diagnostics)
        if options is None:
            continue
        pair = _pair(walk, entry, options, found)
        if pair is not None:
            uses.append(_use(walk, entry.kind, entry.name or entry.kind, options, pair, entry.place))
    if step.metrics is None:
        for term in found:
            column = column_of(walk, term.tensors["target"])
            if term.kind in FIRST and (term.kind == "cross_entropy" or column is not None):
                name = "accuracy" if len(found) == 1 else f"{term.name}_accuracy"
                uses.append(_use(walk, "accuracy", name, {"threshold": 0.5}, _of(term), step.place))
    return tuple(uses)


def _use(
    walk: Walk, kind: str, name: str, options: Mapping[str, object], pair: tuple[str, str], place: Place
) -> MetricUse:
    return MetricUse(kind, name, options, *pair, Origin(walk.spec.file, place.line, f"train.metrics.{name}"))


def _pair(walk: Walk, entry: Entry, options: Mapping[str, object], found: tuple[Term, ...]) -> tuple[str, str] | None:
    if options.get("prediction") is not None and options.get("target") is not None:
        names = [walk.reference(str(options[n]), entry.option_places.get(n, entry.place)) for n in ("prediction", "target")]
        return (names[0], names[1]) if names[0] and names[1] else None
    regression = entry.kind in ("mse", "mae", "r2")
    for term in found:
        if (term.kind in ("mse", "mae", "huber")) == regression:
            return _of(term)
    if found:
        return _of(found[0])
    walk.diagnostics.error("E226", entry.place, f"`{entry.kind}` has no loss to compare by", "Name prediction and target.")
    return None


def _of(term: Term) -> tuple[str, str]:
    first = next(tensor for name, tensor in term.tensors.items() if name != "target")
    return first, term.tensors["target"]


def penalties(walk: Walk, step: Step) -> tuple[Penalty, ...]:
    """The penalties with the weights their selectors reach (without one: all weights, no biases)."""
    names = [w.name for w in every_weight(walk)]
    found: list[Penalty] = []
    for entry in step.penalties:
        options = resolve_entry("penalty", entry, walk.scope, walk.diagnostics)
        if options is None:
            continue
        reached: list[str] = []
        for selector, place in entry.of or (("**.weights", entry.place),):
            hits = [name for name in names if matches(selector, name)]
            if not hits:
                near = did_you_mean(selector, names)
                walk.diagnostics.error(
                    "E227", place, f"`{selector}` reaches no weights; there are {', '.join(names[:6])}", near or "Quote a selector with a star: \"**.weights\"."
                )
            reached += hits
        parts = ("l1", "l2") if entry.kind == "elastic" else (entry.kind,)
        for part in parts:
            amount = frozen_live(options[part if entry.kind == "elastic" else "amount"])
            origin = Origin(walk.spec.file, entry.place.line, f"train.penalties.{part}")
            found.append(Penalty(part, options, amount, tuple(dict.fromkeys(reached)), origin))
    return tuple(found)


def matches(selector: str, name: str) -> bool:
    """Whether a dotted path with `*` (one step) and `**` (any) reaches a name; a layer reaches its weights."""
    pattern = re.escape(selector).replace(r"\*\*", ".*").replace(r"\*", "[^.]*")
    # "**.weights" reaches a weight of the outermost body too
    pattern = pattern.replace(r".*\.", r"(?:.*\.)?")
    return re.fullmatch(pattern + r"(?:\..*)?", name) is not None


def every_weight(walk: Walk) -> list[LayerWeight]:
    """The weights of all layers, in order."""
    found: list[LayerWeight] = []
    for node in walk.nodes.values():
        weights = dict(node.attrs).get("weights", ())
        assert isinstance(weights, tuple)
        found += weights
    return found


def optimizer(walk: Walk, step: Step) -> Optimizer | None:
    """The rule and its numbers; adam where none is given."""
    entry = step.optimizer or Entry(kind="adam", kind_place=step.place, place=step.place)
    options = resolve_entry("optimizer", entry, walk.scope, walk.diagnostics)
    if options is None:
        return None
    plain: dict[str, FrozenLive | float | bool] = {}
    for name, value in options.items():
        if isinstance(value, LiveValue):
            plain[name] = frozen_live(value)
        elif isinstance(value, bool | int | float):
            plain[name] = value
    return Optimizer(entry.kind, plain, Origin(walk.spec.file, entry.place.line, "train.optimizer"))


def live(walk: Walk, tree: Tree, what: str) -> FrozenLive:
    """A live number that stands on its own in the file."""
    found = read_option(Option(what, "live"), tree, walk.scope, walk.diagnostics)
    return frozen_live(found) if found is not None else constant(0.0)


def frozen_live(value: object) -> FrozenLive:
    """A resolved live number (or plain one) as graph attributes hold it."""
    if isinstance(value, LiveValue):
        kind, options = value.frozen
        return (kind, options)
    if isinstance(value, Quantity):
        return constant(value.value)
    assert isinstance(value, int | float), f"{value!r} is no number"
    return constant(float(value))


def _said(shape: tuple[int, ...]) -> str:
    return f"{math.prod(shape)} numbers an example ({list(shape)})" if shape else "one number an example"
