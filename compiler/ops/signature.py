"""The shape rule of an op: its signature's named sizes, unified with the shapes of its inputs.

"M K, K N -> M N"     single names: one axis each; equal names are equal sizes
"*S, *S -> *S"        a starred name is any number of axes
"... -> ..."          sizes the signature cannot say: the op has an own shape rule
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from ..errors import ShapeError
from ..types import Dim, DType, Shape, TensorType
from .op import Op

Axes = tuple[str, ...]


@cache
def parse(signature: str) -> tuple[tuple[Axes, ...], Axes]:
    """The axis names of each input and of the result."""
    left, _, right = signature.partition("->")
    inputs = tuple(tuple(part.split()) for part in left.split(",")) if left.strip() else ()
    return inputs, tuple(right.split())


def result_type(op: Op, inputs: Sequence[TensorType], attrs: Mapping[str, object]) -> TensorType:
    """The type of `op`'s result; `ShapeError` when the inputs' sizes do not agree."""
    if op.shape_rule is not None:
        return op.shape_rule(*inputs, **attrs)
    wanted, result = parse(op.signature)
    if len(wanted) != len(inputs):
        raise ShapeError(f"{op.name} takes {len(wanted)} inputs, not {len(inputs)}")
    sizes = unify(op.name, op.signature, wanted, [kind.shape for kind in inputs])
    shape: list[Dim] = []
    for name in result:
        found = sizes[name]
        shape += found if isinstance(found, tuple) else [found]
    return TensorType(tuple(shape), _dtype(op, inputs))


def unify(name: str, signature: str, wanted: Sequence[Axes], shapes: Sequence[Shape]) -> dict[str, Dim | Shape]:
    """Bind each named size; the first clash is refused with both numbers and where they come from."""
    bound: dict[str, tuple[Dim | Shape, int]] = {}
    for port, (axes, shape) in enumerate(zip(wanted, shapes, strict=True)):
        for axis, size in _match(name, signature, axes, shape, shapes):
            known = bound.setdefault(axis, (size, port))
            if known[0] != size:
                raise ShapeError(
                    f"{name}: size {axis.lstrip('*')} is {_show(known[0])} in input {known[1] + 1}"
                    f" but {_show(size)} in input {port + 1}.\n"
                    f"  signature: {signature}\n  got:       {', '.join(_show(s) for s in shapes)}"
                )
    return {axis: size for axis, (size, _) in bound.items()}


def _match(
    name: str, signature: str, axes: Axes, shape: Shape, shapes: Sequence[Shape]
) -> list[tuple[str, Dim | Shape]]:
    star = next((i for i, axis in enumerate(axes) if axis.startswith("*")), None)
    plain = len(axes) - (star is not None)
    if len(shape) < plain or (star is None and len(shape) != plain):
        raise ShapeError(
            f"{name}: an input of {len(shape)} axes stands where {' '.join(axes) or 'a number'} is meant.\n"
            f"  signature: {signature}\n  got:       {', '.join(_show(s) for s in shapes)}"
        )
    if star is None:
        return list(zip(axes, shape, strict=True))
    after = len(axes) - star - 1
    stop = len(shape) - after
    return [
        *zip(axes[:star], shape[:star], strict=True),
        (axes[star], shape[star:stop]),
        *zip(axes[star + 1 :], shape[stop:], strict=True),
    ]


def _dtype(op: Op, inputs: Sequence[TensorType]) -> DType:
    if op.result != "same":
        return op.result
    floats = [kind.dtype for kind in inputs if kind.dtype.startswith("float")]
    return floats[0] if floats else inputs[0].dtype


def _show(shape: Dim | Shape) -> str:
    return "(" + ", ".join(map(str, shape)) + ")" if isinstance(shape, tuple) else str(shape)
