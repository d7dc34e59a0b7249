"""The optimiser: from gradients to the next value of every state it moves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, cast

from ..graph import Builder, Graph, Origin, Value
from ..stages import TYPED, Pass, Stage
from ..types import TensorType
from .rewriter import Rewriter
from .update_rules import RULES, Number

Live = tuple[str, tuple[tuple[str, object], ...]]
"""A number that may change from step to step: `(kind, ((option, value), …))`."""
Option = Live | float
FLOAT = TensorType(())
PREFIX = "gradient/"
ZERO: Live = ("constant", (("value", 0.0),))
DECOUPLED = frozenset({"adamw"})


@dataclass(frozen=True)
class Optimise(Pass):
    """output gradient/W   -->   output gradient/W; output next/W = W - learning_rate * gradient/W

    so for `sgd`; the other rules are in `update_rules`. Numbers given as a live number become knobs, plain
    ones constants. Gradients are clipped first (by value, then by the norm of all together), then coupled
    `decay` adds decay * W. Added besides: `publish/gradient_norm` and `guard/gradient_norm`, the norm before
    clipping, and `guard/loss`: a step in which one is not finite changes nothing.
    """

    rule: str
    options: tuple[tuple[str, Option], ...] = ()
    clip: tuple[tuple[Literal["value", "norm"], Option], ...] = ()
    corrects: bool = True
    """Whether moments are corrected for their start at zero, by the rules that have such."""
    groups: tuple[tuple[tuple[str, ...], tuple[tuple[str, Option], ...]], ...] = ()
    """Weights with options of their own; the first group that names a weight wins, option by option."""
    origins: tuple[Origin, ...] = field(default=(), repr=False)
    name: ClassVar[str] = "optimise"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        rw = Rewriter(graph)
        for _ in rw:
            pass
        loss = graph[graph.outputs["loss"]]
        rw.new.origins = self.origins or loss.origins
        rw.output("guard/loss", rw[loss.id])
        if gradients := self._gradients(rw):
            norm = _norm(rw.new, gradients.values())
            rw.output("publish/gradient_norm", norm)
            rw.output("guard/gradient_norm", norm)
            numbers = self._numbers(rw)
            clipped = self._clipped(rw.new, gradients, norm)
            self._update(rw, clipped, {name: numbers | own for name, own in self._own(rw, clipped).items()})
        return rw.graph()

    def _gradients(self, rw: Rewriter) -> dict[str, Value]:
        """The gradients by the name of their state, in order."""
        outputs = rw.old.outputs.items()
        return {name.removeprefix(PREFIX): rw[source] for name, source in outputs if name.startswith(PREFIX)}

    def _numbers(self, rw: Rewriter) -> dict[str, Number]:
        """The options as floats and knobs, and the corrections of the rule, with the counter they need."""
        new = rw.new
        numbers = {name: _number(new, name, option) for name, option in self.options}
        if not (corrected := RULES[self.rule].corrects) or not self.corrects:
            return numbers | {f"correction/{name}": 1.0 for name in corrected}
        counter = _state(new, "optimizer/step", TensorType((), "int64"), "counter")
        step = cast(Value, counter + 1)
        rw.output("next/optimizer/step", step)
        for name in corrected:
            numbers[f"correction/{name}"] = _correction(step, numbers[name])
        return numbers

    def _own(self, rw: Rewriter, weights: Iterable[str]) -> dict[str, dict[str, Number]]:
        """The numbers that each weight has of its own, from the groups that name it."""
        found: dict[str, dict[str, Number]] = {name: {} for name in weights}
        for place, (names, options) in enumerate(self.groups, 1):
            numbers = {name: _number(rw.new, f"group{place}.{name}", option) for name, option in options}
            corrected = [name for name in RULES[self.rule].corrects if name in numbers and self.corrects]
            if corrected:
                step = cast(Value, _state(rw.new, "optimizer/step", TensorType((), "int64"), "counter") + 1)
                numbers |= {f"correction/{name}": _correction(step, numbers[name]) for name in corrected}
            for weight in (name for name in names if name in found):
                found[weight] = numbers | found[weight]
        return found

    def _clipped(self, new: Builder, gradients: dict[str, Value], norm: Value) -> dict[str, Value]:
        """The gradients after every clip in turn; a norm is taken of what the clips before it left."""
        stale = False
        for kind, option in self.clip:
            limit = _number(new, f"clip_{kind}", option)
            if kind == "value":
                gradients = {name: _within(g, limit) for name, g in gradients.items()}
                stale = True
            else:
                norm = _norm(new, gradients.values()) if stale else norm
                # not limit / norm: below the limit nothing may change, and the norm may be 0
                factor = limit / new.add("maximum", [norm, limit])
                gradients = {name: cast(Value, g * factor) for name, g in gradients.items()}
        return gradients

    def _update(
        self, rw: Rewriter, gradients: Mapping[str, Value], numbers_of: Mapping[str, Mapping[str, Number]]
    ) -> None:
        """The next value of each weight and slot as outputs: all weights, then slot by slot."""
        rule = RULES[self.rule]
        weights = {str(node.attr("name")): node for node in rw.old if node.op == "state"}
        results = dict[str, list[tuple[str, Value]]]()
        for name, g in gradients.items():
            node, w, numbers = weights[name], rw[weights[name].id], numbers_of[name]
            rw.new.origins = node.origins
            slots = [_state(rw.new, f"{name}/{slot}", w.type, "slot") for slot in rule.slots]
            after = rule.step(w, self._decayed(w, g, numbers), *slots, numbers)
            names = (name, *(f"{name}/{slot}" for slot in rule.slots))
            for kind, state, value in zip(("", *rule.slots), names, after, strict=True):
                results.setdefault(kind, []).append((state, cast(Value, value)))
        for state, value in (pair for pairs in results.values() for pair in pairs):
            rw.output(f"next/{state}", value)

    def _decayed(self, w: Value, g: Value, numbers: Mapping[str, Number]) -> Value:
        """g + decay * w, unless the rule decays on its own or the decay is 0 for good."""
        decay = numbers.get("decay", 0.0)
        if self.rule in DECOUPLED or decay == 0.0:
            return g
        return cast(Value, g + decay * w)


def _number(new: Builder, name: str, option: Option) -> Number:
    if not isinstance(option, tuple):
        return float(option)
    return new.leaf("knob", FLOAT, name=name, live=option)


def _state(new: Builder, name: str, kind: TensorType, role: str) -> Value:
    return new.leaf("state", kind, name=name, role=role, trainable=False, start=ZERO)


def _norm(new: Builder, gradients: Iterable[Value]) -> Value:
    """The root of the sum of all squares."""
    total: Value | None = None
    for g in gradients:
        squares = new.add("square", [g])
        if g.type.rank:
            squares = new.add("sum", [squares], axes=tuple(range(g.type.rank)))
        total = squares if total is None else new.add("add", [total, squares])
    assert total is not None, "a norm of nothing"
    return new.add("sqrt", [total])


def _within(g: Value, limit: Number) -> Value:
    """g between -limit and limit."""
    return g.builder.add("minimum", [g.builder.add("maximum", [g, -limit]), limit])


def _correction(step: Value, base: Number) -> Value:
    """1 - base^t as a float32, worked out in float64: near 0 a float32 would keep few digits of it."""
    new = step.builder
    t = new.add("cast", [step], dtype="float64")
    if isinstance(base, Value):
        logarithm: Number = new.add("log", [new.add("cast", [base], dtype="float64")])
    else:
        logarithm = math.log(cast(float, base)) if base else -math.inf
    return new.add("cast", [1.0 - new.add("exp", [t * logarithm])], dtype="float32")
