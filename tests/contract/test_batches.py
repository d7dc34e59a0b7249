"""A product of matrices for each example: random sizes, sides transposed and layouts, against the interpreter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

import netloom
from netloom.compiler.emit import emit, fingerprint
from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.interpret import interpret_all
from netloom.compiler.layouts import plain
from netloom.compiler.types import BATCH, TensorType
from netloom.compiler.verify import random_values
from netloom.runtime import start

from .kernel_bench import laid_out, run

VISION_TRANSFORMER = Path(netloom.__file__).resolve().parent / "examples" / "pictures" / "vision_transformer.yaml"


def graph_of(size: tuple[int, int, int], turns: tuple[bool, bool], by_row: tuple[bool, bool, bool]) -> Graph:
    """One product of two states; each tensor lies with a row for each example or, `by_row`, for each of its rows."""
    m, k, n = size
    new = Builder((Origin("net.yaml", 1, "product"),))
    left, right = (k, m) if turns[0] else (m, k), (n, k) if turns[1] else (k, n)
    a, b = (new.leaf("column", TensorType((BATCH, *shape)), name=name) for name, shape in (("a", left), ("b", right)))
    new.output("out/y", new.add("batch_matmul", [a, b], name="y", transpose_a=turns[0], transpose_b=turns[1]))
    graph = new.graph()
    rows = dict(zip((a.id, b.id, graph.outputs["out/y"]), by_row, strict=True))
    nodes = {node.id: replace(node, layout=plain(node.type.shape, 1 + rows[node.id])) for node in graph}
    return laid_out(Graph(nodes, graph.outputs))


SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 80))


@settings(max_examples=25, phases=[Phase.explicit, Phase.generate], deadline=None)
@given(
    size=SIZES, batch=st.sampled_from([1, 2, 5]), turns=st.tuples(st.booleans(), st.booleans()),
    by_row=st.tuples(st.booleans(), st.booleans(), st.booleans()), lanes=st.sampled_from([16, 8, 4]),
)  # fmt: skip
@example(size=(5, 3, 256), batch=2, turns=(False, True), by_row=(True, True, True), lanes=16)
@example(size=(64, 16, 64), batch=3, turns=(True, False), by_row=(True, True, True), lanes=8)
@example(size=(2, 2000, 20), batch=1, turns=(True, False), by_row=(True, True, True), lanes=16)
@example(size=(2, 2000, 20), batch=1, turns=(False, True), by_row=(True, True, True), lanes=4)
@example(size=(17, 24, 130), batch=2, turns=(True, True), by_row=(False, False, False), lanes=16)
def test_products_of_all_examples_agree(
    size: tuple[int, int, int], batch: int, turns: tuple[bool, bool], by_row: tuple[bool, bool, bool], lanes: int
) -> None:
    graph, sizes = graph_of(size, turns, by_row), {"B": batch, "N": batch}
    node, values = graph.outputs["out/y"], random_values(graph, sizes, 0)
    wanted = interpret_all(graph, values, sizes, "float32")[node]
    one = run(graph, (node,), frozenset({node}), values, sizes, lanes, 1)[node]
    shared = run(graph, (node,), frozenset({node}), values, sizes, lanes, 3)[node]
    np.testing.assert_array_equal(one, shared)
    np.testing.assert_allclose(one, wanted, rtol=1e-4, atol=1e-5 * size[1])


def test_products_have_a_form_of_their_own_but_for_single_columns() -> None:
    forms = {}
    for n in (1, 2):
        graph = graph_of((6, 5, n), (False, False), (True, True, True))
        node = graph.outputs["out/y"]
        forms[n] = emit(graph, (node,), frozenset({node})).recipe["form"]
    assert forms == {1: "nest", 2: "products"}


def test_equal_products_of_different_layers_share_a_kernel() -> None:
    texts = {
        fingerprint(emit(graph, (node,), frozenset({node})).recipe, 16)
        for graph in (graph_of((6, 5, 20), (False, True), (True, True, True)) for _ in range(2))
        for node in [graph.outputs["out/y"]]
    }
    assert len(texts) == 1


def test_attention_sums_no_tables_of_products() -> None:
    compiled = start.compile_loaded(start.load(VISION_TRANSFORMER))
    graph = compiled.graphs["train"]
    assert not [node for node in graph if node.type.rank == 4 and 17 in node.type.shape]
    products = [node for node in graph if node.op == "batch_matmul"]
    # two products forward and four for their gradients, in each of two layers
    assert len(products) == 12
