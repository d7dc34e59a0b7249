"""A reader that goes away ends no training."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .test_commands import DIGITS, environment, netloom


@pytest.mark.parametrize("closed", ["stderr", "stdout"])
def test_a_closed_pipe_never_ends_a_training(closed: str, tmp_path: Path) -> None:
    runs = str(tmp_path / "runs")
    command = [sys.executable, "-m", "netloom", "train", DIGITS, "--epochs", "30", "--runs", runs]
    other = "stdout" if closed == "stderr" else "stderr"
    streams = {closed: subprocess.PIPE, other: subprocess.DEVNULL}
    running = subprocess.Popen(command, env=environment(), **streams)  # type: ignore[call-overload]
    getattr(running, closed).close()
    assert running.wait() == 0
    (row,) = json.loads(netloom("runs", "--json", "--runs", runs).stdout)
    assert (row["status"], row["epochs"]) == ("finished", 30)
