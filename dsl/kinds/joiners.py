"""Joiners: several tensors become one. They take a list of names, or named branches."""

from __future__ import annotations

from .kind import Kind, Option, SizeMistake, Sizes, register
from .sizes import Options, Shapes, said

AXES: dict[int, tuple[str, ...]] = {
    1: ("channels",),
    2: ("time", "channels"),
    3: ("height", "width", "channels"),
    4: ("depth", "height", "width", "channels"),
}
"""Names of the axes by how many there are; `features` is another word for `channels`."""
AXIS = Option("axis", "text", None, "name of the axis; left out: the last")
DROP = Option(
    "drop",
    "number",
    None,
    "chance to leave a branch out in training",
    low=0,
    high=1,
    open_high=True,
    later=True,
)


def same_sizes(shapes: Shapes, options: Options) -> Sizes:
    """Equal shapes -> the same shape."""
    _at_least_one(shapes)
    for position, shape in enumerate(shapes[1:], 2):
        if shape != shapes[0]:
            raise SizeMistake(
                f"the first is {said(shapes[0])}, number {position} is {said(shape)}{_where(shapes[0], shape)}",
                "Give all of them the same sizes.",
            )
    return Sizes(shapes[0])


def concat_sizes(shapes: Shapes, options: Options) -> Sizes:
    """Shapes that agree but for one axis -> the sum along that axis."""
    _at_least_one(shapes)
    first = shapes[0]
    at = axis_number(first, options.get("axis"))
    for position, shape in enumerate(shapes[1:], 2):
        if len(shape) != len(first):
            raise SizeMistake(
                f"the first has {len(first)} axes ({said(first)}), number {position} has {len(shape)} ({said(shape)})",
                "Bring them to the same number of axes, with `flatten` or `reshape`.",
            )
        others = [axis for axis in range(len(first)) if axis != at and shape[axis] != first[axis]]
        if others:
            raise SizeMistake(
                f"axis {others[0] + 1} is {first[others[0]]} in the first ({said(first)}) "
                f"and {shape[others[0]]} in number {position} ({said(shape)})",
                "All axes but the joined one have to agree.",
            )
    total = sum(shape[at] for shape in shapes)
    return Sizes((*first[:at], total, *first[at + 1 :]))


def stack_sizes(shapes: Shapes, options: Options) -> Sizes:
    """n equal shapes [S] -> [n, S]."""
    return Sizes((len(shapes), *same_sizes(shapes, options).output))


def axis_number(shape: tuple[int, ...], axis: object) -> int:
    """The position of an axis by its name; None is the last. Raises SizeMistake."""
    if not shape:
        raise SizeMistake("a single number has no axis to join along", "Give it one: `reshape: [1]`.")
    if axis is None:
        return len(shape) - 1
    names = AXES.get(len(shape), ())
    word = "channels" if axis == "features" else axis
    if word not in names:
        known = f" has the axes {', '.join(names)}" if names else " has no names for its axes"
        raise SizeMistake(f"there is no axis `{axis}`: {said(shape)}{known}", "Leave `axis` out for the last.")
    return names.index(str(word))


def _at_least_one(shapes: Shapes) -> None:
    if not shapes:
        raise SizeMistake("there is nothing to join", "Name at least two tensors.")


def _where(first: tuple[int, ...], other: tuple[int, ...]) -> str:
    if len(first) != len(other):
        return f": {len(first)} axes and {len(other)}"
    at = next(axis for axis in range(len(first)) if first[axis] != other[axis])
    return f": axis {at + 1} is {first[at]} and {other[at]}"


def _joiner(name: str, help: str, formula: str, *options: Option) -> None:
    sizes = {"concat": concat_sizes, "stack": stack_sizes}.get(name, same_sizes)
    register(Kind(name, "joiner", help, formula, options=options, sizes=sizes))


_joiner("add", "The sum, number by number.", "y = a + b + …", DROP)
_joiner("multiply", "The product, number by number.", "y = a * b * …", DROP)
_joiner("average", "The mean, number by number.", "y = (a + b + …) / n", DROP)
_joiner("maximum", "The largest, number by number.", "y = max(a, b, …)", DROP)
_joiner("concat", "One after the other along an axis.", "y = [a, b, …]", AXIS, DROP)
_joiner("stack", "As items of a new first axis.", "y_1 = a, y_2 = b, …", DROP)
