"""The command `netloom`: finds the one command asked for, and imports nothing of the others.

Exit codes: 0 good (warnings too), 1 the user's mistake, 2 usage, 129/130/143 ended by a signal.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer

from ..dsl.diagnostics import NetloomError, SpecError

COMMANDS: dict[str, tuple[str, str]] = {
    "design": ("Designing", "Draw, check, train and understand a network in the terminal."),
    "watch": ("Designing", "Watch a run: live, or long after."),
    "serve": ("Designing", "Design in a browser."),
    "new": ("Making", "Start a file from a template: one of the examples."),
    "check": ("Making", "Find every mistake in a file, each with its place and a way out."),
    "data": ("Making", "Show the data of a file: columns, classes, examples before and after each step."),
    "show": ("Making", "Show the network of a file: layers, shapes, parameters, costs."),
    "diff": ("Making", "Compare two networks: files, or runs."),
    "draw": ("Making", "Draw the network of a file: in the terminal, or as a picture."),
    "explain": ("Making", "Explain a code, a kind, an option; list what the language has."),
    "fmt": ("Making", "Lay files out in the one standard way, comments kept."),
    "schema": ("Making", "Write the JSON Schema that editors complete and explain from."),
    "migrate": ("Making", "Rewrite files of older versions of the language."),
    "compile": ("Making", "Compile a file: passes, fusion, kernels, memory."),
    "gradcheck": ("Making", "Compare every gradient with central differences, in float64."),
    "train": ("Running", "Train a file's network; go on with a run."),
    "evaluate": ("Running", "Measure a run's network on each part of its data."),
    "predict": ("Running", "Give inputs to a run's network and print what comes out."),
    "build": ("Running", "Write a run's network as one file that predicts by itself."),
    "run": ("Running", "Predict with a file that `build` wrote: starts at once."),
    "runs": ("Running", "List, show, compare and remove runs."),
    "bench": ("Machine", "Time the training or inference steps of a file."),
    "profile": ("Machine", "Where a step's time goes, kernel by kernel, beside what the machine can do."),
    "warm": ("Machine", "Compile kernels ahead, so that the next start is immediate."),
    "doctor": ("Machine", "What this machine offers, and whether all is well."),
}
"""Each command's group and one-line help; its file is `cli/<name>_command.py`."""

Run = Callable[..., Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        application(words)(words, prog_name="netloom")
    except SpecError as mistakes:
        from .console import print_diagnostics

        print_diagnostics(mistakes.diagnostics)
        sys.exit(1)
    except NetloomError as mistake:
        sys.stderr.write(f"netloom: {mistake}\n")
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our output went away (`netloom runs | head`): nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def application(words: Sequence[str]) -> typer.Typer:
    """The command-line program, with only the asked-for command really imported."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Start with `netloom check FILE`, then `netloom train FILE`. Each command has --help.",
    )
    app.callback()(_root)
    chosen = next((word for word in words if not word.startswith("-")), None)
    for name, (group, summary) in COMMANDS.items():
        if name == chosen:
            module = importlib.import_module(f"{__package__}.{name}_command")
            app.command(name, help=as_markdown(module.__doc__ or ""), rich_help_panel=group)(module.run)
        else:
            app.command(name, help=summary, short_help=summary, rich_help_panel=group)(_unasked)
    return app


def as_markdown(text: str) -> str:
    """A docstring whose indented examples are code, and so come out as they stand: else `*/*.yaml` loses its stars."""
    return re.sub(r"^    (.*)$", r"`\1`", text, flags=re.MULTILINE)


def _unasked() -> None:
    """Stands in the list of commands for one that was not asked for; its module is never imported."""


def _print_version(asked: bool) -> None:
    if asked:
        try:
            typer.echo(f"netloom {version('netloom')}")
        except PackageNotFoundError:
            typer.echo("netloom (not installed: run from the tree)")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A page of YAML in, a trained network out, and everything in between open to look at."""
