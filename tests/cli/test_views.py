"""What `show` and `compile` let people read: tables at every width, passes in words, reasons, sources."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from netloom.cli.fitted_table import Column, fitted_lines, shortened
from netloom.cli.layer_view import in_bytes, layer_lines, named
from netloom.cli.trace_view import trace_lines
from netloom.compiler.layer_table import by_block, layer_rows
from netloom.compiler.pass_words import PassTold, chosen, told
from netloom.compiler.pipeline import compile_experiment, modes, passes
from netloom.compiler.stages import PassRan
from netloom.compiler.why_words import grouped, reasons
from netloom.runtime import start
from netloom.runtime.kernel_sources import index_text, line_text, sources

from ..examples.gallery import example
from .test_commands import DIGITS, environment, netloom

SETTLED = ("simplify", "merge", "drop-dead", "gradient", "optimise", "decompose")
"""The passes that do not hang on which kernels there are."""


def traced(name: str) -> list[PassTold]:
    """The passes of an example without their times."""
    experiment = start.load(example(name)).experiment
    ran: list[tuple[str, PassRan]] = []
    compile_experiment(experiment, 16, lambda mode, step: ran.append((mode, step)))
    steps = {step.name: step for mode in modes(experiment) for step in passes(experiment, mode)}
    return [told(mode, steps[step.name], step) for mode, step in ran]


# show


@pytest.mark.parametrize("width", [160, 80, 60])
def test_the_table_of_layers(width: int, golden: Callable[[str, str], None]) -> None:
    rows = layer_rows(start.load(example("pictures/lenet5")).experiment)
    lines = layer_lines(rows, 64, width)
    assert max(map(len, lines[: len(rows) + 1])) <= width
    golden(f"views/lenet5_{width}.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("width", [160, 60])
def test_resnet_152_by_block(width: int, golden: Callable[[str, str], None]) -> None:
    rows = by_block(layer_rows(start.load(example("deep/resnet152")).experiment))
    golden(f"views/resnet152_{width}.txt", "\n".join(layer_lines(rows, 32, width)) + "\n")


def test_a_column_goes_before_a_name_is_cut() -> None:
    columns = [Column("layer", ("a_long_name_of_a_layer",)), Column("kind", ("dense",), 1), Column("size", ("10",), 2)]
    assert fitted_lines(columns, 40) == (
        ["layer                   kind   size", "a_long_name_of_a_layer  dense  10"],
        [],
    )
    assert fitted_lines(columns, 30) == (["layer                   size", "a_long_name_of_a_layer  10"], ["kind"])
    assert fitted_lines(columns, 16)[0] == ["layer", "a_long_…f_a_layer"[:7] + "…" + "_a_layer"]
    assert shortened("abcdefghij", 5) == "ab…ij"


def test_amounts() -> None:
    said = [in_bytes(count) for count in (0, 999, 1000, 999_949, 999_950, 12_345_678, 5e9, 5e12)]
    assert said == ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB", "12.3 MB", "5.0 GB", "5,000.0 GB"]


def test_names_of_blocks_that_repeat() -> None:
    rows = by_block(layer_rows(start.load(example("deep/resnet152")).experiment))
    assert "stage.3.Bottleneck2…36" in map(named, rows)


def test_show_as_a_user_meets_it() -> None:
    said = netloom("show", DIGITS).stdout
    assert "7,510 parameters (30.0 kB), 7,400 multiply-adds an example" in said
    assert re.search(r"^training in batches of 32: [\d.]+ kB at the peak \(weights ", said, re.MULTILINE)
    assert re.search(r"^prediction in batches of 32: ", said, re.MULTILINE)
    shown = json.loads(netloom("show", str(example("pictures/lenet5")), "--json", "--depth", "1").stdout)
    conv = next(row for row in shown["layers"] if row["name"] == "conv2d2")
    assert conv["receptive_field"] == {"of": "image", "size": [14, 14], "jump": [2.0, 2.0]}
    assert conv["activation_bytes"] == conv["gradient_bytes"] == 4 * 10 * 10 * 16
    assert conv["batch_bytes"] == shown["batch"] * 8 * 10 * 10 * 16
    assert shown["memory"]["training"]["total"] > shown["memory"]["prediction"]["total"]


def test_a_narrow_terminal_gets_narrow_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "netloom", "show", str(example("deep/resnet152")), "--by-block"],
        capture_output=True, text=True, check=True, env={**environment(), "COLUMNS": "60"},
    )  # fmt: skip
    assert max(map(len, done.stdout.splitlines())) <= 60
    assert "stage.3" in done.stdout


# compile --trace


@pytest.mark.parametrize("width", [120, 70])
def test_passes_in_words(width: int, golden: Callable[[str, str], None]) -> None:
    steps = [step for step in traced("worked/gradient_by_hand") if step.mode == "train" and step.name in SETTLED]
    golden(f"views/trace_{width}.txt", "\n".join(trace_lines(steps, width, 10)) + "\n")


@pytest.mark.parametrize("name", ["start/digits", "heads/two_heads", "blocks/residual"])
def test_what_is_told_adds_up(name: str) -> None:
    """Lines gone and new are the difference in nodes of every pass that rewrites nodes, outputs aside."""
    for step in traced(name):
        if step.name in SETTLED:
            gone = sum(len(change.gone) for change in step.changes)
            new = sum(not line.startswith("output ") for change in step.changes for line in change.new)
            assert step.nodes[1] - step.nodes[0] == new - gone, (step.mode, step.name)


def test_every_pass_says_what_it_did() -> None:
    said = {(step.mode, step.name): step.did for step in traced("start/digits")}
    assert said["train", "gradient"].startswith("added gradients of 4 weights, by ")
    assert said["train", "optimise"].startswith("added the step of 4 weights and 9 states that the optimiser keeps")
    assert re.match(r"merged \d+ equal nodes with others: ", said["train", "merge"])
    assert said["evaluate", "drop-dead"] == "found nothing to do"
    assert said["predict", "decompose"].startswith("wrote softmax in simple ops: ")
    assert "kernel" in said["train", "fuse"]


def test_one_program_pass_or_layer() -> None:
    steps = traced("start/digits")
    assert {step.mode for step in chosen(steps, "predict", None, None)} == {"predict"}
    assert {step.name for step in chosen(steps, None, "fuse", None)} == {"fuse"}
    about = chosen(steps, "train", "gradient", "dense2")
    assert [change.origin.path for step in about for change in step.changes] == ["dense2"]


def test_trace_as_a_user_meets_it() -> None:
    said = netloom("compile", DIGITS, "dense2", "--trace", "--mode", "train", "--pass", "gradient").stdout
    assert "output gradient/dense2.weights = " in said
    assert "%" not in said
    raw = netloom("compile", DIGITS, "--pass", "gradient", "--full").stdout
    assert "%matmul.1 = matmul(" in raw
    (step,) = json.loads(netloom("compile", DIGITS, "--pass", "gradient", "--json").stdout)["passes"]
    assert step["rule"].startswith("output loss = f(state) -->")
    assert any("matmul" in line for change in step["changes"] for line in change["after"])
    assert "there is no layer `dense9`. Did you mean `dense" in netloom("compile", DIGITS, "dense9", code=1).stderr
    assert "there is no pass `gradint`" in netloom("compile", DIGITS, "--pass", "gradint", code=1).stderr
    assert "there is no program `test`" in netloom("compile", DIGITS, "--mode", "test", code=1).stderr


# compile --why


def test_reasons_have_layers_and_lines() -> None:
    compiled = start.compile_loaded(start.load(example("start/digits")))
    found = reasons(compiled.graphs, compiled.why)
    assert {reason.together for reason in found} == {True, False}
    for reason in found:
        assert reason.layers, reason.text
        assert re.search(r"\(line \d+\)", reason.text)
    (dense,) = [
        reason for reason in found if reason.together and reason.layers == ("dense1",) and "relu" in reason.text
    ]
    assert dense.programs == ("train", "evaluate", "predict")
    assert dense.text.startswith("`matmul`, `add` and `relu` of dense1 (line 10) share a kernel in train, evaluate and")
    said = netloom("compile", DIGITS, "dense1", "--why").stdout
    assert said.startswith("together:\n- `matmul`, `add` and `relu` of dense1 (line 10)")


def test_reasons_alike_are_told_once_and_none_is_lost() -> None:
    """One sentence for many pairs, the commonest first; sizes are in words, as `B` is bytes elsewhere."""
    compiled = start.compile_loaded(start.load(example("pictures/cnn_mnist")))
    every = reasons(compiled.graphs, compiled.why)
    told = grouped(every)
    counted = [int((re.match(r"kept apart: (\d+) pairs: ", one.text) or "01")[1]) for one in told if not one.together]
    assert sum(counted) == len({(one.pair, one.alike) for one in every if not one.together}) > 20
    assert counted == sorted(counted, reverse=True)
    assert len(counted) < 15
    assert [one for one in told if one.together] == [one for one in every if one.together]
    assert {layer for one in told for layer in one.layers} == {layer for one in every for layer in one.layers}
    texts = " ".join(one.text for one in every)
    assert "not batch x 10" in texts
    assert not re.search(r"\bB x|x B\b", texts)


# compile --kernels


def test_sources_say_what_they_are_for(tmp_path: Path) -> None:
    netloom("compile", DIGITS, "--kernels", str(tmp_path / "all"))
    files = sorted((tmp_path / "all").glob("*.py"))
    assert [int(file.name.split("_")[0]) for file in files] == list(range(len(files)))
    first = next(file for file in files if file.name.endswith("dense1.py")).read_text(encoding="utf-8")
    assert "#   dense1, line 10: - dense: {units: 100, activation: relu}\n" in first
    assert "state/dense1.weights, 100×64\n" in first
    assert re.search(r"#   writes p\d: relu.1 of dense1, B×100\n", first)
    assert "def kernel(" in first
    index = (tmp_path / "all" / "README.md").read_text(encoding="utf-8")
    assert all(f"({file.name})" in index for file in files)
    netloom("compile", DIGITS, "dense1", "--kernels", str(tmp_path / "some"))
    assert 0 < len(list((tmp_path / "some").glob("*.py"))) < len(files)


def test_sources_on_stdout() -> None:
    done = netloom("compile", DIGITS, "--layer", "train.loss", "--kernels", "-")
    assert done.stdout.startswith("# kernel ")
    assert "train.loss.cross_entropy, line 13: loss: cross_entropy" in done.stdout
    compile(done.stdout, "sources", "exec")


def test_the_index_lists_every_call_in_order() -> None:
    compiled = start.compile_loaded(start.load(example("start/digits")))
    plan = compiled.plan
    found = sources(plan, compiled.graphs, start.kernel_texts(plan), lambda path: True)
    text = index_text("digits", plan, found)
    for name, program in plan.programs.items():
        own = text.split(f"## {name}: ")[1].split("## ")[0]
        assert [int(n) for n in re.findall(r"^\| (\d+) \|", own, re.MULTILINE)] == list(
            range(1, len(program.calls) + 1)
        )


def test_a_line_of_the_file_is_made_harmless(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("a\n  - dense: 3 \x1b[31m# note\n", encoding="utf-8")
    assert line_text(str(file), 2) == "- dense: 3  [31m# note"
    assert line_text(str(file), 9) == line_text(os.devnull, 1) == line_text(str(tmp_path / "gone"), 1) == ""
