"""`netloom draw`, as a user meets it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netloom.compiler.diagram_dot import FINE, ROUGH
from netloom.dsl.diagnostics import NetloomError
from netloom.runtime import render

from ..examples.gallery import example
from .test_commands import environment, netloom

RESIDUAL = str(example("blocks/residual"))


def test_the_picture_is_stdout() -> None:
    done = netloom("draw", RESIDUAL)
    assert done.stdout.startswith("residual\n")
    assert "◆─╯" in done.stdout
    assert not done.stderr


@pytest.mark.parametrize(("end", "begins"), [("dot", "digraph"), ("mmd", "---\ntitle"), ("txt", "residual")])
def test_text_needs_no_graphviz(tmp_path: Path, end: str, begins: str) -> None:
    path = tmp_path / f"out.{end}"
    done = netloom("draw", RESIDUAL, "-o", str(path))
    assert path.read_text(encoding="utf-8").startswith(begins)
    assert not done.stdout
    assert "wrote" in done.stderr


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
@pytest.mark.parametrize(("end", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_pictures_by_graphviz(tmp_path: Path, end: str, begins: bytes) -> None:
    path = tmp_path / f"out.{end}"
    netloom("draw", RESIDUAL, "-o", str(path), "--theme", "dark", "--direction", "right")
    assert path.read_bytes().startswith(begins)


def test_without_graphviz_it_says_how_to_get_it(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "netloom", "draw", RESIDUAL, "-o", str(tmp_path / "out.svg")]
    nowhere = {**environment(), "PATH": os.fspath(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=nowhere)
    assert done.returncode == 1
    assert "apt install graphviz" in done.stderr
    assert ".dot" in done.stderr


def test_graphviz_mistakes_are_told(tmp_path: Path) -> None:
    if not render.has_graphviz():
        pytest.skip("graphviz is not installed")
    with pytest.raises(NetloomError, match="could not draw"):
        render.render("digraph {", tmp_path / "out.svg", "svg")


def test_what_cannot_be_drawn_finely_is_drawn_roughly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def dot(words: list[str], *, input: bytes, timeout: float, **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(input.decode())
        if len(asked) == 1:
            raise subprocess.TimeoutExpired(words, timeout)
        return subprocess.CompletedProcess(words, 0, b"a picture", b"")

    monkeypatch.setattr(render, "has_graphviz", lambda: True)
    monkeypatch.setattr(subprocess, "run", dot)
    render.render(f"digraph {{ graph [{FINE}] }}", tmp_path / "out.svg", "svg")
    assert (tmp_path / "out.svg").read_bytes() == b"a picture"
    assert asked == [f"digraph {{ graph [{FINE}] }}", f"digraph {{ graph [{ROUGH}] }}"]


def test_who_gives_up_says_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dot(words: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(words, 1, b"", b"Error: trouble in init_rank\n\tn1 2\n\tn2 3\n")

    monkeypatch.setattr(render, "has_graphviz", lambda: True)
    monkeypatch.setattr(subprocess, "run", dot)
    with pytest.raises(NetloomError, match="in the terminal without -o") as mistake:
        render.render("digraph {}", tmp_path / "out.svg", "svg")
    assert "n2" not in str(mistake.value)


def test_json_is_the_whole_picture() -> None:
    drawn = json.loads(netloom("draw", RESIDUAL, "--json", "--depth", "0").stdout)
    assert [item["id"] for item in drawn["items"]][:3] == ["image", "flatten1", "stage"]
    assert {"source": "stage", "target": "dense1", "shape": "32", "role": "data", "label": "", "branch": ""} in drawn[
        "links"
    ]


def test_levels_and_widths() -> None:
    ops = netloom("draw", RESIDUAL, "--level", "ops", "--width", "60", "--mode", "predict").stdout
    assert "matmul" in ops
    assert max(map(len, ops.splitlines())) <= 60
    assert "predicted on one thread" in netloom("draw", RESIDUAL, "--level", "kernels").stdout


def test_mistakes_are_told_before_any_work(tmp_path: Path) -> None:
    assert "one of .svg" in netloom("draw", RESIDUAL, "-o", "out.bmp", code=1).stderr
    lost = netloom("draw", RESIDUAL, "-o", str(tmp_path / "no" / "out.txt"), code=1).stderr
    assert "could not be written" in lost
    gate = str(example("neurons/gate_and"))
    assert "trains nothing" in netloom("draw", gate, "--level", "ops", "--mode", "train", code=1).stderr
