"""Find every mistake in FILE, each with its place and a way out. Opens no built-in data, and of
files and folders that the file names as much as tells their columns and classes.

Examples:

    netloom check net.yaml

    netloom check net.yaml --fix

    netloom check net.yaml other.yaml --json
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import NOT_BUILT, Diagnostic
from ..dsl.fixes import Fix, fixes, mended, settled
from ..runtime.start import check, overrides
from ..runtime.written import write_text
from .console import as_json, print_diagnostics, print_json, talk

ROUNDS = 10
"""Mending one mistake may bring another to light."""


def run(
    files: Annotated[list[Path], typer.Argument(help="Spec files.", metavar="FILE…")],
    set_: Annotated[list[str], typer.Option("--set", help="An option or number, as name=value.")] = [],
    fix: Annotated[bool, typer.Option("--fix", help="Mend what needs no decision, in the file.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON list of remarks on stdout.")] = False,
) -> None:
    sets, remarks = overrides(set_), list[Diagnostic]()
    for file in files:
        remarks += _mended(file, sets) if fix else check(file, sets)
    if json:
        print_json([_as_json(remark) for remark in remarks])
    else:
        print_diagnostics(remarks)
    failed = any(remark.severity == "error" for remark in remarks)
    if not json:
        _close(len(files), remarks, failed=failed)
    raise typer.Exit(1 if failed else 0)


def _mended(file: Path, sets: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Fix what can be fixed, round by round; the remarks that are left. A round that mends nothing is undone."""
    remarks = check(file, sets)
    for _ in range(ROUNDS):
        found = _fixes(file, remarks)
        if not found:
            break
        text = file.read_bytes().decode("utf-8")
        write_text(file, mended(text, found))
        after = check(file, sets)
        if _faults(after) >= _faults(remarks):
            write_text(file, text)
            break
        remarks = after
        for each in found:
            talk().print(f"{file}: mended {each}", style="green", markup=False)
    return remarks


def _faults(remarks: tuple[Diagnostic, ...]) -> int:
    return sum(settled(remark) for remark in remarks)


def _fixes(file: Path, remarks: tuple[Diagnostic, ...]) -> tuple[Fix, ...]:
    if not any(settled(remark) for remark in remarks):
        return ()
    try:
        return fixes(remarks, file.read_bytes().decode("utf-8"), str(file))
    except (OSError, UnicodeDecodeError):
        return ()


def _as_json(remark: Diagnostic) -> dict[str, object]:
    """A remark, and the fix it has."""
    found = _fixes(Path(remark.place.file), (remark,))
    fix = (
        {"line": found[0].line, "column": found[0].column, "old": found[0].old, "new": found[0].new} if found else None
    )
    return {**as_json(remark), "fix": fix}


def _close(count: int, remarks: list[Diagnostic], *, failed: bool) -> None:
    fixable = sum(bool(_fixes(Path(remark.place.file), (remark,))) for remark in remarks)
    if fixable:
        talk().print(f"{fixable} of them can be mended with one key: add --fix", style="cyan")
    elif not failed:
        warned = any(remark.severity == "warning" for remark in remarks)
        said = "nothing that has to be mended" if warned else "no mistakes"
        if any(remark.code == NOT_BUILT for remark in remarks):
            said += "; what is not built yet keeps it from being trained"
        talk().print(f"{count} file{'s' if count > 1 else ''} checked: {said}", style="green")
