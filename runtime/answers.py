"""What a trained run says: its results on each part, its predictions, its inner values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.interpret import interpret_all
from ..compiler.plan import Plan
from ..dsl.diagnostics import NetloomError
from ..dsl.suggest import did_you_mean
from . import launch, runs, start
from .data.inputs import Needs, read_inputs
from .initial import is_drawn
from .live import Clockwork, knob_table
from .metrics import Tally
from .observe import values_for
from .order import Rows
from .train import evaluation

MOST_NAMED = 4
"""How many weights a refusal names."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """`outputs` by name, one row an example; `classes`: the names of the classes, where the target has them."""

    outputs: dict[str, Any]
    classes: tuple[str, ...]


def evaluate_run(folder: runs.RunFolder, threads: int | None = None) -> dict[str, dict[str, Any]]:
    """Loss and metrics of every part of the run's data, with the weights it ended with."""
    loaded = launch.load_run(folder)
    if not loaded.experiment.trains:
        raise NetloomError(f"{folder.name} has no loss to evaluate")
    data = start.dataset(loaded)
    ready = _ready(loaded, folder, threads)
    ready.engine.attach(data.columns)
    knobs = _knobs(ready)
    results = {}
    for part, rows in data.parts.items():
        tally = Tally(ready.plan.metrics)
        segments = evaluation(ready.plan, rows, knobs)
        outcome = ready.engine.run(segments)
        for segment, published in zip(segments, outcome.by_segment, strict=True):
            tally.add(published, segment.batch)
        results[part] = tally.results()
    ready.engine.close()
    return results


def predict_run(
    source: runs.RunFolder | Path, inputs: Sequence[Any], tap: Sequence[str] = (), threads: int | None = None
) -> Prediction:
    """What the network gives for the inputs (files, arrays, or rows as `digits:test[0:5]`; none: the file's own
    rows). `source` is a run, or a file whose weights are all given. `tap` names layers to look into besides."""
    folder = source if isinstance(source, runs.RunFolder) else None
    loaded = launch.load_run(folder) if folder else start.load(Path(str(source)))
    ready = _ready(loaded, folder, threads)
    columns = _columns(loaded, ready, inputs)
    rows = np.arange(len(next(iter(columns.values()))), dtype=np.int64)
    ready.engine.attach(columns)
    outputs = _run(ready, rows)
    outputs |= _taps(loaded, ready, columns, rows, tap)
    ready.engine.close()
    return Prediction(outputs, _class_names(loaded))


def _ready(loaded: start.Loaded, folder: runs.RunFolder | None, threads: int | None) -> start.Ready:
    compiled = start.compile_loaded(loaded)
    if folder is None:
        _refuse_untrained(compiled.plan, loaded.spec.file)
    ready = start.make_ready(compiled, threads)
    if folder is None:
        data = start.dataset(loaded) if loaded.spec.data is not None else None
        start.fresh_states(ready, data, loaded.experiment.seed)
        return ready
    arrays, progress = launch.states_of(folder)
    missing = launch.restore(ready, arrays)
    if missing:
        raise NetloomError(f"{folder.name}: its checkpoint lacks {', '.join(missing)}; the run's file was changed")
    ready.engine.clock = progress.step
    return ready


def _refuse_untrained(plan: Plan, file: str) -> None:
    """Random weights answer anything as neatly as trained ones: no answer is better."""
    drawn = [state.name for state in plan.states if state.role == "weight" and is_drawn(state.start)]
    if drawn:
        few = ", ".join(drawn[:MOST_NAMED]) + (
            f" and {len(drawn) - MOST_NAMED} more" if len(drawn) > MOST_NAMED else ""
        )
        raise NetloomError(
            f"{file} is not trained: {few} would be random numbers. Train it first with `netloom train {file}`, then "
            "predict with the run: `netloom predict last`. A file itself can be asked when all its weights are written in it."
        )


def _columns(loaded: start.Loaded, ready: start.Ready, inputs: Sequence[Any]) -> dict[str, Any]:
    if loaded.spec.data is None:
        raise NetloomError("this network reads no data: there is nothing to predict from")
    read = _read_by_predict(ready)
    if inputs:
        needs = Needs.of(loaded.schema, read, loaded.spec.data)
        found = dict(read_inputs(needs, list(inputs), start.opener(loaded)))
    else:
        data = start.dataset(loaded)
        found = {name: data.columns[name] for name in read}
    count = len(next(iter(found.values())))
    for column in ready.plan.columns:
        if column.name not in found:
            buffer = ready.plan.buffers[column.buffer]
            shape = [extent.factor for extent in buffer.shape[1:]]
            found[column.name] = np.zeros((count, *shape), buffer.dtype)
    return found


def _read_by_predict(ready: start.Ready) -> list[str]:
    graph = ready.compiled.graphs["predict"]
    return [str(node.attr("name")) for node in graph if node.op == "column"]


def _run(ready: start.Ready, rows: Rows) -> dict[str, Any]:
    """Batch after batch, each output read back before the next."""
    found: dict[str, list[Any]] = {output.name: [] for output in ready.plan.outputs}
    knobs = _knobs(ready)
    bound = ready.plan.sizes["B"]
    for first in range(0, len(rows), bound):
        some = rows[first : first + bound]
        ready.engine.run(evaluation(ready.plan, some, knobs, "predict"))
        for output in ready.plan.outputs:
            name = ready.plan.buffers[output.buffer].name
            found[output.name].append(ready.engine.read(name, len(some)))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _taps(
    loaded: start.Loaded, ready: start.Ready, columns: dict[str, Any], rows: Rows, tap: Sequence[str]
) -> dict[str, Any]:
    """Values inside the network, computed by the interpreter: slow, and exactly what the layer means."""
    if not tap:
        return {}
    expanded = start.expanded(loaded, "predict", taps=tap)
    knobs = {knob.name: 0.0 for knob in ready.plan.knobs}
    values = values_for(expanded, ready.engine, columns, rows, knobs)
    every = interpret_all(expanded, values, {"B": len(rows), "N": len(rows)}, "float32")
    found = {}
    for name in tap:
        if f"out/{name}" not in expanded.outputs:
            layers = [node.id for node in loaded.experiment.graph]
            raise NetloomError(
                f"there is no layer `{name}`. {did_you_mean(name, layers) or 'There are ' + ', '.join(layers) + '.'}"
            )
        found[name] = every[expanded.outputs[f"out/{name}"]]
    return found


def _knobs(ready: start.Ready) -> Any:
    return knob_table([knob.live for knob in ready.plan.knobs], 0, 1, Clockwork(1, 1))[0]


def _class_names(loaded: start.Loaded) -> tuple[str, ...]:
    for term in loaded.experiment.terms:
        column = loaded.schema.columns.get(term.tensors["target"])
        if column is not None and column.classes is not None:
            return column.class_names
    return ()
