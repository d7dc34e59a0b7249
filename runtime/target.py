"""The machine a plan runs on: its vectors, its cores, its name."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm


@dataclass(frozen=True, slots=True)
class Target:
    """`lanes`: float32 numbers in a vector; `cpu` and `features` as LLVM names them."""

    lanes: int
    cpu: str
    features: str
    cores: int


@cache
def host() -> Target:
    """This machine, as this process may use it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        lanes = 16
    elif features.get("avx2"):
        lanes = 8
    else:
        lanes = 4
    return Target(lanes, llvm.get_host_cpu_name(), features.flatten(), usable_cores())


def usable_cores() -> int:
    """Cores this process may run on at once: the smaller of its affinity and the container's quota."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(affinity, _quota(Path("/sys/fs/cgroup/cpu.max"))))


def _quota(file: Path) -> int:
    try:
        quota, period = file.read_text(encoding="ascii").split()
        return max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return 1 << 16


def machine() -> str:
    return platform.machine()
