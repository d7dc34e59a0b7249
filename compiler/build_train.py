"""How it is trained: the optimiser, penalties, what is updated, and the numbers of the `train` section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from ..dsl.kinds.kind import Option
from ..dsl.kinds.resolve import Scope, read_option, settle
from ..dsl.kinds.values import Group
from ..dsl.kinds.values import Live as LiveValue
from ..dsl.places import Place
from ..dsl.settings import BATCH, CLIP, EPOCHS, RUN, STOP, TRAIN
from ..dsl.spec import Entry, Step
from ..dsl.suggest import did_you_mean
from ..dsl.tree import Tree
from .build_draft import Draft
from .build_names import Walker
from .build_options import entry_options, frozen_live
from .experiment import Live, Optimizer, Penalty, Stop, weights_of
from .selectors import reached


def optimizer(walker: Walker, step: Step) -> Optimizer | None:
    """The rule and its numbers; adam where none is given."""
    entry = step.optimizer or Entry(kind="adam", kind_place=step.place, place=step.place)
    options = entry_options(walker.draft, "optimizer", entry, walker.main.scope)
    if options is None:
        return None
    numbers: dict[str, Live | float | bool] = {}
    for name, value in options.items():
        if isinstance(value, LiveValue):
            numbers[name] = frozen_live(value)
        elif isinstance(value, bool | int | float):
            numbers[name] = value
    given = options.get("groups")
    groups = tuple(_group(walker.draft, group) for group in given) if isinstance(given, tuple) else ()
    return Optimizer(entry.kind, numbers, walker.draft.origin(entry.place, "train.optimizer"), groups)


def _group(draft: Draft, group: Group) -> tuple[tuple[str, ...], dict[str, Live | float | bool]]:
    """The weights that a group reaches, and its options."""
    options: dict[str, Live | float | bool] = {}
    for name, value in group.options.items():
        if isinstance(value, LiveValue):
            options[name] = frozen_live(value)
        elif isinstance(value, bool | int | float):
            options[name] = value
    return select(draft, group.of), options


def penalties(walker: Walker, step: Step) -> tuple[Penalty, ...]:
    """The penalties with the weights their selectors reach (without one: all weights, no biases)."""
    draft, found = walker.draft, list[Penalty]()
    for entry in step.penalties:
        options = entry_options(draft, "penalty", entry, walker.main.scope)
        names = select(draft, entry.of or (("**.weights", entry.place),))
        if options is None or not names:
            continue
        for part in ("l1", "l2") if entry.kind == "elastic" else (entry.kind,):
            amount = frozen_live(options[part if entry.kind == "elastic" else "amount"])
            found.append(Penalty(part, options, amount, names, draft.origin(entry.place, f"train.penalties.{part}")))
    return tuple(found)


def select(draft: Draft, selectors: tuple[tuple[str, Place], ...]) -> tuple[str, ...]:
    """The names of the weights that the selectors reach, each once; one that reaches nothing is a mistake."""
    found: dict[str, None] = {}
    for selector, place in selectors:
        hits = reached(selector, draft.weights)
        near = _near(selector, draft)
        if not hits and (draft.whole or near is not None):
            known = ", ".join(list(draft.weights)[:6]) or "none"
            near = near or 'Name a layer, or write "**.weights" for all.'
            draft.error("E227", place, f"`{selector}` reaches no weights; there are {known}", near)
        found |= dict.fromkeys(hits)
    return tuple(found)


def _near(selector: str, draft: Draft) -> str | None:
    """The layer or weight that was most likely meant."""
    layers = {name.rpartition(".")[0] for name in draft.weights}
    return None if "*" in selector else did_you_mean(selector, [*draft.weights, *layers])


def hold_still(draft: Draft, step: Step) -> None:
    """With `update:` only the weights it reaches are trained."""
    if step.update is None:
        return
    moved = set(select(draft, step.update))
    for node in list(draft.nodes.values()):
        weights = weights_of(node)
        if weights:
            held = tuple(replace(w, trainable=w.trainable and w.name in moved) for w in weights)
            attrs = {**node.attributes, "weights": held}
            draft.nodes[node.id] = replace(node, attrs=tuple(attrs.items()))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The plain settings of `train`, `stop`, `clip_gradients` and `run`."""

    draft: Draft
    scope: Scope
    step: Step | None

    def setting(self, name: str) -> int | None:
        """A whole number of the train section; None where it is not given."""
        tree = getattr(self.step, name) if self.step else None
        return self._whole(TRAIN, name, tree) if tree is not None else None

    def batch(self) -> int:
        return self.setting("batch") or BATCH

    def epochs(self) -> int | None:
        """Times over the training part; None where the file counts steps."""
        steps = self.step is not None and self.step.steps is not None
        return self.setting("epochs") or (None if steps else EPOCHS)

    def seed(self) -> int:
        tree = self.draft.spec.run.get("seed")
        return (self._whole(RUN, "seed", tree) or 0) if tree is not None else 0

    def clip(self) -> tuple[tuple[Literal["value", "norm"], Live], ...]:
        """The limits of the gradients, in the order of the file."""
        given = self.step.clip_gradients if self.step else None
        found = self._settled("clip_gradients", CLIP, given)
        words: tuple[Literal["value", "norm"], ...] = ("value", "norm")
        order = sorted(words, key=lambda word: list(given or {}).index(word) if word in (given or {}) else 0)
        return tuple((word, frozen_live(found[word])) for word in order if found.get(word) is not None)

    def stop(self) -> Stop | None:
        """When to stop early; None where the file does not ask for it."""
        given = self.step.stop if self.step else None
        if given is None:
            return None
        found = self._settled("stop", STOP, given)
        metric, restore = str(found.get("metric") or "loss"), found.get("restore")
        return Stop(
            metric, cast(int, found.get("patience", 1)), float(cast(float, found.get("min_delta", 0.0))),
            "last" if restore == "last" else "best",
        )  # fmt: skip

    def _whole(self, table: tuple[Option, ...], name: str, tree: Tree) -> int | None:
        option = next(option for option in table if option.name == name)
        found = read_option(option, tree, self.scope, self.draft.diagnostics)
        return found if isinstance(found, int) else None

    def _settled(self, name: str, table: tuple[Option, ...], given: Mapping[str, Tree] | None) -> Mapping[str, object]:
        if given is None or self.step is None:
            return {}
        return settle(table, given, {}, f"`{name}`", self.step.place, self.scope, self.draft.diagnostics) or {}
