"""Numbers that are only moved: every way of moving, at sizes with and without whole vectors, against the interpreter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from netloom.compiler import emit
from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.fuse import Fuse
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.schedule import Schedule
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import BATCH, TensorType, product

from .test_fused import check_kernels

Move = Callable[[Builder, Value], Value]


def flattened(new: Builder, x: Value) -> Value:
    return new.add("reshape", [x], shape=(BATCH, product(x.type.shape[1:])))


def turned(new: Builder, x: Value) -> Value:
    return new.add("transpose", [x], order=(0, 3, 1, 2))


def cut(new: Builder, x: Value) -> Value:
    last = x.type.shape[3]
    assert isinstance(last, int)
    return new.add("slice", [x], axis=3, start=last // 3, stop=last)


def doubled(new: Builder, x: Value) -> Value:
    return new.add("concat", [x, new.add("tanh", [x])], axis=3)


def stacked(new: Builder, x: Value) -> Value:
    return new.add("concat", [x, new.add("tanh", [x])], axis=1)


MOVES: dict[str, Move] = {"flatten": flattened, "transpose": turned, "slice": cut, "channels": doubled, "rows": stacked}


def network(move: Move, shape: tuple[int, int, int]) -> Graph:
    new = Builder((Origin("net.yaml", 1, "move"),))
    x = new.leaf("column", TensorType((BATCH, *shape)), name="x")
    picture = new.add("pool_sum", [x], size=(1, 1), stride=(1, 1), pad=(0, 0, 0, 0), dilation=(1, 1))
    new.output("out/y", new.add("sigmoid", [move(new, new.add("square", [picture]))]))
    return run_passes((Decompose(), Simplify(), LayOut(), Fuse(emit), Schedule()), new.graph())


@pytest.mark.parametrize("name", MOVES)
@settings(max_examples=3, phases=[Phase.generate], deadline=None)
@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 19), st.sampled_from([2, 6, 16, 25, 48])),
    batch=st.sampled_from([1, 3]), threads=st.sampled_from([1, 2]),
)  # fmt: skip
def test_moves_keep_every_number(name: str, shape: tuple[int, int, int], batch: int, threads: int) -> None:
    check_kernels(network(MOVES[name], shape), batch, threads, MOVED[name])


MOVED = {"flatten": "reshape", "transpose": "transpose", "slice": "slice", "channels": "concat", "rows": "concat"}


def weights(out: int, into: int) -> Graph:
    """A table of weights that a layer reads one way and its gradient the other."""
    new = Builder((Origin("net.yaml", 1, "dense"),))
    x = new.leaf("column", TensorType((BATCH, into)), name="x")
    w = new.leaf("state", TensorType((out, into)), name="w", role="weight", trainable=True, start=("zeros", ()))
    y = new.add("matmul", [x, w], transpose_b=True)
    new.output("out/y", new.add("matmul", [new.add("tanh", [y]), w]))
    return run_passes((Decompose(), Simplify(), LayOut(), Fuse(emit), Schedule()), new.graph())


@pytest.mark.parametrize(("out", "into"), [(16, 16), (37, 50), (5, 70), (64, 33)])
@pytest.mark.parametrize("threads", [1, 2])
def test_weights_read_both_ways_are_turned(out: int, into: int, threads: int) -> None:
    graph = weights(out, into)
    assert any(graph[n].op == "relayout" for kernel in kernels_of(graph).values() for n in kernel.nodes)
    check_kernels(graph, 3, threads, "relayout")
