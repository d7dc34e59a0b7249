"""A built plan: one file that predicts without the compiler's passes, and without the data it was trained on.

A zip of `about.json` (what it reads and answers, and what it was made by), `plan.json`, `weights.safetensors` and the
spec's files, from which another machine builds it anew. Nothing in it is ever run: kernels are made from their recipes,
whose hashes must be those of the plan.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..compiler.errors import PlanError
from ..compiler.plan import Plan
from ..compiler.plan_check import read_plan
from ..dsl.data_schema import Column, DataSchema
from ..dsl.diagnostics import NetloomError
from . import checkpoints
from .checkpoints import Arrays, Progress

FORMAT = "netloom-built-1"
ABOUT, PLAN, WEIGHTS, SPEC = "about.json", "plan.json", "weights.safetensors", "spec/"
LARGEST, MOST_FILES = 1 << 33, 4096
"""Bytes of a part, and how many parts: more is refused before it is unpacked."""
LARGEST_TEXT = 1 << 28


class BuiltError(NetloomError):
    """A file that is no built plan, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Read:
    """How a column is found in a table: the names of its columns there, and what stands for a missing value."""

    name: str
    columns: tuple[str, ...] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a built plan reads, what it answers, and what it was made by.

    `schema`: the data it was trained on; `reads`: the columns that are given; `fields` and `missing`: how tables are
    read; `fit`: how a picture of another size is brought to the network's; `classes`, `target`, `said` and `scores` as
    in `Prediction`; `compares`: whether what is true can be read from the inputs as it stands.
    """

    name: str
    schema: DataSchema
    reads: tuple[str, ...]
    fields: tuple[Read, ...] = ()
    missing: tuple[str, ...] = ()
    fit: str | None = None
    classes: tuple[str, ...] = ()
    target: str | None = None
    said: str | None = None
    scores: str | None = None
    compares: bool = True
    step: int = 0
    sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Built:
    """All that a built plan holds. `plan` is None where this version cannot read it; `trouble` says why. `spec`: the
    texts of the spec's files by their path, the spec itself under ``."""

    about: About
    plan: Plan | None
    weights: Arrays
    spec: Mapping[str, str]
    trouble: str | None = None
    plan_hash: str = ""
    """Of the plan as it is stored."""


def write(path: Path, built: Built) -> None:
    """Put a built plan at `path`, whole or not at all. Raises OSError."""
    assert built.plan is not None, "what is written has a plan"
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {"format": FORMAT, **asdict(built.about)}
        parts = {ABOUT: json.dumps(about).encode(), PLAN: built.plan.model_dump_json().encode()}
        parts |= {SPEC + (name or "spec.yaml"): text.encode() for name, text in built.spec.items()}
        for name, content in parts.items():
            archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), content)
        weights = checkpoints.to_content(built.weights, Progress(step=built.about.step))
        archive.writestr(_entry(WEIGHTS, zipfile.ZIP_STORED), weights)
    checkpoints.write_whole(path, memory.getvalue())


def _entry(name: str, kind: int) -> zipfile.ZipInfo:
    """A part that does not say when it was written."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = kind
    return entry


def read(path: Path) -> Built:
    """What a built plan holds, checked. Raises `BuiltError`; a plan of another version is no mistake (`trouble`)."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive)
            about = _about(json.loads(archive.read(ABOUT)))
            weights, _ = checkpoints.from_content(archive.read(WEIGHTS), f"{path}: {WEIGHTS}")
            spec = {
                _spec_name(name): archive.read(name).decode() for name in archive.namelist() if name.startswith(SPEC)
            }
            content = archive.read(PLAN)
            plan, trouble = _plan(content)
    except FileNotFoundError:
        raise BuiltError(f"there is no file {path}: `netloom build RUN -o {path}` makes one") from None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as found:
        raise BuiltError(f"{path} is no built plan: {found}") from found
    return Built(about, plan, weights, spec, trouble, hashlib.sha256(content).hexdigest())


def _check_sizes(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise ValueError(f"{len(entries)} parts, {MOST_FILES} are the most")
    for entry in entries:
        most = LARGEST if entry.filename == WEIGHTS else LARGEST_TEXT
        if entry.file_size > most:
            raise ValueError(f"{entry.filename} has {entry.file_size} bytes, {most} are the most")


def _plan(content: bytes) -> tuple[Plan | None, str | None]:
    try:
        return read_plan(content), None
    except PlanError as found:
        return None, str(found)


def _about(found: dict[str, Any]) -> About:
    if found.get("format") != FORMAT:
        raise ValueError("it was not written by this version of netloom")
    schema = found["schema"]
    columns = {
        str(name): Column(**{**column, "shape": tuple(column["shape"]), "class_names": tuple(column["class_names"]),
                             "greatest": tuple(column["greatest"])})
        for name, column in schema["columns"].items()
    }  # fmt: skip
    words = {word: _word(found.get(word)) for word in ("fit", "target", "said", "scores")}
    about = About(
        name=str(found["name"]),
        schema=DataSchema(columns, {str(n): int(count) for n, count in schema["parts"].items()}, bool(schema["known"])),
        reads=_words(found["reads"]),
        fields=tuple(Read(str(f["name"]), _words(f["columns"]), _word(f["missing"])) for f in found["fields"]),
        missing=_words(found["missing"]),
        classes=_words(found["classes"]),
        compares=bool(found["compares"]),
        step=int(found["step"]),
        sets={str(name): str(value) for name, value in found["sets"].items()},
        **words,
    )
    unknown = [name for name in (*about.reads, *([about.target] if about.target else [])) if name not in columns]
    if unknown:
        raise ValueError(f"it reads {unknown[0]}, and has no such column")
    return about


def _word(value: object) -> str | None:
    return None if value is None else str(value)


def _words(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(map(str, values))


def _spec_name(name: str) -> str:
    """The path of a spec's file below its folder. Raises ValueError for one that leads out of it."""
    path = PurePosixPath(name.removeprefix(SPEC))
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise ValueError(f"{name} leads out of the folder")
    return "" if str(path) == "spec.yaml" else str(path)
