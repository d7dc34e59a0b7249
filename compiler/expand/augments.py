"""Changes of an example drawn anew each time it is trained on, in ops inside the step.

What is drawn hangs on the seed, the step's place in the file, the step of training and the row of the data: not on
threads, nor on where in the batch a row stands, so that a run that goes on draws what it would have drawn. Columns
of one example draw the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from ..experiment import Augment
from ..graph import Value
from ..types import BATCH, Shape, TensorType
from .layers import stream
from .registry import AUGMENTS, Changing, Scene, augment

Amount = Value | float
"""A number an example (B, 1), or one for all."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the points of a picture are taken from, counted from the middle: row = a v + b u + c, column = d v + e u + f.

    `size` is that of the result; `edge`: what lies outside is as the edge is, else 0.
    """

    numbers: tuple[Amount, Amount, Amount, Amount, Amount, Amount]
    size: tuple[int, int]
    edge: bool | None

    def then(self, after: Moved) -> Moved:
        """Both as one: `after` looks at what this one makes."""
        a, b, c, d, e, f = self.numbers
        g, h, i, j, k, m = after.numbers
        row = (_sum(_times(a, g), _times(b, j)), _sum(_times(a, h), _times(b, k)))
        column = (_sum(_times(d, g), _times(e, j)), _sum(_times(d, h), _times(e, k)))
        right = _sum(_sum(_times(a, i), _times(b, m)), c)
        left = _sum(_sum(_times(d, i), _times(e, m)), f)
        return Moved((*row, right, *column, left), after.size, self.edge if after.edge is None else after.edge)


def augmented(scene: Scene, value: Value, steps: tuple[Augment, ...], limits: tuple[float, float] | None) -> Value:
    """An example's numbers after all steps; where nothing is trained, only cut to the size that crops give."""
    if scene.mode != "train":
        for step in steps:
            value = _middle(value, step.pair("size")) if step.kind == "crop" else value
        return value
    if value.type.dtype == "int32" and steps:
        real = scene.builder.add("cast", [value], dtype="float32")
        return scene.builder.add("cast", [_changed(scene, real, steps, None, nearest=True)], dtype="int32")
    return _changed(scene, value, steps, limits)


def _changed(
    scene: Scene, value: Value, steps: tuple[Augment, ...], limits: tuple[float, float] | None, *, nearest: bool = False
) -> Value:
    changing = Changing(scene, value, limits, nearest)
    for step in steps:
        AUGMENTS[step.kind](changing, step)
    return _settled(changing)


def _middle(value: Value, size: tuple[int, int]) -> Value:
    for axis, length in zip((1, 2), size, strict=True):
        whole = cast(int, value.type.shape[axis])
        if length < whole:
            start = (whole - length) // 2
            value = value.builder.add("slice", [value], axis=axis, start=start, stop=start + length)
    return value


# draws


def _drawn(changing: Changing, step: Augment, purpose: str, shape: Shape = (BATCH, 1)) -> Value:
    """Uniform in [0, 1), of this step of training and this row."""
    scene = changing.scene
    key = stream(scene.experiment.seed, f"data.augment.{step.number}", purpose)
    return scene.builder.add("uniform", [scene.clock(), scene.rows()], key=key, shape=shape)


def _between(drawn: Value, low: float, high: float) -> Amount:
    """`drawn` brought from [0, 1) to [low, high)."""
    return low if low == high else _sum(_times(drawn, high - low), low)


def _whole(drawn: Value, most: int) -> Amount:
    """One of 0 … most, each as likely."""
    return drawn.builder.add("floor", [drawn * float(most + 1)]) if most else 0.0


# steps that move the points of a picture


@augment("flip")
def flip(changing: Changing, step: Augment) -> None:
    """x or its mirror."""
    mirrored = changing.value.builder.add("less", [_drawn(changing, step, "flip"), cast(float, step.options["chance"])])
    sign = cast(Value, 1.0 - mirrored * 2.0)
    down, across = (sign, 1.0) if step.options["way"] == "up_down" else (1.0, sign)
    _move(changing, (down, 0.0, 0.0, 0.0, across, 0.0))


@augment("shift")
def shift(changing: Changing, step: Augment) -> None:
    """x a whole number of points further down and across."""
    by = [_sum(_whole(_drawn(changing, step, axis), 2 * most), -float(most))
          for axis, most in zip(("down", "across"), step.pair("by"), strict=True)]  # fmt: skip
    _move(changing, (1.0, 0.0, by[0], 0.0, 1.0, by[1]), step)


@augment("crop")
def crop(changing: Changing, step: Augment) -> None:
    """A window of x, each place as likely."""
    size, pad = step.pair("size"), cast(int, step.options["pad"])
    places = list[Amount]()
    for axis, window, whole in zip(("down", "across"), size, _size(changing), strict=True):
        first = _whole(_drawn(changing, step, axis), whole + 2 * pad - window)
        # the window's middle, from the picture's
        places.append(_sum(first, (window - whole) / 2 - pad))
    _move(changing, (1.0, 0.0, places[0], 0.0, 1.0, places[1]), step, size)


@augment("rotate")
def rotate(changing: Changing, step: Augment) -> None:
    """x turned round its middle."""
    most = math.radians(cast(float, step.options["by"]))
    angle = _between(_drawn(changing, step, "angle"), -most, most)
    if isinstance(angle, float):
        return
    sine, cosine = (angle.builder.add(name, [angle]) for name in ("sin", "cos"))
    _move(changing, (cosine, sine, 0.0, cast(Value, -sine), cosine, 0.0), step)


@augment("zoom")
def zoom(changing: Changing, step: Augment) -> None:
    """x made larger by a factor, round its middle."""
    low, high = (float(cast(float, step.options[name])) for name in ("low", "high"))
    factor = _between(_drawn(changing, step, "factor"), low, high)
    inverse: Amount = 1.0 / factor if isinstance(factor, float) else factor.builder.add("reciprocal", [factor])
    _move(changing, (inverse, 0.0, 0.0, 0.0, inverse, 0.0), step)


def _size(changing: Changing) -> tuple[int, int]:
    moved = changing.moved
    return moved.size if isinstance(moved, Moved) else cast("tuple[int, int]", changing.value.type.shape[1:3])


def _move(
    changing: Changing, numbers: tuple[Amount, Amount, Amount, Amount, Amount, Amount],
    step: Augment | None = None, size: tuple[int, int] | None = None,
) -> None:  # fmt: skip
    """Take the points from elsewhere: together with the steps before, where these have the same round the picture."""
    edge = None if step is None else step.options["outside"] == "edge"
    moved = Moved(numbers, size or _size(changing), edge)
    before = changing.moved
    if isinstance(before, Moved) and None not in (edge, before.edge) and before.edge is not edge:
        changing.value, before = _settled(changing), None
    changing.moved = before.then(moved) if isinstance(before, Moved) else moved


def _settled(changing: Changing) -> Value:
    """The picture, moved as the steps so far say."""
    moved = changing.moved
    if not isinstance(moved, Moved):
        return changing.value
    changing.value = _warped(changing.value, moved, nearest=changing.nearest)
    changing.moved = None
    return changing.value


def _warped(picture: Value, moved: Moved, *, nearest: bool = False) -> Value:
    builder, shape = picture.builder, picture.type.shape
    if len(shape) == 3:
        single = _warped(builder.add("reshape", [picture], shape=(*shape, 1)), moved, nearest=nearest)
        return builder.add("reshape", [single], shape=single.type.shape[:-1])
    numbers = [
        builder.constant(number, TensorType((BATCH, 1))) if isinstance(number, float) else number
        for number in moved.numbers
    ]
    map = builder.add("concat", numbers, axis=1)
    return builder.add("warp", [picture, map], size=moved.size, nearest=nearest, edge=bool(moved.edge))


# steps that change what is seen


@augment("noise")
def noise(changing: Changing, step: Augment) -> None:
    """x + deviation n.  Source: Box & Muller 1958."""
    x = _settled(changing)
    shape: Shape = (BATCH, *x.type.shape[1:]) if x.type.rank > 1 else (BATCH, 1)
    first, second = (_drawn(changing, step, purpose, shape) for purpose in ("radius", "angle"))
    add = x.builder.add
    radius = add("sqrt", [cast(Value, -2.0 * add("log", [cast(Value, 1.0 - first)]))])
    normal = cast(Value, radius * add("cos", [cast(Value, 2.0 * math.pi * second)]))
    if x.type.rank == 1:
        normal = add("reshape", [normal], shape=x.type.shape)
    changing.value = cast(Value, x + normal * cast(float, step.options["deviation"]))
    changing.limits = None


@augment("brightness")
def brightness(changing: Changing, step: Augment) -> None:
    """x + by u, within the range that is known."""
    x, by = _settled(changing), float(cast(float, step.options["by"]))
    add, per_channel = x.builder.add, step.options["per"] == "channel"
    shape: Shape = (BATCH, x.type.shape[-1] if per_channel else 1)
    change = _between(_drawn(changing, step, "change", shape), -by, by)
    if isinstance(change, float):
        return
    axes = (0, x.type.rank - 1) if per_channel else (0,)
    change = change if per_channel else add("reshape", [change], shape=(BATCH,))
    lighter = cast(Value, x + add("broadcast", [change], shape=x.type.shape, axes=axes))
    if changing.limits is not None:
        low, high = changing.limits
        lighter = add("minimum", [add("maximum", [lighter, low]), high])
    changing.value = lighter


@augment("cutout")
def cutout(changing: Changing, step: Augment) -> None:
    """x, and `fill` in a square whose middle is any point of it.  Source: DeVries & Taylor 2017."""
    x, (height, width) = _settled(changing), _size(changing)
    size = step.pair("size") if step.options["size"] is not None else (max(1, height // 2), max(1, width // 2))
    builder, places = x.builder, list[Amount]()
    for axis, hidden, whole in zip(("down", "across"), size, (height, width), strict=True):
        middle = _whole(_drawn(changing, step, axis), whole - 1)
        # from the square's middle: where its first point stands, and half of what each is long
        places.append(_sum(_times(middle, -1.0), float(hidden // 2) + (whole - hidden) / 2))
    # a plain square, moved to its place: 1 where it lies, 0 elsewhere
    square = builder.constant(1.0, TensorType((BATCH, *size)))
    moved = Moved((1.0, 0.0, places[0], 0.0, 1.0, places[1]), (height, width), edge=False)
    covered = builder.add("broadcast", [_warped(square, moved)], shape=x.type.shape, axes=(0, 1, 2))
    changing.value = builder.add("where", [covered, float(cast(float, step.options["fill"])), x])


# numbers, some of them known


def _times(left: Amount, right: Amount) -> Amount:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, float) and one in (0.0, 1.0):
            return other if one else 0.0
    return cast(Amount, left * right)


def _sum(left: Amount, right: Amount) -> Amount:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, float) and one == 0.0:
            return other
    return cast(Amount, left + right)
