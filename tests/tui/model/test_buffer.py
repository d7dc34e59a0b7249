"""Opening and saving: whole or not at all, and never over what another program wrote."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from netloom.dsl.diagnostics import NetloomError
from netloom.dsl.edit import Refused
from netloom.tui.model.sketch import ChangedOnDisk, Sketch

from .texts import SMALL


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "net.yaml"
    found.write_text(SMALL, encoding="utf-8")
    return found


def edited(path: Path) -> Sketch:
    sketch = Sketch.open(path)
    sketch.type_over(0, 0, "# first\n")
    return sketch


def test_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    content = b"\xef\xbb\xbfnetloom: 1\r\nname: caf\xc3\xa9\r\n\r\n"
    path.write_bytes(content)
    sketch = Sketch.open(path)
    assert not sketch.changed
    sketch.type_over(len(sketch.text), len(sketch.text), "# end")
    assert sketch.changed
    sketch.save()
    assert not sketch.changed
    assert path.read_bytes() == content + b"# end"


def test_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    sketch = Sketch.open(path)
    assert sketch.text == ""
    sketch.replace(SMALL, "a beginning")
    sketch.save()
    assert path.read_text(encoding="utf-8") == SMALL
    assert list(tmp_path.iterdir()) == [path]


def test_what_another_program_wrote_is_not_written_over(path: Path) -> None:
    sketch = edited(path)
    path.write_text("name: other\n", encoding="utf-8")
    assert sketch.changed_on_disk()
    with pytest.raises(ChangedOnDisk, match="another program"):
        sketch.save()
    assert path.read_text(encoding="utf-8") == "name: other\n"
    assert sketch.changed
    sketch.save(force=True)
    assert path.read_text(encoding="utf-8") == sketch.text
    assert not sketch.changed_on_disk()


def test_another_name_is_its_file_from_then_on(path: Path, tmp_path: Path) -> None:
    sketch = edited(path)
    other = tmp_path / "other.yaml"
    sketch.save(other)
    assert sketch.path == other
    assert path.read_text(encoding="utf-8") == SMALL
    sketch.type_over(0, 0, "#")
    with pytest.raises(ChangedOnDisk, match="there already"):
        sketch.save(path)
    assert sketch.path == other


def test_a_new_text_does_not_go_over_a_file(path: Path) -> None:
    sketch = Sketch.new("netloom: 1\n", path)
    with pytest.raises(ChangedOnDisk):
        sketch.save()
    with pytest.raises(Refused, match="no file yet"):
        Sketch.new("netloom: 1\n").save()


def test_a_deleted_file_is_written_again(path: Path) -> None:
    sketch = edited(path)
    path.unlink()
    assert not sketch.changed_on_disk()
    sketch.save()
    assert path.read_text(encoding="utf-8") == sketch.text


def test_a_full_disk_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sketch = edited(path)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NetloomError, match="the disk is full"):
        sketch.save()
    monkeypatch.undo()
    assert path.read_text(encoding="utf-8") == SMALL
    assert sketch.changed
    assert list(path.parent.iterdir()) == [path]
    sketch.save()
    assert path.read_text(encoding="utf-8") == sketch.text


def test_a_folder_that_is_not_there(path: Path, tmp_path: Path) -> None:
    sketch = edited(path)
    with pytest.raises(NetloomError, match=r"was not saved: no such file"):
        sketch.save(tmp_path / "nowhere" / "net.yaml")
    assert sketch.path == path


def test_rights_and_links_stay(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    sketch = edited(link)
    sketch.save()
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == sketch.text
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes(b"name: a\n\xff\xfe\n")
    with pytest.raises(NetloomError, match=r"not UTF-8 text \(line 2\)"):
        Sketch.open(path)
    with pytest.raises(NetloomError, match="no file that can be edited"):
        Sketch.open(tmp_path)


def test_reading_again_is_a_step_of_undo(path: Path) -> None:
    sketch = edited(path)
    mine = sketch.text
    path.write_text("netloom: 1\n", encoding="utf-8")
    sketch.reload()
    assert sketch.text == "netloom: 1\n"
    assert not sketch.changed
    assert sketch.undo() == "reading the file again"
    assert sketch.text == mine
    sketch.save()
    assert path.read_text(encoding="utf-8") == mine
