"""The machine a plan runs on: its vectors, its cores, its name."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm

UNLIMITED = 1 << 16
X86 = ("x86_64", "AMD64")


@dataclass(frozen=True, slots=True)
class Target:
    """`lanes`: float32 numbers in a vector; `cpu` and `features` as LLVM names them; `cores` to be used at
    once."""

    lanes: int
    cpu: str
    features: str
    cores: int


def host(lanes: int | None = None) -> Target:
    """This machine, as this process may use it; with vectors of `lanes` (16, 8 or 4) where that is asked."""
    found = _host()
    return found if lanes is None else replace(found, lanes=lanes)


@cache
def _host() -> Target:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    lanes = 16 if features.get("avx512f") else 8 if features.get("avx2") else 4
    return Target(lanes, llvm.get_host_cpu_name(), features.flatten(), usable_cores())


def is_x86() -> bool:
    """Whether this machine's cores are of the x86 family, else they are ARM's."""
    return platform.machine() in X86


def usable_cores() -> int:
    """Cores this process may run on at once: the smaller of its affinity and the container's quota."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        membership = Path("/proc/self/cgroup").read_text(encoding="utf-8")
    except OSError:
        membership = ""
    return max(1, min(affinity, quota(Path("/sys/fs/cgroup"), membership)))


def quota(root: Path, membership: str) -> int:
    """Whole cores a container may use, by the control groups under `root`; `membership` is the text of
    `/proc/self/cgroup`. A group is bounded by those above it, too."""
    bounds = [UNLIMITED]
    for line in membership.splitlines() or ["0::/"]:
        _, controllers, path = line.split(":", 2)
        for folder in _folders(root, controllers, path):
            bounds += _bound(folder)
    # rounded down: a second thread on half a core would keep the first waiting at every barrier
    return max(1, min(bounds))


def _folders(root: Path, controllers: str, path: str) -> Iterator[Path]:
    """A group's folder and those above it (version 2: one tree; version 1: one for each controller)."""
    if controllers and "cpu" not in controllers.split(","):
        return
    base = root / controllers if controllers else root
    folder = base / path.lstrip("/")
    # inside a container the path may be the host's, which is not to be seen here: then the tree's root is
    # ours
    yield from {base, *(f for f in (folder, *folder.parents) if f.is_relative_to(base))}


def _bound(folder: Path) -> Iterator[int]:
    # no file: not bounded here; "max" or -1: not bounded at all
    with contextlib.suppress(OSError, ValueError):
        if (folder / "cpu.max").exists():
            allowed, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            allowed = (folder / "cpu.cfs_quota_us").read_text(encoding="ascii")
            period = (folder / "cpu.cfs_period_us").read_text(encoding="ascii")
        if int(allowed) > 0:
            yield int(allowed) // int(period)
