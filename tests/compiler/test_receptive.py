"""Receptive fields against their brute-force twin: every point of a picture is changed by itself, and what changes is
what saw it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netloom
from netloom.compiler.build import build
from netloom.compiler.expand import expand
from netloom.compiler.experiment import Experiment
from netloom.compiler.interpret import interpret, leaf_name
from netloom.compiler.receptive import Along, Field, receptive_fields
from netloom.dsl.data_schema import NO_DATA
from netloom.dsl.load import read_spec
from netloom.runtime import start

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
PICTURE, SMALL = (19, 16), (13, 10)


def built(layers: str, picture: tuple[int, int] = PICTURE) -> Experiment:
    text = f"netloom: 1\nnetwork:\n  inputs: {{image: [{picture[0]}, {picture[1]}, 1]}}\n  layers:\n{layers}"
    spec, diagnostics = read_spec(text, "net.yaml")
    assert spec is not None, tuple(diagnostics)
    experiment = build(spec, NO_DATA, diagnostics)
    assert experiment is not None, (text, tuple(diagnostics))
    return experiment


def changed(experiment: Experiment, picture: tuple[int, int]) -> dict[str, np.ndarray]:
    """For each layer, (points, places down, places across): whether a point of the picture changes a place."""
    taps = [node.id for node in experiment.graph if node.op != "field"]
    graph = expand(experiment, "predict", taps).graph
    count = picture[0] * picture[1]
    rng = np.random.default_rng(3)
    pictures = np.tile(rng.uniform(0.5, 1.0, (1, *picture, 1)), (count + 1, 1, 1, 1))
    # far above all others, so that the largest of a window is it, wherever it is seen
    pictures.reshape(count + 1, count)[np.arange(count), np.arange(count)] = 1e6
    values = {"rows": np.arange(count + 1), "column/image": pictures}
    for node in graph:
        if node.op == "state":
            values[leaf_name(node)] = rng.uniform(0.5, 1.0, node.type.shape)
    outputs = interpret(graph, values, {"B": count + 1, "N": count + 1})
    return {
        name: (np.abs(outputs[f"out/{name}"][:-1] - outputs[f"out/{name}"][-1:]) > 1e-9).any(axis=-1) for name in taps
    }


def agrees(experiment: Experiment, picture: tuple[int, int]) -> int:
    """Compare every place that sees nothing of the border; returns how many there were."""
    fields, seen, compared = receptive_fields(experiment), changed(experiment, picture), 0
    for name, change in seen.items():
        field = fields[name]
        assert field is not None, name
        if field.axes is None:
            assert change.all(), name
            continue
        for place in np.ndindex(change.shape[1:]):
            said = [along.seen(at) for along, at in zip(field.axes, place, strict=True)]
            if any(low < 0 or high >= size for (low, high), size in zip(said, picture, strict=True)):
                continue
            points = np.argwhere(change[(slice(None), *place)].reshape(picture))
            assert [(p.min(), p.max()) for p in points.T] == said, (name, place)
            compared += 1
    return compared


@st.composite
def layers(draw: st.DrawFn, indent: str = "    ", most: int = 3, *, keep: bool = False) -> str:
    """A few layers; with `keep` such that leave the size as it is."""
    found = ""
    for _ in range(draw(st.integers(1, most))):
        choices = ["conv", "conv", "pool", "pointwise", *(() if keep else ("resize", "branch"))]
        kind = draw(st.sampled_from(choices))
        size, stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3))), 1 if keep else draw(st.integers(1, 2))
        padding = "same" if keep or min(size) == 1 else draw(st.sampled_from(("same", "same", "1")))
        if kind == "conv":
            dilation = draw(st.integers(1, 2))
            found += (f"{indent}- conv2d: {{filters: 2, kernel: {list(size)}, stride: {stride}, dilation: {dilation},"
                      " padding: same}\n")  # fmt: skip
        elif kind == "pool":
            word = draw(st.sampled_from(("max_pool", "avg_pool")))
            found += f"{indent}- {word}: {{size: {list(size)}, stride: {stride}, padding: {padding}}}\n"
        elif kind == "resize":
            found += f"{indent}- resize: 2\n"
        elif kind == "branch":
            body = draw(layers(indent + "        ", 2, keep=True))
            found += f"{indent}- concat:\n{indent}    one:\n{body}{indent}    two:\n{indent}        - linear\n"
        else:
            found += f"{indent}- {draw(st.sampled_from(('batch_norm', 'dense: 2', 'dropout: 0.1', 'linear')))}\n"
    return found


@settings(max_examples=40)
@given(layers())
def test_the_field_is_what_changes_a_place(text: str) -> None:
    agrees(built(text, SMALL), SMALL)


@pytest.mark.parametrize(
    "text",
    [
        "    - conv2d: {filters: 2, kernel: 3}\n    - max_pool: 2\n    - conv2d: {filters: 1, kernel: 3}\n",
        "    - resize: 2\n    - conv2d: {filters: 1, kernel: 3, padding: same}\n",
        "    - max_pool: {size: 3, stride: 2, padding: same}\n    - resize: 2\n    - conv2d: {filters: 1, kernel: 2}\n",
        "    - conv2d: {filters: 2, kernel: [1, 3], dilation: [1, 2], padding: same}\n    - avg_pool: [2, 1]\n",
        "    - conv2d: {filters: 2, kernel: 3}\n    - global_avg_pool\n    - dense: 3\n",
    ],
)
def test_chains(text: str) -> None:
    assert agrees(built(text), PICTURE) > 20


def test_branches_that_drift_apart_have_no_field() -> None:
    """Through one branch neighbours see points two apart, through the other as many as there are."""
    along = Along().through_windows(3, 2, 1, 1)
    assert along.joined(Along()) is None
    assert along.joined(Along().through_windows(1, 2, 0, 1)) == along


def test_known_networks() -> None:
    """VGG-16 and ResNet-152 as Araujo, Norris & Sim 2019 list them."""
    for name, layer, size, jump in (
        ("vgg16", "stage.5.max_pool1", 212, 32),
        ("resnet152", "stage.4.Bottleneck3.relu3", 1507, 32),
    ):
        field = receptive_fields(start.load(EXAMPLES / "deep" / f"{name}.yaml").experiment)[layer]
        assert field is not None
        assert field.size == (size, size)
        assert field.jump == (jump, jump)


def test_an_enlarged_picture_sees_less_than_a_point_a_step() -> None:
    field = receptive_fields(built("    - resize: 2\n    - conv2d: {filters: 1, kernel: 3}\n"))["conv2d1"]
    assert field == Field("image", (Along(((0, 1), (0, 1)), 1),) * 2)
    assert field.jump == (0.5, 0.5)


def test_what_has_no_places_has_no_field() -> None:
    fields = receptive_fields(start.load(EXAMPLES / "regression" / "linear.yaml").experiment)
    assert set(fields.values()) == {None}


@pytest.mark.parametrize(
    ("shape", "layers", "size", "jump"),
    [
        (
            [32, 2], "{conv1d: {filters: 3, kernel: 5}}, {max_pool: 2}, {conv1d: {filters: 4, kernel: 3, dilation: 2}}",
            (14,), (2,),
        ),
        ([9, 12, 16, 1], "{conv3d: {filters: 3, kernel: [3, 1, 5]}}, {avg_pool: [1, 2, 3]}, {dense: 3}", (3, 2, 7), (1, 2, 3)),
    ],
)  # fmt: skip
def test_signals_and_volumes(shape: list[int], layers: str, size: tuple[int, ...], jump: tuple[int, ...]) -> None:
    spec, diagnostics = read_spec(f"network: {{inputs: {{x: {shape}}}, layers: [{layers}]}}", "net.yaml")
    assert spec is not None, tuple(diagnostics)
    experiment = build(spec, NO_DATA, diagnostics)
    assert experiment is not None, tuple(diagnostics)
    *_, field = receptive_fields(experiment).values()
    assert field is not None
    assert (field.size, field.jump) == (size, jump)
