"""The form `resample`: pictures at another size, and the way back. Where every place stands is known beforehand.

The old points of an axis round each new place, and how much they count, are the same in all pictures: the columns of a
row are written out one by one, or looped over where they are many. Each thread takes pictures of its own.
"""

from __future__ import annotations

from typing import Any, cast

from ..graph import Graph, Node
from ..types import Dim
from .recipe import Recipe
from .site import Misfit, matrix, strides

VECTOR = 16


def resample_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (input, result) and sizes (pictures, rows of the result) of one node."""
    tensors = (graph[node.inputs[0]], node)
    if any(tensor.type.dtype != "float32" for tensor in tensors):
        raise Misfit(f"{node.op} is done in float32 alone")
    old, new = tensors if node.op == "resample" else tensors[::-1]
    recipe: Recipe = {
        "form": "resample", "op": node.op, "nearest": bool(node.attr("nearest")),
        "old": list(cast("tuple[int, int]", old.type.shape[1:3])),
        "new": list(cast("tuple[int, int]", new.type.shape[1:3])),
        "channels": cast(int, node.type.shape[3]),
        "strides": [list(strides(tensor)) for tensor in tensors],
        "vectors": all(_in_vectors(tensor) for tensor in tensors),
        "pads": [matrix(node).columns, matrix(node).pitch],
    }  # fmt: skip
    return recipe, (*node.inputs, node.id), (node.type.shape[0], matrix(node).rows)


def _in_vectors(node: Node) -> bool:
    """Whether the channels of each place are a row of their own, in whole vectors."""
    assert node.layout is not None, f"{node.id} has no layout"
    return node.layout.split == 3 and strides(node)[3] == 1 and matrix(node).pitch % VECTOR == 0


def resample_text(recipe: Recipe) -> str:
    """The text of the kernel; each thread takes pictures of its own."""
    lines = [] if recipe["vectors"] else _pads(recipe)
    back = recipe["op"] == "resample_back"
    inner = [*(_zeros(recipe) if back else []), *_rows(recipe, back=back)]
    lines += ["b = get(sizes, 0) * thread // threads", "while b < get(sizes, 0) * (thread + 1) // threads:"]
    lines += [*(f"    {line}" for line in inner), "    b += 1"]
    lines = ["p0 = arena + get(offsets, 0)", "p1 = arena + get(offsets, 1)", *lines]
    head = "def kernel(arena, offsets, sizes, thread, threads):"
    return "\n".join([head, *(f"    {line}" for line in lines)]) + "\n"


def _pads(recipe: Recipe) -> list[str]:
    """Zeros behind the rows of the result."""
    columns, pitch = recipe["pads"]
    if columns == pitch:
        return []
    return [
        "row = get(sizes, 1) * thread // threads", "while row < get(sizes, 1) * (thread + 1) // threads:",
        f"    pad = {columns}", f"    while pad < {pitch}:", f"        set_number(p1, row * {pitch} + pad, F(0.0))",
        "        pad += 1", "    row += 1",
    ]  # fmt: skip


def _each(name: str, count: int, body: list[str]) -> list[str]:
    return [f"{name} = 0", f"while {name} < {count}:", *(f"    {line}" for line in body), f"    {name} += 1"]


def _channels(recipe: Recipe, body: list[str]) -> list[str]:
    pitch = -(-recipe["channels"] // VECTOR) * VECTOR
    stop, step = (pitch, "LANES") if recipe["vectors"] else (recipe["channels"], 1)
    return ["c = 0", f"while c < {stop}:", *(f"    {line}" for line in body), f"    c += {step}"]


def _zeros(recipe: Recipe) -> list[str]:
    """What lies at the points of the result, before anything is added."""
    (down, across), write = recipe["old"], recipe["strides"][1]
    at = f"{write[0]} * b + {write[1]} * y + {write[2]} * x"
    return _each("y", down, _each("x", across, _channels(recipe, [_put(recipe, at, _number(recipe, "F(0.0)"))])))


def _rows(recipe: Recipe, *, back: bool) -> list[str]:
    """Every new place: what stands round it is taken together, or is given its part."""
    (down, across), (read, write) = recipe["new"], recipe["strides"]
    old, new = (write, read) if back else (read, write)
    inner = [*_axis(recipe, "x", "j", 1), f"place = {new[0]} * b + {new[1]} * i + {new[2]} * j"]
    corners = [(m, n) for m in (0, 1) for n in (0, 1)]
    if recipe["nearest"]:
        corners = corners[:1]
    for m, n in corners:
        inner.append(f"at{m}{n} = {old[0]} * b + {old[1]} * y{m} + {old[2]} * x{n}")
        inner.append(f"part{m}{n} = {_number(recipe, f'F(y{m}_share * x{n}_share)')}")
    inner += _channels(recipe, _given(recipe, corners) if back else _taken(recipe, corners))
    return _each("i", down, [*_axis(recipe, "y", "i", 0), *_each("j", across, inner)])


def _taken(recipe: Recipe, corners: list[tuple[int, int]]) -> list[str]:
    total = ""
    for m, n in corners:
        part = _get(recipe, 0, f"at{m}{n}")
        if recipe["nearest"]:
            total = part
        elif recipe["vectors"]:
            total = f"vfma({part}, part{m}{n}, {total})" if total else f"vmul({part}, part{m}{n})"
        else:
            total += f"{' + ' if total else ''}{part} * part{m}{n}"
    return [_put(recipe, "place", total)]


def _given(recipe: Recipe, corners: list[tuple[int, int]]) -> list[str]:
    lines = [f"g = {_get(recipe, 0, 'place')}"]
    for m, n in corners:
        before = _get(recipe, 1, f"at{m}{n}")
        if recipe["vectors"]:
            made = f"vfma(g, part{m}{n}, {before})"
        else:
            made = f"{before} + g * part{m}{n}"
        lines.append(_put(recipe, f"at{m}{n}", made))
    return lines


def _axis(recipe: Recipe, name: str, place: str, axis: int) -> list[str]:
    """`name0` and `name1`: the old points round a new place, and `name0_share`, `name1_share`: how much they count."""
    old, new = recipe["old"][axis], recipe["new"][axis]
    if recipe["nearest"]:
        return [f"{name}0 = min((2 * {place} + 1) * {old} // {2 * new}, {old - 1})", f"{name}0_share = 1.0"]
    return [
        f"{name} = min(max((float({place}) + 0.5) * {old}.0 / {new}.0 - 0.5, 0.0), {old - 1}.0)",
        f"{name}0 = int({name})", f"{name}1 = min({name}0 + 1, {old - 1})",
        f"{name}1_share = {name} - float({name}0)", f"{name}0_share = 1.0 - {name}1_share",
    ]  # fmt: skip


def _number(recipe: Recipe, number: str) -> str:
    return f"splat({number})" if recipe["vectors"] else number


def _get(recipe: Recipe, operand: int, at: str) -> str:
    if recipe["vectors"]:
        return f"load_float32(p{operand}, {at} + c)"
    return f"number(p{operand}, {at} + {recipe['strides'][operand][3]} * c)"


def _put(recipe: Recipe, at: str, value: str) -> str:
    """A number, or a vector of them, of the result."""
    if recipe["vectors"]:
        return f"store_float32(p1, {at} + c, {value})"
    step: Any = recipe["strides"][1][3]
    return f"set_number(p1, {at} + {step} * c, {value})"
