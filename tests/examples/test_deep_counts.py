"""Parameters of the networks of `examples/deep`, counted from the tables of the papers by arithmetic alone.

Nothing of the compiler is asked here: `test_deep` compares its counts with the same figures. Where a paper or a
widely used build of the network states a figure, exact or rounded, it stands beside.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from .test_deep import PARAMETERS

INCEPTIONS = (
    # channels in; 1x1; before 3x3, 3x3; before 5x5, 5x5; behind the pool (Szegedy et al. 2014, table 1)
    (192, 64, 96, 128, 16, 32, 32), (256, 128, 128, 192, 32, 96, 64), (480, 192, 96, 208, 16, 48, 64),
    (512, 160, 112, 224, 24, 64, 64), (512, 128, 128, 256, 24, 64, 64), (512, 112, 144, 288, 32, 64, 64),
    (528, 256, 160, 320, 32, 128, 128), (832, 256, 160, 320, 32, 128, 128), (832, 384, 192, 384, 48, 128, 128),
)  # fmt: skip


def conv(kernel: int, channels: int, filters: int, bias: bool = True) -> int:
    return kernel * kernel * channels * filters + (filters if bias else 0)


def normed(kernel: int, channels: int, filters: int) -> int:
    """A convolution without bias, and the scale and shift behind it."""
    return conv(kernel, channels, filters, bias=False) + 2 * filters


def dense(*widths: int) -> int:
    return sum(before * after + after for before, after in pairwise(widths))


def alexnet() -> int:
    """Krizhevsky et al. 2012, without the halves for two cards: catalogs give 62.4 million."""
    table = ((11, 3, 96), (5, 96, 256), (3, 256, 384), (3, 384, 384), (3, 384, 256))
    return sum(conv(*row) for row in table) + dense(6 * 6 * 256, 4096, 4096, 1000)


def vgg16() -> int:
    """Simonyan & Zisserman 2014, table 2: 138 million."""
    widths = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
    return sum(conv(3, *pair) for pair in pairwise(widths)) + dense(7 * 7 * 512, 4096, 4096, 1000)


def network_in_network() -> int:
    """Lin et al. 2013: 0.97 million."""
    first = conv(5, 3, 192) + conv(1, 192, 160) + conv(1, 160, 96)
    second = conv(5, 96, 192) + 2 * conv(1, 192, 192)
    return first + second + conv(3, 192, 192) + conv(1, 192, 192) + conv(1, 192, 10)


def inception(channels: int, one: int, three_in: int, three: int, five_in: int, five: int, pool: int) -> int:
    ways = conv(1, channels, one) + conv(1, channels, pool)
    ways += conv(1, channels, three_in) + conv(3, three_in, three)
    return ways + conv(1, channels, five_in) + conv(5, five_in, five)


def googlenet() -> int:
    """Szegedy et al. 2014; the build that ships with Caffe has 6,998,552."""
    begin = conv(7, 3, 64) + conv(1, 64, 64) + conv(3, 64, 192)
    return begin + sum(inception(*row) for row in INCEPTIONS) + dense(1024, 1000)


def exits() -> int:
    """Both side exits of GoogLeNet: pool to 4x4, 1x1 to 128, dense 1024 and 1000."""
    return sum(conv(1, channels, 128) + dense(4 * 4 * 128, 1024, 1000) for channels in (512, 528))


def resnet20() -> int:
    """He et al. 2015, 6n + 2 layers of 16, 32 and 64: 0.27 million; here with projections where sizes change."""
    count = normed(3, 3, 16) + 6 * normed(3, 16, 16)
    for before, after in ((16, 32), (32, 64)):
        count += normed(3, before, after) + 5 * normed(3, after, after) + normed(1, before, after)
    return count + dense(64, 10)


def resnet152() -> int:
    """He et al. 2015, table 1: 3, 8, 36 and 3 bottlenecks; torchvision's has 60,192,808."""
    count, channels = normed(7, 3, 64), 64
    for width, blocks in ((64, 3), (128, 8), (256, 36), (512, 3)):
        count += normed(1, channels, 4 * width)
        for _ in range(blocks):
            count += normed(1, channels, width) + normed(3, width, width) + normed(1, width, 4 * width)
            channels = 4 * width
    return count + dense(channels, 1000)


def densenet121() -> int:
    """Huang et al. 2016, table 1: 6, 12, 24 and 16 layers that grow by 32; torchvision's has 7,978,856."""
    count, channels = normed(7, 3, 64), 64
    for layers in (6, 12, 24, 16):
        for _ in range(layers):
            count += 2 * channels + conv(1, channels, 128, bias=False) + 2 * 128 + conv(3, 128, 32, bias=False)
            channels += 32
        count += 2 * channels
        if layers != 16:
            count += conv(1, channels, channels // 2, bias=False)
            channels //= 2
    return count + dense(channels, 1000)


def fractalnet() -> int:
    """Larsson et al. 2016, five blocks of three columns: of the seven convolutions of a block three read its input.

    Papers give 38.6 million for it without saying what they count; the widths they state come to this.
    """
    widths = (3, 64, 128, 256, 512, 512)
    blocks = sum(3 * normed(3, before, after) + 4 * normed(3, after, after) for before, after in pairwise(widths))
    return blocks + dense(512, 10)


def one_inception() -> int:
    """The block 3a of GoogLeNet alone."""
    return inception(*INCEPTIONS[0])


COUNTS: dict[str, Callable[[], int]] = {
    "alexnet": alexnet, "vgg16": vgg16, "network_in_network": network_in_network, "googlenet": googlenet,
    "inception": one_inception, "resnet20": resnet20, "resnet152": resnet152, "densenet121": densenet121,
    "fractalnet": fractalnet,
}  # fmt: skip


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_figures_follow_from_the_tables(name: str) -> None:
    assert COUNTS[name]() == PARAMETERS[name]


def test_the_side_exits_of_googlenet() -> None:
    assert googlenet() + exits() == 13_378_280
