"""Compile the network of FILE and show what became of it: programs, kernels, memory; pass by pass with --trace. With a
LAYER (or a block): only what is about it.

Examples:

    netloom compile net.yaml --trace

    netloom compile net.yaml dense1 --trace --mode train --pass gradient

    netloom compile net.yaml --why

    netloom compile net.yaml --kernels sources/ --verify

    netloom compile net.yaml dense1 --kernels -
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ..compiler.pass_words import chosen, within
from ..compiler.pipeline import Compiled
from ..compiler.stages import PassRan
from ..compiler.why_words import Reason, grouped, reasons
from ..dsl.diagnostics import NetloomError
from ..dsl.suggest import did_you_mean
from ..runtime import start
from ..runtime.kernel_sources import index_text, sources
from ..runtime.traced import tell
from ..runtime.written import write_text
from .console import counted, out, print_diagnostics, print_json, print_titled, table, talk
from .fitted_table import columns_wide, folded
from .lasting import Lasting
from .trace_view import SHOWN, as_data, trace_lines

INDEX = "README.md"


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    layer_: Annotated[
        str | None, typer.Argument(metavar="[LAYER]", help="Show only what is about this layer or block.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Each pass: its rule, what it did, before and after.")] = False,
    mode: Annotated[str | None, typer.Option(help="Trace this program: train, evaluate or predict.")] = None,
    pass_: Annotated[str | None, typer.Option("--pass", help="Trace this pass, with all of its changes.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Trace: the whole graph after each pass besides.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Why operations share a kernel, or do not.")] = False,
    kernels: Annotated[
        str | None, typer.Option(metavar="DIR", help="Write the readable source of every kernel here; -: to stdout.")
    ] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="The same as LAYER.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run every pass's graph before and after; name the one that errs.")
    ] = False,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    loaded = start.load(file, start.overrides(set_))
    ran: list[tuple[str, PassRan]] = []
    began = time.perf_counter()
    compiled = start.compile_loaded(loaded, lambda program, step: ran.append((program, step)))
    seconds = time.perf_counter() - began
    about = _known_layer(compiled, layer_ or layer)
    traced = trace or full or pass_ is not None or mode is not None
    shown = chosen(tell(loaded, ran), mode, pass_, about) if traced else []
    if traced and not shown:
        raise NetloomError(_nothing(ran, mode, pass_, about))
    blame = start.verify_loaded(loaded) if verify else ()
    because = [r for r in reasons(compiled.graphs, compiled.why) if about is None or _is_about(r, about)] if why else []
    if kernels is not None:
        _kernels(compiled, kernels, about)
    if json:
        steps = [as_data(step, traced=True, full=full) for step in shown] if traced else _plain(ran)
        print_json(_summary(compiled, seconds) | {"passes": steps, "blame": [str(b) for b in blame],
                   **({"why": [_reason(reason) for reason in because]} if why else {})})  # fmt: skip
    else:
        print_diagnostics(loaded.remarks)
        whole = kernels is None and not why and not traced
        _write(trace_lines(shown, columns_wide(), SHOWN if pass_ is None and about is None else None, full=full))
        _write(_why_lines(because, columns_wide()))
        if whole:
            _print_programs(compiled, about)
        _print_end(compiled, seconds, [str(found) for found in blame], verified=verify)
    raise typer.Exit(1 if blame else 0)


def _known_layer(compiled: Compiled, layer: str | None) -> str | None:
    """The layer asked for, which must be one, or a block; sections such as train.loss count."""
    if layer is None:
        return None
    paths = {origin.path for graph in compiled.graphs.values() for node in graph for origin in node.origins}
    paths |= {node.id for node in compiled.experiment.graph}
    if not any(within(path, layer) for path in paths):
        meant = did_you_mean(layer, sorted(paths))
        raise NetloomError(f"there is no layer `{layer}`. {meant or '`netloom show` lists them.'}")
    return layer


def _nothing(ran: Sequence[tuple[str, PassRan]], mode: str | None, name: str | None, about: str | None) -> str:
    programs, names = dict.fromkeys(mode for mode, _ in ran), dict.fromkeys(step.name for _, step in ran)
    if mode not in (None, *programs):
        return f"there is no program `{mode}`: {', '.join(programs)}"
    if name not in (None, *names):
        return f"there is no pass `{name}`: {', '.join(names)}"
    return f"no pass changes anything of `{about}`" if about else f"pass `{name}` is none of {mode}"


def _plain(ran: Sequence[tuple[str, PassRan]]) -> list[dict[str, Any]]:
    return [
        {"mode": mode, "pass": step.name, "before": len(step.before), "after": len(step.after), "ms": step.ms}
        for mode, step in ran
    ]


def _is_about(reason: Reason, layer: str) -> bool:
    return any(within(path, layer) for path in reason.layers)


def _reason(reason: Reason) -> dict[str, Any]:
    return asdict(reason)


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


def _write(lines: Iterable[str]) -> None:
    stream = Lasting(sys.stdout)
    for line in lines:
        stream.write(line + "\n")
    stream.flush()


def _why_lines(because: Sequence[Reason], width: int) -> list[str]:
    told = grouped(because)
    together = [reason.text for reason in told if reason.together]
    apart = [reason.text.removeprefix("kept apart: ") for reason in told if not reason.together]
    lines: list[str] = []
    for title, sentences in (("together:", together), ("kept apart:", apart)):
        if sentences:
            lines += [title, *(part for text in sentences for part in folded(f"- {text}", width)), ""]
    return lines


def _print_programs(compiled: Compiled, about: str | None) -> None:
    plan = compiled.plan
    for name, program in plan.programs.items():
        calls = [c for c in program.calls if about is None or any(within(o.path, about) for o in c.origins)]
        if not calls and about is not None:
            continue
        shown = table("kernel", "layers", "lines", "predicted µs>")
        for call in calls:
            layers = ", ".join(sorted({origin.path for origin in call.origins}))
            lines = ", ".join(str(n) for n in sorted({origin.line for origin in call.origins}))
            shown.add_row(plan.kernels[call.kernel].name, layers, lines, f"{call.cost / 1000:.2f}")
        print_titled(f"{name}: {counted(len(calls), 'call')}", shown)
        out().print("")
    out().print(
        f"{counted(len(plan.kernels), 'kernel')}, {plan.arena_bytes:,} bytes of arena for batches up to {plan.sizes['B']}"
    )


def _print_end(compiled: Compiled, seconds: float, blame: Sequence[str], *, verified: bool) -> None:
    talk().print(
        f"compiled in {seconds:.2f} s; kernels are made at the first training, or by `netloom warm`", style="dim"
    )
    for found in blame:
        talk().print(found, style="red", soft_wrap=True)
    if verified and not blame:
        talk().print("verified: every pass keeps the meaning of the network", style="green")


def _kernels(compiled: Compiled, to: str, about: str | None) -> None:
    """The sources on stdout, or as files with an index beside them."""
    plan = compiled.plan
    found = sources(plan, compiled.graphs, start.kernel_texts(plan), lambda path: about is None or within(path, about))
    if to == "-":
        _write(source.text.rstrip() + "\n" for source in found)
        return
    folder = Path(to)
    folder.mkdir(parents=True, exist_ok=True)
    for source in found:
        write_text(folder / source.file, source.text)
    write_text(folder / INDEX, index_text(compiled.experiment.name, plan, found))
    talk().print(f"wrote {counted(len(found), 'source')} and {INDEX} to {folder}", style="dim")
