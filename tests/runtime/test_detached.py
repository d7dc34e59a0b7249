"""A training that is started beside outlives whoever started it, and says why where it cannot begin."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import netloom
from netloom.runtime.alive import is_alive
from netloom.runtime.control import send
from netloom.runtime.detached import LOG, NotStarted, start_detached
from netloom.runtime.runs import RunFolder

from .waiting import until

PACKAGE = Path(netloom.__file__).resolve().parent
DIGITS = PACKAGE / "examples" / "start" / "digits.yaml"
STARTER = """
import sys, os, signal
from pathlib import Path
from netloom.runtime.detached import start_detached
print(start_detached(Path(sys.argv[1]), {"train.epochs": "100000"}, Path(sys.argv[2])), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_training_outlives_a_starter_that_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), str(PACKAGE / ".typing")])}
    done = subprocess.run(
        [sys.executable, "-c", STARTER, str(DIGITS), str(tmp_path)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    folder = RunFolder(Path(done.stdout.strip()))
    before = until(lambda: send(folder.path, {"do": "status"})["step"])
    assert is_alive(folder.path)
    assert until(lambda: send(folder.path, {"do": "status"})["step"] > before)
    assert os.getsid(json.loads((folder.path / "control.json").read_text())["process"]) != os.getsid(0)
    assert send(folder.path, {"do": "stop"})["ok"]
    assert until(lambda: folder.view().status == "stopped")
    assert until(lambda: not is_alive(folder.path))
    assert '"stopped"' in (folder.path / LOG).read_text(encoding="utf-8")


def test_why_it_could_not_begin_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(DIGITS.read_text(encoding="utf-8").replace("cross_entropy", "cross_entropi"), encoding="utf-8")
    with pytest.raises(NotStarted, match="cross_entropy"):
        start_detached(wrong, {}, tmp_path / "runs")
    with pytest.raises(NotStarted, match="no run `none`"):
        start_detached(None, {}, tmp_path / "runs", resume="none")
    assert not (tmp_path / "runs").exists()


def test_compiling_is_told_and_a_file_in_place_of_runs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, no folder", encoding="utf-8")
    with pytest.raises(NotStarted, match="--runs"):
        start_detached(DIGITS, {}, tmp_path / "runs")
