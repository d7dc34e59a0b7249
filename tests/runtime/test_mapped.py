"""Maps of inputs: they are what the network gives there, they are spread over the training, and change no bit of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.runtime import checkpoints
from netloom.runtime.events import Event, Mapped, Steps
from netloom.runtime.input_share import InputShare
from netloom.runtime.launch import Launch, Request
from netloom.runtime.mapped import LINE, MOST_LEVELS, PLANE, Mapper, mapper_of, pack, unpack
from netloom.runtime.wishes import Ask

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
CURVE = """
name: curve
data: {source: {values: {x: [[-2], [-1], [0], [1], [2]], y: [[3], [2], [1], [2], [3]]}}, fields: {y: {prepare: [standardize]}}}
network:
  inputs: {x: [1]}
  layers: [{dense: {units: 8, activation: tanh}}, {dense: 1}]
train: {loss: {mse: {target: y}}, optimizer: {adam: {learning_rate: 0.05}}, batch: 5, epochs: 40}
"""


def launch(file: Path, runs: Path, **more: Any) -> Launch:
    return Launch(Request(file, runs=runs, threads=1, **more))


def trained(made: Launch) -> tuple[list[Event], dict[str, Any]]:
    events = list(made.events())
    states, _ = checkpoints.read(made.folder.last)
    return events, states


@pytest.fixture(scope="module")
def moons(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Mapped]]:
    """A run of the moons, five epochs long, and its maps."""
    made = launch(EXAMPLES / "decisions" / "moons.yaml", tmp_path_factory.mktemp("runs"), epochs=5, eager=True)
    return made.folder.path, [event for event in made.events() if isinstance(event, Mapped)]


def test_maps_and_timed_steps_change_no_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = EXAMPLES / "decisions" / "moons.yaml"
    plain, states = trained(launch(file, tmp_path / "plain", epochs=4, observe=False))
    monkeypatch.setattr(InputShare, "due", lambda _: True)
    made = launch(file, tmp_path / "seen", epochs=4, eager=True)
    made.training.wishes.asks.extend(Ask({"do": "look", "what": what}) for what in ("copies", "samples", "attention"))
    seen, others = trained(made)
    assert any(isinstance(event, Mapped) for event in seen)
    assert all(event.input_share is not None for event in seen if isinstance(event, Steps))
    assert all(event.input_share is None for event in plain if isinstance(event, Steps))
    assert {name: array.tobytes() for name, array in states.items()} == {
        name: array.tobytes() for name, array in others.items()
    }


def test_a_map_is_what_the_network_says_there(moons: tuple[Path, list[Mapped]]) -> None:
    folder, maps = moons
    last = maps[-1]
    assert last.counts == (PLANE, PLANE)
    assert last.step == 125
    lines = [np.linspace(low, high, PLANE, dtype=np.float32) for _, low, high in last.axes]
    # the slow obvious way: one place after the other, the second axis the outer one
    places = np.array([[x, y] for y in lines[1] for x in lines[0]])
    found = netloom.predict(folder.name, places, folder=folder.parent)["probabilities"].reshape(-1)
    taken, sure = unpack(last.values, "uint8").reshape(2, -1)
    near = np.abs(found - 0.5) < 1e-4
    assert ((taken == (found > 0.5)) | near).all()
    assert np.abs(sure / 255 - np.maximum(found, 1 - found)).max() < 0.005


def test_the_data_is_told_of_once(moons: tuple[Path, list[Mapped]]) -> None:
    folder, maps = moons
    points = unpack(maps[0].points, "float32").reshape(-1, 3)
    assert 200 <= len(points) <= 300
    assert set(points[:, 2]) == {0.0, 1.0}
    assert not any(one.points for one in maps[1:])
    assert maps[0].step == 0
    (_, low, high), _ = maps[0].axes
    assert low < points[:, 0].min() <= points[:, 0].max() < high
    assert folder.is_dir()


def test_a_curve_is_told_in_what_the_loss_compares_with(tmp_path: Path) -> None:
    file = tmp_path / "curve.yaml"
    file.write_text(CURVE, encoding="utf-8")
    made = launch(file, tmp_path / "runs", eager=True)
    maps = [event for event in made.events() if isinstance(event, Mapped)]
    points = unpack(maps[0].points, "float32").reshape(-1, 2)
    assert points[:, 1].mean() == pytest.approx(0, abs=1e-5)
    assert points[:, 1].std() == pytest.approx(1, abs=1e-5)
    ((_, low, high),), (least, greatest) = maps[-1].axes, maps[-1].scale
    found = netloom.predict(made.folder.name, np.linspace(low, high, LINE, dtype=np.float32)[:, None],
                            folder=tmp_path / "runs")  # fmt: skip
    told = least + (greatest - least) * unpack(maps[-1].values, "uint16") / MOST_LEVELS
    assert np.abs(told - next(iter(found.values())).reshape(-1)).max() < 1e-3


def test_larger_inputs_have_no_map(tmp_path: Path) -> None:
    for name in ("start/digits", "worked/gradient_by_hand"):
        made = launch(EXAMPLES / f"{name}.yaml", tmp_path / "runs", epochs=1)
        assert mapper_of(made.loaded, made.ready.engine, made.data) is None
        assert not any(isinstance(event, Mapped) for event in made.events())


def test_maps_are_spread_over_a_training(tmp_path: Path) -> None:
    made = launch(EXAMPLES / "decisions" / "moons.yaml", tmp_path / "runs", epochs=1)
    now = 0.0
    mapper = Mapper(made.loaded, made.ready.engine, made.data, {"x": 2}, steps=4800, allowance=9.0, clock=lambda: now)
    assert mapper.due(0, watched=False)
    mapper.look(0, np.zeros(0, np.int64), {})
    assert not mapper.due(0, watched=False, last=True)
    mapped = [step for step in range(1, 4801) if mapper.due(step, watched=False) and mapper.look(step, *NOTHING)]
    gaps = np.diff(mapped)
    # denser at the start, then a forty-eighth of the training at a time
    assert (mapped[0], gaps[0]) == (1, 1)
    assert gaps.max() == 100
    assert 60 <= len(mapped) <= 100
    after = mapped[-1] + 1
    assert not mapper.due(after, watched=True)
    assert mapper.due(after, watched=False, last=True)
    now = 0.6
    assert mapper.due(after, watched=True)
    assert not mapper.due(after, watched=False)
    list(made.events())


NOTHING: tuple[Any, dict[str, float]] = (np.zeros(0, np.int64), {})


def test_numbers_come_back_from_their_text() -> None:
    for array in (np.arange(300, dtype=np.uint16), np.array([[1.5, -2.0]], np.float32)):
        assert (unpack(pack(array), str(array.dtype)) == array.reshape(-1)).all()
    with pytest.raises(ValueError, match="cannot be unpacked"):
        unpack("AAAA", "uint8")
