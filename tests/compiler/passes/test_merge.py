"""Common subexpressions."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.passes.merge import Merge
from netloom.compiler.types import TensorType
from netloom.compiler.verify import verify

HERE, THERE = Origin("net.yaml", 3, "dense1"), Origin("net.yaml", 9, "dense2")
STATE = {"role": "weight", "trainable": True, "start": ("zeros", ())}


def test_equal_nodes_become_one_with_both_origins() -> None:
    new = Builder((HERE,))
    x, y = (new.leaf("state", TensorType((3,)), name=name, **STATE) for name in "xy")
    first = new.add("exp", [x + y])
    new.origins = (THERE,)
    second = new.add("exp", [y + x])
    new.output("out/y", first * second)
    merged = Merge()(new.graph())
    assert merged.text() == (
        "%state/x = state(name=x, role=weight, trainable=True, start=(zeros, ())) : float32[3]\n"
        "%state/y = state(name=y, role=weight, trainable=True, start=(zeros, ())) : float32[3]\n"
        "%add.1 = add(%state/x, %state/y) : float32[3]\n"
        "%exp.1 = exp(%add.1) : float32[3]\n"
        "%multiply.1 = multiply(%exp.1, %exp.1) : float32[3]\n"
        "output out/y = %multiply.1\n"
    )
    assert merged["exp.1"].origins == (HERE, THERE)


def test_what_does_not_commute_stays() -> None:
    new = Builder((HERE,))
    x, y = (new.leaf("state", TensorType((3,)), name=name, **STATE) for name in "xy")
    new.output("out/y", (x - y) * (y - x))
    assert len(Merge()(new.graph())) == len(new.graph())


def test_equal_draws_are_one_and_other_keys_stay() -> None:
    new = Builder((HERE,))
    clock = new.leaf("clock", TensorType((), "int64"))
    rows = new.leaf("rows", TensorType((4,), "int64"))
    a, b, c = (new.add("uniform", [clock, rows], key=key, shape=(4, 2)) for key in (1, 1, 2))
    new.output("out/y", a + b + c)
    draws = [node for node in Merge()(new.graph()) if node.op == "uniform"]
    assert [node.attr("key") for node in draws] == [1, 2]


@given(data=st.data())
def test_meaning_is_kept(data: st.DataObject, draw_graph: Callable[[st.DataObject], Graph]) -> None:
    graph = draw_graph(data)
    once, blame = verify(graph, [Merge()], {"B": 3, "N": 5})
    assert blame is None, str(blame)
    assert Merge()(once) == once
