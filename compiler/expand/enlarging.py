"""Layers that make pictures larger, in ops: transposed convolutions, numbers put back where a pool found them, sizes."""

from __future__ import annotations

from typing import cast

from ...dsl.kinds.enlarging_layers import enlarged_picture
from ...dsl.kinds.windows import extents, margins
from ..experiment import options_of
from ..graph import Node, Value
from ..types import product
from .activations import activate
from .convolutions import Frozen
from .pools import put_back
from .registry import Options, Scene, layer
from .weights import weight
from .windows import Window, size_of, table_of


@layer("conv_transpose2d")
def conv_transpose2d(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """Every place gives x w, a window of numbers, and windows are added up: the transpose of a convolution's matrix.

    w: C, kernel height, kernel width, filters.  Source: Zeiler et al. 2010.
    """
    (x,) = inputs
    filters = weight(scene, node, "weights")
    assert filters is not None, "a transposed convolution has weights"
    picture = enlarged_picture(size_of(x), options)
    window: Window = {
        "size": extents(options, "kernel"),
        "stride": extents(options, "stride"),
        "pad": margins(options, "kernel", picture),
        "dilation": extents(options, "dilation"),
    }
    rows, count = table_of(x), filters.type.shape[0]
    flat = scene.builder.add("reshape", [filters], shape=(count, product(filters.type.shape[1:])))
    written = scene.builder.add("matmul", [rows, flat])
    y = scene.builder.add("unwindows", [written], picture=(*picture, filters.type.shape[3]), **window)
    bias = weight(scene, node, "bias")
    if bias is not None:
        y = cast(Value, y + scene.builder.add("broadcast", [bias], shape=y.type.shape, axes=(3,)))
    kind, own = cast(Frozen, options["activation"])
    return activate(scene, node.id, y, kind, dict(own))


@layer("max_unpool")
def max_unpool(scene: Scene, node: Node, inputs: list[Value], _options: Options) -> Value:
    """Each number where the pool found its largest, the first of several; what meets in one place adds up."""
    values, _pooled, read = inputs
    return put_back(values, read, options_of(scene.experiment.graph[node.inputs[1]]))


@layer("resize")
def resize(_scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """The nearest point of each new place, or what lies in proportion between four."""
    (x,) = inputs
    size, nearest = cast("tuple[int, int]", node.type.shape[1:3]), options["by"] == "nearest"
    scales = [divmod(new, old) for new, old in zip(size, size_of(x), strict=True)]
    if nearest and not any(rest for _, rest in scales):
        # every number stands for a square of its equals
        square = (scales[0][0], scales[1][0])
        return x.builder.add("pool_spread", [x], picture=size, size=square, stride=square)
    return x.builder.add("resample", [x], size=size, nearest=nearest)
