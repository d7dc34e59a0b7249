"""A compilation as a person steps through it: the passes, and the graph before and after each, line by line.

compilation = compile_text(text, path, revision)
compilation.steps[3].did                       # what the pass came to
comparison(compilation.steps[3], "dense1")     # rows: before, after, and whether they differ
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from ...compiler.pass_words import NOTHING, PassTold, chosen, within
from ...compiler.rewrites import line_of, rewrite
from ...runtime.kernel_sources import printable
from ...runtime.start import Loaded
from ...runtime.traced import Cancelled, Traced, trace
from .buffer import place_of
from .checking import loaded_of

__all__ = ["SENTENCES", "Cancelled", "Compilation", "Row", "comparison", "compile_text", "idle", "step_words"]

SENTENCES = {
    "simplify": "Says arithmetic in fewer steps: x * 1 is x, two reshapes are one.",
    "merge": "Computes once what is computed twice.",
    "drop-dead": "Leaves out what nothing reads.",
    "gradient": "Adds the way back: d loss / d weight for every weight, by the chain rule.",
    "optimise": "Adds the optimiser's step: each weight's next value from its gradient.",
    "decompose": "Writes compound operations such as softmax as simple ones that kernels are made of.",
    "pool-masks": "Takes the mask of a ReLU before a max pool on the pooled picture.",
    "picture-tables": "Lays gradients of pictures out as tables, so that more can share their kernels.",
    "known-sums": "Uses sums that are computed anyhow in place of adding up once more.",
    "absorb": "Puts a normalisation behind a product into the product's weights.",
    "fold": "Computes what hangs on the weights alone once, not at every step.",
    "layout": "Decides how every table of numbers lies in memory, so that none need be turned.",
    "split-totals": "Adds up large tables row by row first, so that threads can share the work.",
    "fuse": "Puts operations into kernels together, so that numbers are not written and read again between them.",
    "schedule": "Numbers the kernels in the order in which they run: gradients first, then the updates.",
}
"""Each pass in a plain sentence."""

Sign = Literal["title", "same", "gone", "new", "changed", "more"]
AROUND = 2
"""Lines shown before and after one that changed, where the whole graph is shown folded."""


@dataclass(frozen=True)
class Compilation:
    """What a text was compiled to; `revision` is the text's."""

    revision: int
    name: str
    traced: Traced

    @property
    def steps(self) -> tuple[PassTold, ...]:
        return self.traced.passes

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs in the order in which they are compiled."""
        return tuple(dict.fromkeys(step.mode for step in self.steps))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a comparison. A `title` and `more` (so many lines are left out) have their words in `before`."""

    sign: Sign
    before: str = ""
    after: str = ""


def compile_text(text: str, path: Path | None, revision: int, told: Callable[[str], None] | None = None) -> Compilation:
    """Compile a text that may lie in no file. `told` hears of each pass, and may raise Cancelled.

    Raises SpecError with every mistake of the text.
    """
    loaded = loaded_of(text, path)
    lines, file = text.splitlines(), place_of(path)[0]

    def said(program: str, name: str) -> None:
        if told is not None:
            told(f"{program}: {name}")

    def line_at(asked: str, number: int) -> str:
        return printable(lines[number - 1].strip()[:160]) if asked == file and 0 < number <= len(lines) else ""

    return Compilation(revision, _name(loaded), trace(loaded, said, line_at))


def _name(loaded: Loaded) -> str:
    return loaded.experiment.name


def step_words(step: PassTold, layer: str | None = None) -> tuple[str, int]:
    """What a pass came to, and how many lines it changed, of a layer or block or of all."""
    kept = chosen([step], None, None, layer)
    count = sum(len(change.rows) for change in kept[0].changes) if kept else 0
    if layer is not None and not count:
        return "changes nothing of it", 0
    return step.did, count


def idle(step: PassTold) -> bool:
    """Whether a pass found nothing to do."""
    return step.did == NOTHING


def comparison(step: PassTold, layer: str | None = None, *, whole: bool = False) -> list[Row]:
    """The lines that a pass changed, layer by layer; `whole`: those that it left as they were besides, the far ones
    folded. `layer` narrows both to a layer or block."""
    return list(_folded(_aligned(step, layer))) if whole else list(_changes(step, layer))


def _changes(step: PassTold, layer: str | None) -> Iterator[Row]:
    kept = chosen([step], None, None, layer)
    for change in kept[0].changes if kept else ():
        yield Row("title", f"{change.origin.path}, line {change.origin.line}")
        for before, after in zip(change.gone, change.new, strict=False):
            yield Row("changed", before, after)
        both = min(len(change.gone), len(change.new))
        yield from (Row("gone", line) for line in change.gone[both:])
        yield from (Row("new", "", line) for line in change.new[both:])
        for before, after in change.pairs:
            yield Row("changed" if before and after else "gone" if before else "new", before, after)


def _aligned(step: PassTold, layer: str | None) -> list[Row]:
    """Both graphs side by side, in the order of the later one; a line that is gone stands where it stood."""
    found = rewrite(step.before, step.graph)
    kept = found.kept
    still, places = set(kept.values()), {node.id: place for place, node in enumerate(step.before)}
    old = list(step.before)
    rows: list[Row] = []
    next_old = 0

    def gone(until: int) -> None:
        nonlocal next_old
        for node in old[next_old:until]:
            if node.id not in still and _of(node.origins[0].path, layer):
                rows.append(Row("gone", line_of(node)))
        next_old = max(next_old, until)

    for node in step.graph:
        source = kept.get(node.id)
        if source is not None:
            gone(places[source])
        if not _of(node.origins[0].path, layer):
            continue
        before, after = (line_of(step.before[source]) if source is not None else ""), line_of(node)
        before, after = f"{before}{_kernel(step.before[source].kernel) if source else ''}", after + _kernel(node.kernel)
        rows.append(Row("same" if before == after else "changed" if source is not None else "new", before, after))
    gone(len(old))
    return rows


def _kernel(number: int | None) -> str:
    """Which kernel a node is of, once there are kernels."""
    return "" if number is None else f"  [kernel {number}]"


def _of(path: str, layer: str | None) -> bool:
    return layer is None or within(path, layer)


def _folded(rows: Sequence[Row]) -> Iterator[Row]:
    """Long runs of lines that stay are one row that counts them."""
    groups = [(same, list(group)) for same, group in groupby(rows, lambda row: row.sign == "same")]
    for place, (same, group) in enumerate(groups):
        head = AROUND if place else 0
        tail = AROUND if place + 1 < len(groups) else 0
        if not same or len(group) <= head + tail + 1:
            yield from group
            continue
        yield from group[:head]
        hidden = len(group) - head - tail
        yield Row("more", f"{hidden} line{'s' * (hidden > 1)} as before")
        yield from group[len(group) - tail :] if tail else ()
