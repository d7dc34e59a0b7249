"""Show the network of FILE: every layer with its shape, parameters and costs. With --full: the file itself with every
default written out, and where each value comes from; what is printed is a file that means the same.

Examples:

    netloom show net.yaml

    netloom show net.yaml --full

    netloom show net.yaml --full --set train.batch=128 > whole.yaml
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ..compiler.cost import LayerCost, costs
from ..compiler.experiment import Experiment
from ..compiler.filled import facts
from ..dsl.data_schema import UNKNOWN_DATA
from ..dsl.diagnostics import NOT_BUILT, SpecError
from ..dsl.full import full as full_file
from ..dsl.full_lines import Rows, sources, text, value_of
from ..dsl.load import load as load_spec
from ..runtime import start
from .console import out, print_diagnostics, print_json, print_titled, table, talk

HEAD = "# Every default is written out; what stands behind a value says where it comes from.\n"


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    full: Annotated[bool, typer.Option("--full", help="The file with every default written out.")] = False,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    sets = start.overrides(set_)
    try:
        loaded = start.load(file, sets)
    except SpecError as mistakes:
        if not full or any(
            mistake.code != NOT_BUILT for mistake in mistakes.diagnostics if mistake.severity == "error"
        ):
            raise
        _show_unbuilt(file, sets, mistakes, json=json)
        return
    rows = costs(loaded.experiment)
    if json:
        whole = _whole(written_out(loaded, sets)) if full else {}
        print_json({"name": loaded.spec.name, "layers": [asdict(row) for row in rows], "totals": _totals(rows),
                    "settings": settings(loaded.experiment), **whole})  # fmt: skip
        return
    print_diagnostics(loaded.remarks)
    if full:
        sys.stdout.write(f"# {loaded.spec.file}: {_sum(loaded, rows)}\n{HEAD}{text(written_out(loaded, sets))}")
        return
    print_titled(loaded.spec.name, _table(rows))
    out().print(f"\n{_sum(loaded, rows)}")
    if not loaded.experiment.trains:
        talk().print("this file trains nothing; try: netloom predict " + str(file), style="dim")


def _show_unbuilt(file: Path, sets: Mapping[str, str], mistakes: SpecError, *, json: bool) -> None:
    """A file that is right and cannot be built yet: what it says with the defaults that do not hang on sizes."""
    spec, _ = load_spec(file, sets)
    assert spec is not None, "a file with nothing but what is not built yet was read"
    whole = full_file(spec, facts(spec, UNKNOWN_DATA, None), sets)
    print_diagnostics(replace(remark, severity="hint") for remark in mistakes.diagnostics)
    if json:
        print_json({"name": spec.name, **_whole(whole)})
    else:
        sys.stdout.write(
            f"# {spec.file}: this version cannot build it yet, so its sizes are not known\n{HEAD}{text(whole)}"
        )


def written_out(loaded: start.Loaded, sets: Mapping[str, str], included: Path | None = None) -> Rows:
    """The file with every default; `included` is the folder of the files that it includes, where it is not its own."""
    return full_file(loaded.spec, facts(loaded.spec, loaded.schema, loaded.experiment), sets, included)


def _whole(rows: Rows) -> dict[str, Any]:
    return {"full": value_of(rows), "from": dict(sources(rows))}


def _sum(loaded: start.Loaded, rows: tuple[LayerCost, ...]) -> str:
    totals = _totals(rows)
    parts = ", ".join(f"{count:,} {part}" for part, count in loaded.schema.parts.items())
    return (
        f"{totals['parameters']:,} parameters ({_bytes(4 * totals['parameters'])}), "
        f"{totals['multiply_adds']:,} multiply-adds an example{'; ' + parts + ' examples' if parts else ''}"
    )


def settings(experiment: Experiment) -> dict[str, Any]:
    """Everything that is not a layer, defaults included."""
    found: dict[str, Any] = {"batch": experiment.batch, "epochs": experiment.epochs, "last_batch": experiment.last_batch,
                             "seed": experiment.seed}  # fmt: skip
    for term in experiment.terms:
        tensors = ", ".join(f"{name}: {node}" for name, node in term.tensors.items())
        shown = {n: v for n, v in term.options.items() if v is not None and n not in term.tensors}
        found[f"loss {term.name}"] = f"{term.kind} of {tensors}; {_options(shown)}; weight {_live(term.weight)}"
    for item in experiment.penalties:
        found[f"penalty {item.kind}"] = f"{_live(item.amount)} on {', '.join(item.weights)}"
    if experiment.optimizer is not None:
        options = {n: _live(v) if isinstance(v, tuple) else v for n, v in experiment.optimizer.options.items()}
        found["optimizer"] = f"{experiment.optimizer.kind}: {_options(options)}"
    for kind, limit in experiment.clip:
        found[f"clip {kind}"] = _live(limit)
    if experiment.stop is not None:
        found["stop"] = _options(
            {n: getattr(experiment.stop, n) for n in ("metric", "patience", "min_delta", "restore")}
        )
    if experiment.metrics:
        found["metrics"] = ", ".join(use.name for use in experiment.metrics)
    return found


def _table(rows: tuple[LayerCost, ...]) -> Any:
    shown = table("layer", "kind", "reads", "shape", "parameters>", "multiply-adds>", "line>")
    for row in rows:
        kind = f"{row.kind} + {row.activation}" if row.activation else row.kind
        shown.add_row(
            row.name, kind, ", ".join(row.reads), " x ".join(map(str, row.shape)) or "1",
            f"{row.parameters:,}" if row.parameters else "", f"{row.multiply_adds:,}" if row.multiply_adds else "",
            str(row.line), style="dim" if row.kind == "data" else "",
        )  # fmt: skip
    return shown


def _totals(rows: tuple[LayerCost, ...]) -> dict[str, int]:
    return {
        "parameters": sum(row.parameters for row in rows),
        "trainable": sum(row.trainable for row in rows),
        "multiply_adds": sum(row.multiply_adds for row in rows),
        "activation_bytes": sum(row.bytes for row in rows),
    }


def _live(live: Any) -> str:
    kind, options = live
    values = dict(options)
    return f"{values['value']:g}" if kind == "constant" else f"{kind} ({_options(values)})"


def _options(options: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in options.items() if value is not None)


def _bytes(count: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000  # type: ignore[assignment]
    return ""
