"""Where everything is joined: file, data, compiler, kernels, engine, run. Commands, Python API and designer call this."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..compiler import emit
from ..compiler.advice import advise
from ..compiler.build import Sketched, build
from ..compiler.build import sketch as build_sketch
from ..compiler.expand import Mode, expand
from ..compiler.experiment import Experiment
from ..compiler.graph import Graph
from ..compiler.passes.update_rules import RULES
from ..compiler.pipeline import LEARN, TIDY, Compiled, compile_experiment, modes, optimise, passes
from ..compiler.plan import Plan
from ..compiler.stages import run as run_passes
from ..compiler.verify import Blame, verify
from ..dsl.data_schema import NO_DATA, UNKNOWN_DATA, DataSchema
from ..dsl.diagnostics import NOT_BUILT, Diagnostic, Diagnostics, Flooded, NetloomError, SpecError
from ..dsl.load import load as load_spec
from ..dsl.spec import Spec
from ..dsl.static_check import file_scope
from .compiling import Made, Progress, Wanted, prepare
from .data.dataset import Dataset, open_data, schema_of, set_opener
from .data.fitted import statistic
from .engine import Engine
from .initial import first_value
from .objects import Library
from .store import Store
from .target import host

Sets = Mapping[str, str]
Watch = Callable[..., None]


@dataclass(slots=True)
class Loaded:
    """A file that has no mistakes, and what is known of its data."""

    spec: Spec
    schema: DataSchema
    experiment: Experiment
    remarks: tuple[Diagnostic, ...]
    base: Path
    """The folder that paths in the file are read from."""


@dataclass(slots=True)
class Ready:
    """A compiled network on this machine, its kernels loaded."""

    compiled: Compiled
    engine: Engine
    made: Made
    compile_seconds: float
    notice: str | None

    @property
    def plan(self) -> Plan:
        return self.compiled.plan


def overrides(words: Sequence[str]) -> dict[str, str]:
    """`name=value` words of `--set` as a mapping."""
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise NetloomError(f"--set wants name=value, not `{word}`")
        found[name] = value
    return found


def check(path: Path, sets: Sets | None = None) -> tuple[Diagnostic, ...]:
    """Every remark about a file, in the order of their places. Opens no built-in data."""
    spec, diagnostics = load_spec(path, sets or {})
    if spec is not None:
        _experiment(spec, diagnostics, path.parent)
    return tuple(diagnostics)


def load(path: Path, sets: Sets | None = None, base: Path | None = None, included: Path | None = None) -> Loaded:
    """A file read and built; `base` is the folder its data is read from, `included` that of the files it includes
    (default: its own). Raises SpecError with every mistake."""
    spec, diagnostics = load_spec(path, sets or {}, included)
    base = base or path.parent
    found = _experiment(spec, diagnostics, base) if spec is not None else None
    diagnostics.raise_errors()
    diagnostics.raise_unbuilt()
    assert spec is not None, "a file without mistakes has a spec"
    assert found is not None, "a spec without mistakes has an experiment"
    schema, experiment = found
    return Loaded(spec, schema, experiment, tuple(diagnostics), base)


def check_spec(
    spec: Spec, diagnostics: Diagnostics, base: Path, known: DataSchema | None = None
) -> tuple[DataSchema, Experiment | None]:
    """What is known of the data that a file names, and what is built on it, every mistake recorded: None after one,
    or where this version cannot build it. `base` is the folder that its paths are read from; `known`: the data's
    schema where it was looked at before."""
    schema: DataSchema = known or UNKNOWN_DATA
    try:
        schema = known or _schema(spec, diagnostics, base)
        experiment = build(spec, schema, diagnostics)
        if not diagnostics.errors:
            advise(spec, experiment, schema, diagnostics)
    except Flooded:
        return schema, None
    return schema, experiment


def _experiment(spec: Spec, diagnostics: Diagnostics, base: Path) -> tuple[DataSchema, Experiment] | None:
    schema, experiment = check_spec(spec, diagnostics, base)
    return None if experiment is None else (schema, experiment)


def _schema(spec: Spec, diagnostics: Diagnostics, base: Path) -> DataSchema:
    """What is known of the data; where that is nothing, the mistake is recorded and the rest is still checked."""
    if spec.data is None:
        return UNKNOWN_DATA if "data" in spec.later else NO_DATA
    try:
        return schema_of(spec.data, base, scope=file_scope(spec, diagnostics))
    except SpecError as mistakes:
        known = {(d.place.line, d.place.column) for d in diagnostics.errors}
        for mistake in mistakes.diagnostics:
            if mistake.code == NOT_BUILT:
                diagnostics.later(mistake.place, mistake.message)
            elif (mistake.place.line, mistake.place.column) not in known:
                diagnostics.items.append(mistake)
        return UNKNOWN_DATA


def sketch(spec: Spec, schema: DataSchema) -> Sketched | None:
    """What can be drawn of a file with mistakes; see `compiler.build.sketch`."""
    return build_sketch(spec, schema)


def slots(experiment: Experiment) -> int:
    """How many numbers the optimiser keeps for each weight besides."""
    rule = RULES.get(experiment.optimizer.kind) if experiment.optimizer is not None else None
    return len(rule.slots) if rule is not None else 0


def dataset(loaded: Loaded) -> Dataset:
    """The file's data, read and split."""
    if loaded.spec.data is None:
        raise NetloomError(f"{loaded.spec.file} names no data: add a `data:` section to train or evaluate")
    scope = file_scope(loaded.spec, Diagnostics())
    return open_data(loaded.spec.data, loaded.base, seed=loaded.experiment.seed, scope=scope)


def opener(loaded: Loaded) -> Callable[[str], Dataset]:
    """What opens the file's own data by name, for inputs such as `digits:test[0:5]`."""
    assert loaded.spec.data is not None, "a network that reads nothing needs no opener"
    scope = file_scope(loaded.spec, Diagnostics())
    return set_opener(loaded.spec.data, loaded.base, seed=loaded.experiment.seed, scope=scope)


def compile_loaded(loaded: Loaded, watch: Watch | None = None, lanes: int | None = None) -> Compiled:
    """The plan of a file's network."""
    return compile_experiment(loaded.experiment, lanes or host().lanes, watch, time.perf_counter)


def make_ready(compiled: Compiled, threads: int | None = None, progress: Progress | None = None) -> Ready:
    """Kernels from the store or compiled, and an engine that holds them."""
    start = time.perf_counter()
    store, library, target = Store(), Library(), host()
    wanted = [
        Wanted(kernel.name, kernel.hash, partial(emit.text, kernel.recipe, target.lanes))
        for kernel in compiled.plan.kernels
    ]
    made = prepare(wanted, library, store, target, progress)
    engine = Engine(compiled.plan, library, threads)
    return Ready(compiled, engine, made, time.perf_counter() - start, store.notice)


def kernel_texts(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Name, hash and text of every kernel of a plan."""
    for kernel in plan.kernels:
        yield kernel.name, kernel.hash, emit.text(kernel.recipe, plan.lanes)


def fresh_states(ready: Ready, data: Dataset | None, seed: int) -> None:
    """Give every state its first value."""
    for state in ready.plan.states:
        buffer = ready.plan.buffers[state.buffer]
        shape = tuple(extent.factor for extent in buffer.shape)

        def fitted(column: str, of: str) -> Any:
            if data is None:
                raise NetloomError(f"`{column}.{of}` is fitted on data, and there is none")
            return statistic(data, column, of)

        value = first_value(state.name, shape, buffer.dtype, state.start, seed, fitted)
        ready.engine.write(f"state/{state.name}", value)


def expanded(loaded: Loaded, mode: Mode, taps: Sequence[str] = ()) -> Graph:
    """The op graph before any pass, with the layers named in `taps` among its outputs."""
    return expand(loaded.experiment, mode, taps).graph


def verify_loaded(loaded: Loaded) -> tuple[Blame, ...]:
    """The passes that change what the network means; none when all is well."""
    found = []
    for mode in modes(loaded.experiment):
        graph = expand(loaded.experiment, mode).graph
        _, blame = verify(graph, passes(loaded.experiment, mode), {"B": 3, "N": 5})
        if blame is not None:
            found.append(blame)
    return tuple(found)


def differentiated(loaded: Loaded) -> Graph:
    """The train graph with its gradients, before anything is lowered."""
    graph = expand(loaded.experiment, "train").graph
    return run_passes((*TIDY, *LEARN), graph)


def learning(loaded: Loaded, taps: Sequence[str] = ()) -> Graph:
    """The train graph with its gradients and the next weights, and the values of the layers named in `taps`."""
    graph = expand(loaded.experiment, "train", taps).graph
    learn = (optimise(loaded.experiment),) if loaded.experiment.optimizer is not None else ()
    return run_passes((*TIDY, *LEARN, *learn), graph)
