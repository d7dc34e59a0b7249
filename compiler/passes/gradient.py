"""Reverse mode."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, cast

from ..graph import Graph, Node, Value
from ..kernel_view import ancestors
from ..ops.op import REGISTRY
from ..stages import TYPED, Pass, Stage
from .rewriter import Rewriter


@dataclass(frozen=True)
class Gradient(Pass):
    """output loss = f(state)   -->   output loss = f(state); output gradient/STATE = d loss / d state

    For every trainable state, or those named by `only`, in the order of the graph. Each op's own rule makes
    cotangents of its inputs, written with ops, so the result can be differentiated again. A part without a
    gradient (labels, comparisons) passes nothing back; a state that the loss does not read gets zeros.
    """

    of: str = "loss"
    only: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    """Nodes whose cotangents are outputs besides, as `cotangent/NODE`, where they have one."""
    name: ClassVar[str] = "gradient"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        rw = Rewriter(graph)
        for _ in rw:
            pass
        live = ancestors(graph, graph.outputs.values())
        states = [node for node in graph if node.id in live and self._wanted(node)]
        cotangents = self._backward(rw, [*(node.id for node in states), *self.also])
        for node in states:
            rw.new.origins = node.origins
            cotangent = cotangents.get(node.id)
            value = rw.new.constant(0.0, node.type) if cotangent is None else cotangent
            rw.output(f"gradient/{node.attr('name')}", value)
        for node_id in self.also:
            if node_id in cotangents:
                rw.output(f"cotangent/{node_id}", cotangents[node_id])
        return rw.graph()

    def _wanted(self, node: Node) -> bool:
        if node.op != "state" or not node.attr("trainable"):
            return False
        return self.only is None or node.attr("name") in self.only

    def _backward(self, rw: Rewriter, states: list[str]) -> dict[str, Value]:
        """The cotangent of each node on a path from a state to the loss, walked from the loss."""
        goal = rw.old.outputs[self.of]
        path = ancestors(rw.old, [goal]) & _reached(rw.old, states)
        rw.new.origins = rw.old[goal].origins
        cotangents = {goal: rw.new.constant(1.0, rw.old[goal].type)}
        for node in reversed(tuple(rw.old)):
            if node.id in path and node.inputs and (cotangent := cotangents.get(node.id)) is not None:
                rw.new.origins = node.origins
                for source, part in _parts(rw, node, cotangent):
                    if source in path:
                        known = cotangents.get(source)
                        cotangents[source] = part if known is None else rw.new.add("add", [known, part])
        return cotangents


def _parts(rw: Rewriter, node: Node, cotangent: Value) -> Iterable[tuple[str, Value]]:
    """What the node's rule passes back to each input that has a gradient."""
    rule = REGISTRY[node.op].vjp_rule
    if rule is None:
        return ()
    parts = rule(cotangent, rw[node.id], *rw.inputs(node), **node.attributes)
    assert len(parts) == len(node.inputs), f"the gradient of {node.op} gives {len(parts)} parts"
    return [(source, cast(Value, part)) for source, part in zip(node.inputs, parts, strict=True) if part is not None]


def _reached(graph: Graph, sources: list[str]) -> set[str]:
    """The ids of `sources` and of everything computed from them."""
    found = set(sources)
    for node in graph:
        if not found.isdisjoint(node.inputs):
            found.add(node.id)
    return found
