"""What is known of the data before it is read: counts of parts; shape, type, classes, range of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `shape` is one example's; `classes` is the number of classes of a label (int32, 0 up)."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    classes: int | None = None
    class_names: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    """The range values are known to lie in (0 and 255 for 8-bit pixels), where one is known."""
    greatest: tuple[float, ...] = field(default=(), compare=False)
    """The greatest size (without its sign) that each number of an example was seen to have; empty: not looked at."""

    def __str__(self) -> str:
        classes = f", {self.classes} classes" if self.classes is not None else ""
        limits = f", {self.low:g} to {self.high:g}" if self.low is not None and self.high is not None else ""
        return f"{self.name} {self.dtype}[{', '.join(map(str, self.shape))}]{classes}{limits}"


@dataclass(frozen=True, slots=True)
class DataSchema:
    """The parts (`train`, `validation`, `test`) with their counts, and the columns by name, in order."""

    columns: Mapping[str, Column]
    parts: Mapping[str, int] = field(default_factory=dict)
    known: bool = True
    """False where the data cannot be looked at: any name may be a column, of sizes not known."""


NO_DATA = DataSchema({})
UNKNOWN_DATA = DataSchema({}, known=False)


def _label(names: tuple[str, ...]) -> Column:
    return Column("label", (), "int32", classes=len(names), class_names=names)


def _image(shape: tuple[int, int, int], high: float) -> Column:
    return Column("image", shape, "uint8", low=0.0, high=high)


def _numbers(name: str, count: int, *greatest: float) -> Column:
    return Column(name, (count,), "float32", greatest=greatest)


def _schema(rows: int, *columns: Column, test: int = 0) -> DataSchema:
    """`rows` to be split, and `test` rows of a test part that the set brings with it."""
    own = {"test": test} if test else {}
    return DataSchema({c.name: c for c in columns}, {"train": rows, **own})


_WINE = (14.83, 5.8, 3.23, 30.0, 162.0, 3.88, 5.08, 0.66, 3.58, 13.0, 1.71, 4.0, 1680.0)
_TUMOURS = (
    28.11, 39.28, 188.5, 2501.0, 0.1634, 0.3454, 0.4268, 0.2012, 0.304, 0.09744,
    2.873, 4.885, 21.98, 542.2, 0.03113, 0.1354, 0.396, 0.05279, 0.07895, 0.02984,
    36.04, 49.54, 251.2, 4254.0, 0.2226, 1.058, 1.252, 0.291, 0.6638, 0.2075,
)  # fmt: skip
"""The greatest value of each column of two sets."""
_TEN_DIGITS = tuple("0123456789")

BUILTIN: Mapping[str, DataSchema] = {
    "digits": _schema(1797, _image((8, 8, 1), 16.0), _label(_TEN_DIGITS)),
    "iris": _schema(150, _numbers("x", 4, 7.9, 4.4, 6.9, 2.5), _label(("setosa", "versicolor", "virginica"))),
    "wine": _schema(178, _numbers("x", 13, *_WINE), _label(("class_0", "class_1", "class_2"))),
    "breast_cancer": _schema(569, _numbers("x", 30, *_TUMOURS), _label(("malignant", "benign"))),
    "diabetes": _schema(442, _numbers("x", 10), _numbers("y", 1, 346.0)),
    "mnist": _schema(60000, _image((28, 28, 1), 255.0), _label(_TEN_DIGITS), test=10000),
    "cifar10": _schema(
        50000,
        _image((32, 32, 3), 255.0),
        _label(("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")),
        test=10000,
    ),
}
"""The built-in sets as they are before any split: `train` is every row but those of an own test part.

Order of `x` as scikit-learn has it. iris: sepal length, sepal width, petal length, petal width, in cm.
diabetes: age, sex, body mass index, blood pressure and six serum values, each centred and scaled to a sum of
squares of 1 (scikit-learn's own default); `y` is the disease's progress after a year, 25 to 346.
"""
