"""Show the network of FILE: every layer with its shape, parameters, multiply-adds, memory, and how much of the picture
it sees. With --full: the file itself with every default written out, and where each value comes from; what is printed
is a file that means the same.

Examples:

    netloom show net.yaml

    netloom show resnet152.yaml --by-block

    netloom show net.yaml --full

    netloom show net.yaml --full --set train.batch=128 > whole.yaml
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ..compiler.experiment import Experiment
from ..compiler.filled import facts
from ..compiler.layer_table import LayerRow, by_block, layer_rows, totals
from ..compiler.peak import inference_peak, training_peak
from ..dsl.data_schema import UNKNOWN_DATA
from ..dsl.diagnostics import NOT_BUILT, SpecError
from ..dsl.full import full as full_file
from ..dsl.full_lines import Rows, sources, text, value_of
from ..dsl.load import load as load_spec
from ..runtime import start
from .console import print_diagnostics, print_json, talk
from .fitted_table import columns_wide, folded
from .lasting import Lasting
from .layer_view import as_data, in_bytes, layer_lines, peak_line

HEAD = "# Every default is written out; what stands behind a value says where it comes from.\n"


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    full: Annotated[bool, typer.Option("--full", help="The file with every default written out.")] = False,
    by_block_: Annotated[
        bool, typer.Option("--by-block", help="A row for each block with its sums; equal blocks in a row are one.")
    ] = False,
    depth: Annotated[
        int | None, typer.Option(min=1, help="By block, with the blocks of so many levels opened.")
    ] = None,
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
    rows = layer_rows(loaded.experiment)
    shown = by_block(rows, depth) if by_block_ or depth else rows
    batch = loaded.experiment.batch
    if json:
        whole = _whole(written_out(loaded, sets)) if full else {}
        print_json({"name": loaded.spec.name, "batch": batch, "layers": [as_data(row, batch) for row in shown],
                    "totals": totals(rows), "memory": _peaks(loaded), "settings": settings(loaded.experiment),
                    **whole})  # fmt: skip
        return
    print_diagnostics(loaded.remarks)
    if full:
        sys.stdout.write(f"# {loaded.spec.file}: {_sum(loaded, rows)}\n{HEAD}{text(_as_a_file(loaded, sets))}")
        return
    _show(loaded, rows, shown)
    if not loaded.experiment.trains:
        talk().print(f"this file trains nothing; try: netloom draw {file}", style="dim", soft_wrap=True)


def _show(loaded: start.Loaded, rows: tuple[LayerRow, ...], shown: tuple[LayerRow, ...]) -> None:
    width = columns_wide()
    batch = loaded.experiment.batch
    _write([loaded.spec.name, *layer_lines(shown, batch, width), "", _sum(loaded, rows)], width)
    plan = start.compile_loaded(loaded).plan
    training, inference = training_peak(plan), inference_peak(plan)
    lines = [peak_line("training", training, batch)] if training else []
    _write([*lines, *([peak_line("prediction", inference, batch)] if inference else [])], width)


def _write(lines: Sequence[str], width: int) -> None:
    stream = Lasting(sys.stdout)
    stream.write("\n".join(part for line in lines for part in folded(line, width)) + "\n")
    stream.flush()


def _peaks(loaded: start.Loaded) -> dict[str, Any]:
    """Bytes at the peak of a training step and of a prediction, by what they are for; null where there is none."""
    plan = start.compile_loaded(loaded).plan
    peaks = {"training": training_peak(plan), "prediction": inference_peak(plan)}
    return {name: None if peak is None else asdict(peak) | {"total": peak.total} for name, peak in peaks.items()}


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


def _as_a_file(loaded: start.Loaded, sets: Mapping[str, str]) -> Rows:
    """As `written_out`, with the references of the file, so that its options stay of use."""
    return full_file(loaded.spec, facts(loaded.spec, loaded.schema, loaded.experiment), sets, references=True)


def _whole(rows: Rows) -> dict[str, Any]:
    return {"full": value_of(rows), "from": dict(sources(rows))}


def _sum(loaded: start.Loaded, rows: tuple[LayerRow, ...]) -> str:
    whole = totals(rows)
    parts = ", ".join(f"{count:,} {part}" for part, count in loaded.schema.parts.items())
    held = "" if whole["trainable"] == whole["parameters"] else f", {whole['trainable']:,} of them trained"
    return (
        f"{whole['parameters']:,} parameters ({in_bytes(4 * whole['parameters'])}){held}, "
        f"{whole['multiply_adds']:,} multiply-adds an example{'; ' + parts + ' examples' if parts else ''}"
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


def _live(live: Any) -> str:
    kind, options = live
    values = dict(options)
    return f"{values['value']:g}" if kind == "constant" else f"{kind} ({_options(values)})"


def _options(options: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in options.items() if value is not None)
