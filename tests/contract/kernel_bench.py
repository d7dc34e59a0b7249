"""Runs one emitted kernel on its own: nodes laid out, compiled here, in an arena full of NaN."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from netloom.compiler.emit import emit, text
from netloom.compiler.graph import Graph, Node
from netloom.compiler.interpret import interpret_all
from netloom.compiler.layouts import plain
from netloom.compiler.ops import REGISTRY
from netloom.compiler.plan import Buffer, Extent
from netloom.compiler.types import evaluate
from netloom.runtime.arena import Arena
from netloom.runtime.compile_worker import compile_object
from netloom.runtime.objects import Library

LIBRARY = Library()
Kernel = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)
GUARD = 64


@cache
def compiled(source: str, lanes: int, count: itertools.count[int] = itertools.count()) -> Any:  # noqa: B008
    symbol = f"netloom_test_{next(count)}"
    LIBRARY.load(symbol, compile_object(symbol, source, lanes))
    return Kernel(LIBRARY.address(symbol))


def laid_out(graph: Graph) -> Graph:
    """Every node in the plain layout."""
    nodes = {n.id: replace(n, layout=n.layout or plain(n.type.shape)) for n in graph}
    return Graph(nodes, graph.outputs)


def run(
    graph: Graph,
    nodes: tuple[str, ...],
    exits: frozenset[str],
    values: Mapping[str, Any],
    sizes: Mapping[str, int],
    lanes: int = 16,
    threads: int = 1,
) -> dict[str, Any]:
    """The kernel's exits, read back; checks that pads are zero and nothing beside its buffers was written."""
    made = emit(graph, nodes, exits)
    every = interpret_all(graph, values, sizes, "float32")
    buffers, total = {}, 0
    for operand in made.operands:
        buffers[operand] = _buffer(graph[operand], total, sizes)
        total += -(-buffers[operand].bytes.factor // 64) * 64 + GUARD
    shared, total = total, total + 4 * made.shared
    arena = Arena(total)
    arena.bytes.view(np.float32)[:] = np.nan
    arena.bytes[shared : shared + 64] = 0
    for position, operand in enumerate(made.operands):
        if position not in made.writes:
            arena.write(buffers[operand], sizes, every[operand])
    before = arena.bytes.copy()
    offsets = np.array([*(buffers[o].offset for o in made.operands), shared], np.int64)
    numbers = np.array([evaluate(s, sizes) for s in made.sizes] or [0], np.int64)
    kernel = compiled(text(made.recipe, lanes), lanes)
    for thread in range(threads):
        kernel(arena.address, offsets.ctypes.data, numbers.ctypes.data, thread, threads)
    assert not arena.bytes[shared : shared + 64].any(), "the count of threads is set back"
    before[shared:] = arena.bytes[shared:]
    _check_untouched(arena, before, [buffers[made.operands[w]] for w in made.writes])
    results = {}
    for w in made.writes:
        buffer = buffers[made.operands[w]]
        results[made.operands[w]] = arena.read(buffer, sizes)
        columns = results[made.operands[w]].size // max(1, arena.matrix(buffer, sizes).shape[0])
        assert not arena.matrix(buffer, sizes)[:, max(columns, 1) :].any(), f"pads of {made.operands[w]}"
    return results


def _buffer(node: Node, offset: int, sizes: Mapping[str, int]) -> Buffer:
    layout = node.layout
    assert layout is not None
    rows = evaluate(layout.rows(node.type.shape), sizes) if node.type.shape else 1
    size = rows * layout.pitch * np.dtype(node.type.dtype).itemsize
    shape = tuple(Extent.of(evaluate(d, sizes)) for d in node.type.shape)
    return Buffer(
        name=node.id, space="scratch", offset=offset, bytes=Extent(factor=size), dtype=node.type.dtype,
        shape=shape, order=layout.order, split=layout.split, pitch=layout.pitch,
    )  # fmt: skip


def _check_untouched(arena: Arena, before: Any, written: list[Buffer]) -> None:
    mask = np.ones(arena.bytes.size, bool)
    for buffer in written:
        # a row of one element is written in whole vectors: up to the end of its last cache line
        mask[buffer.offset : buffer.offset + -(-buffer.bytes.factor // 64) * 64] = False
    assert (arena.bytes[mask] == before[mask]).all(), "a kernel wrote beside its buffers"


def is_kernel(node: Node) -> bool:
    return REGISTRY[node.op].kind not in ("leaf", "composite")
