"""The form `fractional`: pools whose windows stand where two numbers of each example put them, and the way back."""

from __future__ import annotations

from typing import Any, cast

from ..graph import Graph, Node
from ..ops.fractional import ALMOST_ONE, between
from ..types import Dim
from .pools import Pools
from .recipe import Recipe
from .site import Misfit
from .window import lying


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


class _Fractional(Pools):
    def over_places(self) -> None:
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

    def over_window(self) -> None:
        """The points of the window at `top`, `left`: all of them lie on the picture."""
        self.loop("ky", self.kh)
        self.put("y = top + ky")
        self.loop("kx", self.kw)
        self.put("x = left + kx")

    def end_window(self, otherwise: str = "") -> None:
        assert not otherwise, "every point lies on the picture"
        self.close("kx += 1")
        self.close("ky += 1")

    def apart(self) -> bool:
        return False  # where they stand is drawn

    def op_fractional_max(self) -> None:
        self.op_pool_max()

    def op_fractional_max_back(self) -> None:
        self.op_pool_max_back()
