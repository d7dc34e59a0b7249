"""Write the JSON Schema of the language (draft-07): editors complete, explain and check by it. With FILE, that file's own
blocks, networks, options and names are offered too.

An editor with a YAML language server (VS Code with its YAML extension, Neovim, Helix …) uses it where the first line of
a spec names it: `# yaml-language-server: $schema=netloom.schema.json`.

Examples:

    netloom schema -o netloom.schema.json

    netloom schema net.yaml -o netloom.schema.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import Diagnostics, NetloomError
from ..dsl.schema import HEADER, own_words, schema
from ..dsl.schema_values import Own
from ..dsl.source_text import file_text
from ..runtime.written import write_text
from .console import print_diagnostics, talk


def run(
    file: Annotated[Path | None, typer.Argument(help="A spec file, whose own words are offered too.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write it, in place of stdout.")
    ] = None,
) -> None:
    own = _own(file) if file is not None else None
    made = json.dumps(schema(own), indent=1, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(made)
        return
    try:
        write_text(output, made)
    except OSError as error:
        raise NetloomError(f"{output} cannot be written: {error.strerror or error}") from error
    talk().print(f"{output} is written. The first line of a file that uses it:", style="green")
    talk().print(HEADER.format(output.name), markup=False, soft_wrap=True)


def _own(file: Path) -> Own | None:
    """The file's own words; a file that cannot be read ends the command."""
    diagnostics = Diagnostics()
    text = file_text(file, diagnostics)
    found = None if text is None else own_words(text, str(file), diagnostics)
    if found is None:
        print_diagnostics(diagnostics)
        raise typer.Exit(1)
    return found
