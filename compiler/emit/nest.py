"""The form `nest`: one op of any kind as plain loops over its logical axes, in double precision where it computes.

The fallback for everything: slow, obvious, always right.
"""

from __future__ import annotations

from typing import Any

from ..graph import Graph, Node
from ..ops.op import REGISTRY
from ..types import Dim, Size
from .bodies import double_text
from .lines import Lines
from .recipe import Recipe
from .site import matrix, strides

Axes = list[str]


def nest_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (inputs, then the result) and sizes of one node on its own."""
    sources = [graph[s] for s in node.inputs]
    kept = [s for s in dict.fromkeys(node.inputs) if graph[s].op not in ("constant", "size")]
    sizes: list[Dim] = [matrix(node).rows if node.type.shape else 1]

    def size(dim: Dim) -> Any:
        if isinstance(dim, int):
            return dim
        if dim not in sizes[1:]:
            sizes.append(dim)
        return ["size", sizes.index(dim, 1)]

    def argument(source: Node) -> Any:
        if source.op == "constant":
            return float(source.attr("value"))  # type: ignore[arg-type]
        if source.op == "size":
            from_size = source.attributes
            sizes.append(_size_of(from_size))
            return ["size", len(sizes) - 1]
        return ["in", kept.index(source.id)]

    recipe: Recipe = {
        "form": "nest",
        "op": node.op,
        "attrs": _plain(node, size),
        "args": [argument(s) for s in sources],
        "operands": [_tensor(graph[s], size) for s in kept] + [_tensor(node, size)],
        "pads": [matrix(node).columns, matrix(node).pitch] if node.type.shape else [1, 1],
    }
    return recipe, (*kept, node.id), tuple(sizes)


def _size_of(attrs: dict[str, Any]) -> Dim:
    return Size(int(attrs["factor"]), tuple(attrs["of"]))


def _plain(node: Node, size: Any) -> dict[str, Any]:
    def value(item: Any) -> Any:
        if isinstance(item, tuple):
            return [value(part) for part in item]
        return item if isinstance(item, int | float | str | bool) else size(item)

    return {name: value(item) for name, item in node.attrs}


def _tensor(node: Node, size: Any) -> dict[str, Any]:
    return {"dtype": node.type.dtype, "shape": [size(d) for d in node.type.shape], "strides": list(strides(node))}


def nest_text(recipe: Recipe) -> str:
    """Loops over the result's axes, the first of them shared by the threads."""
    return _Nest(recipe).text()


class _Nest(Lines):
    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.operands: list[dict[str, Any]] = recipe["operands"]
        self.out = len(self.operands) - 1

    def end(self, name: str) -> None:
        self.close(f"{name} += 1")

    def text(self) -> str:
        self.addresses(len(self.operands))
        self.pads()
        if self.recipe["op"] == "scatter_add":
            self.scatter()
        else:
            self.elements()
        return self.kernel()

    # places

    def length(self, dim: Any) -> str:
        return f"get(sizes, {dim[1]})" if isinstance(dim, list) else str(dim)

    def index(self, operand: int, axes: Axes) -> str:
        terms = [
            axis if step == 1 else f"{step} * ({axis})"
            for axis, step in zip(axes, self.operands[operand]["strides"], strict=True)
            if step and axis != "0"
        ]
        return " + ".join(terms) or "0"

    def read(self, argument: int, axes: Axes) -> str:
        found = self.recipe["args"][argument]
        if not isinstance(found, list):
            return repr(float(found))
        if found[0] == "size":
            return f"float(get(sizes, {found[1]}))"
        tensor = self.operands[found[1]]
        return f"get_{tensor['dtype']}(p{found[1]}, {self.index(found[1], axes)})"

    def whole(self, argument: int, axes: Axes) -> str:
        """A whole number (a row, a label) as an index."""
        place = self.recipe["args"][argument][1]
        if self.operands[place]["dtype"] == "int64":
            return f"get(p{place}, {self.index(place, axes)})"
        return f"int({self.read(argument, axes)})"

    def write(self, axes: Axes, value: str) -> None:
        dtype = self.operands[self.out]["dtype"]
        self.put(f"put_{dtype}(p{self.out}, {self.index(self.out, axes)}, {value})")

    # loops

    def pads(self) -> None:
        columns, pitch = self.recipe["pads"]
        if columns == pitch:
            return
        self.put("row = get(sizes, 0) * thread // threads")
        self.put("last = get(sizes, 0) * (thread + 1) // threads")
        self.put("while row < last:")
        self.depth += 1
        self.loop("pad", pitch, columns)
        self.put(f"put_{self.operands[self.out]['dtype']}(p{self.out}, row * {pitch} + pad, 0.0)")
        self.end("pad")
        self.end("row")

    def elements(self) -> None:
        shape = self.operands[self.out]["shape"]
        axes = [f"i{n}" for n in range(len(shape))]
        if not shape:
            self.put("if thread == 0:")
            self.depth += 1
            self.element([])
            return
        for n, (axis, dim) in enumerate(zip(axes, shape, strict=True)):
            count = self.length(dim)
            start, stop = ("0", count) if n else (f"{count} * thread // threads", f"{count} * (thread + 1) // threads")
            self.loop(axis, stop, start)
        self.element(axes)
        for axis in reversed(axes):
            self.end(axis)

    def element(self, axes: Axes) -> None:
        op, attrs = self.recipe["op"], self.recipe["attrs"]
        if REGISTRY[op].kind == "elementwise":
            texts = [self.read(n, axes) for n in range(len(self.recipe["args"]))]
            self.write(axes, f"float({double_text(REGISTRY[op], texts, attrs)})")
        else:
            getattr(self, f"element_{op}")(axes, attrs)

    def element_broadcast(self, axes: Axes, attrs: dict[str, Any]) -> None:
        self.write(axes, self.read(0, [axes[a] for a in attrs["axes"]]))

    def element_relayout(self, axes: Axes, _attrs: dict[str, Any]) -> None:
        self.write(axes, self.read(0, axes))

    def element_transpose(self, axes: Axes, attrs: dict[str, Any]) -> None:
        back = [axes[attrs["order"].index(n)] for n in range(len(axes))]
        self.write(axes, self.read(0, back))

    def element_reshape(self, axes: Axes, _attrs: dict[str, Any]) -> None:
        flat = "0"
        for axis, dim in zip(axes, self.operands[self.out]["shape"], strict=True):
            flat = f"({flat}) * {self.length(dim)} + {axis}"
        self.put(f"flat = {flat}")
        source = self.operands[self.recipe["args"][0][1]]["shape"]
        names = [f"s{n}" for n in range(len(source))]
        for name, dim in reversed(list(zip(names, source, strict=True))):
            self.put(f"{name} = flat % {self.length(dim)}")
            self.put(f"flat = flat // {self.length(dim)}")
        self.write(axes, self.read(0, names))

    def element_slice(self, axes: Axes, attrs: dict[str, Any]) -> None:
        moved = [f"{a} + {attrs['start']}" if n == attrs["axis"] else a for n, a in enumerate(axes)]
        self.write(axes, self.read(0, moved))

    def element_pad(self, axes: Axes, attrs: dict[str, Any]) -> None:
        source = self.operands[self.recipe["args"][0][1]]["shape"]
        at, before = axes[attrs["axis"]], attrs["before"]
        moved = [f"{a} - {before}" if n == attrs["axis"] else a for n, a in enumerate(axes)]
        self.put(f"if {at} >= {before} and {at} < {before} + {self.length(source[attrs['axis']])}:")
        self.depth += 1
        self.write(axes, self.read(0, moved))
        self.depth -= 1
        self.put("else:")
        self.depth += 1
        self.write(axes, "0.0")
        self.depth -= 1

    def element_concat(self, axes: Axes, attrs: dict[str, Any]) -> None:
        axis, start = attrs["axis"], 0
        for n, argument in enumerate(self.recipe["args"]):
            length = self.operands[argument[1]]["shape"][axis]
            self.put(f"if {axes[axis]} >= {start} and {axes[axis]} < {start + length}:")
            self.depth += 1
            self.write(axes, self.read(n, [f"{a} - {start}" if i == axis else a for i, a in enumerate(axes)]))
            self.depth -= 1
            start += length

    def element_take(self, axes: Axes, _attrs: dict[str, Any]) -> None:
        self.write(axes, self.read(0, [self.whole(1, axes[:1]), *axes[1:]]))

    def element_one_hot(self, axes: Axes, _attrs: dict[str, Any]) -> None:
        self.write(axes, f"1.0 if {self.whole(0, axes[:-1])} == {axes[-1]} else 0.0")

    def element_uniform(self, axes: Axes, attrs: dict[str, Any]) -> None:
        shape = self.operands[self.out]["shape"]
        flat = "0"
        for axis, dim in zip(axes[1:], shape[1:], strict=True):
            flat = f"({flat}) * {dim} + {axis}"
        clock, rows = (self.recipe["args"][n][1] for n in (0, 1))
        self.put(f"flat = {flat}")
        drawn = f"vuniform(get(p{clock}, 0), get(p{rows}, {axes[0]}), {attrs['key']}, flat - flat % LANES)"
        self.write(axes, f"float(lane({drawn}, flat % LANES))")

    def _reduced(self, axes: Axes, dropped: list[int]) -> Axes:
        kept = iter(axes)
        rank = len(self.operands[self.recipe["args"][0][1]]["shape"])
        return [f"k{n}" if n in dropped else next(kept) for n in range(rank)]

    def _reduce(self, axes: Axes, dropped: list[int], start: str, step: str) -> None:
        source = self.operands[self.recipe["args"][0][1]]["shape"]
        self.put(start)
        for n in dropped:
            self.loop(f"k{n}", self.length(source[n]))
        self.put(f"value = {self.read(0, self._reduced(axes, dropped))}")
        self.put(step)
        for n in reversed(dropped):
            self.end(f"k{n}")

    def element_sum(self, axes: Axes, attrs: dict[str, Any]) -> None:
        self._reduce(axes, attrs["axes"], "total = 0.0", "total += value")
        self.write(axes, "total")

    def element_max(self, axes: Axes, attrs: dict[str, Any]) -> None:
        self._reduce(axes, attrs["axes"], "best = -INF", "best = value if value > best else best")
        self.write(axes, "best")

    def element_argmax(self, axes: Axes, attrs: dict[str, Any]) -> None:
        axis = attrs["axis"]
        self.put("place = 0")
        self._reduce(
            axes, [axis], "best = -INF", f"place = k{axis} if value > best else place; best = max(best, value)"
        )
        self.write(axes, "float(place)")

    def element_matmul(self, axes: Axes, attrs: dict[str, Any]) -> None:
        left = self.operands[self.recipe["args"][0][1]]["shape"]
        m, n = axes
        self.put("total = 0.0")
        self.loop("k", self.length(left[0 if attrs["transpose_a"] else 1]))
        a = self.read(0, ["k", m] if attrs["transpose_a"] else [m, "k"])
        b = self.read(1, [n, "k"] if attrs["transpose_b"] else ["k", n])
        self.put(f"total += {a} * {b}")
        self.end("k")
        self.write(axes, "total")

    def element_batch_matmul(self, axes: Axes, attrs: dict[str, Any]) -> None:
        left = self.operands[self.recipe["args"][0][1]]["shape"]
        i, m, n = axes
        self.put("total = 0.0")
        self.loop("k", self.length(left[1 if attrs["transpose_a"] else 2]))
        a = self.read(0, [i, "k", m] if attrs["transpose_a"] else [i, m, "k"])
        b = self.read(1, [i, n, "k"] if attrs["transpose_b"] else [i, "k", n])
        self.put(f"total += {a} * {b}")
        self.end("k")
        self.write(axes, "total")

    def scatter(self) -> None:
        """Zeros, then row after row in the order of the batch; the threads share the columns' first axis or,
        where there is none, one thread does all."""
        shape = self.operands[self.out]["shape"]
        axes = [f"i{n}" for n in range(len(shape))]
        self.put("if thread == 0:")
        self.depth += 1
        for axis, dim in zip(axes, shape, strict=True):
            self.loop(axis, self.length(dim))
        self.write(axes, "0.0")
        for axis in reversed(axes):
            self.end(axis)
        batch = self.operands[self.recipe["args"][0][1]]["shape"]
        self.loop("b", self.length(batch[0]))
        for axis, dim in list(zip(axes, shape, strict=True))[1:]:
            self.loop(axis, self.length(dim))
        target = [self.whole(1, ["b"]), *axes[1:]]
        dtype = self.operands[self.out]["dtype"]
        before = f"get_{dtype}(p{self.out}, {self.index(self.out, target)})"
        self.write(target, f"{before} + {self.read(0, ['b', *axes[1:]])}")
        for axis in reversed(axes[1:]):
            self.end(axis)
        self.end("b")
        self.depth -= 1
