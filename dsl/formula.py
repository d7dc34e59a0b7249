"""Formulas: `f * c + i * g`, `stride != 1`, `4 * width`. Text to a tree with places, and back.

The grammar uses no character of YAML's. Power is `^` and binds tighter than a minus before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .diagnostics import Diagnostics
from .places import NOWHERE, Place
from .suggest import did_you_mean

FUNCTIONS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("min", "max"), (1, 9)),
    **dict.fromkeys(("ceil", "floor", "round", "sqrt", "log", "log2", "exp", "abs", "sign", "square"), (1, 1)),
    **dict.fromkeys(("sum", "mean", "var", "norm", "argmax", "size", "softmax", "transpose"), (1, 1)),
    **dict.fromkeys(("sigmoid", "tanh", "relu", "softplus", "normalize", "stop_gradient"), (1, 1)),
    **dict.fromkeys(("maximum", "minimum"), (1, 9)),
    "where": (3, 3),
}
"""Every function with the least and greatest number of its arguments."""
OVER = frozenset({"sum", "mean", "var", "norm", "argmax", "max", "min", "softmax", "normalize", "maximum", "minimum"})
"""The functions that take `over=axis`."""
LEVELS = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 4),
    **dict.fromkeys("+-", 5),
    **dict.fromkeys("*/%@", 6),
    "or": 1,
    "and": 2,
    "^": 8,
}
NOT, COMPARE, MINUS, POWER = 3, 4, 7, 8


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    value: int | float
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    """A name, or a path: `code.mean`, `three.1`, `input.channels`."""

    parts: tuple[str, ...]
    place: Place = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Unary:
    """`operator` is `-` or `not`."""

    operator: str
    operand: Node
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`operator` is one of `LEVELS`."""

    operator: str
    left: Node
    right: Node
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments, over: axis)`; `over` is the axis that a reduction runs over, None: all."""

    function: str
    arguments: tuple[Node, ...]
    over: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


Node = Number | Path | Unary | Binary | Call


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as written, and what it says. `place` is the formula's first character."""

    text: str
    tree: Node
    place: Place = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return self.text


class FormulaMistake(Exception):  # noqa: N818  a mistake of the user's, not a failure of ours
    """A formula that cannot be read or computed: a code, the exact place, and the way out."""

    def __init__(self, code: str, place: Place, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.code, self.place, self.message, self.suggestion = code, place, message, suggestion

    def record(self, diagnostics: Diagnostics) -> None:
        diagnostics.error(self.code, self.place, self.message, self.suggestion)


def names(node: Node) -> tuple[Path, ...]:
    """Every name the formula reads, in order of their places."""
    match node:
        case Path():
            return (node,)
        case Unary():
            return names(node.operand)
        case Binary():
            return names(node.left) + names(node.right)
        case Call():
            return tuple(name for argument in node.arguments for name in names(argument))
        case Number():
            return ()


def written(node: Node, level: int = 0) -> str:
    """The formula in the one standard way: blanks around operators, no bracket that is not needed."""
    match node:
        case Number(value=value):
            return repr(value)
        case Path():
            return str(node)
        case Call(function=function, arguments=arguments, over=over):
            words = [written(argument) for argument in arguments] + ([f"over={over}"] if over else [])
            return f"{function}({', '.join(words)})"
        case Unary(operator="not", operand=operand):
            return _bracketed(f"not {written(operand, NOT + 1)}", level > NOT)
        case Unary(operand=operand):
            return _bracketed(f"-{written(operand, POWER)}", level > MINUS)
        case Binary(operator=operator):
            own = LEVELS[operator]
            left, right = (own + 1, MINUS) if operator == "^" else (own, own + 1)
            if own == COMPARE:
                left = own + 1
            blank = "" if operator == "^" else " "
            text = f"{written(node.left, left)}{blank}{operator}{blank}{written(node.right, right)}"
            return _bracketed(text, level > own)


def _bracketed(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


class Unknown:
    """A value that is not known yet: what is computed from it is not known either."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()
Value = bool | int | float | str | Unknown
LARGEST = 1e300
"""No number of a formula may be larger: larger ones are a slip, and whole ones without bound eat the machine."""


def evaluate(formula: Formula, env: Mapping[str, object]) -> Value:
    """The number, truth or word that a formula comes to. `env` holds values by name or by whole path.

    A quotient that comes out whole is a whole number. A single name that `env` lacks is a word when it is
    compared with one (`form == pre`). `a.1` is the first item of a list `a`. Raises FormulaMistake.
    """
    return _value(formula.tree, env)


def _value(node: Node, env: Mapping[str, object]) -> Value:
    match node:
        case Number(value=value):
            return value
        case Path():
            return _looked_up(node, env)
        case Unary(operator="not"):
            return _not(_value(node.operand, env), node.operand)
        case Unary():
            operand = _number(_value(node.operand, env), node.operand)
            return operand if isinstance(operand, Unknown) else -operand
        case Call():
            return _called(node, env)
        case Binary(operator="and" | "or"):
            return _joined(node, env)
        case Binary(operator="==" | "!="):
            return _equal(node, env)
        case Binary():
            return _arithmetic(node, env)


def _looked_up(path: Path, env: Mapping[str, object]) -> Value:
    value = env.get(str(path), path)
    if value is path:
        value = env.get(path.parts[0], path)
        for step in path.parts[1:]:
            value = _item(value, step, path)
    if value is path:
        raise FormulaMistake("E111", path.place, f"nothing here is called `{path}`", did_you_mean(str(path), env))
    if isinstance(value, bool | int | float | str | Unknown):
        return value
    raise FormulaMistake(
        "E130", path.place, f"`{path}` is a list, where a number should stand", "Write its item: `.1`."
    )


def _item(value: object, step: str, path: Path) -> object:
    if isinstance(value, Unknown | Path):
        return value
    if isinstance(value, list | tuple):
        if step.isdigit() and 1 <= int(step) <= len(value):
            return value[int(step) - 1]
        raise FormulaMistake("E130", path.place, f"`{path}`: the list has items 1 to {len(value)}")
    raise FormulaMistake("E130", path.place, f"`{path}`: `{path.parts[0]}` is no list", f"Write `{path.parts[0]}`.")


def _number(value: Value, node: Node) -> int | float | Unknown:
    if isinstance(value, bool | str):
        raise FormulaMistake("E130", node.place, f"`{written(node)}` is {_shown(value)}, where a number should stand")
    return value


def _not(value: Value, node: Node) -> Value:
    return value if isinstance(value, Unknown) else not _truth(value, node)


def _truth(value: Value, node: Node) -> bool:
    if not isinstance(value, bool):
        raise FormulaMistake(
            "E130", node.place, f"`{written(node)}` is {_shown(value)}, where true or false should stand",
            "Compare it, as in `x > 0`.",
        )  # fmt: skip
    return value


def _joined(node: Binary, env: Mapping[str, object]) -> Value:
    decided = node.operator == "or"
    left = _value(node.left, env)
    if not isinstance(left, Unknown) and _truth(left, node.left) is decided:
        return decided
    right = _value(node.right, env)
    if not isinstance(right, Unknown) and _truth(right, node.right) is decided:
        return decided
    return UNKNOWN if isinstance(left, Unknown) or isinstance(right, Unknown) else not decided


def _equal(node: Binary, env: Mapping[str, object]) -> Value:
    left, right = _side(node.left, env), _side(node.right, env)
    if isinstance(left, Path) or isinstance(right, Path):
        known = right if isinstance(left, Path) else left
        if isinstance(known, Unknown):
            return UNKNOWN
        if not isinstance(known, str):
            _value(left if isinstance(left, Path) else node.right, env)
    same = str(left) == str(right) if isinstance(left, Path) or isinstance(right, Path) else left == right
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    return same is (node.operator == "==")


def _side(node: Node, env: Mapping[str, object]) -> Value | Path:
    """A side of a comparison; a name that stands for nothing is left as it is: it may be a word."""
    if isinstance(node, Path) and len(node.parts) == 1 and node.parts[0] not in env:
        return node
    return _value(node, env)


def _called(node: Call, env: Mapping[str, object]) -> Value:
    if node.function not in ON_NUMBERS or node.over:
        raise FormulaMistake(
            "E130",
            node.place,
            f"`{node.function}` works on tensors, and this formula is computed before there are any",
            f"On numbers there are {', '.join(sorted(ON_NUMBERS))}.",
        )
    values = [_number(_value(argument, env), argument) for argument in node.arguments]
    known = [value for value in values if not isinstance(value, Unknown)]
    if len(known) < len(values):
        return UNKNOWN
    return _bounded(lambda: ON_NUMBERS[node.function](*known), node)


def _arithmetic(node: Binary, env: Mapping[str, object]) -> Value:
    left = _number(_value(node.left, env), node.left)
    right = _number(_value(node.right, env), node.right)
    if node.operator == "@":
        raise FormulaMistake("E130", node.place, "`@` multiplies tensors, and these are numbers", "Write `*`.")
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    return _bounded(lambda: ARITHMETIC[node.operator](left, right), node)


def _bounded(compute: Callable[[], Value], node: Node) -> Value:
    """The result, refused where it is no real number or too large to be meant."""
    try:
        result = compute()
    except ZeroDivisionError:
        raise FormulaMistake("E130", node.place, f"`{written(node)}` divides by 0") from None
    except (ValueError, OverflowError):
        raise FormulaMistake("E130", node.place, f"`{written(node)}` is not a number that can be computed") from None
    if isinstance(result, complex) or not abs(result) <= LARGEST:  # type: ignore[arg-type]
        raise FormulaMistake("E130", node.place, f"`{written(node)}` is not a number that can be computed")
    return result


def _power(base: float, exponent: float) -> float:
    if isinstance(base, int) and isinstance(exponent, int) and abs(exponent) * base.bit_length() > 1000:
        raise OverflowError
    result: float = base**exponent
    return result


def _quotient(left: float, right: float) -> int | float:
    if isinstance(left, int) and isinstance(right, int) and right and left % right == 0:
        return left // right
    quotient = left / right
    return int(quotient) if quotient.is_integer() and abs(quotient) < 2**53 else quotient


def _shown(value: Value) -> str:
    return f"the word `{value}`" if isinstance(value, str) else str(value).lower()


ARITHMETIC: dict[str, Callable[[float, float], Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _quotient,
    "%": lambda a, b: a % b,
    "^": _power,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
ON_NUMBERS: dict[str, Callable[..., int | float]] = {
    "min": lambda *a: min(a),
    "max": lambda *a: max(a),
    "minimum": lambda *a: min(a),
    "maximum": lambda *a: max(a),
    "ceil": math.ceil,
    "floor": math.floor,
    "round": lambda a: math.floor(a + 0.5),
    "sqrt": math.sqrt,
    "log": math.log,
    "log2": math.log2,
    "exp": math.exp,
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "square": lambda a: a * a,
}
