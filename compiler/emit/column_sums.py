"""The form `columns`: sums down the rows.

Sums of many rows are made in parts, always the same ones, which the threads share; whichever thread is last to finish
adds the parts up in their order. So the bits depend neither on how many threads there are nor on which is faster.
"""

from __future__ import annotations

from ..types import Size
from .loops import begin, chains, end, gather, hoist
from .recipe import Recipe
from .site import Site
from .writer import Writer

NEIGHBOURS, COLUMN_CHAINS = 4, 2
"""Vectors of columns summed at once, and chains in each."""
PARTS, MANY_ROWS, HEAD, ROOM = 8, 32, 16, 8192
"""Parts of a sum; from how many rows an example on they are worth it; where the first part begins in the shared
space, and how many numbers fit there."""


def parts_of(site: Site) -> dict[str, int]:
    """What the recipe says of parts: nothing where one thread sums a column from its first row to its last."""
    rows = site.domain.rows
    many = rows.factor >= MANY_ROWS if isinstance(rows, Size) else False
    sums = sum(site.reduces(site.graph[n]) is not None for n in site.nodes)
    return {"parts": PARTS} if many and PARTS * sums * site.domain.pitch <= ROOM else {}


def columns_text(recipe: Recipe) -> str:
    """Vectors of columns at a time: four neighbours, so that whole stretches of memory are read, then what is left
    one by one; the order of each sum is the same in both. The threads share the columns, or parts of the rows."""
    w = Writer(recipe)
    w.start()
    if "parts" in recipe:
        _in_parts(w, recipe["parts"])
        return w.kernel()
    w.put("top = 0")
    w.put("bottom = rows")
    w.put(f"blocks = ({w.pitch} + LANES - 1) // LANES")
    w.share("blocks", "block", "last")
    _all_blocks(w)
    return w.kernel()


def _in_parts(w: Writer, parts: int) -> None:
    w.put(f"shared = arena + get(offsets, {len(w.operands)})")
    w.share(str(parts), "part", "final")
    w.open("while part < final:")
    w.put(f"top = rows * part // {parts}")
    w.put(f"bottom = rows * (part + 1) // {parts}")
    w.put("block = 0")
    w.put(f"last = {w.pitch} // LANES")
    _all_blocks(w)
    w.put("part += 1")
    w.close()
    w.open("if arrived(shared, threads) == 1:")
    sums = _sums(w)
    w.put("j = 0")
    w.open(f"while j < {w.pitch}:")
    for place, i in enumerate(sums):
        names = [f"s{i}_{part}" for part in range(parts)]
        for part, name in enumerate(names):
            w.put(f"{name} = load_float32(shared, {HEAD + (part * len(sums) + place) * w.pitch} + j)")
        end(w, i, names)
        w.known["node", i, -1] = names[0]
    _column_exits(w)
    w.put("j += LANES")
    w.close()
    w.close()


def _sums(w: Writer) -> list[int]:
    return [i for i, node in enumerate(w.body) if node["reduces"]]


def _all_blocks(w: Writer) -> None:
    """The blocks from `block` to `last`, rows from `top` to `bottom`."""
    for width in (NEIGHBOURS, 1):
        w.open(f"while block + {width} <= last:" if width > 1 else "while block < last:")
        _blocks(w, width)
        w.put(f"block += {width}")
        w.close()


def _blocks(w: Writer, width: int) -> None:
    sums = _sums(w)
    stores = [(n, p) for n, p, _ in w.recipe["exits"] if w.body[n]["kind"] in ("full", "row")]
    names = {(i, c): chains(w, i, COLUMN_CHAINS, f"_c{c}") for i in sums for c in range(width)}
    for (i, _), found in names.items():
        begin(w, i, found)
    if width == 1:
        w.put("j = block * LANES")
        hoist(w, [*sums, *(node for node, _ in stores)], ("col",), set())
    w.put("r = top")
    w.open("while r < bottom:")
    w.put(f"start = r * {w.pitch}")
    for c in range(width):
        if width > 1:
            w.put(f"j = (block + {c}) * LANES")
            w.forget("full", "col")
        for i in sums:
            gather(w, i, names[i, c], masked=False)
        for node, place in stores:
            w.store(place, w.value(["node", node]))
    w.put("r += 1")
    w.close()
    for c in range(width):
        w.forget("full", "row", *(("col",) if width > 1 else ()))
        w.put(f"j = (block + {c}) * LANES")
        _finished(w, {i: names[i, c] for i in sums})
    w.forget("full", "row", "col")


def _finished(w: Writer, sums: dict[int, list[str]]) -> None:
    """Finish the sums of one vector of columns: put them down as a part, or store what is asked for."""
    for place, (i, found) in enumerate(sums.items()):
        end(w, i, found)
        w.known["node", i, -1] = found[0]
        if "parts" in w.recipe:
            w.put(f"store_float32(shared, {HEAD} + (part * {len(sums)} + {place}) * {w.pitch} + j, {found[0]})")
    if "parts" not in w.recipe:
        _column_exits(w)


def _column_exits(w: Writer) -> None:
    for node, place, _ in w.recipe["exits"]:
        if w.body[node]["kind"] == "col":
            w.store(place, w.value(["node", node]))
