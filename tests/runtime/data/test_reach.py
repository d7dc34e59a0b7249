"""Which files a spec may name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netloom.runtime.data.errors import DataError
from netloom.runtime.data.reach import Reach


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Reach, Path]:
    for name in ("spec", "data", "cache/data", "else"):
        (tmp_path / name).mkdir(parents=True)
    environment = {"NETLOOM_DATA": str(tmp_path / "data"), "NETLOOM_CACHE": str(tmp_path / "cache")}
    for name in ("spec/a.csv", "data/b.csv", "cache/data/c.csv", "else/d.csv"):
        (tmp_path / name).write_text("x\n1\n")
    return Reach.of(tmp_path / "spec", environment), tmp_path


def test_the_folders_of_the_spec_the_data_and_the_cache(folders: tuple[Reach, Path]) -> None:
    reach, root = folders
    assert reach.file("a.csv") == root / "spec/a.csv"
    assert reach.file("b.csv") == root / "data/b.csv"
    assert reach.file(str(root / "cache/data/c.csv")) == root / "cache/data/c.csv"
    assert reach.named("none", "c.csv") == root / "cache/data/c.csv"
    assert reach.named("d.csv") is None


@pytest.mark.parametrize("written", ["../else/d.csv", "x/../../else/d.csv"])
def test_a_path_out_is_refused(folders: tuple[Reach, Path], written: str) -> None:
    reach, root = folders
    (root / "spec/x").mkdir()
    with pytest.raises(DataError, match="E302"):
        reach.file(written)


def test_an_absolute_path_out_is_refused_until_allowed(folders: tuple[Reach, Path]) -> None:
    reach, root = folders
    outside = root / "else/d.csv"
    with pytest.raises(DataError, match="--allow-path"):
        reach.file(str(outside))
    assert Reach(reach.base, None, reach.cache, (root / "else",)).file(str(outside)) == outside


def test_links_lead_only_inside(folders: tuple[Reach, Path]) -> None:
    reach, root = folders
    (root / "spec/in.csv").symlink_to(root / "data/b.csv")
    (root / "spec/out.csv").symlink_to(root / "else/d.csv")
    (root / "spec/folder").symlink_to(root / "else")
    assert reach.file("in.csv") == root / "data/b.csv"
    for written in ("out.csv", "folder/d.csv"):
        with pytest.raises(DataError, match="E302"):
            reach.file(written)


def test_what_is_no_file_is_refused(folders: tuple[Reach, Path]) -> None:
    reach, root = folders
    os.mkfifo(root / "spec/pipe")  # opening it would wait for ever
    (root / "spec/loop").symlink_to("loop")
    for written in (".", "pipe", "none.csv", "loop", "", " ", "a\0b", "n" * 5000, "a.csv/b"):
        with pytest.raises(DataError, match="E301"):
            reach.file(written)


def test_the_cache_lies_where_the_kernels_lie(tmp_path: Path) -> None:
    assert Reach.of(tmp_path, {"HOME": "/h"}).cache == Path("/h/.cache/netloom/data")
    assert Reach.of(tmp_path, {"HOME": "/h", "XDG_CACHE_HOME": "/c"}).cache == Path("/c/netloom/data")
    assert Reach.of(tmp_path, {"NETLOOM_CACHE": "/n"}).cache == Path("/n/data")
