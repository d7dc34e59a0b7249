"""Tensors that are no layers of neurons: formulas, parts of a tensor, rows of classes, variables, noise."""

from __future__ import annotations

from .joiners import axis_number
from .kind import Kind, Option, SizeMistake, Sizes, Weight, register
from .sizes import Options, Shapes, one_shape, pass_through, said
from .values import OWN_START, WeightsSpec

GIVEN = frozenset({"given"})
"""Trait: it reads nothing that stands before it."""
LABELS = frozenset({"labels"})
"""Trait: it may read class numbers."""
SHAPE = Option("shape", "shape", None, "sizes of an example", low=1)
AXIS = Option("axis", "text", None, "name of the axis; left out: the first, which is time in a sequence")
OVER = Option("over", "text", None, "name of the axis; left out: the whole example")


def over_sizes(shapes: Shapes, options: Options) -> Sizes:
    """The shape without the axis named; without one a single number."""
    shape = one_shape(shapes)
    if options.get("over") is None:
        return Sizes(())
    at = axis_number(shape, options["over"])
    return Sizes((*shape[:at], *shape[at + 1 :]))


def one_hot_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[…] -> […, classes]."""
    classes = options.get("classes")
    if not isinstance(classes, int):
        raise SizeMistake("how many classes there are is not known", "Write it: `one_hot: {classes: 10}`.")
    return Sizes((*one_shape(shapes), classes))


def pick_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[…, n] and an index […] -> […]."""
    if len(shapes) != 2:
        raise SizeMistake(
            f"it reads a tensor and an index, and is given {len(shapes)}", "Write `from: [scores, index]`."
        )
    values, index = shapes
    if values[:-1] != index or not values:
        raise SizeMistake(
            f"it picks from {said(values)}, and the index is {said(index)}",
            f"Give one index for each row: {said(values[:-1])}.",
        )
    return Sizes(index)


def shift_sizes(shapes: Shapes, options: Options) -> Sizes:
    """Sizes stay as they are."""
    shape = one_shape(shapes)
    axis_number(shape, options.get("axis"))
    return Sizes(shape)


def like_sizes(shapes: Shapes, options: Options) -> Sizes:
    """`shape`, or that of `like`."""
    wanted = options.get("shape")
    if shapes and wanted is None:
        return Sizes(shapes[0])
    if isinstance(wanted, tuple) and not shapes:
        return Sizes(whole(wanted))
    raise SizeMistake("it has no sizes, or two", "Write `[sizes]`, or `like: TENSOR`: one of the two.")


def variable_sizes(shapes: Shapes, options: Options) -> Sizes:
    """`shape`, all of it weights."""
    shape = whole(options["shape"])
    spec = options["weights"]
    trained = Weight("weights", shape, shape[-1], shape[0], 0)
    assert isinstance(spec, WeightsSpec), "the weights were resolved"
    return Sizes(shape, (trained,))


def whole(shape: object) -> tuple[int, ...]:
    """A shape whose sizes are all numbers."""
    if not isinstance(shape, tuple) or not shape or not all(isinstance(size, int) and size > 0 for size in shape):
        raise SizeMistake(f"the sizes {shape} are not all numbers", "Give numbers.")
    return shape


register(
    Kind(
        "formula", "layer", "A formula of tensors.", "y = formula", main="formula",
        options=(Option("formula", "text", help="as in a graph line"),),
    )
)  # fmt: skip
register(
    Kind(
        "split", "layer", "Parts along the last axis, by name: {object: 1, box: 4}.",
        "y.object = x[0], y.box = x[1 to 4]", sizes=pass_through, traits=frozenset({"open"}),
    )
)  # fmt: skip
register(
    Kind(
        "one_hot", "layer", "A class becomes a row of 0 with one 1.", "y_i = x == i",
        options=(Option("classes", "int", None, "left out: those of the column it reads", low=1, high=2**31 - 1),),
        sizes=one_hot_sizes, traits=LABELS,
    )
)  # fmt: skip
register(
    Kind(
        "pick", "layer", "The number at an index, along the last axis.", "y = x[index]", main="index",
        options=(Option("index", "tensor", help="whole numbers from 0"),), tensors=("values", "index"),
        sizes=pick_sizes, traits=LABELS,
    )
)  # fmt: skip
register(
    Kind(
        "shift", "layer", "Each step reads an earlier one.", "y[t] = x[t - by], fill where there is no such step",
        main="by",
        options=(
            Option("by", "int", 1, "how many steps; below 0: a later one"),
            Option("fill", "any", 0, "what stands at the beginning: a number, or a symbol of the text"), AXIS,
        ),
        sizes=shift_sizes,
    )
)  # fmt: skip
register(
    Kind(
        "sum", "layer", "The sum over an axis.", "y = sum(x, over=axis)", main="over", options=(OVER,), sizes=over_sizes
    )
)
register(
    Kind(
        "mean", "layer", "The mean over an axis.", "y = mean(x, over=axis)", main="over", options=(OVER,),
        sizes=over_sizes,
    )
)  # fmt: skip
register(Kind("unit_length", "layer", "Each row of the last axis at length 1.", "y = x / norm(x)", sizes=pass_through))
register(
    Kind(
        "variable", "layer", "A trainable tensor of its own, the same for every example.", "y = w", main="shape",
        options=(
            Option("shape", "shape", help="sizes", low=1, high=2**31 - 1),
            Option("start", "weights", OWN_START, "initialiser, number, or the numbers in lists; left out: 0"),
            Option("trainable", "bool", True, "false: it keeps its start"),
            Option("mask", "any", None, "0 where a number is held at 0, else 1"),
            Option("norm", "choice", None, "what the whole is divided by", choices=("spectral", "weight")),
            Option("weights", "weights", OWN_START, "the whole description at once"),
        ),
        sizes=variable_sizes, traits=GIVEN,
    )
)  # fmt: skip
for _name, _help, _formula in (
    ("normal", "Noise of mean 0 and deviation 1, drawn anew for each example and step.", "y ~ N(0, 1)"),
    ("uniform", "Noise from 0 to 1, drawn anew for each example and step.", "y ~ U(0, 1)"),
):
    register(
        Kind(
            _name, "layer", _help, _formula, main="shape",
            options=(SHAPE, Option("like", "tensor", None, "as large as this")), tensors=("like",),
            sizes=like_sizes, traits=GIVEN,
        )
    )  # fmt: skip
register(
    Kind(
        "bernoulli", "layer", "0 or 1, drawn with the probabilities it reads.", "y = draw < x, draw ~ U(0, 1)",
        sizes=pass_through,
    )
)  # fmt: skip
