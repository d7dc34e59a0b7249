"""`netloom run` without what other commands need: options are told by hand, for the libraries that read options and
draw tables take longer to import than the network to answer. Whatever is not plain is left to `run_command`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..dsl.diagnostics import NetloomError, SpecError
from ..runtime.built_answers import run_built
from .classes import answer
from .given import STDIN, from_stdin
from .json_line import print_json

FITS = ("stretch", "crop", "pad")


def run_plan(plan: Path, inputs: Sequence[str], fit: str | None, threads: int | None, *, json: bool) -> None:
    """Predict and print. Raises NetloomError."""
    with from_stdin(inputs) as given:
        found = run_built(plan, given, fit, threads, _say)
    if json:
        print_json(answer(found))
        return
    from .predicted import print_predicted

    print_predicted(found)


def run_directly(words: Sequence[str]) -> bool:
    """Do what these words after `netloom run` ask for; False where they are not all plain, and nothing was done."""
    asked = _asked(words)
    if asked is None:
        return False
    plan, inputs, options = asked
    threads = int(options["threads"]) if "threads" in options else None
    try:
        run_plan(Path(plan), inputs, options.get("fit"), threads, json="json" in options)
        sys.stdout.flush()
    except SpecError:
        return False
    except NetloomError as mistake:
        sys.stderr.write(f"netloom: {mistake}\n")
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def _asked(words: Sequence[str]) -> tuple[str, list[str], dict[str, str]] | None:
    """The plan, the inputs, and the options by name; None for anything that is not one of them."""
    options, plain = dict[str, str](), list[str]()
    waiting = iter(words)
    for word in waiting:
        if word == "--json":
            options["json"] = ""
        elif word.startswith("-") and word != STDIN:
            name, sign, value = word.removeprefix("--").partition("=")
            options[name] = value if sign else next(waiting, "")
        else:
            plain.append(word)
    whole = options.get("threads", "1").isdigit() and int(options.get("threads", "1")) > 0
    fits = options.get("fit", FITS[0]) in FITS
    known = options.keys() <= {"json", "threads", "fit"} and options.get("json", "") == ""
    return (plain[0], plain[1:], options) if len(plain) > 1 and whole and fits and known else None


def _say(text: str) -> None:
    sys.stderr.write(f"netloom: {text}\n")
