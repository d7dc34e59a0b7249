"""The layers of fully connected networks: dense, flatten, reshape, dropout."""

from __future__ import annotations

import math

from .kind import Kind, Option, SizeMistake, Sizes, Weight, register
from .sizes import Options, Shapes, counted, has_bias, number, one_shape, pass_through, said
from .starts import default_start
from .values import LINEAR, OWN_START

LARGEST = 2**31 - 1

ACTIVATION = Option("activation", "activation", LINEAR, "what is done to the output")
WEIGHTS = Option("weights", "weights", OWN_START, "start, or {start, trainable, mask, …}")
BIAS = Option("bias", "weights", OWN_START, "as weights; false leaves it out")


def dense_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[…, I] -> […, units]; weights [units, I], bias [units]."""
    shape = one_shape(shapes)
    if not shape:
        raise SizeMistake("dense reads the numbers of the last axis, and its input is a single number",
                          "Give it at least one axis: `reshape: [1]`.")  # fmt: skip
    *outer, inputs = shape
    units = number(options, "units")
    weights = [Weight("weights", (units, inputs), inputs, units, default_start(options))]
    if has_bias(options):
        weights.append(Weight("bias", (units,), inputs, units, 0))
    return Sizes((*outer, units), tuple(weights), math.prod(outer) * units * inputs)


def flatten_sizes(shapes: Shapes, options: Options) -> Sizes:
    """Any shape -> [the product of its sizes]."""
    return Sizes((math.prod(one_shape(shapes)),))


def reshape_sizes(shapes: Shapes, options: Options) -> Sizes:
    """Any shape -> `shape`; one -1 is what is left."""
    shape = one_shape(shapes)
    wanted = options["shape"]
    assert isinstance(wanted, tuple), "a shape was resolved"
    if any(isinstance(size, str) for size in wanted):
        raise SizeMistake(f"the sizes {said(wanted)} are not all numbers", "Give numbers, or -1 for one of them.")
    if wanted.count(-1) > 1:
        raise SizeMistake(f"{said(wanted)} leaves {wanted.count(-1)} sizes open", "Write -1 once at most.")
    have, known = math.prod(shape), math.prod(size for size in wanted if size != -1)
    if -1 in wanted:
        if not known or have % known:
            raise SizeMistake(
                f"{said(shape)} holds {counted(shape)} numbers, which {known} does not divide",
                f"Choose sizes whose product divides {have}.",
            )
        return Sizes(tuple(have // known if size == -1 else size for size in wanted))
    if have != known:
        raise SizeMistake(
            f"{said(shape)} holds {counted(shape)} numbers, {said(wanted)} holds {counted(wanted)}",
            f"Choose sizes whose product is {have}.",
        )
    return Sizes(wanted)


register(
    Kind(
        "dense", "layer", "Every output reads every input: a layer of neurons.",
        "y = activation(x @ weights^T + bias)", main="units",
        options=(
            Option("units", "int", help="numbers it gives out", low=1, high=LARGEST),
            ACTIVATION, WEIGHTS, BIAS,
        ),
        sizes=dense_sizes, source="Rosenblatt 1958",
    )
)  # fmt: skip
register(
    Kind(
        "flatten", "layer", "Lays all numbers of an example in one row, last axis fastest.",
        "y[(i * W + j) * C + c] = x[i, j, c]",
        sizes=flatten_sizes,
    )
)  # fmt: skip
register(
    Kind(
        "reshape", "layer", "The same numbers in another shape, last axis fastest.",
        "y[n] = x[n], n counting the numbers of an example, last axis fastest", main="shape",
        options=(Option("shape", "shape", help="sizes; one may be -1: what is left", low=-1, high=LARGEST),),
        sizes=reshape_sizes,
    )
)  # fmt: skip
register(
    Kind(
        "dropout",
        "layer",
        "Sets numbers to 0 by chance in training, and scales the rest so that the mean stays.",
        "y = x * (draw >= rate) / (1 - rate)",
        main="rate",
        options=(
            Option(
                "rate",
                "schedulable",
                0.5,
                "share set to 0; 0 up to, not including, 1",
                low=0,
                high=1,
                open_high=True,
            ),
        ),
        sizes=pass_through,
        source="Srivastava et al. 2014",
    )
)
