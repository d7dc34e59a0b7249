"""Where scratch tensors lie: lifetimes in kernel numbers, and first fit in one arena.

Offsets are laid out once, for the largest batch; a smaller one uses the front of each block.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .graph import Graph, Node
from .kernel_view import KernelNodes, is_leaf, kernels_of, may_write_over
from .types import ITEM_BYTES, Dim, evaluate, product
from .views import root

ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector."""


@dataclass(slots=True)
class Block:
    """A piece of scratch that holds one tensor, or several one after another in place. Live from the kernel
    `first` to the kernel `last`, both included. `offset` counts from the start of the scratch."""

    first: int
    last: int
    bytes: int
    offset: int = -1


def bytes_of(node: Node) -> Dim:
    """The bytes of the node's buffer, pads included."""
    assert node.layout is not None, f"{node.id} has no layout"
    rows = node.layout.rows(node.type.shape)
    return product((rows, node.layout.pitch, ITEM_BYTES[node.type.dtype]))


def aligned(count: int) -> int:
    """A count of bytes rounded up to whole cache lines."""
    return -(-count // ALIGNMENT) * ALIGNMENT


def blocks(graph: Graph, pinned: set[str], sizes: Mapping[str, int]) -> dict[str, Block]:
    """The block of each tensor that a kernel makes and that is not `pinned` elsewhere, by node.

    What an output shows lives to the end. A kernel of elementwise work may write over an input that nobody
    reads after it and that lies alike.
    """
    kernels = kernels_of(graph)
    last = _last_reads(graph, kernels)
    found = dict[str, Block]()
    for number, kernel in kernels.items():
        free = [s for s in kernel.reads if s in found and last[s] == number]
        for node_id in (n for n in kernel.nodes if n in kernel.exits and n not in pinned):
            node = graph[node_id]
            old = next((s for s in free if _fits_over(graph, kernel, s, node)), None)
            if old is None:
                found[node_id] = Block(number, last[node_id], aligned(evaluate(bytes_of(node), sizes)))
            else:
                free.remove(old)
                found[node_id] = found[old]
                found[node_id].last = last[node_id]
    return found


def place(wanted: Iterable[Block]) -> int:
    """Give every block an offset by first fit, in the order of birth; returns the bytes used."""
    order = sorted({id(block): block for block in wanted}.values(), key=lambda b: (b.first, -b.bytes))
    free = _Gaps()
    dying = list[tuple[int, int, Block]]()
    for count, block in enumerate(order):
        while dying and dying[0][0] < block.first:
            gone = dying.pop(0)[2]
            free.give(gone.offset, gone.bytes)
        block.offset = free.take(block.bytes)
        bisect.insort(dying, (block.last, count, block))
    return free.end


class _Gaps:
    """The free pieces below `end`, by offset; neighbours are joined."""

    def __init__(self) -> None:
        self.end = 0
        self._free = list[tuple[int, int]]()

    def take(self, size: int) -> int:
        for i, (offset, length) in enumerate(self._free):
            if length >= size:
                self._free[i : i + 1] = [(offset + size, length - size)] if length > size else []
                return offset
        if self._free and sum(self._free[-1]) == self.end:
            offset, _ = self._free.pop()
        else:
            offset = self.end
        self.end = offset + size
        return offset

    def give(self, offset: int, size: int) -> None:
        at = bisect.bisect(self._free, (offset, size))
        self._free.insert(at, (offset, size))
        for i in (at, at - 1):
            if 0 <= i < len(self._free) - 1 and sum(self._free[i]) == self._free[i + 1][0]:
                start, length = self._free[i]
                self._free[i : i + 2] = [(start, length + self._free[i + 1][1])]


def _last_reads(graph: Graph, kernels: Mapping[int, KernelNodes]) -> dict[str, int]:
    """The last kernel that reads each tensor, itself or through a view; past the end for outputs."""
    end = max(kernels, default=-1) + 1
    last = {node.id: node.kernel for node in graph if node.kernel is not None}
    for number, kernel in kernels.items():
        for source in kernel.reads:
            last[source] = number
    for source in graph.outputs.values():
        if not is_leaf(graph[origin := root(graph, source)]):
            last[origin] = end
    return last


def _fits_over(graph: Graph, kernel: KernelNodes, source: str, node: Node) -> bool:
    """Whether `node` may be written over `source`, which the kernel is the last to read."""
    old = graph[source]
    alike = old.layout == node.layout and old.type.shape == node.type.shape
    same_items = ITEM_BYTES[old.type.dtype] == ITEM_BYTES[node.type.dtype]
    return alike and same_items and may_write_over(graph, kernel.nodes, node.id, source)
