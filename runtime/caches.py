"""How large this machine's caches are, as far as the system tells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

USUAL: Mapping[str, int] = {"L1": 32 << 10, "L2": 1 << 20, "L3": 16 << 20}
"""Where the system says nothing."""
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def cache_bytes(folder: Path = Path("/sys/devices/system/cpu/cpu0/cache")) -> dict[str, int]:
    """Bytes of the caches `L1` (data), `L2`, `L3` that one core sees."""
    found = dict(USUAL)
    try:
        for index in sorted(folder.glob("index*")):
            if (index / "type").read_text(encoding="ascii").strip() != "Instruction":
                level = (index / "level").read_text(encoding="ascii").strip()
                found[f"L{level}"] = size((index / "size").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return dict(USUAL)
    return {name: found[name] for name in USUAL}


def size(text: str) -> int:
    """`48K` as bytes. Raises ValueError."""
    text = text.strip()
    return int(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else int(text)


def cpu_name(information: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name for people; empty where the system tells none."""
    try:
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return ""
