"""Layers of picture networks, norms, and rows of numbers for classes."""

from __future__ import annotations

import math
from dataclasses import replace

from .kind import Kind, Option, SizeMistake, SizeRule, Sizes, Weight, register
from .layers import ACTIVATION, BIAS, WEIGHTS
from .sizes import Options, Shapes, has_bias, number, one_shape
from .starts import default_start
from .windows import AXES, CONVOLUTIONS, along, extents, picture_of, places_of, pooled_places, windows_along

PADDING = Option(
    "padding",
    "margin",
    "valid",
    "valid (none), same (sizes / stride), or numbers",
    low=0,
    choices=("valid", "same"),
    most=2,
)


def convolved(axes: int) -> SizeRule:
    """The sizes of a convolution: […, C] -> […', filters]; weights [filters, kernel …, C / groups]."""

    def sizes(shapes: Shapes, options: Options) -> Sizes:
        before, channels = places_of(shapes, axes, CONVOLUTIONS)
        filters, groups = number(options, "filters"), number(options, "groups")
        if channels % groups or filters % groups:
            raise SizeMistake(
                f"{channels} channels and {filters} filters do not fall into {groups} groups evenly",
                "Choose a number of groups that divides both.",
            )
        kernel, after = along(options, "kernel", axes), windows_along(before, options, "kernel")
        points = math.prod(kernel)
        inputs = points * (channels // groups)
        shape = (filters, *kernel, channels // groups)
        weights = [Weight("weights", shape, inputs, points * filters // groups, default_start(options))]
        if has_bias(options):
            weights.append(Weight("bias", (filters,), inputs, filters, 0))
        return Sizes((*after, filters), tuple(weights), math.prod(after) * filters * inputs)

    return sizes


def pool_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[…, C] -> […', C], along one, two or three axes."""
    before, channels = pooled_places(shapes)
    return Sizes((*windows_along(before, options, "size"), channels))


def fractional_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[H, W, C] -> [H / ratio, W / ratio, C], rounded down."""
    height, width, channels = picture_of(shapes)
    ratio, windows = options["ratio"], extents(options, "size")
    assert isinstance(ratio, int | float), f"ratio was resolved as a number: {ratio!r}"
    for size, window, axis in zip((height, width), windows, AXES[2], strict=True):
        if window > size:
            raise SizeMistake(f"a window of {window} does not fit the {axis} of {size}", "Make it smaller.")
        if size / ratio < 1:
            raise SizeMistake(f"nothing is left of the {axis}: {size} / {ratio} is below 1", "Make the ratio smaller.")
        if ratio > window:
            raise SizeMistake(
                f"windows of {window} that stand {ratio} apart leave out points of the {axis}",
                f"Write a size of at least {math.ceil(ratio)}.",
            )
    return Sizes((int(height / ratio), int(width / ratio), channels))


def global_pool_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[…, C] -> [C]."""
    shape = one_shape(shapes)
    if not shape:
        raise SizeMistake("the input is a single number, which has nothing to pool", "Leave the layer out.")
    return Sizes(shape[-1:])


def norm_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[…, C] -> the same; scale and shift [C]."""
    shape = one_shape(shapes)
    features = shape[-1] if shape else 1
    return Sizes(shape, tuple(Weight(n, (features,), features, features, s) for n, s in (("scale", 1), ("shift", 0))))


def embedding_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[…] whole numbers -> […, size]; weights [classes, size]."""
    size, classes = number(options, "size"), options["classes"]
    rows = classes if isinstance(classes, int) else 0
    weights = (Weight("weights", (rows, size), rows, size, "normal"),) if rows else ()
    return Sizes((*one_shape(shapes), size), weights)


KERNEL = Option("kernel", "ints", (1,), "height and width of the window, or one number for both", low=1, most=2)
STRIDE = Option("stride", "ints", (1,), "how far the window moves", low=1, most=2)
ROUNDING = Option(
    "rounding", "choice", "floor", "of sizes that do not divide: down, up (windows stand partly outside), or an error",
    choices=("floor", "ceil", "strict"),
)  # fmt: skip
EPSILON = Option("epsilon", "number", 1e-5, "keeps the division from 0", low=0, open_low=True)
DILATION = Option("dilation", "ints", (1,), "gap between the window's points", low=1, most=2)


def _convolution(axes: int, help_: str, source: str) -> None:
    """Register the convolution along so many axes."""
    words = " and ".join(", ".join(AXES[axes]).rsplit(", ", 1))
    place = ", ".join("ijk"[:axes])
    kernel = replace(KERNEL, help=f"{words} of the window" + (", or one number for all" if axes > 1 else ""))
    windows = (kernel, STRIDE, PADDING, ROUNDING, DILATION)
    register(
        Kind(
            CONVOLUTIONS[axes], "layer", help_, f"y[{place}] = activation(sum(x[window at {place}] * weights) + bias)",
            main="filters", options=(
                Option("filters", "int", help="channels it gives out", low=1, high=2**31 - 1),
                *(option if option is ROUNDING else replace(option, most=axes) for option in windows),
                Option("groups", "int", 1, "parts of the channels that do not see each other", low=1),
                ACTIVATION, WEIGHTS, BIAS,
            ),
            sizes=convolved(axes), source=source,
        )
    )  # fmt: skip


_convolution(2, "Windows of a picture, each read by the same filters.", "LeCun et al. 1989")
_convolution(1, "Windows of a signal or a sequence, each read by the same filters.", "Waibel et al. 1989")
_convolution(3, "Windows of a volume or a film, each read by the same filters.", "Ji, Xu, Yang & Yu 2010")
SIZE = Option("size", "ints", (2,), "the window's length along each axis, or one number for all", low=1, most=3)
for _name, _help, _formula, _source in (
    ("max_pool", "The largest of each window.", "y[i, j, c] = max(x[window at i, j, c])", "Riesenhuber & Poggio 1999"),
    ("avg_pool", "The mean of each window.", "y[i, j, c] = mean(x[window at i, j, c])", "LeCun et al. 1989"),
):
    register(
        Kind(
            _name, "layer", _help, _formula, main="size", options=(
                SIZE,
                Option("stride", "ints", None, "how far the window moves; left out: its size", low=1, most=3),
                replace(PADDING, most=3), ROUNDING,
            ),
            sizes=pool_sizes, source=_source,
        )
    )  # fmt: skip
register(
    Kind(
        "fractional_max_pool", "layer", "The largest of windows that stand by chance, so that any factor is possible.",
        "y[i, j, c] = max(x[window at a_i, b_j, c]), a_i = floor((i + u) step) - floor(u step)", main="ratio",
        options=(
            Option("ratio", "number", 1.5, "how many times smaller both sides become", low=1),
            Option("size", "ints", (2,), "height and width of the window, or one number for both", low=1, most=2),
        ),
        sizes=fractional_sizes, source="Graham 2014, arXiv:1412.6071",
    )
)  # fmt: skip
register(
    Kind(
        "global_avg_pool", "layer", "The mean of each channel.", "y[c] = mean(x[all places, c])",
        sizes=global_pool_sizes, source="Lin et al. 2013, arXiv:1312.4400",
    )
)  # fmt: skip
register(
    Kind(
        "global_max_pool", "layer", "The largest of each channel.", "y[c] = max(x[all places, c])",
        sizes=global_pool_sizes,
    )
)  # fmt: skip
register(
    Kind(
        "batch_norm",
        "layer",
        "Mean 0 and deviation 1 over the batch, then a scale and a shift of its own.",
        "y = scale * (x - mean) / sqrt(var + epsilon) + shift",
        options=(
            EPSILON,
            Option("momentum", "number", 0.9, "share of the past in the running mean", low=0, high=1),
        ),
        sizes=norm_sizes,
        source="Ioffe & Szegedy 2015, arXiv:1502.03167",
    )
)
register(
    Kind(
        "layer_norm",
        "layer",
        "Mean 0 and deviation 1 over the last axis, then a scale and a shift of its own.",
        "y = scale * (x - mean) / sqrt(var + epsilon) + shift",
        options=(EPSILON,),
        sizes=norm_sizes,
        source="Ba et al. 2016, arXiv:1607.06450",
    )
)
register(
    Kind(
        "embedding", "layer", "A row of numbers for each class.", "y = weights[x]", main="size",
        options=(
            Option("size", "int", help="numbers a class", low=1, high=2**31 - 1),
            Option("classes", "int", None, "left out: those of the column it reads", low=1, high=2**31 - 1),
            WEIGHTS,
        ),
        sizes=embedding_sizes, source="Bengio et al. 2003", traits=frozenset({"labels"}),
    )
)  # fmt: skip
