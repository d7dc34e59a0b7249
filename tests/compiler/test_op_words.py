"""What `explain` says of ops: every op has words, and what is said to make an op does."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from netloom.compiler.build import build
from netloom.compiler.expand import expand
from netloom.compiler.experiment import Experiment
from netloom.compiler.graph import Graph
from netloom.compiler.ops import REGISTRY
from netloom.compiler.ops.words import WORDS
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.gradient import Gradient
from netloom.compiler.stages import run
from netloom.dsl.diagnostics import Diagnostics, NetloomError
from netloom.dsl.kinds.kind import KINDS, Kind
from netloom.dsl.load import read_spec
from netloom.dsl.reference.told_all import TOLD
from netloom.dsl.static_check import file_scope
from netloom.runtime.data.dataset import schema_of

FAMILIES = frozenset({"layer", "joiner", "activation", "loss"})


def test_every_op_has_words() -> None:
    """One without: add it to `compiler/ops/words.py`."""
    assert WORDS.keys() == REGISTRY.keys()
    for name, words in WORDS.items():
        assert words.formula, name
        assert words.shapes, name
        assert words.made_by or words.besides, f"{name} says nothing of what makes it"
        assert bool(words.gradient) == (REGISTRY[name].no_gradient is None), name


def test_an_op_is_not_told_in_two_ways() -> None:
    assert not [name for name, words in WORDS.items() if words.formula.endswith(".") or words.gradient.endswith(".")]


@cache
def makers() -> dict[str, set[str]]:
    """The kinds in whose meaning or gradient each op comes up, found in the examples of the reference."""
    found: dict[str, set[str]] = {}
    for (family, name), told in TOLD.items():
        experiment = built(told.example) if family in FAMILIES else None
        if experiment is not None and experiment.trains:
            graph = expand(experiment, "train").graph
            for step in ((), (Gradient(),), (Gradient(), Decompose())):
                for op in made(run(step, graph), experiment, KINDS[family, name]):
                    found.setdefault(op, set()).add(name)
    return found


def built(text: str) -> Experiment | None:
    """The example, where this version builds it on data that comes with it."""
    spec, diagnostics = read_spec(text, "example.yaml")
    if spec is None or spec.data is None:
        return None
    try:
        schema = schema_of(spec.data, Path(), scope=file_scope(spec, Diagnostics()))
        return build(spec, schema, diagnostics)
    except NetloomError:
        return None


def made(graph: Graph, experiment: Experiment, kind: Kind) -> set[str]:
    """The ops of the nodes that the kind itself asked for."""

    def is_own(path: str) -> bool:
        if path in experiment.graph.nodes:
            return experiment.graph[path].op == kind.name
        return kind.family == "loss" and path.startswith("train.loss")

    return {node.op for node in graph if is_own(node.origins[0].path)}


@pytest.mark.parametrize("name", [name for name, words in WORDS.items() if words.made_by])
def test_the_makers_make_it(name: str) -> None:
    assert set(WORDS[name].made_by) <= makers()[name]
