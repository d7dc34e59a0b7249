"""Compare the networks of A and B: layers that are new, gone or changed, parameters, training and data. Each is a spec
file, or a run by its folder, its name, or `last`. Exits with 0 when they are the same, 1 when they differ, 2 on trouble.

Examples:

    netloom diff net.yaml wider.yaml

    netloom diff digits-1 digits-2

    netloom diff net.yaml last --json
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ..compiler.compare import Change, Difference, Layer, Pair, compare
from ..compiler.filled import facts
from ..dsl.diagnostics import NetloomError, SpecError
from ..dsl.full import full
from ..dsl.full_lines import Rows, value_of
from ..runtime import asked, launch, start
from ..runtime import runs as folders
from .console import out, print_diagnostics, print_json, talk

LONGEST = 60
"""Characters of a value; what is longer is cut in the middle."""
SIDES = {"-": "red", "+": "green", "~": "yellow"}


def run(
    a: Annotated[str, typer.Argument(help="Spec file, or run.", metavar="A")],
    b: Annotated[str, typer.Argument(help="Spec file, or run.", metavar="B")],
    runs: Annotated[Path, typer.Option(help="Where runs are.")] = start.RUNS,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    try:
        (first, more), (second, others) = _read(a, runs), _read(b, runs)
    except SpecError as mistakes:
        print_diagnostics(mistakes.diagnostics)
        raise typer.Exit(2) from mistakes
    except NetloomError as mistake:
        talk().print(f"netloom: {mistake}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from mistake
    found = compare(first.experiment, second.experiment, (more, others))
    if json:
        print_json({"a": a, "b": b, "same": found.same, **_as_json(found)})
    else:
        _print(found, a, b)
    raise typer.Exit(0 if found.same else 1)


def _read(which: str, runs: Path) -> tuple[start.Loaded, dict[str, object]]:
    """A file or run, and those of its settings that no experiment holds."""
    path = Path(which)
    if path.is_file():
        loaded = start.load(path)
        return loaded, _more(_whole_file(loaded, {}, None))
    try:
        folder = folders.find(runs, which)
    except folders.RunError as missing:
        raise NetloomError(f"`{which}` is no file, and {missing}") from missing
    return _read_run(folder)


def _read_run(folder: folders.RunFolder) -> tuple[start.Loaded, dict[str, object]]:
    """A run's file with what was asked for besides."""
    loaded, kept = launch.load_run(folder), asked.read(folder)
    if kept.epochs:
        loaded.experiment = replace(loaded.experiment, epochs=kept.epochs, steps=None)
    return loaded, _more(_whole_file(loaded, kept.sets, folder.included))


def difference_of_runs(a: folders.RunFolder, b: folders.RunFolder) -> list[str]:
    """What differs between two runs by meaning, a line each: gone (-), new (+) and changed (~) layers and settings.
    Raises NetloomError: a run whose file or data cannot be read any more."""
    (first, more), (second, others) = _read_run(a), _read_run(b)
    found = compare(first.experiment, second.experiment, (more, others))
    return [line.plain for _, lines in _sections(found) for line in lines]


def _whole_file(loaded: start.Loaded, sets: Mapping[str, str], included: Path | None) -> Rows:
    return full(loaded.spec, facts(loaded.spec, loaded.schema, loaded.experiment), sets, included)


def _more(whole: Rows) -> dict[str, object]:
    """The settings of data and machine by path; how columns are prepared and augmented is the experiment's."""
    sections = {key: part for key, part in whole.pairs if key in ("data", "run")}
    values = dict(_flat({key: value_of(part) for key, part in sections.items()}))
    return {path: value for path, value in values.items() if not {"prepare", "augment"} & {*path.split(".")}}


def _flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _as_json(found: Difference) -> dict[str, object]:
    return {
        "removed": [asdict(layer) for layer in found.removed],
        "added": [asdict(layer) for layer in found.added],
        "changed": [
            {"before": asdict(p.before), "after": asdict(p.after), "changes": _changes(p.changes)}
            for p in found.changed
        ],
        "settings": _changes(found.settings),
        "totals": _changes(found.totals),
    }


def _changes(changes: tuple[Change, ...]) -> list[dict[str, object]]:
    return [{"name": name, "before": before, "after": after} for name, before, after in changes]


# for a person


def _print(found: Difference, a: str, b: str) -> None:
    console = out()
    if found.same:
        console.print("the same network, trained the same way on the same data", style="green")
        return
    console.print(Text(f"--- {a}\n+++ {b}", style="bold"))
    for title, shown in _sections(found):
        if shown:
            console.print(f"\n{title}", style="bold")
        for line in shown:
            console.print(line, soft_wrap=True)
    console.print("\ntotals", style="bold")
    for name, before, after in found.totals:
        console.print(Text(f"  {name.replace('_', ' ')}  {_total(before, after)}"), soft_wrap=True)


def _sections(found: Difference) -> list[tuple[str, list[Text]]]:
    lines = [_whole("-", layer) for layer in found.removed] + [_whole("+", layer) for layer in found.added]
    layers = lines + [_pair(pair) for pair in found.changed]
    return [("layers", layers), ("settings", [_setting(change) for change in found.settings])]


def _whole(side: str, layer: Layer) -> Text:
    shape = " x ".join(map(str, layer.shape)) or "1"
    parameters = f", {layer.parameters:,} parameters" if layer.parameters else ""
    return Text(f"{side} {layer.name}  {layer.kind}, {shape}{parameters}", style=SIDES[side])


def _pair(pair: Pair) -> Text:
    was = "" if pair.before.name == pair.after.name else f" (there {pair.before.name})"
    changes = [f"{name} {_said(before)} -> {_said(after)}" for name, before, after in pair.changes if name != "name"]
    if pair.before.parameters != pair.after.parameters:
        changes.append(f"parameters {pair.before.parameters:,} -> {pair.after.parameters:,}")
    if any(name == "name" for name, _, _ in pair.changes):
        changes.insert(0, "another name")
    return Text(f"~ {pair.after.name}{was}  {'; '.join(changes)}", style=SIDES["~"])


def _setting(change: Change) -> Text:
    name, before, after = change
    if before is None:
        return Text(f"+ {name}  {_said(after)}", style=SIDES["+"])
    if after is None:
        return Text(f"- {name}  {_said(before)}", style=SIDES["-"])
    return Text(f"~ {name}  {_said(before)} -> {_said(after)}", style=SIDES["~"])


def _said(value: object) -> str:
    """A value in few words, as a file has it."""
    said = _flow(value)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 20]} … {said[-15:]}"


def _flow(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return "".join(c if c.isprintable() else "?" for c in str(value))


def _total(before: object, after: object) -> str:
    if not isinstance(before, int) or not isinstance(after, int):
        return f"{before} -> {after}"
    return f"{before:,}" if before == after else f"{before:,} -> {after:,} ({after - before:+,})"
