"""What building a file adds to what it says: the tensors of losses, starts of weights, values at each use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..dsl.data_schema import DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.full import Facts
from ..dsl.full_values import Use
from ..dsl.kinds.tables import lookup
from ..dsl.places import Place
from ..dsl.spec import Spec
from .build import main_scope
from .experiment import Experiment, Start, options_of, weights_of
from .graph import Graph

FANS = frozenset({"fan_in", "fan_out"})


def facts(spec: Spec, schema: DataSchema, experiment: Experiment | None) -> Facts:
    """The facts of a spec that was built; without an experiment (it cannot be built yet) those that are known still."""
    scope = main_scope(spec, schema, Diagnostics())
    if experiment is None:
        return Facts(scope, masked=True, schema=schema)
    named = {term.name: _named(term.tensors, experiment.graph) for term in experiment.terms if term.kind != "formula"}
    pairs = [
        (use.kind, use.name, _named({"prediction": use.prediction, "target": use.target}, experiment.graph))
        for use in experiment.metrics
    ]
    return Facts(
        scope=scope,
        uses=_uses(experiment),
        tensors=named,
        metrics=pairs,
        thresholds=frozenset(use.name for use in experiment.metrics if use.scores in ("logits", "probabilities")),
        masked=any(use.where is not None for use in experiment.metrics),
        reads=_reads(spec, schema),
        schema=schema,
    )


def _named(tensors: Mapping[str, str], graph: Graph) -> dict[str, str]:
    """The tensors that a file could name; a plain number is no node of that sort."""
    return {name: node for name, node in tensors.items() if graph[node].op != "number"}


def _reads(spec: Spec, schema: DataSchema) -> tuple[str, tuple[int, ...]] | None:
    """The column that a network of layers reads when it declares no input."""
    if spec.network.inputs is not None or spec.network.layers is None:
        return None
    return next(((n, column.shape) for n, column in schema.columns.items() if column.classes is None), None)


def _uses(experiment: Experiment) -> dict[Place, Sequence[Use]]:
    found: dict[Place, list[Use]] = {}
    for node in experiment.graph:
        starts = {weight.part: plain_start(weight.start) for weight in weights_of(node)}
        options = {name: _plain(value) for name, value in options_of(node).items()}
        found.setdefault(experiment.places[node.id], []).append(Use(node.op, options, starts))
    return dict(found)


def plain_start(start: Start) -> object | None:
    """A start as a file says it: a number, or the kind with its options; None where a file has no words for it."""
    name, given = start
    if name == "constant":
        return dict(given)["value"]
    kind = lookup("start", name)
    if kind is None:
        return None
    options = {option.name: option.default for option in kind.options} | {n: v for n, v in given if n not in FANS}
    return {name: options} if options else name


def _plain(value: object) -> object:
    """A kind within an option, as graphs hold it, as a file says it."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], tuple):
        options = dict(value[1])
        return {value[0]: options} if options else value[0]
    return value
