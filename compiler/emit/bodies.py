"""Scalar bodies of elementwise ops, rewritten as kernel text.

An op's body is one Python expression of arithmetic, `math` functions, min, max, comparisons and conditions. Its
syntax tree is read from the source file and written anew, either over vectors of float32 in the runtime's vocabulary
or over doubles. So a new elementwise op needs no word here.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import CodeType

from ..ops.op import Op

VECTOR_CALLS = {
    "exp": "vexp", "log": "vlog", "log1p": "vlog1p", "tanh": "vtanh", "erf": "verf", "sin": "vsin",
    "cos": "vcos", "sqrt": "vsqrt", "fabs": "vabsolute", "floor": "vfloor",
}  # fmt: skip
VECTOR_WORDS = {"sigmoid": "vsigmoid", "softplus": "vsoftplus", "mish": "vmish"}
"""Ops with a word of their own, faster than their bodies: one exponential where the body has two."""
VECTOR_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "vadd",
    ast.Sub: "vsub",
    ast.Mult: "vmul",
    ast.Div: "vdiv",
    ast.Pow: "vpow",
}
DOUBLE_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARE: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Gt: ("vgt", ">"), ast.GtE: ("vge", ">="), ast.Lt: ("vlt", "<"), ast.LtE: ("vle", "<="),
    ast.Eq: ("veq", "=="), ast.NotEq: ("vne", "!="),
}  # fmt: skip


def number(value: float) -> str:
    """A number as kernel text writes it."""
    if value != value:  # noqa: PLR0124  only a NaN differs from itself
        return "NAN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    return repr(float(value))


def splat(value: float) -> str:
    """The text of a vector whose elements are all `value`."""
    return f"splat(F({number(value)}))"


def vector_text(op: Op, operands: Sequence[str], attrs: Mapping[str, object]) -> str:
    """The body over vectors: `operands` are the texts of the inputs."""
    if op.name == "cast":
        return operands[0]
    if op.name in VECTOR_WORDS:
        return f"{VECTOR_WORDS[op.name]}({operands[0]})"
    if op.name == "silu":
        return f"vmul({operands[0]}, vsigmoid({operands[0]}))"
    if op.name == "power" and (made := _whole_power(operands[0], attrs["exponent"])):
        return made
    names, body = _expression(op)
    return _Vector(_bound(names, operands, attrs, splat)).text(body)


def _whole_power(x: str, exponent: object) -> str | None:
    """Powers that a few products, a root or a quotient give better and faster; None for others."""
    assert isinstance(exponent, int | float)
    if exponent < 0.0:
        made = _whole_power(x, -exponent)
        return made and f"vdiv({splat(1.0)}, {made})"
    known = {0.5: f"vsqrt({x})", 1.0: x, 1.5: f"vmul({x}, vsqrt({x}))", 2.0: f"vmul({x}, {x})"}
    known[3.0] = f"vmul({known[2.0]}, {x})"
    known[4.0] = f"vmul({known[2.0]}, {known[2.0]})"
    return known.get(exponent)


def double_text(op: Op, operands: Sequence[str], attrs: Mapping[str, object]) -> str:
    """The body over doubles."""
    if op.name == "cast":
        return operands[0]
    names, body = _expression(op)
    return _Double(_bound(names, operands, attrs, number)).text(body)


def _bound(names: Sequence[str], operands: Sequence[str], attrs: Mapping[str, object], write: object) -> dict[str, str]:
    bound = dict(zip(names, operands, strict=False))
    for name in names[len(operands) :]:
        value = attrs[name]
        assert isinstance(value, int | float), f"attribute {name} is no number"
        bound[name] = splat(value) if write is splat else number(value)
    return bound


class _Vector:
    def __init__(self, bound: Mapping[str, str]) -> None:
        self.bound = bound

    def text(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return self.bound[name]
            case ast.Constant(value=int() | float() as value):
                return splat(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return splat(-value)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return f"vnegative({self.text(inner)})"
            case ast.BinOp(left=left, op=sign, right=right):
                return f"{VECTOR_SIGNS[type(sign)]}({self.text(left)}, {self.text(right)})"
            case ast.Call(func=ast.Attribute(attr=name), args=[inner]):
                return f"{VECTOR_CALLS[name]}({self.text(inner)})"
            case ast.Call(func=ast.Name(id="max" | "min" as name), args=[first, second]):
                # as Python has it: the first unless the second is beyond it
                a, b = self.text(first), self.text(second)
                return f"vselect({'vgt' if name == 'max' else 'vlt'}({b}, {a}), {b}, {a})"
            case ast.IfExp(test=ast.Compare(left=left, ops=[sign], comparators=[right]), body=yes, orelse=no):
                test = f"{COMPARE[type(sign)][0]}({self.text(left)}, {self.text(right)})"
                return f"vselect({test}, {self.text(yes)}, {self.text(no)})"
        raise AssertionError(f"a scalar body may not hold {ast.unparse(node)}")


class _Double:
    def __init__(self, bound: Mapping[str, str]) -> None:
        self.bound = bound

    def text(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return self.bound[name]
            case ast.Constant(value=int() | float() as value):
                return number(value)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return f"(-{self.text(inner)})"
            case ast.BinOp(left=left, op=sign, right=right):
                return f"({self.text(left)} {DOUBLE_SIGNS[type(sign)]} {self.text(right)})"
            case ast.Call(func=ast.Attribute(attr=name), args=[inner]):
                return f"math.{name}({self.text(inner)})"
            case ast.Call(func=ast.Name(id="max" | "min" as name), args=[first, second]):
                a, b = self.text(first), self.text(second)
                return f"({b} if {b} {'>' if name == 'max' else '<'} {a} else {a})"
            case ast.IfExp(test=ast.Compare(left=left, ops=[sign], comparators=[right]), body=yes, orelse=no):
                test = f"{self.text(left)} {COMPARE[type(sign)][1]} {self.text(right)}"
                return f"({self.text(yes)} if {test} else {self.text(no)})"
        raise AssertionError(f"a scalar body may not hold {ast.unparse(node)}")


@cache
def _expression(op: Op) -> tuple[tuple[str, ...], ast.expr]:
    """The body's argument names and its expression."""
    assert op.scalar_body is not None, f"{op.name} has no scalar body"
    code: CodeType = op.scalar_body.__code__
    file = inspect.getsourcefile(op.scalar_body)
    assert file is not None, f"the source of {op.name} is not to be found"
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for node in _functions(file):
        if node.lineno == code.co_firstlineno or _first_line(node) == code.co_firstlineno:
            arguments = tuple(a.arg for a in (*node.args.args, *node.args.kwonlyargs))
            if arguments == names:
                return names, _returned(node)
    raise AssertionError(f"the body of {op.name} was not found in {file}")


@cache
def _functions(file: str) -> list[ast.Lambda | ast.FunctionDef]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Lambda | ast.FunctionDef)]


def _first_line(node: ast.Lambda | ast.FunctionDef) -> int:
    """A decorated function's code begins at its first decorator."""
    decorators = getattr(node, "decorator_list", [])
    lines: list[int] = [node.lineno, *(d.lineno for d in decorators)]
    return min(lines)


def _returned(node: ast.Lambda | ast.FunctionDef) -> ast.expr:
    if isinstance(node, ast.Lambda):
        return node.body
    final = node.body[-1]
    assert isinstance(final, ast.Return), f"{node.name}: a scalar body is one return"
    assert final.value is not None, f"{node.name} returns nothing"
    return final.value
