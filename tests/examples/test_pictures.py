"""Golden numbers of the picture networks: convolutions by hand, filters for edges, tables of layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.compiler.cost import costs
from netloom.runtime import checkpoints, start

from .gallery import example


@pytest.mark.catalog("C01", "C06")
def test_a_convolution_and_a_pool_by_hand(tmp_path: Path) -> None:
    found = netloom.predict(example("pictures/diagonal"), tap=["seen", "pooled"])
    assert found["seen"][0, :, :, 0].tolist() == [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
    assert found["pooled"][0, :, :, 0].tolist() == [[3, 0], [3, 1]]
    wider = tmp_path / "diagonal.yaml"
    wider.write_text(example("pictures/diagonal").read_text().replace("{stride: 1}", "{stride: 2}"))
    wide = netloom.predict(wider, tap=["seen"])
    assert wide["seen"][0, :, :, 0].tolist() == [[3, -3], [-3, 0]]


@pytest.mark.catalog("C04")
def test_filters_for_upright_edges() -> None:
    (edges,) = netloom.predict(example("pictures/edges_fixed")).values()
    assert edges.shape == (1, 4, 4, 3)
    for filter, height in enumerate((30, 40, 160)):
        assert edges[0, :, :, filter].tolist() == [[0, height, height, 0]] * 4


@pytest.mark.catalog("C05")
def test_a_filter_for_edges_is_learned(tmp_path: Path) -> None:
    run = netloom.train(example("pictures/edges_learned"), folder=tmp_path)
    held = checkpoints.read(run.folder / "checkpoints" / "last.safetensors")[0]
    learned, sobel = held["learned.weights"].ravel(), held["sobel.weights"].ravel()
    assert sobel.tolist() == [1, 0, -1, 2, 0, -2, 1, 0, -1]
    assert np.corrcoef(learned, sobel)[0, 1] > 0.99


@pytest.mark.catalog("C18", "C19")
def test_the_tables_of_layers() -> None:
    lenet = start.load(example("pictures/lenet5")).experiment
    parameters = [row.parameters for row in costs(lenet) if row.parameters]
    assert parameters == [156, 2416, 48_120, 10_164, 850]
    assert sum(parameters) == 61_706
    cnn = start.load(example("pictures/cnn_mnist")).experiment
    shapes = [row.shape for row in costs(cnn) if row.kind in ("conv2d", "max_pool", "flatten")]
    assert shapes == [(26, 26, 25), (13, 13, 25), (11, 11, 50), (5, 5, 50), (1250,)]


@pytest.mark.catalog("C13")
def test_both_forms_of_a_head_have_the_same_weights() -> None:
    rows = costs(start.load(example("pictures/dense_head_as_convolution")).experiment)
    dense = [row.parameters for row in rows if row.kind == "dense"]
    convolutions = [row.parameters for row in rows if row.kind == "conv2d" and row.shape[0] == 1]
    assert dense == convolutions == [4128, 330]


@pytest.mark.catalog("C24")
def test_a_highway_learns_where_plain_layers_stay_at_chance(tmp_path: Path) -> None:
    highway = netloom.train(example("pictures/highway_deep"), folder=tmp_path / "highway")
    plain = netloom.train(example("pictures/highway_deep"), folder=tmp_path / "plain", sets={"plain": "true"})
    assert highway.metrics["test"]["accuracy"] > 0.8
    assert plain.metrics["test"]["accuracy"] < 0.2


@pytest.mark.catalog("D05")
def test_pictures_changed_anew_teach_more(tmp_path: Path) -> None:
    changed = netloom.train(example("pictures/augmented"), folder=tmp_path / "changed")
    plain = netloom.train(
        example("pictures/augmented"), folder=tmp_path / "plain", sets={"turn": "0", "size": "0", "noise": "0"}
    )
    assert changed.metrics["test"]["loss"] < 0.8 * plain.metrics["test"]["loss"]
    assert changed.metrics["test"]["accuracy"] > plain.metrics["test"]["accuracy"]
    assert changed.metrics["train"]["accuracy"] < plain.metrics["train"]["accuracy"] == 1.0
