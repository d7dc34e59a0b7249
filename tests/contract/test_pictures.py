"""Layers of pictures as whole passes: forward and back, every kernel against the interpreter, for all numbers of lanes.

Channels lie in rows, as they do within a network, and as columns of the data have them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from netloom.compiler.errors import ShapeError
from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.ops.window import places
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import BATCH, TensorType, product

from .test_fused import PASSES, check_kernels

START = ("normal", (("deviation", 0.3),))
DEEPEST = 3


def picture(new: Builder, shape: tuple[int, int, int], *, column: bool) -> Value:
    """A picture: a column, or what lies with a row of channels for each place."""
    x = new.leaf("column", TensorType((BATCH, *shape)), name="x")
    scale = new.leaf("state", TensorType((shape[2],)), name="s", role="weight", trainable=True, start=START)
    if not column:
        x = new.add("pool_sum", [x], size=(1, 1), stride=(1, 1), pad=(0, 0, 0, 0), dilation=(1, 1))
    scaled: Value = x * new.add("broadcast", [scale], shape=x.type.shape, axes=(DEEPEST,))
    return scaled


def lowered(new: Builder, y: Value) -> Graph:
    """The whole step that learns from the sum of y's squares."""
    new.output("loss", new.add("sum", [new.add("square", [y])], axes=tuple(range(y.type.rank))))
    return run_passes(PASSES, new.graph())


def builder() -> Builder:
    return Builder((Origin("net.yaml", 1, "layer"),))


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.tuples(st.integers(1, 4), st.integers(1, 5)))
    return {
        "size": size, "stride": draw(st.sampled_from([(1, 1), (1, 1), (2, 2), (1, 3), (2, 1)])),
        "pad": draw(st.tuples(*(st.integers(0, n - 1) for n in (size[0], size[0], size[1], size[1])))),
        "dilation": draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (1, 3)])),
    }  # fmt: skip


PICTURES = st.tuples(st.integers(1, 9), st.integers(1, 40), st.sampled_from([1, 3, 16, 17, 40]))
LANES = st.sampled_from([16, 8, 4])


@settings(max_examples=8, phases=[Phase.generate], deadline=None)
@given(PICTURES, windows(), st.booleans(), LANES, st.sampled_from([1, 3]))
def test_a_convolution_of_each_channel(
    shape: tuple[int, int, int], window: dict[str, Any], column: bool, lanes: int, batch: int
) -> None:
    try:
        places(*shape[:2], **window)
    except ShapeError:
        assume(False)
    new = builder()
    table = TensorType((window["size"][0] * window["size"][1], shape[2]))
    w = new.leaf("state", table, name="w", role="weight", trainable=True, start=START)
    graph = lowered(new, new.add("depthwise", [picture(new, shape, column=column), w], **window))
    ops = {node.op for node in graph}
    assert {"depthwise", "depthwise_data", "depthwise_filters"} <= ops
    check_kernels(graph, batch, 2, lanes=lanes)


@settings(max_examples=5, phases=[Phase.generate], deadline=None)
@given(
    PICTURES, st.tuples(st.integers(1, 12), st.integers(1, 12)), st.booleans(), st.booleans(), LANES,
)  # fmt: skip
def test_another_size(
    shape: tuple[int, int, int], size: tuple[int, int], column: bool, nearest: bool, lanes: int
) -> None:
    new = builder()
    y = new.add("resample", [picture(new, shape, column=column)], size=size, nearest=nearest)
    check_kernels(lowered(new, y), 3, 2, lanes=lanes)


@pytest.mark.parametrize("column", [False, True])
@pytest.mark.parametrize("lanes", [16, 8, 4])
def test_back_where_the_pool_found_it(lanes: int, column: bool) -> None:
    """Overlapping windows, some partly outside: what meets in one place adds up, and nothing is lost."""
    for channels in (3, 16):
        new = builder()
        x = picture(new, (6, 7, channels), column=column)
        window = {"size": (3, 2), "stride": (2, 2), "pad": (1, 0, 0, 1), "dilation": (1, 1)}
        pooled = new.add("pool_max", [x], **window)
        twice: Value = pooled * pooled
        back = new.add("pool_max_back", [twice, x, pooled], **window)
        graph = lowered(new, back * back)
        assert {"pool_max_pick", "pool_max_back"} <= {node.op for node in graph}
        check_kernels(graph, 3, 2, lanes=lanes)


@pytest.mark.parametrize("lanes", [16, 8, 4])
@pytest.mark.parametrize("shape", [(9, 12, 16), (5, 5, 3), (4, 7, 33)])
def test_windows_that_stand_by_chance(shape: tuple[int, int, int], lanes: int) -> None:
    new = builder()
    moved = new.leaf("column", TensorType((BATCH, 2)), name="u")
    x = picture(new, shape, column=False)
    graph = lowered(new, new.add("fractional_max", [x, moved], places=(4, 3), size=(2, 3)))
    assert "fractional_max_back" in {node.op for node in graph}
    check_kernels(graph, 3, 2, lanes=lanes)


@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (3, 2)])
@pytest.mark.parametrize("filters", [5, 32])
def test_a_transposed_convolution(filters: int, stride: tuple[int, int]) -> None:
    for lanes in (16, 4):
        new = builder()
        x = picture(new, (4, 5, 16), column=False)
        w = new.leaf("state", TensorType((16, 3, 3, filters)), name="w", role="weight", trainable=True, start=START)
        rows = new.add("reshape", [x], shape=(product((BATCH, 20)), 16))
        flat = new.add("reshape", [w], shape=(16, 9 * filters))
        large = (3 * stride[0] + 1, 4 * stride[1] + 1)
        y = new.add(
            "unwindows", [new.add("matmul", [rows, flat])], picture=(*large, filters), size=(3, 3), stride=stride,
            pad=(1, 1, 1, 1),
        )  # fmt: skip
        graph = lowered(new, y)
        check_kernels(graph, 3, 2, lanes=lanes)
        together = [{graph[n].op for n in kernel.nodes} for kernel in kernels_of(graph).values()]
        if stride == (1, 1) and filters >= 12:
            assert {"matmul", "unwindows"} in together, "it is a convolution's kernel"
        assert sum("matmul" in ops and "windows" in ops for ops in together) == 2, "so are both ways back"


def test_a_pool_and_its_way_back_keep_the_largest() -> None:
    """The gradient of putting back is taken where the numbers were put."""
    from netloom.compiler.ops import REGISTRY

    random = np.random.default_rng(0)
    x, z = random.integers(0, 3, (2, 6, 6, 4)).astype(float), random.standard_normal((2, 6, 6, 4))
    window = {"size": (3, 3), "stride": (2, 2), "pad": (1, 0, 1, 0)}
    y = REGISTRY["pool_max"](x, **window)
    g = random.standard_normal(y.shape)
    there, back = REGISTRY["pool_max_back"](g, x, y, **window), REGISTRY["pool_max_pick"](z, x, y, **window)
    np.testing.assert_allclose((there * z).sum(), (back * g).sum())
    np.testing.assert_array_equal(REGISTRY["pool_max_pick"](x, x, y, **window), y)
