"""Warnings about layers and lines that nothing reads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import prod

from ..dsl.places import Place
from ..dsl.spec import Body
from .advice_view import View, bodies
from .experiment import weights_of
from .graph import Node

NO_LAYER = frozenset({"field", "number"})


def about_unused(view: View) -> None:
    """Warn of each dead end, once: layers that lead nowhere but to it are said with it."""
    if view.experiment.outputs or view.experiment.trains:
        _Unused(view).warn()


class _Unused:
    def __init__(self, view: View) -> None:
        self.view = view

    def warn(self) -> None:
        for node in self.view.experiment.graph:
            if self._dead(node) and not self.view.users(node):
                self._say(node)

    @cached_property
    def _alive(self) -> frozenset[Place]:
        """Places of which at least one layer is read: a line of a block may be of use in one of its copies."""
        return frozenset(self.view.at(self.view.experiment.graph[name]) for name in self.view.asked)

    @cached_property
    def _held(self) -> frozenset[str]:
        """Weights of layers that are read: a layer may be there for the sake of weights that are tied to its own."""
        graph = self.view.experiment.graph
        return frozenset(weight.name for name in self.view.asked for weight in weights_of(graph[name]))

    @cached_property
    def _lines(self) -> Mapping[Place, Place]:
        """Where the names of graph lines stand, by where what they say stands."""
        return {_start(what): name for body in bodies(self.view.spec) for what, name in _lines_of(body)}

    @cached_property
    def _given_out(self) -> frozenset[Place]:
        """Lines that a part gives out: who uses it need not read them all."""
        spec = self.view.spec
        own = [body for body in bodies(spec) if body is not spec.network]
        return frozenset(
            _start(line.what)
            for body in own
            for line in body.graph or ()
            if line.name in {name.split(".")[0] for name, _ in body.output or ()}
        )

    def _dead(self, node: Node) -> bool:
        place = self.view.at(node)
        return not (
            node.id in self.view.asked
            or node.op in NO_LAYER
            or place in self._alive
            or place in self._given_out
            or any(weight.name in self._held for weight in weights_of(node))
        )

    def _say(self, node: Node) -> None:
        lost = self._with(node)
        numbers = sum(prod(weight.shape) for one in lost for weight in weights_of(one) if weight.trainable)
        more = len(lost) - 1
        and_more = f", with {more} layer{'s' if more > 1 else ''} that only it reads," if more else ""
        if not self.view.experiment.trains:
            effect = " has no part in what the network gives out"
        elif numbers:
            effect = f" gets no gradient: {numbers:,} weight{'s' if numbers > 1 else ''} never learn"
        else:
            effect = " has no part in the loss"
        name = node.id.removesuffix(".mode")
        place = self.view.at(node)
        self.view.warn(
            "W213", self._lines.get(place, place), f"nothing reads `{name}`; it{and_more}{effect}",
            f"Read it (`from: {name.split('.')[-1]}`), name it in `output` or in the loss, or take it out.",
        )  # fmt: skip

    def _with(self, node: Node) -> list[Node]:
        """The dead end, and all that leads to it alone."""
        found, waiting = dict[str, Node](), [node]
        while waiting:
            one = waiting.pop()
            if one.id not in found and self._dead(one) and all(user.id in found for user in self.view.users(one)):
                found[one.id] = one
                waiting += [self.view.experiment.graph[source] for source in one.inputs]
        return list(found.values())


def _lines_of(body: Body) -> list[tuple[object, Place]]:
    return [(line.what, line.name_place) for line in body.graph or ()]


def _start(what: object) -> Place:
    """Where the layer stands that a line gives out: its entry, the last of a chain, or its formula."""
    last = what[-1] if isinstance(what, tuple) else what
    place = getattr(last, "place")  # noqa: B009  an entry or a formula
    assert isinstance(place, Place), "entries and formulas have places"
    return place
