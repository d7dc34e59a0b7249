"""Convolutions, pools and what is built of them: numbers by hand, sizes, counts, and what the examples promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.cost import LayerCost, costs
from netloom.compiler.interpret import interpret
from netloom.compiler.receptive import receptive_fields
from netloom.runtime import start

from .answered import answers, held, labels, share_right
from .gallery import example

PICTURE = np.array([[int(c) for c in row] for row in "100001 010010 001100 100010 010010 001010".split()])
FILTERS = np.array([[[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], [[-1, 1, -1]] * 3])


def trained(name: str, tmp_path: Path, **sets: object) -> Any:
    """A run of `pictures/name`."""
    return netloom.train(example(f"pictures/{name}"), sets, folder=tmp_path)


def table(shape: list[int], layers: str, tmp_path: Path) -> list[LayerCost]:
    """The layers of a network that is written here, as `netloom show` lists them."""
    file = tmp_path / "table.yaml"
    file.write_text(f"name: table\nnetwork: {{inputs: {{x: {shape}}}, layers: [{layers}]}}\n", encoding="utf-8")
    return [row for row in costs(start.load(file).experiment) if row.kind != "data"]


def shown(name: str, sets: dict[str, str] | None = None) -> dict[str, LayerCost]:
    return {row.name: row for row in costs(start.load(example(f"pictures/{name}"), sets).experiment)}


# C01 to C09: windows by hand


@pytest.mark.catalog("C01", "C06")
def test_both_filters_of_the_diagonal(tmp_path: Path) -> None:
    signal = pytest.importorskip("scipy.signal")
    found = netloom.predict(example("pictures/diagonal"), tap=["seen", "pooled"])
    for number, filter in enumerate(FILTERS):
        np.testing.assert_array_equal(found["seen"][0, :, :, number], signal.correlate2d(PICTURE, filter, "valid"))
        # a filter turned by half a circle makes it a convolution in the strict sense
        turned = signal.convolve2d(PICTURE, filter[::-1, ::-1], "valid")
        np.testing.assert_array_equal(found["seen"][0, :, :, number], turned)
    second = [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]]
    assert found["seen"][0, :, :, 1].tolist() == second
    assert found["pooled"][0, :, :, 1].tolist() == [[-1, 1], [0, 3]]
    file = tmp_path / "wide.yaml"
    file.write_text(example("pictures/diagonal").read_text().replace("stride: 1}", "stride: 2}"), encoding="utf-8")
    assert netloom.predict(file, tap=["seen"])["seen"][0, :, :, 1].tolist() == [[-1, -1], [-1, -2]]


@pytest.mark.catalog("C02", "C06", "C08")
def test_sizes_behind_windows() -> None:
    rows = shown("sizes")
    sides = {name: rows[name].shape[0] for name in ("stride_1", "stride_2", "stride_3", "same", "padded")}
    assert sides == {"stride_1": 5, "stride_2": 3, "stride_3": 2, "same": 7, "padded": 19}
    assert [rows[name].shape for name in ("halved", "overlapping", "kept", "every_second")] == [
        (5, 5, 50), (5, 5, 50), (11, 11, 50), (6, 6, 50),
    ]  # fmt: skip
    assert rows["row"].shape == (1250,)
    assert rows["rounded_up"].shape == (3, 3, 1)
    assert not any(row.parameters for row in rows.values() if row.kind == "max_pool")


@pytest.mark.catalog("C03", "P06")
def test_channels_are_summed() -> None:
    found = netloom.predict(example("pictures/colours"))
    edge = [0, 30, 30, 0]
    for name, (red, every) in {"in_red": (1, 1), "in_green": (0, 1), "in_all": (1, 3)}.items():
        assert found[name].shape == (1, 4, 4, 2)
        for row in found[name][0]:
            assert row[:, 0].tolist() == [red * x for x in edge]
            assert row[:, 1].tolist() == [every * x for x in edge]


@pytest.mark.catalog("C03", "C19", "P06")
def test_parameters_of_single_layers(tmp_path: Path) -> None:
    for shape, layer, count in (
        ([9, 9, 3], "{conv2d: {filters: 10, kernel: 5}}", 760),
        ([9, 9, 3], "{conv2d: {filters: 10, kernel: 3}}", 280),
        ([13, 13, 25], "{conv2d: {filters: 50, kernel: 3, bias: false}}", 11_250),
        ([28, 28, 1], "{conv2d: {filters: 25, kernel: 3, bias: false}}", 225),
        ([100, 100, 3], "flatten, {dense: {units: 1000, bias: false}}", 30_000_000),
    ):
        assert sum(row.parameters for row in table(shape, layer, tmp_path)) == count


@pytest.mark.catalog("C19", "P06")
def test_worked_networks(tmp_path: Path) -> None:
    """Three convolutions for pictures of 39x39x3; LeNet-5 for colours with 6 and with 8 filters at first."""
    three = table(
        [39, 39, 3],
        "{conv2d: {filters: 10, kernel: 3}}, {conv2d: {filters: 20, kernel: 5, stride: 2}}, "
        "{conv2d: {filters: 40, kernel: 5, stride: 2}}, flatten, {dense: {units: 1, activation: sigmoid}}",
        tmp_path,
    )
    assert [row.shape for row in three[:4]] == [(37, 37, 10), (17, 17, 20), (7, 7, 40), (1960,)]
    assert sum(row.parameters for row in three) == 27_301
    for filters, counts in ((6, [456, 2416, 48_120, 10_164, 850]), (8, [608, 3216, 48_120, 10_164, 850])):
        rows = table(
            [32, 32, 3],
            f"{{conv2d: {{filters: {filters}, kernel: 5, activation: relu}}}}, {{max_pool: 2}}, "
            "{conv2d: {filters: 16, kernel: 5, activation: relu}}, {max_pool: 2}, flatten, "
            "{dense: {units: 120, activation: relu}}, {dense: {units: 84, activation: relu}}, {dense: 10}",
            tmp_path,
        )
        assert [row.parameters for row in rows if row.parameters] == counts
    assert sum((456, 2416, 48_120, 10_164, 850)) == 62_006


@pytest.mark.catalog("C04")
def test_the_flatter_blur_takes_more_away() -> None:
    found = netloom.predict(example("pictures/blur"), "digits:test[0:50]")

    def steepness(pictures: Any) -> float:
        return float(np.square(np.diff(pictures, axis=1)).sum() + np.square(np.diff(pictures, axis=2)).sum())

    assert steepness(found["flat"]) < 0.8 * steepness(found["pointed"])


@pytest.mark.catalog("C06")
def test_the_gradient_of_a_pool_goes_to_the_largest(tmp_path: Path) -> None:
    """To the first of equals: 5 stands twice in the second window."""
    file = tmp_path / "largest.yaml"
    file.write_text(
        "name: largest\ndata: {source: {values: {y: [[0, 0]]}}}\nnetwork:\n  inputs: {y: [2]}\n  graph:\n"
        "    x: {variable: {shape: [2, 4, 1], start: [[[1], [2], [5], [5]], [[4], [3], [0], [1]]]}}\n"
        "    pooled: {max_pool: 2, from: x}\n    row: {flatten: pooled}\n  output: row\n"
        "train: {loss: {formula: sum(row + y)}, optimizer: {sgd: {learning_rate: 1}}, batch: 1, epochs: 1}\n",
        encoding="utf-8",
    )
    after = held(netloom.train(file, folder=tmp_path))["x.weights"]
    assert after[:, :, 0].tolist() == [[1, 2, 4, 5], [3, 3, 0, 1]]


@pytest.mark.catalog("C09", "C13")
def test_a_dense_head_and_its_convolution_give_the_same() -> None:
    """With the same numbers in both heads, in float64."""
    path = example("pictures/dense_head_as_convolution")
    loaded, draw = start.load(path), np.random.default_rng(0)
    graph = start.expanded(loaded, "predict")
    shapes = {str(n.attr("name")): tuple(int(str(s)) for s in n.type.shape) for n in graph if n.op == "state"}
    states = {name: draw.normal(size=shape) for name, shape in shapes.items()}
    for dense, sliding in (("dense_head.dense1", "sliding_head.conv2d1"), ("dense_head", "sliding_head.conv2d2")):
        for part in ("weights", "bias"):
            states[f"{sliding}.{part}"] = states[f"{dense}.{part}"].reshape(shapes[f"{sliding}.{part}"])
    found = answers(path, states)
    np.testing.assert_allclose(found["sliding_head"], found["dense_head"], rtol=1e-10, atol=1e-10)


@pytest.mark.catalog("C09")
def test_a_convolution_of_one_point_is_a_dense_layer_at_every_place(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(
        "name: one\nnetwork:\n  inputs: {x: [5, 4, 6]}\n  graph:\n"
        "    window: {conv2d: {filters: 3, kernel: 1}, from: x}\n    neurons: {dense: 3, from: x}\n"
        "  output: [window, neurons]\n",
        encoding="utf-8",
    )
    draw = np.random.default_rng(0)
    weights, bias = draw.normal(size=(3, 6)), draw.normal(size=3)
    values = {
        "column/x": draw.normal(size=(2, 5, 4, 6)), "rows": np.arange(2), "clock": np.array(0),
        "state/neurons.weights": weights, "state/neurons.bias": bias,
        "state/window.weights": weights.reshape(3, 1, 1, 6), "state/window.bias": bias,
    }  # fmt: skip
    found = interpret(start.expanded(start.load(file), "predict"), values, {"B": 2, "N": 2})
    np.testing.assert_allclose(found["out/window"], found["out/neurons"], rtol=1e-10, atol=1e-10)


@pytest.mark.catalog("C13")
def test_a_dense_head_as_convolutions_of_14x14(tmp_path: Path) -> None:
    rows = table(
        [14, 14, 3],
        "{conv2d: {filters: 16, kernel: 5}}, {max_pool: 2}, {conv2d: {filters: 400, kernel: 5}}, "
        "{conv2d: {filters: 400, kernel: 1}}, {conv2d: {filters: 4, kernel: 1}}",
        tmp_path,
    )
    assert [row.shape for row in rows] == [(10, 10, 16), (5, 5, 16), (1, 1, 400), (1, 1, 400), (1, 1, 4)]
    assert rows[2].parameters == 400 * (5 * 5 * 16) + 400 == (5 * 5 * 16) * 400 + 400


# C18 on: networks


@pytest.mark.catalog("C21", "P06")
def test_how_much_of_a_picture_a_place_sees(tmp_path: Path) -> None:
    def seen(file: Path, layer: str) -> int:
        field = receptive_fields(start.load(file).experiment)[layer]
        assert field is not None and field.size is not None
        return field.size[0]

    file = tmp_path / "seen.yaml"
    for between, wanted in (("", 5), ("{max_pool: 2}, ", 8)):
        file.write_text(
            "name: seen\nnetwork: {inputs: {x: [20, 20, 1]}, layers: [{conv2d: {filters: 1, kernel: 3}}, "
            f"{between}{{conv2d: {{filters: 1, kernel: 3}}}}]}}\n",
            encoding="utf-8",
        )
        assert seen(file, "conv2d2") == wanted
    assert seen(example("deep/vgg16"), "stage.5.max_pool1") == 212


@pytest.mark.catalog("C22")
def test_a_residual_block_of_zeros_passes_everything(tmp_path: Path) -> None:
    """What is not negative comes out as it went in; sizes that differ are refused without a projection."""
    text = (
        "name: zeros\ndata: {source: {values: {x: [[0, 1, 2.5, 7]]}}}\nnetwork:\n  inputs: {x: [4]}\n  layers:\n"
        "    - add:\n        body: [{dense: {units: 4, weights: ZERO, activation: relu}}, {dense: {units: 4, weights: ZERO}}]\n"
        "        keep: []\n    - relu\n"
    )
    zero = "{start: 0, trainable: false}, bias: {start: 0, trainable: false}"
    file = tmp_path / "zeros.yaml"
    file.write_text(text.replace("ZERO", zero), encoding="utf-8")
    (found,) = netloom.predict(file).values()
    assert found.tolist() == [[0, 1, 2.5, 7]]
    file.write_text(
        text.replace("ZERO", zero).replace("]\n        keep", ", {dense: 5}]\n        keep"), encoding="utf-8"
    )
    assert any(remark.severity == "error" for remark in netloom.check(file))


@pytest.mark.catalog("C24")
def test_a_closed_gate_passes_everything() -> None:
    """With gates held shut twenty highway layers are none."""
    path = example("pictures/highway_deep")
    graph, draw = start.expanded(start.load(path), "predict"), np.random.default_rng(0)
    states = dict[str, Any]()
    for node in graph:
        if node.op == "state":
            name, shape = str(node.attr("name")), tuple(int(str(size)) for size in node.type.shape)
            states[name] = draw.normal(size=shape)
            if name.endswith("gate.bias"):
                states[name] = np.full(shape, -1e9)
    found = answers(path, states, taps=("dense1",))
    logits = found["dense1"] @ states["dense2.weights"].T + states["dense2.bias"]
    np.testing.assert_array_equal(found["dense2"], logits)


@pytest.mark.slow
@pytest.mark.catalog("C25")
def test_each_way_of_a_fractal_reads_alone(tmp_path: Path) -> None:
    path = example("pictures/fractal_drop_path")
    run = trained("fractal_drop_path", tmp_path)
    assert run.metrics["test"]["accuracy"] > 0.95
    for alone in ({"short": "1", "long": "0"}, {"short": "0", "long": "1"}):
        scores = answers(path, held(run), alone)["scores"]
        assert share_right(scores, labels(path)) > 0.5


@pytest.mark.slow
@pytest.mark.catalog("C26")
def test_resnet_in_resnet(tmp_path: Path) -> None:
    run = trained("resnet_in_resnet", tmp_path)
    assert run.metrics["test"]["accuracy"] >= 0.95
    path, states = example("pictures/resnet_in_resnet"), held(run)
    for name in states:
        if "passing_kept" in name:
            states[name] = np.zeros_like(states[name])
    found = answers(path, states, taps=("one.kept_kept", "one.kept_sum", "kept"))
    residual = found["one.kept_kept"] + found["kept"]
    np.testing.assert_allclose(found["one.kept_sum"], residual, atol=1e-12)


@pytest.mark.catalog("C32")
def test_three_pools(tmp_path: Path) -> None:
    rows = shown("three_pools")
    assert [rows[f"max_pool{n}"].shape for n in (1, 2, 3)] == [(4, 4, 16), (2, 2, 20), (1, 1, 20)]
    assert trained("three_pools", tmp_path).metrics["test"]["accuracy"] > 0.9


@pytest.mark.slow
@pytest.mark.catalog("C33")
def test_separable_convolutions(tmp_path: Path) -> None:
    apart, whole = shown("separable"), shown("separable", {"whole": "true"})
    pairs = [("Separable1", "Whole2"), ("Separable2", "Whole3")]
    for one, other in pairs:
        work = [sum(r.multiply_adds for r in rows.values() if r.name.startswith(f"{n}."))
                for rows, n in ((apart, one), (whole, other))]  # fmt: skip
        assert work[1] > 5 * work[0]
    assert apart["Separable1.conv2d1"].multiply_adds == 8 * 8 * 9 * 8
    assert apart["Separable1.conv2d2"].multiply_adds == 8 * 8 * 8 * 16
    accuracy = [trained("separable", tmp_path, whole=whole).metrics["test"]["accuracy"] for whole in (False, True)]
    assert accuracy[0] > accuracy[1] - 0.03


@pytest.mark.slow
@pytest.mark.catalog("C34")
def test_a_vision_transformer(tmp_path: Path) -> None:
    run = trained("vision_transformer", tmp_path)
    assert run.metrics["test"]["accuracy"] >= 0.93
    found = answers(example("pictures/vision_transformer"), held(run), taps=("one.weights",))
    np.testing.assert_allclose(found["one.weights"].sum(axis=-1), 1)


@pytest.mark.slow
@pytest.mark.catalog("C23")
def test_depth_hurts_where_no_way_leads_round(tmp_path: Path) -> None:
    loss = {
        (blocks, plain): netloom.train(
            example("pictures/plain_or_residual"), {"blocks": blocks, "plain": plain}, folder=tmp_path, seed=1
        ).metrics["train"]["loss"]
        for blocks, plain in ((3, True), (9, True), (9, False))
    }
    assert loss[9, True] > loss[3, True]
    assert loss[9, False] < loss[9, True]


@pytest.mark.slow
@pytest.mark.catalog("C27")
def test_a_residual_network_bears_the_loss_of_a_block(tmp_path: Path) -> None:
    """A block without its last scale and shift adds nothing; a plain network without them has nothing left."""
    path, lost = example("pictures/plain_or_residual"), {}
    for plain in ("false", "true"):
        run = netloom.train(path, {"plain": plain}, epochs=16, folder=tmp_path)
        states = held(run)
        whole = share_right(answers(path, states, {"plain": plain})["dense1"], labels(path))
        assert whole > 0.9
        cut = {n: np.zeros_like(v) if "stage.2" in n and n in last_norm(states) else v for n, v in states.items()}
        lost[plain] = whole - share_right(answers(path, cut, {"plain": plain})["dense1"], labels(path))
    assert lost["false"] < lost["true"] / 2


def last_norm(states: dict[str, Any]) -> set[str]:
    """Scale and shift at the end of the last two layers of the second stage."""
    names = [
        n.rsplit(".", 1)[0] for n in states if n.startswith("stage.2") and n.endswith("ConvNorm2.batch_norm1.scale")
    ]
    return {f"{names[-1]}.scale", f"{names[-1]}.shift"}


@pytest.mark.catalog("C07")
def test_one_network_for_pictures_of_any_size(tmp_path: Path) -> None:
    """What ends in means over all places has the same weights for every size of picture."""
    layers = "{conv2d: {filters: 8, kernel: 3, activation: relu}}, global_avg_pool, {dense: 10}"
    counts = {side: sum(row.parameters for row in table([side, side, 1], layers, tmp_path)) for side in (8, 16, 28)}
    assert len(set(counts.values())) == 1
