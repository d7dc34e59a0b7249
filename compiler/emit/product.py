"""The form `matmul`: a register tile over packed sums, then elementwise work on the block just stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..graph import Graph, Node
from ..types import Dim
from .recipe import Recipe
from .site import Misfit, strides
from .writer import Writer

LONGEST, FOLDED_ROWS = 16, 4
"""The vectors that leave many lanes without a column, and the rows of a tile whose last vectors are shared."""


@dataclass(frozen=True, slots=True)
class Product:
    """out[m, n] = sum over k of a[m, k] b[k, n], with m the rows of the output's buffer and n its columns.

    `a_row`, `a_step`: elements between rows and between k in a; `b_step`: between k in b, whose n lie side by side.
    """

    a: str
    b: str
    k: Dim
    a_row: int
    a_step: int
    b_step: int


def make_product(graph: Graph, node: Node) -> Product:
    """The site of a matmul; `Misfit` where the operands do not lie as the tile needs them."""
    layout = node.layout
    assert layout is not None
    if layout.columns(node.type.shape) == 1:
        raise Misfit(f"{node.id} has a single column: no vector to fill")
    left, right = (graph[s] for s in node.inputs)
    ta, tb = bool(node.attr("transpose_a")), bool(node.attr("transpose_b"))
    left_axes, right_axes = ((1, 0) if ta else (0, 1)), ((1, 0) if tb else (0, 1))
    left_strides, right_strides = strides(left), strides(right)
    k = left.type.shape[left_axes[1]]
    if layout.order == (0, 1):
        a, b, a_free, a_sum = left, right, left_axes[0], left_axes[1]
        b_sum, b_free = right_axes
        a_strides, b_strides = left_strides, right_strides
    else:
        a, b, a_free, a_sum = right, left, right_axes[1], right_axes[0]
        b_free, b_sum = left_axes
        a_strides, b_strides = right_strides, left_strides
    if b_strides[b_free] != 1:
        raise Misfit(f"{node.id}: {b.id} does not lie with the output's columns side by side")
    if any(t.type.dtype != "float32" for t in (node, left, right)):
        raise Misfit(f"{node.id}: the tile takes float32 alone")
    return Product(a.id, b.id, k, a_strides[a_free], a_strides[a_sum], b_strides[b_sum])


def matmul_text(recipe: Recipe, lanes: int) -> str:
    """Tiles of rows by vectors; the last rows by a tile that repeats the last of them."""
    w = Writer(recipe)
    site = recipe["product"]
    fold = fold_of(w.columns, w.pitch, lanes)
    vectors, rows = (w.pitch // lanes, FOLDED_ROWS) if fold > 1 else _shape(w.pitch // lanes, lanes)
    last = (w.pitch // lanes) % vectors
    before = _tiles(site, rows, vectors, last, w.pitch, fold)
    w.start()
    w.put("steps = get(sizes, 1)")
    w.put(f"blocks = (rows + {rows - 1}) // {rows}")
    full = w.pitch // lanes // vectors
    w.share(f"blocks * {full + (last > 0)}", "unit", "end")
    w.open("while unit < end:")
    w.put("panel = unit // blocks")
    w.put(f"top = (unit - panel * blocks) * {rows}")
    w.put(f"left = panel * {vectors * lanes}")
    w.put(f"lines = min(rows - top, {rows})")
    w.put(f"a = p{site['a']} + {4 * site['a_row']} * top")
    w.put(f"b = p{site['b']} + 4 * left")
    w.put(f"c = p{site['c']} + 4 * (top * {w.pitch} + left)")
    w.put(f"width = {vectors * lanes}")
    _choose_tile(w, full, last, rows, lanes)
    epilogue(w, site["c"], recipe)
    w.put("unit += 1")
    return w.kernel(before)


def _shape(width: int, lanes: int) -> tuple[int, int]:
    """Vectors and rows of a tile: as many sums as the registers hold (32 of them with 16 or 4 lanes)."""
    if lanes == 8:
        return (2, 6) if width > 1 else (1, 8)
    if width == 7:
        return 7, 3  # a row's whole width at once: no panel of one vector is left over
    if width >= 3 and width != 4:
        return 3, 8
    return (1, 16) if width == 1 else (2, 12)


def fold_of(columns: int, pitch: int, lanes: int) -> int:
    """How many rows share a vector for their last few columns: more than 1 where rows are so short that a tile holds
    all of one, and half of the last vector or less is columns."""
    vectors, rest = divmod(columns, lanes)
    if lanes != LONGEST or not 4 <= vectors <= 6 or pitch != (vectors + 1) * lanes:
        return 1
    # four rows of six vectors and two that are shared would be more than the registers hold
    return next((fold for fold in (4, 2) if 0 < rest <= lanes // fold and (fold, vectors) != (2, 6)), 1)


def _tiles(site: dict[str, Any], rows: int, vectors: int, last: int, pitch: int, fold: int) -> str:
    strides_ = f"{site['a_row']}, {site['a_step']}, {site['b_step']}, {pitch}"
    lines = [f"tile_{c} = tile({rows}, {vectors}, {strides_}, {bool(c)}, {fold})" for c in (0, 1)]
    if last:
        lines += [f"edge_{c} = tile({rows}, {last}, {strides_}, {bool(c)})" for c in (0, 1)]
    return "\n".join(lines) + "\n\n\n"


def _choose_tile(w: Writer, full: int, last: int, rows: int, lanes: int) -> None:
    def pair(stem: str) -> None:
        w.put(f"if lines == {rows}:")
        w.put(f"    {stem}_0(a, b, c, steps, lines)")
        w.put("else:")
        w.put(f"    {stem}_1(a, b, c, steps, lines)")

    if not last:
        pair("tile")
        return
    w.open(f"if panel < {full}:")
    pair("tile")
    w.close()
    w.open("else:")
    w.put(f"width = {last * lanes}")
    pair("edge")
    w.close()


def result_of(recipe: Recipe) -> tuple[str, int, int]:
    """How the work that goes along knows the block's result (`Writer.known`): the product in the body, or else the
    operand that a gradient to a picture stands for."""
    products = [i for i, node in enumerate(recipe["body"]) if node["op"] == "matmul"]
    return ("node", products[0], 0) if products else ("in", recipe["slide"]["a"], -1)


def epilogue(w: Writer, target: int, recipe: Recipe) -> None:
    """Elementwise work on the block of `lines` rows from `top`, `width` columns from `left`, that was just stored."""
    result = result_of(recipe)
    if len(w.body) == 1 and result[0] == "node":
        return
    w.put("r = top")
    w.open("while r < top + lines:")
    w.put(f"start = r * {w.pitch}")
    w.put("j = left")
    w.open("while j < left + width:")
    w.put(f"result = load_float32(p{target}, start + j)")
    w.known[result] = "result"
    names = [(place, w.value(["node", node])) for node, place, _ in recipe["exits"]]
    for place, name in names:
        w.store(place, name)
    w.put("j += LANES")
    w.close()
    w.put("r += 1")
    w.close()
