"""Forms of kernels that run over rows and columns: flat, rows, total."""

from __future__ import annotations

from typing import Any

from ..types import ITEM_BYTES
from .lines import SIDE_BY_SIDE, side_by_side
from .recipe import Recipe
from .writer import Writer

FEW_DRAWS = 16
"""Up to so many numbers a row are drawn vector by vector."""
CHAINS = 4
"""Independent vectors of partial sums: an addition takes four cycles, and one may begin in each."""
AHEAD, FETCH_BYTES = 2, (256, 4096)
"""How many rows ahead is fetched what a row takes from a table; from how many bytes on it pays, and at most
how many."""
START = {"sum": "splat(F(0.0))", "max": "splat(F(-INF))", "argmax": "splat(F(-INF))"}


class RowWriter(Writer):
    """For loops in which j runs from 0 in steps of a vector, row by row: random numbers are drawn 64 at a time
    into room on the stack, one whole counter's worth, and taken from there."""

    def start(self) -> None:
        for i, node in enumerate(self.body):
            if self._draws_blocks(node):
                self.put(f"d{i} = draw_room()")
        super().start()

    def _draws_blocks(self, node: dict[str, Any]) -> bool:
        return bool(node["op"] == "uniform" and node["kind"] == "full" and self.pitch > FEW_DRAWS)

    def _node(self, node: dict[str, Any]) -> str:
        if not self._draws_blocks(node):
            return super()._node(node)
        place = next(i for i, other in enumerate(self.body) if other is node)
        clock, rows = (argument[1] for argument in node["args"])
        self.open("if j & 63 == 0:")
        self.put(f"draw_block(d{place}, get(p{clock}, 0), get(p{rows}, r), {node['attrs']['key']}, j)")
        self.close()
        return f"load_float32(d{place}, j & 63)"


def flat_text(recipe: Recipe) -> str:
    """One range of numbers, pads and all; sizes[0] numbers. The threads take stretches of 64."""
    w = Writer({**recipe, "columns": 1, "pitch": 1})
    w.start()
    w.put("blocks = (rows + 63) // 64")
    w.share("blocks")
    w.put("start = 0")
    w.put("j = 64 * r")
    w.put("end = min(64 * stop, rows)")
    w.open("while j < end:")
    for node, place, _ in recipe["exits"]:
        w.store(place, w.value(["node", node]))
    w.put("j += LANES")
    return w.kernel()


def rows_text(recipe: Recipe, lanes: int) -> str:
    """Row by row: each sweep over the columns does what the sums of the sweeps before it allow. The threads
    share the rows. A row of one vector needs no sweeps: its values stay in registers from first to last."""
    w = RowWriter(recipe)
    levels = _Levels(w)
    narrow = w.pitch == lanes
    w.start()
    w.share("rows")
    begun = len(w.lines)
    w.open("while r < stop:")
    w.put(f"start = r * {w.pitch}")
    _fetch_ahead(w)
    if narrow:
        w.put("j = 0")
    for sweep in range(levels.deepest + 1):
        w.sweep = 0 if narrow else sweep
        _row_values(w, levels, sweep)
        _sweep(w, levels, sweep, narrow=narrow)
    w.forget("full", "row")
    if narrow and levels.deepest:
        several = side_by_side(w.lines[begun + 1 :], SIDE_BY_SIDE)
        if several:
            head, step = f"    while r + {SIDE_BY_SIDE} <= stop:", f"        r += {SIDE_BY_SIDE}"
            w.lines[begun:begun] = [head, *several, step]
    w.put("r += 1")
    w.close()
    _number_exits(w)
    return w.kernel()


def _fetch_ahead(w: Writer) -> None:
    """Ask for what the row after the next will take from a table: taken rows lie anywhere, and a processor
    does not guess where."""
    for table, rows in dict.fromkeys((n["args"][0][1], n["args"][1][1]) for n in w.body if n["op"] == "take"):
        operand = w.operands[table]
        size = ITEM_BYTES[operand["dtype"]] * operand["pitch"]
        if size < FETCH_BYTES[0]:
            continue
        w.put(f"fetch = p{table} + {size} * get(p{rows}, min(r + {AHEAD}, stop - 1))")
        w.put(f"fetched = fetch + {min(size, FETCH_BYTES[1])}")
        w.open("while fetch < fetched:")
        w.put("prefetch(fetch)")
        w.put("fetch += 64")
        w.close()


def _row_values(w: Writer, levels: _Levels, sweep: int) -> None:
    """Numbers a row that are known before this sweep, and the storing of those that are asked for."""
    for node, place, _ in w.recipe["exits"]:
        if w.body[node]["kind"] == "row" and levels.of(node) == sweep:
            w.store(place, w.value(["node", node]))


def _sweep(w: Writer, levels: _Levels, sweep: int, *, narrow: bool) -> None:
    sums = [i for i, node in enumerate(w.body) if node["reduces"] and levels.of(i) == sweep + 1]
    stores = [
        (node, place)
        for node, place, _ in w.recipe["exits"]
        if w.body[node]["kind"] == "full" and levels.of(node) == sweep
    ]
    if not sums and not stores:
        return
    hoist(w, [*sums, *(node for node, _ in stores)], ("row", "num"), set())
    count = 1 if narrow else CHAINS
    for i in sums:
        begin(w, i, chains(w, i, count))
    if not narrow:
        w.put("j = 0")
        w.open(f"while j < {w.pitch}:")
    for i in sums:
        gather(w, i, chains(w, i, count))
    for node, place in stores:
        w.store(place, w.value(["node", node]))
    if not narrow:
        w.put("j += LANES")
        w.close()
        w.forget("full", "col")
    for i in sums:
        _finish(w, i, count)


def hoist(w: Writer, nodes: list[int], kinds: tuple[str, ...], seen: set[int]) -> None:
    """Write the values of these kinds that the nodes need, before the loop that needs them."""
    for index in nodes:
        if index in seen:
            continue
        seen.add(index)
        node = w.body[index]
        for argument in node["args"]:
            if not isinstance(argument, list):
                continue
            kind = w._kind(argument)
            if kind in kinds:
                w.value(argument)
            elif argument[0] == "node" and kind in ("full", "col"):
                hoist(w, [argument[1]], kinds, seen)


def chains(w: Writer, i: int, chains: int, part: str = "") -> list[str]:
    """The names of a sum's partial sums; an argmax has one, for its first place must win."""
    count = 1 if w.body[i]["op"] == "argmax" else chains
    return [f"a{i}{part}", *(f"a{i}{part}_{chain}" for chain in range(1, count))]


def begin(w: Writer, i: int, names: list[str]) -> None:
    """Partial sums that hold nothing yet."""
    op = w.body[i]["op"]
    if op == "argmax":
        w.put(f"b{i} = splat(F(0.0))")
    for name in names:
        w.put(f"{name} = {START[op]}")


def gather(w: Writer, i: int, names: list[str], *, masked: bool = True) -> None:
    """Take the value at hand into the sum: the chains take turns, so that none waits for the one before."""
    node = w.body[i]
    value = w.value(node["args"][0])
    low = w.kept(value, None if node["op"] == "sum" else "splat(F(-INF))") if masked else value
    if node["op"] == "argmax":
        w.put(f"b{i} = vselect(vgt({low}, a{i}), positions(j), b{i})")
    w.put(f"t{i} = {_joined(node['op'], low, names[0])}")
    for name, following in zip(names, [*names[1:], f"t{i}"], strict=True):
        w.put(f"{name} = {following}")


def _joined(op: str, one: str, other: str) -> str:
    """Two partial sums (or maxima) as one."""
    return f"vadd({other}, {one})" if op == "sum" else f"vselect(vgt({one}, {other}), {one}, {other})"


def end(w: Writer, i: int, names: list[str]) -> None:
    """The chains as one vector under the first name, always in the same order."""
    while len(names) > 1:
        half = len(names) // 2
        for low, high in zip(names[:half], names[half:], strict=True):
            w.put(f"{low} = {_joined(w.body[i]['op'], high, low)}")
        names = names[:half]


def _finish(w: Writer, i: int, count: int) -> None:
    end(w, i, chains(w, i, count))
    fold = {"sum": f"hsum(a{i})", "max": f"hmax(a{i})"}
    if w.body[i]["op"] == "argmax":
        # of equal values the first position wins: the least position among the lanes that hold the largest
        w.put(f"m{i} = splat(hmax(a{i}))")
        w.put(f"x{i} = splat(hmin(vselect(veq(a{i}, m{i}), b{i}, splat(F(INF)))))")
    else:
        w.put(f"x{i} = splat({fold[w.body[i]['op']]})")
    w.known["node", i, -1] = f"x{i}"


def _number_exits(w: Writer) -> None:
    for node, place, _ in w.recipe["exits"]:
        if w.body[node]["kind"] == "num":
            w.store(place, w.value(["node", node]))


class _Levels:
    """In which sweep over a row's columns a value can be known: one more than the sums it waits for."""

    def __init__(self, w: Writer) -> None:
        self._levels: list[int] = []
        for node in w.body:
            level = max((self._levels[a[1]] for a in node["args"] if isinstance(a, list) and a[0] == "node"), default=0)
            self._levels.append(level + (node["reduces"] is not None))
        self.deepest = max(self._levels, default=0)

    def of(self, node: int) -> int:
        return self._levels[node]


def total_text(recipe: Recipe) -> str:
    """One number from a whole matrix, by one thread in the order of the rows."""
    w = RowWriter(recipe)
    sums = [i for i, node in enumerate(w.body) if node["reduces"]]
    w.start()
    w.open("if thread == 0:")
    for i in sums:
        begin(w, i, chains(w, i, CHAINS))
    wide = w.columns > 1
    w.put("r = 0")
    w.open("while r < rows:")
    w.put(f"start = r * {w.pitch}")
    if wide:
        hoist(w, sums, ("row",), set())
        w.put("j = 0")
        w.open(f"while j < {w.pitch}:")
    for i in sums:
        gather(w, i, chains(w, i, CHAINS))
    if wide:
        w.put("j += LANES")
        w.close()
    w.put("r += 1")
    w.close()
    w.forget("full", "row", "col")
    for i in sums:
        end(w, i, chains(w, i, CHAINS))
        fold = "hsum" if w.body[i]["op"] == "sum" else "hmax"
        w.put(f"x{i} = splat({fold}(a{i}))" if wide else f"x{i} = a{i}")
        w.known["node", i, -1] = f"x{i}"
    _number_exits(w)
    w.close()
    return w.kernel()
