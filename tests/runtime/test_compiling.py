"""What is in the store is not compiled again; what is damaged is; nothing made is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import netloom
from netloom.runtime.compiling import CompileError, Made, Wanted, prepare, symbol
from netloom.runtime.objects import Library
from netloom.runtime.store import Store
from netloom.runtime.target import host

from .toy import wanted

KERNEL = "def kernel(arena, offsets, sizes, thread, threads):\n    put(arena, 0, {number})\n"


def small(*numbers: int) -> list[Wanted]:
    """Kernels that only differ in a number."""
    texts = {number: KERNEL.format(number=number) for number in numbers}
    return [Wanted(f"store {n}", text, lambda text=text: text) for n, text in texts.items()]  # type: ignore[misc]


def copied(store: Store, folder: Path) -> Store:
    """A store with the same entries."""
    made = Store(folder / "kernels")
    for path in store.folder.iterdir():
        (made.folder / path.name).write_bytes(path.read_bytes())
    return made


def test_what_is_found_is_not_compiled(toy_store: Store, tmp_path: Path) -> None:
    store, shown = copied(toy_store, tmp_path), list[tuple[str, int, int]]()
    library = Library()
    kernels = [*wanted(), *small(1, 2)]
    assert prepare(kernels, library, store, host(), lambda *made: shown.append(made)) == Made(2, 4)
    assert sorted(name for name, _, _ in shown) == ["store 1", "store 2"]
    assert [counts for _, *counts in shown] == [[1, 2], [2, 2]]
    assert prepare(kernels, library, store, host()) == Made(0, 6)
    assert prepare(kernels, Library(), store, host()) == Made(0, 6)


def test_a_damaged_entry_is_made_again(toy_store: Store, tmp_path: Path) -> None:
    store = copied(toy_store, tmp_path)
    path = store.folder / f"{symbol(wanted()[0].fingerprint, host()).removeprefix('netloom_')}.o"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    library = Library()
    assert prepare(wanted(), library, store, host()) == Made(1, 3)
    assert symbol(wanted()[0].fingerprint, host()) in library
    assert store.get(path.stem) is not None


def test_an_interrupt_keeps_what_was_made(toy_store: Store, tmp_path: Path) -> None:
    store = copied(toy_store, tmp_path)

    def interrupt(_name: str, _made: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(small(3, 4), Library(), store, host(), interrupt)
    assert prepare(small(3, 4), Library(), store, host()).compiled == 1


def test_a_kernel_that_cannot_be_compiled_is_named(toy_store: Store, tmp_path: Path) -> None:
    bad = Wanted("adam over 3 weights", "bad", lambda: KERNEL.format(number="no_such_word(1)"))
    with pytest.raises(CompileError, match=r"(?s)adam over 3 weights could not be compiled: .*no_such_word"):
        prepare([bad], Library(), copied(toy_store, tmp_path), host())


def test_a_store_that_keeps_nothing_still_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, library = Store(tmp_path / "kernels"), Library()
    monkeypatch.setattr(store, "put", lambda _name, _content: None)
    assert prepare(small(5), library, store, host()) == Made(2, 0)
    assert symbol(small(5)[0].fingerprint, host()) in library


TOGETHER = """
import os, signal, sys
from pathlib import Path
from netloom.runtime.compiling import Wanted, prepare
from netloom.runtime.objects import Library
from netloom.runtime.store import Store
from netloom.runtime.target import host

text = "def kernel(arena, offsets, sizes, thread, threads):\\n    put(arena, 0, {number})\\n"
texts = [text.replace("{number}", str(number)) for number in range(6)]
kernels = [Wanted(f"store {i}", made, lambda made=made: made) for i, made in enumerate(texts)]
store, last = Store(Path(sys.argv[1])), int(sys.argv[2])


def told(_name, made, _count):
    if made == last:
        os.kill(os.getpid(), signal.SIGKILL)


prepare(kernels, Library(), store, host(), told)
assert store.notice is None, store.notice
"""


def test_processes_that_need_the_same_kernels_at_once_and_one_that_is_killed(tmp_path: Path) -> None:
    package, folder = str(Path(netloom.__file__).parent.parent), str(tmp_path / "kernels")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, folder, str(last)],
            env={**os.environ, "PYTHONPATH": package},
            stderr=subprocess.PIPE,
            text=True,
        )
        for last in (0, 0, 2)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in running]
    assert [code for _, code in ended[:2]] == [0, 0], ended
    # the third dies of its second kernel, unless the others made all before it looked
    assert ended[2][1] in (0, -9), ended
    again = subprocess.run(
        [sys.executable, "-c", TOGETHER, folder, "1"], env={**os.environ, "PYTHONPATH": package}, check=False
    )
    assert again.returncode == 0, "everything is found: nothing is made, so nothing is told"


WARM = """
import sys
from pathlib import Path
from netloom.runtime.compiling import prepare
from netloom.runtime.store import Store
from netloom.tests.runtime.toy import engine, loaded, training, wanted
from netloom.runtime.target import host
from netloom.runtime.objects import Library

store, library = Store(Path(sys.argv[1])), Library()
assert prepare(wanted(), library, store, host()).compiled == 0
made = engine(library, 2)
assert made.run([training(10)]).status == "done"
print(sorted(name for name in sys.modules if name.split(".")[0] in ("numba", "networkx", "torch")))
"""


def test_a_warm_start_imports_no_numba(toy_store: Store) -> None:
    root = str(Path(__file__).parents[2])
    package = str(Path(netloom.__file__).parent.parent)
    text = WARM.replace("netloom.tests.runtime", "tests.runtime")
    done = subprocess.run(
        [sys.executable, "-c", text, str(toy_store.folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([package, root])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
