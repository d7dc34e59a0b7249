"""Making a built plan of a run, or of a file whose weights are all written in it; and making it anew elsewhere."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..compiler.build import build
from ..compiler.pipeline import Compiled, compile_experiment
from ..dsl.diagnostics import NetloomError
from ..dsl.load import load as load_spec
from . import answers, asked, built, judged, launch, runs, start
from .built import About, Built, Read
from .target import host


def build_plan(source: runs.RunFolder | Path) -> Built:
    """What `netloom run` needs of a run or a file. Raises NetloomError where a file is not trained."""
    folder = source if isinstance(source, runs.RunFolder) else None
    loaded = launch.load_run(folder) if folder else start.load(Path(str(source)))
    if loaded.spec.data is None:
        raise NetloomError("this network reads no data: there is nothing to predict from")
    compiled = _predicting(loaded)
    step, weights = _weights(compiled, loaded, folder)
    graph = compiled.graphs["predict"]
    reads = tuple(str(node.attr("name")) for node in graph if node.op == "column")
    target = judged.target_of(loaded)
    names = {name for name in (*reads, target) if name}
    about = About(
        name=folder.name if folder else loaded.spec.name,
        schema=replace(loaded.schema, columns={n: c for n, c in loaded.schema.columns.items() if n in names}),
        reads=reads,
        fields=tuple(Read(f.name, f.columns, f.missing) for f in loaded.spec.data.fields if f.name in names),
        missing=loaded.spec.data.missing,
        fit=answers.fit_of_source(loaded.spec),
        classes=judged.class_names(loaded),
        target=target,
        said=target and answers.said(loaded, target),
        scores=judged.scores(loaded),
        compares=target is not None and not judged.steps_of(loaded, target),
        step=step,
        sets=dict(asked.read(folder).sets) if folder else {},
    )
    files = {"": loaded.spec.text, **{str(path): text for path, text in loaded.spec.included.items()}}
    return Built(about, compiled.plan, weights, files)


def _predicting(loaded: start.Loaded) -> Compiled:
    return compile_experiment(loaded.experiment, host().lanes, only=("predict",))


def _weights(compiled: Compiled, loaded: start.Loaded, folder: runs.RunFolder | None) -> tuple[int, dict[str, Any]]:
    """Steps trained, and the value of each state."""
    names = [state.name for state in compiled.plan.states]
    if folder is not None:
        arrays, progress = launch.states_of(folder)
        missing = [name for name in names if name not in arrays]
        if missing:
            raise NetloomError(f"{folder.name}: its checkpoint lacks {', '.join(missing)}; the run's file was changed")
        return progress.step, {name: arrays[name] for name in names}
    answers.refuse_untrained(compiled.plan, loaded)
    ready = start.make_ready(compiled, threads=1)
    data = start.dataset(loaded) if _fitted(compiled) else None
    start.fresh_states(ready, data, loaded.experiment.seed)
    found = {name: ready.engine.read(f"state/{name}") for name in names}
    ready.engine.close()
    return 0, found


def _fitted(compiled: Compiled) -> bool:
    """Whether a state begins with something that is found from the data."""
    return any("fitted" in str(state.start) for state in compiled.plan.states)


def rebuilt(held: Built) -> Built:
    """The same for this machine and this version, from the spec inside. Raises NetloomError where that is no more."""
    with tempfile.TemporaryDirectory(prefix="netloom-") as folder:
        for name, text in held.spec.items():
            path = Path(folder, "spec.yaml") if not name else Path(folder, "included", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        spec, diagnostics = load_spec(Path(folder, "spec.yaml"), dict(held.about.sets), Path(folder, "included"))
        diagnostics.raise_errors()
        assert spec is not None, "a file without mistakes has a spec"
        experiment = build(spec, held.about.schema, diagnostics)
        diagnostics.raise_errors()
        diagnostics.raise_unbuilt()
    assert experiment is not None, "a spec without mistakes has an experiment"
    plan = compile_experiment(experiment, host().lanes, only=("predict",)).plan
    lacks = [state.name for state in plan.states if state.name not in held.weights]
    if lacks:
        raise built.BuiltError(f"its spec makes another network here, with {', '.join(lacks)}: build it again")
    return replace(held, plan=plan, trouble=None)
