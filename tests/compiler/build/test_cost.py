"""What a network costs: the numbers of the course notes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netloom.compiler.cost import costs
from netloom.compiler.experiment import Experiment

Built = Callable[..., Experiment]


def total_parameters(experiment: Experiment) -> int:
    return sum(row.parameters for row in costs(experiment))


def dense(*units: int) -> str:
    return "network: {layers: [flatten, " + ", ".join(f"{{dense: {n}}}" for n in units) + "]}"


@pytest.mark.catalog("F08")
def test_the_recogniser(built: Built) -> None:
    rows = {row.name: row for row in costs(built(dense(500, 500, 10), "mnist"))}
    assert [rows[f"dense{n}"].parameters for n in (1, 2, 3)] == [392_500, 250_500, 5_010]
    assert rows["dense1"].multiply_adds == 784 * 500
    assert rows["dense1"].bytes == 4 * 500
    assert rows["image"].kind == "data"
    assert total_parameters(built(dense(500, 500, 10), "mnist")) == 648_010


@pytest.mark.catalog("F06")
def test_the_linear_image_classifier(built: Built) -> None:
    assert total_parameters(built(dense(10), "cifar10")) == 30_730


@pytest.mark.catalog("F23")
@pytest.mark.parametrize(
    ("widths", "weights"),
    [([2048], 19_933_184), ([2048] * 2, 24_127_488), ([2048] * 5, 36_710_400), ([2048] * 7, 45_099_008),
     ([3772], 36_712_876), ([4634], 45_102_722)],
)  # fmt: skip
def test_fat_and_thin(built: Built, widths: list[int], weights: int) -> None:
    """Input 429, output 9304, weights only."""
    layers = ", ".join(f"{{dense: {{units: {n}, bias: false}}}}" for n in [*widths, 9304])
    made = built(f"network: {{inputs: {{x: [429]}}, layers: [{layers}]}}", "none")
    assert total_parameters(made) == weights


def test_rows(built: Built) -> None:
    made = built("network: {layers: [flatten, {dense: {units: 4, activation: relu, bias: {trainable: false}}}, tanh]}")
    flatten, first, last = costs(made)[1:]
    assert (flatten.kind, flatten.shape, flatten.parameters, flatten.reads) == ("flatten", (64,), 0, ("image",))
    assert (first.activation, first.parameters, first.trainable) == ("relu", 260, 256)
    assert (last.kind, last.activation) == ("tanh", None)


def test_shared_weights_count_once(built: Built) -> None:
    made = built(
        "networks: {N: {layers: [flatten, {dense: 5}]}}\ngraph: {a: {N: image}, b: {N: image}, c: {dense: 10, from: [a, b]}}\n"
        "train: {loss: cross_entropy}"
    )
    assert total_parameters(made) == 65 * 5 + 11 * 10
