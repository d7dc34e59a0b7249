"""Layers that make pictures larger: transposed convolutions, numbers put back where a pool found them, other sizes."""

from __future__ import annotations

from .image_layers import KERNEL, STRIDE
from .kind import Kind, Option, SizeMistake, Sizes, Weight, register
from .layers import ACTIVATION, BIAS, WEIGHTS
from .sizes import Options, Shapes, has_bias, number, said
from .starts import default_start
from .windows import AXES, extents, paddings, picture_of

Pair = tuple[int, int]


def enlarged(size: int, window: int, stride: int, dilation: int, padding: object, more: int, axis: str) -> int:
    """How long an axis becomes: (size - 1) stride + reach - 2 padding + more; with `same`, size * stride."""
    if more >= stride:
        raise SizeMistake(
            f"output_padding of {more} is not below the stride of {stride}",
            "A window more would stand there: make it smaller.",
        )
    if padding == "same":
        return size * stride
    taken = 0 if padding == "valid" else 2 * int(str(padding))
    reach = dilation * (window - 1) + 1
    length = (size - 1) * stride + reach - taken + more
    if length < 1:
        raise SizeMistake(
            f"nothing is left of the {axis}: ({size} - 1) * {stride} + {reach} - {taken} + {more} = {length}",
            "Make the padding smaller.",
        )
    return length


def enlarged_picture(shape: tuple[int, ...], options: Options) -> Pair:
    """Height and width of the picture that a transposed convolution gives out."""
    parts = (extents(options, name) for name in ("kernel", "stride", "dilation"))
    found = [
        enlarged(size, window, stride, dilation, padding, more, axis)
        for size, window, stride, dilation, padding, more, axis in zip(
            shape[:2], *parts, paddings(options), extents(options, "output_padding"), AXES[2], strict=True
        )
    ]
    return found[0], found[1]


def conv_transpose2d_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[H, W, C] -> [H', W', filters]; weights [C, kernel height, kernel width, filters]."""
    height, width, channels = picture_of(shapes)
    filters = number(options, "filters")
    rows, columns = extents(options, "kernel")
    down, across = extents(options, "stride")
    # so many numbers meet in one place of the result
    inputs = max(rows * columns // (down * across), 1) * channels
    shape = (channels, rows, columns, filters)
    weights = [Weight("weights", shape, inputs, rows * columns * filters, default_start(options))]
    if has_bias(options):
        weights.append(Weight("bias", (filters,), inputs, filters, 0))
    large = enlarged_picture((height, width), options)
    return Sizes((*large, filters), tuple(weights), height * width * channels * rows * columns * filters)


def max_unpool_sizes(shapes: Shapes, options: Options) -> Sizes:
    """What is put back [h, w, C], what the pool gave [h, w, C], and what it read [H, W, C] -> [H, W, C]."""
    if len(shapes) != 3:
        raise SizeMistake(f"it reads what a `max_pool` gave, and is given {len(shapes)} tensors", "Write `pool: NAME`.")
    values, pooled, picture = shapes
    if values != pooled:
        raise SizeMistake(
            f"the input is {said(values)}, and `{options['pool']}` gave {said(pooled)}",
            "Each number goes where the pool found one: bring it to that size, channels too.",
        )
    return Sizes(picture)


def resize_sizes(shapes: Shapes, options: Options) -> Sizes:
    """[H, W, C] -> [scale H, scale W, C], rounded down, or [size, C]."""
    height, width, channels = picture_of(shapes)
    if options.get("size") is not None:
        return Sizes((*extents(options, "size"), channels))
    scale = options["scale"]
    assert isinstance(scale, int | float), f"scale was resolved as a number: {scale!r}"
    # what is a whole number but for rounding is one: 0.1 * 30 is 3
    found = [int(size * scale + 1e-9) for size in (height, width)]
    if min(found) < 1:
        raise SizeMistake(f"nothing is left of a picture of {height} x {width} times {scale}", "Write a larger number.")
    return Sizes((*found, channels))


register(
    Kind(
        "conv_transpose2d", "layer", "A picture made larger: every place writes a window of its own, and windows add up.",
        "y[window at i, j] += x[i, j] * weights; y = activation(y + bias)", main="filters",
        options=(
            Option("filters", "int", help="channels it gives out", low=1, high=2**31 - 1),
            KERNEL, STRIDE,
            Option(
                "padding", "margin", "valid", "taken away at each side: none (valid), what is more than sizes * stride "
                "(same), or numbers", low=0, choices=("same", "valid"), most=2,
            ),
            Option("output_padding", "ints", (0,), "rows and columns more, below and right", low=0, most=2),
            Option("dilation", "ints", (1,), "gap between the window's points", low=1, most=2),
            ACTIVATION, WEIGHTS, BIAS,
        ),
        sizes=conv_transpose2d_sizes, source="Zeiler et al. 2010; Dumoulin & Visin 2016, arXiv:1603.07285",
    )
)  # fmt: skip
register(
    Kind(
        "max_unpool",
        "layer",
        "Puts numbers back where a max_pool found them.",
        "y[place of the largest in window i, j] += x[i, j], 0 elsewhere",
        main="pool",
        options=(Option("pool", "tensor", help="the pooling layer"),),
        tensors=("values", "pool"),
        sizes=max_unpool_sizes,
        source="Zeiler & Fergus 2014",
    )
)
register(
    Kind(
        "resize", "layer", "A picture at another size: what is between its points is the nearest, or between both.",
        "y[i, j, c] = x[(i + 0.5) / scale - 0.5, (j + 0.5) / scale - 0.5, c]", main="scale",
        options=(
            Option("scale", "number", 2, "factor on both sides", low=0, open_low=True),
            Option("size", "ints", None, "height and width, in place of a factor", low=1, most=2),
            Option("by", "choice", "nearest", "the nearest point, or `bilinear` between four", choices=("nearest", "bilinear")),
        ),
        sizes=resize_sizes,
    )
)  # fmt: skip
