"""Examples in the standard layout stay so; the others are laid out by hand, where that reads better."""

from __future__ import annotations

import pytest

from netloom.dsl.format import formatted

from .gallery import NAMES, example

BY_HAND_READS_BETTER = {
    "a list of layers down the page, one a line": (
        "autoencoder/digits", "blocks/shared", "deep/densenet121", "deep/fractalnet", "deep/inception",
        "pictures/dense_head_as_convolution",
    ),
    "branches that stand in columns": ("deep/googlenet", "pictures/googlenet_small"),
    "the learning rate by its name, or what is trained line by line, for those who see them for the first time": (
        "decisions/circles", "decisions/moons", "decisions/spirals", "depth/nine_relu", "depth/nine_sigmoid",
        "depth/three_sigmoid", "losses/variational", "neurons/learn_nand", "neurons/xor_one_neuron",
        "neurons/xor_two_layers", "pictures/autoencoder_convolution", "pictures/cnn_mnist", "pictures/edges_learned",
        "recogniser/mnist", "regression/linear", "regression/logistic", "regression/softmax", "start/digits",
        "weights/tied", "worked/descent", "worked/gradient_by_hand",
    ),
}  # fmt: skip
STANDARD = (
    "blocks/highway", "blocks/residual", "deep/alexnet", "deep/network_in_network", "deep/resnet152", "deep/resnet20",
    "deep/vgg16", "heads/two_heads", "losses/parts", "neurons/gate_and", "neurons/gate_or", "pictures/alexnet_small",
    "pictures/autoencoder_mirrored", "pictures/blur", "pictures/colours", "pictures/convolution_as_matrix", "pictures/dense_as_convolution",
    "pictures/densenet_small", "pictures/diagonal", "pictures/edges_fixed", "pictures/fractal_drop_path", "pictures/fractional_pools",
    "pictures/fractalnet_small", "pictures/highway_deep", "pictures/lenet5", "pictures/network_in_network",
    "pictures/one_direction", "pictures/places", "pictures/resnet_in_resnet", "pictures/resnet_small",
    "pictures/separable", "pictures/sizes", "pictures/three_pools", "pictures/unpooling", "pictures/vgg_small",
    "pictures/vision_transformer", "recogniser/mnist_relu", "regularisation/channel_dropout",
    "regularisation/drop_connect", "regularisation/dropout", "regularisation/dropout_as_ensemble",
    "regularisation/elastic_net", "regularisation/noise", "regularisation/norms", "regularisation/penalty",
    "regularisation/sparse", "regularisation/stochastic_depth", "weights/described", "worked/one_layer",
    "worked/three_layers",
)  # fmt: skip


@pytest.mark.parametrize("name", STANDARD)
def test_it_is_in_the_standard_layout(name: str) -> None:
    text = example(name).read_text(encoding="utf-8")
    assert formatted(text, name)[0] == text


@pytest.mark.parametrize("name", NAMES)
def test_the_layout_keeps_its_head_and_is_done_in_one_go(name: str) -> None:
    """The comment on top, which says what to look at, stays on top; laying out twice changes nothing more."""
    text = example(name).read_text(encoding="utf-8")
    once, _ = formatted(text, name)
    assert once is not None
    assert once.startswith(text[: text.index("netloom:")])
    assert formatted(once, name)[0] == once


def test_an_exception_is_one() -> None:
    """What is laid out by hand differs from the standard: else it belongs to the others."""
    for names in BY_HAND_READS_BETTER.values():
        for name in names:
            text = example(name).read_text(encoding="utf-8")
            assert formatted(text, name)[0] != text, name
