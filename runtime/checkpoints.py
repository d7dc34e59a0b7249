"""Checkpoints: all that a run needs to go on as if it had never stopped, in one safetensors file.

Weights, slots, counters and statistics lie under the user's names, in logical shape; everything else is JSON in the
file's metadata. A checkpoint is written beside its place, synced, and renamed: it is there whole or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save as to_bytes

from ..dsl.diagnostics import NetloomError

FORMAT = "netloom-checkpoint-1"
LARGEST_HEADER = 64 * 1024 * 1024
DTYPES = {"F32": "float32", "F64": "float64", "I64": "int64", "I32": "int32", "U8": "uint8"}
Arrays = dict[str, npt.NDArray[Any]]


class CheckpointError(NetloomError):
    """A file that is no checkpoint of netloom, or a damaged one."""


@dataclass(slots=True)
class Progress:
    """Where a run stands, beside its states."""

    step: int = 0
    epoch: int = 0
    position: int = 0
    """Steps done of the epoch."""
    seed: int = 0
    finished: bool = False
    best: float | None = None
    best_epoch: int = 0
    waited: int = 0
    """Epochs since the best one."""
    factors: list[float] = field(default_factory=list)
    """What plateaus have made of each knob."""
    plateau_best: list[float | None] = field(default_factory=list)
    plateau_waited: list[int] = field(default_factory=list)
    overrides: dict[str, float] = field(default_factory=dict)
    sums: dict[str, list[float]] = field(default_factory=dict)
    """The running epoch's sums of published values."""
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The last results of each part."""
    seconds: float = 0.0


def write(path: Path, states: Arrays, progress: Progress) -> None:
    """Put a checkpoint at `path`. Raises OSError (a full disk, a folder that is gone); the old file then stays."""
    write_whole(path, to_content(states, progress))


def to_content(states: Arrays, progress: Progress) -> bytes:
    """The bytes of a checkpoint."""
    # not ascontiguousarray: it would give a single number an axis
    arrays = {name: np.array(array, order="C") for name, array in states.items()}
    return to_bytes(arrays, {"format": FORMAT, "progress": json.dumps(asdict(progress))})


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at every instant the old or the new one is there, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[Arrays, Progress]:
    """A checkpoint's states and progress; `CheckpointError` when it is none. Nothing in it is ever run."""
    try:
        return from_content(path.read_bytes(), str(path))
    except OSError as trouble:
        raise CheckpointError(f"{path} is no checkpoint: {trouble}") from trouble


def from_content(content: bytes, name: str) -> tuple[Arrays, Progress]:
    """What the bytes of a checkpoint say; `name` is for the message of a `CheckpointError`."""
    try:
        size = int.from_bytes(content[:8], "little")
        if size > min(LARGEST_HEADER, len(content) - 8):
            raise ValueError("its header is longer than the file")
        header = json.loads(content[8 : 8 + size])
        metadata = header.pop("__metadata__")
        if metadata.get("format") != FORMAT:
            raise ValueError("it was not written by this version of netloom")
        body = memoryview(content)[8 + size :]
        states = {key: _tensor(key, entry, body) for key, entry in header.items()}
        return states, Progress(**json.loads(metadata["progress"]))
    except (ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise CheckpointError(f"{name} is no checkpoint: {trouble}") from trouble


def _tensor(name: str, entry: dict[str, Any], body: memoryview) -> npt.NDArray[Any]:
    start, stop = entry["data_offsets"]
    if not 0 <= start <= stop <= len(body):
        raise ValueError(f"{name} lies outside the file")
    flat = np.frombuffer(body[start:stop], DTYPES[entry["dtype"]])
    return flat.reshape(entry["shape"]).copy()
