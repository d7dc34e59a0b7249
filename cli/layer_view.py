"""The layer table of `show` as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ..compiler.layer_table import LayerRow, places_seen, steps_between
from ..compiler.peak import Peak
from .fitted_table import Column, fitted_lines


def layer_lines(rows: Sequence[LayerRow], batch: int, width: int) -> list[str]:
    """The table, a note of what its columns mean, and of those for which there was no room."""
    lines, gone = fitted_lines(_columns(rows, batch), width)
    memory = "memory: of one example, a layer's output" + (" and its gradient" if _trains(rows) else "")
    notes = [] if "memory" in gone else [memory]
    if "sees" not in gone and any(row.field is not None for row in rows):
        notes.append(
            "sees: points of the picture that one place is made of, its border left aside"
            + ("" if "step" in gone else "; step: from those of one place to those of the next")
        )
    if gone:
        notes.append(f"no room for {', '.join(gone)}: a wider terminal or --json has them")
    return [*lines, "", *notes]


def _trains(rows: Sequence[LayerRow]) -> bool:
    return any(row.gradient_bytes for row in rows)


def _columns(rows: Sequence[LayerRow], batch: int) -> list[Column]:
    pictures = any(row.field is not None for row in rows)

    def column(title: str, cells: Iterable[str], weight: int, *, right: bool = True) -> Column:
        return Column(title, tuple(cells), weight, right)

    return [
        column("layer", map(named, rows), 0, right=False),
        column("kind", map(kind_of, rows), 6, right=False),
        column("reads", [", ".join(row.reads) for row in rows], 1, right=False),
        column("shape", map(shape_of, rows), 9, right=False),
        column("parameters", [grouped(row.parameters) for row in rows], 10),
        column("multiply-adds", [grouped(row.multiply_adds) for row in rows], 8),
        column("memory", [in_bytes(row.bytes) for row in rows], 7),
        column(f"batch of {batch}", [in_bytes(batch * row.bytes) for row in rows], 2),
        column("sees", [places_seen(row) if pictures else "" for row in rows], 5),
        column("step", [steps_between(row) for row in rows], 4),
        column("line", [str(row.line) for row in rows], 3),
    ]


def named(row: LayerRow) -> str:
    """The name of a layer; of equal blocks in a row the first name and what the last ends in: `stage.1.Block1…4`."""
    if row.times == 1:
        return row.name
    stem = row.name.rstrip("0123456789")
    number = row.last.removeprefix(stem)
    return f"{row.name}…{number}" if number.isdigit() and stem != row.name else f"{row.name}…{row.last}"


def kind_of(row: LayerRow) -> str:
    """`conv2d + relu`, `10 layers`, `7 × 10 layers`."""
    if row.kind == "block":
        each = row.layers // row.times
        return f"{row.times} × {each} layers" if row.times > 1 else f"{each} layer{'' if each == 1 else 's'}"
    return f"{row.kind} + {row.activation}" if row.activation else row.kind


def shape_of(row: LayerRow) -> str:
    """`28 × 28 × 6`; a single number is `1`."""
    return " × ".join(map(str, row.shape)) or "1"


def grouped(count: int) -> str:
    """`1,234`; nothing for 0."""
    return f"{count:,}" if count else ""


def in_bytes(count: float) -> str:
    """`784 B`, `31.4 kB`, `1.2 MB`; thousands, not 1024s."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.95 or unit == "GB":
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    raise AssertionError("there is a unit for every number")


def peak_line(what: str, peak: Peak, batch: int) -> str:
    """`training, batch 32: 2.1 MB at the peak: weights 31 kB, …`."""
    shares = {
        "weights": peak.weights, "optimizer": peak.optimizer, "their gradients": peak.gradients,
        "layers' values": peak.working,
    }  # fmt: skip
    told = ", ".join(f"{name} {in_bytes(count)}" for name, count in shares.items() if count)
    return f"{what} in batches of {batch:,}: {in_bytes(peak.total)} at the peak ({told})"


def as_data(row: LayerRow, batch: int) -> dict[str, Any]:
    """A row as the fields promised by `--json`."""
    data = {name: value for name, value in asdict(row).items() if name != "field"}
    field = row.field
    seen = None if field is None else {
        "of": field.of,
        "size": None if field.size is None else list(field.size),
        "jump": None if field.jump is None else [float(step) for step in field.jump],
    }  # fmt: skip
    return data | {"bytes": row.activation_bytes, "batch_bytes": batch * row.bytes, "receptive_field": seen}
