"""Convolutions of any geometry: all three passes as kernels against the interpreter, for all numbers of lanes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from netloom.compiler.emit import emit
from netloom.compiler.emit.sliding import LARGEST_GROUP
from netloom.compiler.errors import ShapeError
from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.ops.window import places
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import BATCH, TensorType, product

from .test_fused import PASSES, check_kernels

START = ("normal", (("deviation", 0.3),))
LANES = st.sampled_from([16, 8, 4])


def network(height: int, width: int, channels: int, filters: int, *, own: bool, relu: bool, **window: Any) -> Graph:
    """A picture, its convolution with bias, and the sum of squares as loss. `own`: the picture is not a column."""
    new = Builder((Origin("net.yaml", 1, "conv"),))
    x = new.leaf("column", TensorType((BATCH, height, width, channels)), name="x")
    if own:
        scale = new.leaf("state", TensorType((channels,)), name="s", role="weight", trainable=True, start=START)
        x = new.add("pool_sum", [x], size=(1, 1), stride=(1, 1), pad=(0, 0, 0, 0), dilation=(1, 1))
        x = x * new.add("broadcast", [scale], shape=x.type.shape, axes=(3,))
    shape = (filters, *window["size"], channels)
    w = new.leaf("state", TensorType(shape), name="w", role="weight", trainable=True, start=START)
    bias = new.leaf("state", TensorType((filters,)), name="b", role="weight", trainable=True, start=START)
    rows = new.add("windows", [x], **window)
    flat = new.add("reshape", [w], shape=(filters, product(shape[1:])))
    y = new.add("matmul", [rows, flat], transpose_b=True)
    y = y + new.add("broadcast", [bias], shape=y.type.shape, axes=(1,))
    y = new.add("relu" if relu else "tanh", [y])
    new.output("loss", new.add("sum", [new.add("square", [y])], axes=(0, 1)))
    return new.graph()


def ops_of_kernels(graph: Graph) -> list[set[str]]:
    return [{graph[n].op for n in kernel.nodes} for kernel in kernels_of(graph).values()]


@st.composite
def geometry(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    return {
        "height": draw(st.integers(1, 14)), "width": draw(st.integers(1, 34)),
        "channels": draw(st.sampled_from([1, 2, 3, 6, 12, 16, 20, 32])),
        "filters": draw(st.sampled_from([1, 6, 16, 17, 32, 40, 64])),
        "size": size, "stride": draw(st.sampled_from([(1, 1), (1, 1), (2, 2), (1, 2)])),
        "pad": draw(st.tuples(*(st.integers(0, n - 1) for n in (size[0], size[0], size[1], size[1])))),
        "dilation": draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (2, 2)])),
        "own": draw(st.booleans()), "relu": draw(st.booleans()),
    }  # fmt: skip


def check(case: dict[str, Any], batch: int, threads: int, lanes: int = 16) -> None:
    window = {name: case[name] for name in ("size", "stride", "pad", "dilation")}
    try:
        places(case["height"], case["width"], **window)
    except ShapeError:
        assume(False)
    # sums reach 80, and the interpreter rounds them too: to 4e-6 each way, of which a small tanh's slope makes 3e-5
    check_kernels(run_passes(PASSES, network(**case)), batch, threads, "matmul", lanes=lanes, atol=1e-4)


@settings(max_examples=5, phases=[Phase.generate], deadline=None)
@given(geometry(), st.sampled_from([1, 3]), st.sampled_from([1, 2]), LANES)
def test_any_convolution(case: dict[str, Any], batch: int, threads: int, lanes: int) -> None:
    check(case, batch, threads, lanes)


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate], deadline=None)
@given(geometry(), st.sampled_from([1, 2, 5]), st.sampled_from([1, 2, 3]), LANES)
def test_many_convolutions(case: dict[str, Any], batch: int, threads: int, lanes: int) -> None:
    check(case, batch, threads, lanes)


@pytest.mark.parametrize("pad", [(1, 1, 1, 1), (0, 0, 0, 0)])
def test_gradients_to_filters_take_pictures_in_groups_of_which_the_last_is_cut(pad: tuple[int, ...]) -> None:
    case = {"height": 6, "width": 7, "channels": 6, "filters": 20, "size": (3, 3), "stride": (1, 1), "pad": pad,
            "dilation": (1, 1), "own": True, "relu": True}  # fmt: skip
    check(case, LARGEST_GROUP + 3, 2)


def test_no_table_of_windows_is_stored() -> None:
    window: dict[str, Any] = {"size": (3, 3), "stride": (1, 1), "pad": (1, 1, 1, 1), "dilation": (1, 1)}
    graph = run_passes(PASSES, network(8, 8, 16, 16, own=True, relu=True, **window))
    kernels = ops_of_kernels(graph)
    assert sum("windows" in ops for ops in kernels) == 2
    assert all("matmul" in ops for ops in kernels if ops & {"windows", "unwindows"})
    assert any({"windows", "matmul", "add", "relu"} <= ops for ops in kernels)


@st.composite
def tiled_geometry(draw: st.DrawFn) -> dict[str, Any]:
    """Convolutions that go by minimal filtering: odd and even sizes, all pads, channels that fill no vector."""
    return {
        "height": draw(st.integers(5, 19)), "width": draw(st.integers(5, 40)),
        "channels": draw(st.sampled_from([16, 20, 25, 32, 48])), "filters": draw(st.sampled_from([16, 17, 40, 64])),
        "size": (3, 3), "stride": (1, 1), "pad": draw(st.tuples(*[st.integers(0, 2)] * 4)), "dilation": (1, 1),
        "own": draw(st.booleans()), "relu": draw(st.booleans()),
    }  # fmt: skip


@settings(max_examples=5, phases=[Phase.generate], deadline=None)
@given(tiled_geometry(), st.sampled_from([1, 3, 9]), st.sampled_from([1, 2, 3]), LANES)
def test_any_convolution_by_minimal_filtering(case: dict[str, Any], batch: int, threads: int, lanes: int) -> None:
    check(case, batch, threads, lanes)


@pytest.mark.slow
@settings(max_examples=60, phases=[Phase.generate], deadline=None)
@given(tiled_geometry(), st.sampled_from([1, 2, 9]), st.sampled_from([1, 2, 3]), LANES)
def test_many_convolutions_by_minimal_filtering(case: dict[str, Any], batch: int, threads: int, lanes: int) -> None:
    check(case, batch, threads, lanes)


def test_convolutions_of_3_by_3_go_by_minimal_filtering() -> None:
    window: dict[str, Any] = {"size": (3, 3), "stride": (1, 1), "pad": (1, 1, 1, 1), "dilation": (1, 1)}
    graph = run_passes(PASSES, network(8, 8, 16, 16, own=True, relu=True, **window))
    forms = [emit(graph, kernel.nodes, kernel.exits).recipe["form"] for kernel in kernels_of(graph).values()]
    assert [forms.count(form) for form in ("winograd", "winograd filters", "convolve", "filters")] == [2, 1, 0, 0]
