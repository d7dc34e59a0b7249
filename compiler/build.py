"""From a spec and its data's schema to the experiment: the architecture graph and all that is asked of it.

Every mistake goes into the diagnostics with its place; reading goes on, so that one look shows them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..dsl import formula as formulas
from ..dsl.data_schema import DataSchema
from ..dsl.diagnostics import Diagnostics, Flooded
from ..dsl.kinds.resolve import Scope
from ..dsl.spec import Spec
from ..dsl.static_check import file_scope
from .build_augment import check_pictures
from .build_data import check_prepares
from .build_draft import UNKNOWN, Draft, Frame, TooLarge, named_sizes
from .build_layer import check_total
from .build_loss import terms
from .build_metrics import metrics
from .build_modes import check_modes
from .build_train import Numbers, hold_still, optimizer, penalties
from .build_walk import Walk
from .build_weights import settle_starts, settle_ties
from .experiment import Experiment
from .graph import Graph, Node

BUILT = frozenset({"blocks", "networks", "graph"})
"""Sections that count as later ones, and are walked all the same."""


def build(spec: Spec, schema: DataSchema, diagnostics: Diagnostics) -> Experiment | None:
    """The experiment; None when there is at least one error."""
    draft = Draft(spec, schema, diagnostics)
    main = Frame(main_scope(spec, schema, diagnostics), sees_data=True)
    for name, tree in spec.later.items():
        if name not in BUILT:
            draft.later(f"`{name}:`", tree.place)
    check_prepares(draft, main)
    try:
        experiment = _experiment(draft, Walk(draft, main))
    except (TooLarge, Flooded):
        return None
    if diagnostics.errors or diagnostics.unbuilt:
        return None
    assert not [name for name, sizes in draft.sizes.items() if sizes is None and name in draft.nodes], "unknown sizes"
    return experiment


@dataclass(frozen=True, slots=True)
class Sketched:
    """A network that may have mistakes, to be drawn and not to be trained: `experiment` has its layers, outputs and
    losses. `unknown`: the layers whose sizes a mistake leaves open."""

    experiment: Experiment
    unknown: frozenset[str]


def sketch(spec: Spec, schema: DataSchema) -> Sketched | None:
    """What can be drawn of a file with mistakes, an entry with one as a layer of unknown sizes; None where that is
    nothing. The mistakes themselves are what `build` finds."""
    diagnostics = Diagnostics()
    draft = Draft(spec, schema, diagnostics, lenient=True)
    walk = Walk(draft, Frame(main_scope(spec, schema, diagnostics), sees_data=True))
    try:
        outputs = walk.main_body()
        found = terms(walk, spec.train, outputs) if spec.train else ()
    except (TooLarge, Flooded):
        return None
    nodes = in_order({name: _without_unknown(node) for name, node in draft.nodes.items()})
    given = {name: node for name, node in outputs.items() if node in nodes}
    cut = {name for name, node in draft.nodes.items() if UNKNOWN in node.inputs}
    experiment = Experiment(
        name=spec.name, graph=Graph(nodes, given), outputs=given, terms=found, penalties=(), metrics=(),
        optimizer=None, clip=(), batch=32, epochs=None, steps=None, last_batch="keep", stop=None, seed=0,
        origin=draft.origin(spec.network.place, spec.name), places=draft.places, asked=draft.asked, parts=draft.parts,
        branches={name: names for name, names in draft.branches.items() if name not in cut},
    )  # fmt: skip
    return Sketched(experiment, frozenset(name for name in nodes if draft.sizes[name] is None)) if nodes else None


def _without_unknown(node: Node) -> Node:
    return replace(node, inputs=tuple(source for source in node.inputs if source != UNKNOWN))


def _experiment(draft: Draft, walk: Walk) -> Experiment:
    spec, step = draft.spec, draft.spec.train
    outputs = walk.main_body()
    found = terms(walk, step, outputs) if step else ()
    settle_ties(draft)
    check_pictures(draft)
    check_total(draft)
    settle_starts(draft)
    check_modes(draft)
    used = metrics(walk, step, found) if step else ()
    shrink = penalties(walk, step) if step else ()
    rule = optimizer(walk, step) if step else None
    if step is not None:
        hold_still(draft, step)
    numbers = Numbers(draft, walk.main.scope, step)
    place = step.place if step else spec.network.place
    return Experiment(
        name=spec.name,
        graph=Graph(in_order(draft.nodes), dict(outputs)),
        outputs=outputs,
        terms=found,
        penalties=shrink,
        metrics=used,
        optimizer=rule,
        clip=numbers.clip(),
        batch=numbers.batch(),
        epochs=numbers.epochs(),
        steps=numbers.setting("steps"),
        last_batch=step.last_batch if step else "keep",
        stop=numbers.stop(),
        seed=numbers.seed(),
        origin=draft.origin(place, "train" if step else spec.name),
        places=draft.places,
        asked=draft.asked,
        parts=draft.parts,
        branches=draft.branches,
    )


def main_scope(spec: Spec, schema: DataSchema, diagnostics: Diagnostics) -> Scope:
    """What `$` reads in the main body: the file's options, and what is known of the data's columns."""
    sizes: dict[str, object] = {}
    for column in schema.columns.values():
        sizes |= named_sizes(column.name, column.shape, formulas.UNKNOWN)
        if column.classes is not None:
            sizes[f"{column.name}.classes"] = column.classes
    return file_scope(spec, diagnostics, open=not schema.known).with_options(sizes)


def in_order(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The nodes with every node behind those it reads, in the order in which they are needed."""
    done: dict[str, Node] = {}
    for first in nodes:
        waiting = [first]
        while waiting:
            current = waiting[-1]
            missing = [source for source in nodes[current].inputs if source not in done and source in nodes]
            if missing and current not in done:
                waiting += missing
            else:
                done.setdefault(waiting.pop(), nodes[current])
    return done
