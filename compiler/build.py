"""From a spec and its data's schema to the experiment: the architecture graph and all that is asked of it.

Every mistake goes into the diagnostics with its place; reading goes on, so that one look shows them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from ..dsl.data_schema import DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.kinds.kind import Option, OptionType
from ..dsl.kinds.resolve import Scope, read_option, settle
from ..dsl.spec import Spec, Step
from ..dsl.tree import Tree
from . import build_train
from .advice import advise
from .build_body import Walk
from .experiment import Experiment, Live, Stop
from .graph import Graph, Node, Origin

BATCH_SIZE, EPOCHS = 32, 10


def build(spec: Spec, schema: DataSchema, diagnostics: Diagnostics) -> Experiment | None:
    """The experiment; None when there is at least one error."""
    scope = _scope(spec, diagnostics)
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


def _scope(spec: Spec, diagnostics: Diagnostics) -> Scope:
    """The file's options with their values; an option may not read another."""
    values = dict[str, object]()
    for option in spec.options.values():
        if option.default is not None:
            kind = option.type if option.type in ("int", "number", "text", "bool") else "any"
            values[option.name] = read_option(Option(option.name, cast(OptionType, kind)), option.default, Scope(), diagnostics)
    return Scope(values)


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
    found = read_option(Option("seed", "int", 0, low=0), tree, scope, diagnostics) if tree is not None else 0
    return found if isinstance(found, int) else 0


STOP = (
    Option("patience", "int", 5, "epochs without improvement", low=1),
    Option("metric", "text", "loss", "of the validation part, else of the training part"),
    Option("min_delta", "number", 0.0, "a smaller change is no improvement", low=0),
    Option("restore", "choice", "best", "whose weights are kept", choices=("best", "last")),
)
CLIP = (
    Option("value", "live", None, "no number of a gradient beyond this", low=0, open_low=True),
    Option("norm", "live", None, "no gradient, all weights together, longer than this", low=0, open_low=True),
)


class _Numbers:
    """The numbers of the train section."""

    def __init__(self, scope: Scope, diagnostics: Diagnostics, step: Step | None) -> None:
        self.scope, self.diagnostics, self.step = scope, diagnostics, step

    def whole(self, name: str, tree: Tree | None, default: int) -> int:
        """A whole number of at least 1; the default where none is given."""
        if tree is None:
            return default
        found = read_option(Option(name, "int", default, low=1), tree, self.scope, self.diagnostics)
        return found if isinstance(found, int) else default

    def clip(self) -> tuple[tuple[Literal["value", "norm"], Live], ...]:
        """The limits of the gradients, in the order of the file."""
        given = self.step.clip_gradients if self.step else None
        found = self._table("clip_gradients", CLIP, given)
        return tuple(
            (cast(Literal["value", "norm"], name), build_train.frozen_live(found[name]))
            for name in given or {}
            if found.get(name) is not None
        )

    def stop(self) -> Stop | None:
        """When to stop early; None where the file does not ask for it."""
        given = self.step.stop if self.step else None
        if given is None:
            return None
        found = self._table("stop", STOP, given)
        return Stop(
            str(found.get("metric", "loss")), cast(int, found.get("patience", 5)),
            float(cast(float, found.get("min_delta", 0.0))), "last" if found.get("restore") == "last" else "best",
        )  # fmt: skip

    def _table(self, name: str, options: tuple[Option, ...], given: Mapping[str, Tree] | None) -> Mapping[str, object]:
        if given is None or self.step is None:
            return {}
        places = {key: tree.place for key, tree in given.items()}
        return settle(options, given, places, f"`{name}`", self.step.place, self.scope, self.diagnostics) or {}
