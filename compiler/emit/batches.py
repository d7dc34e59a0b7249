"""The form `products`: one product of matrices for each example, in blocks of registers.

The threads share the examples and, where rows are long, the panels of columns. Rows of the right operand are read as
vectors: where they lie otherwise, or end without zeros behind them, a thread first lays a panel of them out in memory
of its own (it stays in the second-level cache, or in the first). So it does with results whose rows have no room for
whole vectors.
"""

from __future__ import annotations

from ..graph import Graph, Node
from ..types import Dim
from .blocking import LARGEST_HOLD, Patch, patch_of
from .lines import Lines
from .recipe import Recipe
from .site import Misfit, matrix, strides

BROADEST = 64
"""Columns of the broadest panel, in numbers: four of the longest vectors."""


def batches_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (inputs, then the result) and sizes (how many examples) of one `batch_matmul`; `Misfit` where
    plain loops must do it."""
    kept = tuple(dict.fromkeys(node.inputs))
    tensors = [*(graph[s] for s in node.inputs), node]
    if any(tensor.type.dtype != "float32" for tensor in tensors):
        raise Misfit(f"{node.id} is done in float32 alone")
    count, m, n = node.type.shape
    k = tensors[0].type.shape[1 if node.attr("transpose_a") else 2]
    if not (isinstance(m, int) and isinstance(n, int) and isinstance(k, int)):
        raise Misfit(f"{node.id} multiplies tables of unknown size")
    a, b, c = (strides(tensor) for tensor in tensors)
    a_turned, b_turned = bool(node.attr("transpose_a")), bool(node.attr("transpose_b"))
    right = (b[0], *((b[2], b[1]) if b_turned else b[1:]))
    b_rows = _in_rows(tensors[1]) and right[2] == 1
    if c[2] != 1 or 1 not in right[1:] or matrix(node).columns == 1:
        raise Misfit(f"{node.id}: its rows do not lie in vectors")
    if not b_rows and k * BROADEST > LARGEST_HOLD:
        raise Misfit(f"{node.id}: its right side is too large to be laid out anew")
    recipe: Recipe = {
        "form": "products", "size": [m, k, n], "args": [kept.index(s) for s in node.inputs],
        "a": [a[0], *((a[2], a[1]) if a_turned else a[1:])], "b": list(right), "c": list(c[:2]),
        "b_rows": b_rows, "c_rows": _in_rows(node),
        "pitch": matrix(node).pitch, "operands": [{"dtype": "float32"}] * (len(kept) + 1),
    }  # fmt: skip
    return recipe, (*kept, node.id), (count,)


def _in_rows(node: Node) -> bool:
    """Whether each row of a table is a row in memory, with zeros behind it."""
    layout = node.layout
    assert layout is not None, f"{node.id} has no layout"
    return layout.order[layout.split :] == (2,) and layout.pitch > 1


def batches_text(recipe: Recipe, lanes: int) -> str:
    """The text of the kernel."""
    return _Batches(recipe, lanes).text()


class _Batches(Lines):
    def __init__(self, recipe: Recipe, lanes: int) -> None:
        super().__init__()
        self.recipe, self.lanes = recipe, lanes
        self.m, self.k, self.n = recipe["size"]
        self.holds_b, self.holds_c = not recipe["b_rows"], not recipe["c_rows"]
        self.out = len(recipe["operands"]) - 1
        self.vectors = -(-self.n // lanes)
        self.patch: Patch = patch_of(1, self.m, min(self.vectors, BROADEST // lanes), self.k, lanes)
        self.wide = self.patch.vectors * lanes
        self.full, self.last = divmod(self.vectors, self.patch.vectors)
        self.before = list[str]()

    def text(self) -> str:
        """The whole kernel."""
        panels = self.full + (self.last > 0)
        self.addresses(self.out + 1)
        self.put("count = get(sizes, 0)")
        self._holds()
        self.put(f"unit = count * {panels} * thread // threads")
        self.put(f"end = count * {panels} * (thread + 1) // threads")
        self.open("while unit < end:")
        self.put(f"i = unit // {panels}")
        self.put(f"left = {self.wide} * (unit - i * {panels})")
        if self.last and self.full:
            self.open(f"if left < {self.full * self.wide}:")
            self._panel("whole", self.patch.vectors)
            self.close()
            self.open("else:")
            self._panel("edge", self.last)
            self.close()
        else:
            self._panel("whole", self.patch.vectors)
        self._pads(panels)
        self.close("unit += 1")
        return self.kernel("\n".join(dict.fromkeys(self.before)) + "\n\n\n")

    def _holds(self) -> None:
        """Memory of the thread's own."""
        for name, needed, count in (
            ("right", self.holds_b, self._whole(self.k) * self.wide), ("result", self.holds_c, self.patch.across * self.wide),
        ):  # fmt: skip
            if needed:
                self.before.append(f"hold_{name} = scratch({count})")
                self.put(f"{name} = hold_{name}()")

    def _whole(self, count: int) -> int:
        """`count` numbers as whole vectors."""
        return -(-count // self.lanes) * self.lanes

    def _panel(self, name: str, vectors: int) -> None:
        """Some columns of the product of one example."""
        recipe, patch = self.recipe, self.patch
        a, c = recipe["a"], recipe["c"]
        if self.holds_b:
            self._laid_out(vectors)
            step, b = self.wide, "right"
        else:
            step, b = recipe["b"][1], f"p{recipe['args'][1]} + 4 * ({recipe['b'][0]} * i + left)"
        c_step = self.wide if self.holds_c else c[1]
        rows = [tuple(x * y for x in range(patch.across)) for y in (a[1], c_step)]
        self.before.append(f"{name} = block({rows[0]}, {vectors}, {((self.k, a[2], step),)}, {rows[1]}, False)")
        self.put(f"b = {b}")
        self.loop("r", self.m)
        self.put(f"row = min(r, {self.m - patch.across})")
        self.put(f"a = p{recipe['args'][0]} + 4 * ({a[0]} * i + {a[1]} * row)")
        self.put(f"to = {c[0]} * i + {c[1]} * row + left")
        if self.holds_c:
            self.put(f"{name}(a, b, result)")
            self._given_out()
        else:
            self.put(f"{name}(a, b, p{self.out} + 4 * to)")
        self.close(f"r += {patch.across}")

    def _laid_out(self, vectors: int) -> None:
        """The panel of the right operand, row after row, zeros behind them."""
        b, p = self.recipe["b"], f"p{self.recipe['args'][1]}"
        if b[2] == 1:
            self.loop("q", self.k)
            self.loop("j", vectors * self.lanes)
            self.put(f"v = load_float32({p}, {b[0]} * i + {b[1]} * q + left + j)")
            self.put(f"store_float32(right, {self.wide} * q + j, keep(v, {self.n} - left - j))")
            self.close("j += LANES")
            self.close("q += 1")
            return
        self.loop("j", vectors * self.lanes)
        self.put(f"here = {p} + 4 * ({b[0]} * i + {b[2]} * (left + j))")
        rest = self.n % self.lanes
        if not rest:
            self._turned(self.lanes)
        else:
            self.open(f"if left + j + LANES <= {self.n}:")
            self._turned(self.lanes)
            self.close()
            self.open("else:")
            self._turned(rest)
            self.close()
        self.close("j += LANES")

    def _turned(self, taken: int) -> None:
        """Squares of the right operand, `taken` rows of it, from where it lies to where it is read."""
        name = f"turned_{taken}"
        self.before.append(f"{name} = turned({self.recipe['b'][2]}, {self.wide}, {taken})")
        self.loop("q", self._whole(self.k))
        self.put(f"{name}(here + 4 * q, right + 4 * ({self.wide} * q + j))")
        self.close("q += LANES")

    def _given_out(self) -> None:
        """A block of results, from memory of the thread's own to where it belongs."""
        self.put(f"long = min({self.wide}, {self.n} - left)")
        self.loop("y", self.patch.across)
        self.put("j = 0")
        self.put(f"at = to + {self.recipe['c'][1]} * y")
        self.put("while j + LANES <= long:")
        self.put(f"    store_float32(p{self.out}, at + j, load_float32(result, {self.wide} * y + j))")
        self.put("    j += LANES")
        self.put("while j < long:")
        self.put(f"    set_number(p{self.out}, at + j, number(result, {self.wide} * y + j))")
        self.put("    j += 1")
        self.close("y += 1")

    def _pads(self, panels: int) -> None:
        """Zeros behind the results that no block has written."""
        (m, n), (step, row), pitch = (self.m, self.n), self.recipe["c"], self.recipe["pitch"]
        lines, first = (1, m * n) if self.holds_c else (m, self.vectors * self.lanes)
        if first >= pitch:
            return
        self.open(f"if unit - i * {panels} == {panels - 1}:")
        self.loop("y", lines)
        self.loop("j", pitch, first)
        self.put(f"set_number(p{self.out}, {step} * i + {row} * y + j, F(0.0))")
        self.close("j += 1")
        self.close("y += 1")
        self.close()
