"""Kernels that do one thing as fast as a core can: multiply and add in registers, read, write, copy, nothing at all.

Sizes: how many turns for `fma`; for the others how many vectors a thread has of its own, and how many turns over them.
"""

from __future__ import annotations

import hashlib
from functools import partial

from ..compiler import emit
from .compiling import Wanted
from .target import Target

CHAINS = {16: 16, 8: 12, 4: 16}
"""Sums that do not wait for one another, by lanes: more than two units of four cycles need, and fewer than registers."""
STREAMS = 8
"""Vectors a turn of a loop over memory takes."""

HEAD = "def kernel(arena, offsets, sizes, thread, threads):\n"


def fma_text(lanes: int) -> str:
    """Multiply-adds on registers alone: `CHAINS` vectors a turn."""
    chains = range(CHAINS[lanes])
    body = [
        "place = arena + get(offsets, 0) + 4096 * thread",
        "x = load_float32(place, 0)",
        "y = load_float32(place, LANES)",
    ]
    body += [f"s{i} = splat(F({i}))" for i in chains]
    body += ["for _ in range(get(sizes, 0)):", *(f"    s{i} = vfma(s{i}, x, y)" for i in chains)]
    body += [f"store_float32(place, LANES * {i + 2}, s{i})" for i in chains]
    return _kernel(body)


def read_text(lanes: int) -> str:
    """Every vector added up."""
    streams = range(STREAMS)
    body = [f"s{i} = splat(F(0.0))" for i in streams]
    body += _turns([f"s{i} = vadd(s{i}, load_float32(place, k + LANES * {i}))" for i in streams])
    body += [f"store_float32(place, LANES * {i}, s{i})" for i in streams]
    return _kernel([*_slice(), *body])


def write_text(lanes: int) -> str:
    """Every vector written, with another number each turn."""
    body = [f"store_float32(place, k + LANES * {i}, splat(F(turn)))" for i in range(STREAMS)]
    return _kernel([*_slice(), *_turns(body)])


def copy_text(lanes: int) -> str:
    """The first half of the vectors written over the second."""
    body = [
        f"store_float32(place, half + k + LANES * {i}, load_float32(place, k + LANES * {i}))" for i in range(STREAMS)
    ]
    return _kernel([*_slice(), "count = count // 2", "half = LANES * count", *_turns(body)])


def nothing_text(lanes: int) -> str:
    """What a call costs."""
    return _kernel(["return"])


TEXTS = {"fma": fma_text, "read": read_text, "write": write_text, "copy": copy_text, "nothing": nothing_text}


def wanted(target: Target) -> list[Wanted]:
    """Each of the kernels, as `prepare` takes them."""
    return [
        Wanted(f"peak: {name}", fingerprint(name, target), partial(text, target.lanes)) for name, text in TEXTS.items()
    ]


def fingerprint(name: str, target: Target) -> str:
    """The hash of a kernel's text and the vocabulary's version."""
    text = f"vocabulary {emit.VOCABULARY} lanes {target.lanes}\n{TEXTS[name](target.lanes)}"
    return hashlib.sha256(text.encode()).hexdigest()


def _slice() -> list[str]:
    return ["count = get(sizes, 0)", "place = arena + get(offsets, 0) + 4 * LANES * count * thread"]


def _turns(body: list[str]) -> list[str]:
    step = f"{STREAMS} * LANES"
    return ["for turn in range(get(sizes, 1)):", f"    for k in range(0, LANES * count, {step}):",
            *(f"        {line}" for line in body)]  # fmt: skip


def _kernel(body: list[str]) -> str:
    return HEAD + "".join(f"    {line}\n" for line in body)
