"""Kernel text straight to LLVM, by its syntax tree.

Kernel text is a small part of Python: functions of assignments to names, `while`, `for` over `range`, `if`, `return`
and calls of words. A name has one kind (`words.Kind`), that of its first assignment; what else would need Python is
refused with its line. The text means what Numba makes of it (`twin`; the rules are in `translate_values`). Each name is
a place on the stack, which LLVM turns into a register. Functions of the text are written where they are called.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from llvmlite import ir

from . import translate_values as values
from .translate_values import TranslationError, Value
from .words import INT64, NOTHING, TRUTH, Kind, Names, Word

__all__ = ["TranslationError", "translate"]

ENTRY = {"kernel": 5, "driver": 2}
"""The function that a text is for, and how many int64 it takes."""
SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
FUSED = frozenset(["fadd", "fsub", "fmul", "fdiv", "frem", "fcmp"])


def translate(symbol: str, text: str, names: Names) -> str:
    """The LLVM assembly of a function `symbol` of int64 arguments: the `kernel` or `driver` that `text` defines.

    Raises `TranslationError` where the text is no kernel text.
    """
    try:
        body = ast.parse(text).body
    except SyntaxError as mistake:
        raise TranslationError(f"line {mistake.lineno}: {mistake.msg}") from mistake
    unit = _Unit(dict(names))
    for statement in body:
        with _placed(statement):
            unit.define(statement)
    found = [node for name, node in unit.functions.items() if name in ENTRY]
    if len(found) != 1:
        raise TranslationError(f"a text defines one function {' or '.join(ENTRY)}")
    module = ir.Module(name=symbol)
    _entry(module, symbol, unit, found[0])
    _allow_fusing(module)
    return str(module)


def _entry(module: ir.Module, symbol: str, unit: _Unit, node: ast.FunctionDef) -> None:
    count = ENTRY[node.name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [INT64.llvm] * count), symbol)
    function.attributes.add("nounwind")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    scope = _Scope(builder, unit, node, [Value(INT64, given) for given in function.args])
    if scope.run().kind is not NOTHING:
        raise TranslationError(f"line {node.lineno}: {node.name} gives nothing")
    builder.ret_void()


def _allow_fusing(module: ir.Module) -> None:
    """Products and sums may be fused: the flag on all floating-point arithmetic, as Numba's `contract` sets it."""
    for function in module.functions:
        for block in function.blocks:
            for made in block.instructions:
                if made.opname in FUSED and not made.flags:
                    made.flags.append("contract")


@contextmanager
def _placed(node: ast.stmt) -> Iterator[None]:
    """A mistake inside tells the statement's line, unless it tells one already."""
    try:
        yield
    except TranslationError as mistake:
        if str(mistake).startswith("line "):
            raise
        raise TranslationError(f"line {node.lineno}: {mistake}") from mistake


@dataclass(slots=True)
class _Unit:
    """One text: its words, the functions it defines, and those that are being written just now."""

    names: Names
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def define(self, statement: ast.stmt) -> None:
        """A statement of the text's top: a function, or a word made by a maker."""
        match statement:
            case ast.FunctionDef(name=name, decorator_list=[] | [ast.Name(id="inlined")]):
                self.functions[name] = statement
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=maker), args=given)):
                make = self.names.get(maker)
                if isinstance(make, Word | int | float) or make is None:
                    raise TranslationError(f"{maker} makes no word")
                self.names[name] = make(*map(_literal, given))
            case _:
                raise TranslationError("only functions and words stand at the top of a text")


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise TranslationError(f"{ast.unparse(node)} is no constant") from None


class _Scope:
    """The call of one function of a text: its names, and where it ends."""

    def __init__(self, b: ir.IRBuilder, unit: _Unit, node: ast.FunctionDef, given: list[Value]) -> None:
        plain = node.args
        if plain.posonlyargs or plain.kwonlyargs or plain.vararg or plain.kwarg or plain.defaults:
            raise TranslationError(f"{node.name} may take plain arguments alone")
        if len(plain.args) != len(given):
            raise TranslationError(f"{node.name} takes {len(plain.args)} arguments, not {len(given)}")
        self.b, self.unit, self.node = b, unit, node
        self.places: dict[str, Value] = {}
        self.result: Value | None = None
        self.end = b.append_basic_block(f"{node.name}.end")
        for argument, value in zip(plain.args, given, strict=True):
            self.assign(argument.arg, value)

    def run(self) -> Value:
        """Write the function; what it gives. The builder then stands behind it."""
        if self.node.name in self.unit.open:
            raise TranslationError(f"{self.node.name} calls itself")
        self.unit.open.append(self.node.name)
        self.body(self.node.body)
        self.unit.open.pop()
        if not self.b.block.is_terminated:
            if self.result is not None and self.result.kind is not NOTHING:
                raise TranslationError(f"{self.node.name} does not always give something")
            self.b.branch(self.end)
        self.b.position_at_end(self.end)
        if self.result is None or self.result.kind is NOTHING:
            return Value(NOTHING, None)
        return Value(self.result.kind, self.b.load(self.result.llvm))

    # statements

    def body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if self.b.block.is_terminated:
                return  # behind a return
            with _placed(statement):
                self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.assign(name, self.value(value))
            case ast.AugAssign(target=ast.Name(id=name), op=sign, value=value):
                self.assign(name, values.binary(self.b, sign, self.read(name), self.value(value)))
            case ast.Expr(value=ast.Call() as value):
                self.called(value)
            case ast.If(test=test, body=body, orelse=orelse):
                self.choice(test, body, orelse)
            case ast.While(test=test, body=body, orelse=[]):
                self.loop(test, body)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=given), orelse=[]):
                self.count(name, given, node.body)
            case ast.Return(value=value):
                self.give(Value(NOTHING, None) if value is None else self.value(value))
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                pass
            case _:
                raise TranslationError(f"kernel text has no `{ast.unparse(node).splitlines()[0]}`")

    def assign(self, name: str, value: Value) -> None:
        if value.kind is NOTHING:
            raise TranslationError(f"{name} would be nothing")
        place = self.places.get(name)
        if place is None:
            self.places[name] = place = self.place(value.kind)
        if place.kind is not value.kind:
            raise TranslationError(f"{name} was {place.kind.name} and would become {value.kind.name}")
        self.b.store(value.llvm, place.llvm)

    def place(self, kind: Kind) -> Value:
        with self.b.goto_entry_block():
            return Value(kind, self.b.alloca(kind.llvm))

    def give(self, value: Value) -> None:
        if self.result is None:
            self.result = value if value.kind is NOTHING else self.place(value.kind)
        if self.result.kind is not value.kind:
            raise TranslationError(f"{self.node.name} gives {self.result.kind.name} and {value.kind.name}")
        if value.kind is not NOTHING:
            self.b.store(value.llvm, self.result.llvm)
        self.b.branch(self.end)

    def choice(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        condition = self.truth(test)
        yes, no, after = (self.b.append_basic_block(name) for name in ("then", "else", "endif"))
        self.b.cbranch(condition, yes, no)
        for block, statements in ((yes, body), (no, orelse)):
            self.b.position_at_end(block)
            self.body(statements)
            if not self.b.block.is_terminated:
                self.b.branch(after)
        self.b.position_at_end(after)

    def loop(self, test: ast.expr, body: list[ast.stmt]) -> None:
        self.turns(lambda: self.truth(test), lambda: self.body(body))

    def count(self, name: str, given: list[ast.expr], body: list[ast.stmt]) -> None:
        """`for name in range(…)`, upwards: the count is a place of its own, as Python's is."""
        if len(given) not in (1, 2, 3):
            raise TranslationError("range takes a stop, or a start and a stop, or a step too")
        step = self.step(given[2]) if len(given) == 3 else 1
        bounds = [values.widened(self.b, self.value(one), INT64) for one in given[:2]]
        start, stop = (INT64.llvm(0), bounds[0]) if len(bounds) == 1 else bounds
        place = self.place(INT64).llvm
        self.b.store(start, place)

        def going() -> ir.Value:
            return self.b.icmp_signed("<", self.b.load(place), stop)

        def turn() -> None:
            now = self.b.load(place)
            self.assign(name, Value(INT64, now))
            self.b.store(self.b.add(now, INT64.llvm(step)), place)
            self.body(body)

        self.turns(going, turn)

    def step(self, node: ast.expr) -> int:
        """A constant above 0: any other could be 0, and Python would raise."""
        match node:
            case ast.Constant(value=int() as found) if found > 0:
                return found
            case ast.Name(id="LANES"):
                return int(self.unit.names["LANES"])  # type: ignore[arg-type]
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.step(left) * self.step(right)
        raise TranslationError(f"the step `{ast.unparse(node)}` is no constant above 0")

    def turns(self, going: Callable[[], ir.Value], turn: Callable[[], None]) -> None:
        head, body, after = (self.b.append_basic_block(name) for name in ("while", "turn", "endwhile"))
        self.b.branch(head)
        self.b.position_at_end(head)
        self.b.cbranch(going(), body, after)
        self.b.position_at_end(body)
        turn()
        if not self.b.block.is_terminated:
            self.b.branch(head)
        self.b.position_at_end(after)

    # expressions

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=value):
                return values.constant(value)
            case ast.Name(id=name):
                return self.read(name)
            case ast.BinOp(left=left, op=sign, right=right):
                return values.binary(self.b, sign, self.value(left), self.value(right))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return values.negative(self.b, self.value(inner))
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return Value(TRUTH, self.b.not_(self.truth(inner)))
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in SIGNS:
                return values.compared(self.b, SIGNS[type(sign)], self.value(left), self.value(right))
            case ast.BoolOp(op=sign, values=parts):
                return self.both(isinstance(sign, ast.And), parts)
            case ast.IfExp(test=test, body=yes, orelse=no):
                return self.chosen(self.truth(test), yes, no)
            case ast.Call():
                return self.called(node)
        raise TranslationError(f"kernel text has no `{ast.unparse(node)}`")

    def read(self, name: str) -> Value:
        if (place := self.places.get(name)) is not None:
            return Value(place.kind, self.b.load(place.llvm))
        found = self.unit.names.get(name)
        if isinstance(found, int | float):
            return values.constant(found)
        raise TranslationError(f"{name} has no value here")

    def truth(self, node: ast.expr) -> ir.Value:
        value = self.value(node)
        if value.kind is not TRUTH:
            raise TranslationError(f"a condition is a truth, and `{ast.unparse(node)}` is {value.kind.name}")
        return value.llvm

    def both(self, every: bool, parts: list[ast.expr]) -> Value:
        """`and`, `or`: what stands behind is looked at only where it matters."""
        place = self.place(TRUTH).llvm
        after = self.b.append_basic_block("known")
        for i, part in enumerate(parts):
            value = self.truth(part)
            self.b.store(value, place)
            if i + 1 == len(parts):
                self.b.branch(after)
                break
            following = self.b.append_basic_block("and" if every else "or")
            self.b.cbranch(value, *((following, after) if every else (after, following)))
            self.b.position_at_end(following)
        self.b.position_at_end(after)
        return Value(TRUTH, self.b.load(place))

    def chosen(self, condition: ir.Value, yes: ast.expr, no: ast.expr) -> Value:
        """`yes if condition else no`: one of the two is worked out."""
        blocks = [self.b.append_basic_block(name) for name in ("yes", "no")]
        after = self.b.append_basic_block("chosen")
        self.b.cbranch(condition, *blocks)
        made = []
        for block, node in zip(blocks, (yes, no), strict=True):
            self.b.position_at_end(block)
            made.append((self.value(node), self.b.block))
        kind = values.promoted(made[0][0].kind, made[1][0].kind)
        arms = []
        for value, block in made:
            self.b.position_at_end(block)
            arms.append((values.converted(self.b, value, kind), block))
            self.b.branch(after)
        self.b.position_at_end(after)
        phi = self.b.phi(kind.llvm)
        for value, block in arms:
            phi.add_incoming(value, block)
        return Value(kind, phi)

    # calls

    def called(self, node: ast.Call) -> Value:
        if node.keywords:
            raise TranslationError(f"`{ast.unparse(node)}` names its arguments")
        given = [self.value(argument) for argument in node.args]
        match node.func:
            case ast.Attribute(value=ast.Name(id="math"), attr=name):
                return values.mathematical(self.b, name, *_exactly(1, given, f"math.{name}"))
            case ast.Name(id=name):
                return self.named(name, given)
        raise TranslationError(f"kernel text has no `{ast.unparse(node)}`")

    def named(self, name: str, given: list[Value]) -> Value:
        word = self.unit.names.get(name)
        if isinstance(word, Word):
            return self.spoken(name, word, given)
        if name in self.unit.functions and name not in ENTRY:
            return _Scope(self.b, self.unit, self.unit.functions[name], given).run()
        if name in ("min", "max"):
            return values.extreme(self.b, name, *_exactly(2, given, name))
        if name in values.CASTS:
            return values.cast(self.b, name, *_exactly(1, given, name))
        raise TranslationError(f"there is no word {name}")

    def spoken(self, name: str, word: Word, given: list[Value]) -> Value:
        arguments = _exactly(len(word.arguments), given, name)
        wanted = []
        for i, (value, kind) in enumerate(zip(arguments, word.arguments, strict=True), 1):
            try:
                wanted.append(values.widened(self.b, value, kind))
            except TranslationError as mistake:
                raise TranslationError(f"argument {i} of {name}: {mistake}") from mistake
        made = word.generate(self.b, wanted)
        return Value(word.result, None if word.result is NOTHING else made)


def _exactly(count: int, given: list[Value], name: str) -> list[Value]:
    if len(given) != count:
        raise TranslationError(f"{name} takes {count} arguments, not {len(given)}")
    return given
