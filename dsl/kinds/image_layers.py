"""Layers of picture networks, norms, and rows of numbers for classes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .kind import Kind, Option, SizeMistake, Sizes, Weight, register
from .layers import ACTIVATION, BIAS, WEIGHTS
from .sizes import Options, Shapes, has_bias, number, one_shape, said
from .starts import default_start

PADDING = Option(
    "padding",
    "margin",
    "valid",
    "valid (none), same (sizes / stride), or numbers",
    low=0,
    choices=("valid", "same"),
    most=2,
)
AXES = ("height", "width")


def extents(options: Options, name: str) -> tuple[int, int]:
    """An option of one or two whole numbers, for height and width."""
    values = options[name]
    assert isinstance(values, tuple), f"{name} was resolved as whole numbers: {values!r}"
    if len(values) not in (1, 2):
        raise SizeMistake(f"{name} has {len(values)} numbers", "Give one number, or one for height and one for width.")
    return values[0], values[-1]


def window_output(
    size: int, window: int, stride: int, dilation: int, padding: object, axis: str, rounding: object = "floor"
) -> int:
    """How many places a window has along an axis: (size + padding - reach) / stride, rounded, + 1.

    Rounded up, the last window stands partly outside; one that would begin outside is none.
    """
    if padding == "same":
        return math.ceil(size / stride)
    added = 0 if padding == "valid" else int(str(padding))
    reach = dilation * (window - 1) + 1
    room = size + 2 * added - reach
    whole = f"{size} + 2 * {added} = {size + 2 * added}" if added else str(size)
    if room < 0:
        raise SizeMistake(
            f"a window of {reach} does not fit the {axis} of {whole}",
            "Make it smaller, or write `padding: same`.",
        )
    if rounding == "strict" and room % stride:
        raise SizeMistake(
            f"a window of {reach} in steps of {stride} leaves {room % stride} of the {axis} of {whole} over: "
            f"({size + 2 * added} - {reach}) / {stride} = {room / stride:.4g}",
            "Change window, stride or padding, or leave `rounding: strict` out.",
        )
    last = room // stride
    if rounding == "ceil" and room % stride and (last + 1) * stride < size + added:
        last += 1
    return last + 1


def paddings(options: Options) -> tuple[object, object]:
    """The padding of height and width: a word, or a number."""
    padding = options["padding"]
    both = tuple(padding) if isinstance(padding, list | tuple) else (padding,)
    if len(both) not in (1, 2) or not all(p in ("same", "valid") or _count(p) for p in both):
        raise SizeMistake(
            f"padding is {padding!r}", "Write valid, same, a number, or one for height and one for width."
        )
    return both[0], both[-1]


def margins(options: Options, window: str, picture: tuple[int, int]) -> tuple[int, int, int, int]:
    """Zeros above, below, left and right of a picture, so that its windows stand where the size rule says."""
    sizes = extents(options, window)
    strides = extents(options, "stride") if options.get("stride") is not None else sizes
    dilations = extents(options, "dilation") if options.get("dilation") is not None else (1, 1)
    rounding = options.get("rounding", "floor")
    found = list[int]()
    for size, w, s, d, padding, axis in zip(picture, sizes, strides, dilations, paddings(options), AXES, strict=True):
        places = window_output(size, w, s, d, padding, axis, rounding)
        needed = (places - 1) * s + d * (w - 1) + 1 - size
        if padding == "same":
            found += [max(needed, 0) // 2, max(needed, 0) - max(needed, 0) // 2]
        else:
            before = 0 if padding == "valid" else int(str(padding))
            found += [before, max(before, needed - before)]
    return found[0], found[1], found[2], found[3]


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def picture_of(shapes: Shapes) -> tuple[int, int, int]:
    """Height, width and channels of the one input; raises `SizeMistake` where it is no picture."""
    shape = one_shape(shapes)
    if len(shape) != 3:
        raise SizeMistake(
            f"the input is {said(shape)}, and a picture has 3 axes: height, width, channels",
            "Bring it there with `reshape`.",
        )
    return shape[0], shape[1], shape[2]


def _windows(shapes: Shapes, options: Options, window: str, dilations: Sequence[int]) -> tuple[int, int]:
    height, width, _ = picture_of(shapes)
    sizes, strides = extents(options, window), extents(options, "stride")
    found = [
        window_output(size, w, s, d, p, axis, options["rounding"])
        for size, w, s, d, p, axis in zip(
            (height, width), sizes, strides, dilations, paddings(options), AXES, strict=True
        )
    ]
    return found[0], found[1]


def conv2d_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[H, W, C] -> [H', W', filters]; weights [filters, kernel height, kernel width, C / groups]."""
    channels = picture_of(shapes)[2]
    filters, groups = number(options, "filters"), number(options, "groups")
    if channels % groups or filters % groups:
        raise SizeMistake(
            f"{channels} channels and {filters} filters do not fall into {groups} groups evenly",
            "Choose a number of groups that divides both.",
        )
    rows, columns = extents(options, "kernel")
    height, width = _windows(shapes, options, "kernel", extents(options, "dilation"))
    inputs = rows * columns * (channels // groups)
    weights = [
        Weight(
            "weights",
            (filters, rows, columns, channels // groups),
            inputs,
            rows * columns * filters // groups,
            default_start(options),
        )
    ]
    if has_bias(options):
        weights.append(Weight("bias", (filters,), inputs, filters, 0))
    return Sizes((height, width, filters), tuple(weights), height * width * filters * inputs)


def pool_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[H, W, C] -> [H', W', C]."""
    stride = options["stride"] if options["stride"] is not None else options["size"]
    height, width = _windows(shapes, {**options, "stride": stride}, "size", (1, 1))
    return Sizes((height, width, picture_of(shapes)[2]))


def fractional_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[H, W, C] -> [H / ratio, W / ratio, C], rounded down."""
    height, width, channels = picture_of(shapes)
    ratio, windows = options["ratio"], extents(options, "size")
    assert isinstance(ratio, int | float), f"ratio was resolved as a number: {ratio!r}"
    for size, window, axis in zip((height, width), windows, AXES, strict=True):
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

register(
    Kind(
        "conv2d", "layer", "Windows of a picture, each read by the same filters.",
        "y[i, j] = activation(sum(x[window at i, j] * weights) + bias)", main="filters",
        options=(
            Option("filters", "int", help="channels it gives out", low=1, high=2**31 - 1),
            KERNEL, STRIDE, PADDING, ROUNDING,
            Option("dilation", "ints", (1,), "gap between the window's points", low=1, most=2),
            Option("groups", "int", 1, "parts of the channels that do not see each other", low=1),
            ACTIVATION, WEIGHTS, BIAS,
        ),
        sizes=conv2d_sizes, source="LeCun et al. 1989",
    )
)  # fmt: skip
for _name, _help, _formula, _source in (
    ("max_pool", "The largest of each window.", "y[i, j, c] = max(x[window at i, j, c])", "Riesenhuber & Poggio 1999"),
    ("avg_pool", "The mean of each window.", "y[i, j, c] = mean(x[window at i, j, c])", "LeCun et al. 1989"),
):
    register(
        Kind(
            _name, "layer", _help, _formula, main="size", options=(
                Option("size", "ints", (2,), "height and width of the window, or one number for both", low=1, most=2),
                Option("stride", "ints", None, "how far the window moves; left out: its size", low=1, most=2),
                PADDING, ROUNDING,
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
