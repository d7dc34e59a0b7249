"""Design in a browser: the designer in a page that only you, on this machine, can open.

The address that is printed holds a token; the browser keeps it in a cookie until the server ends. Each tab is a
designer of its own. A training that was started goes on when its tab, or the server, ends. Needs `netloom[serve]`.

Examples:

    netloom serve net.yaml

    netloom serve --port 9000 --read-only
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import NetloomError
from ..runtime.runs import RUNS

PORT = 8124
BROUGHT = ("aiohttp", "textual_serve")
"""What the extra brings."""


def run(
    file: Annotated[Path | None, typer.Argument(help="Spec file; a new one is made when it is saved.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0: any that is free.")] = PORT,
    runs: Annotated[Path, typer.Option(help="Where runs are written and looked for.")] = RUNS,
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON, once it answers.")] = False,
) -> None:
    try:
        from ..tui import serve
        from ..tui.serve_guard import Guard
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in BROUGHT:
            raise
        raise NetloomError("serving needs one more package: pip install 'netloom[serve]'") from None
    if file is not None and file.is_dir():
        raise NetloomError(f"{file} is a folder; name a file in it")
    listening = serve.listen(port)
    guard = Guard(listening.getsockname()[1])
    title = "netloom" if file is None else f"{file.name} · netloom"
    app = serve.make_app(command(file, runs, read_only=read_only), guard, title=title, edits=not read_only)

    def tell() -> None:
        if as_json:
            from .json_line import print_json

            print_json({"url": guard.url, "port": guard.port, "pid": os.getpid()})
        else:
            sys.stdout.write(
                f"The designer is at\n\n  {guard.url}\n\n"
                "for browsers of this machine. Keep the address to yourself. Ctrl-C ends it; trainings go on.\n"
            )
            sys.stdout.flush()

    serve.serve(app, listening, tell)


def command(file: Path | None, runs: Path, *, read_only: bool) -> list[str]:
    """What each tab starts: `-P`, so that nothing in the folder we stand in is taken for a module."""
    words = [sys.executable, "-P", "-m", "netloom", "design", "--runs", str(runs)]
    if read_only:
        words.append("--read-only")
    return words if file is None else [*words, "--", str(file)]
