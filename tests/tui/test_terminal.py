"""The designer as its user has it: the real program in a real terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import netloom
from netloom.runtime.alive import is_alive
from netloom.runtime.control import send

from ..cli.test_commands import environment
from .terminal import DEADLINE_SECONDS, LOOK_SECONDS, MODES, PROMPT, TMUX, Terminal, terminal

pytestmark = pytest.mark.skipif(TMUX is None, reason="no tmux here")
EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
GRAPH = ("dense1", "dense2", "7.51 k parameters")
"""What the digits network shows, once it is checked."""


def designer(*words: str) -> str:
    """The command line of the designer."""
    return shlex.join([sys.executable, "-m", "netloom", "design", *words])


def open_digits(pane: Terminal, folder: Path, *words: str, sees: tuple[str, ...] = GRAPH) -> str:
    """Type the command for a copy of the digits network, and wait for its graph."""
    shutil.copy(EXAMPLES / "start" / "digits.yaml", folder / "digits.yaml")
    pane.type(designer("digits.yaml", *words))
    pane.press("Enter")
    return pane.shows(*sees)


@pytest.fixture
def pane(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal of the usual size that knows where netloom is."""
    with terminal(tmp_path, PYTHONPATH=environment()["PYTHONPATH"]) as made:
        yield made


def test_it_opens_and_leaves_the_terminal_as_it_was(pane: Terminal, tmp_path: Path) -> None:
    open_digits(pane, tmp_path)
    assert {"alternate_on", "mouse_any_flag"} <= pane.modes()
    pane.press("C-q")
    text = pane.hides("dense1")
    assert PROMPT in text
    pane.restored()
    assert set(MODES) >= pane.modes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digits.yaml", "state", "tmux.conf"]


def test_typing_adds_a_layer_and_undo_takes_it_away(pane: Terminal, tmp_path: Path) -> None:
    open_digits(pane, tmp_path)
    pane.press("a")
    pane.shows("Add a layer")
    pane.type("drop")
    pane.until(lambda text: "y = x * (draw" in text, "the palette with dropout alone")
    pane.press("Enter")
    pane.shows("dropout1")
    pane.press("C-z")
    pane.hides("dropout1")
    pane.press("C-y")
    pane.shows("dropout1")
    pane.press("C-s")
    pane.shows("saved")
    assert "dropout" in (tmp_path / "digits.yaml").read_text(encoding="utf-8")
    pane.press("C-q")
    pane.hides("dense1")
    pane.restored()


def test_what_is_not_saved_is_asked_about(pane: Terminal, tmp_path: Path) -> None:
    open_digits(pane, tmp_path)
    pane.press("d")
    pane.shows("flatten2")
    pane.press("C-q")
    pane.shows("not saved")
    assert "alternate_on" in pane.modes()


def test_a_click_is_a_click(pane: Terminal, tmp_path: Path) -> None:
    open_digits(pane, tmp_path)
    pane.click("dense2")
    pane.shows("dense2  dense")
    pane.click("5 Learn")
    pane.shows("[5 Learn]")
    pane.press("C-q")
    pane.hides("Learn")
    pane.restored()


def test_it_follows_the_size_of_the_terminal(pane: Terminal, tmp_path: Path) -> None:
    open_digits(pane, tmp_path)
    pane.resize(80, 24)
    text = pane.until(lambda text: "Edit" in text and "7.51 k" in text, "the keys and the sums at 80 columns")
    assert len(text.splitlines()) == 24
    assert "flatten1" in text
    pane.resize(30, 6)
    pane.resize(140, 45)
    pane.shows(*GRAPH, "cross_entropy")


@pytest.mark.parametrize(("term", "size"), [("screen", (80, 24)), ("screen", (140, 45))])
def test_sixteen_colours_are_enough(term: str, size: tuple[int, int], tmp_path: Path) -> None:
    with terminal(tmp_path, size, term, PYTHONPATH=environment()["PYTHONPATH"]) as pane:
        open_digits(pane, tmp_path, sees=("flatten1", "7.51 k"))
        assert pane.colours()
        assert not [colour for colour in pane.colours() if colour.startswith(("38", "48"))]
        pane.press("C-q")
        pane.hides("flatten1")
        pane.restored()


def test_no_colour_is_enough(tmp_path: Path) -> None:
    with terminal(tmp_path, (80, 24), PYTHONPATH=environment()["PYTHONPATH"], NO_COLOR="1") as pane:
        open_digits(pane, tmp_path, sees=("flatten1", "7.51 k"))
        greys = {f"{where};5;{grey}" for where in ("38", "48") for grey in (0, 7, 8, 15, 16, *range(231, 256))}
        assert pane.colours() <= greys


def test_a_training_outlives_its_viewer(pane: Terminal, tmp_path: Path) -> None:
    text = (EXAMPLES / "start" / "digits.yaml").read_text(encoding="utf-8")
    (tmp_path / "long.yaml").write_text(text.replace("epochs: 60", "epochs: 50000000"), encoding="utf-8")
    # in the place of the shell: the pane's process is the viewer
    pane.type("exec " + designer("long.yaml"))
    pane.press("Enter")
    pane.shows("dense1", "7.51 k")
    pane.press("t")
    pane.shows("[3 Train]", "epoch", "running")
    folder = tmp_path / "runs" / "digits-1"
    try:
        os.kill(pane.process(), signal.SIGKILL)
        events = folder / "events.jsonl"
        seen = events.stat().st_size
        for _ in range(2):  # once may have been on its way
            seen = grown(lambda: events.stat().st_size, seen)
        assert is_alive(folder)
    finally:
        send(folder, {"do": "stop"})
    came(lambda: not is_alive(folder))
    assert (folder / "checkpoints" / "last.safetensors").exists()


def grown(size: Callable[[], int], before: int) -> int:
    """Wait for something to be larger than it was, and give its size."""
    came(lambda: size() > before)
    return size()


def came(true: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(LOOK_SECONDS)
