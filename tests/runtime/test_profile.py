"""Profiles made from made-up times: what a row says, that sums agree, and the table as it is printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import netloom
from netloom.cli.profile_table import By, headline, percent, profile_table
from netloom.compiler.plan import Call, Extent, Kernel, Origin, Plan, Program, Work
from netloom.dsl.diagnostics import NetloomError
from netloom.runtime.profile import as_data, joined, line_texts, profile_file, repeated, step_times
from netloom.runtime.profile_rows import Profile, bound_by, by_lost, kernel_rows, part_rows
from netloom.runtime.stretch import Outcome
from netloom.runtime.timing import Timing

from .test_machine import made_up
from .toy import plan as toy_plan

ONE, TWO, LOSS = (Origin(file="net.yaml", line=n, path=p) for n, p in ((3, "dense1"), (4, "dense2"), (7, "train.loss")))
TEXTS = {3: "- dense: 100", 4: "- dense: 10", 7: "loss: cross_entropy"}
BATCH = 8
EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"


def size(factor: int, *names: str) -> tuple[Extent, ...]:
    return (Extent(factor=factor, names=names),)


def call(kernel: int, cost: float, origins: tuple[Origin, ...], work: Work) -> Call:
    sizes = size(1, "B")
    return Call(kernel=kernel, operands=(), sizes=sizes, writes=(), cost=cost, origins=origins, work=work)


def made_up_plan() -> Plan:
    """A product for one layer, sums for two layers and a loss, a product backwards, and an update for both."""
    product = Work(multiply_adds=size(10_000, "B"), read=size(400, "B"), written=size(400, "B"), weights=(1.0,))
    sums = Work(operations=size(100, "B"), read=size(400, "B"), written=size(4), weights=(1.0, 2.0, 1.0))
    update = Work(operations=size(3000), read=size(24_000), written=size(12_000), phase="update", weights=(9.0, 1.0))
    gradients = (
        call(0, 1600.0, (ONE,), product),
        call(1, 80.0, (ONE, TWO, LOSS), sums),
        call(0, 1600.0, (TWO,), product.model_copy(update={"phase": "backward"})),
    )
    names = ("matmul: matmul add relu", "rows: max subtract exp sum", "flat: multiply add")
    return toy_plan().model_copy(update={
        "kernels": tuple(Kernel(name=name, recipe={}, hash=str(n)) for n, name in enumerate(names)),
        "programs": {"gradients": Program(calls=gradients), "update": Program(calls=(call(2, 90.0, (ONE, TWO), update),))},
    })  # fmt: skip


def times(program: str, walls: list[float], work: list[list[float]], alone: list[bool]) -> Timing:
    """Three steps: as given, slower by half, and faster by a tenth."""
    scale = np.array([1.0, 1.5, 0.9])
    return Timing(
        program, np.array([0.0, 5000.0, 11_000.0]), scale[:, None] * np.array(walls),
        scale[:, None, None] * np.array(work), np.array(alone), ~np.array(alone),
    )  # fmt: skip


def outcome() -> Outcome:
    gradients = times(
        "gradients", [800.0, 400.0, 2000.0], [[760.0, 390.0, 500.0], [700.0, 0.0, 300.0]], [False, True, False]
    )
    return Outcome(3, "done", {}, timings=(gradients, times("update", [300.0], [[300.0], [280.0]], [False])))


def made_up_profile() -> Profile:
    plan, found = made_up_plan(), outcome()
    rows = [
        row
        for timing in found.timings
        for row in kernel_rows(plan, timing, {"B": BATCH, "N": 50}, made_up(), lambda o: TEXTS[o.line])
    ]
    return Profile("made up", "net.yaml", "train", BATCH, 3, 2, 4000.0, 3900.0, 4100.0, 500.0, tuple(rows))


def test_a_row_says_what_a_call_did_and_could_do() -> None:
    first = made_up_profile().kernels[0]
    assert (first.ns, first.busy_ns) == (800.0, 730.0)
    assert first.multiply_adds == 80_000
    assert first.flops_a_ns == 2 * 80_000 / 800
    assert first.bytes_a_ns == 6400 / 800
    assert (first.floor_ns, first.limit) == (400.0, "arithmetic")
    assert first.lost_ns == 400.0
    assert (first.binds, first.bound_share) == ("arithmetic", 0.5)
    # 1600 ns on one thread at the toy's bound of 8, shared by two
    assert first.predicted_ns == 800.0


def test_what_one_thread_runs_keeps_the_others_waiting() -> None:
    alone = made_up_profile().kernels[1]
    assert alone.alone
    assert (alone.ns, alone.busy_ns, alone.waiting_ns) == (400.0, 200.0, 200.0)
    assert alone.binds == "waiting"


def test_what_binds_a_call() -> None:
    assert bound_by(100, 80, 10, 5, 5) == ("arithmetic", 0.8)
    assert bound_by(100, 10, 60, 5, 5) == ("memory", 0.6)
    assert bound_by(100, 1, 1, 90, 5) == ("overhead", 0.9)
    assert bound_by(100, 1, 1, 5, 70) == ("waiting", 0.7)
    assert bound_by(100, 10, 5, 5, 20) == ("instructions", 0.8)
    assert bound_by(100, 120, 5, 5, 20) == ("arithmetic", 1.0)
    assert bound_by(0, 1, 1, 1, 1)[0] == "instructions"


@pytest.mark.parametrize("by", ["layer", "line"])
def test_parts_add_up_to_the_whole(by: By) -> None:
    assert by != "kernel"
    profile = made_up_profile()
    rows = part_rows(profile.kernels, by)
    assert sum(row.ns for row in rows) == pytest.approx(profile.calls_ns)
    assert sum(row.lost_ns for row in rows) == pytest.approx(sum(row.lost_ns for row in profile.kernels))
    assert rows == sorted(rows, key=lambda row: -row.lost_ns)
    for phase in ("forward", "backward", "update"):
        whole = sum(row.ns for row in profile.kernels if row.phase == phase)
        assert sum(getattr(row, f"{phase}_ns") for row in rows) == pytest.approx(whole)


def test_a_calls_time_is_shared_out_by_work() -> None:
    rows = {row.name: row for row in part_rows(made_up_profile().kernels, "layer")}
    assert rows["dense1"].forward_ns == pytest.approx(800 + 400 / 4)
    assert rows["dense2"].forward_ns == pytest.approx(400 / 2)
    assert rows["dense2"].update_ns == pytest.approx(300 / 10)
    assert rows["train.loss"].ns == pytest.approx(100)
    lines = {row.name: row.text for row in part_rows(made_up_profile().kernels, "line")}
    assert lines == {"net.yaml:3": "- dense: 100", "net.yaml:4": "- dense: 10", "net.yaml:7": "loss: cross_entropy"}


def test_calls_without_known_work_are_shared_out_evenly() -> None:
    plan = made_up_plan()
    bare = call(1, 80.0, (ONE, TWO), Work())
    plan = plan.model_copy(update={"programs": {"evaluate": Program(calls=(bare,))}})
    rows = kernel_rows(plan, times("evaluate", [100.0], [[90.0]], [True]), {"B": 8, "N": 1}, made_up())
    assert [share.weight for share in rows[0].shares] == [0.5, 0.5]


def test_what_stamps_cost_is_taken_off() -> None:
    peak = made_up().model_copy(update={"stamp_ns": 50.0})
    row = kernel_rows(made_up_plan(), outcome().timings[0], {"B": 8, "N": 1}, peak)[0]
    assert (row.ns, row.busy_ns) == (750.0, 680.0)
    # steps of 5000 and 6000 ns with four calls in each
    assert step_times([outcome()], ["gradients", "update"], 50.0)[0] == 5300.0


def test_most_lost_comes_first() -> None:
    rows = by_lost(made_up_profile().kernels)
    assert [(row.program, row.number) for row in rows] == [
        ("gradients", 2),
        ("gradients", 0),
        ("gradients", 1),
        ("update", 0),
    ]


def test_steps_are_timed_from_beginning_to_beginning() -> None:
    median, p10, p90, between = step_times([outcome()], ["gradients", "update"], 0.0)
    assert (median, p10, p90) == (5500.0, 5100.0, 5900.0)
    # 3500 and 5250 ns of the two are in calls
    assert between == (1500.0 + 750.0) / 2


def test_stretches_are_joined() -> None:
    found = joined([outcome(), outcome()], ["gradients", "update"])
    assert found["gradients"].walls.shape == (6, 3)
    assert found["update"].worked.shape == (6, 2, 1)


def test_stretches_go_on_until_there_are_enough_steps() -> None:
    said: list[tuple[int, int]] = []
    assert len(repeated(outcome, 3, 7, lambda done, count: said.append((done, count)))) == 3
    assert said == [(0, 7), (3, 7), (6, 7), (7, 7)]


def test_golden_tables(golden: Callable[[str, str], None]) -> None:
    profile, texts = made_up_profile(), []
    for by, top, width in (("kernel", 0, 160), ("kernel", 2, 100), ("layer", 0, 160), ("line", 1, 160)):
        console = Console(width=width, record=True, file=StringIO())
        for line in headline(profile, made_up()):
            console.print(line, markup=False, soft_wrap=True)
        console.print(profile_table(profile, by, top, width))  # type: ignore[arg-type]
        texts.append(console.export_text())
    golden("profile/tables.txt", "\n".join(texts))


def test_a_busy_machine_is_told_of() -> None:
    uneven, noisy = replace(made_up_profile(), p90=9000.0), made_up().model_copy(update={"spread": 0.6})
    assert any("other programs are running" in line for line in headline(uneven, made_up()))
    assert any("on a quiet machine" in line for line in headline(made_up_profile(), noisy))
    assert len(headline(made_up_profile(), made_up())) == 4


def test_shares_read_well() -> None:
    assert [percent(n) for n in (0, 0.0004, 0.07, 0.0999, 0.345, 1)] == ["0%", "0.0%", "7.0%", "10%", "34%", "100%"]


def test_the_data_is_plain_and_adds_up() -> None:
    data = json.loads(json.dumps(as_data(made_up_profile(), made_up())))
    assert data["profile"] == 1
    assert sum(row["ns"] for row in data["layers"]) == pytest.approx(sum(row["ns"] for row in data["kernels"]))
    assert data["peak_share"] == pytest.approx(data["floor_ns"] / data["step_ns"])
    assert data["kernels"][0]["shares"][0]["text"] == "- dense: 100"
    assert data["machine"]["teams"]["2"]["multiply_adds"] == 200.0


def test_lines_of_files_that_are_gone_have_no_text(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("network: x\n  layers:\n", encoding="utf-8")
    text = line_texts()
    assert text(Origin(file=str(path), line=2, path="a")) == "layers:"
    assert text(Origin(file=str(path), line=9, path="a")) == ""
    assert text(Origin(file=str(tmp_path / "none"), line=1, path="a")) == ""


def test_what_a_file_does_not_do_is_not_timed() -> None:
    path = EXAMPLES / "worked/three_layers.yaml"
    with pytest.raises(NetloomError, match="has no loss, so it does not train; ask for --mode predict"):
        profile_file(path, made_up(), mode="train")
    with pytest.raises(NetloomError, match="no mode `dream`"):
        profile_file(path, made_up(), mode="dream")


def test_the_input_has_its_share_of_a_step() -> None:
    profile = made_up_profile()
    whole = {share.path for row in profile.kernels for share in row.shares}
    assert profile.input_share == 0
    assert replace(profile, inputs=tuple(whole)).input_share == pytest.approx(profile.calls_ns / profile.step_ns)
    (line,) = [line for line in headline(replace(profile, inputs=("dense2",)), made_up()) if line.startswith("input")]
    assert line.startswith("input: 56% of a step")
