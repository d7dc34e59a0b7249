"""Runs found by name, and what is said of one that is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netloom.runtime.runs import RunError, find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Runs iris-1 to iris-12; the first is the newest."""
    for number in range(12, 0, -1):
        path = tmp_path / "runs" / f"iris-{number}"
        path.mkdir(parents=True)
        (path / "spec.yaml").write_text("name: iris\n", encoding="utf-8")
        os.utime(path, (1000 - number, 1000 - number))
    return tmp_path / "runs"


def said(folder: Path, which: str) -> str:
    with pytest.raises(RunError) as refused:
        find(folder, which)
    return str(refused.value)


def test_last_is_the_newest(folder: Path) -> None:
    assert find(folder, "last").name == "iris-1"


def test_a_run_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    assert "Did you mean `iris-1" in said(folder, "irs-1")
    assert "iris-1, iris-2, iris-3, iris-4, iris-5, iris-6, iris-7, iris-8 and 4 more." in said(folder, "zzzzzz")
    assert "There is none below" in said(tmp_path / "nowhere", "last")


def test_a_file_is_no_run(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("name: net\n", encoding="utf-8")
    assert f"train it with `netloom train {file}`" in said(folder, str(file))
