"""Lay FILES out in the one standard way; what they say stays, and so does every comment. A file with mistakes is left
as it is. `-` reads standard input and writes to standard output.

Examples:

    netloom fmt net.yaml

    netloom fmt examples/*/*.yaml --check

    netloom fmt net.yaml --diff
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import Diagnostics
from ..dsl.format import formatted
from ..dsl.places import Place
from ..dsl.source_text import file_text
from ..runtime.written import write_text
from .console import print_diagnostics, talk

INPUT = "-"


def run(
    files: Annotated[list[str], typer.Argument(help="Spec files; `-` is standard input.", metavar="FILES…")],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 where something would.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Change nothing; print what would change.")] = False,
) -> None:
    remarks, changed = Diagnostics(), list[str]()
    for file in files:
        if _lay_out(file, remarks, check=check, diff=diff):
            changed.append(file)
    print_diagnostics(remarks)
    told = changed if check else [file for file in changed if file != INPUT]
    if told and (check or not diff):
        talk().print("\n".join(f"{'would change' if check else 'changed'}: {file}" for file in told))
    if not changed and not remarks.errors and not diff and files != [INPUT]:
        talk().print(f"{len(files)} file{'s' if len(files) > 1 else ''}: nothing to change", style="green")
    raise typer.Exit(1 if remarks.errors or (check and changed) else 0)


def _lay_out(file: str, remarks: Diagnostics, *, check: bool, diff: bool) -> bool:
    """One file; whether its layout is another now, or would be."""
    text = _input(remarks) if file == INPUT else file_text(Path(file), remarks)
    if text is None:
        return False
    made, found = formatted(text, "<input>" if file == INPUT else file)
    if made is None:
        remarks.extend(found)
        return False
    if diff:
        sys.stdout.writelines(_difference(text, made, file))
    elif file == INPUT and not check:
        sys.stdout.write(made)
    elif made != text and not check:
        _write(Path(file), made, remarks)
    return made != text


def _input(remarks: Diagnostics) -> str | None:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        remarks.error("E002", Place("<input>", 1, 1), "this is not UTF-8 text", "Save the file as UTF-8.")
        return None


def _write(file: Path, text: str, remarks: Diagnostics) -> None:
    try:
        write_text(file, text)
    except OSError as error:
        why = error.strerror or str(error)
        remarks.error("E001", Place(str(file), 1, 1), f"{file} cannot be written: {why}", "Check its rights.")


def _difference(before: str, after: str, file: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), file, f"{file} (laid out)", lineterm="")
    return [line + "\n" for line in lines]
