"""Other windows: in one direction, transposed, put back, rounded, by chance, with a bias for each place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.dsl.diagnostics import SpecError
from netloom.runtime import start

from .answered import answers, held
from .gallery import example
from .test_convolutions import shown, table, trained


@pytest.mark.catalog("C10", "C11")
def test_windows_in_one_direction(tmp_path: Path) -> None:
    rows = shown("one_direction")
    assert rows["slid"].shape == (1, 6, 32)
    assert rows["along"].shape == (1, 30, 16)
    assert table([1, 14, 1], "{conv2d: {filters: 16, kernel: [1, 5]}}", tmp_path)[0].shape == (1, 10, 16)
    assert trained("one_direction", tmp_path).metrics["test"]["accuracy"] > 0.93


@pytest.mark.catalog("C10")
def test_signals_and_volumes(tmp_path: Path) -> None:
    """14 * 5 gives 10 x 16, 14 x 14 x 14 * 5 x 5 x 5 gives 10 x 10 x 10 x 16; weights and work by hand."""
    (row,) = table([14, 1], "{conv1d: {filters: 16, kernel: 5}}", tmp_path)
    assert (row.shape, row.parameters, row.multiply_adds) == ((10, 16), 5 * 16 + 16, 10 * 16 * 5)
    (row,) = table([14, 14, 14, 1], "{conv3d: {filters: 16, kernel: 5}}", tmp_path)
    assert (row.shape, row.parameters, row.multiply_adds) == ((10, 10, 10, 16), 125 * 16 + 16, 1000 * 16 * 125)
    assert [row.shape for row in table([14, 3], "{max_pool: 2}, {avg_pool: 3}, global_avg_pool", tmp_path)] == [
        (7, 3), (2, 3), (3,),
    ]  # fmt: skip
    assert [row.shape for row in table([9, 8, 7, 2], "{max_pool: [3, 2, 2]}, {avg_pool: 2}", tmp_path)] == [
        (3, 4, 3, 2), (1, 2, 1, 2),
    ]  # fmt: skip


@pytest.mark.catalog("C10")
def test_a_signal_by_hand() -> None:
    found = {name: value[0, :, 0] for name, value in netloom.predict(example("pictures/signal_by_hand")).items()}
    signal = np.array([0, 0, 1, 0, 0, 5, 5, 5, 5, 5, 0, 0, 1, 0])
    np.testing.assert_allclose(found["smooth"], np.convolve(signal, np.full(5, 0.2), "valid"), rtol=1e-6)
    np.testing.assert_array_equal(found["rises"], np.correlate(signal, [-1, -1, 0, 1, 1], "valid"))
    np.testing.assert_array_equal(found["strongest"], found["rises"].reshape(5, 2).max(axis=1))


@pytest.mark.catalog("C10")
def test_digits_as_signals_and_as_volumes(tmp_path: Path) -> None:
    assert shown("digits_as_signals")["scores.conv1d1"].parameters == 8 * 3 * 32 + 32
    assert trained("digits_as_signals", tmp_path).metrics["test"]["accuracy"] > 0.93
    rows = shown("scale_space")
    assert (rows["volume"].shape, rows["scores.conv3d1"].parameters) == ((3, 8, 8, 1), 27 * 12 + 12)
    assert trained("scale_space", tmp_path).metrics["test"]["accuracy"] > 0.9


@pytest.mark.catalog("C12")
def test_a_dense_layer_of_zeros_and_equal_weights() -> None:
    (found,) = netloom.predict(example("pictures/dense_as_convolution")).values()
    assert found.tolist() == [[3, -1]]


@pytest.mark.catalog("C14")
def test_a_convolution_as_a_matrix() -> None:
    found = netloom.predict(example("pictures/convolution_as_matrix"))
    assert found["there"].ravel().tolist() == [8, 14, 20, 11]
    assert found["back"].ravel().tolist() == [1, 4, 10, 16, 17, 12]
    assert found["wider"].ravel().tolist() == [1, 2, 5, 4, 6]
    assert found["transposed"].ravel().tolist() == [1, 4, 10, 16, 17, 12]
    assert found["stretched"].ravel().tolist() == [1, 2, 5, 4, 6]


@pytest.mark.catalog("C15")
def test_ways_to_undo_a_pool() -> None:
    found = {name: value[0, :, :, 0].tolist() for name, value in netloom.predict(example("pictures/unpooling")).items()}
    assert found["pooled"] == [[5, 6], [7, 8]]
    assert found["nearest"] == [[5, 5, 6, 6], [5, 5, 6, 6], [7, 7, 8, 8], [7, 7, 8, 8]]
    assert found["nails"] == [[5, 0, 6, 0], [0, 0, 0, 0], [7, 0, 8, 0], [0, 0, 0, 0]]
    assert found["found"] == [[0, 0, 6, 0], [0, 5, 0, 0], [0, 0, 0, 0], [7, 0, 0, 8]]
    assert found["smooth"][0] == [5, 5.25, 5.75, 6]
    assert [row[0] for row in found["smooth"]] == [5, 5.5, 6.5, 7]


@pytest.mark.catalog("C14", "C15")
def test_the_way_back_through_the_places_of_the_largest(tmp_path: Path) -> None:
    """With the places, a picture comes back better than with as many numbers alone; they cost no weights."""
    errors = {
        name: trained(name, tmp_path).metrics["test"]["loss"]
        for name in ("autoencoder_mirrored", "autoencoder_convolution")
    }
    assert errors["autoencoder_mirrored"] < 0.7 * errors["autoencoder_convolution"]
    assert [row.parameters for row in shown("autoencoder_mirrored").values() if row.kind == "max_unpool"] == [0, 0]


@pytest.mark.catalog("C15")
def test_only_a_pool_has_places(tmp_path: Path) -> None:
    file = tmp_path / "unpool.yaml"
    for layers, wanted in (
        (
            "{max_pool: 2}, {name: small, avg_pool: 2}, {max_unpool: small}",
            "`small` is of the kind `avg_pool`, and a `max_pool` is wanted",
        ),
        ("{max_pool: 2}, {max_unpool: x}", "`x` is a column, and a `max_pool` is wanted"),
        (
            "{name: small, max_pool: 2}, {conv2d: 3}, {max_unpool: small}",
            "`max_unpool1`: the input is [4, 4, 3], and `small` gave [4, 4, 1]",
        ),
    ):
        file.write_text(f"name: f\nnetwork: {{inputs: {{x: [8, 8, 1]}}, layers: [{layers}]}}\n", encoding="utf-8")
        with pytest.raises(SpecError) as caught:
            start.load(file)
        assert [item.message for item in caught.value.diagnostics] == [wanted]


@pytest.mark.catalog("C02")
def test_strict_windows_leave_nothing_over(tmp_path: Path) -> None:
    """7 behind windows of 3 in steps of 3: an error where it is asked for, else rounded."""
    with pytest.raises(SpecError, match=r"leaves 1 of the height of 7 over: \(7 - 3\) / 3 = 1.333"):
        table([7, 7, 1], "{conv2d: {filters: 1, kernel: 3, stride: 3, rounding: strict}}", tmp_path)
    for rounding, side in (("floor", 2), ("ceil", 3)):
        (row,) = table([7, 7, 1], f"{{max_pool: {{size: 3, stride: 3, rounding: {rounding}}}}}", tmp_path)
        assert row.shape == (side, side, 1)


@pytest.mark.catalog("C16")
def test_pools_by_less_than_half(tmp_path: Path) -> None:
    assert [row.shape[0] for row in shown("fractional_pools").values() if row.kind == "fractional_max_pool"] == [
        6,
        4,
        3,
        2,
    ]
    assert table([25, 25, 3], "{fractional_max_pool: 1.4}", tmp_path)[0].shape == (17, 17, 3)
    first, again = (trained("fractional_pools", tmp_path) for _ in range(2))
    assert first.metrics == again.metrics
    assert first.metrics["test"]["accuracy"] > 0.93
    one, other = (answers(example("pictures/fractional_pools"), held(first)) for _ in range(2))
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


@pytest.mark.catalog("C17")
def test_a_bias_for_each_place(tmp_path: Path) -> None:
    rows = shown("places")
    assert rows["bias"].parameters == 64
    assert sum(row.parameters for row in table([19, 19, 1], "{conv2d: {filters: 1, kernel: 1, bias: false}}, "
               "{add: {as_it_is: [], bias: [{variable: [19, 19, 1]}]}}, flatten, softmax", tmp_path)) == 361 + 1  # fmt: skip
    run = trained("places", tmp_path)
    found = answers(example("pictures/places"), held(run))
    np.testing.assert_allclose(found["chances"].sum(axis=1), 1)
    assert np.mean(found["chances"].argmax(axis=1) == found["darkest"].ravel()) > 0.7
