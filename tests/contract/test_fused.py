"""Whatever fusion puts into one kernel gives what the graph gives node by node, in an arena full of NaN."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from netloom.compiler import emit
from netloom.compiler.graph import Graph
from netloom.compiler.interpret import interpret_all
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.fuse import Fuse
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.merge import Merge
from netloom.compiler.passes.optimise import Optimise
from netloom.compiler.passes.schedule import Schedule
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import Size
from netloom.compiler.verify import random_values

from ..compiler.conftest import _drawn
from .kernel_bench import run

RATE = ("learning_rate", ("constant", (("value", 0.01),)))
ADAM = Optimise("adam", (RATE, ("beta1", 0.9), ("beta2", 0.99), ("epsilon", 1e-8)))
PASSES = (Gradient(), ADAM, Simplify(), Merge(), Decompose(), Simplify(), Merge(), LayOut(), Fuse(emit), Schedule())


def drawn(data: st.DataObject) -> Graph:
    """A random graph, lowered. A tensor with two unknown sizes has no rows of known length: none is drawn."""
    graph = _drawn(data)
    assume(all(sum(isinstance(size, Size) for size in node.type.shape) < 2 for node in graph))
    lowered = run_passes(PASSES[:6], graph)
    assume(all(sum(isinstance(size, Size) for size in node.type.shape) < 2 for node in lowered))
    return run_passes(PASSES, graph)


def check_kernels(
    graph: Graph, batch: int, threads: int, op: str | None = None, *, lanes: int = 16, atol: float = 2e-5
) -> None:
    """Every kernel of a lowered graph against the interpreter, or those alone that hold an op."""
    sizes = {"B": batch, "N": 5}
    values = random_values(graph, sizes, 0)
    every = interpret_all(graph, values, sizes, "float32")
    for kernel in kernels_of(graph).values():
        if op is not None and all(graph[n].op != op for n in kernel.nodes):
            continue
        found = run(graph, kernel.nodes, kernel.exits, values, sizes, lanes, threads)
        for node_id, array in found.items():
            wanted = every[node_id]
            size = max(1.0, float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)))
            np.testing.assert_allclose(array, wanted, rtol=2e-4, atol=atol * size, err_msg=graph.text())


@settings(max_examples=15, phases=[Phase.generate])
@given(data=st.data())
def test_random_kernels_agree(data: st.DataObject) -> None:
    graph = drawn(data)
    lanes = data.draw(st.sampled_from([16, 8, 4]))
    check_kernels(graph, data.draw(st.sampled_from([1, 3, 4])), data.draw(st.sampled_from([1, 2])), lanes=lanes)


@pytest.mark.slow
@settings(max_examples=60, phases=[Phase.generate])
@given(data=st.data())
def test_many_random_kernels_agree(data: st.DataObject) -> None:
    graph = drawn(data)
    lanes = data.draw(st.sampled_from([16, 8, 4]))
    check_kernels(graph, data.draw(st.sampled_from([1, 3, 4])), data.draw(st.sampled_from([1, 2])), lanes=lanes)
