"""The results as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .kernels import KernelTime, by_lost_time, of_step

Result = Mapping[str, Any]

NAMES = {
    "netloom": "netloom", "stretch": "netloom, in stretches", "torch": "PyTorch eager", "compile": "torch.compile",
    "jax": "JAX jit", "onnx": "ONNX Runtime",
}  # fmt: skip
KERNELS_SHOWN = 12
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
INTRODUCTION = """\
# Side by side

Written by `python -m benchmarks`; how each number is measured, and how to measure it again, is told in
`benchmarks/README.md`. A ratio is how many times as long as netloom the other engine takes for a step: over 1,
netloom is faster. Each is the median of the ratios of all rounds; in brackets, where a tenth of the rounds lies below
and above.
"""


def text(results: Result, *, chart: bool) -> str:
    """The whole page; `chart`: whether pictures/benchmarks.svg is beside it."""
    parts = [INTRODUCTION, machine(results)]
    if chart:
        parts.append("![Ratios of the training step](pictures/benchmarks.svg)\n")
    for title, mode in (("Training, a step", "train"), ("Inference, a batch", "infer")):
        races = [race for race in results["races"] if race["mode"] == mode and _timed(race)]
        if races:
            parts.append(f"## {title}\n\n{_races(races)}")
    if results["starts"]:
        parts.append(f"## To the end of the first training step\n\n{_starts(results['starts'])}")
    if results["memory"]:
        parts.append(f"## Memory at its peak\n\n{_memory(results['memory'])}")
    parts += [_kernels(race) for race in results["races"] if race["kernels"]]
    if results["notes"]:
        parts.append("## Left out\n\n" + "".join(f"- {_one_line(note)}\n" for note in results["notes"]))
    return "\n".join(parts)


def machine(results: Result) -> str:
    """One paragraph: processor, its peak, versions, how much was measured."""
    about, plan = results["machine"], results["plan"]
    peak = "unknown (`netloom doctor --peak` measures it)"
    if about["peak"]:
        said = (f"{2 * rate:.0f} GF/s on {count}" for count, rate in about["peak"].items())
        peak = ", ".join(said) + " threads"
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    quick = " A quick run: it shows that everything runs, not how fast." if plan["quick"] else ""
    return (
        f"{about['name']}, {about['cores']} cores, {about['lanes']} lanes of float32, {about['system']}. Measured peak "
        f"of multiply-adds: {peak}. {versions}. {plan['rounds']} rounds, {plan['turn']:g} s a turn.{quick}\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; columns whose head ends in `>` are set to the right."""
    lines = ["| " + " | ".join(head.removesuffix(">") for head in heads) + " |"]
    lines.append("|" + "|".join("---:" if head.endswith(">") else "---" for head in heads) + "|")
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def duration(seconds: float) -> str:
    """With three digits, in the unit that fits."""
    scale, unit = next(((s, u) for s, u in UNITS if abs(seconds) >= s), UNITS[-1])
    return f"{_digits(seconds / scale)} {unit}"


def _digits(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def _timed(race: Result) -> bool:
    return any("seconds" in engine for engine in race["engines"].values())


def _races(races: Sequence[Result]) -> str:
    rows = []
    for race in races:
        for peer, engine in race["engines"].items():
            if "seconds" not in engine:
                continue
            first = peer == "netloom"
            rows.append((
                race["workload"] if first else "", str(race["batch"]) if first else "",
                str(race["threads"]) if first else "", NAMES[peer], _manner(engine["manner"]),
                _spread(engine["seconds"], duration), _spread(engine["ratio"], _ratio) if "ratio" in engine else "",
            ))  # fmt: skip
    return table(("workload", "batch>", "threads>", "engine", "manner", "time>", "ratio>"), rows)


def _manner(manner: str) -> str:
    return "" if manner == "rows" else manner


def _ratio(number: float) -> str:
    return f"{_digits(number)}×"


def _spread(spread: Result, shown: Any) -> str:
    return f"{shown(spread['median'])} ({shown(spread['low'])} – {shown(spread['high'])})"


def _starts(starts: Sequence[Result]) -> str:
    """Cold: every cache empty. Warm: what the cold start has left in them."""
    heads = ("workload", "engine", "cold>", "cold, whole command>", "warm>", "warm, whole command>")
    kinds = ("cold_seconds", "cold_whole", "warm_seconds", "warm_whole")
    rows = [(start["workload"], NAMES[start["peer"]], *(duration(start[kind]) for kind in kinds)) for start in starts]
    return table(heads, rows)


def _memory(grown: Sequence[Result]) -> str:
    """One column an engine, one row a workload and mode."""
    peers = list(dict.fromkeys(row["peer"] for row in grown))
    found = {(row["workload"], row["mode"], row["peer"]): row["bytes"] for row in grown}
    rows = [
        (name, mode, *(_megabytes(found.get((name, mode, peer))) for peer in peers))
        for name, mode in dict.fromkeys((row["workload"], row["mode"]) for row in grown)
    ]
    return table(("workload", "mode", *(f"{NAMES[peer]}>" for peer in peers)), rows)


def _megabytes(count: int | None) -> str:
    return "" if count is None else f"{_digits(count / 1e6)} MB"


def _kernels(race: Result) -> str:
    rows = by_lost_time(KernelTime(**row) for row in race["kernels"])
    share, total = of_step(rows), sum(row.us for row in rows)
    reached = "an unknown share" if share is None else f"{share:.0%}"
    shown = [
        (
            row.kernel, _layers(row.layers), f"{row.us:.1f}", _known(row.least, ".1f"), _known(row.share, ".0%"),
            row.limit or "unknown", f"{row.lost:.1f}" if row.least is not None else "unknown",
        )
        for row in rows[:KERNELS_SHOWN]
    ]  # fmt: skip
    rest = rows[KERNELS_SHOWN:]
    more = f"\nAnd {len(rest)} more, {sum(row.us for row in rest):.1f} µs together.\n" if rest else ""
    title = f"## Kernels of {race['workload']}, threads: {race['threads']}"
    return (
        f"{title}\n\n{len(rows)} calls a step, {total:.1f} µs together, {reached} of the machine's peak."
        f"{_between(race, total, rows)} Those that lose most come first.\n\n"
        + table(("kernel", "layers", "µs>", "least µs>", "share>", "bound by", "lost µs>"), shown)
        + more
    )


def _between(race: Result, calls: float, rows: Sequence[KernelTime]) -> str:
    """What the step takes beyond its calls, and at the peak; nothing where the step was not timed."""
    seconds = race["engines"].get("netloom", {}).get("seconds")
    if seconds is None:
        return ""
    step = seconds["median"] * 1e6
    said = f" A step in the race took {step:.1f} µs: {max(0.0, step - calls):.1f} µs beside the calls"
    least = [row.least for row in rows if row.least is not None]
    return f"{said}, and {sum(least):.1f} µs at the peak." if len(least) == len(rows) else f"{said}."


def _layers(text: str) -> str:
    names = text.split(", ")
    return text if len(names) <= 3 else f"{names[0]} and {len(names) - 1} more"


def _known(number: float | None, form: str) -> str:
    return "unknown" if number is None else format(number, form)


def _one_line(note: str) -> str:
    words = " ".join(note.split())
    return words if len(words) <= 300 else f"{words[:140]} … {words[-150:]}"
