"""Pictures that networks give out: copies beside what they are shown, and samples from noise alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.runtime.answers import looking_into
from netloom.runtime.looking import unpacked
from netloom.runtime.runs import RunFolder

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An autoencoder, a variational one and a classifier, an epoch each."""
    folder = tmp_path_factory.mktemp("runs")
    for name in ("autoencoder/digits", "losses/variational", "start/digits"):
        netloom.train(EXAMPLES / f"{name}.yaml", epochs=1, folder=folder)
    return folder


def ask(folder: Path, what: str, **more: Any) -> dict[str, Any]:
    with looking_into(RunFolder(folder)) as (_, looker):
        return looker.answer({"what": what, **more})


def test_a_copy_is_what_predict_gives(runs: Path) -> None:
    answer = ask(runs / "autoencoder-digits-1", "copies", part="test", row=2, most=3)
    given, made = unpacked(answer["given"]), unpacked(answer["made"])
    assert given.shape == made.shape == (3, 8, 8, 1)
    assert 0 <= given.min() <= given.max() <= 1
    found = netloom.predict("autoencoder-digits-1", "digits:test[2:5]", folder=runs)["copy"]
    # the named set has its own parts: the same pictures are looked for by what the network reads
    assert found.shape == made.shape
    off = np.sqrt(np.mean((given - made) ** 2))
    assert 0.1 < off < 0.5


def test_rows_of_pixels_are_shown_as_the_picture_they_come_from(runs: Path) -> None:
    answer = ask(runs / "variational-1", "copies", part="validation", most=4)
    made = unpacked(answer["made"])
    assert answer["output"] == "copy.dense2"
    assert made.shape == (4, 8, 8, 1)
    # scores of a binary loss are shown as the probabilities they stand for
    assert 0 < made.min() <= made.max() < 1


def test_a_sample_is_what_the_decoder_makes_of_noise(runs: Path) -> None:
    made = unpacked(ask(runs / "variational-1", "samples", most=5)["made"])
    assert made.shape == (5, 8, 8, 1)
    with looking_into(RunFolder(runs / "variational-1")) as (_, looker):
        states = {name: looker._engine.read(f"state/Decoder.{name}") for name in
                  ("dense1.weights", "dense1.bias", "dense2.weights", "dense2.bias")}  # fmt: skip
    noise = np.random.default_rng(0).standard_normal((5, 8))
    hidden = np.maximum(0, noise @ states["dense1.weights"].T + states["dense1.bias"])
    scores = hidden @ states["dense2.weights"].T + states["dense2.bias"]
    assert made.reshape(5, 64) == pytest.approx(1 / (1 + np.exp(-scores)), abs=1e-5)


def test_who_gives_no_pictures_says_so(runs: Path) -> None:
    assert "gives out no pictures" in ask(runs / "digits-1", "copies")["error"]
    assert "does not give one number" in ask(runs / "digits-1", "numbers")["error"]
    assert "no layer of this network can be fed noise" in ask(runs / "autoencoder-digits-1", "samples")["error"]
    assert "there is no example 9999" in ask(runs / "autoencoder-digits-1", "copies", row=9999)["error"]


def test_some_answers_are_told_besides_the_worst(runs: Path) -> None:
    answer = ask(runs / "digits-1", "predictions", part="test", most=3)
    assert [one["row"] for one in answer["some"]] == list(range(12))
    found = netloom.predict("digits-1", folder=runs)["probabilities"]
    assert len(found) == 1797
    assert all(0.1 <= one["sure"] <= 1 for one in answer["some"])
    assert len(answer["worst"]) == 3


def test_numbers_are_told_by_how_far_they_are_off(tmp_path: Path) -> None:
    run = netloom.train(EXAMPLES / "regression" / "linear.yaml", epochs=3, folder=tmp_path)
    answer = ask(run.folder, "numbers", part="train", most=5)
    (found,) = netloom.predict(run.folder.name, folder=tmp_path).values()
    said = {one["row"]: one for one in (*answer["worst"], *answer["some"])}
    with looking_into(RunFolder(run.folder)) as (_, looker):
        rows = looker._data.parts["train"]
    for row, one in said.items():
        assert one["taken"] == pytest.approx(float(found.reshape(-1)[rows[row]]), rel=1e-3)
        assert one["off"] == pytest.approx(abs(one["taken"] - one["truth"]), abs=0.2)
    off = [one["off"] for one in answer["worst"]]
    assert off == sorted(off, reverse=True)
