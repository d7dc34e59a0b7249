"""A profile as a person reads it: what a step takes, and a table of where it goes."""

from __future__ import annotations

from typing import Literal

from rich.table import Table

from ..compiler.diagram_words import cut, time
from ..runtime.machine import Peak
from ..runtime.profile_rows import KernelRow, PartRow, Profile, Share, by_lost, part_rows
from .console import table

By = Literal["kernel", "layer", "line"]
NAME, LAYERS, TEXT = 28, 22, 24
"""Columns of a kernel's name, its layers, a line's text."""
NARROW = 132
"""Columns of a terminal below which layers and predictions are left out."""
UNEVEN = 2.0
"""How much longer the slow tenth of the steps may take than the fast one before it is told."""
BUSY = 0.35
"""Over this spread of the kept limits' slices, numbers are said to be uncertain."""


def headline(profile: Profile, peak: Peak) -> list[str]:
    """What a step takes, and how far that is from what it could take."""
    lines = [
        f"{profile.name}, {profile.mode}: {time(profile.step_ns)} a step, {profile.examples_a_second:,.0f} examples/s; "
        f"batch {profile.batch}, {_threads(profile.threads)}, {profile.steps} steps",
        f"the work needs {time(profile.floor_ns)} at this machine's limits: {percent(profile.peak_share)} of peak"
        + (f"; threads wait {percent(profile.waiting)} of the time" if profile.threads > 1 else "")
        + f"; {time(profile.between_ns)} between calls",
        f"input: {percent(profile.input_share)} of a step (rows gathered, scaled, augmented)",
        f"limits of {_threads(profile.threads)}: {2 * peak.multiply_adds(profile.threads):,.0f} GF/s, "
        + ", ".join(f"{level} {b.read:,.0f} GB/s" for level, b in peak.team(profile.threads).bandwidth.items())
        + f" (read; measured {peak.date[:10]} by `netloom doctor --peak`)",
    ]
    if profile.p90 > UNEVEN * profile.p10 > 0:
        lines.append(
            f"steps took from {time(profile.p10)} to {time(profile.p90)} (tenths): other programs are running, and "
            "medians of calls need not add up"
        )
    if peak.spread > BUSY:
        lines.append("other programs ran when the limits were measured: measure again on a quiet machine")
    return lines


def profile_table(profile: Profile, by: By, top: int, width: int = 160) -> Table:
    """Rows in the order of what they lose; `top` of them (0: all), the rest summed up in one."""
    if by == "kernel":
        return _kernels(profile, by_lost(profile.kernels), top, wide=width >= NARROW)
    return _parts(profile, part_rows(profile.kernels, by), by, top)


def _kernels(profile: Profile, rows: list[KernelRow], top: int, *, wide: bool) -> Table:
    left, right = (("layers",), ("predicted>",)) if wide else ((), ())
    shown = table("kernel", *left, "line", "time>", "share>", "lost>", "of peak>", "GF/s>", "GB/s>", "bound by", *right)
    whole = profile.calls_ns + profile.between_ns or 1.0
    blank = [""] * (len(left) + 1)
    for row in rows[: top or None]:
        cells = [
            time(row.ns), percent(row.ns / whole), time(row.lost_ns), percent(row.floor_ns / row.ns if row.ns else 0.0),
            _rate(row.flops_a_ns), _rate(row.bytes_a_ns), f"{row.binds} {percent(row.bound_share)}",
        ]  # fmt: skip
        layers, reckoned = ([_layers(row)], [time(row.predicted_ns)]) if wide else ([], [])
        shown.add_row(cut(row.kernel, NAME), *layers, _line(row), *cells, *reckoned)
    if rest := rows[top:] if top else []:
        ns, lost = sum(r.ns for r in rest), sum(r.lost_ns for r in rest)
        shown.add_row(f"{len(rest)} more", *blank, time(ns), percent(ns / whole), time(lost))
    shown.add_row("between calls", *blank, time(profile.between_ns), percent(profile.between_ns / whole))
    return shown


def _parts(profile: Profile, rows: list[PartRow], by: By, top: int) -> Table:
    shown = table(
        by,
        "line" if by == "layer" else "text",
        "forward>",
        "backward>",
        "update>",
        "time>",
        "share>",
        "lost>",
        "kernels>",
    )
    whole = profile.calls_ns + profile.between_ns or 1.0
    for row in rows[: top or None]:
        where = f"{', '.join(map(str, row.lines[:3]))}{' …' if len(row.lines) > 3 else ''}  {row.text}"
        shown.add_row(
            cut(row.name, 40), cut(where if by == "layer" else row.text, TEXT + 8), *map(_time, (row.forward_ns, row.backward_ns, row.update_ns)),
            time(row.ns), percent(row.ns / whole), time(row.lost_ns), str(row.kernels),
        )  # fmt: skip
    rest = rows[top:] if top else []
    if rest:
        shown.add_row(f"{len(rest)} more", "", "", "", "", time(sum(r.ns for r in rest)),
                      percent(sum(r.ns for r in rest) / whole), time(sum(r.lost_ns for r in rest)))  # fmt: skip
    shown.add_row("between calls", "", "", "", "", time(profile.between_ns), percent(profile.between_ns / whole))
    return shown


def _layers(row: KernelRow) -> str:
    """The layers that most of it is for."""
    return cut(", ".join(dict.fromkeys(share.path for share in _heaviest(row))), LAYERS)


def _line(row: KernelRow) -> str:
    """The line that most of it is for, with its text, and how many others there are."""
    lines = list(dict.fromkeys((share.line, share.text) for share in _heaviest(row)))
    if not lines:
        return ""
    more = f" +{len(lines) - 1}" if len(lines) > 1 else ""
    return f"{cut(f'{lines[0][0]}: {lines[0][1]}', TEXT)}{more}"


def _heaviest(row: KernelRow) -> list[Share]:
    return sorted(row.shares, key=lambda share: -share.weight)


def _time(ns: float) -> str:
    return time(ns) if ns else ""


def _rate(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}" if number >= 0.05 else ""


def percent(share: float) -> str:
    """`7%`, `0.4%`."""
    return f"{share:.0%}" if share >= 0.0995 or share == 0 else f"{share:.1%}"


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count > 1 else ''}"
