"""The commands as a user meets them: output, exit codes, and what is not imported on the way."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..examples.gallery import PACKAGE, example

DIGITS = str(example("start/digits"))
WORKED = str(example("worked/three_layers"))


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), str(PACKAGE / ".typing")])}


def netloom(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "netloom", *words], capture_output=True, text=True, check=False, env=environment()
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def imported(*words: str) -> set[str]:
    """What the command has imported when it ends."""
    script = (
        "import sys\nfrom netloom.cli.main import main\n"
        f"try:\n    main({list(words)!r})\nexcept SystemExit as end:\n    code = end.code\n"
        "sys.stderr.write('\\nMODULES ' + ' '.join(sorted(sys.modules)))\nsys.exit(code or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment()
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("MODULES ")[1].split())


def test_help_names_every_command_and_imports_little() -> None:
    from netloom.cli.main import COMMANDS

    said = netloom("--help").stdout
    assert all(name in said for name in COMMANDS)
    assert not imported("--help") & {"numpy", "networkx", "numba", "pydantic", "llvmlite"}


def test_every_command_has_help_with_examples() -> None:
    from netloom.cli.main import COMMANDS

    for name in COMMANDS:
        said = netloom(name, "--help").stdout
        assert "Examples:" in said
        assert f"netloom {name}" in said


def test_a_file_that_trains_nothing_is_sent_to_draw_and_the_word_is_marked_whole(tmp_path: Path) -> None:
    file = tmp_path / "look.yaml"
    head = "name: look\ndata: {source: digits}\nnetwork:\n  layers:\n"
    file.write_text(f"{head}    - flatten\n    - dense: 10\n", encoding="utf-8")
    assert netloom("show", str(file)).stderr.splitlines()[-1] == f"this file trains nothing; try: netloom draw {file}"
    lines = "    - flatten\n    - dense: 128\n    - dense: 10\ntrain: {loss: cross_entropy}\n"
    file.write_text(head + lines, encoding="utf-8")
    said = netloom("check", str(file)).stderr
    assert "W210" in said
    assert "|       ^^^^^\n" in said


def test_check_finds_a_mistake_with_its_place(tmp_path: Path) -> None:
    assert not imported("check", DIGITS) & {"numba", "textual", "sklearn"}
    file = tmp_path / "bad.yaml"
    file.write_text(
        "name: bad\ndata: {source: digits}\nnetwork:\n  layers:\n    - flaten\n    - dense: {unit: 10}\n"
        "train: {loss: cross_entropy}\n",
        encoding="utf-8",
    )
    remarks = json.loads(netloom("check", str(file), "--json", code=1).stdout)
    places = {(r["line"], r["severity"]) for r in remarks}
    assert {(5, "error"), (6, "error")} <= places
    assert set(remarks[0]) == {"file", "line", "column", "code", "severity", "message", "suggestion", "fix"}
    assert remarks[0]["fix"] == {"line": 5, "column": 7, "old": "flaten", "new": "flatten"}
    assert "flatten" in remarks[0]["suggestion"]
    netloom("check", str(file), code=1)


def test_usage_and_missing_files() -> None:
    netloom("train", "--epochs", "x", DIGITS, code=2)
    netloom("no-such-command", code=2)
    netloom("check", "no-such-file.yaml", code=1)
    assert "no run" in netloom("evaluate", "no-such-run", code=1).stderr


def test_train_evaluate_predict_and_compare(tmp_path: Path) -> None:
    runs = ["--runs", str(tmp_path / "runs")]
    result = json.loads(netloom("train", DIGITS, "--epochs", "12", "--json", *runs).stdout)
    assert result["status"] == "finished"
    assert set(result) == {"run", "status", "steps", "seconds", "metrics"}
    assert set(result["metrics"]) == {"train", "validation", "test"}
    again = json.loads(netloom("evaluate", "last", "--json", *runs).stdout)
    assert again["metrics"]["test"] == pytest.approx(result["metrics"]["test"], rel=1e-5)
    answer = json.loads(netloom("predict", "last", "digits:test[0:4]", "--tap", "dense1", "--json", *runs).stdout)
    assert len(answer["class"]) == 4
    assert all(abs(sum(row) - 1) < 1e-5 for row in answer["probabilities"])
    assert len(answer["dense1"][0]) == 100
    netloom("train", DIGITS, "--epochs", "3", "--set", "train.batch=64", *runs)
    rows = json.loads(netloom("runs", "--json", *runs).stdout)
    assert [row["run"] for row in rows] == ["digits-1", "digits-2"]
    compared = json.loads(netloom("runs", "compare", "digits-1", "digits-2", "--json", *runs).stdout)
    assert compared["differences"][0]
    netloom("runs", "show", "last", *runs)
    netloom("runs", "rm", "digits-1", *runs)
    assert len(json.loads(netloom("runs", "--reindex", "--json", *runs).stdout)) == 1


def test_a_warm_training_never_imports_numba(tmp_path: Path) -> None:
    netloom("warm", DIGITS)
    modules = imported("train", DIGITS, "--epochs", "1", "--runs", str(tmp_path))
    assert not modules & {"numba", "sklearn", "scipy", "textual"}


def test_an_interrupt_saves_and_the_run_goes_on(tmp_path: Path) -> None:
    runs = str(tmp_path / "runs")
    command = [sys.executable, "-m", "netloom", "train", DIGITS, "--epochs", "200000", "--runs", runs]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("epoch"):
            running.send_signal(signal.SIGINT)
            break
    running.communicate()
    assert running.returncode == 130
    rows: Any = json.loads(netloom("runs", "--json", "--runs", runs).stdout)
    assert rows[0]["status"] == "interrupted"
    done = json.loads(
        netloom("train", "--resume", "last", "--epochs", str(rows[0]["epochs"] + 2), "--json", "--runs", runs).stdout
    )
    assert done["status"] == "finished"
    assert done["steps"] > rows[0]["steps"]


def test_show_compile_gradcheck_bench_doctor(tmp_path: Path) -> None:
    shown = json.loads(netloom("show", DIGITS, "--json").stdout)
    assert shown["totals"]["parameters"] == 7510
    assert "7,510 parameters" in netloom("show", DIGITS, "--full").stdout
    compiled = json.loads(netloom("compile", DIGITS, "--json", "--verify", "--kernels", str(tmp_path / "k")).stdout)
    assert compiled["blame"] == []
    assert len(list((tmp_path / "k").glob("*.py"))) == compiled["kernels"]
    told = netloom("compile", DIGITS, "--why", "--trace").stdout
    assert "train.loss.cross_entropy" in told
    assert re.search(r"\nkept apart:\n- \d+ pairs: ", told)
    assert "gradient  " in told
    assert json.loads(netloom("gradcheck", DIGITS, "--json").stdout)["good"]
    timed = json.loads(netloom("bench", DIGITS, "--steps", "50", "--json").stdout)
    assert {
        "step_ms",
        "examples_per_s",
        "first_step_s",
        "compile_s",
        "kernels_compiled",
        "kernels_reused",
        "peak_bytes",
    } <= set(timed)
    assert set(timed["step_ms"]) == {"median", "p10", "p90"}
    assert json.loads(netloom("doctor", "--json").stdout)["cores"] >= 1
    assert "0.6177 0.8291" in netloom("predict", WORKED).stdout
