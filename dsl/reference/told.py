"""What a kind's page says besides its row in the tables: what it is for, its sizes in words, an example that runs."""

from __future__ import annotations

from dataclasses import dataclass

from ..kinds.kind import Family

Shapes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """`example` is a whole file. `sized` holds an entry and the shapes it reads; its sizes are then computed."""

    use: str
    example: str
    size: str = ""
    sized: tuple[str, Shapes] | None = None
    codes: tuple[str, ...] = ()
    """Remarks of its own, besides those that its options can bring."""


TOLD: dict[tuple[Family, str], Told] = {}


def tell(
    family: Family,
    name: str,
    use: str,
    example: str,
    size: str = "",
    sized: tuple[str, Shapes] | None = None,
    codes: tuple[str, ...] = (),
) -> None:
    """Add what is told of a kind."""
    key = (family, name)
    assert key not in TOLD, f"{family} {name} is told twice"
    TOLD[key] = Told(use, example, size, sized, codes)
