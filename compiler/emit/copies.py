"""The form `copies`: numbers moved as they are: reshapes, transposes, slices, joins, changes of layout.

A move is a set of loops, each with a length and a step in the source and in the result. Where both lie side by side
along one loop, vectors are copied; where each does along a loop of its own, square blocks are transposed in registers.
"""

from __future__ import annotations

from typing import Any, cast

from ..graph import Graph, Node
from ..types import Dim, product
from .lines import Lines
from .recipe import Recipe
from .site import Misfit, matrix, strides

MOVES = frozenset({"relayout", "reshape", "transpose", "slice", "concat"})
Loop = tuple[Dim, int, int]
"""Length, step in the source, step in the result."""
Formed = tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]


def copies_recipe(graph: Graph, node: Node) -> Formed:
    """Recipe, operands (sources, then the result) and sizes of one node; `Misfit` where plain loops must do it."""
    sources = [graph[s] for s in node.inputs]
    if any(n.type.dtype != "float32" or not n.type.shape for n in (*sources, node)):
        raise Misfit(f"{node.id} moves other things than float32 numbers")
    kept = tuple(dict.fromkeys(node.inputs))
    sizes: list[Dim] = [matrix(node).rows]

    def known(dim: Dim) -> Any:
        if isinstance(dim, int):
            return dim
        if dim not in sizes[1:]:
            sizes.append(dim)
        return ["size", sizes.index(dim, 1)]

    moves: list[dict[str, Any]] = []
    start, axis = 0, _axis(node)
    for source in sources:
        loops, shift = _loops(node, source)
        moves.append({
            "from": kept.index(source.id), "shift": [shift, start * strides(node)[axis]],
            "loops": [[known(length), a, b] for length, a, b in _joined(loops)],
        })  # fmt: skip
        start += cast(int, source.type.shape[axis]) if node.op == "concat" else 0
    for move in moves:
        if not any(a == 1 for _, a, _ in move["loops"]) or not any(b == 1 for *_, b in move["loops"]):
            raise Misfit(f"{node.id} has no numbers side by side")
    recipe: Recipe = {
        "form": "copies", "moves": moves, "pads": [matrix(node).columns, matrix(node).pitch],
        "operands": [{"dtype": "float32"}] * (len(kept) + 1),
    }  # fmt: skip
    return recipe, (*kept, node.id), tuple(sizes)


def _axis(node: Node) -> int:
    """The axis along which parts are taken or joined; any, for what moves whole."""
    return cast(int, node.attributes.get("axis", 0))


def _loops(node: Node, source: Node) -> tuple[list[Loop], int]:
    """The loops over all that is moved from the source, and where in it they begin."""
    a, b = strides(source), strides(node)
    if node.op == "reshape":
        return _reshaped(source.type.shape, a, node.type.shape, b), 0
    if node.op == "transpose":
        order = cast("tuple[int, ...]", node.attr("order"))
        return [(node.type.shape[i], a[axis], b[i]) for i, axis in enumerate(order)], 0
    shape = source.type.shape if node.op == "concat" else node.type.shape
    loops = list(zip(shape, a, b, strict=True))
    if node.op != "slice":
        return loops, 0
    return loops, cast(int, node.attr("start")) * a[_axis(node)]


def _reshaped(old: tuple[Dim, ...], a: tuple[int, ...], new: tuple[Dim, ...], b: tuple[int, ...]) -> list[Loop]:
    """Loops over axes so short that each is a part of one old and of one new axis."""
    found = list[Loop]()
    olds, news = [*zip(old, a, strict=True)], [*zip(new, b, strict=True)]
    while olds and news:
        (x, s), (y, t) = olds.pop(), news.pop()
        if x == y:
            found.append((x, s, t))
            continue
        rest_x, rest_y = _quotient(x, y), _quotient(y, x)
        if rest_x is not None and isinstance(y, int):
            found.append((y, s, t))
            olds.append((rest_x, s * y))
        elif rest_y is not None and isinstance(x, int):
            found.append((x, s, t))
            news.append((rest_y, t * x))
        else:
            raise Misfit("neither shape is a refinement of the other")
    if any(length != 1 for length, _ in olds + news):
        raise Misfit("neither shape is a refinement of the other")
    return found[::-1]


def _quotient(x: Dim, y: Dim) -> Dim | None:
    """x / y where that is a size."""
    if isinstance(x, int):
        return x // y if isinstance(y, int) and y and x % y == 0 else None
    if isinstance(y, int) and y and x.factor % y == 0:
        return product((x.factor // y, type(x)(1, x.names)))
    return None


def _joined(loops: list[Loop]) -> list[Loop]:
    """The loops from the longest step in the result to the shortest; neighbours that run on as one are one."""
    found = list[Loop]()
    for length, a, b in sorted((loop for loop in loops if loop[0] != 1), key=lambda loop: -loop[2]):
        if found and isinstance(length, int) and found[-1][1] == length * a and found[-1][2] == length * b:
            outer = found.pop()
            found.append((product((outer[0], length)), a, b))
        else:
            found.append((length, a, b))
    return found or [(1, 1, 1)]


def copies_text(recipe: Recipe, lanes: int) -> str:
    """The moves one after another; the threads share the outermost loop of each."""
    return _Copies(recipe, lanes).text()


class _Copies(Lines):
    def __init__(self, recipe: Recipe, lanes: int) -> None:
        super().__init__()
        self.recipe, self.lanes = recipe, lanes
        self.out = len(recipe["operands"]) - 1
        self.before = dict[str, str]()

    def text(self) -> str:
        self.addresses(self.out + 1)
        if self.is_table():
            self.table(self.recipe["moves"][0])
            return self.kernel("".join(self.before.values()) + "\n\n")
        self.pads()
        for move in self.recipe["moves"]:
            self.move(move)
        return self.kernel("".join(self.before.values()) + ("\n\n" if self.before else ""))

    def pads(self) -> None:
        """Zeros behind every row; another thread may be moving numbers into the row itself meanwhile."""
        columns, pitch = self.recipe["pads"]
        if columns == pitch:
            return
        self.loop("row", "get(sizes, 0) * (thread + 1) // threads", "get(sizes, 0) * thread // threads")
        self.loop("pad", pitch, columns)
        self.put(f"set_number(p{self.out}, row * {pitch} + pad, F(0.0))")
        self.close("pad += 1")
        self.close("row += 1")

    def is_table(self) -> bool:
        """Whether all that is moved is one table of known size, turned over, with pads behind its rows on both sides."""
        moves = self.recipe["moves"]
        loops = moves[0]["loops"]
        if len(moves) > 1 or moves[0]["shift"] != [0, 0] or len(loops) != 2:
            return False
        (lines, a_one, b_step), (runs, a_step, b_one) = loops
        known = isinstance(lines, int) and isinstance(runs, int) and (a_one, b_one) == (1, 1)
        return (
            known and self.whole(lines) <= a_step and self.recipe["pads"] == [runs, self.whole(runs)] == [runs, b_step]
        )

    def whole(self, count: int) -> int:
        """`count` numbers as whole vectors."""
        return -(-count // self.lanes) * self.lanes

    def table(self, move: dict[str, Any]) -> None:
        """Squares of a table, those at its edges too: pads are read, and zeros written into them."""
        (lines, _, b_step), (runs, a_step, _) = move["loops"]
        parts = self.whole(lines) // self.lanes
        self.loop("part", f"{parts} * (thread + 1) // threads", f"{parts} * thread // threads")
        self.put(f"a = p{move['from']} + {4 * self.lanes} * part")
        self.put(f"b = p{self.out} + {4 * self.lanes * b_step} * part")
        given = lines % self.lanes
        if given:
            self.put(f"if part < {parts - 1}:")
            self.depth += 1
        self.squares(runs, a_step, b_step, self.lanes)
        if given:
            self.depth -= 1
            self.put("else:")
            self.depth += 1
            self.squares(runs, a_step, b_step, given)
            self.depth -= 1
        self.close("part += 1")

    def squares(self, runs: int, a_step: int, b_step: int, given: int) -> None:
        """A line of squares, of which `given` rows are written."""
        full, rest = divmod(runs, self.lanes)
        place = f"a + {4 * self.lanes * a_step} * c, b + {4 * self.lanes} * c"
        if full:
            self.loop("c", str(full))
            self.put(f"turned_{self.block(a_step, b_step, self.lanes, given)}({place})")
            self.close("c += 1")
        if rest:
            self.put(f"c = {full}")
            self.put(f"turned_{self.block(a_step, b_step, rest, given)}({place})")

    def move(self, move: dict[str, Any]) -> None:
        loops = [tuple(loop) for loop in move["loops"]]
        run = next(i for i, loop in enumerate(loops) if loop[2] == 1)
        line = next((i for i, loop in enumerate(loops) if loop[1] == 1), run)
        inner = {run, line}
        outer = [i for i in range(len(loops)) if i not in inner]
        self.put(f"a = {move['shift'][0]}")
        self.put(f"b = {move['shift'][1]}")
        terms = [(f"i{i}", loops[i]) for i in outer]
        for place, (name, (length, _, _)) in enumerate(terms):
            count = self.length(length)
            shared = (f"{count} * (thread + 1) // threads", f"{count} * thread // threads")
            self.loop(name, *(shared if place == 0 else (count,)))
        self.put(f"at = {' + '.join(['a', *(f'{s} * {name}' for name, (_, s, _) in terms)])}")
        self.put(f"to = {' + '.join(['b', *(f'{t} * {name}' for name, (_, _, t) in terms)])}")
        if run == line:
            self.run(move["from"], self.length(loops[run][0]), shared=not outer)
        else:
            self.turn(move["from"], loops[line], loops[run], shared=not outer)
        for name, _ in reversed(terms):
            self.close(f"{name} += 1")

    def length(self, dim: Any) -> str:
        return f"get(sizes, {dim[1]})" if isinstance(dim, list) else str(dim)

    def run(self, source: int, count: str, *, shared: bool) -> None:
        """Numbers side by side in both: vectors, and the rest one by one."""
        if shared:
            self.put(f"whole = {count}")
            self.put("c = whole * thread // threads")
            self.put("stop = whole * (thread + 1) // threads")
        else:
            self.put("c = 0")
            self.put(f"stop = {count}")
        self.put("while c + LANES <= stop:")
        self.put(f"    store_float32(p{self.out}, to + c, load_float32(p{source}, at + c))")
        self.put("    c += LANES")
        self.put("while c < stop:")
        self.put(f"    set_number(p{self.out}, to + c, number(p{source}, at + c))")
        self.put("    c += 1")

    def turn(self, source: int, line: tuple[Any, int, int], run: tuple[Any, int, int], *, shared: bool) -> None:
        """Numbers side by side in the source lie `line` steps apart in the result, and the other way round."""
        lines, runs = self.length(line[0]), self.length(run[0])
        self.put(f"lines = {lines}")
        self.put(f"runs = {runs}")
        self.put("r = 0")
        self.put("end = lines")
        if shared:
            self.put("parts = (lines + LANES - 1) // LANES")
            self.put("r = LANES * (parts * thread // threads)")
            self.put("end = min(lines, LANES * (parts * (thread + 1) // threads))")
        self.put("while r < end:")
        self.depth += 1
        self.loop("c", "runs")
        place = f"p{source} + 4 * (at + r + {run[1]} * c), p{self.out} + 4 * (to + c + {line[2]} * r)"
        self.put("if r + LANES <= end and c + LANES <= runs:")
        self.put(f"    turned_{self.block(run[1], line[2])}({place})")
        self.put("else:")
        self.depth += 1
        self.loop("y", "min(r + LANES, end)", "r")
        self.loop("x", "min(c + LANES, runs)", "c")
        self.put(f"set_number(p{self.out}, to + x + {line[2]} * y, number(p{source}, at + y + {run[1]} * x))")
        self.close("x += 1")
        self.close("y += 1")
        self.depth -= 1
        self.close("c += LANES")
        self.close("r += LANES")

    def block(self, *shape: int) -> str:
        """The name of the block that transposes with these steps, defined in front of the kernel."""
        name = "_".join(map(str, shape))
        self.before[name] = f"turned_{name} = turned({', '.join(map(str, shape))})\n"
        return name
