"""What hangs on states alone, computed once; and norms taken into weights before that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.derived import DERIVED, definitions, fixed_nodes
from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.interpret import interpret
from netloom.compiler.passes.absorb import Absorb
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.drop_dead import DropDead
from netloom.compiler.passes.fold import Fold
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.merge import Merge
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.stages import run
from netloom.compiler.types import BATCH, Size, TensorType
from netloom.compiler.verify import random_values, verify

HERE = (Origin("net.yaml", 3, "dense1"),)
SIZES = {"B": 3, "N": 5}
PASSES = (Decompose(), Absorb(), Simplify(), Merge(), DropDead(), Fold(), LayOut(), Fold())


def state(new: Builder, name: str, *shape: int, role: str = "weight") -> Value:
    return new.leaf("state", TensorType(shape), name=name, role=role, trainable=True, start=("zeros", ()))


def columns(row: Value, like: Value) -> Value:
    return row.builder.add("broadcast", [row], shape=like.type.shape, axes=(1,))


def norm(new: Builder, x: Value, name: str) -> Value:
    channels = x.type.shape[1]
    assert isinstance(channels, int)
    mean, variance = (state(new, f"{name}.{word}", channels, role="statistic") for word in ("mean", "variance"))
    scale, shift = (state(new, f"{name}.{word}", channels) for word in ("scale", "shift"))
    factor = scale * new.add("power", [variance + 1e-5], exponent=-0.5)
    return (x - columns(mean, x)) * columns(factor, x) + columns(shift, x)


def column(new: Builder, *shape: int) -> Value:
    return new.leaf("column", TensorType((BATCH, *shape)), name="x")


def dense_norm(bias: bool = True) -> Graph:
    new = Builder(HERE)
    y = new.add("matmul", [column(new, 8), state(new, "w", 6, 8)], transpose_b=True)
    y = y + columns(state(new, "b", 6), y) if bias else y
    new.output("out/y", new.add("relu", [norm(new, y, "norm")]))
    return new.graph()


def convolution_norm() -> Graph:
    new = Builder(HERE)
    x = column(new, 6, 6, 4)
    slide = {"size": (3, 3), "stride": (1, 1), "pad": (1, 1, 1, 1), "dilation": (1, 1)}
    table = new.add("windows", [x], **slide)
    filters = new.add("reshape", [state(new, "w", 5, 3, 3, 4)], shape=(5, 36))
    y = norm(new, new.add("matmul", [table, filters], transpose_b=True), "norm")
    new.output("out/y", new.add("relu", [new.add("reshape", [y], shape=(BATCH, 6, 6, 5))]))
    return new.graph()


def each_batch(graph: Graph) -> list[str]:
    """The ops that are computed for each batch."""
    fixed = fixed_nodes(graph)
    return [node.op for node in graph if node.id not in fixed and node.op not in ("column", "reshape", "broadcast")]


@pytest.mark.parametrize("graph", [dense_norm(), dense_norm(bias=False)])
def test_a_norm_behind_a_dense_layer_is_a_product_with_other_weights_and_one_addition(graph: Graph) -> None:
    folded = run(PASSES, graph)
    assert each_batch(folded) == ["matmul", "add", "relu"]
    roles = {str(node.attr("role")) for node in folded if node.op == "state" and "next/" not in node.id}
    assert DERIVED in roles
    assert len(definitions(folded)) == 2
    assert verify(graph, PASSES, SIZES)[1] is None


def test_a_norm_behind_a_convolution_scales_its_filters_and_relu_runs_on_the_table() -> None:
    graph = convolution_norm()
    folded = run(PASSES, graph)
    assert each_batch(folded)[:4] == ["windows", "matmul", "add", "relu"]
    (filters,) = [folded[leaf] for leaf in definitions(folded) if folded[leaf].type.rank == 4]
    assert filters.type.shape == (5, 3, 3, 4)
    assert filters.layout is not None and filters.layout.order == (1, 2, 3, 0)
    assert verify(graph, PASSES, SIZES)[1] is None


def test_what_others_read_too_is_no_part_of_a_chain() -> None:
    new = Builder(HERE)
    y = new.add("matmul", [column(new, 8), state(new, "w", 6, 8)], transpose_b=True)
    new.output("out/raw", y)
    new.output("out/y", norm(new, y, "norm"))
    graph = new.graph()
    folded = run(PASSES, graph)
    assert folded[folded[folded.outputs["out/raw"]].inputs[1]].attr("role") == "weight"
    assert each_batch(folded) == ["matmul", "multiply", "add"]
    assert verify(graph, PASSES, SIZES)[1] is None


def test_a_norm_of_anything_else_is_one_multiplication_and_one_addition() -> None:
    new = Builder(HERE)
    new.output("out/y", norm(new, new.add("tanh", [column(new, 6)]), "norm"))
    assert each_batch(run(PASSES, new.graph())) == ["tanh", "multiply", "add"]
    assert verify(new.graph(), PASSES, SIZES)[1] is None


def test_a_mean_of_places_gives_its_factor_to_the_weights_behind_it() -> None:
    new = Builder(HERE)
    x = new.add("tanh", [column(new, 4, 4, 3)])
    pool = new.add("pool_sum", [x], size=(2, 2), stride=(2, 2), pad=(0, 0, 0, 0), dilation=(1, 1)) * 0.25
    flat = new.add("reshape", [pool], shape=(BATCH, 12))
    new.output("out/y", new.add("matmul", [flat, state(new, "w", 5, 12)], transpose_b=True))
    graph = new.graph()
    assert "multiply" not in each_batch(run(PASSES, graph))
    assert verify(graph, PASSES, SIZES)[1] is None


def test_a_factor_that_others_need_stays() -> None:
    new = Builder(HERE)
    scaled = new.add("tanh", [column(new, 6)]) * 0.25
    new.output("out/scaled", scaled)
    new.output("out/y", new.add("matmul", [scaled, state(new, "w", 5, 6)], transpose_b=True))
    assert "multiply" in each_batch(run(PASSES, new.graph()))


def test_a_number_less_a_row_turns_its_sign() -> None:
    new = Builder(HERE)
    y = new.add("matmul", [column(new, 8), state(new, "w", 6, 8)], transpose_b=True)
    first = columns(state(new, "a", 6), y) - y
    new.output("out/y", columns(state(new, "b", 6), y) - first)
    graph = new.graph()
    assert each_batch(run(PASSES, graph)) == ["matmul", "add"]
    assert verify(graph, PASSES, SIZES)[1] is None


def test_states_that_grow_with_the_batch_or_are_known_already_are_left() -> None:
    new = Builder(HERE)
    x = column(new, 8)
    bias = new.add("broadcast", [state(new, "b", 8)], shape=(BATCH, 8), axes=(1,))
    new.output("out/y", new.add("tanh", [bias]) + x)
    assert Fold()(new.graph()).outputs.keys() == {"out/y"}
    assert isinstance(BATCH, Size)


def test_a_copy_in_another_order_is_made_once_and_from_the_first_states() -> None:
    new = Builder(HERE)
    x = column(new, 8)
    w = new.add("tanh", [state(new, "w", 8, 8)])
    straight = new.add("matmul", [x, w])
    new.output("out/y", new.add("matmul", [new.add("tanh", [straight]), w], transpose_b=True))
    graph = new.graph()
    folded = run(PASSES, graph)
    assert each_batch(folded) == ["matmul", "tanh", "matmul"]
    names = {str(folded[leaf].attr("name")) for leaf in definitions(folded)}
    for name in names:
        behind = folded.outputs[f"next/{name}"]
        assert folded[behind].op != "state"
    assert verify(graph, PASSES, SIZES)[1] is None


def test_twice_is_once() -> None:
    graph = run((*PASSES[:-2],), dense_norm())
    assert Fold()(graph).text() == graph.text()
    assert Absorb()(graph).text() == graph.text()


@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(["add", "subtract", "multiply", "from"]), max_size=6))
def test_any_chain_keeps_its_meaning(seed: int, links: list[str]) -> None:
    new = Builder(HERE)
    y = new.add("matmul", [column(new, 8), state(new, "w", 8, 6)])
    for i, link in enumerate(links):
        row = columns(state(new, f"r{i}", 6), y) if (seed >> i) & 1 else state(new, f"r{i}")
        y = {"add": lambda y=y, r=row: y + r, "subtract": lambda y=y, r=row: y - r,
             "multiply": lambda y=y, r=row: y * r, "from": lambda y=y, r=row: r - y}[link]()  # fmt: skip
    new.output("out/y", y)
    graph = new.graph()
    assert verify(graph, PASSES, SIZES, seed % 1000)[1] is None
    folded = run(PASSES, graph)
    assert sum(op != "matmul" for op in each_batch(folded)) <= 1


def test_the_interpreter_takes_a_derived_state_for_what_it_will_be() -> None:
    graph = dense_norm()
    folded = run(PASSES, graph)
    values = random_values(graph, SIZES, 7)
    # no value is given for the derived states
    assert abs(interpret(folded, values, SIZES)["out/y"] - interpret(graph, values, SIZES)["out/y"]).max() < 1e-12
