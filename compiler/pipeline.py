"""From an experiment to a plan: the passes in order, for each program.

compiled = compile_experiment(build(spec, schema, diagnostics), lanes=16)
compiled.plan                         # what engine, store and training see
compiled.graphs["train"].text()       # the op graph at the end of the passes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ..dsl.uncollected import uncollected
from . import emit
from .assemble import assemble
from .expand import expand
from .experiment import Experiment, Live
from .graph import Graph
from .passes.absorb import Absorb
from .passes.decompose import Decompose
from .passes.drop_dead import DropDead
from .passes.fold import Fold
from .passes.fuse import Fuse
from .passes.gradient import Gradient
from .passes.known_sums import KnownSums
from .passes.layout import LayOut, Order
from .passes.merge import Merge
from .passes.optimise import Optimise
from .passes.picture_tables import PictureTables
from .passes.pool_masks import PoolMasks
from .passes.schedule import Schedule
from .passes.simplify import Simplify
from .passes.split_totals import SplitTotals
from .plan import Metric, Plan
from .stages import Pass, PassRan, run

Mode = Literal["train", "evaluate", "predict"]
Watch = Callable[[str, PassRan], None]
"""Called with the mode and what a pass has done."""

TIDY: tuple[Pass, ...] = (Simplify(), Merge(), DropDead())
LEARN: tuple[Pass, ...] = (Gradient(),)
LOWER: tuple[Pass, ...] = (Decompose(), *TIDY, PoolMasks(), KnownSums(), PictureTables())


@dataclass(frozen=True, slots=True)
class Compiled:
    """A network ready to run. `graphs`: the op graph of each mode at the end of the passes; `why`: every
    decision of fusion as a sentence."""

    plan: Plan
    experiment: Experiment
    graphs: Mapping[str, Graph]
    why: tuple[str, ...]


def compile_experiment(
    experiment: Experiment,
    lanes: int,
    watch: Watch | None = None,
    clock: Callable[[], float] | None = None,
    only: tuple[Mode, ...] | None = None,
) -> Compiled:
    """The plan of an experiment, and the graphs it was made from; `clock` (seconds) times the passes. `only`: the
    modes to compile; left out, all it has."""
    with uncollected():
        return _compiled(experiment, lanes, watch, clock, only or modes(experiment))


def _compiled(
    experiment: Experiment,
    lanes: int,
    watch: Watch | None,
    clock: Callable[[], float] | None,
    wanted: tuple[Mode, ...],
) -> Compiled:
    why: list[str] = []
    graphs: dict[str, Graph] = {}
    metrics: tuple[Metric, ...] = ()
    orders: tuple[tuple[str, Order], ...] = ()
    for mode in wanted:
        expanded = expand(experiment, mode)
        metrics = metrics or expanded.metrics
        told = None if watch is None else partial(watch, mode)
        graphs[mode] = run(passes(experiment, mode, orders, why), expanded.graph, told, clock)
        orders = orders or _orders(graphs[mode])
    bound = experiment.batch
    plan = assemble(graphs, bound, lanes, emit, emit.VOCABULARY, metrics, why)
    return Compiled(plan, experiment, graphs, tuple(dict.fromkeys(why)))


def modes(experiment: Experiment) -> tuple[Mode, ...]:
    """What an experiment can do: without a loss it only predicts."""
    return ("train", "evaluate", "predict") if experiment.trains else ("predict",)


def passes(
    experiment: Experiment, mode: Mode, orders: tuple[tuple[str, Order], ...] = (), why: list[str] | None = None
) -> tuple[Pass, ...]:
    """The passes of a mode in order; their text is the pipeline as a bug report shows it."""
    learn: tuple[Pass, ...] = ()
    if mode == "train" and experiment.optimizer is not None:
        learn = (*TIDY, *LEARN, optimise(experiment))
    laid = LayOut(orders)
    fold = Fold(mode)
    before, after = ((), ()) if mode == "train" else ((Absorb(), *TIDY, fold), (fold,))
    return (*learn, *LOWER, *before, laid, *after, SplitTotals(), Fuse(emit, note=why), Schedule())


def optimise(experiment: Experiment) -> Optimise:
    """The optimiser's pass: live numbers become knobs, fixed ones constants."""
    rule = experiment.optimizer
    assert rule is not None, "an experiment that trains has an optimiser"
    options = _numbers(rule.options)
    groups = tuple((names, _numbers(own)) for names, own in rule.groups)
    corrects = bool(rule.options.get("bias_correction", True))
    return Optimise(rule.kind, options, experiment.clip, corrects, groups, (rule.origin,))


def _numbers(options: Mapping[str, Live | float | bool]) -> tuple[tuple[str, Live | float], ...]:
    return tuple((name, value) for name, value in options.items() if not isinstance(value, bool))


def _orders(graph: Graph) -> tuple[tuple[str, Order], ...]:
    """How the states lie that other modes share."""
    found = []
    for node in graph:
        if node.op == "state" and node.layout is not None:
            found.append((str(node.attr("name")), node.layout.order))
    return tuple(found)
