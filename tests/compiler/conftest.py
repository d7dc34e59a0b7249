"""Graphs to try passes on: drawn by Hypothesis, or a small classifier written by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.ops import REGISTRY
from netloom.compiler.types import BATCH, ROWS, TensorType

HERE = (Origin("net.yaml", 7, "dense1"),)
SMOOTH = ("negative", "tanh", "sigmoid", "square", "exp", "softplus")
UNARY = ("negative", "tanh", "sigmoid", "relu", "abs", "square", "exp", "softplus", "step")
SMOOTH_PAIRS = ("add", "subtract", "multiply")
BINARY = ("add", "subtract", "multiply", "maximum", "minimum")
NUMBERS = (0.0, 1.0, -1.0, 2.0, 0.3)


@pytest.fixture(scope="session")
def formula() -> Callable[[Graph, str], str]:
    """One output of a graph as nested calls: `add(column/x, 2.0)`; spread numbers stand as they are."""

    def shown(graph: Graph, name: str = "out/y") -> str:
        return _formula(graph, graph.outputs[name])

    return shown


def _formula(graph: Graph, node_id: str) -> str:
    node = graph[node_id]
    if node.op == "constant":
        return f"{node.attr('value'):g}"
    if REGISTRY[node.op].kind == "leaf":
        return str(node.attributes.get("name", node.op))
    inner = [_formula(graph, source) for source in node.inputs]
    if node.op == "broadcast" and not graph[node.inputs[0]].type.rank:
        return inner[0]
    attrs = [str(v) if not isinstance(v, tuple) else "x".join(map(str, v)) for _, v in node.attrs]
    return f"{node.op}({', '.join([*inner, *attrs])})"


@pytest.fixture(scope="session")
def draw_graph() -> Callable[..., Graph]:
    """A graph of about ten nodes with a loss, over weights, a table of data and the size of the batch; with
    `smooth=True` of ops that have a gradient everywhere."""
    return _drawn


def _drawn(data: st.DataObject, *, smooth: bool = False) -> Graph:
    new = Builder(HERE)
    pool = _leaves(new)
    for _ in range(data.draw(st.integers(1, 10), label="nodes")):
        pool.append(_step(data, new, pool, smooth=smooth))
    total: Value | None = None
    for value in pool[-data.draw(st.integers(1, 4), label="terms") :]:
        part = new.add("tanh", [value])
        if part.type.rank:
            part = new.add("sum", [part], axes=tuple(range(part.type.rank)))
        total = part if total is None else new.add("add", [total, part])
    assert total is not None
    new.output("loss", new.add("divide", [total, new.leaf("size", TensorType(()), of=("B",))]))
    new.output("publish/last", new.add("multiply", [total, 2.0]))
    new.output("out/y", pool[-1])
    return new.graph()


def _leaves(new: Builder) -> list[Value]:
    rows = new.leaf("rows", TensorType((BATCH,), "int64"))
    table = new.leaf("column", TensorType((ROWS, 3)), name="x")
    weight = {"role": "weight", "trainable": True, "start": ("zeros", ())}
    return [
        new.add("take", [table, rows]),
        new.leaf("state", TensorType((2, 3)), name="w", **weight),
        new.leaf("state", TensorType((3,)), name="b", **weight),
        new.leaf("state", TensorType(()), name="scale", **weight),
        new.leaf("knob", TensorType(()), name="rate", live=("constant", (("value", 0.5),))),
    ]


def _step(data: st.DataObject, new: Builder, pool: list[Value], *, smooth: bool) -> Value:
    """One more node, over what there is."""
    x = data.draw(st.sampled_from(pool), label="x")
    alike = [v for v in pool if v.type.shape in (x.type.shape, ())]
    matrix = x.type.rank == 2
    pairs = st.sampled_from(SMOOTH_PAIRS if smooth else BINARY)
    kinds = ("unary", "binary", "number", "move", "sum", "matrix", *(() if smooth else ("where",)))
    choice = data.draw(st.sampled_from(kinds))
    if choice == "unary":
        op = data.draw(st.sampled_from(SMOOTH if smooth else UNARY))
        return new.add(op, [new.add("tanh", [x]) if op in ("exp", "square") else x])
    if choice == "binary":
        return new.add(data.draw(pairs), [x, data.draw(st.sampled_from(alike))])
    if choice == "number":
        number = data.draw(st.sampled_from(NUMBERS))
        if data.draw(st.booleans()):
            return new.add(data.draw(pairs), [x, number])
        return new.add("divide", [x, number or 4.0])
    if choice == "where":
        return new.add("where", [new.add("greater", [x, 0.27]), data.draw(st.sampled_from(alike)), x])
    if choice == "sum" and x.type.rank:
        axis = data.draw(st.integers(0, x.type.rank - 1))
        return new.add(data.draw(st.sampled_from(("sum",) if smooth else ("sum", "max"))), [x], axes=(axis,))
    moved = choice == "move" or not matrix
    return _moved(data, new, pool, x, smooth=smooth) if moved else _mixed(data, new, pool, x)


def _moved(data: st.DataObject, new: Builder, pool: list[Value], x: Value, *, smooth: bool) -> Value:
    """A broadcast, a reshape or a transpose of x; x itself when it is a number."""
    if x.type.rank == 0:
        return new.broadcast(x, TensorType(data.draw(st.sampled_from([v.type.shape for v in pool]))))
    if x.type.rank == 1:
        wide = [v.type.shape for v in pool if v.type.rank == 2 and v.type.shape[-1] == x.type.shape[0]]
        return new.add("broadcast", [x], shape=wide[0], axes=(1,)) if wide else new.add("negative", [x])
    if data.draw(st.booleans()):
        return new.add("transpose", [x], order=(1, 0))
    rows, columns = x.type.shape
    if data.draw(st.booleans()) or not isinstance(columns, int):
        return new.add("transpose", [new.add("transpose", [x], order=(1, 0))], order=(1, 0))
    middle = new.add("reshape", [x], shape=(rows, 1, columns))
    return new.add("reshape", [new.add("negative" if smooth else "abs", [middle])], shape=(rows, columns))


def _mixed(data: st.DataObject, new: Builder, pool: list[Value], x: Value) -> Value:
    """A product with another matrix that fits, or a softmax."""
    fits = [(v, t) for v in pool if v.type.rank == 2 for t in (0, 1) if v.type.shape[t] == x.type.shape[1]]
    if not fits or not isinstance(x.type.shape[1], int):
        return new.add("softmax", [x]) if isinstance(x.type.shape[1], int) else new.add("negative", [x])
    other, turned = data.draw(st.sampled_from(fits))
    if data.draw(st.booleans()):
        return new.add("softmax", [x])
    return new.add("tanh", [new.add("matmul", [x, other], transpose_b=bool(turned))])
