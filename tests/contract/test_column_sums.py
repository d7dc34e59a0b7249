"""Sums down many rows, made in parts: right, and the same bits whatever the number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from netloom.compiler.emit import emit
from netloom.compiler.graph import Graph
from netloom.compiler.kernel_view import KernelNodes, kernels_of
from netloom.compiler.stages import run as run_passes
from netloom.compiler.verify import random_values

from .kernel_bench import run
from .test_convolutions import network
from .test_fused import PASSES, check_kernels

WINDOW: dict[str, Any] = {"size": (3, 3), "stride": (1, 1), "pad": (1, 1, 1, 1), "dilation": (1, 1)}


def convolution(filters: int) -> Graph:
    return run_passes(PASSES, network(8, 9, 3, filters, own=True, relu=False, **WINDOW))


def in_parts(graph: Graph) -> list[KernelNodes]:
    return [k for k in kernels_of(graph).values() if "parts" in emit(graph, k.nodes, k.exits).recipe]


@pytest.mark.parametrize("filters", [6, 16, 40, 80])
@pytest.mark.parametrize("threads", [1, 2])
def test_sums_in_parts_agree(filters: int, threads: int) -> None:
    graph = convolution(filters)
    assert in_parts(graph)
    check_kernels(graph, 3, threads, "sum")


def test_bits_do_not_depend_on_threads() -> None:
    graph = convolution(40)
    sizes = {"B": 5, "N": 7}
    values = random_values(graph, sizes, 1)
    for kernel in in_parts(graph):
        found = [run(graph, kernel.nodes, kernel.exits, values, sizes, threads=threads) for threads in (1, 2, 3, 11)]
        for other in found[1:]:
            assert all(np.array_equal(found[0][name], other[name]) for name in found[0])
