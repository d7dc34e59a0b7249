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
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from ...dsl.diagnostics import NetloomError
from ...runtime.answers import looking_into
from ...runtime.control import ControlError
from ...runtime.runs import RunFolder
from .confusion_rows import Confusion
from .live_look import look_live
from .observed import Answer, Inside
from .pictures import Array, Shown

NO_LAYERS = ("field", "flatten", "number", "mode")


class NotSeen(NetloomError):  # noqa: N818  says what happened
    """A run cannot be looked into."""


def look(folder: Path, row: int = 0) -> Inside:
    """Look at a run, and at one example on its way through. Raises NetloomError: it has no checkpoint, or its data is gone."""
    with looking_into(RunFolder(folder)) as (loaded, looker):

        def ask(what: str, **more: Any) -> Mapping[str, Any]:
            answer = looker.answer({"what": what, **more})
            if not answer["ok"]:
                raise ControlError(str(answer["error"]))
            return answer

        layers = [node.id for node in loaded.experiment.graph if node.op not in NO_LAYERS]
        parts = looker.parts
        part = next(name for name in ("validation", "test", "train") if parts.get(name))
        return look_live(ask, layers, part, row % parts[part])


# between processes


def save(inside: Inside, path: Path) -> None:
    """Write what was seen to a file."""
    arrays: dict[str, Array] = {}
    told: dict[str, Any] = {"step": inside.pictures_step, "pictures": {}}
    told["answers"] = [list(astuple(answer)) for answer in inside.answers]
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
    answers = tuple(Answer(*answer) for answer in told["answers"])
    return Inside(pictures_step=told["step"], pictures=pictures, confusion=confusion, answers=answers)


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
