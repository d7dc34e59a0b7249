"""Every hostile file is answered: with a code, at a place, within a bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import netloom
from netloom.dsl.diagnostics import MOST

from .hostile import CASES, Hostile

PACKAGE = Path(netloom.__file__).resolve().parent
MOST_BYTES = 200 * 2**20
NAMED = {f"{group}: {name}": case for group, cases in CASES.items() for name, case in cases.items()}


def written(case: Hostile, folder: Path) -> Path:
    """The case's files, below the folder."""
    for name, text in {"net.yaml": case.text, **case.others}.items():
        content = text if isinstance(text, bytes) else text.encode("utf-8")
        (folder / name).write_bytes(content)
    if case.before is not None:
        case.before(folder)
    return folder / "net.yaml"


@pytest.fixture(scope="module")
def checker() -> Iterator[subprocess.Popen[str]]:
    """A process that checks the files whose paths it is given, each in a fork of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), str(PACKAGE / ".typing")])}
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("measured.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    ) as process:  # fmt: skip
        yield process
        assert process.stdin is not None
        process.stdin.close()


def asked(checker: subprocess.Popen[str], path: Path) -> dict[str, Any]:
    assert checker.stdin is not None
    assert checker.stdout is not None
    checker.stdin.write(f"{path}\n")
    checker.stdin.flush()
    answer: dict[str, Any] = json.loads(checker.stdout.readline())
    return answer


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="measures memory as Linux tells it")
@pytest.mark.parametrize("name", NAMED)
def test_a_hostile_file_is_refused_in_little_memory(checker: subprocess.Popen[str], tmp_path: Path, name: str) -> None:
    case = NAMED[name]
    path = written(case, tmp_path)
    answer = asked(checker, path)
    assert "ended" not in answer, answer
    assert answer["grown"] < MOST_BYTES
    errors = [remark for remark in answer["remarks"] if remark[1] == "error"]
    fitting = [error for error in errors if error[0] in case.codes]
    assert fitting, answer["remarks"][:5]
    _, _, file, line, column, message, _ = fitting[0]
    assert Path(file).parent == tmp_path
    assert (line, column >= 1) == (case.line, True)
    assert case.says in message
    assert all(len(remark[5]) < 3000 and remark[5].isprintable() for remark in answer["remarks"])
    assert len(answer["remarks"]) <= MOST + 1


def test_a_good_file_beside_them_passes(checker: subprocess.Popen[str]) -> None:
    answer = asked(checker, PACKAGE / "examples" / "start" / "digits.yaml")
    assert answer["remarks"] == []


def test_data_that_would_be_made_is_not_made_to_be_checked(checker: subprocess.Popen[str], tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "data: {source: {blobs: {samples: 10000000, classes: 1000}}}\nnetwork: {layers: [{dense: 1000}]}\n"
        "train: {loss: cross_entropy, batch: 1000}\n",
        encoding="utf-8",
    )
    answer = asked(checker, path)
    assert [remark for remark in answer["remarks"] if remark[1] == "error"] == []
    assert answer["grown"] < 20 * 2**20
