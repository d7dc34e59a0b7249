"""Compile the network of FILE and show what became of it: programs, kernels, memory.

Examples:

    netloom compile net.yaml --why

    netloom compile net.yaml --kernels sources/ --verify
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from ..compiler.pipeline import Compiled
from ..compiler.plan import Plan
from ..runtime import start
from .console import counted, out, print_diagnostics, print_json, print_titled, table, talk


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    trace: Annotated[bool, typer.Option("--trace", help="Each pass: time, nodes before and after, the graph.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Why operations share a kernel, or do not.")] = False,
    kernels: Annotated[Path | None, typer.Option(help="Write the readable source of every kernel here.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run every pass's graph before and after; name the one that errs.")
    ] = False,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    loaded = start.load(file, start.overrides(set_))
    passes: list[dict[str, Any]] = []

    def watch(mode: str, ran: Any) -> None:
        passes.append({"mode": mode, "pass": ran.name, "before": len(ran.before), "after": len(ran.after), "ms": ran.ms,
                       "graph": ran.after.text()})  # fmt: skip

    began = time.perf_counter()
    compiled = start.compile_loaded(loaded, watch)
    seconds = time.perf_counter() - began
    blame = start.verify_loaded(loaded) if verify else ()
    if kernels is not None:
        _write(compiled.plan, kernels)
    if json:
        print_json(_summary(compiled, seconds) | {"passes": [{k: v for k, v in p.items() if k != "graph"} for p in passes],
                                                   "blame": [str(b) for b in blame]})  # fmt: skip
    else:
        print_diagnostics(loaded.remarks)
        _print(compiled, passes if trace else [], why)
        talk().print(
            f"compiled in {seconds:.2f} s; kernels are made at the first training, or by `netloom warm`", style="dim"
        )
        for found in blame:
            talk().print(str(found), style="red", soft_wrap=True)
        if verify and not blame:
            talk().print("verified: every pass keeps the meaning of the network", style="green")
    raise typer.Exit(1 if blame else 0)


def _summary(compiled: Compiled, seconds: float) -> dict[str, Any]:
    plan = compiled.plan
    return {
        "name": compiled.experiment.name,
        "compile_s": seconds,
        "kernels": len(plan.kernels),
        "arena_bytes": plan.arena_bytes,
        "programs": {
            name: [
                {
                    "kernel": plan.kernels[call.kernel].name,
                    "cost_ns": call.cost,
                    "layers": sorted({origin.path for origin in call.origins}),
                    "lines": sorted({origin.line for origin in call.origins}),
                }
                for call in program.calls
            ]
            for name, program in plan.programs.items()
        },
    }


def _print(compiled: Compiled, passes: list[dict[str, Any]], why: bool) -> None:
    for step in passes:
        out().print(
            f"[bold]{step['mode']} / {step['pass']}[/bold]  {step['before']} -> {step['after']} nodes, {step['ms']:.1f} ms"
        )
        out().print(step["graph"], markup=False, soft_wrap=True)
    plan = compiled.plan
    for name, program in plan.programs.items():
        shown = table("kernel", "layers", "lines", "predicted µs>")
        for call in program.calls:
            layers = ", ".join(sorted({origin.path for origin in call.origins}))
            lines = ", ".join(str(n) for n in sorted({origin.line for origin in call.origins}))
            shown.add_row(plan.kernels[call.kernel].name, layers, lines, f"{call.cost / 1000:.2f}")
        print_titled(f"{name}: {counted(len(program.calls), 'call')}", shown)
        out().print("")
    out().print(
        f"{counted(len(plan.kernels), 'kernel')}, {plan.arena_bytes:,} bytes of arena for batches up to {plan.sizes['B']}"
    )
    if why:
        for sentence in compiled.why:
            out().print(f"- {sentence}", markup=False, soft_wrap=True)


def _write(plan: Plan, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    users: dict[int, list[str]] = {}
    for name, program in plan.programs.items():
        for call in program.calls:
            layers = ", ".join(f"{o.path} (line {o.line})" for o in call.origins)
            users.setdefault(call.kernel, []).append(f"{name}: {layers}")
    for number, (name, mark, text) in enumerate(start.kernel_texts(plan)):
        head = [f"# {name}", f"# {mark}", *(f"# used by {user}" for user in dict.fromkeys(users.get(number, [])))]
        (folder / f"{number:02}_{name.split(':')[0]}.py").write_text("\n".join(head) + "\n\n" + text, encoding="utf-8")
    talk().print(f"wrote {counted(len(plan.kernels), 'source')} to {folder}", style="dim")
