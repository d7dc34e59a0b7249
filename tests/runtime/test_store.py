"""The store keeps whole entries or none, whoever writes, dies, or tampers."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

import netloom
from netloom.runtime import store as module
from netloom.runtime.store import UNFINISHED_SECONDS, Statistics, Store, default_folder, key
from netloom.runtime.target import Target

TARGET = Target(16, "somecpu", "+avx512f,+fma", 2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "kernels")
    assert made.notice is None
    return made


def script(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(netloom.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, "-c", text, *arguments],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_put_is_found(store: Store) -> None:
    assert store.get("a") is None
    store.put("a", b"object")
    store.put("empty", b"")
    assert (store.get("a"), store.get("empty")) == (b"object", b"")
    assert store.statistics() == Statistics(2, 32 + 6 + 32)
    assert stat.S_IMODE((store.folder / "a.o").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "other",
    [
        replace(TARGET, cpu="other"),
        replace(TARGET, features="+avx2"),
        replace(TARGET, lanes=8),
    ],
)
def test_a_key_is_of_everything_an_object_depends_on(other: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    assert key("text", TARGET) != key("text", other)
    assert key("text", TARGET) != key("another", TARGET)
    assert key("text", TARGET) == key("text", replace(TARGET, cores=64))
    before = key("text", TARGET)
    monkeypatch.setattr(module, "toolchain", lambda: "numba 99")
    assert key("text", TARGET) != before


def test_the_folder_is_the_users_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    monkeypatch.setenv("NETLOOM_CACHE", "/n")
    assert default_folder() == Path("/n/kernels")
    monkeypatch.delenv("NETLOOM_CACHE")
    assert default_folder() == Path("/x/netloom/kernels")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_folder() == Path.home() / ".cache/netloom/kernels"


@pytest.mark.parametrize("length", [0, 5, 32, 37])
def test_a_torn_entry_is_removed(store: Store, length: int) -> None:
    store.put("a", b"object")
    path = store.folder / "a.o"
    path.write_bytes(path.read_bytes()[:length])
    assert store.get("a") is None
    assert not path.exists()


@pytest.mark.parametrize("position", range(38))
def test_a_changed_byte_is_seen(store: Store, position: int) -> None:
    store.put("a", b"object")
    path = store.folder / "a.o"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    assert store.get("a") is None
    store.put("a", b"object")
    assert store.get("a") == b"object"


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_open_to_others_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir()
    folder.chmod(mode)
    (folder / "a.o").write_bytes(b"planted")
    used = Store(folder)
    assert used.notice is not None
    assert "open to others" in used.notice
    assert used.folder != folder
    assert stat.S_IMODE(used.folder.stat().st_mode) == 0o700
    used.put("a", b"object")
    assert (folder / "a.o").read_bytes() == b"planted"
    assert used.get("a") == b"object"


def test_a_private_folder_goes_with_the_store(tmp_path: Path) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir()
    folder.chmod(0o755)
    used = Store(folder)
    private = used.folder
    assert private.is_dir()
    del used
    assert not private.exists()


def test_a_folder_of_another_user_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert "belongs to another user" in str(Store(folder).notice)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "kernels").symlink_to(tmp_path / "real")
    assert "is a link" in str(Store(tmp_path / "kernels").notice)


def test_a_folder_that_anyone_could_exchange_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert "may be written by anyone" in str(Store(tmp_path / "kernels").notice)
    tmp_path.chmod(0o1777)
    assert Store(tmp_path / "kernels").notice is None


def test_a_folder_that_cannot_be_made_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    used = Store(tmp_path / "file" / "kernels")
    assert "cannot be used" in str(used.notice)
    used.put("a", b"object")
    assert used.get("a") == b"object"


def test_a_full_disk_is_said_and_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    store.put("a", b"object")
    assert "no space left" in str(store.notice)
    assert list(store.folder.iterdir()) == []
    assert store.get("a") is None


HALF = """
import resource, signal, sys
from pathlib import Path
from netloom.runtime.store import Store

store = Store(Path(sys.argv[1]))
store.put("small", b"fits")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
store.put("large", bytes(100_000))
assert "are not kept" in store.notice, store.notice
assert (store.get("large"), store.get("small")) == (None, b"fits")
assert [path.name for path in store.folder.iterdir()] == ["small.o"]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.put("large", bytes(100_000))
assert store.get("large") == bytes(100_000)
"""


def test_a_write_that_ends_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    # the system refuses to write on behind the first page, as it does when a disk becomes full
    done = script(HALF, str(tmp_path / "kernels"))
    assert done.returncode == 0, done.stderr


def test_a_folder_that_goes_away_is_no_error(store: Store) -> None:
    store.put("a", b"object")
    shutil.rmtree(store.folder)
    assert store.get("a") is None
    store.put("a", b"object")
    assert "are not kept" in str(store.notice)
    assert (store.clean(), store.statistics()) == (0, Statistics(0, 0))


def test_a_folder_that_may_only_be_read_serves_what_it_has(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("whole", b"object")
    store.put("damaged", b"object")
    (store.folder / "damaged.o").write_bytes(b"junk")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "not yours to change")

    for holder, name in ((os, "utime"), (Path, "unlink"), (tempfile, "mkstemp")):
        monkeypatch.setattr(holder, name, refuse)
    assert store.get("whole") == b"object"
    assert store.get("damaged") is None
    store.put("new", b"object")
    assert "not yours to change" in str(store.notice)
    assert store.clean(limit=0) == 0


def test_cleaning_removes_the_longest_unused(store: Store) -> None:
    for i, name in enumerate("abcd"):
        store.put(name, bytes(68))
        os.utime(store.folder / f"{name}.o", (i, i))
    assert store.get("a") is not None  # used now: the youngest
    assert store.clean(limit=250) == 2
    assert [store.get(name) is not None for name in "abcd"] == [True, False, False, True]
    assert store.clean(limit=250) == 0


def test_cleaning_removes_what_dead_writers_left(store: Store) -> None:
    dead, alive = store.folder / ".new-dead", store.folder / ".new-alive"
    for path, time in ((dead, 1000.0), (alive, 1001.0)):
        path.write_bytes(b"half")
        os.utime(path, (time, time))
    assert store.clean(now=1000.5 + UNFINISHED_SECONDS) == 0
    assert not dead.exists()
    assert alive.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from netloom.runtime.store import Store

folder, content = Path(sys.argv[1]), bytes(range(256)) * 40
Store(folder)
at = 0
while True:
    at += 1
    child = os.fork()
    if child == 0:
        lines = 0

        def count(frame, event, argument):
            global lines
            if event in ("line", "return"):
                lines += 1
                if lines == at:
                    os.kill(os.getpid(), signal.SIGKILL)
            return count

        store = Store(folder)
        sys.settrace(count)
        store.put("a", content)
        sys.settrace(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    found = Store(folder).get("a")
    assert found in (None, content), f"torn after {at} lines"
    if os.WIFEXITED(status):
        break
    if found is not None and not (folder / "kept").exists():
        (folder / "kept").write_text(str(at))
        Store(folder).remove("a")
assert found == content
print(at)
"""


def test_a_writer_killed_at_any_line_leaves_a_whole_entry_or_none(tmp_path: Path) -> None:
    done = script(KILLED, str(tmp_path / "kernels"))
    assert done.returncode == 0, done.stderr
    # the lines of `put` and of what it calls in the library
    assert int(done.stdout) > 50
    assert (tmp_path / "kernels" / "kept").exists()


MANY = """
import sys
from pathlib import Path
from netloom.runtime.store import Store

store = Store(Path(sys.argv[1]))
me = int(sys.argv[2])
found = 0
for turn in range(60):
    name = f"k{(turn * 7 + me) % 5}"
    content = name.encode() * 5000
    before = store.get(name)
    assert before in (None, content)
    found += before is not None
    store.put(name, content)
    if turn % 9 == me:
        store.clean(limit=60_000)
assert store.notice is None, store.notice
print(found)
"""


def test_many_processes_share_a_store(tmp_path: Path) -> None:
    root = str(Path(netloom.__file__).parent.parent)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, str(tmp_path / "kernels"), str(i)],
            env={**os.environ, "PYTHONPATH": root},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i in range(4)
    ]
    for process in running:
        found, trouble = process.communicate()
        assert process.returncode == 0, trouble
        assert int(found) > 0
