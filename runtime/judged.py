"""What the first loss of a network compares: which column, which classes, which output."""

from __future__ import annotations

from typing import cast

from ..compiler.experiment import Prepare
from . import start


def target_of(loaded: start.Loaded) -> str | None:
    """The column that the first loss compares with."""
    found = [term.tensors.get("target") for term in loaded.experiment.terms]
    return next((name for name in found if name in loaded.schema.columns), None)


def scores(loaded: start.Loaded) -> str | None:
    """The output that the probabilities are made of."""
    read = {term.tensors.get("logits") for term in loaded.experiment.terms}
    return next((name for name, node in loaded.experiment.outputs.items() if node in read), None)


def class_names(loaded: start.Loaded) -> tuple[str, ...]:
    """The names of the classes that the first loss of the network tells apart; empty without one."""
    for term in loaded.experiment.terms:
        column = loaded.schema.columns.get(term.tensors.get("target", ""))
        if column is not None and column.classes is not None:
            return column.class_names
    return ()


def steps_of(loaded: start.Loaded, target: str) -> tuple[Prepare, ...]:
    """What is done to a column of numbers before the network sees it."""
    if loaded.schema.columns[target].classes is not None:
        return ()
    return cast(tuple[Prepare, ...], loaded.experiment.graph[target].attributes.get("prepare", ()))
