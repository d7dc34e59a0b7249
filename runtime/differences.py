"""What differs between runs by meaning: layers, settings, data, and what was asked for besides the file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..compiler.compare import compare
from ..compiler.compare_words import sections
from ..compiler.filled import facts
from ..dsl.diagnostics import NetloomError
from ..dsl.format import formatted
from ..dsl.full import full
from ..dsl.full_lines import Rows, value_of
from . import asked, launch, start
from .runs import RunFolder

Read = tuple[start.Loaded, dict[str, object]]
"""An experiment, and those of its settings that no experiment holds."""


def read_file(path: Path) -> Read:
    """A file. Raises SpecError."""
    loaded = start.load(path)
    return loaded, _more(_whole_file(loaded, {}, None))


def read_run(folder: RunFolder) -> Read:
    """A run's file with what was asked for besides. Raises NetloomError: it cannot be read any more."""
    loaded, kept = launch.load_run(folder), asked.read(folder)
    if kept.epochs:
        loaded.experiment = replace(loaded.experiment, epochs=kept.epochs, steps=None)
    return loaded, _more(_whole_file(loaded, kept.sets, folder.included))


def of_runs(a: RunFolder, b: RunFolder) -> list[str]:
    """What differs by meaning; where a run cannot be read any more (its data is gone), in the text of the files as
    `fmt` lays them out, and in what was asked for besides."""
    try:
        return by_meaning(a, b)
    except NetloomError:
        texts = [[*_laid_out(folder).splitlines(), *_asked_for(folder)] for folder in (a, b)]
    found = difflib.unified_diff(texts[0], texts[1], lineterm="", n=0)
    return [line for line in found if line[:1] in "+-" and line[:3] not in ("+++", "---") and line[1:].strip()]


def by_meaning(a: RunFolder, b: RunFolder) -> list[str]:
    """What differs between two runs by meaning, a line each: gone (-), new (+) and changed (~) layers and settings.
    Raises NetloomError: a run whose file or data cannot be read any more."""
    (first, more), (second, others) = read_run(a), read_run(b)
    found = compare(first.experiment, second.experiment, (more, others))
    return [line for _, lines in sections(found) for line in lines]


def _laid_out(folder: RunFolder) -> str:
    text = folder.spec.read_text(encoding="utf-8")
    return formatted(text, str(folder.spec))[0] or text


def _asked_for(folder: RunFolder) -> list[str]:
    kept = asked.read(folder)
    return [f"--set {name}={value}" for name, value in sorted(kept.sets.items())] + (
        [f"--epochs {kept.epochs}"] if kept.epochs else []
    )


def _whole_file(loaded: start.Loaded, sets: Mapping[str, str], included: Path | None) -> Rows:
    return full(loaded.spec, facts(loaded.spec, loaded.schema, loaded.experiment), sets, included)


def _more(whole: Rows) -> dict[str, object]:
    """The settings of data and machine by path; how columns are prepared and augmented is the experiment's."""
    parts = {key: part for key, part in whole.pairs if key in ("data", "run")}
    values = dict(_flat({key: value_of(part) for key, part in parts.items()}))
    return {path: value for path, value in values.items() if not {"prepare", "augment"} & {*path.split(".")}}


def _flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value
