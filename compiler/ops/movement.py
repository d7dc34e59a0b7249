"""Moving values without changing them: shapes, slices, joins, rows of tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..types import Dim, Shape, TensorType, product
from .op import REGISTRY, labels, normal, op


@op(
    "... -> ...",
    kind="movement",
    attrs={"shape": ..., "axes": ...},
    draws=(normal((3,), shape=(2, 3), axes=(1,)), normal((2, 3), shape=(2, 3, 4), axes=(0, 1))),
)
def broadcast(x: Any, *, shape: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """x repeated over new axes: input axis i becomes output axis axes[i].  Source: own."""
    x = np.asarray(x)
    spread = [1] * len(shape)
    for i, axis in enumerate(axes):
        spread[axis] = x.shape[i]
    return np.broadcast_to(x.reshape(spread), shape)


@broadcast.shape
def _(x: TensorType, *, shape: Shape, axes: tuple[int, ...]) -> TensorType:
    if len(axes) != x.rank or tuple(shape[a] for a in axes) != x.shape or list(axes) != sorted(set(axes)):
        raise ShapeError(f"broadcast: {x} does not spread over {shape} by axes {axes}")
    return TensorType(shape, x.dtype)


@broadcast.vjp
def _(g: Any, _y: Any, x: Any, *, shape: Shape, axes: tuple[int, ...]) -> Any:
    new = tuple(axis for axis in range(len(shape)) if axis not in axes)
    return (REGISTRY["sum"](g, axes=new) if new else g,)


@op(
    "... -> ...",
    kind="movement",
    attrs={"shape": ...},
    draws=(normal((2, 6), shape=(2, 3, 2)), normal((2, 3, 2), shape=(2, 6))),
)
def reshape(x: Any, *, shape: tuple[int, ...]) -> Any:
    """The same elements in the same order in another shape.  Source: own."""
    return np.asarray(x).reshape(shape)


@reshape.shape
def _(x: TensorType, *, shape: Shape) -> TensorType:
    if x.elements != product(shape):
        raise ShapeError(f"reshape: {x} has {x.elements} elements, {shape} has {product(shape)}")
    return TensorType(shape, x.dtype)


reshape.vjp(lambda g, _, x, *, shape: (reshape(g, shape=x.type.shape),))


@op("... -> ...", kind="movement", attrs={"order": ...}, draws=(normal((2, 3, 4), order=(2, 0, 1)),))
def transpose(x: Any, *, order: tuple[int, ...]) -> Any:
    """Output axis i is input axis order[i].  Source: own."""
    return np.transpose(x, order)


@transpose.shape
def _(x: TensorType, *, order: tuple[int, ...]) -> TensorType:
    if sorted(order) != list(range(x.rank)):
        raise ShapeError(f"transpose: {order} is no order of the {x.rank} axes of {x}")
    return TensorType(tuple(x.shape[axis] for axis in order), x.dtype)


@transpose.vjp
def _(g: Any, _y: Any, x: Any, *, order: tuple[int, ...]) -> Any:
    back = tuple(order.index(axis) for axis in range(len(order)))
    return (transpose(g, order=back),)


@op(
    "... -> ...",
    kind="movement",
    attrs={"axis": ..., "start": ..., "stop": ...},
    draws=(normal((3, 5), axis=1, start=1, stop=4),),
)
def slice_(x: Any, *, axis: int, start: int, stop: int) -> Any:
    """Positions start to stop (not included) along an axis.  Source: own."""
    return np.take(x, np.arange(start, stop), axis=axis)


@slice_.shape
def _(x: TensorType, *, axis: int, start: int, stop: int) -> TensorType:
    length = x.shape[axis]
    if not isinstance(length, int) or not 0 <= start < stop <= length:
        raise ShapeError(f"slice: positions {start} to {stop} of an axis of {length}")
    return TensorType((*x.shape[:axis], stop - start, *x.shape[axis + 1 :]), x.dtype)


@slice_.vjp
def _(g: Any, _y: Any, x: Any, *, axis: int, start: int, stop: int) -> Any:
    return (pad(g, axis=axis, before=start, after=x.type.shape[axis] - stop),)


@op(
    "... -> ...",
    kind="movement",
    attrs={"axis": ..., "before": ..., "after": ...},
    draws=(normal((3, 5), axis=1, before=2, after=1),),
)
def pad(x: Any, *, axis: int, before: int, after: int) -> Any:
    """Zeros before and after along an axis.  Source: own."""
    widths = [(0, 0)] * np.ndim(x)
    widths[axis] = (before, after)
    return np.pad(x, widths)


@pad.shape
def _(x: TensorType, *, axis: int, before: int, after: int) -> TensorType:
    length = x.shape[axis]
    if not isinstance(length, int) or before < 0 or after < 0:
        raise ShapeError(f"pad: {before} before and {after} after an axis of {length}")
    return TensorType((*x.shape[:axis], before + length + after, *x.shape[axis + 1 :]), x.dtype)


@pad.vjp
def _(g: Any, _y: Any, x: Any, *, axis: int, before: int, after: int) -> Any:
    return (slice_(g, axis=axis, start=before, stop=before + x.type.shape[axis]),)


@op("... -> ...", kind="movement", attrs={"axis": ...}, draws=(normal((3, 2), (3, 4), (3, 1), axis=1),))
def concat(*parts: Any, axis: int) -> Any:
    """The parts one after another along an axis; their other sizes are equal.  Source: own."""
    return np.concatenate(parts, axis=axis)


@concat.shape
def _(*parts: TensorType, axis: int) -> TensorType:
    lengths = [part.shape[axis] for part in parts]
    others = {(*part.shape[:axis], *part.shape[axis + 1 :]) for part in parts}
    if len(others) > 1 or not all(isinstance(length, int) for length in lengths):
        raise ShapeError(f"concat along axis {axis}: {', '.join(map(str, parts))}")
    total: Dim = sum(length for length in lengths if isinstance(length, int))
    return TensorType((*parts[0].shape[:axis], total, *parts[0].shape[axis + 1 :]), parts[0].dtype)


@concat.vjp
def _(g: Any, _y: Any, *parts: Any, axis: int) -> Any:
    cut, start = [], 0
    for part in parts:
        stop = start + part.type.shape[axis]
        cut.append(slice_(g, axis=axis, start=start, stop=stop))
        start = stop
    return tuple(cut)


@op(
    "N *S, B -> B *S",
    kind="movement",
    draws=(labels((6, 3), (4,), dtypes=("float32", "int64")),),
)
def take(table: Any, index: Any) -> Any:
    """Row index[b] of the table for each b; the gradient adds up in the rows taken.  Source: own."""
    return np.asarray(table)[index]


take.shape(lambda table, index: TensorType((*index.shape, *table.shape[1:]), table.dtype))


@take.vjp
def _(g: Any, _y: Any, table: Any, index: Any) -> Any:
    return scatter_add(g, index, length=table.type.shape[0]), None


@op(
    "B *S, B -> ...",
    kind="movement",
    attrs={"length": ...},
    draws=(labels((4, 3), (4,), dtypes=("float32", "int64"), length=6),),
)
def scatter_add(x: Any, index: Any, *, length: int) -> Any:
    """A table of `length` rows, zero but for row index[b] += x[b], in the order of b.  Source: own."""
    made = np.zeros((length, *np.shape(x)[1:]), np.asarray(x).dtype)
    np.add.at(made, index, x)
    return made


scatter_add.shape(lambda x, index, *, length: TensorType((length, *x.shape[1:]), x.dtype))
scatter_add.vjp(lambda g, _, x, index, *, length: (take(g, index), None))


@op(
    "*S -> ...",
    kind="movement",
    attrs={"classes": ...},
    draws=(labels((5,), dtypes=("int32",), classes=4),),
    because="its input is a whole number",
    result="float32",
)
def one_hot(label: Any, *, classes: int) -> Any:
    """1 at position `label` of a new last axis, 0 elsewhere; all 0 for a label out of range.  Source: own."""
    return (np.asarray(label)[..., None] == np.arange(classes)).astype(np.float32)


one_hot.shape(lambda label, *, classes: TensorType((*label.shape, classes), "float32"))


@op("*S -> *S", kind="movement", draws=(normal((3, 5)),))
def relayout(x: Any) -> Any:
    """x itself; a copy that may lie in memory in another way.  Source: own."""
    return np.asarray(x)


relayout.vjp(lambda g, _, x: (g,))
