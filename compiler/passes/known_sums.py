"""Sums that follow from other sums, so that nothing is walked through for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from ..graph import Graph, Node, Value
from ..ops.op import REGISTRY
from ..stages import TYPED, Pass, Stage
from ..types import Dim, Size, TensorType, evaluate, product
from .rewriter import Rewriter

Axes = tuple[int, ...]
TRIED = ({"B": 3, "N": 5}, {"B": 7, "N": 11})
"""Sizes at which a count must agree to be that of the summed elements: both are products, so twice is always."""


@dataclass(frozen=True)
class KnownSums(Pass):
    """sum(a x + b (y - mean(y)))   -->   a sum(x), where sum(x) is computed anyhow

    and a, b are the same along the summed axes. The gradient of a batch norm asks for such a sum: it then takes
    one walk over the data instead of two. Source: own.
    """

    name: ClassVar[str] = "known-sums"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        asked = {n.id for n in graph if n.op == "sum" and _grows(graph[n.inputs[0]], _axes(n))}
        if not asked:
            return graph
        rw = Rewriter(graph)
        known = _Known(graph, rw)
        for node in rw:
            if node.id not in asked:
                continue
            made = known.sum(graph[node.inputs[0]], _axes(node), whole=node)
            if isinstance(made, Zero):
                zero = rw.new.constant(0.0, TensorType((), node.type.dtype))
                rw.replace(node, rw.new.broadcast(zero, node.type))
            elif made is not None:
                rw.replace(node, made)
        return rw.graph()


class Zero:
    """A sum that is nothing, whatever the numbers are."""


class _Known:
    """What sums of parts of a graph are, as values of the new one; None where that takes a walk."""

    def __init__(self, graph: Graph, rw: Rewriter) -> None:
        self.graph, self.rw = graph, rw
        self.sums: Mapping[tuple[str, Axes], str] = {
            (node.inputs[0], _axes(node)): node.id for node in graph if node.op == "sum"
        }

    def sum(self, node: Node, axes: Axes, whole: Node | None = None) -> Value | Zero | None:
        """The sum of `node` along `axes`; `whole` is the sum that is asked for, which does not count as known."""
        there = self.sums.get((node.id, axes))
        if there is not None and (whole is None or there != whole.id) and there in self.rw:
            return self.rw[there]
        match node.op:
            case "negative":
                inner = self.sum(self._input(node, 0), axes)
                return self.rw.new.add("negative", [inner]) if isinstance(inner, Value) else inner
            case "subtract" if self._is_centred(node, axes):
                return Zero()
            case "add" | "subtract":
                return self._joined(node, axes)
            case "multiply":
                return self._scaled(node, axes)
        return None

    def _joined(self, node: Node, axes: Axes) -> Value | Zero | None:
        parts = [self.sum(self._input(node, place), axes) for place in (0, 1)]
        first, second = parts
        if first is None or second is None:
            return None
        if isinstance(second, Zero):
            return first
        if isinstance(first, Zero):
            return second if node.op == "add" else self.rw.new.add("negative", [second])
        return self.rw.new.add(node.op, [first, second])

    def _scaled(self, node: Node, axes: Axes) -> Value | Zero | None:
        for place in (0, 1):
            inner = self.sum(self._input(node, place), axes)
            if isinstance(inner, Zero):
                return inner if self._even(self._input(node, 1 - place), axes) is not None else None
            if inner is not None and (factor := self._even(self._input(node, 1 - place), axes)) is not None:
                return self.rw.new.add("multiply", [inner, factor])
        return None

    def _even(self, node: Node, axes: Axes) -> Value | None:
        """What `node` is at any place along `axes`, where it is the same at all of them."""
        kind = _without(node.type, axes)
        if node.op == "broadcast":
            spread = node.attr("axes")
            assert isinstance(spread, tuple)
            if set(spread) & set(axes):
                return None
            kept = [axis for axis in range(len(node.type.shape)) if axis not in axes]
            source = self.rw[node.inputs[0]]
            if source.type.shape == kind.shape:
                return source
            return self.rw.new.add(
                "broadcast", [source], shape=kind.shape, axes=tuple(kept.index(axis) for axis in spread)
            )
        if REGISTRY[node.op].kind == "elementwise" and node.inputs:
            parts = [self._even(self.graph[source], axes) for source in node.inputs]
            if all(part is not None for part in parts):
                return self.rw.new.add(node.op, parts, name=None, **node.attributes)
        return None

    def _is_centred(self, node: Node, axes: Axes) -> bool:
        """Whether it is y - mean(y), the mean along these axes."""
        spread = self._input(node, 1)
        if spread.op != "broadcast" or spread.attr("axes") != _kept(node.type, axes):
            return False
        mean = self.graph[spread.inputs[0]]
        if mean.op != "multiply":
            return False
        for place in (0, 1):
            total, share = self._input(mean, place), self._input(mean, 1 - place)
            if total.op == "sum" and total.inputs[0] == node.inputs[0] and _axes(total) == axes:
                count = product(node.type.shape[axis] for axis in axes)
                return all(self._number(share, sizes) == Fraction(1, evaluate(count, sizes)) for sizes in TRIED)
        return False

    def _number(self, node: Node, sizes: Mapping[str, int]) -> Fraction | None:
        """The number that a product of sizes, constants and reciprocals is."""
        match node.op:
            case "constant":
                value = node.attr("value")
                return Fraction(value) if isinstance(value, int | float) else None
            case "size":
                names, factor = node.attr("of"), node.attr("factor")
                assert isinstance(names, tuple)
                assert isinstance(factor, int)
                return Fraction(evaluate(Size(factor, names), sizes))
            case "broadcast" | "cast":
                return self._number(self._input(node, 0), sizes)
            case "reciprocal":
                inner = self._number(self._input(node, 0), sizes)
                return 1 / inner if inner else None
            case "multiply":
                first, second = (self._number(self._input(node, place), sizes) for place in (0, 1))
                return None if first is None or second is None else first * second
        return None

    def _input(self, node: Node, place: int) -> Node:
        return self.graph[node.inputs[place]]


def _axes(node: Node) -> Axes:
    axes = node.attr("axes")
    assert isinstance(axes, tuple)
    return axes


def _grows(node: Node, axes: Axes) -> bool:
    """Whether there is more to sum the larger the batch is."""
    return any(isinstance(node.type.shape[axis], Size) for axis in axes)


def _kept(kind: TensorType, axes: Axes) -> Axes:
    return tuple(axis for axis in range(len(kind.shape)) if axis not in axes)


def _without(kind: TensorType, axes: Axes) -> TensorType:
    shape: tuple[Dim, ...] = tuple(kind.shape[axis] for axis in _kept(kind, axes))
    return TensorType(shape, kind.dtype)
