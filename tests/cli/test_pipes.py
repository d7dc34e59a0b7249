"""A reader that goes away ends no training."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from netloom.cli.console import talk

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


def test_a_hint_is_one_line_when_it_is_piped(capsys: pytest.CaptureFixture[str]) -> None:
    said = "try: netloom draw " + "a/very/long/folder/" * 8 + "net.yaml"
    talk().print(said)
    assert capsys.readouterr().err == f"{said}\n"
