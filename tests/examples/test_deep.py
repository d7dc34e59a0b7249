"""The networks of `examples/deep` at full size: their parameters, their sizes, their work; compiled, never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.compiler.cost import LayerCost, costs
from netloom.compiler.diagram_dot import dot_text
from netloom.compiler.diagram_fold import MOST, fitted
from netloom.compiler.diagram_layers import architecture
from netloom.runtime import start

from .gallery import EXAMPLES, example

DEEP = [path for path in EXAMPLES if path.parent.name == "deep"]

# AlexNet's and VGG-16's by hand from their tables of layers; the others' are those that the papers round, counted
# with scale and shift of each batch norm and without the running statistics
PARAMETERS = {
    "alexnet": 62_378_344,
    "vgg16": 138_357_544,
    "network_in_network": 966_986,
    "googlenet": 6_998_552,
    "inception": 163_696,
    "resnet20": 272_474,
    "resnet152": 60_192_808,
    "densenet121": 7_978_856,
    "fractalnet": 33_724_618,
}


def layers(name: str, **sets: str) -> dict[str, LayerCost]:
    return {row.name: row for row in costs(start.load(example(f"deep/{name}"), sets).experiment)}


@pytest.mark.catalog("C20", "C21", "C23", "C28", "C29")
@pytest.mark.parametrize("path", DEEP, ids=[path.stem for path in DEEP])
def test_parameters(path: Path) -> None:
    rows = costs(start.load(path).experiment)
    assert sum(row.parameters for row in rows) == PARAMETERS[path.stem]


@pytest.mark.parametrize("path", DEEP, ids=[path.stem for path in DEEP])
def test_it_compiles(path: Path) -> None:
    loaded = start.load(path)
    assert loaded.remarks == ()
    plan = start.compile_loaded(loaded).plan
    assert set(plan.programs) <= {"predict", "refresh"}
    assert plan.programs["predict"].calls


def test_equal_blocks_share_their_kernels() -> None:
    calls = start.compile_loaded(start.load(example("deep/resnet152"))).plan.programs["predict"].calls
    assert len({call.kernel for call in calls}) < len(calls) / 5


@pytest.mark.parametrize("path", DEEP, ids=[path.stem for path in DEEP])
def test_it_is_drawn_on_one_page(path: Path) -> None:
    picture = fitted(architecture(start.load(path).experiment), None, fold=None, most=MOST)
    assert len(picture.boxes) <= MOST
    assert dot_text(picture).startswith("digraph ")


@pytest.mark.catalog("C20")
def test_alexnet_shrinks_its_picture() -> None:
    found = [row.shape for row in layers("alexnet").values() if row.kind in ("conv2d", "max_pool", "flatten")]
    assert [shape[0] for shape in found] == [55, 27, 27, 13, 13, 13, 13, 6, 9216]


@pytest.mark.catalog("C21")
def test_vgg_halves_the_picture_and_doubles_the_channels() -> None:
    found = [row.shape for row in layers("vgg16").values() if row.kind == "max_pool"]
    assert found == [(112, 112, 64), (56, 56, 128), (28, 28, 256), (14, 14, 512), (7, 7, 512)]


@pytest.mark.catalog("C28")
def test_an_inception_block_saves_multiplications() -> None:
    rows = layers("inception")
    assert rows["concat1"].shape == (28, 28, 256)
    assert rows["conv2d4"].multiply_adds == 2_408_448
    assert rows["conv2d5"].multiply_adds == 10_035_200
    assert 28 * 28 * 192 * 5 * 5 * 32 == 120_422_400  # what one 5x5 from all channels would take


@pytest.mark.catalog("C29")
def test_googlenet_has_its_exits_in_training_only() -> None:
    exits = layers("googlenet", exits="true")
    assert {"side_a.dense2", "side_b.dense2"} <= exits.keys()
    assert sum(row.parameters for row in exits.values()) == 13_378_280
    assert exits["b5.concat1"].shape == layers("googlenet")["b5.concat1"].shape == (7, 7, 1024)


@pytest.mark.catalog("C23")
def test_the_layers_of_residual_networks() -> None:
    """As their names count them: convolutions of the main way and the dense layer; projections stand beside."""
    for name, count in (("resnet20", 20), ("resnet152", 152)):
        rows = layers(name).values()
        convolutions = sum(row.kind == "conv2d" for row in rows)
        projections = {"resnet20": 2, "resnet152": 4}[name]
        assert convolutions - projections + sum(row.kind == "dense" for row in rows) == count


@pytest.mark.catalog("C25")
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_a_fractal_has_2_to_the_columns_convolutions_less_one(columns: int) -> None:
    """Column k has 2^(k-1) convolutions one after the other."""
    loaded = start.load(example("pictures/fractalnet_small"), {"columns": str(columns)})
    count = sum(row.kind == "conv2d" for row in costs(loaded.experiment))
    assert count == 2 * (2**columns - 1)
