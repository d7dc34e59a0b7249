"""The form `picks`: of each window of a pool, the number of another picture that lies where the largest was found."""

from __future__ import annotations

from typing import Any, cast

from ..graph import Graph, Node
from ..types import Dim
from .recipe import Recipe
from .site import Misfit
from .window import Windows, lying


def picks_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (inputs, then the result) and sizes (how many pictures) of one `pool_max_pick`."""
    kept = tuple(dict.fromkeys(node.inputs))
    if any(graph[s].type.dtype != "float32" for s in kept):
        raise Misfit(f"{node.op} is done in float32 alone")
    attrs: dict[str, Any] = dict(node.attrs)
    recipe: Recipe = {
        "form": "picks", "op": node.op,
        "picture": list(cast("tuple[int, int, int]", graph[node.inputs[0]].type.shape[1:])),
        "places": list(cast("tuple[int, int]", node.type.shape[1:3])),
        **{name: list(value) for name, value in attrs.items()},
        "args": [kept.index(s) for s in node.inputs],
        "operands": [lying(graph[s]) for s in kept] + [lying(node)],
    }  # fmt: skip
    return recipe, (*kept, node.id), (node.type.shape[0],)


def picks_text(recipe: Recipe) -> str:
    """The text of the kernel; each thread takes pictures of its own."""
    return _Picks(recipe).text()


class _Picks(Windows):
    def op_pool_max_pick(self) -> None:
        """z, x, y: the z at the first point of each window whose x is its y; 0 where there is none."""
        vectors = self.whole_vectors(0, 1, 2, -1)
        self.over_places()
        self.put(f"to = {self.at(-1, 'i', 'j')}")
        self.put(f"from_ = {self.at(2, 'i', 'j')}")
        self.over_channels(vectors=vectors)
        self.put(f"largest = {self.load(2, 'from_', vectors=vectors)}")
        zero, one = ("splat(F(0.0))", "splat(F(1.0))") if vectors else ("F(0.0)", "F(1.0)")
        self.put(f"found = {zero}")
        self.put(f"free = {one}")
        self.over_window()
        self.put(f"at = {self.at(1, 'y', 'x')}")
        self.put(f"of = {self.at(0, 'y', 'x')}")
        self._taken(vectors=vectors, zero=zero)
        self.end_window()
        self.store("to", "found", vectors=vectors)
        self.end_channels(vectors=vectors)
        self.pads_of_place(vectors=vectors)
        self.end_places()
        self.pads_of_example()

    def _taken(self, *, vectors: bool, zero: str) -> None:
        value, number = self.load(1, "at", vectors=vectors), self.load(0, "of", vectors=vectors)
        if vectors:
            self.put(f"hit = vselect(veq({value}, largest), free, {zero})")
            self.put(f"found = vselect(vgt(hit, {zero}), {number}, found)")
            self.put("free = vsub(free, hit)")
        else:
            self.put(f"hit = free if {value} == largest else {zero}")
            self.put(f"found = {number} if hit > {zero} else found")
            self.put("free = free - hit")
