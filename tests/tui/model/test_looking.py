"""Looking inside: what a living training answers, what a checkpoint shows, when it is looked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.runtime.control import ControlError
from netloom.runtime.fold import View
from netloom.runtime.looking import packed
from netloom.tui.model.confusion_rows import Confusion
from netloom.tui.model.live_look import look_live
from netloom.tui.model.look_inside import NotSeen, load, look, look_beside, main, save
from netloom.tui.model.observed import Answer, Inside
from netloom.tui.model.pictures import Shown
from netloom.tui.model.run_client import RunClient
from netloom.tui.model.seeing import (
    FIRST_STEPS,
    MAKING,
    NO_CHECKPOINT,
    Seeing,
    layers_of,
    part_of,
    saved_now,
    to_come,
)
from netloom.tui.model.seen_pictures import channels, filters, light

from ..records import events, write

DIGIT = np.arange(64.0).reshape(8, 8, 1)


def answers(what: str, **more: Any) -> Mapping[str, Any]:
    """A training that tells classes of pictures apart."""
    if what == "input":
        return {"step": 40, "columns": {"image": packed(DIGIT)}, "truth": "3"}
    if what == "weights" and more["layer"] == "conv2d1":
        return {"step": 40, "value": packed(np.ones((4, 3, 3, 2)))}
    if what == "activation" and more["layer"] == "conv2d1":
        return {"step": 40, "value": packed(np.ones((6, 6, 4))), "truth": "3"}
    if what == "predictions":
        worst = [{"row": 5, "truth": "3", "taken": "8", "given": 0.01, "sure": 0.98}]
        some = [{"row": 0, "truth": "8", "taken": "8", "given": 0.9, "sure": 0.9}, worst[0]]
        return {"step": 40, "classes": ["3", "8"], "confusion": [[5, 1], [0, 4]], "worst": worst, "some": some}
    if what == "copies":
        return {"step": 40, "given": packed(DIGIT[None]), "made": packed(DIGIT[None] + 3)}
    if what == "samples":
        return {"step": 40, "made": packed(np.stack([DIGIT] * 5))}
    if what == "attention":
        return {"step": 40, "names": ["one", "two"], "values": [packed(np.eye(4)), packed(np.ones((3, 4, 4)))]}
    raise ControlError("it cannot be seen")


def test_a_living_training_is_asked() -> None:
    seen = look_live(answers, ["dense1", "conv2d1"], "validation")
    assert seen.pictures_step == 40
    assert [len(seen.pictures[of]) for of in ("filters", "activations", "examples")] == [4, 5, 2]
    assert seen.pictures["examples"][0].words == "3 as 8 98%"
    assert [one.wrong for one in seen.pictures["examples"]] == [True, False]
    assert seen.pictures["examples"][1].words == "8 90%"
    assert seen.confusion is not None
    assert seen.confusion.counts.tolist() == [[5, 1], [0, 4]]


def test_what_it_gives_out_is_asked_too() -> None:
    seen = look_live(answers, ["conv2d1"], "validation", 3)
    (copy,) = seen.pictures["reconstructions"]
    assert copy.words == "3: off by 3"
    assert copy.values.shape == (8, 18, 1)
    assert (copy.values[:, :8] == DIGIT).all()
    assert (copy.values[:, 10:] == DIGIT + 3).all()
    assert len(seen.pictures["samples"]) == 5
    assert [one.words for one in seen.pictures["attention"]] == ["one", "two 1", "two 2", "two 3"]
    assert seen.pictures["attention"][0].values.shape == (4, 4, 1)
    assert [(one.row, one.right) for one in seen.answers] == [(5, False), (0, True)]


def test_what_a_training_refuses_is_left_out() -> None:
    def numbers(what: str, **more: Any) -> Mapping[str, Any]:
        if what == "input":
            return {"step": 7, "columns": {"x": packed(np.ones(3))}, "truth": 1.5}
        if what == "numbers":
            some = [{"row": row, "taken": 1.25, "truth": 1.5, "off": 0.25} for row in (0, 4)]
            return {"step": 7, "worst": some[1:], "some": some}
        raise ControlError("this one gives numbers")

    seen = look_live(numbers, ["dense1"], "train")
    assert seen.confusion is None
    assert [(one.row, one.taken, one.off) for one in seen.answers] == [(4, "1.25", 0.25), (0, "1.25", 0.25)]
    assert all(not shown for shown in seen.pictures.values())


def test_a_layer_that_reads_a_whole_picture_has_pictures_for_units() -> None:
    found = list(filters("dense1", np.ones((20, 64)), (8, 8, 1)))
    assert len(found) == 16
    assert found[0].values.shape == (8, 8, 1)
    assert list(filters("dense2", np.ones((10, 20)), (8, 8, 1))) == []


def test_a_filter_is_shown_by_its_largest_channel() -> None:
    weights = np.zeros((1, 3, 3, 2))
    weights[0, 1, 1, 1] = -5
    assert next(filters("conv2d1", weights, None)).values[1, 1, 0] == -5


def test_what_is_no_picture_has_no_channels() -> None:
    assert list(channels("dense1", np.ones(10))) == []
    assert len(list(channels("conv2d1", np.ones((4, 4, 20))))) == 8


def test_the_scale_of_pictures() -> None:
    assert light(np.zeros((2, 2, 1), np.uint8)) == (0.0, 255.0)
    assert light(np.array([[[0.0], [200.0]]])) == (0.0, 255.0)
    assert light(np.array([[[-1.0], [0.5]]])) == (-1.0, 0.5)


def test_what_was_seen_comes_back_from_its_file(tmp_path: Path) -> None:
    confusion = Confusion(np.eye(2), ("a", "b"), "test", 9)
    inside = Inside(
        pictures_step=9,
        pictures={"filters": (Shown(DIGIT, "one", -1, 2, True, True),)},
        confusion=confusion,
        answers=(Answer("test", 4, "a", 0.5, "b"),),
    )
    save(inside, tmp_path / "seen.npz")
    found = load(tmp_path / "seen.npz")
    assert found.answers == inside.answers
    (shown,) = found.pictures["filters"]
    assert (shown.words, shown.low, shown.high, shown.signed, shown.wrong) == ("one", -1, 2, True, True)
    assert np.array_equal(shown.values, DIGIT)
    assert found.confusion is not None
    assert (found.confusion.classes, found.confusion.part, found.confusion.step) == (("a", "b"), "test", 9)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the first example, one epoch long."""
    example = Path(netloom.__file__).resolve().parent / "examples" / "start" / "digits.yaml"
    return netloom.train(example, epochs=1, folder=tmp_path_factory.mktemp("runs")).folder


def test_a_checkpoint_is_looked_into(trained: Path) -> None:
    seen = look(trained, row=3)
    assert seen.pictures_step == 40
    assert len(seen.pictures["filters"]) == 16
    assert seen.pictures["activations"][0].words.startswith("validation 3: ")
    assert seen.confusion is not None
    assert seen.confusion.counts.sum() == 180
    worst = seen.pictures["examples"]
    assert worst[0].wrong
    assert " as " in worst[0].words


def test_another_process_looks(trained: Path) -> None:
    seen = look_beside(trained)
    assert seen.confusion is not None
    assert seen.confusion.classes == tuple("0123456789")


def test_a_run_without_a_checkpoint_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, "digits-1")
    assert main(str(folder), str(tmp_path / "seen.npz"), "0") == 1
    assert "no checkpoint" in capsys.readouterr().err
    with pytest.raises(NotSeen, match="no checkpoint"):
        look_beside(folder)


def test_it_is_looked_again_only_for_what_is_new_and_not_too_often(tmp_path: Path) -> None:
    run = RunClient(write(tmp_path, "digits-1"))
    run.poll()
    seeing, times = Seeing(beside=lambda _folder, _row: Inside(pictures_step=1)), iter([0.0, 2.0])
    assert not seeing.due(run, 0.0)
    (run.folder / "checkpoints" / "last.safetensors").write_bytes(b"")
    assert seeing.due(run, 0.0)
    seeing.see(run, lambda: next(times))
    assert seeing.inside.pictures_step == 1
    assert not seeing.due(run, 1000.0)
    (run.folder / "checkpoints" / "best.safetensors").write_bytes(b"")
    assert not seeing.due(run, 1000.0)


def test_what_a_training_ended_with_is_looked_at_at_once(tmp_path: Path) -> None:
    """However long the looks before took: the pictures of a run that has ended are those of its last checkpoint."""

    class Run:
        folder, view, state = write(tmp_path, "digits-1"), replace(View(), step=40), "running"

        def look(self, what: str, **more: Any) -> Mapping[str, Any]:
            return answers(what, **more)

    run, times = Run(), iter([0.0, 100.0, 101.0, 101.0])
    seeing = Seeing(beside=lambda _folder, _row: Inside(pictures_step=80))
    seeing.see(run, lambda: next(times))
    assert seeing.inside.pictures_step == 40
    run.view = replace(View(), step=60)
    assert not seeing.due(run, 101.0)
    run.view, run.state = replace(View(), step=80), "finished"
    (run.folder / "checkpoints" / "last.safetensors").write_bytes(b"")
    assert seeing.due(run, 101.0)
    seeing.see(run, lambda: next(times))
    assert seeing.inside.pictures_step == 80
    assert not seeing.due(run, 101.0)


def test_what_is_said_until_there_are_pictures(tmp_path: Path) -> None:
    folder, begun = write(tmp_path, "digits-1"), replace(View(), step=1)
    assert to_come(folder, View(), alive=True) == FIRST_STEPS
    assert to_come(folder, begun, alive=True) == MAKING
    assert to_come(folder, begun, alive=False) == NO_CHECKPOINT
    (folder / "checkpoints" / "last.safetensors").write_bytes(b"")
    assert to_come(folder, begun, alive=False) == MAKING


def test_trouble_is_kept_and_what_was_seen_before_too(tmp_path: Path) -> None:
    def refuse(_folder: Path, _row: int) -> Inside:
        raise NotSeen("the data is gone")

    run = RunClient(write(tmp_path, "digits-1"))
    run.poll()
    seeing = Seeing(Inside(pictures_step=5), beside=refuse)
    seeing.see(run, lambda: 0.0)
    assert (seeing.trouble, seeing.inside.pictures_step) == ("the data is gone", 5)


def test_layers_and_part_come_from_the_record(tmp_path: Path) -> None:
    run = RunClient(write(tmp_path, "digits-1", events(epochs=2)))
    run.poll()
    assert layers_of(run.view) == ["dense1", "dense2"]
    assert part_of(run.view) == "validation"
    assert (layers_of(View()), part_of(View())) == ([], "train")


def test_a_living_training_saves_before_its_numbers_are_shown(tmp_path: Path) -> None:
    class Told:
        """A training that saves at the third look, if at all."""

        def __init__(self, *, ok: bool, looks: int) -> None:
            self.folder, self.ok, self.looks = write(tmp_path, f"digits-{ok}-{looks}"), ok, looks

        def send(self, command: dict[str, Any]) -> Mapping[str, Any]:
            assert command == {"do": "checkpoint"}
            return {"ok": self.ok}

        def wait(self, seconds: float) -> None:
            assert seconds < 0.1
            self.looks -= 1
            if self.looks == 0:
                (self.folder / "checkpoints" / "last.safetensors").write_bytes(b"new")

    for ok, looks, comes in ((True, 3, True), (False, 3, False), (True, 1000, False)):
        run = Told(ok=ok, looks=looks)
        assert saved_now(run, run.wait) is comes
