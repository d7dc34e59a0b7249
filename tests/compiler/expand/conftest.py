"""A spec's text expanded and run by the interpreter on given numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from netloom.compiler.build import build
from netloom.compiler.expand import Expanded, Mode, expand
from netloom.compiler.experiment import Experiment
from netloom.compiler.graph import Graph
from netloom.compiler.interpret import Array, interpret
from netloom.dsl.data_schema import Column, DataSchema
from netloom.dsl.load import read_spec

Arrays = Mapping[str, Any]


def schema_of(columns: Arrays, classes: Mapping[str, int], ranges: Mapping[str, tuple[float, float]]) -> DataSchema:
    """A column for each array; those with classes hold labels, those with a range are known to lie in it."""
    found = {}
    for name, values in columns.items():
        kind = "int32" if name in classes else str(np.asarray(values).dtype)
        low, high = ranges.get(name, (None, None))
        found[name] = Column(name, np.shape(values)[1:], kind, classes=classes.get(name), low=low, high=high)
    return DataSchema(found, {"train": 8})


def experiment_of(text: str, schema: DataSchema) -> Experiment:
    if "data:" not in text:
        text += "\ndata: {source: digits}\n"
    spec, diagnostics = read_spec(text, "net.yaml")
    assert spec is not None, tuple(diagnostics)
    experiment = build(spec, schema, diagnostics)
    assert experiment is not None, tuple(diagnostics)
    return experiment


def state_values(graph: Graph, states: Arrays) -> dict[str, Array]:
    """Given states, else the numbers the file gives, else some that differ from state to state."""
    found: dict[str, Array] = {}
    for node in graph:
        if node.op != "state":
            continue
        name, (kind, options) = str(node.attr("name")), node.attr("start")  # type: ignore[misc]
        shape = tuple(int(str(size)) for size in node.type.shape)
        if name in states:
            value = np.asarray(states[name], float)
        elif kind == "values":
            value = np.asarray(dict(options)["values"], float)  # type: ignore[has-type]
        elif kind == "constant":
            value = np.full(shape, dict(options)["value"], float)  # type: ignore[has-type]
        else:
            value = np.random.default_rng(len(found)).normal(size=shape)
        found[f"state/{name}"] = value.reshape(shape)
    return found


def knob_values(graph: Graph, knobs: Arrays) -> dict[str, Array]:
    """Given knobs, else the plain numbers of the file."""
    return {
        f"knob/{node.attr('name')}": np.asarray(
            knobs.get(str(node.attr("name")), dict(node.attr("live")[1]).get("value"))
        )  # type: ignore[index]
        for node in graph
        if node.op == "knob"
    }


class Running:
    """An experiment on given columns."""

    def __init__(
        self, text: str, columns: Arrays, classes: Mapping[str, int], ranges: Mapping[str, tuple[float, float]]
    ) -> None:
        self.columns = {name: np.asarray(values) for name, values in columns.items()}
        self.experiment = experiment_of(text, schema_of(self.columns, classes, ranges))

    def expanded(self, mode: Mode, taps: tuple[str, ...] = ()) -> Expanded:
        return expand(self.experiment, mode, taps)

    def values(
        self, graph: Graph, rows: Any = None, states: Arrays | None = None, knobs: Arrays | None = None, clock: int = 0
    ) -> dict[str, Any]:
        count = len(next(iter(self.columns.values())))
        return {
            **{f"column/{name}": values for name, values in self.columns.items()},
            "rows": np.arange(count) if rows is None else np.asarray(rows),
            "clock": np.asarray(clock),
            **state_values(graph, states or {}),
            **knob_values(graph, knobs or {}),
        }

    def __call__(self, mode: Mode = "evaluate", taps: tuple[str, ...] = (), **given: Any) -> dict[str, Array]:
        """The outputs of a mode by name."""
        graph = self.expanded(mode, taps).graph
        values = self.values(graph, **given)
        sizes = {"B": len(values["rows"]), "N": len(next(iter(self.columns.values())))}
        return interpret(graph, values, sizes)


@pytest.fixture(scope="session")
def running() -> Callable[..., Running]:
    """`running(text, columns, classes)(mode)`: what the interpreter makes of a file."""
    return lambda text, columns, classes={}, ranges={}: Running(text, columns, classes, ranges)
