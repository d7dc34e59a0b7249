"""Size rules: plain arithmetic, and mistakes that show both numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.dsl.kinds.kind import KINDS, Kind, SizeMistake, Sizes
from netloom.dsl.kinds.resolve import Scope, find_layer, resolve
from netloom.dsl.load import read_spec

SIZED = [kind for kind in KINDS.values() if kind.sizes is not None]
Shape = tuple[int, ...]


def sizes(entry: str, *shapes: Shape) -> Sizes:
    """The sizes of a layer written as in a file."""
    spec, diagnostics = read_spec(f"network: {{layers: [{entry}]}}", "f")
    assert spec is not None, list(diagnostics)
    (written,) = spec.network.layers or ()
    kind = find_layer(written.kind)
    assert kind is not None
    assert kind.sizes is not None
    found = resolve(kind, written, Scope(), diagnostics)
    assert found is not None, list(diagnostics)
    return kind.sizes(shapes, found)


@pytest.mark.parametrize(
    ("entry", "shapes", "output", "weights", "multiply_adds"),
    [
        ("dense: 10", [(64,)], (10,), {"weights": (10, 64), "bias": (10,)}, 640),
        ("dense: {units: 3, bias: false}", [(5, 4)], (5, 3), {"weights": (3, 4)}, 60),
        ("flatten", [(8, 8, 1)], (64,), {}, 0),
        ("flatten", [()], (1,), {}, 0),
        ("reshape: [7, 7, 16]", [(784,)], (7, 7, 16), {}, 0),
        ("reshape: [-1, 4]", [(2, 8)], (4, 4), {}, 0),
        ("dropout: 0.5", [(3, 4)], (3, 4), {}, 0),
        ("relu", [(3, 4)], (3, 4), {}, 0),
        ("softmax", [(10,)], (10,), {}, 0),
        ("add: [a, b]", [(4, 3), (4, 3)], (4, 3), {}, 0),
        ("concat: [a, b]", [(4, 3), (4, 5)], (4, 8), {}, 0),
        ("concat: {axis: time, a: [], b: []}", [(4, 3), (2, 3)], (6, 3), {}, 0),
        ("concat: {axis: height, a: [], b: []}", [(4, 3, 2), (2, 3, 2)], (6, 3, 2), {}, 0),
        ("concat: {axis: features, a: [], b: []}", [(4,), (2,)], (6,), {}, 0),
        ("stack: [a, b]", [(3,), (3,)], (2, 3), {}, 0),
        ("conv2d: 6", [(8, 8, 3)], (8, 8, 6), {"weights": (6, 1, 1, 3), "bias": (6,)}, 8 * 8 * 6 * 3),
        (
            "conv2d: {filters: 8, kernel: 3, stride: 2, padding: same}", [(7, 9, 2)], (4, 5, 8),
            {"weights": (8, 3, 3, 2), "bias": (8,)}, 4 * 5 * 8 * 18,
        ),
        (
            "conv2d: {filters: 4, kernel: [3, 5], padding: [1, 2], dilation: [2, 1], groups: 2, bias: false}",
            [(10, 10, 6)], (8, 10, 4), {"weights": (4, 3, 5, 3)}, 8 * 10 * 4 * 45,
        ),
        (
            "conv1d: {filters: 16, kernel: 5, stride: 2, padding: 1, groups: 2}", [(14, 6)], (6, 16),
            {"weights": (16, 5, 3), "bias": (16,)}, 6 * 16 * 15,
        ),
        (
            "conv3d: {filters: 8, kernel: [1, 2, 3], stride: [1, 1, 2], padding: same, bias: false}", [(4, 5, 6, 2)],
            (4, 5, 3, 8), {"weights": (8, 1, 2, 3, 2)}, 4 * 5 * 3 * 8 * 12,
        ),
        ("max_pool: {size: 3, stride: 2}", [(9, 4)], (4, 4), {}, 0),
        ("avg_pool: [1, 2, 3]", [(4, 5, 6, 7)], (4, 2, 2, 7), {}, 0),
        ("concat: {axis: depth, a: [], b: []}", [(4, 3, 2, 1), (1, 3, 2, 1)], (5, 3, 2, 1), {}, 0),
        ("max_pool: 2", [(9, 8, 3)], (4, 4, 3), {}, 0),
        ("max_pool: {size: 2, rounding: ceil}", [(9, 8, 3)], (5, 4, 3), {}, 0),
        ("avg_pool: {size: 3, stride: 2, padding: 1, rounding: ceil}", [(6, 5, 3)], (4, 3, 3), {}, 0),
        ("max_pool: {size: 1, stride: 3, padding: 0, rounding: ceil}", [(6, 7, 1)], (2, 3, 1), {}, 0),
        ("conv2d: {filters: 1, kernel: 3, stride: 2, rounding: strict, bias: false}", [(7, 9, 1)], (3, 4, 1),
         {"weights": (1, 3, 3, 1)}, 3 * 4 * 9),
        (
            "conv_transpose2d: {filters: 8, kernel: 3, stride: 2}", [(4, 5, 6)], (9, 11, 8),
            {"weights": (6, 3, 3, 8), "bias": (8,)}, 4 * 5 * 6 * 9 * 8,
        ),
        (
            "conv_transpose2d: {filters: 2, kernel: 4, stride: 2, padding: same, bias: false}", [(4, 5, 6)], (8, 10, 2),
            {"weights": (6, 4, 4, 2)}, 4 * 5 * 6 * 16 * 2,
        ),
        (
            "conv_transpose2d: {filters: 2, kernel: [3, 1], stride: [2, 1], padding: [1, 0], output_padding: [1, 0], "
            "dilation: [2, 1], bias: false}", [(4, 5, 6)], (10, 5, 2), {"weights": (6, 3, 1, 2)}, 4 * 5 * 6 * 3 * 2,
        ),
        ("fractional_max_pool: 1.4", [(25, 8, 6)], (17, 5, 6), {}, 0),
        ("resize: 2", [(4, 5, 6)], (8, 10, 6), {}, 0),
        ("resize: {scale: 0.1}", [(30, 39, 1)], (3, 3, 1), {}, 0),
        ("resize: {size: [7, 3], by: bilinear}", [(4, 5, 6)], (7, 3, 6), {}, 0),
        ("max_unpool: {pool: p}", [(2, 2, 3), (2, 2, 3), (5, 4, 3)], (5, 4, 3), {}, 0),
        ("max_pool: {size: 3, stride: 2, padding: same}", [(112, 112, 64)], (56, 56, 64), {}, 0),
        ("avg_pool: [2, 4]", [(8, 8, 3)], (4, 2, 3), {}, 0),
        ("global_avg_pool", [(8, 8, 3)], (3,), {}, 0),
        ("batch_norm", [(8, 8, 3)], (8, 8, 3), {"scale": (3,), "shift": (3,)}, 0),
        ("embedding: {size: 4, classes: 9}", [(5,)], (5, 4), {"weights": (9, 4)}, 0),
    ],
)  # fmt: skip
def test_sizes(entry: str, shapes: list[Shape], output: Shape, weights: dict[str, Shape], multiply_adds: int) -> None:
    found = sizes(entry, *shapes)
    assert found.output == output
    assert {weight.name: weight.shape for weight in found.weights} == weights
    assert found.multiply_adds == multiply_adds


def test_fans_and_starts() -> None:
    weights, bias = sizes("dense: {units: 10, activation: relu}", (64,)).weights
    assert (weights.fan_in, weights.fan_out, weights.start, bias.start) == (64, 10, "he", 0)
    assert sizes("dense: {units: 10, activation: tanh}", (64,)).weights[0].start == "glorot"
    assert sizes("dense: {units: 10, activation: {leaky_relu: {slope: 0.3}}}", (64,)).weights[0].start == "he"
    (filters,) = sizes("conv2d: {filters: 8, kernel: 3, groups: 2, bias: false}", (8, 8, 4)).weights
    assert (filters.fan_in, filters.fan_out) == (18, 36)


@pytest.mark.parametrize(
    ("entry", "shapes", "parts"),
    [
        ("reshape: [5, 13]", [(8, 8, 1)], ["8 * 8 * 1 = 64", "5 * 13 = 65", "product is 64"]),
        ("reshape: [-1, 5]", [(8, 8)], ["8 * 8 = 64", "5 does not divide", "64"]),
        ("reshape: [-1, -1]", [(8, 8)], ["2 sizes open"]),
        ("reshape: [-1, 0]", [(8, 8)], ["0 does not divide"]),
        ("reshape: [long, 4]", [(8,)], ["not all numbers"]),
        ("add: [a, b]", [(4, 3), (4, 5)], ["[4, 3]", "[4, 5]", "axis 2 is 3 and 5"]),
        ("add: [a, b]", [(4,), (4, 5)], ["[4]", "[4, 5]", "1 axes and 2"]),
        ("multiply: [a]", [], ["nothing to join"]),
        ("concat: [a, b]", [(4, 3), (5, 3)], ["axis 1 is 4", "and 5", "[5, 3]"]),
        ("concat: [a, b]", [(4, 3), (3,)], ["2 axes", "has 1"]),
        ("concat: [a, b]", [(), ()], ["no axis"]),
        ("concat: {axis: breadth, a: [], b: []}", [(4, 3), (4, 3)], ["`breadth`", "time, channels"]),
        ("concat: {axis: breadth, a: [], b: []}", [(1, 2, 3, 4, 5)], ["no names"]),
        ("dense: 3", [()], ["single number"]),
        ("dense: 3", [(1,), (2,)], ["here are 2", "concat"]),
        ("conv2d: 3", [(64,)], ["[64]", "3 axes"]),
        ("conv2d: 3", [(14, 5)], ["a picture has 3 axes: height, width, channels", "`conv1d` if it is a signal"]),
        ("conv1d: 3", [(8, 8, 1)], ["a signal has 2 axes: length, channels", "`conv2d` if it is a picture"]),
        ("conv3d: 3", [(8, 8, 1)], ["a volume has 4 axes: depth, height, width, channels", "`conv2d`"]),
        ("conv1d: {filters: 3, kernel: 5}", [(4, 1)], ["a window of 5 does not fit the length of 4", "padding: same"]),
        (
            "conv3d: {filters: 3, kernel: 5, padding: 1}",
            [(2, 9, 9, 1)],
            ["a window of 5 does not fit the depth of 2 + 2 * 1"],
        ),
        (
            "conv3d: {filters: 3, kernel: [1, 2]}",
            [(4, 4, 4, 1)],
            ["kernel has 2 numbers", "one for depth, one for height and"],
        ),
        ("max_pool: [2, 2]", [(8, 3)], ["size has 2 numbers", "Give one number."]),
        ("max_pool: 2", [(8,)], ["the input is [8], and a pool reads a signal", "reshape"]),
        ("conv2d: {filters: 3, kernel: 9}", [(8, 8, 1)], ["window of 9", "height of 8", "padding: same"]),
        (
            "conv2d: {filters: 3, kernel: [1, 3], dilation: 8, padding: 2}",
            [(8, 8, 1)],
            ["17", "8 + 2 * 2 = 12"],
        ),
        ("conv2d: {filters: 3, groups: 2}", [(8, 8, 4)], ["4 channels", "3 filters", "2 groups"]),
        ("global_avg_pool", [()], ["single number"]),
        (
            "max_pool: {size: 3, stride: 3, rounding: strict}",
            [(6, 7, 1)],
            ["a window of 3 in steps of 3 leaves 1 of the width of 7 over: (7 - 3) / 3 = 1.333", "rounding: strict"],
        ),
        (
            "conv_transpose2d: {filters: 3, kernel: 2, padding: 2}",
            [(3, 3, 1)],
            ["nothing is left of the height: (3 - 1) * 1 + 2 - 4 + 0 = 0", "padding smaller"],
        ),
        (
            "conv_transpose2d: {filters: 3, kernel: 2, stride: 2, output_padding: 2}",
            [(3, 3, 1)],
            ["output_padding of 2 is not below the stride of 2"],
        ),
        ("fractional_max_pool: 2.5", [(8, 8, 1)], ["windows of 2 that stand 2.5 apart leave out", "at least 3"]),
        ("fractional_max_pool: 9", [(8, 8, 1)], ["nothing is left of the height: 8 / 9 is below 1"]),
        ("fractional_max_pool: {size: [1, 9]}", [(8, 8, 1)], ["windows of 1", "at least 2"]),
        ("fractional_max_pool: {size: [2, 9]}", [(8, 8, 1)], ["a window of 9 does not fit the width of 8"]),
        ("conv_transpose2d: 3", [(64,)], ["[64]", "3 axes"]),
        ("resize: 0.1", [(8, 20, 1)], ["nothing is left of a picture of 8 x 20 times 0.1", "larger number"]),
        (
            "max_unpool: {pool: small}",
            [(2, 2, 4), (2, 2, 3), (4, 4, 3)],
            ["the input is [2, 2, 4], and `small` gave [2, 2, 3]", "channels too"],
        ),
        ("max_unpool: {pool: small}", [(2, 2, 4)], ["given 1 tensors", "pool: NAME"]),
    ],
)
def test_mistakes_show_both_numbers_and_the_arithmetic(entry: str, shapes: list[Shape], parts: list[str]) -> None:
    with pytest.raises(SizeMistake) as caught:
        sizes(entry, *shapes)
    said = f"{caught.value} {caught.value.suggestion}"
    assert [part for part in parts if part not in said] == []
    assert caught.value.suggestion


SHAPES = st.lists(st.integers(1, 12), max_size=4).map(tuple)


@given(st.sampled_from(SIZED), st.lists(SHAPES, max_size=3).map(tuple))
def test_any_shapes_give_sizes_or_a_mistake(kind: Kind, shapes: tuple[Shape, ...]) -> None:
    assert kind.sizes is not None
    main = {"units": 3, "filters": 4, "shape": (2, -1), "size": (2,)}
    options = {option.name: main.get(option.name, option.default) for option in kind.options}
    if kind.name == "embedding":
        options["size"] = 2
    try:
        found = kind.sizes(shapes, options)
    except SizeMistake as mistake:
        assert str(mistake)
    else:
        assert all(size >= 1 for size in found.output)
        assert all(size >= 1 for weight in found.weights for size in weight.shape)


def test_every_kind_of_a_network_that_is_built_has_a_size_rule() -> None:
    network = [kind for kind in KINDS.values() if kind.family in ("layer", "joiner", "activation")]
    assert [kind.name for kind in network if kind.sizes is None and "later" not in kind.traits] == [
        "chain",
        "formula",
    ]
