"""Every op's kernel agrees with its oracle, whatever the vectors and the number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.interpret import interpret_all
from netloom.compiler.ops import REGISTRY
from netloom.compiler.ops.op import Draw, Op
from netloom.compiler.types import BATCH, Dim, TensorType

from .kernel_bench import laid_out, run

CASES = [(op, draw) for op in REGISTRY.values() if op.kind not in ("leaf", "composite") for draw in op.draws]
ORIGIN = (Origin("test.yaml", 1, "test"),)


def drawn(op: Op, draw: Draw, seed: int = 0) -> list[Any]:
    """Inputs of the draw's shapes and values."""
    random = np.random.default_rng(seed)
    made = []
    for i, shape in enumerate(draw.shapes):
        dtype = draw.dtypes[i] if draw.dtypes else "float32"
        if not dtype.startswith("float"):
            made.append(random.integers(0, 3, shape).astype(dtype))
        elif draw.values == "positive":
            made.append(random.uniform(0.1, 3.0, shape).astype(dtype))
        elif draw.values == "edges":
            edge = [0.0, -0.0, 1.0, -1.0, 800.0, -800.0, 1e-30, -1e-30, 20.0, -20.0]
            made.append(random.choice(edge, shape).astype(dtype))
        else:
            made.append(random.standard_normal(shape).astype(dtype))
    return made


def graph_of(op: Op, draw: Draw, batch: bool) -> tuple[Graph, str, dict[str, Any], dict[str, int]]:
    """A graph of one node; with `batch`, the first axis of elementwise inputs is of unknown size."""
    builder = Builder(ORIGIN)
    inputs, values, sizes = [], {}, {"N": 6, "B": 0}
    for i, array in enumerate(drawn(op, draw)):
        shape: tuple[Dim, ...] = array.shape
        if batch and shape:
            shape = (BATCH, *shape[1:])
            sizes["B"] = array.shape[0]
        leaf = builder.leaf("state", TensorType(shape, str(array.dtype)), name=f"x{i}")  # type: ignore[arg-type]
        inputs.append(leaf)
        values[f"state/x{i}"] = array
    node = builder.add(op, inputs, **draw.attrs)
    builder.output("out/y", node)
    return laid_out(builder.graph()), node.id, values, sizes


@pytest.mark.parametrize("lanes", [16, 8, 4])
@pytest.mark.parametrize(("op", "draw"), CASES, ids=[f"{o.name}-{i}" for i, (o, _) in enumerate(CASES)])
def test_an_op_agrees_with_its_oracle(op: Op, draw: Draw, lanes: int) -> None:
    for batch in {False, op.kind == "elementwise"}:
        graph, node, values, sizes = graph_of(op, draw, batch)
        wanted = interpret_all(graph, values, sizes, "float32")[node]
        one = run(graph, (node,), frozenset({node}), values, sizes, lanes, 1)[node]
        two = run(graph, (node,), frozenset({node}), values, sizes, lanes, 2)[node]
        np.testing.assert_array_equal(one, two)
        np.testing.assert_allclose(one, wanted, rtol=2e-5, atol=2e-6)
