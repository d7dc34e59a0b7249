"""Profiling: a file's steps timed call by call, beside what the machine can do."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.plan import Origin
from ..dsl.diagnostics import NetloomError
from . import start
from .compiling import Progress
from .data.dataset import Dataset
from .engine import Engine, Outcome, Segment
from .machine import Peak
from .measure import WARM_STEPS, data_at_hand, stretch_of
from .profile_rows import Profile, kernel_rows, part_rows
from .timing import Times, Timing

VERSION = 1
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "train": ("gradients", "update"), "evaluate": ("evaluate",), "predict": ("predict",),
}  # fmt: skip
SECONDS, LEAST, MOST = 1.5, 20, 5000
"""Where no number of steps is asked for: as many as fit in so long, and no fewer or more."""
STRETCH_SECONDS, MOST_STAMPS = 0.1, 1 << 22
"""How long the engine runs at a time, between two words of progress, and words of stamps at most."""
MOST_FILE = 4_000_000

Told = Callable[[int, int], None]
"""Called with the steps done, and how many there are."""


def profile_file(
    path: Path, peak: Peak, sets: start.Sets | None = None, *, mode: str = "train", steps: int | None = None,
    batch: int | None = None, threads: int | None = None, progress: Progress | None = None, told: Told | None = None,
) -> Profile:  # fmt: skip
    """Warm up, then time the steps of a file's network. Raises NetloomError where the file has no such steps."""
    return profile_loaded(
        start.load(path, sets), path, peak, mode=mode, steps=steps, batch=batch, threads=threads, progress=progress,
        told=told,
    )  # fmt: skip


def profile_loaded(
    loaded: start.Loaded, path: Path, peak: Peak, *, mode: str = "train", steps: int | None = None,
    batch: int | None = None, threads: int | None = None, progress: Progress | None = None, told: Told | None = None,
) -> Profile:  # fmt: skip
    """The same of a network that was read before; `path` is what it is called."""
    if mode not in PROGRAMS:
        raise NetloomError(f"there is no mode `{mode}`: choose {', '.join(PROGRAMS)}")
    if mode != "predict" and not loaded.experiment.trains:
        raise NetloomError(f"{path} has no loss, so it does not {mode}; ask for --mode predict")
    if batch is not None:
        loaded.experiment = replace(loaded.experiment, batch=batch)
    data = data_at_hand(loaded)
    ready = start.make_ready(start.compile_loaded(loaded), threads, progress)
    try:
        ready.engine.attach(data.columns)
        start.fresh_states(ready, data, loaded.experiment.seed)
        return _profiled(path, ready, data, loaded, peak, mode, steps, told)
    finally:
        ready.engine.stop_after(0)
        ready.engine.wait()
        ready.engine.close()


def _profiled(
    path: Path, ready: start.Ready, data: Dataset, loaded: start.Loaded, peak: Peak, mode: str, steps: int | None,
    told: Told | None,
) -> Profile:  # fmt: skip
    programs = PROGRAMS[mode]
    warm = stretch_of(ready, data, loaded, programs, WARM_STEPS)
    begun = time.perf_counter()
    _run(ready.engine, warm)
    each = max((time.perf_counter() - begun) / WARM_STEPS, 1e-7)
    wanted = steps or max(LEAST, min(MOST, round(SECONDS / each)))
    calls = sum(len(ready.plan.programs[name].calls) for name in programs)
    most = max(1, MOST_STAMPS // (2 * (calls + 1) * ready.engine.threads))
    chunk = max(2, min(wanted, most, round(STRETCH_SECONDS / each)))
    segment = stretch_of(ready, data, loaded, programs, chunk)
    timed = repeated(lambda: _run(ready.engine, segment), chunk, wanted, told)
    timings = joined(timed, programs)
    sizes = {**ready.plan.sizes, "B": segment.batch, "N": len(next(iter(data.columns.values()), ()))}
    words = line_texts()
    rows = [row for name in programs for row in kernel_rows(ready.plan, timings[name], sizes, peak, words)]
    first = timings[programs[0]]
    step, p10, p90, gap = step_times(timed, programs, peak.stamp_ns)
    return Profile(loaded.experiment.name, str(path), mode, segment.batch, len(first.began), first.worked.shape[1],
                   step, p10, p90, gap, tuple(rows), _inputs(ready, loaded))  # fmt: skip


def _inputs(ready: start.Ready, loaded: start.Loaded) -> tuple[str, ...]:
    fields = [node.id for node in loaded.experiment.graph if node.op == "field"]
    return tuple(dict.fromkeys([*fields, *(column.name for column in ready.plan.columns)]))


def _run(engine: Engine, segment: Segment) -> Outcome:
    outcome = engine.run([segment], timed=True)
    if outcome.status not in ("done", "stopped"):
        raise NetloomError(
            "the loss became infinite or not a number while it was timed; set a smaller learning rate, as in "
            "--set learning_rate=0.001 where the file has that option"
        )
    return outcome


def repeated(run: Callable[[], Outcome], chunk: int, steps: int, told: Told | None = None) -> list[Outcome]:
    """The outcomes of stretches of `chunk` steps, at least so many steps in all."""
    found: list[Outcome] = []
    while (done := chunk * len(found)) < steps:
        if told is not None:
            told(done, steps)
        found.append(run())
    if told is not None:
        told(steps, steps)
    return found


def joined(outcomes: Sequence[Outcome], programs: Sequence[str]) -> dict[str, Timing]:
    """The times of each program over all stretches."""
    found = {}
    for place, name in enumerate(programs):
        parts = [outcome.timings[place] for outcome in outcomes]
        found[name] = replace(
            parts[0],
            began=np.concatenate([part.began for part in parts]),
            walls=np.concatenate([part.walls for part in parts]),
            worked=np.concatenate([part.worked for part in parts]),
        )
    return found


def step_times(
    outcomes: Sequence[Outcome], programs: Sequence[str], stamp_ns: float
) -> tuple[float, float, float, float]:
    """A step from one beginning to the next on thread 0, in nanoseconds: median and tenths; and what of it is in no
    call, median. The last step of a stretch has none after it."""
    whole, gaps = [], []
    for outcome in outcomes:
        timings = outcome.timings[: len(programs)]
        calls = sum(timing.worked.shape[2] for timing in timings)
        in_calls: Times = np.sum([timing.walls.sum(axis=1) for timing in timings], axis=0)
        passed: Times = np.diff(timings[0].began)
        whole.append(passed - calls * stamp_ns)
        gaps.append(passed - in_calls[:-1])
    steps, rest = np.maximum(np.concatenate(whole), 0.0), np.maximum(np.concatenate(gaps), 0.0)
    median, p10, p90 = (float(q) for q in np.quantile(steps, (0.5, 0.1, 0.9)))
    return median, p10, p90, float(np.median(rest))


def line_texts() -> Callable[[Origin], str]:
    """What gives the text of an origin's line; each file is read once."""
    kept: dict[str, list[str]] = {}

    def text(origin: Origin) -> str:
        if origin.file not in kept:
            kept[origin.file] = _lines(Path(origin.file))
        lines = kept[origin.file]
        return lines[origin.line - 1].strip() if 0 < origin.line <= len(lines) else ""

    return text


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MOST_FILE:
            return []
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):
        return []


def as_data(profile: Profile, peak: Peak) -> dict[str, Any]:
    """The whole profile as plain data, as `--json` prints it and `draw --overlay` reads it."""
    return {
        "profile": VERSION,
        "name": profile.name,
        "file": profile.file,
        "mode": profile.mode,
        "batch": profile.batch,
        "threads": profile.threads,
        "steps": profile.steps,
        "step_ns": profile.step_ns,
        "step_p10_ns": profile.p10,
        "step_p90_ns": profile.p90,
        "examples_per_s": profile.examples_a_second,
        "floor_ns": profile.floor_ns,
        "peak_share": profile.peak_share,
        "waiting": profile.waiting,
        "between_ns": profile.between_ns,
        "input_share": profile.input_share,
        "kernels": [
            asdict(row) | {"lost_ns": row.lost_ns, "waiting_ns": row.waiting_ns, "gflops": row.flops_a_ns,
                           "gbytes": row.bytes_a_ns} for row in profile.kernels
        ],
        "layers": [asdict(row) | {"ns": row.ns} for row in part_rows(profile.kernels, "layer")],
        "lines": [asdict(row) | {"ns": row.ns} for row in part_rows(profile.kernels, "line")],
        "machine": peak.model_dump(mode="json"),
    }  # fmt: skip
