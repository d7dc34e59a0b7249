"""Rewrite FILES of older versions of the language to the present one. Comments and layout stay.

Examples:

    netloom migrate net.yaml

    netloom migrate experiments/*.yaml --dry-run
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import Diagnostics
from ..dsl.include import VERSION
from ..dsl.migrate import Migrated, migrate
from ..dsl.places import Place
from ..dsl.source_text import file_text
from ..runtime.written import write_text
from .console import as_json, print_diagnostics, print_json, talk


def run(
    files: Annotated[list[Path], typer.Argument(help="Spec files; included ones too.", metavar="FILES…")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would change.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON list on stdout.")] = False,
) -> None:
    rows: list[dict[str, object]] = []
    remarks = Diagnostics()
    for file in files:
        own = Diagnostics()
        found = _migrated(file, own, dry_run=dry_run)
        remarks.extend(own)
        done = list(found.done) if found else []
        before = found.before if found else None
        rows.append(
            {"file": str(file), "good": found is not None, "before": before, "after": VERSION, "done": done,
             "remarks": [as_json(remark) for remark in own]}
        )  # fmt: skip
        if found and done and not json:
            talk().print(f"{file}: {', '.join(done)}{' (not written)' if dry_run else ''}", markup=False)
    if json:
        print_json(rows)
    else:
        print_diagnostics(remarks)
        _close(rows)
    raise typer.Exit(1 if remarks.errors else 0)


def _migrated(file: Path, own: Diagnostics, *, dry_run: bool) -> Migrated | None:
    """One file, written where anything changes; None, with the reason recorded, where that cannot be done."""
    text = file_text(file, own)
    found = None if text is None else migrate(text, str(file), own)
    if found is not None and found.text != text and not dry_run:
        try:
            write_text(file, found.text)
        except OSError as error:
            why = error.strerror or str(error)
            own.error("E001", Place(str(file), 1, 1), f"{file} cannot be written: {why}", "Check its rights.")
            found = None
    return found


def _close(rows: list[dict[str, object]]) -> None:
    same = sum(bool(row["good"]) and not row["done"] for row in rows)
    if same:
        files = "1 file is" if same == 1 else f"{same} files are"
        only = ", the only one there is" if VERSION == 1 else ""
        talk().print(f"{files} of version {VERSION} already{only}: nothing to change", style="green")
