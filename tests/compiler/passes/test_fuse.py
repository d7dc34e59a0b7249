"""Grouping, under templates that take everything, nothing, or what chance says."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.fuse import Fuse
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.merge import Merge
from netloom.compiler.passes.optimise import Optimise
from netloom.compiler.passes.schedule import Schedule
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.stages import FUSED, SCHEDULED, StageError, check, run
from netloom.compiler.types import BATCH, TensorType
from netloom.compiler.verify import verify

HERE = (Origin("net.yaml", 3, "dense1"),)
SIZES = {"B": 3, "N": 5}
RATE = ("learning_rate", ("constant", (("value", 0.1),)))
ADAM = Optimise("adam", (RATE, ("beta1", 0.9), ("beta2", 0.99), ("epsilon", 1e-8)))


class Chance:
    """One node is a kernel; more are one with a chance of `accepts`, the same whenever asked."""

    def __init__(self, accepts: float, seed: int = 0) -> None:
        self.accepts, self.seed = accepts, seed

    def refusal(self, _graph: Graph, nodes: tuple[str, ...], _exits: frozenset[str]) -> str | None:
        if len(nodes) == 1 or random.Random(f"{self.seed} {nodes}").random() < self.accepts:
            return None
        return "chance is against it"

    def emit(self, *_: object) -> None:
        raise AssertionError("nothing is emitted here")

    def fingerprint(self, *_: object) -> str:
        raise AssertionError("nothing is emitted here")


class NoProducts(Chance):
    """Everything but a product joins; a product begins a kernel and takes elementwise work behind it."""

    def refusal(self, graph: Graph, nodes: tuple[str, ...], _exits: frozenset[str]) -> str | None:
        products = [n for n in nodes if graph[n].op == "matmul"]
        if len(products) > 1 or (products and any(graph[n].op != "broadcast" for n in nodes if n not in products)):
            return "a product stands alone"
        return None


def state(new: Builder, name: str, *shape: int) -> Value:
    return new.leaf("state", TensorType(shape), name=name, role="weight", trainable=True, start=("zeros", ()))


def laid(new: Builder) -> Graph:
    return run([Simplify(), Merge(), Decompose(), LayOut()], new.graph())


def sizes_of(graph: Graph) -> list[int]:
    return [len(kernel.nodes) for kernel in kernels_of(graph).values()]


def test_a_chain_becomes_one_kernel() -> None:
    new = Builder(HERE)
    new.output("out/y", new.add("exp", [new.add("tanh", [state(new, "w", 3)]) * 2.0]))
    assert sizes_of(Fuse(Chance(1.0))(laid(new))) == [4]


def test_refused_nodes_stay_apart_and_the_reason_is_kept() -> None:
    new = Builder(HERE)
    new.output("out/y", new.add("exp", [new.add("tanh", [state(new, "w", 3)])]))
    why: list[str] = []
    assert sizes_of(Fuse(Chance(0.0), why)(laid(new))) == [1, 1]
    assert why == ["kept apart: `exp` of dense1 (line 3) and `tanh` of dense1 (line 3): chance is against it"]


def test_nothing_crosses_a_kernel_that_reads_both() -> None:
    """a -> product -> b with a -> b: joining a and b would have the product read its own reader."""
    new = Builder(HERE)
    x = new.add("tanh", [new.leaf("column", TensorType((BATCH, 4)), name="x")])
    y = new.add("matmul", [x, state(new, "w", 4, 4)], transpose_b=True)
    new.output("out/y", new.add("tanh", [x + y]))
    graph = Fuse(NoProducts(1.0))(laid(new))
    check(graph, FUSED, "fuse")
    assert sizes_of(graph) == [1, 1, 2]


def test_a_broadcast_is_made_again_in_each_kernel() -> None:
    new = Builder(HERE)
    bias = new.add("broadcast", [state(new, "b", 4)], shape=(BATCH, 4), axes=(1,))
    x = new.leaf("column", TensorType((BATCH, 4)), name="x")
    y = new.add("matmul", [x + bias, state(new, "w", 4, 4)], transpose_b=True)
    new.output("out/y", new.add("tanh", [y]) * bias)
    graph = Fuse(NoProducts(1.0))(laid(new))
    assert [node.op for node in graph].count("broadcast") == 2
    assert sizes_of(graph) == [2, 1, 3]


def test_a_mask_is_made_where_it_is_read() -> None:
    """The slope of relu reads the kept activation again instead of being kept too."""
    new = Builder(HERE)
    x = new.leaf("column", TensorType((BATCH, 4)), name="x")
    h = new.add("relu", [new.add("tanh", [x])])
    y = new.add("matmul", [h, state(new, "w", 4, 4)], transpose_b=True)
    new.output("out/y", y * new.add("greater", [h, 0.0]))
    graph = Fuse(NoProducts(1.0))(laid(new))
    mask = next(node for node in graph if node.op == "greater")
    product = next(node for node in graph if node.op == "matmul")
    assert mask.kernel == graph[graph.outputs["out/y"]].kernel
    assert mask.kernel is not None and product.kernel is not None and mask.kernel > product.kernel


def test_numbers_of_the_optimiser_are_made_once() -> None:
    """So that the update of every weight is the same kernel."""
    new = Builder(HERE)
    w, b = state(new, "w", 4, 4), state(new, "b", 4)
    new.output("loss", new.add("sum", [w * w], axes=(0, 1)) + new.add("sum", [b * b], axes=(0,)))
    lower = [Gradient(), ADAM, Simplify(), Merge(), Decompose(), LayOut(), Fuse(NoProducts(1.0)), Schedule()]
    graph = run(lower, new.graph())
    update = [kernel for kernel in kernels_of(graph).values() if kernel.program == "update"]
    ops = [[graph[n].op for n in kernel.nodes] for kernel in update]
    assert len(ops) == 3
    assert "cast" in ops[0] and "cast" not in ops[1]
    assert ops[1] == ops[2]


def test_what_no_template_takes_is_our_mistake() -> None:
    class Nothing(Chance):
        def refusal(self, *_: object) -> str | None:
            return "not today"

    new = Builder(HERE)
    new.output("out/y", new.add("exp", [state(new, "w", 3)]))
    with pytest.raises(StageError, match=r"no kernel can be made of %exp.1 = exp float32\[3\]: not today"):
        Fuse(Nothing(0.0))(laid(new))


@given(data=st.data())
def test_whatever_templates_take_the_meaning_is_kept(
    data: st.DataObject, draw_graph: Callable[[st.DataObject], Graph]
) -> None:
    chance = Chance(data.draw(st.sampled_from((0.0, 0.3, 0.7, 0.95, 1.0))), data.draw(st.integers(0, 99)))
    lower = [Gradient(), ADAM, Simplify(), Merge(), Decompose(), Simplify(), Merge(), LayOut()]
    graph = run(lower, draw_graph(data))
    fused, blame = verify(graph, [Fuse(chance)], SIZES)
    assert blame is None, str(blame)
    check(fused, FUSED, "fuse")
    after, blame = verify(fused, [Schedule()], SIZES)
    assert blame is None, str(blame)
    check(after, SCHEDULED, "schedule")
    assert Schedule()(after) == after
