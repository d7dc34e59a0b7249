"""The form `fractional`: pools whose windows stand where two numbers of each example put them, and the way back."""

from __future__ import annotations

from typing import Any, cast

from ..graph import Graph, Node
from ..ops.fractional import ALMOST_ONE, between
from ..types import Dim
from .picks import lying
from .recipe import Recipe
from .site import Misfit
from .window import Windows


def fractional_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (inputs, then the result) and sizes (how many pictures) of one node."""
    kept = tuple(dict.fromkeys(node.inputs))
    if any(graph[s].type.dtype != "float32" for s in kept):
        raise Misfit(f"{node.op} is done in float32 alone")
    attrs: dict[str, Any] = dict(node.attrs)
    picture = graph[node.inputs[0 if node.op == "fractional_max" else 1]]
    recipe: Recipe = {
        "form": "fractional", "op": node.op, "picture": list(cast("tuple[int, int, int]", picture.type.shape[1:])),
        "places": list(attrs["places"]), "size": list(attrs["size"]),
        "stride": [1, 1], "dilation": [1, 1], "pad": [0, 0, 0, 0],
        "args": [kept.index(s) for s in node.inputs],
        "operands": [lying(graph[s]) for s in kept] + [lying(node)],
    }  # fmt: skip
    return recipe, (*kept, node.id), (node.type.shape[0],)


def fractional_text(recipe: Recipe) -> str:
    """The text of the kernel; each thread takes pictures of its own."""
    return _Fractional(recipe).text()


class _Fractional(Windows):
    def over_moved(self) -> None:
        """The windows i, j, and where they begin: `top` and `left`."""
        where = len(self.recipe["args"]) - 1
        step = self.operands[self.operand(where)]["strides"]
        for axis, name in enumerate(("u", "v")):
            number = f"get_float32(p{self.operand(where)}, {step[0]} * b + {step[1] * axis})"
            self.put(f"{name} = {number}")
            # what is no number is less than nothing
            self.put(f"{name} = {name} if {name} > 0.0 else 0.0")
            self.put(f"{name} = {name} if {name} < {ALMOST_ONE} else {ALMOST_ONE}")
        self.loop("i", self.down)
        self._begin("top", "i", "u", self.height, self.down, self.kh)
        self.loop("j", self.across)
        self._begin("left", "j", "v", self.width, self.across, self.kw)

    def _begin(self, name: str, place: str, moved: str, old: int, new: int, window: int) -> None:
        step = between(old, new, window)
        usual = f"int((float({place}) + {moved}) * {step!r}) - int({moved} * {step!r})"
        self.put(f"{name} = {usual} if {place} < {new - 1} else {old - window}")

    def over_points_of_window(self) -> None:
        self.loop("ky", self.kh)
        self.put("y = top + ky")
        self.loop("kx", self.kw)
        self.put("x = left + kx")

    def end_points_of_window(self) -> None:
        self.close("kx += 1")
        self.close("ky += 1")

    def op_fractional_max(self) -> None:
        vectors = self.whole_vectors(0, -1)
        self.over_moved()
        self.put(f"to = {self.at(-1, 'i', 'j')}")
        self.over_channels(vectors=vectors)
        self.put("best = splat(F(-INF))" if vectors else "best = F(-INF)")
        self.over_points_of_window()
        self.put(f"at = {self.at(0, 'y', 'x')}")
        self.put(f"value = {self.load(0, 'at', vectors=vectors)}")
        self.put("best = vselect(vgt(value, best), value, best)" if vectors else "best = max(best, value)")
        self.end_points_of_window()
        self.store("to", "best", vectors=vectors)
        self.end_channels(vectors=vectors)
        self.pads_of_place(vectors=vectors)
        self.end_places()
        self.pads_of_example()

    def op_fractional_max_back(self) -> None:
        """g, x, y, u: the first point of each window that is its largest takes its g."""
        vectors = self.whole_vectors(0, 1, 2, -1)
        zero, one = ("splat(F(0.0))", "splat(F(1.0))") if vectors else ("F(0.0)", "F(1.0)")
        self.over_points()
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        self.over_channels(vectors=vectors)
        self.store("to", zero, vectors=vectors)
        self.end_channels(vectors=vectors)
        self.pads_of_place(vectors=vectors)
        self.end_points()
        self.over_moved()
        self.put(f"of = {self.at(0, 'i', 'j')}")
        self.put(f"from_ = {self.at(2, 'i', 'j')}")
        self.over_channels(vectors=vectors)
        self.put(f"g = {self.load(0, 'of', vectors=vectors)}")
        self.put(f"largest = {self.load(2, 'from_', vectors=vectors)}")
        self.put(f"free = {one}")
        self.over_points_of_window()
        self.put(f"at = {self.at(1, 'y', 'x')}")
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        value, before = self.load(1, "at", vectors=vectors), self.load(-1, "to", vectors=vectors)
        if vectors:
            self.put(f"hit = vselect(veq({value}, largest), free, {zero})")
            self.store("to", f"vfma(hit, g, {before})", vectors=True)
            self.put("free = vsub(free, hit)")
        else:
            self.put(f"hit = free if {value} == largest else {zero}")
            self.store("to", f"{before} + hit * g", vectors=False)
            self.put("free = free - hit")
        self.end_points_of_window()
        self.end_channels(vectors=vectors)
        self.end_places()
        self.pads_of_example()
