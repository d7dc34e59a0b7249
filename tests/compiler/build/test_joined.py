"""Tensors of different sizes at a joiner: the layer that made the difference, and the way out."""

from __future__ import annotations

import pytest

from .test_mistakes import Remarks, marked

CONV = "conv2d: {filters: 16, kernel: 3, padding: same}"
CASES = [
    (
        f"layers: [{{{CONV}}}, {{add: {{body: [{{§conv2d: {{filters: 16, kernel: 3}}}}], keep: []}}}}]",
        "`add` wants equal sizes. `padding: same` in `conv2d2` keeps 8 x 8.",
    ),
    (
        f"layers: [{{{CONV}}}, {{add: {{keep: [], body: [{{§conv2d: {{filters: 32, kernel: 3}}}}, relu]}}}}]",
        "`add` wants equal sizes. `padding: same` in `conv2d2` keeps 8 x 8; "
        "`conv2d: {filters: 32}` behind branch `keep` brings it to 32 channels.",
    ),
    (
        f"layers: [{{{CONV}}}, {{add: {{keep: [], "
        "body: [{§conv2d: {filters: 32, kernel: 3, stride: 2, padding: same}}, batch_norm]}}]",
        "`add` wants equal sizes. `conv2d: {filters: 32, stride: 2}` behind branch `keep` brings it to 32 channels.",
    ),
    (
        f"layers: [{{{CONV}}}, {{concat: {{keep: [], body: [{{§max_pool: 2}}]}}}}]",
        "All axes but the last have to be equal. Give branch `keep` a layer that is as much smaller: `max_pool: 2`.",
    ),
    (
        "graph: {a: {conv2d: {filters: 8, kernel: 3}, from: image}, b: {§conv2d: {filters: 8, kernel: 5}, from: image}, "
        "c: {add: [a, b]}}, output: c",
        "`add` wants equal sizes. `padding: same` in `b` and `a` keeps 8 x 8.",
    ),
    (
        "layers: [{reshape: [8, 8]}, {conv1d: {filters: 8, kernel: 3, padding: same}}, "
        "{add: {keep: [], body: [{§conv1d: {filters: 4, kernel: 3}}]}}]",
        "`add` wants equal sizes. `padding: same` in `conv1d2` keeps 8; "
        "`conv1d: {filters: 4}` behind branch `keep` brings it to 4 channels.",
    ),
    (
        "layers: [{reshape: [4, 4, 4, 1]}, {add: {keep: [], body: [{§conv3d: {filters: 1, kernel: 3}}]}}]",
        "`add` wants equal sizes. `padding: same` in `conv3d1` keeps 4 x 4 x 4.",
    ),
    (
        "layers: [{conv2d: {filters: 8, kernel: 3}}, batch_norm, relu, {§conv2d: {filters: 8, kernel: 5}}, "
        "{add: [conv2d2, batch_norm1]}]",
        "`add` wants equal sizes. `padding: same` in `conv2d2` keeps 6 x 6.",
    ),
    (
        "graph: {f: {flatten: image}, a: {dense: 2, from: f}, b: {dense: 3, from: f}, c: {add: [a, §b]}}, output: c",
        "`add` wants equal sizes. Give both 2 units, or 3.",
    ),
    (
        "graph: {f: {flatten: image}, c: {add: [image, §f]}}, output: c",
        "`add` wants equal sizes. Bring them to the same number of axes, with `flatten` or `reshape`.",
    ),
]


@pytest.mark.parametrize(("text", "way"), CASES)
def test_the_way_out_of_sizes_that_differ(remarks: Remarks, text: str, way: str) -> None:
    text, line, column = marked(f"network: {{{text}}}")
    found = [remark for remark in remarks(text) if remark.code == "E201"]
    assert [(r.place.line, r.place.column, r.suggestion) for r in found] == [(line, column, way)]


def test_the_advice_is_right(remarks: Remarks) -> None:
    """What the remark on a residual block says makes it one."""
    body = "{conv2d: {filters: 32, kernel: 3, stride: 2, padding: same}}"
    text = f"network: {{layers: [{{{CONV}}}, {{add: {{keep: [{{conv2d: {{filters: 32, stride: 2}}}}], body: [{body}]}}}}]}}"
    assert [remark.code for remark in remarks(text) if remark.severity == "error"] == []
