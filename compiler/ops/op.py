"""What an op is: one block of code that says all there is to know about a tensor operation.

    @op("*S -> *S", draws=(normal((3, 5)),))
    def tanh(x):
        '''tanh(x), between -1 and 1.  Source: own.'''
        return np.tanh(x)

    @tanh.scalar            # kernel body, `math` only
    def _(x):
        return math.tanh(x)

    @tanh.vjp               # gradient: one cotangent per input (None where there is none), written with ops
    def _(g, y, x):
        return (g * (1.0 - y * y),)

Calling an op on arrays runs the oracle (NumPy, slow, obvious); calling it on `Symbol`s adds a node to the
graph being built. So a gradient, a layer or a rewrite written with ops reads like arithmetic.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..types import DType, TensorType

OpClass = Literal["leaf", "elementwise", "reduction", "movement", "contraction", "composite"]
"""How emission sees an op. `composite` ops are replaced by the pass `decompose` before any kernel is made."""

REGISTRY: dict[str, Op] = {}


class Symbol(abc.ABC):
    """A tensor that does not exist yet. Arithmetic on symbols adds nodes to the graph being built."""

    type: TensorType

    @abc.abstractmethod
    def apply(self, op: Op, inputs: Sequence[object], attrs: Mapping[str, object]) -> Symbol:
        """The result of `op` on `inputs` (symbols, or numbers to be made constants of the right shape)."""

    def __add__(self, other: object) -> Symbol:
        return _symbol("add", self, other)

    def __radd__(self, other: object) -> Symbol:
        return _symbol("add", other, self)

    def __sub__(self, other: object) -> Symbol:
        return _symbol("subtract", self, other)

    def __rsub__(self, other: object) -> Symbol:
        return _symbol("subtract", other, self)

    def __mul__(self, other: object) -> Symbol:
        return _symbol("multiply", self, other)

    def __rmul__(self, other: object) -> Symbol:
        return _symbol("multiply", other, self)

    def __truediv__(self, other: object) -> Symbol:
        return _symbol("divide", self, other)

    def __rtruediv__(self, other: object) -> Symbol:
        return _symbol("divide", other, self)

    def __neg__(self) -> Symbol:
        return _symbol("negative", self)


def _symbol(name: str, *inputs: object) -> Symbol:
    made: Symbol = REGISTRY[name](*inputs)
    return made


@dataclass(frozen=True, slots=True)
class Draw:
    """A recipe for one test of an op: its inputs' shapes, how their values are drawn, and its attributes."""

    shapes: tuple[tuple[int, ...], ...]
    values: str = "normal"
    """normal | positive | edges (0, 1, -1, huge and tiny) | labels (whole numbers, by the dtypes)"""
    attrs: Mapping[str, object] = field(default_factory=dict)
    dtypes: tuple[DType, ...] = ()
    """One per input where they are not all floats; empty: all take the tested float type."""


@dataclass(slots=True, eq=False)
class Op:
    """One tensor operation. The four rules are attached by decorators, so a misspelt one cannot go unused."""

    name: str
    kind: OpClass
    signature: str
    oracle: Callable[..., Any]
    attrs: Mapping[str, object]
    """Attribute names with their defaults (`...`: required)."""
    draws: tuple[Draw, ...]
    result: DType | Literal["same"] = "same"
    no_gradient: str | None = None
    """Why the op has no gradient; the only way to have none."""
    keeps_zero: bool = False
    """Elementwise and 0 wherever all inputs are 0: may run over padding without a mask."""
    scalar_body: Callable[..., Any] | None = None
    vjp_rule: Callable[..., Any] | None = None
    shape_rule: Callable[..., TensorType] | None = None

    @property
    def doc(self) -> str:
        return self.oracle.__doc__ or ""

    def __call__(self, *inputs: Any, **attrs: Any) -> Any:
        full = self.complete(attrs)
        for value in inputs:
            if isinstance(value, Symbol):
                return value.apply(self, inputs, full)
        return self.oracle(*inputs, **full)

    def complete(self, attrs: Mapping[str, object]) -> dict[str, object]:
        """`attrs` with the defaults written out, in declared order; unknown or missing ones are refused."""
        unknown = attrs.keys() - self.attrs.keys()
        full = {name: attrs.get(name, default) for name, default in self.attrs.items()}
        missing = [name for name, value in full.items() if value is ...]
        if unknown or missing:
            raise TypeError(f"{self.name}: unknown attributes {sorted(unknown)}, missing {missing}")
        return full

    def scalar(self, body: Callable[..., Any]) -> None:
        """Attach the kernel body of an elementwise op: `math` and arithmetic on scalars only."""
        self.scalar_body = body

    def vjp(self, rule: Callable[..., Any]) -> None:
        """Attach the gradient: `rule(g, y, *inputs, **attrs)` -> one cotangent per input, or None."""
        self.vjp_rule = rule

    def shape(self, rule: Callable[..., TensorType]) -> None:
        """Attach `rule(*input_types, **attrs) -> TensorType` for sizes the signature cannot say."""
        self.shape_rule = rule


def op(
    signature: str,
    *,
    kind: OpClass = "elementwise",
    attrs: Mapping[str, object] | None = None,
    draws: tuple[Draw, ...] = (),
    result: DType | Literal["same"] = "same",
    because: str | None = None,
    keeps_zero: bool = False,
) -> Callable[[Callable[..., Any]], Op]:
    """Register the decorated NumPy function, the op's oracle, under its own name."""

    def register(oracle: Callable[..., Any]) -> Op:
        name = oracle.__name__.rstrip("_")
        assert name not in REGISTRY, f"op {name} is declared twice"
        REGISTRY[name] = Op(name, kind, signature, oracle, attrs or {}, draws, result, because, keeps_zero)
        return REGISTRY[name]

    return register


def normal(*shapes: tuple[int, ...], dtypes: tuple[DType, ...] = (), **attrs: object) -> Draw:
    """Inputs of these shapes, drawn from N(0, 1) and kept away from 0."""
    return Draw(shapes, "normal", attrs, dtypes)


def positive(*shapes: tuple[int, ...], dtypes: tuple[DType, ...] = (), **attrs: object) -> Draw:
    """Inputs of these shapes, from 0.3 to 2."""
    return Draw(shapes, "positive", attrs, dtypes)


def edges(*shapes: tuple[int, ...], dtypes: tuple[DType, ...] = (), **attrs: object) -> Draw:
    """Inputs of these shapes at the corners: 0, 1 and -1, and numbers of very large and very small amount."""
    return Draw(shapes, "edges", attrs, dtypes)


def labels(*shapes: tuple[int, ...], dtypes: tuple[DType, ...] = (), **attrs: object) -> Draw:
    """Inputs of these shapes; those whose dtype is whole are numbers of classes."""
    return Draw(shapes, "labels", attrs, dtypes)
