"""Products whose rows end in a vector of few columns: four or two rows share it, and no bit changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from netloom.compiler.emit.product import fold_of
from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.layouts import padded
from netloom.compiler.types import TensorType

from .kernel_bench import laid_out, run

ORIGIN = (Origin("test.yaml", 1, "test"),)
STEPS = 9


def product(rows: int, columns: int, *, turned: bool) -> Graph:
    """tanh(a b + bias); `turned`: a lies (steps, rows)."""
    new = Builder(ORIGIN)
    a = new.leaf("state", TensorType((STEPS, rows) if turned else (rows, STEPS)), name="a")
    b = new.leaf("state", TensorType((STEPS, columns)), name="b")
    bias = new.leaf("state", TensorType((columns,)), name="bias")
    y = new.add("matmul", [a, b], transpose_a=turned)
    spread = new.add("broadcast", [bias], shape=y.type.shape, axes=(1,))
    new.output("out/y", new.add("tanh", [new.add("add", [y, spread])]))
    return laid_out(new.graph())


def values(rows: int, columns: int, *, turned: bool) -> dict[str, Any]:
    random = np.random.default_rng(rows)
    a = random.standard_normal((rows, STEPS)).astype(np.float32)
    # the same first columns whatever comes behind them
    b = np.random.default_rng(1).standard_normal((STEPS, 112)).astype(np.float32)[:, :columns]
    bias = np.random.default_rng(2).standard_normal(112).astype(np.float32)[:columns]
    return {"state/a": a.T if turned else a, "state/b": b, "state/bias": bias}


def made(rows: int, columns: int, lanes: int, *, turned: bool, threads: int = 1) -> Any:
    graph = product(rows, columns, turned=turned)
    nodes = tuple(n.id for n in graph if n.op not in ("state", "broadcast"))
    exit_ = graph.outputs["out/y"]
    return run(graph, nodes, frozenset([exit_]), values(rows, columns, turned=turned), {}, lanes, threads)[exit_]


@pytest.mark.parametrize("columns", [66, 68, 72, 84, 88, 100])
@pytest.mark.parametrize("rows", [1, 3, 4, 6, 13])
def test_a_shared_vector_holds_what_one_of_its_own_would(rows: int, columns: int) -> None:
    assert fold_of(columns, padded(columns), 16) > 1
    assert fold_of(112, padded(112), 16) == 1
    for turned in (False, True):
        whole = made(rows, 112, 16, turned=turned)
        for threads in (1, 2):
            np.testing.assert_array_equal(made(rows, columns, 16, turned=turned, threads=threads), whole[:, :columns])


@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_what_is_made_is_the_product(lanes: int) -> None:
    given = values(6, 100, turned=False)
    truth = np.tanh(given["state/a"].astype(np.float64) @ given["state/b"] + given["state/bias"])
    np.testing.assert_allclose(made(6, 100, lanes, turned=False), truth, atol=1e-6)


def test_rows_that_are_long_or_end_well_are_left_alone() -> None:
    assert {fold_of(c, padded(c), 16) for c in (10, 16, 48, 73, 105, 112, 500, 784)} == {1}
    assert fold_of(100, padded(100), 8) == fold_of(100, padded(100), 4) == 1
