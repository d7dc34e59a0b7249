"""What the README says can be typed, can be typed: its spec, its commands and its Python."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.cli.main import COMMANDS, main

from .gallery import example

README = Path(__file__).parents[2] / "README.md"
if not README.exists():
    pytest.skip("not a checkout", allow_module_level=True)
DIFFERENT = {"diff": 1}
"""Exit codes that tell something: the README compares two networks that differ."""


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    lines = (line for fence in fences("sh") for line in fence.splitlines() if line.startswith("netloom "))
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README takes for granted: other than `net.yaml`, which `new` makes."""
    monkeypatch.chdir(tmp_path)
    text = example("start/digits").read_text(encoding="utf-8")
    (tmp_path / "wider.yaml").write_text(text.replace("units: 100", "units: 120"), encoding="utf-8")
    np.savetxt("new.csv", np.arange(192).reshape(3, 64) % 17, delimiter=",", fmt="%d")
    return tmp_path


def test_its_spec_is_good(tmp_path: Path) -> None:
    (spec,) = fences("yaml")
    (tmp_path / "net.yaml").write_text(spec, encoding="utf-8")
    assert netloom.check(tmp_path / "net.yaml") == ()


def test_its_commands_run_in_their_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = commands()
    assert len(typed) > 15
    for words in typed:
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == DIFFERENT.get(words[0], 0), (words, capsys.readouterr())
    assert (folder / "runs" / "net-2").is_dir()


def test_its_python_runs(folder: Path) -> None:
    (folder / "net.yaml").write_text(example("start/digits").read_text(encoding="utf-8"), encoding="utf-8")
    (code,) = fences("python")
    *lines, last = code.rstrip().splitlines()
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    assert eval(last, names).shape == (3, 10)  # noqa: S307


def test_it_names_every_command_that_teaches_or_runs() -> None:
    text = README.read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if name != "migrate" and f"netloom {name}" not in text]


def test_after_the_set_up_it_says_how_netloom_becomes_a_command() -> None:
    text = README.read_text(encoding="utf-8")
    before, _, after = text.partition("## The commands")
    assert "source .venv/bin/activate" in before
    assert ".venv/bin/netloom" in before
    assert "netloom new" in after
    told = (README.parent / "Makefile").read_text(encoding="utf-8").partition("demo:")[2].partition("\n\n")[0]
    assert "source $(BIN)/activate" in told


def test_training_writes_to_runs_and_the_cache_and_nowhere_else(folder: Path) -> None:
    before = {path.name for path in folder.iterdir()}
    with pytest.raises(SystemExit):
        main(["train", "wider.yaml", "--epochs", "1"])
    assert {path.name for path in folder.iterdir()} - before == {"runs"}


def test_the_tables_of_the_page_on_runs_are_those_that_are_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (README.parent / "docs" / "runs.md").read_text(encoding="utf-8")
    for words in (["train", "wider.yaml", "--epochs", "1"], ["predict", "last", "digits:test[0:3]"]):
        with pytest.raises(SystemExit):
            main(words)
        printed = capsys.readouterr().out.splitlines()
        heads = [line.split() for line in page.splitlines() if line.startswith(("part ", "row "))]
        assert printed[0].split() in heads
        assert [line.split()[0] for line in printed[1:]] in (["train,", "validation", "test"], ["0", "1", "2"])
