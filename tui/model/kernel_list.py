"""What a network became: its kernels with their sources, why they are what they are, memory, predicted time.

kernel_rows(traced, "dense1")        # the kernels that do something for a layer
why_lines(traced, "dense1")          # why operations share a kernel, or do not
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...compiler.diagram_words import time
from ...compiler.pass_words import within
from ...compiler.why_words import Reason
from ...runtime.traced import Traced
from .layers import in_bytes

EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True)
class KernelRow:
    """One kernel: its number, name, the programs that call it, its layers and their lines, and what one call is
    predicted to take in nanoseconds at the largest batch; `text`: its source, with a head that says what it is for."""

    number: int
    name: str
    programs: tuple[str, ...]
    layers: tuple[str, ...]
    lines: tuple[int, ...]
    cost: float
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a table with bars: a word, an amount in words, its share of the whole (0 to 1), and more words."""

    name: str
    amount: str
    share: float
    more: str = ""
    key: str = ""


def kernel_rows(traced: Traced, layer: str | None = None) -> list[KernelRow]:
    """The kernels of a layer or block, or all, in the order in which programs call them first."""
    found = []
    for source in traced.sources(layer):
        calls = [use.call for use in source.uses]
        origins = [origin for call in calls for origin in call.origins]
        found.append(
            KernelRow(
                source.number,
                source.kernel,
                tuple(dict.fromkeys(use.program for use in source.uses)),
                tuple(dict.fromkeys(origin.path for origin in origins)),
                tuple(sorted({origin.line for origin in origins})),
                max((call.cost for call in calls), default=0.0),
                source.text,
            )
        )
    return found


def why(traced: Traced, layer: str | None = None) -> list[Reason]:
    """The decisions of fusion about a layer or block, or all; those that put together first."""
    reasons = traced.reasons
    return [r for r in reasons if layer is None or any(within(path, layer) for path in r.layers)]


def memory_parts(traced: Traced) -> list[tuple[str, list[Part]]]:
    """The memory of a training step and of a prediction at their largest, by what it is for."""
    found = []
    for name, peak in traced.peaks.items():
        shares = {
            "weights": peak.weights, "optimiser": peak.optimizer, "gradients": peak.gradients, "values on the way": peak.working,
        }  # fmt: skip
        whole = max(peak.total, 1)
        parts = [Part(word, in_bytes(count), count / whole) for word, count in shares.items() if count]
        found.append((f"{name}, batch {traced.plan.sizes['B']}: {in_bytes(peak.total)}", parts))
    return found


def cost_parts(traced: Traced, program: str) -> list[Part]:
    """The predicted time of a program's calls on one core, by layer, longest first; shared ones in equal parts."""
    spent: dict[str, float] = {}
    kernels: dict[str, int] = {}
    for call in traced.plan.programs[program].calls:
        weights = list(call.work.weights) or [1.0] * len(call.origins)
        whole = sum(weights) or 1.0
        for origin, weight in zip(call.origins, weights, strict=True):
            spent[origin.path] = spent.get(origin.path, 0.0) + call.cost * weight / whole
            kernels[origin.path] = kernels.get(origin.path, 0) + 1
    total = sum(spent.values()) or 1.0
    order = sorted(spent, key=lambda path: -spent[path])
    return [Part(path, time(spent[path]), spent[path] / total, _kernels(kernels[path]), path) for path in order]


def _kernels(count: int) -> str:
    return f"{count} kernel{'s' * (count != 1)}"


def bar(share: float, width: int) -> str:
    """A bar of eighths of cells; a share that is not nothing has at least an eighth."""
    eighths = max(int(share > 0), round(min(max(share, 0.0), 1.0) * width * 8))
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (EIGHTHS[rest] if rest else "")).ljust(width)


# a profile, as `runtime/profile.py` gives it as data


def profile_head(profile: Mapping[str, Any]) -> list[str]:
    """What a step takes, and how far that is from what it could take."""
    threads = int(profile["threads"])
    return [
        f"{time(profile['step_ns'])} a step, {profile['examples_per_s']:,.0f} examples/s, batch {profile['batch']}, "
        f"{threads} thread{'s' * (threads != 1)}, {profile['steps']} steps timed",
        f"{percent(profile['peak_share'])} of this machine's peak; {time(profile['floor_ns'])} would do at its limits"
        + (f"; threads wait {percent(profile['waiting'])} of the time" if threads > 1 else ""),
    ]


def profile_kernels(profile: Mapping[str, Any], layer: str | None = None) -> list[Part]:
    """The calls of a step, longest first: time, share of the step, share of the machine's peak, what binds."""
    whole = profile["step_ns"] or 1.0
    rows = [row for row in profile["kernels"] if layer is None or _is_of(row["shares"], layer)]
    found = []
    for row in sorted(rows, key=lambda row: -row["ns"]):
        peak = row["floor_ns"] / row["ns"] if row["ns"] else 0.0
        layers = ", ".join(dict.fromkeys(share["path"] for share in row["shares"]))
        words = f"{percent(peak):>5} of peak, {row['binds']}: {layers}"
        found.append(Part(row["kernel"], time(row["ns"]), row["ns"] / whole, words, row["kernel"]))
    return found


def profile_layers(profile: Mapping[str, Any]) -> list[Part]:
    """The layers, longest first: time, share of the step, and forward, backward and update apart."""
    whole = profile["step_ns"] or 1.0
    found = []
    for row in sorted(profile["layers"], key=lambda row: -row["ns"]):
        parts = [f"{word} {time(row[f'{word}_ns'])}" for word in ("forward", "backward", "update") if row[f"{word}_ns"]]
        peak = max(0.0, 1 - row["lost_ns"] / row["ns"]) if row["ns"] else 0.0
        words = f"{percent(peak):>5} of peak; {', '.join(parts)}"
        found.append(Part(row["name"], time(row["ns"]), row["ns"] / whole, words, row["name"]))
    between = profile["between_ns"]
    return [*found, Part("between calls", time(between), between / whole)]


def _is_of(shares: Sequence[Mapping[str, Any]], layer: str) -> bool:
    return any(within(share["path"], layer) for share in shares)


def percent(share: float) -> str:
    """`7%`, `0.4%`."""
    return f"{share:.0%}" if share >= 0.0995 or share == 0 else f"{share:.1%}"
