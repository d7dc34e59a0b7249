"""The process that times a network: `python -m netloom.tui.model.profile_worker`.

It reads one line of JSON (`text`, `path`, `what`: `profile`, `kernels` or `totals`) and writes lines of JSON as `profiling.Said` has them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from ...compiler.layer_table import layer_rows
from ...dsl.diagnostics import NetloomError
from ...runtime import start
from ...runtime.compiling import Progress
from ...runtime.machine import Peak, keep_peak, machine_peak
from ...runtime.profile import as_data, profile_loaded
from .checking import loaded_of
from .profiling import Said
from .totals import estimate, from_plan

Say = Callable[[Said], None]
BEHIND = 10
"""How far a process that nobody waits for stands behind others."""


def profile(request: dict[str, Any], say: Say) -> None:
    """Measure what the request asks for; the last word is the profile or the mistake."""
    try:
        path = Path(request["path"]) if request["path"] else None
        loaded = loaded_of(request["text"], path)
        if request["what"] == "kernels":
            say(_kernels(loaded, say))
            return
        if request["what"] == "totals":
            say(_totals(loaded))
            return
        mode = "train" if loaded.experiment.trains else "predict"
        peak = _peak(say)
        found = profile_loaded(
            loaded, path or Path("untitled.yaml"), peak, mode=mode,
            progress=_telling(say),
            told=lambda done, count: say(Said("timing steps", done, count)),
        )  # fmt: skip
        say(Said(profile=as_data(found, peak), ended=True))
    except NetloomError as mistake:
        say(Said(mistake=str(mistake), ended=True))


def _telling(say: Say) -> Progress:
    return lambda name, done, count: say(Said(f"making kernels: {name}", done, count))


def _kernels(loaded: start.Loaded, say: Say) -> Said:
    """Make the kernels, and nothing with them."""
    ready = start.make_ready(start.compile_loaded(loaded), progress=_telling(say))
    made = ready.made
    ready.engine.close()
    words = f"{made.compiled} kernels made, {made.reused} were there, in {ready.compile_seconds:.2f} s"
    return Said(words, ended=True)


def _totals(loaded: start.Loaded) -> Said:
    """Memory and time from the compiled plan; no kernel is made. Nobody waits for it: others go first."""
    os.nice(BEHIND)
    rows = layer_rows(loaded.experiment)
    found = from_plan(start.compile_loaded(loaded).plan, estimate(loaded.experiment, rows, loaded.schema))
    return Said(memory=found.memory, seconds=found.seconds, ended=True)


def _peak(say: Say) -> Peak:
    """What this machine can do: as kept, or measured now and kept."""
    kept = machine_peak()
    if kept is not None:
        return kept
    from ...runtime.peak import measure_peak

    found = measure_peak(
        _telling(say),
        lambda done, count: say(Said("measuring once what this machine can do", done, count)),
    )
    keep_peak(found)
    return found


def main() -> None:
    """Answer one request."""
    # whatever a library prints goes to the error stream: the pipe carries answers alone
    answers: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(said: Said) -> None:
        answers.write(json.dumps(asdict(said)) + "\n")
        answers.flush()

    profile(json.loads(sys.stdin.readline()), say)


if __name__ == "__main__":
    main()
