"""Ctrl-C: one press saves, two quick ones are one, and before there is anything to save it is one line."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netloom.cli.entry import Interrupted
from netloom.cli.train_command import Interrupts
from netloom.runtime.train import Wishes

from .test_commands import DIGITS, environment


@pytest.fixture
def pressed() -> Iterator[list[float]]:
    """The moments a test lets the clock show."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield []
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_second_press_at_once_is_the_first_again(pressed: list[float]) -> None:
    wishes = Wishes()
    interrupts = Interrupts(wishes, lambda: pressed[-1])
    pressed.append(10.0)
    interrupts.take(signal.SIGINT)
    assert (interrupts.exit_code, wishes.stop) == (130, "interrupted")
    pressed.append(10.3)
    interrupts.take(signal.SIGINT)
    pressed.append(10.6)
    with pytest.raises(Interrupted, match="last checkpoint is lost"):
        interrupts.take(signal.SIGINT)


def test_two_quick_presses_save_all_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "netloom", "train", DIGITS, "--epochs", "200000", "--runs", str(tmp_path)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
    assert running.stderr is not None
    next(line for line in running.stderr if line.startswith("epoch"))
    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130
    assert "stopping" in said
    assert (tmp_path / "digits-1" / "checkpoints" / "last.safetensors").exists()


INTERRUPTED = """
import os, signal, sys
from netloom.cli.entry import main
class AtImport:
    def find_spec(self, name, path=None, target=None):
        if name == NAME:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, AtImport())
sys.argv = ["netloom", "train", FILE]
main()
"""


@pytest.mark.parametrize("module", ["typer", "netloom.runtime.launch", "netloom.runtime.metrics"])
def test_a_press_during_start_up_is_one_line(module: str, tmp_path: Path) -> None:
    script = INTERRUPTED.replace("NAME", repr(module)).replace("FILE", repr(DIGITS))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment()
    )
    assert (done.returncode, done.stderr) == (130, "netloom: interrupted\n")


def test_a_press_while_kernels_are_made_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "netloom", "train", DIGITS, "--runs", str(tmp_path / "runs")]
    store = {**environment(), "NETLOOM_CACHE": str(tmp_path / "cache")}
    script = (
        "import os, signal, sys\nfrom netloom.runtime import start\nfrom netloom.cli.entry import main\n"
        "start.prepare = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        f"sys.argv = {command[2:]!r}\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=store)
    assert (done.returncode, done.stderr) == (130, "netloom: interrupted\n")
    assert not (tmp_path / "runs").exists()
