"""Show the data of FILE: its columns and parts, how many rows each class has, and some examples, as they are stored and
after each step of `prepare` and, in the part that trains, of `augment`: numbers as numbers, pictures as pictures.

Examples:

    netloom data net.yaml

    netloom data net.yaml --part test --show 8

    netloom data net.yaml --step 7

    netloom data net.yaml --plain | less

    netloom data net.yaml --json
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import typer
from rich.console import Console
from rich.text import Text

from ..compiler.experiment import Augment, Experiment, Prepare
from ..compiler.graph import Node
from ..dsl.data_schema import Column
from ..dsl.diagnostics import Diagnostics, NetloomError, SpecError
from ..dsl.kinds.tables import lookup
from ..dsl.load import load as load_spec
from ..dsl.spec import Spec
from ..dsl.static_check import file_scope
from ..runtime import start
from ..runtime.data.dataset import Dataset, open_data
from ..runtime.data.fitted import changed, prepared
from .console import counted, out, print_json, table, talk
from .half_blocks import GAP, Array, beside, is_picture

MOST_CLASSES, MOST_NUMBERS, MOST_MEASURES, BAR, WIDEST = 20, 8, 16, 30, 120
NARROW = 28
"""How many points across a picture has at least, if it has them, beside others."""
EIGHTHS = " ▏▎▍▌▋▊▉"
Steps = Mapping[str, tuple[Prepare | Augment, ...]]
Lines = list[Text]


@dataclass(frozen=True, slots=True)
class Shown:
    """The data, what the network does to each column that it reads, the part looked at and rows out of it."""

    spec: Spec
    data: Dataset
    steps: Steps
    part: str
    rows: Array
    experiment: Experiment | None
    """None where the network cannot be built."""
    step: int
    """The step of training whose draws are shown."""


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    part: Annotated[str, typer.Option(help="The part to look at: train, validation, test.")] = "train",
    show: Annotated[int, typer.Option(min=0, help="How many examples.")] = 4,
    plain: Annotated[bool, typer.Option("--plain", help="No colours: pictures as signs.")] = False,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    step: Annotated[int, typer.Option(min=1, help="The step of training whose draws of `augment` are shown.")] = 1,
) -> None:
    shown = _opened(file, start.overrides(set_), part, show, step)
    if json:
        print_json(_as_json(shown))
        return
    console = out()
    _print_facts(console, shown)
    for name, column in shown.data.schema.columns.items():
        if column.classes:
            _print_balance(console, shown, name, column)
    if len(shown.rows):
        _print_examples(console, shown, plain=plain or console.color_system is None)


def _opened(file: Path, sets: Mapping[str, str], part: str, show: int, step: int) -> Shown:
    spec, diagnostics = load_spec(file, sets)
    if spec is None or spec.data is None:
        diagnostics.raise_errors()
        raise NetloomError(f"{file} names no data: add a `data:` section")
    try:
        loaded = start.load(file, sets)
    except SpecError:
        # the data may be looked at before the network is right
        data = open_data(spec.data, file.parent, scope=file_scope(spec, Diagnostics()))
        talk().print(f"the network cannot be built yet (netloom check {file}): no steps are shown", style="yellow")
        steps: Steps = {}
        experiment = None
    else:
        experiment = loaded.experiment
        data, steps = start.dataset(loaded), _steps(experiment, training=part == "train")
    if part not in data.parts:
        raise NetloomError(f"the data has no part {part}; its parts are {', '.join(data.parts)}")
    rows = data.parts[part]
    # from all over the part: files often have their classes one after the other
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(show, len(rows))).astype(int))
    return Shown(spec, data, steps, part, rows[chosen], experiment, step)


def _steps(experiment: Experiment, *, training: bool) -> Steps:
    return {name: _done(node, training=training) for name, node in _fields(experiment).items()}


def _fields(experiment: Experiment) -> dict[str, Node]:
    """The columns that the network or its loss reads."""
    return {cast(Column, node.attr("column")).name: node for node in experiment.graph if node.op == "field"}


def _done(node: Node, *, training: bool) -> tuple[Prepare | Augment, ...]:
    """What is done to a column, in order: classes are moved while they are numbers."""
    prepare = cast(tuple[Prepare, ...], node.attr("prepare"))
    augment = cast(tuple[Augment, ...], node.attributes.get("augment", ())) if training else ()
    return (*augment, *prepare) if cast(Column, node.attr("column")).classes else (*prepare, *augment)


# what the data is


def _print_facts(console: Console, shown: Shown) -> None:
    data = shown.data
    parts = ", ".join(f"{part} {count:,} ({count / data.rows:.0%})" for part, count in data.schema.parts.items())
    source = cast(Any, shown.spec.data).source.kind
    console.print(f"{shown.spec.name}: {source}, {data.rows:,} rows: {parts}\n", markup=False)
    made = table(
        "column", "shape", "type", "range", f"in {shown.part}", "prepare, augment" if _draws(shown) else "prepare"
    )
    for name, column in data.schema.columns.items():
        made.add_row(
            name, " x ".join(map(str, column.shape)) or "1", column.dtype, _range(column), _seen(shown, name),
            ", ".join(map(_said, shown.steps.get(name, ()))),
        )  # fmt: skip
    console.print(made)
    for name, column in data.schema.columns.items():
        if column.classes is None and len(column.shape) == 1 and 1 < column.shape[0] <= MOST_MEASURES:
            _print_measures(console, shown, name)


def _said(step: Prepare | Augment) -> str:
    """A step as the file has it: options at their default are left out."""
    kind = lookup("prepare" if isinstance(step, Prepare) else "augment", step.kind)
    defaults = {option.name: option.default for option in kind.options} if kind is not None else {}
    options = {name: value for name, value in step.options.items() if defaults.get(name, step) != value}
    return str(replace(step, options=options))


def _print_measures(console: Console, shown: Shown, name: str) -> None:
    """A column of several numbers, each with a range of its own."""
    field = next((field for field in cast(Any, shown.spec.data).fields if field.name == name), None)
    flat = _part(shown, name)
    names = field.columns if field is not None and len(field.columns) == flat.shape[1] else range(flat.shape[1])
    made = table(name, "least>", "greatest>", "mean>")
    for called, numbers in zip(names, flat.T, strict=True):
        made.add_row(Text(str(called)), *(f"{number:.4g}" for number in _numbers(numbers)))
    console.print()
    console.print(made)


def _draws(shown: Shown) -> bool:
    """Whether anything is drawn anew for each example."""
    return any(isinstance(step, Augment) for steps in shown.steps.values() for step in steps)


def _range(column: Column) -> str:
    if column.classes is not None:
        return f"{column.classes} classes"
    return "" if column.low is None or column.high is None else f"{column.low:g} to {column.high:g}"


def _seen(shown: Shown, name: str) -> str:
    if shown.data.schema.columns[name].classes is not None:
        return f"{len(np.unique(_part(shown, name)))} of them"
    least, greatest, mean = _numbers(_part(shown, name))
    return f"{least:.4g} to {greatest:.4g}, mean {mean:.4g}"


def _part(shown: Shown, name: str) -> Array:
    return shown.data.columns[name][shown.data.parts[shown.part]]


def _numbers(values: Array) -> tuple[float, float, float]:
    return float(values.min()), float(values.max()), float(values.mean(dtype=np.float64))


def _print_balance(console: Console, shown: Shown, name: str, column: Column) -> None:
    counts = _counts(shown, name, column, shown.part)
    order = list(range(len(counts)))
    if len(order) > MOST_CLASSES:
        order = sorted(order, key=lambda n: -counts[n])[:MOST_CLASSES]
    made = table(name, f"in {shown.part}>", "share>", "")
    total, most = max(1, int(counts.sum())), max(1, int(counts.max()))
    for number in order:
        share = f"{counts[number] / total:.1%}"
        made.add_row(Text(_class(column, number)), f"{counts[number]:,}", share, _bar(counts[number] / most))
    console.print()
    console.print(made)
    if len(order) < len(counts):
        rest = len(counts) - len(order)
        console.print(f"… {rest} more classes, the smallest with {counts.min():,} rows")


def _counts(shown: Shown, name: str, column: Column, part: str) -> Array:
    labels = shown.data.columns[name][shown.data.parts[part]]
    return np.bincount(labels.reshape(-1), minlength=column.classes or 0)


def _class(column: Column, number: int) -> str:
    return column.class_names[number] if number < len(column.class_names) else str(number)


def _bar(share: float) -> str:
    eighths = round(share * BAR * 8)
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


# examples, before and after


def _print_examples(console: Console, shown: Shown, *, plain: bool) -> None:
    drawn = f"; drawn as in step {shown.step} of training" if _draws(shown) else ""
    count = counted(len(shown.rows), "example")
    console.print(f"\n{count} of {shown.part}, rows {', '.join(map(str, shown.rows))}{drawn}")
    labels = _labels(shown)
    pictures = any(is_picture(column.shape) for column in shown.data.schema.columns.values())
    for name, column in shown.data.schema.columns.items():
        if pictures and labels and column.classes is not None:
            continue  # told under the pictures
        drawn_before: Lines = []
        for title, values in _stages(shown, name):
            console.print()
            if is_picture(values.shape[1:]):
                known = column if title == name else None
                lines = _pictures(console, values, known, labels, plain=plain)
                _print_pictures(console, title, values, [] if lines == drawn_before else lines)
                drawn_before = lines
            else:
                console.print(Text(title, style="bold"))
                _print_rows(console, shown, column, values)


def _stages(shown: Shown, name: str) -> list[tuple[str, Array]]:
    """A column's rows as they are stored, and after each step."""
    found = [(name, shown.data.columns[name][shown.rows])]
    steps = shown.steps.get(name, ())
    for count in range(1, len(steps) + 1):
        said = [*(step.kind for step in steps[: count - 1]), _said(steps[count - 1])]
        title = f"{name} after {', '.join(said)}"
        found.append((title, _after(shown, name, steps[:count])))
    return found


def _after(shown: Shown, name: str, steps: Sequence[Prepare | Augment]) -> Array:
    """A column's rows after some of its steps."""
    fitted = [step for step in steps if isinstance(step, Prepare)]
    if len(fitted) == len(steps):
        return prepared(shown.data, name, fitted, shown.rows)
    assert shown.experiment is not None, "steps are known of what was built"
    node = _fields(shown.experiment)[name]
    attrs = {**node.attributes, "prepare": tuple(fitted)}
    some = replace(node, attrs=tuple(attrs.items()))
    return changed(shown.data, shown.experiment, some, len(steps) - len(fitted), shown.rows, shown.step - 1)


def _labels(shown: Shown) -> list[str]:
    """What the examples are, where one column tells their classes."""
    found = [column for column in shown.data.schema.columns.values() if column.classes is not None and not column.shape]
    if len(found) != 1:
        return []
    return [_class(found[0], int(number)) for number in shown.data.columns[found[0].name][shown.rows].reshape(-1)]


def _print_pictures(console: Console, title: str, values: Array, lines: Lines) -> None:
    """The pictures under their title; without lines, they look as before."""
    least, greatest, _ = _numbers(values)
    said = f"  {least:.4g} to {greatest:.4g}{'' if lines else '; they look the same'}"
    console.print(Text(title, style="bold").append(said, style="not bold dim"))
    for line in lines:
        console.print(line, no_wrap=True, crop=False)


def _pictures(console: Console, values: Array, known: Column | None, labels: Sequence[str], *, plain: bool) -> Lines:
    """Pictures side by side, each over its label, in as many rows as there is need of."""
    low, high, _ = _numbers(values)
    if known is not None and known.low is not None and known.high is not None:
        low, high = known.low, known.high
    wide = min(console.width, WIDEST)
    across = max(1, wide // (min(values.shape[2], NARROW) + len(GAP)))
    lines: Lines = []
    for first in range(0, len(values), across):
        some = values[first : first + across]
        rows = beside(list(some), low, high, wide, plain=plain)
        each = (len(rows[0].plain) - len(GAP) * (len(some) - 1)) // len(some)
        under = GAP.join(f"{label[:each]:^{each}}" for label in labels[first : first + across])
        lines += [*([Text()] if first else []), *rows, *([Text(under.rstrip())] if under else [])]
    return lines


def _print_rows(console: Console, shown: Shown, column: Column, values: Array) -> None:
    flat = values.reshape(len(values), -1)
    for row, numbers in zip(shown.rows, flat, strict=True):
        if column.classes and values.dtype == np.int32:
            said = " ".join(_class(column, int(number)) for number in numbers[:MOST_NUMBERS])
        else:
            said = " ".join(f"{number:>10.4g}" for number in numbers[:MOST_NUMBERS])
        more = f" … ({len(numbers)} numbers)" if len(numbers) > MOST_NUMBERS else ""
        console.print(Text(f"{row:>8}  {said}{more}"))


# as JSON


def _as_json(shown: Shown) -> dict[str, Any]:
    data = shown.data
    return {
        "name": shown.spec.name,
        "source": cast(Any, shown.spec.data).source.kind,
        "parts": dict(data.schema.parts),
        "part": shown.part,
        "columns": [_column(shown, name, column) for name, column in data.schema.columns.items()],
        "examples": {"rows": shown.rows.tolist(), **_examples(shown)},
    }


def _examples(shown: Shown) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {"after": [str(step) for step in shown.steps.get(name, ())[:count]], "values": values.tolist()}
            for count, (_, values) in enumerate(_stages(shown, name))
        ]
        for name in shown.data.schema.columns
        if len(shown.rows)
    }


def _column(shown: Shown, name: str, column: Column) -> dict[str, Any]:
    steps = shown.steps.get(name, ())
    found: dict[str, Any] = {
        "name": name, "shape": list(column.shape), "type": column.dtype, "low": column.low, "high": column.high,
        "prepare": [str(step) for step in steps if isinstance(step, Prepare)],
        "augment": [str(step) for step in steps if isinstance(step, Augment)],
    }  # fmt: skip
    if column.classes is None:
        found |= zip(("least", "greatest", "mean"), _numbers(_part(shown, name)), strict=True)
        return found
    names = [_class(column, number) for number in range(column.classes)]
    return found | {"classes": names, "rows": {p: _balance(shown, name, column, p) for p in shown.data.parts}}


def _balance(shown: Shown, name: str, column: Column, part: str) -> Sequence[int]:
    return [int(count) for count in _counts(shown, name, column, part)]
