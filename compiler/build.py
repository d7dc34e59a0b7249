"""From a spec and its data's schema to the experiment: the architecture graph and all that is asked of it.

Every mistake goes into the diagnostics with its place; reading goes on, so that one look shows them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from ..dsl.data_schema import DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.kinds.resolve import Scope, file_scope, integer_of, number_of
from ..dsl.places import Place
from ..dsl.spec import Spec, Step
from ..dsl.tree import Scalar, Tree
from . import build_train
from .advice import advise
from .build_body import Walk
from .experiment import Experiment, Live, Stop
from .graph import Graph, Node, Origin

BATCH_SIZE, EPOCHS = 32, 10


def build(spec: Spec, schema: DataSchema, diagnostics: Diagnostics) -> Experiment | None:
    """The experiment; None when there is at least one error."""
    scope = file_scope(spec, diagnostics)
    walk = Walk(spec, schema, scope, diagnostics)
    _later_sections(spec, diagnostics)
    walk.data_prepares()
    outputs = walk.body(spec.network)
    step = spec.train
    found = build_train.terms(walk, step, outputs) if step else ()
    used = build_train.metrics(walk, step, found) if step else ()
    shrink = build_train.penalties(walk, step) if step else ()
    rule = build_train.optimizer(walk, step) if step else None
    numbers = _Numbers(scope, diagnostics, step)
    origin = Origin(spec.file, step.place.line if step else 1, "train" if step else spec.name)
    experiment = Experiment(
        name=spec.name,
        graph=Graph(_in_order(walk.nodes), dict(outputs)),
        outputs=outputs,
        terms=found,
        penalties=shrink,
        metrics=used,
        optimizer=rule,
        clip=numbers.clip(),
        batch=numbers.whole("batch", step.batch if step else None, BATCH_SIZE),
        epochs=numbers.whole("epochs", step.epochs if step else None, EPOCHS),
        steps=numbers.whole("steps", step.steps, 0) or None if step else None,
        last_batch=step.last_batch if step else "keep",
        stop=numbers.stop(),
        seed=_seed(spec, scope, diagnostics),
        origin=origin,
    )
    if not diagnostics.errors:
        advise(experiment, schema, spec, diagnostics)
    return None if diagnostics.errors else experiment


def _in_order(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The nodes with every node behind those it reads (graph lines may stand in any order)."""
    done: dict[str, Node] = {}

    def add(node_id: str) -> None:
        if node_id in done or node_id not in nodes:
            return
        waiting = [node_id]
        while waiting:
            current = waiting[-1]
            missing = [s for s in nodes[current].inputs if s not in done and s in nodes]
            if missing:
                waiting += missing
            else:
                done[waiting.pop()] = nodes[current]

    for node_id in nodes:
        add(node_id)
    return done


def _later_sections(spec: Spec, diagnostics: Diagnostics) -> None:
    for name, tree in spec.later.items():
        diagnostics.error("E299", tree.place, f"`{name}:` is read and understood, but not built yet", "Leave it out for now.")


def _seed(spec: Spec, scope: Scope, diagnostics: Diagnostics) -> int:
    tree = spec.run.get("seed")
    found = integer_of(tree, scope, diagnostics, "seed", low=0) if tree is not None else None
    return found or 0


class _Numbers:
    """The numbers of the train section."""

    def __init__(self, scope: Scope, diagnostics: Diagnostics, step: Step | None) -> None:
        self.scope, self.diagnostics, self.step = scope, diagnostics, step

    def whole(self, name: str, tree: Tree | None, default: int) -> int:
        if tree is None:
            return default
        found = integer_of(tree, self.scope, self.diagnostics, name, low=1)
        return default if found is None else found

    def clip(self) -> tuple[tuple[Literal["value", "norm"], Live], ...]:
        found: list[tuple[Literal["value", "norm"], Live]] = []
        for name, tree in ((self.step.clip_gradients or {}) if self.step else {}).items():
            if name not in ("value", "norm"):
                self._unknown("clip_gradients", name, tree.place, "value, norm")
                continue
            limit = number_of(tree, self.scope, self.diagnostics, f"clip_gradients.{name}", low=0)
            if limit is not None:
                found.append((cast(Literal["value", "norm"], name), ("constant", (("value", float(limit)),))))
        return tuple(found)

    def stop(self) -> Stop | None:
        given = self.step.stop if self.step else None
        if given is None:
            return None
        known = {"patience", "metric", "min_delta", "restore"}
        for name in given.keys() - known:
            self._unknown("stop", name, given[name].place, ", ".join(sorted(known)))
        patience = integer_of(given["patience"], self.scope, self.diagnostics, "patience", low=1) if "patience" in given else 5
        delta = number_of(given["min_delta"], self.scope, self.diagnostics, "min_delta", low=0) if "min_delta" in given else 0.0
        metric = self._word(given, "metric", "loss")
        restore = self._word(given, "restore", "best")
        return Stop(metric, patience or 5, float(delta or 0.0), "last" if restore == "last" else "best")

    def _word(self, given: Mapping[str, Tree], name: str, default: str) -> str:
        tree = given.get(name)
        return str(tree.value) if isinstance(tree, Scalar) else default

    def _unknown(self, section: str, name: str, place: Place, known: str) -> None:
        self.diagnostics.error("E210", place, f"`{section}` has no `{name}`", f"It has {known}.")
