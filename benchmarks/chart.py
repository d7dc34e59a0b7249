"""The ratios as a picture: matplotlib, where it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .report import NAMES

Results = Mapping[str, Any]

COLOURS = {"torch": "#d1495b", "compile": "#edae49", "jax": "#00798c", "onnx": "#6a4c93"}
TITLES = {"train": "training", "infer": "inference"}
WIDTH = 0.8
SEED = "netloom"


def bars(results: Results, threads: int) -> dict[str, dict[str, tuple[float, float, float]]]:
    """For each peer, by the label of a race: median, tenth below and tenth above of its ratio."""
    found: dict[str, dict[str, tuple[float, float, float]]] = {}
    for race in results["races"]:
        if race["threads"] != threads:
            continue
        label = f"{race['workload']}\n{TITLES[race['mode']]} {race['batch']}"
        for peer, engine in race["engines"].items():
            if "ratio" in engine and peer in COLOURS:
                ratio = engine["ratio"]
                found.setdefault(peer, {})[label] = (ratio["median"], ratio["low"], ratio["high"])
    return found


def write(results: Results, path: Path) -> Path | None:
    """The picture of the most threads that were measured; None where there is no matplotlib, or nothing to show."""
    try:
        from matplotlib import rcParams
        from matplotlib.figure import Figure
    except ImportError:
        return None
    threads = max(results["plan"]["threads"])
    found = bars(results, threads)
    labels = list(dict.fromkeys(label for ratios in found.values() for label in ratios))
    if not labels:
        return None
    rcParams.update({"svg.hashsalt": SEED, "svg.fonttype": "none", "font.size": 9})
    figure = Figure(figsize=(9, 1.2 + 0.22 * len(labels) * (len(found) + 1)), layout="constrained")
    axes = figure.add_subplot()
    each = WIDTH / len(found)
    for number, (peer, ratios) in enumerate(found.items()):
        places = [labels.index(label) + (number - (len(found) - 1) / 2) * each for label in ratios]
        # from the line of equal times on: a bar to the left says that the peer is faster
        past_one = [one[0] - 1 for one in ratios.values()]
        sides = [[one[0] - one[1] for one in ratios.values()], [one[2] - one[0] for one in ratios.values()]]
        axes.barh(
            places, past_one, each * 0.92, 1, xerr=sides, color=COLOURS[peer], label=NAMES[peer], ecolor="#00000070"
        )
    axes.axvline(1, color="#404040", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    said = "1 thread" if threads == 1 else f"{threads} threads"
    axes.set_xlabel(f"time as a multiple of netloom's, {said}; right of the line netloom is faster")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside upper center", ncols=len(found))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    return path
