"""Predicting from a built plan, without the compiler's passes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.plan import Kernel, Plan
from . import built
from .built import About, Built, BuiltError
from .compiling import DRIVER, Progress, Wanted, prepare
from .data.inputs import Needs, picture_names, read_inputs, read_told
from .engine import Engine
from .live import Clockwork, knob_table
from .objects import Library
from .predicting import run_batches
from .prediction import Prediction
from .store import Store, key
from .target import host

SEEN = b"the kernels of this plan are what their recipes make"
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
    store = Store()
    wrong = objection(held, store)
    if wrong is not None:
        # the compiler is imported by this alone
        from .building import rebuilt

        say(f"{path}: {wrong}; built anew from the spec inside (`netloom build` makes one for here)")
        held = rebuilt(held)
    assert held.plan is not None, "what is without trouble has a plan"
    about = held.about
    needs = Needs(about.schema, about.reads, about.fields, about.missing, fit or about.fit)
    columns = read_inputs(needs, list(inputs))
    engine = _engine(held.plan, held, store, threads, progress)
    engine.attach(columns)
    rows = np.arange(len(columns[about.reads[0]]), dtype=np.int64)
    knobs = knob_table([knob.live for knob in held.plan.knobs], 0, 1, Clockwork(1, 1))[0]
    outputs = run_batches(engine, rows, knobs)
    engine.close()
    return Prediction(
        outputs, about.classes, about.said, _truth(about, inputs), about.scores, picture_names(list(inputs))
    )


def objection(held: Built, store: Store) -> str | None:
    """Why the plan cannot run here as it is: another version, other vectors, kernels that are not what they say.

    What was found good once is remembered in the store, under the plan's own hash: making every kernel's text to compare
    its hash takes longer than all else.
    """
    plan, lanes = held.plan, host().lanes
    if plan is None:
        return held.trouble
    if plan.lanes != lanes:
        return f"it was built for vectors of {plan.lanes} numbers, this machine has {lanes}"
    mark = key(f"seen {plan.vocabulary} {DRIVER.fingerprint} {_writers()} {held.plan_hash}", host())
    if store.get(mark) == SEEN:
        return None
    from ..compiler import emit

    if plan.vocabulary != emit.VOCABULARY:
        return f"it was built by another version of netloom (its kernels' words are {plan.vocabulary}, here {emit.VOCABULARY})"
    if any(emit.fingerprint(kernel.recipe, lanes) != kernel.hash for kernel in plan.kernels):
        return "its kernels are not what their recipes make here"
    store.put(mark, SEEN)
    return None


def _writers() -> str:
    """The hash of what writes kernels: what was good by other words is looked at again."""
    source = hashlib.sha256()
    for path in sorted(Path(__file__).resolve().parents[1].joinpath("compiler", "emit").glob("*.py")):
        source.update(path.read_bytes())
    return source.hexdigest()


def _text(kernel: Kernel, lanes: int) -> str:
    from ..compiler import emit

    return emit.text(kernel.recipe, lanes)


def _engine(plan: Plan, held: Built, store: Store, threads: int | None, progress: Progress | None) -> Engine:
    """Kernels from the store, or compiled, and the weights in their places."""
    _check_weights(plan, held)
    target, library = host(), Library()
    wanted = [Wanted(k.name, k.hash, partial(_text, k, target.lanes)) for k in plan.kernels]
    prepare(wanted, library, store, target, progress)
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
