"""Layers of picture networks and their norms, told."""

from __future__ import annotations

from .frames import layers, whole
from .told import tell

WINDOWS = (
    "Height and width each become (size + 2 * padding - reach) / stride, rounded down, + 1, where reach is "
    "dilation * (kernel - 1) + 1. `padding: same` makes it size / stride, rounded up. `rounding: ceil` rounds up, "
    "`rounding: strict` refuses what does not divide."
)
CONVOLUTION = """
- conv2d: {filters: 16, kernel: 3, activation: relu}
- max_pool: 2
- flatten
- dense: 10
"""
for _name, _use, _reads, _become, _weights, _sized in (
    (
        "conv1d",
        "Small filters that move along a signal or a sequence: sound, measured curves, the steps of a text. A thing is "
        "known whenever it comes. Channels stand last.",
        "[64, 1]",
        "The length becomes",
        "[filters, kernel, channels / groups]",
        ("conv1d: {filters: 16, kernel: 5}", ((14, 5),)),
    ),
    (
        "conv3d",
        "Small filters that move through a volume (scans, voxels), or through a film, whose depth is its pictures. "
        "Channels stand last. Costs grow with the third power of the window: 5 x 5 x 5 has 125 points.",
        "[4, 4, 4, 1]",
        "Depth, height and width each become",
        "[filters, kernel depth, kernel height, kernel width, channels / groups]",
        ("conv3d: {filters: 16, kernel: 5}", ((14, 14, 14, 1),)),
    ),
):
    tell(
        "layer", _name, _use,
        layers(
            f"- reshape: {_reads}\n- {_name}: {{filters: 16, kernel: 3, activation: relu}}\n- max_pool: 2\n- flatten\n"
            "- dense: 10"
        ),
        f"{_become}{WINDOWS.removeprefix('Height and width each become')} Channels become `filters`. "
        f"Weights are `{_weights}`.",
        _sized,
    )  # fmt: skip
tell(
    "layer", "conv2d",
    "The layer of picture networks: the same small filters look at every place, so that a thing is known wherever it "
    "stands, with few weights. Channels stand last. With as many groups as channels each channel is filtered by itself.",
    layers(CONVOLUTION),
    f"{WINDOWS} Channels become `filters`. Weights are `[filters, kernel height, kernel width, channels / groups]`.",
    ("conv2d: {filters: 16, kernel: 3, stride: 2}", ((28, 28, 1),)),
)  # fmt: skip
POOLED = (
    "It reads a signal [length, channels], a picture [height, width, channels] or a volume [depth, height, width, "
    "channels]. Every axis becomes (size + 2 * padding - window) / stride, rounded down (or as `rounding` says), + 1; "
    "channels stay."
)
tell(
    "layer", "max_pool",
    "Makes a picture smaller and keeps the strongest answer of each window: small shifts stop to matter.",
    layers(CONVOLUTION), POOLED, ("max_pool: 2", ((26, 26, 16),)),
)  # fmt: skip
tell(
    "layer", "avg_pool", "Makes a picture smaller and smooth.", layers(CONVOLUTION.replace("max_pool", "avg_pool")),
    POOLED, ("avg_pool: {size: 3, stride: 2}", ((26, 26, 16),)),
)  # fmt: skip
tell(
    "layer", "fractional_max_pool",
    "Makes a picture smaller by less than half, so that more layers fit; the windows of each example stand elsewhere at "
    "each step, which keeps networks from learning by heart. Outside training they stand evenly.",
    layers("- conv2d: {filters: 16, kernel: 3, activation: relu}\n- fractional_max_pool: 1.4\n- flatten\n- dense: 10"),
    "Height and width each become size / ratio, rounded down; channels stay.",
    ("fractional_max_pool: 1.4", ((25, 25, 16),)),
)  # fmt: skip
for _name, _use in (
    ("global_avg_pool", "Stands in place of `flatten` before the last layer: far fewer weights, and any picture size."),
    ("global_max_pool", "Asks whether something is anywhere in the picture."),
):
    tell(
        "layer", _name, _use, layers(f"- conv2d: {{filters: 16, kernel: 3, activation: relu}}\n- {_name}\n- dense: 10"),
        "Only the last axis is left.", (_name, ((13, 13, 16),)),
    )  # fmt: skip
NORMED = "Sizes stay as they are; `scale` and `shift` have a number for each channel."
tell(
    "layer", "batch_norm",
    "Lets deep picture networks train fast. In training it takes mean and deviation of the batch, outside it the "
    "running means. Small batches make it noisy: then `layer_norm`.",
    layers(
        "- flatten\n- dense: {units: 64, bias: false}\n- batch_norm\n- relu\n- dense: 10"
    ),
    NORMED, ("batch_norm", ((13, 13, 16),)),
)  # fmt: skip
tell(
    "layer", "layer_norm", "The norm of transformers: each example, and each step, by itself, whatever the batch.",
    layers("- flatten\n- dense: 64\n- layer_norm\n- relu\n- dense: 10"), NORMED, ("layer_norm", ((20, 64),)),
)  # fmt: skip
tell(
    "layer", "embedding",
    "Words, characters and other classes become rows of numbers that are trained: classes used alike end up alike.",
    whole(
        """
        data: {source: {values: {word: [0, 1, 2, 3], label: [0, 1, 1, 0]}}, fields: {word: {as: category}}}
        network:
          inputs: [word]
          layers: [{embedding: {size: 4, classes: 4}}, {dense: 2}]
        train: {loss: cross_entropy, batch: 2, epochs: 5}
        """
    ),
    "A new last axis of `size`. Weights are `[classes, size]`.",
    ("embedding: {size: 32, classes: 1000}", ((20,),)),
)  # fmt: skip
tell(
    "layer", "max_unpool",
    "The way back up in a network that codes pictures and draws them again: it knows where each largest number stood.",
    layers(
        """
        - conv2d: {filters: 8, kernel: 3, padding: same, activation: relu}
        - max_pool: 2
          name: small
        - max_unpool: {pool: small}
        - flatten
        - dense: 10
        """
    ),
    "Sizes are those that the named `max_pool` read; channels stay.",
)  # fmt: skip
tell(
    "layer", "resize",
    "Makes pictures larger or smaller within a network: on the way back of an autoencoder, or in a generator. "
    "`bilinear` gives smooth pictures, the nearest point squares of equals. New places are spread evenly: both pictures "
    "have the same edges, and beyond the last point it goes on as it is.",
    layers("- conv2d: {filters: 8, kernel: 3}\n- resize: {scale: 1.5, by: bilinear}\n- flatten\n- dense: 10"),
    "Height and width are multiplied by `scale`, rounded down, or are those of `size`; channels stay.",
    ("resize: 2", ((8, 8, 1),)),
)  # fmt: skip
tell(
    "layer", "conv_transpose2d",
    "The way back from a convolution, with filters that are learned: small pictures become large ones, in decoders, "
    "generators and where every point is told apart. `stride: 2` with `padding: same` makes both sides twice as long.",
    layers(
        """
        - conv2d: {filters: 16, kernel: 3, stride: 2, padding: same, activation: relu}
        - conv_transpose2d: {filters: 8, kernel: 4, stride: 2, padding: same, activation: relu}
        - flatten
        - dense: 10
        """
    ),
    "Height and width each become (size - 1) * stride + reach - 2 * padding + output_padding, where reach is "
    "dilation * (kernel - 1) + 1. `padding: same` makes it size * stride. Channels become `filters`. Weights are "
    "`[channels, kernel height, kernel width, filters]`.",
    ("conv_transpose2d: {filters: 8, kernel: 4, stride: 2, padding: same}", ((13, 13, 16),)),
)  # fmt: skip
tell(
    "layer", "unit_length", "Before codes are compared: only their direction counts, so distance is angle.",
    layers("- flatten\n- dense: 32\n- unit_length\n- dense: 10"),
    "Sizes stay as they are.", ("unit_length", ((32,),)),
)  # fmt: skip
