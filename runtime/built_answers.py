"""Predicting from a built plan, without the compiler's passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler import emit
from ..compiler.plan import Plan
from . import built
from .built import About, Built, BuiltError
from .compiling import Progress, Wanted, prepare
from .data.inputs import Needs, picture_names, read_inputs, read_told
from .engine import Engine
from .live import Clockwork, knob_table
from .objects import Library
from .predicting import run_batches
from .prediction import Prediction
from .store import Store
from .target import host

Say = Callable[[str], None]


def run_built(
    path: Path,
    inputs: Sequence[Any],
    fit: str | None = None,
    threads: int | None = None,
    say: Say = lambda text: None,
    progress: Progress | None = None,
) -> Prediction:
    """What a built plan answers; `say` is told when it has to be built anew for this machine, which takes a moment.

    `fit` is how a picture of another size is brought to the network's. Raises BuiltError and DataError.
    """
    held = built.read(path)
    wrong = objection(held)
    if wrong is not None:
        # the compiler is imported by this alone
        from .building import rebuilt

        say(f"{path}: {wrong}; built anew from the spec inside (`netloom build` makes one for here)")
        held = rebuilt(held)
    assert held.plan is not None, "what is without trouble has a plan"
    about = held.about
    needs = Needs(about.schema, about.reads, about.fields, about.missing, fit or about.fit)
    columns = read_inputs(needs, list(inputs))
    engine = _engine(held.plan, held, threads, progress)
    engine.attach(columns)
    rows = np.arange(len(columns[about.reads[0]]), dtype=np.int64)
    knobs = knob_table([knob.live for knob in held.plan.knobs], 0, 1, Clockwork(1, 1))[0]
    outputs = run_batches(engine, rows, knobs)
    engine.close()
    return Prediction(
        outputs, about.classes, about.said, _truth(about, inputs), about.scores, picture_names(list(inputs))
    )


def objection(held: Built) -> str | None:
    """Why the plan cannot run here as it is: another version, other vectors, kernels that are not what they say."""
    plan, lanes = held.plan, host().lanes
    if plan is None:
        return held.trouble
    if plan.vocabulary != emit.VOCABULARY:
        return f"it was built by another version of netloom (its kernels' words are {plan.vocabulary}, here {emit.VOCABULARY})"
    if plan.lanes != lanes:
        return f"it was built for vectors of {plan.lanes} numbers, this machine has {lanes}"
    if any(emit.fingerprint(kernel.recipe, lanes) != kernel.hash for kernel in plan.kernels):
        return "its kernels are not what their recipes make here"
    return None


def _engine(plan: Plan, held: Built, threads: int | None, progress: Progress | None) -> Engine:
    """Kernels from the store, or compiled, and the weights in their places."""
    _check_weights(plan, held)
    target, library = host(), Library()
    wanted = [Wanted(k.name, k.hash, partial(emit.text, k.recipe, target.lanes)) for k in plan.kernels]
    prepare(wanted, library, Store(), target, progress)
    engine = Engine(plan, library, threads)
    for state in plan.states:
        engine.write(f"state/{state.name}", held.weights[state.name])
    engine.clock = held.about.step
    return engine


def _check_weights(plan: Plan, held: Built) -> None:
    for state in plan.states:
        shape = tuple(extent.factor for extent in plan.buffers[state.buffer].shape)
        found = held.weights.get(state.name)
        if found is None or found.shape != shape:
            said = "are not there" if found is None else f"have the shape {found.shape}, not {shape}"
            raise BuiltError(f"the weights {state.name} {said}: build it again")
    if set(held.about.reads) != {column.name for column in plan.columns}:
        raise BuiltError("its plan reads other columns than it says: build it again")


def _truth(about: About, inputs: Sequence[Any]) -> Any:
    if about.target is None or not about.compares:
        return None
    told = read_told(Needs(about.schema, (about.target,), about.fields, about.missing), list(inputs))
    return None if told is None else told[about.target]
