"""What a trained run says: its results on each part, its predictions, its inner values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.interpret import interpret_all
from ..compiler.plan import Plan
from ..dsl.diagnostics import Diagnostics, NetloomError
from ..dsl.spec import Spec
from ..dsl.static_check import file_scope
from ..dsl.suggest import did_you_mean
from . import launch, runs, start
from .data.asked import asked
from .data.fitted import prepared
from .data.inputs import Needs, picture_names, read_inputs, read_told
from .data.picture_files import FITS
from .initial import is_drawn
from .judged import class_names, scores, steps_of, target_of
from .live import Clockwork, knob_table
from .looking import Looker
from .metrics import Tally
from .observe import values_for
from .order import Rows
from .predicting import run_batches
from .prediction import Prediction
from .train import evaluation

MOST_NAMED = 4
"""How many weights a refusal names."""


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
    source: runs.RunFolder | Path,
    inputs: Sequence[Any],
    tap: Sequence[str] = (),
    threads: int | None = None,
    resize: str | None = None,
) -> Prediction:
    """What the network gives for the inputs (files, folders of pictures, arrays, or rows as `digits:test[0:5]`; none:
    the file's own rows). `source` is a run, or a file whose weights are all given. `tap` names layers to look into
    besides; `resize` says how pictures are brought to the network's size (None: as the file's source does)."""
    folder = source if isinstance(source, runs.RunFolder) else None
    loaded = launch.load_run(folder) if folder else start.load(Path(str(source)))
    ready = _ready(loaded, folder, threads)
    columns = _columns(loaded, ready, inputs, resize)
    rows = np.arange(len(next(iter(columns.values()))), dtype=np.int64)
    ready.engine.attach(columns)
    outputs = run_batches(ready.engine, rows, _knobs(ready))
    outputs |= _taps(loaded, ready, columns, rows, tap)
    ready.engine.close()
    target = target_of(loaded)
    truth = None if target is None else _truth(loaded, target, inputs)
    names = picture_names(inputs) if inputs else ()
    return Prediction(outputs, class_names(loaded), target and said(loaded, target), truth, scores(loaded), names)


@contextmanager
def looking_into(folder: runs.RunFolder) -> Iterator[tuple[start.Loaded, Looker]]:
    """Who answers looks into a run with the weights of its newest checkpoint. Raises NetloomError: there is none, or
    the run's data is gone."""
    loaded = launch.load_run(folder)
    data, ready = start.dataset(loaded), _ready(loaded, folder, None)
    try:
        ready.engine.attach(data.columns)
        yield loaded, Looker(loaded, ready.engine, data)
    finally:
        ready.engine.close()


def _ready(loaded: start.Loaded, folder: runs.RunFolder | None, threads: int | None) -> start.Ready:
    compiled = start.compile_loaded(loaded)
    if folder is None:
        refuse_untrained(compiled.plan, loaded)
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


def refuse_untrained(plan: Plan, loaded: start.Loaded) -> None:
    """Random weights answer anything as neatly as trained ones: no answer is better."""
    drawn = [state.name for state in plan.states if state.role == "weight" and is_drawn(state.start)]
    if drawn:
        few = ", ".join(drawn[:MOST_NAMED]) + (
            f" and {len(drawn) - MOST_NAMED} more" if len(drawn) > MOST_NAMED else ""
        )
        file = loaded.spec.file
        way = (
            f"Train it first with `netloom train {file}`, then predict with the run: `netloom predict last`. A file itself "
            "can be asked when all its weights are written in it."
            if loaded.experiment.trains
            else f"It has no `train:` section: `netloom draw {file}` and `netloom show {file}` look at it; with `data:` and "
            "`train:` it can be trained."
        )
        raise NetloomError(f"{file} is not trained: {few} would be random numbers. {way}")


def _columns(loaded: start.Loaded, ready: start.Ready, inputs: Sequence[Any], resize: str | None) -> dict[str, Any]:
    if loaded.spec.data is None:
        raise NetloomError("this network reads no data: there is nothing to predict from")
    read = _read_by_predict(ready)
    if inputs:
        needs = Needs.of(loaded.schema, read, loaded.spec.data, resize or fit_of_source(loaded.spec))
        found = dict(read_inputs(needs, list(inputs), start.opener(loaded)))
    else:
        data = start.dataset(loaded)
        found = {name: data.columns[name] for name in read}
    return _filled(ready, found)


def _filled(ready: start.Ready, given: dict[str, Any]) -> dict[str, Any]:
    """The columns, and zeros for those that only training reads."""
    found, count = dict(given), len(next(iter(given.values())))
    for column in ready.plan.columns:
        if column.name not in found:
            buffer = ready.plan.buffers[column.buffer]
            shape = [extent.factor for extent in buffer.shape[1:]]
            found[column.name] = np.zeros((count, *shape), buffer.dtype)
    return found


def fit_of_source(spec: Spec) -> str | None:
    """How the source brings its pictures to one size; None where it does not."""
    assert spec.data is not None, "what reads columns has data"
    options = asked(spec.data, file_scope(spec, Diagnostics())).options
    return None if options.get("size") is None else str(options.get("fit", FITS[0]))


def _truth(loaded: start.Loaded, target: str, inputs: Sequence[Any]) -> Any:
    """What the network should say of the inputs, after what `prepare` does to it; None where they do not tell."""
    if inputs:
        needs = Needs.of(loaded.schema, (target,), loaded.spec.data)
        told = read_told(needs, list(inputs), start.opener(loaded))
        if told is None:
            return None
        values = told[target]
    else:
        values = start.dataset(loaded).columns[target]
    steps = steps_of(loaded, target)
    if not steps:
        return values
    data = start.dataset(loaded)
    both = np.concatenate([data.columns[target], values])
    more = replace(data, columns={**data.columns, target: both})
    return prepared(more, target, steps, np.arange(len(both) - len(values), len(both)))


def said(loaded: start.Loaded, target: str) -> str:
    """`y`, or `y after standardize`."""
    steps = ", ".join(step.kind for step in steps_of(loaded, target))
    return f"{target} after {steps}" if steps else target


def _read_by_predict(ready: start.Ready) -> list[str]:
    graph = ready.compiled.graphs["predict"]
    return [str(node.attr("name")) for node in graph if node.op == "column"]


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
