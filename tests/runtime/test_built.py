"""A trained network as one file: the same answers, here and on another machine, and nothing of a stranger's is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.cli.classes import answer
from netloom.cli.main import main
from netloom.dsl.diagnostics import NetloomError
from netloom.runtime import built, runs
from netloom.runtime.answers import predict_run
from netloom.runtime.building import build_plan
from netloom.runtime.built import Built, BuiltError
from netloom.runtime.built_answers import run_built

SPEC = """
name: table
data: {source: {csv: train.csv}, fields: {x: {columns: [a, b], prepare: [standardize]}, colour: {column: colour}}, split: {test: 0.25}}
network: {layers: [{dense: 4}, batch_norm, relu, {dense: 2}]}
train: {loss: cross_entropy, epochs: 2}
"""
ROWS = "a,b,colour\n" + "".join(f"{i},{i % 5},{'red' if i % 2 else 'blue'}\n" for i in range(40))
NEVER = ("numba", "pydantic", "networkx", "typer", "rich", "yaml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained run, its built plan, and inputs."""
    place = tmp_path_factory.mktemp("built")
    (place / "train.csv").write_text(ROWS, encoding="utf-8")
    (place / "table.yaml").write_text(SPEC, encoding="utf-8")
    netloom.train(place / "table.yaml", folder=place / "runs")
    built.write(place / "net.plan", build_plan(runs.find(place / "runs", "last")))
    (place / "new.csv").write_text("b,a\n1,2\n3,30\n", encoding="utf-8")
    np.save(place / "new.npy", np.array([[2, 1], [30, 3]], np.float32))
    return place


def predicted(folder: Path, given: str) -> dict[str, Any]:
    return answer(predict_run(runs.find(folder / "runs", "last"), [folder / given]))


def changed(folder: Path, name: str, change: Callable[[Built], Built]) -> Path:
    path = folder / name
    built.write(path, change(built.read(folder / "net.plan")))
    return path


@pytest.mark.parametrize("given", ["new.csv", "new.npy", "train.csv"])
def test_answers_are_those_of_the_run(folder: Path, given: str) -> None:
    found = run_built(folder / "net.plan", [folder / given])
    assert answer(found) == predicted(folder, given)
    assert (found.truth is None) == (given != "train.csv")


def test_it_needs_neither_the_run_nor_its_data(folder: Path, tmp_path: Path) -> None:
    for name in ("net.plan", "new.npy"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert answer(run_built(tmp_path / "net.plan", [tmp_path / "new.npy"])) == predicted(folder, "new.npy")


def test_the_same_run_gives_the_same_plan(folder: Path) -> None:
    again = folder / "again.plan"
    built.write(again, build_plan(runs.find(folder / "runs", "last")))
    one, other = built.read(folder / "net.plan"), built.read(again)
    assert (one.plan, one.about, one.spec, one.plan_hash) == (other.plan, other.about, other.spec, other.plan_hash)


def test_it_holds_what_predicting_needs_and_no_more(folder: Path) -> None:
    held = built.read(folder / "net.plan")
    assert held.plan is not None
    assert set(held.plan.programs) == {"predict", "refresh"}
    assert not any("optimizer" in name for name in held.weights)
    assert held.about.reads == ("x",)


def test_weights_are_counted_as_training_counts_them(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """2 x 4 + 4, a scale and a shift for each of 4, 4 x 2 + 2; running means and variances are told apart."""
    plan = built.read(folder / "net.plan").plan
    assert plan is not None
    record = (runs.find(folder / "runs", "last").path / "events.jsonl").read_text(encoding="utf-8")
    assert json.loads(record.splitlines()[0])["parameters"] == plan.numbers("weight") == 30
    with pytest.raises(SystemExit):
        main(["build", "last", "-o", str(folder / "said.plan"), "--runs", str(folder / "runs")])
    assert f"30 weights and {plan.numbers('statistic')} running statistics" in capfd.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda plan: {"lanes": 2}, "vectors of 2 numbers"),
        (lambda plan: {"vocabulary": 0}, "another version of netloom"),
        (lambda plan: {"version": 0}, "version: 0"),
        (lambda plan: {"kernels": (replace(plan.kernels[0], hash="0" * 64), *plan.kernels[1:])}, "not what their recipes"),
    ],
)  # fmt: skip
def test_what_does_not_fit_here_is_built_anew(folder: Path, change: Any, why: str) -> None:
    path = changed(
        folder, "other.plan", lambda held: replace(held, plan=held.plan.model_copy(update=change(held.plan)))
    )
    said: list[str] = []
    assert answer(run_built(path, [folder / "new.npy"], say=said.append)) == predicted(folder, "new.npy")
    assert why in said[0]


def test_weights_that_are_missing_or_of_another_shape(folder: Path) -> None:
    first = min(built.read(folder / "net.plan").weights)
    lacks = changed(
        folder, "lacks.plan", lambda h: replace(h, weights={n: a for n, a in h.weights.items() if n != first})
    )
    with pytest.raises(BuiltError, match=f"{first} are not there"):
        run_built(lacks, [folder / "new.npy"])
    other = changed(
        folder, "shape.plan", lambda h: replace(h, weights={**h.weights, first: np.zeros((3, 3), np.float32)})
    )
    with pytest.raises(BuiltError, match=r"have the shape \(3, 3\)"):
        run_built(other, [folder / "new.npy"])


def rewritten(folder: Path, name: str, part: str, content: bytes) -> Path:
    path = folder / name
    with zipfile.ZipFile(folder / "net.plan") as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.namelist():
            if entry != part:
                new.writestr(entry, old.read(entry))
        new.writestr(part, content)
    return path


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("about.json", b"{}"),
        ("about.json", b"[1]"),
        ("about.json", b"not json"),
        ("weights.safetensors", b"\xff" * 64),
        ("spec/../../out.yaml", b"x: 1"),
        ("spec//etc/passwd", b"x: 1"),
    ],
)
def test_damaged_or_hostile_files_are_refused(folder: Path, part: str, content: bytes) -> None:
    with pytest.raises(NetloomError):
        run_built(rewritten(folder, "bad.plan", part, content), [folder / "new.npy"])


def test_no_plan_at_all(folder: Path) -> None:
    with pytest.raises(BuiltError, match="netloom build RUN -o"):
        run_built(folder / "none.plan", [folder / "new.npy"])
    with pytest.raises(BuiltError, match="is no built plan"):
        run_built(folder / "new.csv", [folder / "new.npy"])


def test_a_buffer_outside_the_arena_is_not_run(folder: Path) -> None:
    def outside(held: Built) -> Built:
        assert held.plan is not None
        plan = held.plan.model_dump()
        plan["buffers"][-1]["offset"] = 1 << 40
        return replace(held, plan=type(held.plan).model_validate(plan))

    said: list[str] = []
    run_built(changed(folder, "outside.plan", outside), [folder / "new.npy"], say=said.append)
    assert "the arena at" in said[0]


def command(folder: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "netloom", *words],
        cwd=folder,
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_the_command_reads_files_and_stdin(folder: Path) -> None:
    wanted = predicted(folder, "new.npy")
    assert json.loads(command(folder, "run", "net.plan", "new.npy", "--json").stdout) == wanted
    for given in ((folder / "new.npy").read_bytes(), (folder / "new.csv").read_bytes(), b"[[2, 1], [30, 3]]"):
        assert json.loads(command(folder, "run", "net.plan", "-", "--json", given=given).stdout) == wanted
    shown = command(folder, "run", "net.plan", "new.npy", "--threads", "1")
    assert shown.returncode == 0
    assert b"predicted" in shown.stdout


def test_mistakes_are_told_with_exit_codes(folder: Path) -> None:
    none = command(folder, "run", "none.plan", "new.npy")
    assert (none.returncode, none.stdout) == (1, b"")
    assert b"netloom build RUN" in none.stderr
    assert command(folder, "run", "net.plan", "new.npy", "--threads", "0").returncode == 2
    assert command(folder, "run", "net.plan").returncode == 2
    assert command(folder, "run", "net.plan", "-").returncode == 1


@pytest.mark.parametrize("given", [b"a,b\n1,two\n", b"\x93NUMPY and no more"], ids=["table", "array"])
def test_what_is_wrong_with_stdin_is_said_of_stdin(folder: Path, given: bytes) -> None:
    done = command(folder, "run", "net.plan", "-", given=given)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"netloom: stdin")
    assert b"stdin." not in done.stderr


def test_nothing_slow_is_imported(folder: Path) -> None:
    run_built(folder / "net.plan", [folder / "new.npy"])  # the store is warm
    code = (
        "import sys; sys.argv[1:] = ['run', 'net.plan', 'new.npy', '--json']\n"
        "from netloom.cli.entry import main; main()\n"
        f"print([name for name in {NEVER} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, check=True, timeout=120, env={**os.environ}
    )
    assert done.stderr.decode().strip() == "[]"
