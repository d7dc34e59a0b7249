"""MNIST: a set known by its name, whose files the user has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...dsl.data_schema import BUILTIN
from .bounded import damaged
from .errors import DataError
from .idx import read_idx
from .raw import Array, Raw
from .reach import Reach

MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
MNIST_FROM = "https://ossci-datasets.s3.amazonaws.com/mnist/"
"""A public copy: netloom itself fetches nothing."""


def read_mnist(options: Mapping[str, object], reach: Reach) -> Raw:
    """The 60000 rows to train on, then the 10000 of MNIST's own test part (fewer where the files hold fewer).

    Four IDX files, gzip or plain, from `$NETLOOM_DATA`, else the cache. Raises DataError naming the files.
    """
    found = [reach.named(name + ".gz", name) for name in MNIST_FILES]
    missing = [name for name, path in zip(MNIST_FILES, found, strict=True) if path is None]
    if missing:
        folders = " or ".join(str(folder) for folder in reach.shelves())
        raise DataError(
            "E301",
            f"the files of mnist are not here: missing {', '.join(f'{name}.gz' for name in missing)}",
            f"Get them from {MNIST_FROM} and put them (with or without .gz) into {folders}; $NETLOOM_DATA names the first "
            "folder looked in.",
        )
    paths = [path for path in found if path is not None]
    parts = [_pair(image, label) for image, label in zip(paths[::2], paths[1::2], strict=True)]
    image = np.concatenate([images for images, _ in parts])
    label = np.concatenate([labels for _, labels in parts])
    return Raw(
        {"image": image, "label": label},
        rows=len(image),
        own_test=len(parts[1][0]),
        known=BUILTIN["mnist"].columns,
        file="mnist",
    )


def _pair(image_path: Path, label_path: Path) -> tuple[Array, Array]:
    _, image = read_idx(image_path)
    _, label = read_idx(label_path)
    if image.shape[1:] != (28, 28) or image.dtype != np.uint8:
        raise damaged(image_path, f"pictures of {image.shape[1:]} {image.dtype}, not of (28, 28) uint8")
    if label.ndim != 1 or len(label) != len(image):
        raise damaged(label_path, f"{label.shape} labels for {len(image)} pictures")
    if len(label) and int(label.max()) > 9:
        raise damaged(label_path, f"a label {label.max()}, where 9 is the greatest")
    return image[..., np.newaxis], label.astype(np.int32)
