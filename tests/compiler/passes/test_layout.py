"""Where axes lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Node, Origin, Value
from netloom.compiler.kernel_view import is_view_in
from netloom.compiler.layouts import Layout
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.optimise import Optimise
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.stages import LAID_OUT, check, run
from netloom.compiler.types import BATCH, Shape, TensorType, evaluate, product
from netloom.compiler.verify import verify
from netloom.compiler.views import is_view

HERE = (Origin("net.yaml", 3, "dense1"),)
SIZES = {"B": 3, "N": 5}
SGD = Optimise("sgd", (("learning_rate", 0.1),))


def state(new: Builder, name: str, *shape: int) -> Value:
    return new.leaf("state", TensorType(shape), name=name, role="weight", trainable=True, start=("zeros", ()))


def two_layers() -> Graph:
    new = Builder(HERE)
    x = new.leaf("column", TensorType((BATCH, 8)), name="x")
    h = new.add("tanh", [new.add("matmul", [x, state(new, "w1", 6, 8)], transpose_b=True)])
    y = new.add("matmul", [h, state(new, "w2", 4, 6)], transpose_b=True)
    new.output("loss", new.add("sum", [new.add("square", [y])], axes=(0, 1)))
    return new.graph()


def laid(graph: Graph) -> Graph:
    return run([Gradient(), SGD, Simplify(), Decompose(), LayOut()], graph)


def order(graph: Graph, node_id: str) -> tuple[int, ...]:
    layout = graph[node_id].layout
    assert layout is not None
    return layout.order


def test_dense_weights_and_their_gradients_lie_inputs_by_units() -> None:
    graph = laid(two_layers())
    assert order(graph, "state/w1") == (1, 0)
    assert order(graph, graph.outputs["gradient/w1"]) == (1, 0)
    assert order(graph, graph.outputs["next/w1"]) == (1, 0)
    assert str(graph["state/w1"].layout) == "<1|0:16>"


def test_the_gradient_to_data_reads_a_copy_in_the_other_order() -> None:
    graph = laid(two_layers())
    (copy,) = [node for node in graph if node.op == "relayout"]
    assert copy.inputs == ("state/w2",)
    assert order(graph, copy.id) == (0, 1)
    (reader,) = graph.users[copy.id]
    assert graph[reader].op == "matmul"


def test_a_copy_serves_all_its_readers() -> None:
    new = Builder(HERE)
    w, x = state(new, "w", 4, 6), new.leaf("column", TensorType((BATCH, 6)), name="x")
    y = new.add("matmul", [x, w], transpose_b=True)
    a, b = new.add("matmul", [y, w]), new.add("matmul", [new.add("tanh", [y]), w])
    new.output("out/y", a + b)
    graph = run([Decompose(), LayOut()], new.graph())
    assert [node.op for node in graph].count("relayout") == 1


def test_states_laid_out_before_keep_their_order() -> None:
    new = Builder(HERE)
    new.output("out/y", state(new, "w", 4, 6) * 2.0)
    free, held = (run([Decompose(), LayOut(states=s)], new.graph()) for s in ((), (("w", (1, 0)),)))
    assert order(free, "state/w") == (0, 1)
    assert order(held, "state/w") == (1, 0) == order(held, held.outputs["out/y"])


def test_views() -> None:
    new = Builder(HERE)
    x = new.leaf("column", TensorType((BATCH, 2, 8)), name="x")
    flat = new.add("reshape", [new.add("tanh", [x])], shape=(BATCH, 16), name="flat")
    new.output("out/flat", flat)
    cut = new.add("reshape", [state(new, "w", 6, 2)], shape=(12,), name="cut")
    new.output("out/cut", cut * 1.5)
    graph = run([Decompose(), LayOut()], new.graph())
    assert is_view_in(graph, graph["flat"])
    assert not is_view_in(graph, graph["cut"])  # rows of two elements have fourteen of pad


def lying(shape: Shape, layout: Layout) -> Node:
    return Node("n", "tanh", (), (), TensorType(shape), HERE, layout)


@pytest.mark.parametrize(
    ("source", "shape", "layout", "view"),
    [
        (lying((BATCH, 3, 32), Layout((0, 1, 2), 2, 32)), (BATCH, 96), Layout((0, 1), 1, 96), True),
        (lying((BATCH, 3, 30), Layout((0, 1, 2), 2, 32)), (BATCH, 90), Layout((0, 1), 1, 96), False),
        (lying((BATCH, 3, 32), Layout((0, 1, 2), 2, 32)), (BATCH, 96), Layout((0, 1), 1, 112), False),
        (lying((BATCH, 3, 32), Layout((0, 2, 1), 2, 16)), (BATCH, 96), Layout((0, 1), 1, 96), False),
        (lying((16, 1, 5, 1), Layout((1, 2, 3, 0), 3, 16)), (16, 5), Layout((1, 0), 1, 16), True),
        (lying((16, 5, 1), Layout((1, 2, 0), 2, 16)), (16, 5), Layout((1, 0), 1, 16), True),
        (lying((16, 5, 2), Layout((2, 1, 0), 2, 16)), (16, 10), Layout((1, 0), 1, 16), False),
    ],
)
def test_a_reshape_is_a_view_where_every_element_stays(source: Node, shape: Shape, layout: Layout, view: bool) -> None:
    node = Node("v", "reshape", ("n",), (), TensorType(shape), HERE, layout)
    assert is_view(node, source) == view
    if view:
        numbers = np.arange(evaluate(product(source.type.shape), {"B": 2})).reshape(sizes(source.type.shape))
        np.testing.assert_array_equal(stored(numbers, source), stored(numbers.reshape(sizes(shape)), node))


def sizes(shape: Shape) -> tuple[int, ...]:
    return tuple(evaluate(size, {"B": 2}) for size in shape)


def stored(numbers: Any, node: Node) -> Any:
    """The buffer of a tensor, element by element, with -1 in the pads."""
    assert node.layout is not None
    table = numbers.transpose(node.layout.order).reshape(-1, node.layout.columns(node.type.shape))
    found = np.full((len(table), node.layout.pitch), -1)
    found[:, : table.shape[1]] = table
    return found.reshape(-1)


def test_outputs_get_tensors_of_their_own() -> None:
    """A leaf as an output, one value for two states, and a published value that is also a next."""
    new = Builder(HERE)
    a, b, c = (state(new, name, 3) for name in "abc")
    new.output("out/a", a)
    new.output("next/a", b)
    same = b * 2.0
    new.output("next/b", same)
    new.output("next/c", same)
    new.output("publish/seen", c + 1.0)
    new.output("publish/again", c + 1.0)
    after = run([Decompose(), LayOut()], new.graph())
    made = [after.outputs[name] for name in after.outputs]
    assert len(set(made)) == len(made)
    assert [after[n].op for n in made] == ["relayout", "relayout", "multiply", "relayout", "add", "add.2"[:3]]


@given(data=st.data())
def test_meaning_is_kept(data: st.DataObject, draw_graph: Callable[[st.DataObject], Graph]) -> None:
    graph = run([Gradient(), SGD, Simplify(), Decompose()], draw_graph(data))
    after, blame = verify(graph, [LayOut()], SIZES)
    assert blame is None, str(blame)
    check(after, LAID_OUT, "layout")
