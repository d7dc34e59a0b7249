"""What was not saved survives a designer that is killed, and is offered back."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from netloom.tui.model.recovery import Recovery, recoverable
from netloom.tui.model.sketch import Sketch
from netloom.tui.model.state import state_folder

from .texts import SMALL

CHILD = """
import sys
from pathlib import Path
from netloom.tui.model.recovery import Recovery
from netloom.tui.model.sketch import Sketch
sketch = Sketch.open(Path(sys.argv[2]))
sketch.type_over(0, 0, "# not saved\\n")
recovery = Recovery(Path(sys.argv[1]))
assert recovery.keep(sketch) is None
print("kept", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "net.yaml"
    found.write_text(SMALL, encoding="utf-8")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def crashed(folder: Path, path: Path) -> None:
    """A designer that has copied an edited text, and is gone without a word."""
    recovery = Recovery(folder)
    sketch = Sketch.open(path)
    sketch.type_over(0, 0, "# not saved\n")
    assert recovery.keep(sketch) is None
    assert recovery._lock is not None
    os.close(recovery._lock)


def test_a_killed_designer_loses_nothing(folder: Path, path: Path) -> None:
    command = [sys.executable, "-c", CHILD, str(folder), str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "kept\n"
        assert recoverable(folder) == ()  # it lives: nothing is lost
        child.send_signal(signal.SIGKILL)
        child.wait()
    (lost,) = recoverable(folder)
    assert lost.path == path
    assert lost.text == "# not saved\n" + SMALL
    assert lost.seconds >= 0
    assert path.read_text(encoding="utf-8") == SMALL


def test_what_is_brought_back_is_one_step_from_the_file(folder: Path, path: Path) -> None:
    crashed(folder, path)
    (lost,) = recoverable(folder)
    difference = lost.difference()
    assert (difference.added, difference.removed, difference.disk_changed) == (1, 0, False)
    assert "+# not saved" in difference.lines
    again = Recovery(folder)
    sketch = again.adopt(lost)
    assert sketch.text == "# not saved\n" + SMALL
    assert sketch.changed
    assert recoverable(folder) == ()  # this one holds it now
    assert sketch.undo() == "bringing back what was not saved"
    assert sketch.text == SMALL
    again.close()
    assert list(folder.iterdir()) == []


def test_a_file_that_was_written_since_is_told(folder: Path, path: Path) -> None:
    crashed(folder, path)
    path.write_text("netloom: 1\n", encoding="utf-8")
    (lost,) = recoverable(folder)
    assert lost.difference().disk_changed
    assert str(lost.difference()).endswith("which was written since")


def test_what_is_saved_is_not_lost(folder: Path, path: Path) -> None:
    crashed(folder, path)
    path.write_text("# not saved\n" + SMALL, encoding="utf-8")
    assert recoverable(folder) == ()
    assert list(folder.iterdir()) == []


def test_a_clean_end_leaves_nothing(folder: Path, path: Path) -> None:
    recovery = Recovery(folder)
    sketch = Sketch.open(path)
    assert recovery.keep(sketch) is None
    assert not folder.exists()
    sketch.type_over(0, 0, "#\n")
    recovery.keep(sketch)
    assert len(list(folder.glob("*.json"))) == 1
    sketch.save()
    recovery.keep(sketch)
    assert list(folder.glob("*.json")) == []
    recovery.close()
    assert list(folder.iterdir()) == []


def test_a_text_without_a_file_comes_back_too(folder: Path) -> None:
    recovery = Recovery(folder)
    recovery.keep(Sketch.new(SMALL))
    assert recovery._lock is not None
    os.close(recovery._lock)
    (lost,) = recoverable(folder)
    assert lost.path is None
    assert lost.sketch().text == SMALL
    lost.discard()
    assert recoverable(folder) == ()


def test_a_torn_copy_is_cleared_away(folder: Path, path: Path) -> None:
    crashed(folder, path)
    (copy,) = folder.glob("*.json")
    whole = copy.read_bytes()
    record = json.loads(whole)
    for torn in (b"", whole[: len(whole) // 2], b"[]", json.dumps({**record, "text": "other"}).encode()):
        copy.write_bytes(torn)
        assert recoverable(folder) == ()
        assert not copy.exists()
    copy.write_bytes(whole)
    assert len(recoverable(folder)) == 1


def test_what_a_kill_left_half_written_is_cleared_away(folder: Path, path: Path) -> None:
    crashed(folder, path)
    (copy,) = folder.glob("*.json")
    half = folder / f".{copy.name}.abc"
    half.write_bytes(b"{")
    assert len(recoverable(folder)) == 1
    assert not half.exists()


def test_a_full_disk_is_told_and_keeps_the_copy_before(
    folder: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recovery = Recovery(folder)
    sketch = Sketch.open(path)
    sketch.type_over(0, 0, "# one\n")
    assert recovery.keep(sketch) is None

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    sketch.type_over(0, 0, "# two\n")
    said = recovery.keep(sketch)
    assert said is not None
    assert "the disk is full" in said
    monkeypatch.undo()
    assert recovery._lock is not None
    os.close(recovery._lock)
    (lost,) = recoverable(folder)
    assert lost.text == "# one\n" + SMALL


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    sketch = Sketch.open(path)
    sketch.type_over(0, 0, "#\n")
    said = Recovery(blocked / "state").keep(sketch)
    assert said is not None
    assert "lost in a crash" in said
    assert recoverable(blocked / "state") == ()


def test_where_copies_lie() -> None:
    assert state_folder({"XDG_STATE_HOME": "/x"}) == Path("/x/netloom/designer")
    assert state_folder({}) == Path.home() / ".local" / "state" / "netloom" / "designer"


def test_copies_are_for_this_user_alone(folder: Path, path: Path) -> None:
    crashed(folder, path)
    assert folder.stat().st_mode & 0o077 == 0
