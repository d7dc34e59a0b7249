"""What a training says: a line an epoch with all parts, in words and numbers that read well, and what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.cli.console import counted, figure, print_titled, seconds, table
from netloom.cli.progress import Progress, still_falling
from netloom.runtime.events import Evaluated, RunEnded, RunStarted

PARTS = {"train": 80, "validation": 10, "test": 10}
FALLING = [1.0 / (epoch + 1) for epoch in range(8)]
FLAT = [1.0, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]


def started(parts: dict[str, int], epochs: int = 4) -> RunStarted:
    return RunStarted(
        run="net-1", folder="runs/net-1", epochs=epochs, steps_an_epoch=2, batch=40, examples=parts, parameters=3,
        seed=0, threads=1, time=0.0,
    )  # fmt: skip


def epochs(progress: Progress, parts: dict[str, int], losses: list[float], status: str = "finished") -> None:
    progress.show(started(parts, len(losses)))
    for epoch, loss in enumerate(losses, 1):
        for part in parts:
            if part != "test" or epoch == len(losses):
                progress.show(Evaluated(epoch=epoch, part=part, metrics={"loss": loss}, best=part == "validation"))
    ended = RunEnded(step=2 * len(losses), status=status, epochs=len(losses), seconds=0.04, metrics={})
    progress.show(ended)
    progress.final(ended, Path("runs/net-1"))


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("epoch")]


def test_a_line_an_epoch_with_all_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter(range(1000))
    epochs(Progress(lambda: next(clock)), PARTS, [0.5, 0.25])
    assert lines(capsys) == [
        "epoch   1  train  loss 0.5000  validation  loss 0.5000  best",
        "epoch   2  train  loss 0.2500  validation  loss 0.2500  best",
    ]


def test_fast_epochs_leave_lines_out_but_never_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    epochs(Progress(lambda: 0.0), PARTS, [0.5, 0.4, 0.3], "stopped_early")
    assert [line.split()[1] for line in lines(capsys)] == ["1", "3"]
    epochs(Progress(lambda: 0.0), {"train": 80}, [0.5, 0.4, 0.3])
    assert [line.split()[1] for line in lines(capsys)] == ["1", "3"]


def final(capsys: pytest.CaptureFixture[str], at: dict[str, int], status: str, step: int = 4) -> tuple[str, str]:
    """What is said of a run of two whole epochs and perhaps more, whose parts were measured at these epochs."""
    progress = Progress(lambda: 0.0)
    progress.show(started(PARTS))
    for part, epoch in at.items():
        progress.show(Evaluated(epoch=epoch, part=part, metrics={"loss": 0.5}, last=True))
    metrics = {part: {"loss": 0.5} for part in at}
    progress.final(RunEnded(step=step, status=status, epochs=2, seconds=0.1, metrics=metrics), Path("runs/net-1"))
    said = capsys.readouterr()
    return said.out, said.err


def test_the_table_says_what_train_means_and_whose_weights_it_tells_of(capsys: pytest.CaptureFixture[str]) -> None:
    said, _ = final(capsys, {"train": 2, "validation": 2, "test": 2}, "finished")
    assert [line.split("  ")[0] for line in said.splitlines()[1:]] == ["train, while learning", "validation", "test"]
    said, _ = final(capsys, {"train": 5, "validation": 2, "test": 2}, "stopped_early")
    assert "train, while learning (epoch 5)" in said
    assert "validation (epoch 2)" in said


def test_a_run_stopped_within_an_epoch_says_which_the_table_is_of(capsys: pytest.CaptureFixture[str]) -> None:
    of = "the table tells of epoch 2, the last whole one"
    assert of in final(capsys, {"train": 2, "validation": 2}, "interrupted", step=5)[1]
    assert of in final(capsys, {"train": 2}, "stopped", step=5)[1]
    _, said = final(capsys, {"train": 2, "validation": 2}, "interrupted")
    assert of not in said
    assert "go on with: netloom train --resume net-1" in said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0.0000"), (0.98412, "0.9841"), (-3.0, "-3.0000"), (0.00005, "5.0e-05"), (213650846805.4822, "2.1365e+11"),
     (float("nan"), "nan"), (float("-inf"), "-inf")],
)  # fmt: skip
def test_figures_to_read(value: float, said: str) -> None:
    assert figure(value) == said


def test_a_loss_that_grew_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    epochs(Progress(lambda: 0.0), PARTS, [2.5, 700.0, 2.5e9])
    assert "the loss grew from 2.5000 to 2.5000e+09: a smaller learning rate may help" in capsys.readouterr().err
    epochs(Progress(lambda: 0.0), PARTS, [2.5, 4.9])
    epochs(Progress(lambda: 0.0), PARTS, [1.4e-8, 1.5e-6])
    assert "grew" not in capsys.readouterr().err


def test_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    epochs(Progress(lambda: 0.0), PARTS, FALLING)
    said = capsys.readouterr().err
    assert "finished after 16 steps, 40 ms: runs/net-1" in said
    assert "still falling: more epochs may help (--resume net-1 --epochs 16)" in said
    assert "next: netloom evaluate net-1" in said
    epochs(Progress(lambda: 0.0), PARTS, FLAT)
    assert "still falling" not in capsys.readouterr().err


def test_falling_is_of_both_parts_and_clear() -> None:
    assert still_falling({"train": FALLING})
    assert still_falling({"train": FALLING, "validation": FALLING})
    assert not still_falling({"train": FALLING, "validation": FLAT})
    assert not still_falling({"train": FLAT})
    assert not still_falling({"train": FALLING[:3]})
    assert not still_falling({"train": [*FALLING, float("nan")]})
    assert not still_falling({})


def test_counts_and_times_read_well() -> None:
    assert (counted(1, "kernel"), counted(1200, "step")) == ("1 kernel", "1,200 steps")
    assert [seconds(value) for value in (0.0, 0.042, 3.14, 125.0)] == ["1 ms", "42 ms", "3.1 s", "2 min 05 s"]


def test_a_title_is_wider_than_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    shown = table("", "0>")
    shown.add_row("0", "7")
    print_titled("confusion_matrix of validation (rows: truth)", shown)
    assert capsys.readouterr().out.splitlines()[0] == "confusion_matrix of validation (rows: truth)"
