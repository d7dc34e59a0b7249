"""The standard workloads beside other engines, in one command.

    python -m benchmarks                                  # everything: about an hour
    python -m benchmarks --quick --only lenet5 --peers torch
    python -m benchmarks --threads 1,2 --json out.json

Writes docs/benchmarks.md and docs/pictures/benchmarks.svg, or what `--docs` names; `--quick` writes nothing there
unless it is told to. Progress is told on stderr, the report goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from . import chart, report
from .measure import PEERS, Plan, measure
from .workload import names

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> int:
    """0, or 1 where nothing of netloom could be measured."""
    asked = _asked()
    plan = Plan(
        workloads=asked.only, peers=asked.peers, threads=asked.threads, modes=asked.modes,
        rounds=asked.rounds or (3 if asked.quick else 15), turn=0.05 if asked.quick else 0.5, quick=asked.quick,
    )  # fmt: skip
    results = measure(plan, lambda text: print(text, file=sys.stderr, flush=True))
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    folder = asked.docs or (None if asked.quick else DOCS)
    picture = None
    if folder is not None:
        picture = chart.write(results, folder / "pictures" / "benchmarks.svg")
        if picture is None:
            print("matplotlib is not installed: no chart", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "benchmarks.md").write_text(report.text(results, chart=picture is not None), encoding="utf-8")
    print(report.text(results, chart=False), end="")
    return 0 if any(race["engines"].get("netloom") for race in results["races"]) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few short rounds: shows that all runs, not how fast")
    parser.add_argument("--only", type=_list(names()), default=names(), help=f"workloads: {','.join(names())}")
    parser.add_argument("--peers", type=_list(PEERS), default=PEERS, help=f"engines: {','.join(PEERS)}, or none")
    parser.add_argument("--modes", type=_list(MODES), default=MODES, help=f"what to run: {','.join(MODES)}")
    parser.add_argument("--threads", type=_numbers, default=(1, 2), help="numbers of threads, such as 1,2")
    parser.add_argument("--rounds", type=int, help="rounds of turns: 15, or 3 with --quick")
    parser.add_argument("--json", type=Path, help="write every number to this file")
    parser.add_argument("--docs", type=Path, help=f"the folder of the report and its chart (default: {DOCS.name}/)")
    return parser.parse_args()


MODES = ("train", "infer-1", "infer-64", "start", "memory", "kernels")


def _list(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    """Reads words with commas between them, and puts them in the known order."""

    def read(text: str) -> tuple[str, ...]:
        words = [word for word in text.split(",") if word and word != "none"]
        for word in words:
            if word not in known:
                raise argparse.ArgumentTypeError(f"{word} is none of {', '.join(known)}")
        return tuple(word for word in known if word in words)

    return read


def _numbers(text: str) -> tuple[int, ...]:
    try:
        found = tuple(sorted({int(word) for word in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"numbers with commas between them, not {text}") from None
    if found[0] < 1:
        raise argparse.ArgumentTypeError("at least one thread")
    return found


if __name__ == "__main__":
    sys.exit(main())
