"""What this machine offers, where things lie, and whether all is well.

Examples:

    netloom doctor

    netloom doctor --clean

    netloom doctor --peak
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer

from ..runtime.machine import LEVELS, machine_peak, peak_file
from ..runtime.store import Store, default_folder
from ..runtime.target import host
from .console import counted, out, print_json, print_titled, table, talk
from .profile_table import BUSY

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
    peak: Annotated[
        bool, typer.Option("--peak", help="Measure what this machine can do at best: arithmetic, memory, calls.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    if peak:
        _peak(json=json)
        return
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
        "peak": _kept(),
        "data": data or "NETLOOM_DATA is not set: MNIST is looked for in the user's cache",
        **{name: _version(name) for name in PACKAGES},
    }


def _kept() -> str:
    found = machine_peak()
    if found is None:
        return "not measured yet: netloom doctor --peak"
    rate, memory = 2 * found.multiply_adds(found.cores), found.team(found.cores).bandwidth["memory"].read
    return f"{rate:,.0f} GF/s, {memory:,.0f} GB/s from memory, measured {found.date[:10]}"


def _peak(*, json: bool) -> None:
    from .profile_command import measured

    found = measured()
    if json:
        print_json(found.model_dump(mode="json"))
        return
    shown = table("threads>", "GF/s>", *(f"{level} read, write, copy>" for level in LEVELS), "a meeting>")
    for threads, team in found.teams.items():
        rates = [team.bandwidth[level] for level in LEVELS]
        meeting = f"{team.meeting_ns:,.0f} ns" if threads > 1 else ""
        shown.add_row(str(threads), f"{2 * team.multiply_adds:,.0f}",
                      *(f"{r.read:,.0f} {r.write:,.0f} {r.copy_:,.0f}" for r in rates), meeting)  # fmt: skip
    caches = ", ".join(f"{name} {size >> 10:,} KB" for name, size in found.caches.items())
    print_titled(f"{found.name or found.cpu}: {found.lanes} float32 numbers in a vector, {caches}; GB/s", shown)
    out().print(f"a call of a kernel: {found.call_ns:.1f} ns; kept in {peak_file()}", soft_wrap=True, markup=False)
    if found.spread > BUSY:
        talk().print(
            f"the usual slice was {found.spread:.0%} slower than the best: other programs are running, and what is "
            "measured on a quiet machine may be more",
            style="yellow", soft_wrap=True,
        )  # fmt: skip


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
