"""What this machine offers, where things lie, and whether all is well.

Examples:

    netloom doctor

    netloom doctor --clean
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer

from ..runtime.store import Store, default_folder
from ..runtime.target import host
from .console import counted, out, print_json, table, talk

PACKAGES = (
    "numpy",
    "numba",
    "llvmlite",
    "networkx",
    "pydantic",
    "PyYAML",
    "safetensors",
    "scikit-learn",
    "rich",
    "typer",
)
MEGABYTE = 1_000_000


def run(
    clean: Annotated[bool, typer.Option("--clean", help="Remove all kept kernels.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    store = Store()
    if clean:
        talk().print(f"removed {counted(store.clean(0), 'kernel')}")
    found = _findings(store)
    if json:
        print_json(found)
        return
    shown = table("what", "found")
    for name, value in found.items():
        shown.add_row(name.replace("_", " "), str(value))
    out().print(shown)
    if store.notice:
        talk().print(store.notice, style="yellow")


def _findings(store: Store) -> dict[str, Any]:
    target, kept = host(), store.statistics()
    data = os.environ.get("NETLOOM_DATA")
    return {
        "netloom": _version("netloom"),
        "python": f"{platform.python_version()} ({sys.executable})",
        "machine": f"{platform.system()} {platform.machine()}, {target.cpu}",
        "vectors": f"{target.lanes} float32 numbers",
        "cores": target.cores,
        "kernels": f"{kept.entries} kept, {kept.bytes / MEGABYTE:.1f} MB, in {default_folder()}",
        "data": data or "NETLOOM_DATA is not set: MNIST is looked for in the user's cache",
        **{name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
