"""The picture of a network as its file has it: a box a layer, blocks as groups, data and losses at the ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .cost import LayerCost, costs
from .diagram import Box, Item, Link, Picture, Role, grouped, named_within
from .diagram_words import count, detail_of, family_of, shape_of
from .experiment import Augment, Experiment, Prepare, Term, activation_of, weights_of
from .graph import Graph, Node

JOINED = frozenset({"data", "output", "loss", "block", "activation"})
"""Families that no activation is drawn into."""


def architecture(experiment: Experiment) -> Picture:
    """The whole picture of an experiment, nothing folded.

    An activation that stands by itself is drawn into the layer before it, where nothing else reads that layer. The
    parts of one split are one box. A formula that is nothing but a loss is drawn in the loss.
    """
    graph = experiment.graph
    into = drawn_into(experiment)
    rows = {row.name: row for row in costs(experiment)}
    users = Counter(weight.name for node in graph for weight in weights_of(node))
    boxes = [_box(node, rows[node.id], users) for node in graph if into.get(node.id, node.id) == node.id]
    boxes = _with_activations(boxes, graph, into)
    boxes = _with_splits(boxes, graph, into)
    branches = experiment.branches
    links = [link for node in graph for link in _links(node, graph, into, branches.get(node.id, ()))]
    outputs = _outputs(experiment)
    links += [Link(into.get(node_id, node_id), f"output {name}", shape_of(graph[node_id]), label=_part(graph, node_id))
              for name, node_id in experiment.outputs.items()]  # fmt: skip
    for term in experiment.terms:
        boxes.append(_loss(term))
        links += _aims(term, graph, into)
    known = {box.id for box in (*boxes, *outputs)}
    kept = tuple(dict.fromkeys(link for link in links if {link.source, link.target} <= known))
    items = grouped([*_in_order(boxes), *outputs], _around(boxes))
    return Picture(experiment.name, named_within(_titled(items, experiment)), kept, _facts(rows.values()))


def _outputs(experiment: Experiment) -> list[Box]:
    """A box an output. A single one whose layer has no name of its own is called nothing but `output`."""
    names = list(experiment.outputs)
    plain = len(names) == 1 and names[0].rstrip("0123456789") == experiment.graph[experiment.outputs[names[0]]].op
    return [Box(f"output {name}", "output" if plain else name, "output", "output") for name in names]


def _in_order(boxes: list[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: box.family == "loss")


def _around(boxes: Iterable[Box]) -> dict[str, tuple[str, ...]]:
    """The groups round each layer: every beginning of its path. An entry that is a list of layers gives its own name
    to the last of them, which lies in the group with the others."""
    paths = [box.id for box in boxes if " " not in box.id]
    begins = {path[: at + 1] for path in paths for at, sign in enumerate(path) if path[at + 1 : at + 2] == "."}
    found = {}
    for path in paths:
        parts = path.split(".")
        ends = range(1, len(parts) + (path in begins))
        found[path] = tuple(".".join(parts[:end]) for end in ends)
    return found


def drawn_into(experiment: Experiment) -> dict[str, str]:
    """Which box a node is drawn in, where that is not its own."""
    graph, found = experiment.graph, dict[str, str]()
    seen = set(experiment.outputs.values())
    seen |= {source for term in experiment.terms for source in (*term.tensors.values(), term.where) if source}
    for node in graph:
        if node.op == "split" and "." in node.id:
            found[node.id] = node.id.rpartition(".")[0]
        elif family_of(node.op) == "activation" and len(node.inputs) == 1:
            source = graph[node.inputs[0]]
            taken = family_of(source.op) in JOINED or activation_of(source) != "linear" or source.id in seen
            if not taken and graph.users[source.id] == (node.id,) and _parent(source.id) == _parent(node.id):
                found[node.id] = found.get(source.id, source.id)
    for term in experiment.terms:
        for node_id in term.tensors.values():
            if node_id.startswith("train.loss.") and term.kind == "formula" and not graph.users[node_id]:
                found[node_id] = f"loss {term.name}"
    return found


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _box(node: Node, row: LayerCost, users: Mapping[str, int]) -> Box:
    shared = [weight.name for weight in weights_of(node) if users[weight.name] > 1]
    owners = dict.fromkeys(name.rpartition(".")[0] if len(shared) > 1 else name for name in shared)
    return Box(
        id=node.id, name=node.id, kind=_kind(node), family=family_of(node.op), detail=_detail(node),
        activation=row.activation or "", shape=shape_of(node), parameters=row.parameters,
        multiply_adds=row.multiply_adds, shared=", ".join(owners), held=row.parameters > 0 and not row.trainable,
        note=_note(node), line=row.line,
    )  # fmt: skip


def _kind(node: Node) -> str:
    return "data" if node.op == "field" else node.op


def _detail(node: Node) -> str:
    if node.attributes.get("stand_in"):
        return ""
    if node.op == "field":
        prepare = node.attributes.get("prepare", ())
        steps = [step.kind for step in prepare if isinstance(step, Prepare)] if isinstance(prepare, tuple) else []
        augment = node.attributes.get("augment", ())
        steps += [step.kind for step in augment if isinstance(step, Augment)] if isinstance(augment, tuple) else []
        return ", ".join(steps)
    if node.op == "number":
        return str(node.attributes.get("value", ""))
    return detail_of(node)


def _note(node: Node) -> str:
    """When a node is there at all."""
    only = node.attributes.get("only")
    if node.op == "mode":
        return "one in training, the other elsewhere"
    return {"train": "in training only", "elsewhere": "never in training"}.get(str(only), "")


def _with_activations(boxes: list[Box], graph: Graph, into: Mapping[str, str]) -> list[Box]:
    """Each layer with the activations drawn into it."""
    extra: dict[str, str] = {}
    for node in graph:
        if (home := into.get(node.id)) and family_of(node.op) == "activation":
            extra[home] = node.op
    return [replace(box, activation=extra.get(box.id, box.activation)) for box in boxes]


def _with_splits(boxes: list[Box], graph: Graph, into: Mapping[str, str]) -> list[Box]:
    """The boxes, and one for each split where its first part stands."""
    found = {box.id: box for box in boxes}
    order: list[str] = []
    for node in graph:
        home = into.get(node.id, node.id)
        if node.op == "split" and home not in found:
            found[home] = Box(home, home, "split", "shape", line=node.origins[0].line)
        if home in found and home not in order:
            order.append(home)
    return [found[box_id] for box_id in order]


def _part(graph: Graph, node_id: str) -> str:
    """Which part of a split a node is."""
    return node_id.rpartition(".")[2] if graph[node_id].op == "split" and "." in node_id else ""


def _links(node: Node, graph: Graph, into: Mapping[str, str], branches: Sequence[str]) -> Iterable[Link]:
    target = into.get(node.id, node.id)
    role: Role = "aim" if target.startswith("loss ") else "data"
    names = dict(zip(reversed(node.inputs), reversed(branches), strict=True)) if branches else {}
    for source in dict.fromkeys(node.inputs):
        home = into.get(source, source)
        if home != target:
            yield Link(home, target, shape_of(graph[source]), role, _part(graph, source), names.get(source, ""))


def _loss(term: Term) -> Box:
    kind, options = term.weight
    weight = dict(options).get("value", 1.0) if kind == "constant" else kind
    formula = str(term.options.get("formula", "")) if term.kind == "formula" else ""
    note = "" if weight == 1.0 else f"weight {weight:g}" if isinstance(weight, float) else f"weight: {weight}"
    return Box(f"loss {term.name}", term.name, "loss" if term.kind == term.name else term.kind, "loss", detail=formula,
               note=note, line=term.origin.line)  # fmt: skip


def _aims(term: Term, graph: Graph, into: Mapping[str, str]) -> Iterable[Link]:
    for name, source in (*term.tensors.items(), *((("where", term.where),) if term.where else ())):
        home = into.get(source, source)
        if home != f"loss {term.name}":
            yield Link(home, f"loss {term.name}", shape_of(graph[source]), "aim", name)


def _titled(items: Iterable[Item], experiment: Experiment) -> tuple[Item, ...]:
    """Groups say of which block they are, and, where their weights all belong to one network, of which network."""
    graph = experiment.graph
    found: list[Item] = []
    for item in items:
        if isinstance(item, Box):
            found.append(item)
            continue
        inside = [node for node in graph if f"{node.id}.".startswith(f"{item.id}.")]
        names = {(node.id, weight.name) for node in inside for weight in weights_of(node)}
        owners = {owner for node_id, name in names if (owner := _owner(item.id, node_id, name))}
        note = owners.pop() if len(owners) == 1 else ""
        kind = experiment.parts.get(item.id, "")
        found.append(replace(item, items=_titled(item.items, experiment), note=note, kind=kind))
    return tuple(found)


def _owner(group: str, node_id: str, weight: str) -> str:
    """`Eye`, of the layer `one.dense1` in the group `one` with the weight `Eye.dense1.bias`."""
    inner = node_id.removeprefix(group)
    head, found, _ = weight.rpartition(f"{inner}.")
    return head if found and head != group else ""


def _facts(rows: Iterable[LayerCost]) -> tuple[str, ...]:
    every = list(rows)
    parameters, products = sum(r.parameters for r in every), sum(r.multiply_adds for r in every)
    layers = sum(r.kind != "data" and not r.name.startswith("train.") for r in every)
    return (
        f"{layers} layer{'s' if layers != 1 else ''}",
        f"{count(parameters)} parameters",
        f"{count(products)} multiply-adds an example",
    )
