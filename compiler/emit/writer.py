"""Writes vector kernels: the parts that all forms share."""

from __future__ import annotations

from typing import Any

from ..ops.op import REGISTRY
from .bodies import splat, vector_text
from .lines import Lines
from .recipe import Recipe


class Writer(Lines):
    """Lines of kernel text for one recipe. Values get names as they are first needed: `x3` for body node 3
    (`x3_1` in the second sweep over the columns), `v2` for what is loaded from operand 2."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.body: list[dict[str, Any]] = recipe["body"]
        self.operands: list[dict[str, Any]] = recipe["operands"]
        self.columns, self.pitch = recipe["columns"], recipe["pitch"]
        self.known: dict[object, str] = {}
        self.sweep = 0
        self.source = {place: (node, zero) for node, place, zero in recipe["exits"]}

    def start(self) -> None:
        """Addresses, sizes and the numbers known before any row."""
        self.addresses(len(self.operands))
        self.put("rows = get(sizes, 0)")
        for index, node in enumerate(self.body):
            if node["kind"] == "num" and not self._waits(index):
                self.value(["node", index])
            for argument in node["args"]:
                if self._kind(argument) == "num" and not self._waits_argument(argument):
                    self.value(argument)

    def _waits(self, index: int) -> bool:
        """Whether a number is known only after a sum of this kernel."""
        node = self.body[index]
        return node["reduces"] is not None or any(self._waits_argument(a) for a in node["args"])

    def _waits_argument(self, argument: Any) -> bool:
        return isinstance(argument, list) and argument[0] == "node" and self._waits(argument[1])

    # values

    def _kind(self, argument: Any) -> str:
        if not isinstance(argument, list) or argument[0] == "size":
            return "num"
        where: list[dict[str, Any]] = self.operands if argument[0] == "in" else self.body
        return str(where[argument[1]]["kind"])

    def value(self, argument: Any) -> str:
        """The name of a value, written first if it is not known here."""
        if not isinstance(argument, list):
            return splat(argument)
        kind = self._kind(argument)
        key = (*argument, self.sweep if kind == "full" else -1)
        if key in self.known:
            return self.known[key]
        name = f"{ {'in': 'v', 'node': 'x', 'size': 's'}[argument[0]] }{argument[1]}"
        if kind == "full" and self.sweep:
            name += f"_{self.sweep}"
        if argument[0] == "node":
            made = self._node(self.body[argument[1]])
            if made.isidentifier():
                self.known[key] = made
                return made
            self.put(f"{name} = {made}")
        elif argument[0] == "size":
            self.put(f"{name} = splat(F(get(sizes, {argument[1]})))")
        else:
            self.put(f"{name} = {self._load(argument[1])}")
        self.known[key] = name
        return name

    def forget(self, *kinds: str) -> None:
        """Values of these kinds must be written anew (a loop has begun or ended)."""
        self.known = {key: name for key, name in self.known.items() if self._kind(list(key[:2])) not in kinds}  # type: ignore[index]

    def _load(self, index: int) -> str:
        operand = self.operands[index]
        dtype = operand["dtype"]
        match operand["kind"]:
            case "full":
                return f"load_{dtype}(p{index}, start + j)"
            case "col":
                return f"load_{dtype}(p{index}, j)"
            case "row":
                return self._single(dtype, f"p{index}", "r")
        return self._single(dtype, f"p{index}", "0")

    def _single(self, dtype: str, place: str, index: str) -> str:
        if dtype == "float32":
            return f"splat(number({place}, {index}))"
        return f"splat(F(get_{dtype}({place}, {index})))"

    def _node(self, node: dict[str, Any]) -> str:
        op, arguments = node["op"], node["args"]
        if op in ("broadcast", "relayout"):
            return self.value(arguments[0])
        if op == "take":
            return self._take(node)
        if op == "one_hot":
            label = self.value(arguments[0])
            return f"vselect(veq(positions(j), {label}), {splat(1.0)}, {splat(0.0)})"
        if op == "uniform":
            clock, rows = arguments[0][1], arguments[1][1]
            at = "j" if node["kind"] == "full" else "0"
            return f"vuniform(get(p{clock}, 0), get(p{rows}, r), {node['attrs']['key']}, {at})"
        return vector_text(REGISTRY[op], [self.value(a) for a in arguments], node["attrs"])

    def _take(self, node: dict[str, Any]) -> str:
        table, rows = node["args"][0][1], node["args"][1][1]
        dtype, pitch = self.operands[table]["dtype"], self.operands[table]["pitch"]
        if node["kind"] == "row":
            return self._single(dtype, f"p{table}", f"get(p{rows}, r)")
        return f"load_{dtype}(p{table}, {pitch} * get(p{rows}, r) + j)"

    # results

    def store(self, place: int, name: str) -> None:
        """Put a value where exit operand `place` lies, with zeros in the pads."""
        operand = self.operands[place]
        dtype = operand["dtype"]
        match operand["kind"]:
            case "full" | "col":
                at = "start + j" if operand["kind"] == "full" else "j"
                if not self.source[place][1] and self.pitch != self.columns:
                    name = f"keep({name}, {self.columns} - j)"
                self.put(f"store_{dtype}(p{place}, {at}, {name})")
            case "row":
                self._store_single(dtype, place, "r", name)
            case _:
                self.open("if thread == 0:")
                self._store_single(dtype, place, "0", name)
                self.close()

    def _store_single(self, dtype: str, place: int, index: str, name: str) -> None:
        if dtype == "float32":
            self.put(f"set_number(p{place}, {index}, first({name}))")
        else:
            self.put(f"put_{dtype}(p{place}, {index}, float(first({name})))")

    def kept(self, name: str, otherwise: str | None = None) -> str:
        """A value with its pads out of the way of a sum (or of a maximum)."""
        if self.pitch == self.columns:
            return name
        if otherwise is None:
            return f"keep({name}, {self.columns} - j)"
        return f"keep_or({name}, {self.columns} - j, {otherwise})"

    def share(self, count: str, first: str = "r", stop: str = "stop") -> None:
        """This thread's stretch of `count` things."""
        self.put(f"{first} = {count} * thread // threads")
        self.put(f"{stop} = {count} * (thread + 1) // threads")
