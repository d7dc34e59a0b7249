"""The small sets that come with scikit-learn: digits, iris, wine, breast_cancer, diabetes.

They are read from the files inside the installed package where these lie as we know them: importing
scikit-learn takes longer than a whole small training. Elsewhere its own functions give the same numbers.
"""

from __future__ import annotations

import gzip
import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...dsl.data_schema import BUILTIN
from .errors import DataError
from .raw import Array, Raw
from .reach import Reach

Numbers = NDArray[np.float64]


def science_set(name: str) -> Callable[[Mapping[str, object], Reach], Raw]:
    """The reader of one of the sets. It raises DataError when scikit-learn is not installed."""

    def read(options: Mapping[str, object], reach: Reach) -> Raw:
        folder = _package() / "datasets" / "data"
        try:
            inputs, targets = _FILES[name](folder)
        except (OSError, ValueError):
            # another version may keep its files elsewhere
            inputs, targets = load_by_package(name)
        return _raw(name, inputs, targets)

    return read


def load_by_package(name: str) -> tuple[Numbers, Numbers]:
    """Inputs and targets as scikit-learn's own function gives them."""
    datasets = importlib.import_module("sklearn.datasets")
    bunch = getattr(datasets, f"load_{name}")()
    return bunch.data, np.asarray(bunch.target, np.float64)


def _raw(name: str, inputs: Numbers, targets: Numbers) -> Raw:
    schema = BUILTIN[name]
    columns: dict[str, Array] = {}
    for column, values in zip(schema.columns.values(), (inputs, targets), strict=True):
        columns[column.name] = values.reshape(len(values), *column.shape).astype(column.dtype)
    rows = schema.parts["train"]
    if len(inputs) != rows or len(targets) != rows:
        raise DataError(
            "E303",
            f"scikit-learn's {name} has {len(inputs)} rows where {rows} are known",
            "Install scikit-learn 1.9.",
        )
    return Raw(columns, rows, known=schema.columns, file=name)


def _package() -> Path:
    # looked for, never imported
    found = importlib.util.find_spec("sklearn")
    if found is None or not found.submodule_search_locations:
        raise DataError(
            "E300",
            "this set comes with scikit-learn, which is not installed",
            "Install it with netloom's extra `data`: pip install 'netloom[data]'.",
        )
    return Path(found.submodule_search_locations[0])


def _table(path: Path, *, skip: int = 0, delimiter: str | None = ",") -> Numbers:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return np.loadtxt(file, delimiter=delimiter, skiprows=skip, ndmin=2)


def _last_is_target(file: str, skip: int) -> Callable[[Path], tuple[Numbers, Numbers]]:
    def read(folder: Path) -> tuple[Numbers, Numbers]:
        table = _table(folder / file, skip=skip)
        return table[:, :-1], table[:, -1]

    return read


def _diabetes(folder: Path) -> tuple[Numbers, Numbers]:
    raw = _table(folder / "diabetes_data_raw.csv.gz", delimiter=None)
    centred = raw - raw.mean(axis=0)
    target = _table(folder / "diabetes_target.csv.gz", delimiter=None)
    return centred / np.sqrt((centred**2).sum(axis=0)), target[:, 0]


_FILES: Mapping[str, Callable[[Path], tuple[Numbers, Numbers]]] = {
    "digits": _last_is_target("digits.csv.gz", skip=0),
    "iris": _last_is_target("iris.csv", skip=1),
    "wine": _last_is_target("wine_data.csv", skip=1),
    "breast_cancer": _last_is_target("breast_cancer.csv", skip=1),
    "diabetes": _diabetes,
}
