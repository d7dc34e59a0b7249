"""Strided convolutions gone backwards, phase by phase: against the interpreter, for all numbers of lanes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from netloom.compiler.emit import emit
from netloom.compiler.emit.phasing import axis_of
from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.kernel_view import kernels_of
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import BATCH, TensorType

from .test_convolutions import LANES, START, check, network
from .test_fused import PASSES, check_kernels


@st.composite
def geometry(draw: st.DrawFn) -> dict[str, Any]:
    """Steps that leave points out, that meet at some phases alone, and windows larger and smaller than their steps."""
    size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    return {
        "height": draw(st.integers(1, 13)), "width": draw(st.integers(1, 34)),
        "channels": draw(st.sampled_from([12, 16, 20, 32])), "filters": draw(st.sampled_from([1, 6, 16, 17, 40])),
        "size": size, "stride": draw(st.sampled_from([(2, 2), (1, 2), (3, 2), (2, 1), (4, 4)])),
        "pad": draw(st.tuples(*(st.integers(0, n - 1) for n in (size[0], size[0], size[1], size[1])))),
        "dilation": draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (2, 2), (1, 3)])), "own": True, "relu": draw(st.booleans()),
    }  # fmt: skip


@settings(max_examples=6, phases=[Phase.generate], deadline=None)
@given(geometry(), st.sampled_from([1, 3]), st.sampled_from([1, 2]), LANES)
def test_any_strided_convolution(case: dict[str, Any], batch: int, threads: int, lanes: int) -> None:
    check(case, batch, threads, lanes)


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate], deadline=None)
@given(geometry(), st.sampled_from([1, 2, 5]), st.sampled_from([1, 2, 3]), LANES)
def test_many_strided_convolutions(case: dict[str, Any], batch: int, threads: int, lanes: int) -> None:
    check(case, batch, threads, lanes)


def forms_of(graph: Graph) -> list[str]:
    return [emit(graph, kernel.nodes, kernel.exits).recipe["form"] for kernel in kernels_of(graph).values()]


@pytest.mark.parametrize(("size", "pad"), [((3, 3), (1, 1, 1, 1)), ((2, 2), (0, 0, 0, 0)), ((1, 1), (0, 0, 0, 0))])
def test_no_windows_are_added_up_in_memory(size: tuple[int, int], pad: tuple[int, int, int, int]) -> None:
    graph = run_passes(
        PASSES, network(9, 12, 16, 16, own=True, relu=True, size=size, stride=(2, 2), pad=pad, dilation=(1, 1))
    )
    forms = forms_of(graph)
    assert forms.count("phases") == 1
    assert "window" not in [form for form, nodes in zip(forms, kernels_of(graph).values(), strict=True)
                            if any(graph[n].op == "unwindows" for n in nodes.nodes)]  # fmt: skip
    check_kernels(graph, 3, 2, "matmul")


def test_a_transposed_convolution_takes_its_bias_and_curve_along() -> None:
    new = Builder((Origin("net.yaml", 1, "conv"),))
    x = new.leaf("column", TensorType((BATCH, 4, 5, 16)), name="x")
    w = new.leaf("state", TensorType((16, 4 * 4 * 20)), name="w", role="weight", trainable=True, start=START)
    bias = new.leaf("state", TensorType((20,)), name="b", role="weight", trainable=True, start=START)
    rows = new.add("matmul", [new.add("reshape", [x], shape=(type(BATCH)(20, BATCH.names), 16)), w])
    window: dict[str, Any] = {"size": (4, 4), "stride": (2, 2), "pad": (1, 1, 1, 1), "dilation": (1, 1)}
    y = new.add("unwindows", [rows], picture=(8, 10, 20), **window)
    y = new.add("relu", [y + new.add("broadcast", [bias], shape=y.type.shape, axes=(3,))])
    new.output("loss", new.add("sum", [new.add("square", [y])], axes=(0, 1, 2, 3)))
    graph = run_passes(PASSES, new.graph())
    found = [k for k in kernels_of(graph).values() if any(graph[n].op == "unwindows" for n in k.nodes)]
    assert [{"matmul", "unwindows", "add", "relu"} <= {graph[n].op for n in k.nodes} for k in found] == [True]
    check_kernels(graph, 3, 2, "matmul")


@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 5), st.integers(0, 5), st.integers(1, 4))
def test_phases_are_every_window_of_every_point(
    length: int, window: int, stride: int, before: int, dilation: int
) -> None:
    """Against trying all places and all points of the window."""
    found = {
        (phase.r + stride * q - before, phase.taps[0] + n * phase.taps[1], q - phase.shifts[0] - n * phase.shifts[1])
        for phase in axis_of(length, window, stride, before, dilation).phases
        for q in range(phase.first, phase.last + 1)
        for n in range(phase.taps[2])
    }
    places = range(-30, 40)
    wanted = {
        (y, k, i) for i in places for k in range(window) if 0 <= (y := stride * i + dilation * k - before) < length
    }
    assert found == wanted
