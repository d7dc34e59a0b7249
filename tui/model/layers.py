"""What is known of the layers of a picture, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...dsl.edit_parts import Address

UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Layer:
    """One box or closed group of a picture. Bytes are of one example.

    `address`: its entry in the file, None where it has none there; `elsewhere` says why then. `line` is in `file`,
    which is another file for what is included. `body`: the path of the block or network that it stands in. `drawn`:
    the layers that are drawn in its box besides (an activation behind it). `source`: of an output, the layer that
    gives it. `shape` is None where a mistake leaves it open.
    """

    id: str
    kind: str
    name: str
    family: str
    address: Address | None
    line: int
    file: str = ""
    elsewhere: str = ""
    body: str = ""
    drawn: tuple[str, ...] = ()
    source: str = ""
    reads: tuple[str, ...] = ()
    shape: tuple[int, ...] | None = None
    parameters: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    memory: int = 0
    receptive_field: str = ""
    shared: str = ""
    layers: int = 1

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Rows of words and numbers, as they are shown."""
        rows = [("layers", f"{self.layers:,}" if self.layers > 1 else "")]
        if self.family != "loss":
            unknown = "unknown until the mistake is mended"
            rows.append(("gives", unknown if self.shape is None else sizes(self.shape)))
        rows.append(("parameters", f"{self.parameters:,}" if self.parameters else ""))
        rows.append(("trained", f"{self.trainable:,}" if self.trainable != self.parameters else ""))
        rows.append(("shares", self.shared))
        rows.append(("multiply-adds", f"{self.multiply_adds:,} an example" if self.multiply_adds else ""))
        rows.append(("memory", f"{in_bytes(self.memory)} an example" if self.memory else ""))
        rows.append(("sees", self.receptive_field if self.family != "data" else ""))
        return [(word, said) for word, said in rows if said]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the whole network comes to. `memory`: bytes of a training step at its peak (of a prediction where nothing
    is trained); `seconds`: of an epoch. `exact`: found from the compiled plan; else both are estimates from the
    layers' sizes. None: not known. `measured`: the seconds are from measured limits of this machine."""

    parameters: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    layers: int = 0
    batch: int = 0
    examples: int | None = None
    memory: int | None = None
    seconds: float | None = None
    exact: bool = False
    measured: bool = field(default=False)

    def words(self, *, short: bool = False) -> tuple[str, ...]:
        """The figures for one line, the most telling first; `≈` marks estimates. `short`: for a line of 80 columns."""
        if not self.layers:
            return ()
        about = "" if self.exact else "≈ "
        found = [
            f"{counted(self.parameters)} parameters",
            f"{counted(self.multiply_adds)} {'mul-adds' if short else 'multiply-adds'}",
        ]
        if self.memory is not None:
            found.append(f"{about}{in_bytes(self.memory)}" + ("" if short else f" in batches of {self.batch:,}"))
        if self.seconds is not None:
            said = in_time(self.seconds)
            found.append(f"{said if said[0] == '<' else f'≈ {said}'}{'/epoch' if short else ' an epoch'}")
        return tuple(found)


def sizes(shape: Sequence[int]) -> str:
    """`28 × 28 × 6`; a single number is `1`."""
    return " × ".join(map(str, shape)) or "1"


def counted(number: int) -> str:
    """`976`, `61.7 k`, `1.24 M`: three digits and a unit."""
    amount, unit = float(number), ""
    for unit in ("", " k", " M", " G", " T"):
        if amount < 999.5 or unit == " T":
            break
        amount /= 1000
    return f"{number:,}" if not unit else f"{amount:.3g}{unit}"


def in_bytes(count: float) -> str:
    """`784 B`, `31.4 kB`, `1.2 MB`; thousands, not 1024s."""
    for unit in UNITS:
        if count < 999.95 or unit == UNITS[-1]:
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    raise AssertionError("there is a unit for every number")


def in_time(seconds: float) -> str:
    """`40 ms`, `2.5 s`, `3 min`, `1.5 h`."""
    if seconds < 0.0095:
        return "< 10 ms"
    if seconds < 0.995:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.0995 else f"{round(seconds * 100) * 10:.0f} ms"
    for bound, unit, name in ((90.0, 1.0, "s"), (5400.0, 60.0, "min")):
        if seconds < bound:
            return f"{seconds / unit:.2g} {name}" if seconds / unit < 9.95 else f"{seconds / unit:.0f} {name}"
    return f"{seconds / 3600:,.1f} h" if seconds < 360_000 else f"{seconds / 86_400:,.0f} days"
