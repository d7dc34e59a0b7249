"""Groups that are alike share one recipe, and each keeps its own operands."""

from __future__ import annotations

import pytest

from netloom.compiler.emit.alike import Made, Remembered, signature
from netloom.compiler.emit.site import Misfit
from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.types import BATCH, TensorType


def two_layers() -> Graph:
    new = Builder((Origin("net.yaml", 1, "network"),))
    x = new.leaf("column", TensorType((BATCH, 4)), name="x")
    for _ in range(2):
        x = new.add("tanh", [new.add("square", [x])])
    new.output("out/y", x)
    return new.graph()


class Counted:
    """A former that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]) -> Made:
        self.asked += 1
        if "square.1" in nodes or ("square.2" in nodes and "tanh.1" not in nodes):
            return {"form": "any"}, (graph[nodes[0]].inputs[0], *sorted(exits)), ()
        raise Misfit(f"{nodes[0]} stands alone")


def test_the_second_block_is_not_looked_at_again() -> None:
    graph, count = two_layers(), Counted()
    form = Remembered(count)
    first = form(graph, ("square.1",), frozenset({"square.1"}))
    again = form(graph, ("square.2",), frozenset({"square.2"}))
    # the first reads a column and the second an activation of the same type: other ops outside, another kind
    assert count.asked == 2
    assert first[0] == again[0]
    assert form(graph, ("square.2",), frozenset({"square.2"})) == again
    assert count.asked == 2


def test_a_refusal_names_the_nodes_it_is_about() -> None:
    graph, count = two_layers(), Counted()
    form = Remembered(count)
    for name in ("tanh.1", "tanh.2"):
        with pytest.raises(Misfit, match=f"{name} stands alone"):
            form(graph, (name,), frozenset({name}))
    assert count.asked == 1
    assert signature(graph, ("tanh.1",), frozenset())[0] == signature(graph, ("tanh.2",), frozenset())[0]
    assert signature(graph, ("tanh.1",), frozenset())[0] != signature(graph, ("tanh.1",), frozenset({"tanh.1"}))[0]
