"""Convolutions and pools along one, two and three axes against their slow twin: window by window, as the words say."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

Along = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """A window, as an entry says it."""

    sizes: Along
    kernel: Along
    stride: Along
    padding: Along
    dilation: Along

    def options(self, window: str) -> str:
        words = {window: self.kernel, "stride": self.stride, "padding": self.padding}
        return ", ".join(f"{name}: {list(value)}" for name, value in words.items())

    def places(self) -> Along:
        reach = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel, strict=True)]
        parts = zip(self.sizes, self.padding, reach, self.stride, strict=True)
        return tuple((size + 2 * pad - r) // step + 1 for size, pad, r, step in parts)

    def points(self, place: Along) -> list[tuple[Along, Along]]:
        """The points of the window at a place that lie inside: where in the window, where in what it reads."""
        found = []
        for at in itertools.product(*map(range, self.kernel)):
            parts = zip(place, self.stride, at, self.dilation, self.padding, strict=True)
            point = tuple(p * s + k * d - pad for p, s, k, d, pad in parts)
            if all(0 <= each < size for each, size in zip(point, self.sizes, strict=True)):
                found.append((at, point))
        return found


@st.composite
def cases(draw: Any, axes: int, *, pool: bool = False) -> Case:
    def numbers(low: int, high: int) -> Along:
        return tuple(draw(st.integers(low, high)) for _ in range(axes))

    kernel = numbers(1, 3)
    padding = tuple(draw(st.integers(0, k - 1 if pool else 2)) for k in kernel)
    case = Case(numbers(2, 5), kernel, numbers(1, 2), padding, (1,) * axes if pool else numbers(1, 2))
    assume(min(case.places()) > 0)
    return case


RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_convolutions(axes: int, data: st.DataObject, running: Callable[..., Any]) -> None:
    case = data.draw(cases(axes))
    channels, groups, more = data.draw(
        st.sampled_from([(1, 1, 3), (4, 1, 2), (4, 2, 1), (3, 3, 1), (3, 3, 2), (1, 1, 12)])
    )
    filters = groups * more
    x = RANDOM.normal(size=(2, *case.sizes, channels))
    weights, bias = RANDOM.normal(size=(filters, *case.kernel, channels // groups)), RANDOM.normal(size=filters)
    layer = f"conv{axes}d: {{filters: {filters}, groups: {groups}, dilation: {list(case.dilation)}, {case.options('kernel')}}}"
    network = running(f"network: {{inputs: [x], layers: [{{name: y, {layer}}}]}}", {"x": x})
    found = network("predict", states={"y.weights": weights, "y.bias": bias})["out/y"]
    assert found.shape == (2, *case.places(), filters)
    for place in itertools.product(*map(range, case.places())):
        for filter_ in range(filters):
            first = filter_ // more * (channels // groups)
            seen = slice(first, first + channels // groups)
            total = sum(x[(slice(None), *point, seen)] @ weights[(filter_, *at)] for at, point in case.points(place))
            np.testing.assert_allclose(found[(slice(None), *place, filter_)], total + bias[filter_], atol=1e-12)


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_pools(axes: int, data: st.DataObject, running: Callable[..., Any]) -> None:
    case = data.draw(cases(axes, pool=True))
    x = RANDOM.normal(size=(2, *case.sizes, 2))
    for kind, told in (("max_pool", np.max), ("avg_pool", np.mean)):
        layer = f"{{name: y, {kind}: {{{case.options('size')}}}}}"
        found = running(f"network: {{inputs: [x], layers: [{layer}]}}", {"x": x})("predict")["out/y"]
        assert found.shape == (2, *case.places(), 2)
        for place in itertools.product(*map(range, case.places())):
            seen = [x[(slice(None), *point)] for _, point in case.points(place)]
            if seen:
                np.testing.assert_allclose(found[(slice(None), *place)], told(np.stack(seen), axis=0), atol=1e-12)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_numbers_go_back_to_where_they_were(axes: int, running: Callable[..., Any]) -> None:
    x = RANDOM.permutation(2 * 4**axes).reshape(2, *(4,) * axes, 1).astype(float)
    layers = "[{name: small, max_pool: 2}, {max_unpool: small}]"
    found = running(f"network: {{inputs: [x], layers: {layers}}}", {"x": x})("predict")["out/max_unpool1"]
    assert found.shape == x.shape
    assert np.count_nonzero(found) in (2 * 2**axes, 2 * 2**axes - 1)
    np.testing.assert_array_equal(found[found != 0], x[found != 0])
