"""Sets made by formula: truth tables, shapes, classes in turn, the same bits everywhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from netloom.runtime.data.raw import Raw
from netloom.runtime.data.reach import Reach
from netloom.runtime.data.synthetic import GATES, generator, read_gates

REACH = Reach.of(Path(), {})
PLAIN = {"samples": 101, "noise": 0.0, "seed": 3, "classes": 3, "factor": 0.5, "turns": 1.0}


def made(name: str, **options: object) -> Raw:
    asked = {**PLAIN, **options}
    if name in {"moons", "circles"}:
        del asked["classes"]
    return generator(name)(asked, REACH)


@pytest.mark.parametrize(
    ("gate", "answers"),
    [
        ("and", [0, 0, 0, 1]),
        ("or", [0, 1, 1, 1]),
        ("nand", [1, 1, 1, 0]),
        ("nor", [1, 0, 0, 0]),
        ("xor", [0, 1, 1, 0]),
        ("not", [1, 0]),
    ],
)
def test_truth_tables(gate: str, answers: list[int]) -> None:
    raw = read_gates({"gate": gate}, REACH)
    assert raw.columns["label"].tolist() == answers
    rows = [[0], [1]] if gate == "not" else [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert raw.columns["x"].tolist() == rows
    assert gate in GATES


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "blobs"])
def test_columns_and_classes(name: str) -> None:
    raw = made(name)
    classes = 2 if name in {"moons", "circles"} else 3
    assert raw.columns["x"].shape == (101, 2)
    assert raw.columns["x"].dtype == np.float32
    assert raw.columns["label"].tolist() == [n % classes for n in range(101)]
    assert raw.known["label"].classes == classes


def test_shapes_without_noise() -> None:
    x, label = (made("circles").columns[c] for c in ("x", "label"))
    np.testing.assert_allclose(np.hypot(*x.T), np.where(label == 1, 0.5, 1.0), rtol=1e-6)
    x, label = (made("moons").columns[c] for c in ("x", "label"))
    upper, lower = x[label == 0], x[label == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1, rtol=1e-6)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1, rtol=1e-6)
    assert upper[:, 1].min() >= -1e-6
    assert lower[:, 1].max() <= 0.5 + 1e-6
    x = made("spirals").columns["x"]
    np.testing.assert_allclose(np.hypot(*x.T)[:3], 0, atol=1e-7)
    np.testing.assert_allclose(np.hypot(*x.T)[-2:], 1, rtol=1e-6)
    assert len(np.unique(made("blobs").columns["x"], axis=0)) == 3


def test_noise_has_its_deviation() -> None:
    clean, noisy = (made("moons", samples=20_000, noise=n).columns["x"] for n in (0.0, 0.2))
    assert abs((noisy - clean).std() - 0.2) < 0.005
    assert abs((noisy - clean).mean()) < 0.005


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_very_few(samples: int) -> None:
    for name in ("moons", "circles", "spirals", "blobs"):
        assert np.isfinite(made(name, samples=samples).columns["x"]).all()


def test_a_seed_makes_the_same_bits_everywhere() -> None:
    digests = {}
    for name in ("moons", "circles", "spirals", "blobs"):
        x = made(name, samples=1000, noise=0.15).columns["x"].astype("<f4")
        digests[name] = hashlib.sha256(x.tobytes()).hexdigest()[:16]
    assert digests == {
        "moons": "3c0f5f07d308b684",
        "circles": "dd008695c616d72c",
        "spirals": "8d423862b2a56921",
        "blobs": "7427f12c73206092",
    }
    assert not np.array_equal(made("blobs").columns["x"], made("blobs", seed=4).columns["x"])
