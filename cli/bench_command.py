"""Time the training (or inference) steps of FILE's network. Data that is not at hand is replaced by random values.

Examples:

    netloom bench benchmarks/specs/mlp-mnist.yaml

    netloom bench net.yaml --mode infer --batch 1 --threads 1 --json
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..runtime import start
from ..runtime.measure import bench_file
from .console import counted, out, print_json, table
from .progress import Progress


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    steps: Annotated[int | None, typer.Option(min=1, help="How many steps to time.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Another batch than the file's.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="At most this many threads.")] = None,
    mode: Annotated[str, typer.Option(help="train or infer.")] = "train",
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    if mode not in ("train", "infer"):
        raise typer.BadParameter("--mode is train or infer")
    found = bench_file(file, start.overrides(set_), steps, batch, threads, mode, Progress().compiled)
    if json:
        print_json(found)
        return
    ms = found["step_ms"]
    out().print(
        f"{ms['median']:.4f} ms a step (p10 {ms['p10']:.4f}, p90 {ms['p90']:.4f}), batch {found['batch']}, "
        f"{found['examples_per_s']:,.0f} examples/s, {found['threads']} threads"
    )
    out().print(
        f"first step after {found['first_step_s']:.2f} s; {counted(found['kernels_compiled'], 'kernel')} compiled, "
        f"{found['kernels_reused']} reused; {found['peak_bytes']:,} bytes"
    )
    shown = table("kernel", "layers", "µs a step>", "share>")
    total = sum(row["us"] for row in found["kernels"]) or 1.0
    for row in found["kernels"]:
        shown.add_row(row["kernel"], ", ".join(row["layers"]), f"{row['us']:.2f}", f"{row['us'] / total:.0%}")
    out().print(shown)
