"""A spec's text built against small data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from netloom.compiler.advice import advise
from netloom.compiler.build import build
from netloom.compiler.experiment import Experiment
from netloom.dsl.data_schema import BUILTIN, NO_DATA, Column, DataSchema
from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.load import read_spec

X = Column("x", (3,), "float32")
SCHEMAS: Mapping[str, DataSchema] = {
    **BUILTIN,
    "xy": DataSchema({"x": X, "y": Column("y", (2,), "float32")}, {"train": 10}),
    "yes": DataSchema({"x": X, "label": Column("label", (), "int32", classes=2)}, {"train": 10}),
    "city": DataSchema(
        {"x": X, "city": Column("city", (), "int32", classes=4), "y": Column("y", (1,), "float32")}, {"train": 10}
    ),
    "steps": DataSchema(
        {"x": Column("x", (5, 3), "float32"), "label": Column("label", (5,), "int32", classes=4)}, {"train": 10}
    ),
    "small_mask": DataSchema(
        {"image": Column("image", (2, 2, 1), "float32"), "mask": Column("mask", (1, 1, 1), "float32")}, {"train": 10}
    ),
    "none": NO_DATA,
}
Built = tuple[Experiment | None, tuple[Diagnostic, ...]]


def _build(text: str, data: str = "digits") -> Built:
    if "data:" not in text and data != "none":
        text += "\ndata: {source: digits}\n"
    spec, diagnostics = read_spec(text, "net.yaml")
    assert spec is not None, tuple(diagnostics)
    experiment = build(spec, SCHEMAS[data], diagnostics)
    if not diagnostics.errors:
        advise(spec, experiment, SCHEMAS[data], diagnostics)
    return experiment, tuple(diagnostics)


@pytest.fixture(scope="session")
def remarks() -> Callable[..., tuple[Diagnostic, ...]]:
    """`remarks(text, data)`: everything said about a file."""
    return lambda text, data="digits": _build(text, data)[1]


@pytest.fixture(scope="session")
def built() -> Callable[..., Experiment]:
    """`built(text, data)`: the experiment of a file without errors."""

    def made(text: str, data: str = "digits") -> Experiment:
        experiment, found = _build(text, data)
        assert experiment is not None, found
        return experiment

    return made


@pytest.fixture(scope="session")
def schemas() -> Mapping[str, DataSchema]:
    """The data that files are built against, by name."""
    return SCHEMAS
