"""Large sums over everything become sums of rows; small ones stay."""

from __future__ import annotations

import numpy as np
import pytest

from netloom.compiler import emit
from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.interpret import interpret_all
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.layouts import Layout
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.fuse import Fuse
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.split_totals import SplitTotals
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import BATCH, Dim, TensorType

from ...contract.kernel_bench import run

ORIGIN = (Origin("test.yaml", 1, "test"),)


def squares_root(shape: tuple[Dim, ...]) -> Graph:
    """The square root of the sum of all squares."""
    new = Builder(ORIGIN)
    leaf = new.leaf("state", TensorType(shape), name="x")
    squares = new.add("square", [leaf])
    total = new.add("sum", [squares], axes=tuple(range(len(shape))))
    new.output("publish/norm", new.add("sqrt", [total]))
    return new.graph()


def norm(shape: tuple[Dim, ...]) -> Graph:
    return run_passes((Decompose(), LayOut(), SplitTotals()), squares_root(shape))


def sums(graph: Graph) -> list[tuple[object, tuple[Dim, ...], Layout | None]]:
    return [(n.attr("axes"), n.type.shape, n.layout) for n in graph if n.op == "sum"]


def test_a_large_sum_goes_by_rows() -> None:
    made = sums(norm((784, 500)))
    assert made == [((1,), (784,), Layout((0,), 1, 1)), ((0,), (), Layout((), 0, 1))]


@pytest.mark.parametrize("shape", [(64, 100), (100_000,), (40_000, 2), (1, 100_000)])
def test_small_and_narrow_ones_stay(shape: tuple[Dim, ...]) -> None:
    assert len(sums(norm(shape))) == 1


def test_a_batch_counts_as_a_usual_one() -> None:
    assert len(sums(norm((BATCH, 28, 28)))) == 1
    assert sums(norm((BATCH, 64, 32)))[0][:2] == ((1, 2), (BATCH,))


@pytest.mark.parametrize("lanes", [16, 8, 4])
def test_the_bits_do_not_depend_on_the_threads(lanes: int) -> None:
    graph = run_passes((Decompose(), LayOut(), SplitTotals(), Fuse(emit)), squares_root((300, 230)))
    values = {"state/x": np.random.default_rng(1).standard_normal((300, 230)).astype(np.float32)}
    every = interpret_all(graph, values, {"B": 1, "N": 1}, "float32")
    for kernel in kernels_of(graph).values():
        one, three = (
            run(graph, kernel.nodes, kernel.exits, values, {"B": 1, "N": 1}, lanes, threads) for threads in (1, 3)
        )
        for name, found in one.items():
            np.testing.assert_array_equal(found, three[name])
            np.testing.assert_allclose(found, every[name], rtol=1e-5)
