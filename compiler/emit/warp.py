"""The form `warp`: pictures through affine maps. Each point is looked up once for all its channels, in double."""

from __future__ import annotations

from typing import cast

from ..graph import Graph, Node
from ..types import Dim
from .recipe import Recipe
from .site import matrix, strides


def warp_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (picture, map, result) and sizes (pictures, and rows of the result) of one node."""
    picture, map = (graph[source] for source in node.inputs)
    recipe: Recipe = {
        "form": "warp",
        "picture": list(cast("tuple[int, ...]", picture.type.shape[1:])),
        **{name: list(value) if isinstance(value, tuple) else value for name, value in node.attrs},
        "strides": [list(strides(tensor)) for tensor in (picture, map, node)],
        "pads": [matrix(node).columns, matrix(node).pitch],
    }
    return recipe, (picture.id, map.id, node.id), (node.type.shape[0], matrix(node).rows)


def warp_text(recipe: Recipe) -> str:
    """The text of the kernel; each thread takes pictures of its own."""
    lines = [
        *_pads(recipe),
        "b = get(sizes, 0) * thread // threads",
        "while b < get(sizes, 0) * (thread + 1) // threads:",
    ]
    lines += [f"    {line}" for line in _picture(recipe)]
    lines += ["    b += 1"]
    start = [f"p{i} = arena + get(offsets, {i})" for i in range(3)]
    return (
        "\n".join(["def kernel(arena, offsets, sizes, thread, threads):", *(f"    {line}" for line in start + lines)])
        + "\n"
    )


def _pads(recipe: Recipe) -> list[str]:
    """Zeros behind the rows of the result."""
    columns, pitch = recipe["pads"]
    if columns == pitch:
        return []
    return [
        "row = get(sizes, 1) * thread // threads",
        "while row < get(sizes, 1) * (thread + 1) // threads:",
        f"    pad = {columns}",
        f"    while pad < {pitch}:",
        f"        put_float32(p2, row * {pitch} + pad, 0.0)",
        "        pad += 1",
        "    row += 1",
    ]


def _picture(recipe: Recipe) -> list[str]:
    (height, width, _), (down, across) = recipe["picture"], recipe["size"]
    step = recipe["strides"][1]
    read = [f"m{n} = get_float32(p1, {step[0]} * b + {step[1]} * {n})" for n in range(6)]
    inner = [
        f"v = float(i) - {(down - 1) / 2}",
        f"u = float(j) - {(across - 1) / 2}",
        *_axis(recipe, "y", f"m0 * v + m1 * u + m2 + {(height - 1) / 2}", height),
        *_axis(recipe, "x", f"m3 * v + m4 * u + m5 + {(width - 1) / 2}", width),
        *_channels(recipe),
        "j += 1",
    ]
    return [
        *read, "i = 0", f"while i < {down}:", "    j = 0", f"    while j < {across}:",
        *(f"        {line}" for line in inner), "    i += 1",
    ]  # fmt: skip


def _axis(recipe: Recipe, name: str, place: str, length: int) -> list[str]:
    """`name0` and `name1`: the points round a place of an axis; `name0_share` and `name1_share`: how much they count.

    The place is brought near the picture first, NaN with it, so that it is a whole number's.
    """
    low, high = (0.0, length - 1.0) if recipe["edge"] else (-1.0, float(length))
    lines = [f"{name} = {place}", f"{name} = {name} if {name} > {low} else {low}"]
    lines += [f"{name} = {name} if {name} < {high} else {high}"]
    # truncation after adding 1 is the floor of what is no less than -1
    lines += [f"{name}_ = int({name} + {1.5 if recipe['nearest'] else 1.0}) - 1"]
    share = "0.0" if recipe["nearest"] else f"{name} - float({name}_)"
    lines += [f"{name}0_share = 1.0 - ({share}) if {name}_ >= 0 and {name}_ < {length} else 0.0"]
    lines += [f"{name}1_share = {share} if {name}_ + 1 < {length} else 0.0"]
    lines += [f"{name}0 = min(max({name}_, 0), {length - 1})", f"{name}1 = min({name}_ + 1, {length - 1})"]
    return lines


def _channels(recipe: Recipe) -> list[str]:
    read, _, write = recipe["strides"]
    places = [f"{read[0]} * b + {read[1]} * y{m} + {read[2]} * x{n}" for m in (0, 1) for n in (0, 1)]
    shares = [f"y{m}_share * x{n}_share" for m in (0, 1) for n in (0, 1)]
    if recipe["nearest"]:
        places, shares = places[:1], shares[:1]
    lines = [f"at{n} = {place}" for n, place in enumerate(places)]
    lines += [f"share{n} = {share}" for n, share in enumerate(shares)]
    terms = " + ".join(f"share{n} * get_float32(p0, at{n} + {read[3]} * c)" for n in range(len(places)))
    lines += [f"to = {write[0]} * b + {write[1]} * i + {write[2]} * j", "c = 0", f"while c < {recipe['picture'][2]}:"]
    return [*lines, f"    put_float32(p2, to + {write[3]} * c, {terms})", "    c += 1"]
