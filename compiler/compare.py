"""Two networks side by side: which layers are new, gone or changed, and what differs in their training.

Layers are paired by name; those without one, and those whose name only one network has, by the longest common
sequence of kinds and options, then of kinds alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ..dsl.kinds.tables import lookup
from .cost import costs
from .experiment import Experiment, LayerWeight, Live, MetricUse, Optimizer, Start, Term, options_of, weights_of
from .graph import Graph, Node

WITHOUT_FANS = frozenset({"fan_in", "fan_out"})
Change = tuple[str, object, object]
"""What it is called, before, after; None where it is not there."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of one of the two networks, as a line of a comparison."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer that both networks have, and what is not the same in it."""

    before: Layer
    after: Layer
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs; `totals` has every total, whether it differs or not."""

    removed: tuple[Layer, ...]
    added: tuple[Layer, ...]
    changed: tuple[Pair, ...]
    settings: tuple[Change, ...]
    totals: tuple[Change, ...]

    @property
    def same(self) -> bool:
        return not (self.removed or self.added or self.changed or self.settings)


def compare(
    before: Experiment, after: Experiment, more: tuple[Mapping[str, object], Mapping[str, object]] = ({}, {})
) -> Difference:
    """What differs from one experiment to the other. `more` are settings of each that no experiment holds, such as
    those of the data. Names of the files, and the numbers of unnamed layers, play no role."""
    pairs = aligned(before.graph, after.graph)
    there = dict(pairs)
    sizes = _layers(before), _layers(after)
    second = set(there.values())
    changed = [
        Pair(sizes[0][a], sizes[1][b], changes)
        for a, b in pairs
        if (changes := tuple(_changes(before.graph[a], after.graph[b], there)))
    ]
    return Difference(
        removed=tuple(sizes[0][node.id] for node in before.graph if node.id not in there),
        added=tuple(sizes[1][node.id] for node in after.graph if node.id not in second),
        changed=tuple(changed),
        settings=tuple(_differing({**settings(before, there), **more[0]}, {**settings(after, {}), **more[1]})),
        totals=tuple((name, value, _totals(after)[name]) for name, value in _totals(before).items()),
    )


def _layers(experiment: Experiment) -> dict[str, Layer]:
    return {row.name: Layer(row.name, row.kind, row.shape, row.parameters) for row in costs(experiment)}


def _totals(experiment: Experiment) -> dict[str, int]:
    rows = costs(experiment)
    return {
        "layers": sum(row.kind != "data" for row in rows),
        "parameters": sum(row.parameters for row in rows),
        "trainable": sum(row.trainable for row in rows),
        "multiply_adds": sum(row.multiply_adds for row in rows),
        "activation_bytes": sum(row.bytes for row in rows),
    }


# which layer is which


def aligned(before: Graph, after: Graph) -> list[tuple[str, str]]:
    """The ids of layers that are the same one in both, in the order of the first."""
    found = {node.id: node.id for node in before if is_named(node) and _other(node, after)}
    first = [node for node in before if node.id not in found]
    second = [node for node in after if node.id not in set(found)]
    for key in (_signature, _kind):
        for a, b in _common(first, second, key):
            found[a.id] = b.id
        taken = set(found.values())
        first, second = _left(first, found), [node for node in second if node.id not in taken]
    return [(node.id, found[node.id]) for node in before if node.id in found]


def _other(node: Node, after: Graph) -> bool:
    return node.id in after.nodes and is_named(after[node.id])


def _left(nodes: list[Node], found: Mapping[str, str]) -> list[Node]:
    return [node for node in nodes if node.id not in found]


def _common(first: list[Node], second: list[Node], key: object) -> Iterator[tuple[Node, Node]]:
    """Pairs of the longest common sequence, by what `key` says of each."""
    assert callable(key), "a key says what makes two layers alike"
    one, two = [key(node) for node in first], [key(node) for node in second]
    # what is alike at both ends is paired at once: searching costs the product of the lengths
    ahead = _alike(one, two)
    behind = _alike(one[: ahead - 1 if ahead else None : -1], two[: ahead - 1 if ahead else None : -1])
    yield from zip(first[:ahead], second[:ahead], strict=True)
    middle = slice(ahead, len(one) - behind), slice(ahead, len(two) - behind)
    for block in SequenceMatcher(None, one[middle[0]], two[middle[1]], autojunk=False).get_matching_blocks():
        yield from zip(first[ahead + block.a :][: block.size], second[ahead + block.b :][: block.size], strict=True)
    yield from zip(first[len(one) - behind :], second[len(two) - behind :], strict=True)


def _alike(one: Sequence[object], two: Sequence[object]) -> int:
    """How many items are the same from the start."""
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def is_named(node: Node) -> bool:
    """Whether the user named the layer and all parts that it is in; else some step of its path is kind and number."""
    if node.op == "field":
        return True
    steps = node.id.split(".")
    own = not re.fullmatch(rf"{re.escape(node.op)}[0-9]+(_2)*", steps[-1])
    return own and not any(re.fullmatch(r"(?:[A-Z][A-Za-z0-9]*?|chain|joined)[0-9]+", step) for step in steps)


def _signature(node: Node) -> tuple[object, ...]:
    weights = tuple((weight.part, weight.trainable) for weight in weights_of(node))
    return (*_kind(node), repr(options_of(node)), weights)


def _kind(node: Node) -> tuple[object, ...]:
    """The kind, and the part that the layer is in, whatever its number."""
    return (node.op, re.sub(r"[0-9]+", "", node.id.rpartition(".")[0]))


# what is not the same in it


def _changes(before: Node, after: Node, there: Mapping[str, str]) -> Iterator[Change]:
    if is_named(before) is not is_named(after) or (is_named(before) and before.id != after.id):
        yield "name", before.id, after.id
    yield from _differing(_facts(before, there), _facts(after, {}))


def _facts(node: Node, there: Mapping[str, str]) -> dict[str, object]:
    """What makes a layer, as plain values by name; layers under the names that the other network has for them."""
    found: dict[str, object] = {"kind": node.op}
    found |= {name: _plain(value) for name, value in options_of(node).items()}
    found["reads"] = [there.get(source, source) for source in node.inputs]
    found["shape"] = list(node.type.shape[1:])
    for name in ("numbers", "value", "only"):
        if name in node.attributes:
            found[name] = _plain(node.attributes[name])
    named = there.get(node.id, node.id)
    for weight in weights_of(node):
        found |= {f"{weight.part}{name}": value for name, value in _weight(weight, node.id, named).items()}
    return found


def _weight(weight: LayerWeight, node: str, named: str) -> dict[str, object]:
    name = f"{named}.{weight.part}" if weight.name == f"{node}.{weight.part}" else weight.name
    found: dict[str, object] = {
        "": f"{list(weight.shape)} of {name}" if name != f"{named}.{weight.part}" else list(weight.shape),
        " start": start(weight.start),
        " trainable": weight.trainable,
    }
    more = {" transposed": weight.transposed, " mask": weight.mask, " norm": weight.norm}
    return found | {key: _plain(value) for key, value in more.items() if value}


def start(given: Start) -> object:
    """A start with the options that were left out, and without the sizes of its layer."""
    if given[0] == "row_lengths":
        # the lengths of the rows of another weight, whose own start is compared there
        return "row_lengths"
    kind = lookup("start", given[0])
    known = {option.name: option.default for option in kind.options} if kind else {}
    options = known | {name: value for name, value in given[1] if name not in WITHOUT_FANS}
    return _plain((given[0], tuple(options.items())))


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def _plain(value: object) -> object:
    """A value of a graph's attributes as it would be written: kinds as `{kind: options}`."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], tuple):
        options = {name: _plain(inner) for name, inner in value[1]}
        return options["value"] if value[0] == "constant" else {value[0]: options} if options else value[0]
    if isinstance(value, tuple):
        if len(value) == 2 and isinstance(value[0], int | float) and isinstance(value[1], str):
            return f"{value[0]} {value[1]}"
        return [_plain(inner) for inner in value]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


# training


def _data(node: Node) -> dict[str, object]:
    """What is done to a column, by path; nothing for a layer."""
    steps = {key: node.attributes.get(key) for key in ("prepare", "augment")}
    return {f"data.{key}.{node.id}": _plain(value) for key, value in steps.items() if value}


def settings(experiment: Experiment, there: Mapping[str, str] = {}) -> dict[str, object]:
    """Everything that is no layer, by path, with layers under the names that `there` has for them."""
    found: dict[str, object] = {
        "train.batch": experiment.batch, "train.epochs": experiment.epochs, "train.steps": experiment.steps,
        "train.last_batch": experiment.last_batch, "run.seed": experiment.seed,
        "network.output": [there.get(node, node) for node in experiment.outputs.values()],
    }  # fmt: skip
    for node in experiment.graph:
        found |= _data(node)
    for term in experiment.terms:
        found |= {f"train.loss.{term.name}.{name}": value for name, value in _term(term, there).items()}
    for number, penalty in enumerate(experiment.penalties, 1):
        path = f"train.penalties.{number}.{penalty.kind}"
        found |= {path: _live(penalty.amount), f"{path}.of": _weight_names(penalty.weights, there)}
    for use in experiment.metrics:
        found |= {f"train.metrics.{use.name}.{name}": value for name, value in _metric(use, there).items()}
    if experiment.optimizer is not None:
        found |= _optimizer(experiment.optimizer, there)
    for kind, limit in experiment.clip:
        found[f"train.clip_gradients.{kind}"] = _live(limit)
    if len(experiment.clip) > 1:
        found["train.clip_gradients"] = [kind for kind, _ in experiment.clip]
    stop = experiment.stop
    for name in ("metric", "patience", "min_delta", "restore") if stop is not None else ():
        found[f"train.stop.{name}"] = getattr(stop, name)
    return found


def _term(term: Term, there: Mapping[str, str]) -> dict[str, object]:
    tensors = {name: there.get(node, node) for name, node in term.tensors.items()}
    kind = lookup("loss", term.kind)
    named = {*(kind.tensors if kind else ()), "formula"}
    options = {name: _plain(value) for name, value in term.options.items() if name not in named}
    where = term.where if term.where is None else there.get(term.where, term.where)
    more = {"weight": _live(term.weight), "where": where, "when_training": term.when_training}
    return {"kind": term.kind, **tensors, **options, **more}


def _metric(use: MetricUse, there: Mapping[str, str]) -> dict[str, object]:
    pair = {"prediction": there.get(use.prediction, use.prediction), "target": there.get(use.target, use.target)}
    options = {name: _plain(value) for name, value in use.options.items() if name not in pair}
    where = use.where if use.where is None else there.get(use.where, use.where)
    return {"kind": use.kind, **pair, **options, "scores": use.scores, "where": where}


def _optimizer(rule: Optimizer, there: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {"train.optimizer": rule.kind}
    found |= {f"train.optimizer.{name}": _live(value) for name, value in rule.options.items()}
    for number, (weights, options) in enumerate(rule.groups, 1):
        path = f"train.optimizer.groups.{number}"
        found[f"{path}.of"] = _weight_names(weights, there)
        found |= {f"{path}.{name}": _live(value) for name, value in options.items()}
    return found


def _live(value: Live | float | bool) -> object:
    return _plain(value)


def _weight_names(names: Sequence[str], there: Mapping[str, str]) -> list[str]:
    """Weights by the names that the other network has for their layers."""
    return [_renamed(name, there) for name in names]


def _renamed(name: str, there: Mapping[str, str]) -> str:
    layer, _, part = name.rpartition(".")
    return f"{there[layer]}.{part}" if layer in there else name
