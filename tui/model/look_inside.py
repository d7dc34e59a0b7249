"""What a network sees, looked at with its newest checkpoint: filters, what layers give, the worst mistakes.

It takes the run's data and the compiler, so a process of its own does it (`python -m netloom.tui.model.look_inside RUN
FILE ROW`) and leaves the findings in a file; `load` reads that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...dsl.diagnostics import NetloomError
from ...runtime import launch
from ...runtime.answers import Seen, see_part
from ...runtime.runs import RunFolder
from .confusion_rows import Confusion
from .observed import Inside
from .pictures import Array, Shown, is_picture
from .seen_pictures import channels, filters, light

ROWS = 2000
"""Examples that mistakes are looked for in."""
LAYERS, EXAMPLES, CLASSES = 6, 16, 100
PROBABILITIES = "probabilities"


class NotSeen(NetloomError):  # noqa: N818  says what happened
    """A run cannot be looked into."""


def look(folder: Path, row: int = 0) -> Inside:
    """Look at a run, and at one example on its way through. Raises NetloomError: it has no checkpoint, or its data is gone."""
    run = RunFolder(folder)
    loaded = launch.load_run(run)
    layers = [node.id for node in loaded.experiment.graph if node.op not in ("field", "flatten")]
    seen = see_part(loaded, run, ROWS, layers[:: max(1, len(layers) // (4 * LAYERS))], row)
    picture = next((values for values in seen.columns.values() if is_picture(values.shape[1:])), None)
    pictures = {
        "filters": tuple(_filters(seen, picture)),
        "activations": tuple(_activations(seen, picture)),
        "examples": tuple(_examples(seen, picture)),
    }
    return Inside(pictures_step=seen.step, pictures=pictures, confusion=_confusion(seen))


def _filters(seen: Seen, picture: Array | None) -> Iterator[Shown]:
    """Of the first layer whose weights are pictures."""
    shape = None if picture is None else picture.shape[1:]
    for state, weights in seen.states.items():
        if state.endswith(".weights") and (found := list(filters(state.removesuffix(".weights"), weights, shape))):
            yield from found
            return


def _activations(seen: Seen, picture: Array | None) -> Iterator[Shown]:
    """The example, and what the layers with pictures make of it: some channels of each."""
    if picture is not None:
        yield Shown(picture[seen.row], f"{seen.part} {seen.row}", *light(picture))
    there = {name: value[0] for name, value in seen.taps.items() if value.ndim == 4 and min(value.shape[1:3]) > 1}
    for name, value in list(there.items())[:: max(1, -(-len(there) // LAYERS))]:
        yield from channels(name, value)


def _examples(seen: Seen, picture: Array | None) -> Iterator[Shown]:
    """The examples whose true class was given the least probability, the worst first."""
    shares, truth = _shares(seen), _truth(seen)
    if picture is None or shares is None or truth is None:
        return
    names, low_high = seen.found.classes, light(picture)
    rows = np.arange(len(truth))
    for row in np.argsort(shares[rows, truth], kind="stable")[:EXAMPLES]:
        taken, true = int(shares[row].argmax()), int(truth[row])
        words = f"{_name(names, true)} as {_name(names, taken)} {shares[row, taken]:.0%}"
        if taken == true:
            words = f"{_name(names, true)} {shares[row, true]:.0%}"
        yield Shown(picture[row], words, *low_high, wrong=taken != true)


def _confusion(seen: Seen) -> Confusion | None:
    shares, truth = _shares(seen), _truth(seen)
    if shares is None or truth is None or shares.shape[1] > CLASSES:
        return None
    count = shares.shape[1]
    counts = np.zeros((count, count))
    np.add.at(counts, (truth, shares.argmax(1)), 1)
    return Confusion(counts, tuple(_name(seen.found.classes, i) for i in range(count)), seen.part, seen.step)


def _shares(seen: Seen) -> Array | None:
    """Probabilities `[examples, classes]`; of two classes one may be all that is given."""
    found = seen.found.outputs.get(PROBABILITIES)
    if found is None or np.ndim(found) > 2:
        return None
    flat = np.asarray(found, np.float64).reshape(len(found), -1)
    return np.concatenate([1 - flat, flat], axis=1) if flat.shape[1] == 1 else flat


def _truth(seen: Seen) -> Array | None:
    truth, shares = seen.found.truth, _shares(seen)
    if truth is None or shares is None or np.size(truth) != len(shares):
        return None
    flat = np.asarray(truth).reshape(-1).astype(np.int64)
    return flat if len(flat) and flat.min() >= 0 and flat.max() < shares.shape[1] else None


def _name(names: Sequence[str], number: int) -> str:
    return names[number] if number < len(names) else str(number)


# between processes


def save(inside: Inside, path: Path) -> None:
    """Write what was seen to a file."""
    arrays: dict[str, Array] = {}
    told: dict[str, Any] = {"step": inside.pictures_step, "pictures": {}}
    for of, shown in inside.pictures.items():
        told["pictures"][of] = [[s.words, s.low, s.high, s.signed, s.wrong] for s in shown]
        arrays.update({f"{of}/{number}": one.values for number, one in enumerate(shown)})
    if (confusion := inside.confusion) is not None:
        arrays["confusion"] = confusion.counts
        told["confusion"] = [list(confusion.classes), confusion.part]
    with path.open("wb") as file:
        np.savez(file, told=np.array(json.dumps(told)), **arrays)  # type: ignore[arg-type]


def load(path: Path) -> Inside:
    """Read what was seen."""
    with np.load(path, allow_pickle=False) as file:
        told = json.loads(str(file["told"]))
        pictures = {
            of: tuple(
                Shown(file[f"{of}/{number}"], words, low, high, signed, wrong)
                for number, (words, low, high, signed, wrong) in enumerate(rows)
            )
            for of, rows in told["pictures"].items()
        }
        confusion = None
        if "confusion" in told:
            classes, part = told["confusion"]
            confusion = Confusion(file["confusion"], tuple(classes), part, told["step"])
    return Inside(pictures_step=told["step"], pictures=pictures, confusion=confusion)


def look_beside(folder: Path, row: int = 0, seconds: float = 300.0) -> Inside:
    """Look at a run in a process of its own, which is slow to wait for and disturbs nobody. Raises NotSeen."""
    place = str(Path(__file__).resolve().parents[3])
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*known, *sys.path, place]))}
    with tempfile.TemporaryDirectory(prefix="netloom-") as place_for:
        found = Path(place_for) / "seen.npz"
        command = [sys.executable, "-m", __name__, str(folder), str(found), str(row)]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=seconds,
                env=environment, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise NotSeen(f"looking inside took longer than {seconds:.0f} s") from None
        if done.returncode or not found.exists():
            last = done.stderr.strip().splitlines()[-1:] or ["no word"]
            raise NotSeen(f"cannot look inside: {last[0]}")
        return load(found)


def main(folder: str, path: str, row: str) -> int:
    """The process: look, and leave what was seen at a path."""
    # what is shown matters less than what trains
    os.nice(10)
    try:
        save(look(Path(folder), int(row)), Path(path))
    except NetloomError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
