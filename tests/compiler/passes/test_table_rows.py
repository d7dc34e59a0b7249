"""Which tables lie row by row."""

from __future__ import annotations

from netloom.compiler.graph import Builder, Graph, Value
from netloom.compiler.kernel_view import is_view_in
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.stages import run
from netloom.compiler.types import BATCH, Size, TensorType, product

from .test_layout import HERE, state


def rows(new: Builder, height: int, width: int) -> Value:
    """A layer's result for each row of tables of `height` rows, as tables again."""
    flat = new.leaf("column", TensorType((BATCH, height * width)), name="x")
    table = new.add("reshape", [new.add("tanh", [flat])], shape=(product((BATCH, height)), width))
    made = new.add("matmul", [table, state(new, "w", width, width)])
    return new.add("reshape", [made], shape=(BATCH, height, width), name="tables")


def laid(new: Builder, result: Value) -> Graph:
    new.output("out/y", result)
    return run([Decompose(), LayOut()], new.graph())


def lies(graph: Graph, node_id: str) -> str:
    return str(graph[node_id].layout)


def test_what_goes_through_layers_and_softmax_lies_row_by_row_and_moves_nothing() -> None:
    new = Builder(HERE)
    tables = rows(new, 5, 20)
    weights = new.add("softmax", [new.add("batch_matmul", [tables, tables], transpose_b=True)])
    read = new.add("batch_matmul", [weights, tables], name="read")
    again = new.add("reshape", [read + tables], shape=(Size(5, ("B",)), 20), name="again")
    graph = laid(new, new.add("matmul", [again, state(new, "v", 20, 4)]))
    assert lies(graph, "tables") == lies(graph, "read") == "<0 1|2:32>"
    assert is_view_in(graph, graph["tables"])
    assert is_view_in(graph, graph["again"])
    columns = [node for node in graph if node.op in ("sum", "max")]
    assert [str(node.layout) for node in columns] == ["<0 1|:1>"] * 2
    assert not [node for node in graph if node.op == "relayout"]


def test_rows_of_a_few_numbers_would_be_mostly_pads() -> None:
    new = Builder(HERE)
    graph = laid(new, new.add("softmax", [rows(new, 5, 3)]))
    assert lies(graph, "tables") == "<0|1 2:16>"


def test_what_is_read_as_a_whole_lies_by_example() -> None:
    new = Builder(HERE)
    tables = new.add("tanh", [rows(new, 5, 20)], name="bent")
    shapes = [(BATCH, 100), (BATCH, 100)]
    flat = [
        new.add("reshape", [tables * factor], shape=shape) for factor, shape in zip((2.0, 3.0), shapes, strict=True)
    ]
    graph = laid(new, flat[0] + flat[1])
    assert lies(graph, "bent") == "<0|1 2:112>"


def test_what_comes_from_the_data_lies_as_it_does_there() -> None:
    new = Builder(HERE)
    x = new.leaf("column", TensorType((BATCH, 5, 20)), name="x")
    graph = laid(new, new.add("softmax", [new.add("tanh", [x], name="bent")]))
    assert lies(graph, "bent") == "<0|1 2:112>"


def test_a_number_for_each_row_that_is_read_otherwise_lies_by_example() -> None:
    new = Builder(HERE)
    total = new.add("sum", [rows(new, 5, 20)], axes=(2,), name="total")
    graph = laid(new, new.add("matmul", [total, state(new, "v", 5, 3)]))
    assert lies(graph, "tables") == "<0 1|2:32>"
    assert lies(graph, "total") == "<0|1:16>"


def test_numbers_of_rows_are_worked_on_as_one_column() -> None:
    new = Builder(HERE)
    tables = rows(new, 5, 20)
    total = new.add("sum", [tables], axes=(2,), name="total")
    halved = new.add("broadcast", [total * 0.5], shape=tables.type.shape, axes=(0, 1))
    graph = laid(new, tables - halved)
    assert lies(graph, "total") == "<0 1|:1>"
