"""What may be wrong with a training is found in its record, and nothing where all is well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.runtime.events import Resumed, RunFailed
from netloom.runtime.launch import Launch, Request
from netloom.tui.model.diagnosis import Finding, diagnose
from netloom.tui.model.run_client import RunClient

from .made_record import Record, observed, sizes

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
FALLING = [2.3 * 0.98**i + 0.1 for i in range(200)]
NAMES = ("dense1", "dense2", "dense3", "dense4")
NETWORK = """
name: small
data: {source: digits, prepare: [scale], split: {validation: 0.1, test: 0.2}}
network:
  layers:
    - flatten
    - dense: {units: 50, activation: CURVE}
    - dense: {units: 50, activation: CURVE}
    - dense: 10
train: {loss: cross_entropy, optimizer: {sgd: {learning_rate: RATE}}, epochs: 10}
"""


def found(record: Record) -> dict[str, Finding]:
    return {finding.code: finding for finding in diagnose(record.client())}


def layers(gradients: tuple[float, ...], ratio: float = 1e-3, **activation: float) -> dict[str, object]:
    return {
        name: {
            "gradient": sizes(gradient),
            "weight": sizes(0.1),
            "activation": sizes(0.5, **activation),
            "ratio": ratio,
        }
        for name, gradient in zip(NAMES, gradients, strict=True)
    }


HEALTHY = layers((1e-2, 2e-2, 1e-2, 3e-2))


def record(folder: Path, losses: list[float], looked: dict[str, object] = HEALTHY, alive: bool = True) -> Record:
    made = Record(folder / "run-1", alive=alive, epochs=100).losses(losses)
    return made.write(observed(len(losses), **looked))  # type: ignore[arg-type]


def test_a_healthy_run_has_no_findings(tmp_path: Path) -> None:
    made = record(tmp_path, FALLING)
    made.epochs([1.0, 0.8, 0.6, 0.5, 0.4], [1.1, 0.9, 0.7, 0.65, 0.64])
    assert found(made) == {}
    assert diagnose(RunClient(tmp_path / "none")) == ()


def test_vanishing_names_the_layers_and_how_small(tmp_path: Path) -> None:
    finding = found(record(tmp_path, FALLING, layers((2e-8, 5e-7, 3e-6, 1e-2))))["vanishing"]
    assert finding.words == "layers 1-3 (dense1, dense2, dense3): gradients 2e-6 of the last layer's: vanishing"
    assert finding.layers == ("dense1", "dense2", "dense3")
    assert "batch_norm" in finding.way_out
    assert finding.grave


def test_a_branch_that_learns_slowly_is_no_vanishing(tmp_path: Path) -> None:
    assert found(record(tmp_path, FALLING, layers((1e-2, 1e-6, 1e-2, 1e-2)))) == {}


def test_exploding_by_layers_and_by_the_norm(tmp_path: Path) -> None:
    assert found(record(tmp_path, FALLING, layers((90.0, 20.0, 1.0, 1e-2))))["exploding"].layers == ("dense1",
        "dense2")  # fmt: skip
    made = Record(tmp_path / "run-2", alive=True)
    made.losses([2.0] * 10, gradient_norm=[1.0] * 10).losses([1.5] * 10, 10, gradient_norm=[1.0] * 4 + [500.0] * 6)
    assert "500 times" in found(made)["exploding"].words


def test_dead_and_saturated(tmp_path: Path) -> None:
    dead = found(record(tmp_path, FALLING, layers((1e-2,) * 4, dead=0.8)))["dead_units"]
    assert "80% of the units give 0" in dead.words
    assert dead.layers == NAMES
    slow = [2.3 - 0.002 * i for i in range(100)]
    (tmp_path / "slow").mkdir()
    saturated = found(record(tmp_path / "slow", slow, layers((1e-2,) * 4, saturated=0.9)))["saturated"]
    assert saturated.layers == NAMES[:-1]


def test_an_output_or_a_gate_that_is_sure_is_no_trouble(tmp_path: Path) -> None:
    assert found(record(tmp_path, FALLING, layers((1e-2,) * 4, saturated=0.9))) == {}


def test_overfitting(tmp_path: Path) -> None:
    made = record(tmp_path, FALLING)
    made.epochs([1.0, 0.8, 0.6, 0.4, 0.2, 0.1], [1.1, 0.9, 0.85, 0.95, 1.1, 1.3])
    finding = found(made)["overfits"]
    assert "since epoch 3 (0.85 to 1.3)" in finding.words
    assert not finding.grave


def test_overfitting_is_seen_through_noise(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    train = [0.6 * 0.99**i + 0.02 * rng.random() for i in range(400)]
    validation = [0.3 + abs(i - 60) / 1000 + 0.1 * rng.random() for i in range(400)]
    # by chance the newest training loss is a high one
    train[-1] = 0.5
    finding = found(record(tmp_path, FALLING).epochs(train, validation))["overfits"]
    assert "it learns by heart" in finding.words


def test_overfitting_is_seen_where_nearly_all_was_learnt(tmp_path: Path) -> None:
    """The rise is little against the first loss, but the validation loss has nearly doubled, and stays there."""
    train = [2.0 * 0.93**i + 5e-8 for i in range(400)]
    validation = [2.0 * 0.9**i + 0.055 if i < 34 else 0.1 - 0.045 * 0.97 ** (i - 34) for i in range(400)]
    made = record(tmp_path, FALLING + [5e-8] * 20).epochs(train, validation)
    assert "it learns by heart" in found(made)["overfits"].words
    for folder, later in (("back", 0.06), ("none", 0.0)):
        (tmp_path / folder).mkdir()
        # it came back; or all of it is far below what counts
        losses = [*validation[:-40], *[later] * 40] if later else [loss / 1e4 for loss in validation]
        made = record(tmp_path / folder, FALLING + [5e-8] * 20).epochs(train, losses)
        assert "overfits" not in found(made)


def test_noise_of_a_loss_that_is_as_good_as_none_is_no_trouble(tmp_path: Path) -> None:
    made = Record(tmp_path / "run-1", alive=True)
    made.losses([1.4e-8] * 50, gradient_norm=[1e-9] * 10).losses([1.5e-6] * 50, 50, gradient_norm=[1e-6] * 10)
    assert found(made) == {}


@pytest.mark.parametrize(
    ("train", "validation"),
    [
        # both rise; a rise within the noise; too soon to tell
        ([1.0, 0.8, 0.6, 0.7, 0.8, 0.9], [1.1, 0.9, 0.85, 0.95, 1.1, 1.3]),
        ([1.0, 0.8, 0.6, 0.5, 0.4, 0.3], [1.1, 0.9, 0.85, 0.86, 0.87, 0.88]),
        ([1.0, 0.8, 0.6, 0.5], [1.1, 0.85, 0.95, 1.1]),
    ],
)
def test_what_is_no_overfitting(tmp_path: Path, train: list[float], validation: list[float]) -> None:
    assert "overfits" not in found(record(tmp_path, FALLING).epochs(train, validation))


def test_a_loss_that_rises(tmp_path: Path) -> None:
    finding = found(record(tmp_path, [2.3 + 0.1 * i for i in range(100)]))["rate_too_high"]
    assert "the learning rate is 0.1" in finding.words
    assert finding.grave


def test_steps_larger_than_the_weights(tmp_path: Path) -> None:
    looked = layers((1e-2,) * 4, ratio=3.0)
    assert found(record(tmp_path, FALLING, looked))["rate_too_high"].layers == NAMES


def test_a_rate_too_low_is_not_said_to_learn_nothing(tmp_path: Path) -> None:
    still = found(record(tmp_path, [2.3] * 200, layers((1e-2,) * 4, ratio=1e-7)))
    assert set(still) == {"rate_too_low"}
    assert "1e-7 of their size" in still["rate_too_low"].words


def test_guessing_and_not_falling(tmp_path: Path) -> None:
    made = record(tmp_path, [2.31] * 200)
    assert "has not fallen in 200 steps" in found(made)["learns_nothing"].words
    told = made.folder / "events.jsonl"
    told.write_text(told.read_text("utf-8").replace('"classes": null', '"classes": 10'), encoding="utf-8")
    assert "log(10): as good as guessing among 10 classes" in found(made)["learns_nothing"].words


def test_a_run_that_has_just_begun_is_not_judged(tmp_path: Path) -> None:
    assert found(record(tmp_path, [2.31] * 30, layers((1e-2,) * 4, ratio=1e-7))) == {}


def test_failed_died_and_ended_early(tmp_path: Path) -> None:
    made = record(tmp_path, FALLING).write(RunFailed(step=200, message="step 201: `exp` gives NaN"))
    assert found(made)["not_finite"].words == "step 201: `exp` gives NaN"
    gone = Record(tmp_path / "run-2").losses(FALLING)
    assert "died" in found(gone)
    early = Record(tmp_path / "run-3").losses(FALLING).ended(200, "stopped_early")
    assert "20 of 10 epochs" in found(early)["ended_early"].words


def test_waiting_for_data(tmp_path: Path) -> None:
    made = Record(tmp_path / "run-1", alive=True).losses(FALLING[:10], input_share=[0.6] * 10)
    assert "60% of a step goes into its input" in found(made)["data_bound"].words
    little = Record(tmp_path / "run-2", alive=True).losses(FALLING[:10], input_share=[0.3] * 10)
    assert found(little) == {}


def test_what_was_dropped_by_going_on_is_not_judged(tmp_path: Path) -> None:
    made = record(tmp_path, FALLING)
    made.losses([50.0] * 100, first=200)
    assert "rate_too_high" in found(made)
    made.write(Resumed(step=200, epoch=20))
    assert found(made) == {}


# real trainings


def trained(tmp_path: Path, file: Path, **sets: str) -> dict[str, Finding]:
    launch = Launch(Request(file, sets, runs=tmp_path / "runs", threads=1, eager=True))
    list(launch.events())
    client = RunClient(launch.folder.path)
    client.poll()
    assert client.observed is not None
    return {finding.code: finding for finding in diagnose(client)}


def network(tmp_path: Path, curve: str, rate: float) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(NETWORK.replace("CURVE", curve).replace("RATE", f"{rate:g}"), encoding="utf-8")
    return file


def test_nine_sigmoids_vanish_and_nine_relus_do_not(tmp_path: Path) -> None:
    deep = trained(tmp_path, EXAMPLES / "depth" / "nine_sigmoid.yaml")
    assert deep["vanishing"].layers[:4] == ("dense1", "dense2", "dense3", "dense4")
    assert trained(tmp_path, EXAMPLES / "depth" / "nine_relu.yaml") == {}


@pytest.mark.parametrize("curve", ["relu", "sigmoid"])
@pytest.mark.parametrize(("rate", "code"), [(100.0, "rate_too_high"), (1e-7, "rate_too_low")])
def test_a_rate_far_off_is_found(tmp_path: Path, curve: str, rate: float, code: str) -> None:
    assert code in trained(tmp_path, network(tmp_path, curve, rate))


def test_relus_that_were_pushed_too_far_are_dead(tmp_path: Path) -> None:
    dead = trained(tmp_path, network(tmp_path, "relu", 3.0))["dead_units"]
    assert "dense1" in dead.layers or "dense2" in dead.layers


@pytest.mark.parametrize("example", ["start/digits", "regularisation/dropout", "decisions/moons", "regression/softmax"])
def test_examples_that_learn_have_no_findings(tmp_path: Path, example: str) -> None:
    assert trained(tmp_path, EXAMPLES / f"{example}.yaml") == {}
