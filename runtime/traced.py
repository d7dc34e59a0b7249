"""A compilation that tells of itself: the passes in words, why kernels are what they are, their sources.

traced = trace(loaded)
traced.passes[0].did            # "removed 2 dead nodes: …"
traced.reasons                  # why nodes share a kernel, or do not
traced.sources("dense1")        # the readable kernels of a layer
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from ..compiler.pass_words import PassTold, told, within
from ..compiler.peak import Peak, inference_peak, training_peak
from ..compiler.pipeline import Compiled, modes, passes
from ..compiler.plan import Plan
from ..compiler.stages import PassRan
from ..compiler.why_words import Reason, reasons
from ..dsl.diagnostics import NetloomError
from . import start
from .kernel_sources import Lines, Source, line_text, sources

Step = Callable[[str, str], None]
"""Called with a program and the pass that it has just gone through. What it raises ends the compilation."""


class Cancelled(NetloomError):  # noqa: N818  nothing went wrong
    """The compilation was called off."""


@dataclass(frozen=True)
class Traced:
    """A compiled network and the way there. `seconds` is what the compilation took; `line_of` gives lines of the spec."""

    compiled: Compiled
    passes: tuple[PassTold, ...]
    seconds: float
    line_of: Lines

    @property
    def plan(self) -> Plan:
        return self.compiled.plan

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Every decision of fusion, those that put nodes together first."""
        return reasons(self.compiled.graphs, self.compiled.why)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The layers, and the parts of the training section, that nodes were made for."""
        graphs = self.compiled.graphs.values()
        return tuple(dict.fromkeys(origin.path for graph in graphs for node in graph for origin in node.origins))

    @property
    def peaks(self) -> dict[str, Peak]:
        """The memory of a training step and of a prediction at their largest, where there are such."""
        found = {"a training step": training_peak(self.plan), "a prediction": inference_peak(self.plan)}
        return {name: peak for name, peak in found.items() if peak is not None}

    def sources(self, layer: str | None = None) -> list[Source]:
        """The kernels that do something for a layer or block; left out: all."""
        plan = self.plan
        texts = start.kernel_texts(plan)
        return sources(
            plan, self.compiled.graphs, texts, lambda path: layer is None or within(path, layer), self.line_of
        )


def trace(loaded: start.Loaded, step: Step | None = None, line_of: Lines = line_text) -> Traced:
    """Compile, and tell of every pass. Raises whatever `step` raises."""
    ran: list[tuple[str, PassRan]] = []

    def watch(program: str, done: PassRan) -> None:
        ran.append((program, done))
        if step is not None:
            step(program, done.name)

    began = time.perf_counter()
    compiled = start.compile_loaded(loaded, watch)
    seconds = time.perf_counter() - began
    return Traced(compiled, tuple(tell(loaded, ran)), seconds, line_of)


def tell(loaded: start.Loaded, ran: Iterable[tuple[str, PassRan]]) -> list[PassTold]:
    """Passes that ran, in words."""
    experiment = loaded.experiment
    steps = {step.name: step for mode in modes(experiment) for step in passes(experiment, mode)}
    return [told(program, steps[step.name], step) for program, step in ran]
