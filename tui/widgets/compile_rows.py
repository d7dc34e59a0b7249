"""Passes, kernels, reasons and times as rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ...compiler.diagram_words import time
from ...compiler.pass_words import PassTold, within
from ...compiler.why_words import Reason, grouped
from ...runtime.traced import Traced
from ..model.kernel_list import (
    KernelRow,
    Part,
    bar,
    cost_parts,
    memory_parts,
    profile_head,
    profile_kernels,
    profile_layers,
)
from ..model.pass_steps import SENTENCES, idle, step_words

NAME, BAR, AMOUNT = 26, 16, 9
PASS = max(map(len, SENTENCES)) + 1
PLAIN_BAR = "#"


def pass_row(step: PassTold, layer: str | None) -> Text:
    """`simplify   ~ 18 lines   1.9 ms`; a pass that found nothing is dim."""
    _, count = step_words(step, layer)
    took = f"{step.ms:.1f} ms"
    if not count:
        words = "nothing to do" if idle(step) else "" if layer is None else "not of it"
        return Text(f"  {step.name:<{PASS}}{words:>13}{took:>10}", "dim")
    changed = f"{count:,} line{'s' * (count != 1)}"
    return Text.assemble("~ ", (f"{step.name:<{PASS}}", "bold"), f"{changed:>13}", (f"{took:>10}", "dim"))


def pass_head(step: PassTold, layer: str | None) -> Text:
    """What a pass is for, what it did here, and its rewrite."""
    did, _ = step_words(step, layer)
    head = Text.assemble((step.name, "bold"), f" ({step.mode})  ", SENTENCES.get(step.name, ""), "\n")
    head.append(f"{step.nodes[0]:,} → {step.nodes[1]:,} nodes: {did}\n")
    return head.append(step.rule, "dim")


def kernel_row(row: KernelRow) -> Text:
    """`01  matmul: matmul add relu   2.58 µs` over its layers."""
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{row.number:02}  ", "dim").append(row.name, "bold").append(f"  {time(row.cost)}\n", "")
    lines = ", ".join(map(str, row.lines[:6])) + (" …" if len(row.lines) > 6 else "")
    return line.append(f"    {', '.join(row.layers)} (line {lines})", "dim")


def why_rows(reasons: Sequence[Reason]) -> Iterator[Text]:
    """What was put together, then what was kept apart, one line for all pairs with one reason; a sign before each."""
    told = grouped(reasons)
    for together, title in ((True, "Fused: one kernel"), (False, "Kept apart")):
        chosen = [reason for reason in told if reason.together is together]
        if chosen:
            count = len(
                {
                    (reason.text if together else reason.pair, reason.alike)
                    for reason in reasons
                    if reason.together is together
                }
            )
            yield Text(f"{title} ({count})", "bold")
            for reason in chosen:
                sign = ("+ ", "green") if together else ("| ", "yellow")
                yield Text.assemble(sign, *_ticked(reason.text.removeprefix("kept apart: ")))
            yield Text("")
    if not reasons:
        yield Text("no decision of fusion was about it", "dim")


def _ticked(sentence: str) -> Iterator[tuple[str, str]]:
    """Words in ticks are operations: they stand out."""
    for place, part in enumerate(sentence.split("`")):
        yield part, "bold" if place % 2 else ""


def part_rows(parts: Sequence[Part], width: int, *, plain: bool = False) -> Iterator[Text]:
    """A bar each: name, amount, share of the whole, and more words where there is room."""
    name = _name_width(parts, width)
    for part in parts:
        line = Text(f"{_fitted(part.name, name)}  {part.amount:>{AMOUNT}} {part.share:>6.1%} ", no_wrap=True)
        drawn = PLAIN_BAR * round(part.share * BAR) if plain else bar(part.share, BAR)
        line.append(f"{drawn:{BAR}}", "" if plain else "cyan").append(f" {part.more}", "dim")
        yield line


def cost_rows(traced: Traced, layer: str | None, width: int, *, plain: bool = False) -> Iterator[Text]:
    """The memory at its largest, and the predicted time of each program by layer."""
    for title, parts in memory_parts(traced):
        yield Text(f"Memory of {title}", "bold")
        yield from part_rows(parts, width, plain=plain)
        yield Text()
    for program in traced.plan.programs:
        parts = [part for part in cost_parts(traced, program) if layer is None or within(part.key, layer)]
        if parts:
            yield Text(f"Predicted time of `{program}`, one core, one batch", "bold")
            yield from part_rows(parts, width, plain=plain)
            yield Text()


def time_rows(
    profile: Mapping[str, Any], layer: str | None, width: int, *, by_layer: bool, plain: bool = False
) -> Iterator[Text]:
    """A profile: its head, then layers or kernels, longest first."""
    yield from map(Text, profile_head(profile))
    yield Text()
    parts = profile_layers(profile) if by_layer else profile_kernels(profile, layer)
    name = _name_width(parts, width)
    yield Text(f"{'layer' if by_layer else 'kernel':{name}}  {'a step':>{AMOUNT}} {'share':>6}", "dim")
    yield from part_rows(parts, width, plain=plain)


def _name_width(parts: Sequence[Part], width: int) -> int:
    return min(max([cell_len(part.name) for part in parts], default=8), NAME if width >= 76 else 20)


def _fitted(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
