"""The readable source of every kernel, with what it is for: layers, their lines, operands; and an index of all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..compiler.graph import Graph
from ..compiler.plan import Buffer, Call, Extent, Origin, Plan
from ..compiler.rewrites import shape_of

USES = 4
"""How many calls of a kernel its head names with their operands."""
MOST_BYTES, WIDE = 4_000_000, 160
Lines = Callable[[str, int], str]
"""The text of a line of a file, by its name and number."""


@dataclass(frozen=True, slots=True)
class Use:
    """One call: the program, its place in it from 1 on, and how many calls that has."""

    program: str
    place: int
    of: int
    call: Call


@dataclass(frozen=True, slots=True)
class Source:
    """A kernel's file: its number in the order of the programs, name, text with head, and its uses."""

    number: int
    file: str
    kernel: str
    text: str
    uses: tuple[Use, ...]


def sources(
    plan: Plan, graphs: Mapping[str, Graph], texts: Iterable[tuple[str, str, str]], wanted: Callable[[str], bool],
    line_of: Lines | None = None,
) -> list[Source]:  # fmt: skip
    """The source of every kernel that has a call for a wanted layer, numbered as programs call them first. `line_of`
    gives lines of the spec (default: of the file as it lies there)."""
    uses: dict[int, list[Use]] = {}
    for name, program in plan.programs.items():
        for place, call in enumerate(program.calls, 1):
            uses.setdefault(call.kernel, []).append(Use(name, place, len(program.calls), call))
    order = {kernel: number for number, kernel in enumerate(uses)}
    digits = len(str(max(0, len(order) - 1)))
    found = []
    for kernel, (name, mark, text) in enumerate(texts):
        own = tuple(uses.get(kernel, ()))
        if any(wanted(origin.path) for use in own for origin in use.call.origins):
            number = f"{order[kernel]:0{max(2, digits)}}"
            head = "\n".join(_head(number, name, mark, own, plan, graphs, line_of or line_text))
            file = f"{number}_{name.split(':')[0]}_{_file_word(own[0])}.py"
            found.append(Source(order[kernel], file, name, f"{head}\n\n{text}", own))
    return sorted(found, key=lambda source: source.number)


def _file_word(use: Use) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", use.call.origins[0].path)[:60] if use.call.origins else "all"


def _head(
    number: str, name: str, mark: str, uses: tuple[Use, ...], plan: Plan, graphs: Mapping[str, Graph], line_of: Lines
) -> list[str]:
    lines = [f"kernel {number}: {name}", ""]
    origins = dict.fromkeys(origin for use in uses for origin in use.call.origins)
    lines.append("made for")
    lines += [f"  {_told(origin, line_of)}" for origin in list(origins)[:12]]
    if len(origins) > 12:
        lines.append(f"  and {len(origins) - 12} layers more")
    for use in uses[:USES]:
        lines += ["", f"call {use.place} of {use.of} of {use.program}, {use.call.cost / 1000:.2f} µs predicted"]
        lines += _operands(use.call, plan, graphs)
    if len(uses) > USES:
        lines += ["", f"and {len(uses) - USES} calls more"]
    return [f"# {line}".rstrip() for line in [*lines, "", f"fingerprint {mark}"]]


def _told(origin: Origin, line_of: Lines) -> str:
    text = line_of(origin.file, origin.line)
    return f"{origin.path}, line {origin.line}: {text}" if text else f"{origin.path}, line {origin.line}"


@cache
def _lines(file: str) -> tuple[str, ...]:
    try:
        path = Path(file)
        if path.stat().st_size > MOST_BYTES:
            return ()
        return tuple(path.read_text(encoding="utf-8", errors="replace").splitlines())
    except (OSError, ValueError):
        return ()


def line_text(file: str, line: int) -> str:
    """The text of a line of the spec, without its indent; nothing where the file is not to be had."""
    lines = _lines(file)
    text = lines[line - 1].strip()[:WIDE] if 0 < line <= len(lines) else ""
    return printable(text)


def printable(text: str) -> str:
    """What stands in a file may be meant for the terminal: it is blanked."""
    return "".join(c if c.isprintable() else " " for c in text)


def _operands(call: Call, plan: Plan, graphs: Mapping[str, Graph]) -> list[str]:
    found = []
    for place, operand in enumerate(call.operands):
        verb = "writes" if place in call.writes else "reads"
        found.append(f"  {verb:6} p{place}: {operand_words(plan.buffers[operand], graphs)}")
    sizes = ", ".join(map(_extent, call.sizes))
    return [*found, *([f"  sizes: {sizes}"] if sizes else [])]


def operand_words(buffer: Buffer, graphs: Mapping[str, Graph]) -> str:
    """`tanh.1 of conv2d1, 784 B×6`, `state/dense1.weights, 100×64`."""
    mode, colon, node_id = buffer.name.partition(":")
    if colon and mode in graphs and node_id in graphs[mode].nodes:
        node = graphs[mode][node_id]
        return f"{node_id} of {node.origins[0].path}, {shape_of(node)}"
    return f"{buffer.name}, {'×'.join(map(_extent, buffer.shape)) or 'number'}"


def _extent(extent: Extent) -> str:
    return " ".join((*([] if extent.factor == 1 and extent.names else [str(extent.factor)]), *extent.names))


def index_text(title: str, plan: Plan, found: Iterable[Source]) -> str:
    """The index: for each program its calls in order, with the file, layers and lines of each."""
    files = {use.program + str(use.place): source for source in found for use in source.uses}
    lines = [f"# Kernels of {title}", ""]
    for name, program in plan.programs.items():
        rows = [(place, call, files[name + str(place)]) for place, call in enumerate(program.calls, 1)
                if name + str(place) in files]  # fmt: skip
        if not rows:
            continue
        lines += [f"## {name}: {len(program.calls)} calls", "", "| call | source | layers | lines | predicted µs |",
                  "|---:|---|---|---|---:|"]  # fmt: skip
        for place, call, source in rows:
            layers = ", ".join(dict.fromkeys(origin.path for origin in call.origins))
            numbers = ", ".join(str(n) for n in sorted({origin.line for origin in call.origins}))
            cells = (str(place), f"[{source.file}]({source.file})", layers, numbers, f"{call.cost / 1000:.2f}")
            lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
        lines.append("")
    return "\n".join(lines)
