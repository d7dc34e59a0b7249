"""Composite ops taken apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.interpret import interpret
from netloom.compiler.ops import REGISTRY
from netloom.compiler.passes.decompose import MEANINGS, Decompose
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.stages import DECOMPOSED, check
from netloom.compiler.types import BATCH, TensorType
from netloom.compiler.verify import verify

HERE = (Origin("net.yaml", 3, "train.loss"),)
SIZES = {"B": 3, "N": 5}


def classified() -> Graph:
    new = Builder(HERE)
    x = new.leaf("column", TensorType((BATCH, 4)), name="x")
    label = new.leaf("column", TensorType((BATCH,), "int32"), name="label")
    w = new.leaf("state", TensorType((4,)), name="w", role="weight", trainable=True, start=("zeros", ()))
    logits = x * new.add("broadcast", [w], shape=(BATCH, 4), axes=(1,))
    new.output("out/probabilities", new.add("softmax", [logits]))
    new.output("out/logarithms", new.add("log_softmax", [logits]))
    new.output("loss", new.add("sum", [new.add("cross_entropy", [logits, label])], axes=(0,)))
    return new.graph()


def test_every_composite_op_has_a_meaning() -> None:
    assert {op.name for op in REGISTRY.values() if op.kind == "composite"} == set(MEANINGS)


def test_meaning_of_forward_and_gradient() -> None:
    graph = Gradient()(classified())
    after, blame = verify(graph, [Decompose()], SIZES)
    assert blame is None, str(blame)
    check(after, DECOMPOSED, "decompose")


def test_large_scores_stay_finite() -> None:
    values = {
        "column/x": np.array([[800.0, -800, 0, 0]] * 3),
        "column/label": np.array([1, 0, 2], np.int32),
        "state/w": np.ones(4),
    }
    found = interpret(Decompose()(Gradient()(classified())), values, SIZES)
    assert all(np.all(np.isfinite(value)) for value in found.values())
    assert found["loss"] == 1600 + 0 + 800


@given(data=st.data())
def test_random_graphs(data: st.DataObject, draw_graph: Callable[[st.DataObject], Graph]) -> None:
    after, blame = verify(draw_graph(data), [Decompose()], SIZES)
    assert blame is None, str(blame)
    assert Decompose()(after) == after
