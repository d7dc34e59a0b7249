"""The architecture graph of a file: names, wiring, sizes, weights, starts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netloom.compiler.experiment import Experiment, weights_of
from netloom.compiler.types import TensorType

Built = Callable[..., Experiment]
CROSS = "\ntrain: {loss: cross_entropy}"
DIGITS = """name: digits
data: {source: digits, prepare: [scale]}
network:
  layers:
    - flatten
    - dense: {units: 100, activation: relu}
    - dropout: 0.2
    - dense: 10
train: {loss: cross_entropy}
"""


def layers(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """What each layer reads, by its name."""
    return {node.id: node.inputs for node in experiment.graph if node.op != "field"}


def sizes(experiment: Experiment) -> dict[str, tuple[object, ...]]:
    return {node.id: node.type.shape[1:] for node in experiment.graph if node.op != "field"}


def starts(experiment: Experiment) -> dict[str, str]:
    return {weight.name: weight.start[0] for node in experiment.graph for weight in weights_of(node)}


def test_digits(built: Built, golden: Callable[[str, str], None]) -> None:
    golden("build/digits.txt", built(DIGITS).graph.text())


def test_defaults(built: Built) -> None:
    made = built(DIGITS)
    assert (made.batch, made.epochs, made.steps, made.seed, made.stop, made.clip) == (32, 10, None, 0, None, ())
    assert made.optimizer is not None
    assert made.optimizer.kind == "adam"
    assert made.optimizer.options["learning_rate"] == ("constant", (("value", 0.001),))
    assert [(use.kind, use.name, use.prediction, use.target) for use in made.metrics] == [
        ("accuracy", "accuracy", "dense2", "label")
    ]


def test_a_name_leaves_the_other_names(built: Built) -> None:
    """Named layers are counted too."""
    plain = built("network: {layers: [flatten, {dense: 8}, {dense: 9}, {dense: 10}]}")
    named = built("network: {layers: [flatten, {dense: 8, name: first}, {dense: 9}, {dense: 10}]}")
    assert list(layers(plain)) == ["flatten1", "dense1", "dense2", "dense3"]
    assert list(layers(named)) == ["flatten1", "first", "dense2", "dense3"]


def test_graph_lines_in_any_order(built: Built) -> None:
    lines = ["f: {flatten: image}", "a: {dense: 4, from: f}", "b: [{dense: 5, from: f}, relu, {dense: 4}]",
             "c: {add: [a, b]}"]  # fmt: skip
    texts = ["network:\n  graph:\n" + "".join(f"    {line}\n" for line in some) + "  output: c\n"
             for some in (lines, lines[::-1])]  # fmt: skip
    first, second = (built(text) for text in texts)
    assert layers(first) == layers(second)
    assert layers(first) == {
        "f": ("image",), "a": ("f",), "b.dense1": ("f",), "b.relu1": ("b.dense1",), "b": ("b.relu1",), "c": ("a", "b"),
    }  # fmt: skip
    assert first.outputs == {"c": "c"}


def test_several_tensors_are_joined(built: Built) -> None:
    made = built(
        "network: {graph: {a: {flatten: image}, b: {dense: 3, from: a}, c: {dense: 2, from: [a, b]}}, output: c}"
    )
    assert layers(made)["c"] == ("joined1",)
    assert sizes(made)["joined1"] == (67,)


def test_branches(built: Built) -> None:
    made = built(
        "network: {layers: [flatten, {dense: 8}, {add: {body: [relu, {dense: 8}], shortcut: []}}, "
        "{concat: {a: [{dense: 3}], b: [{dense: 4}], c: []}}]}"
    )
    read = layers(made)
    assert read["add1"] == ("dense2", "dense1")
    assert read["concat1"] == ("dense3", "dense4", "add1")
    assert sizes(made)["concat1"] == (15,)


def test_repeats(built: Built) -> None:
    made = built(
        "network: {layers: [flatten, {dense: 32, repeat: 2}, {dense: $w, name: s, repeat: {w: [16, 8]}}, "
        "{chain: [{dense: 8, name: in}, relu], name: stage, repeat: 2}, {chain: [{dense: 8, name: q}], repeat: 2}, "
        "{add: [stage.1.in, s, q]}, {dense: 5, from: s.1}]}"
    )
    read = layers(made)
    assert [name for name in read if read[name]] == [
        "flatten1", "dense1", "dense2", "s.1", "s.2", "stage.1.in", "stage.1", "stage.2.in", "stage.2", "q.1", "q.2",
        "add1", "dense7",
    ]  # fmt: skip
    assert read["add1"] == ("stage.1.in", "s.2", "q.2")
    assert read["dense7"] == ("s.1",)
    assert sizes(made)["s.1"] == (16,)


def test_index_counts_from_one(built: Built) -> None:
    made = built("network: {layers: [flatten, {dense: $(2 * index), repeat: 3}]}")
    assert [sizes(made)[f"dense{n}"] for n in (1, 2, 3)] == [(2,), (4,), (6,)]


def test_nothing_repeated_passes_its_input_on(built: Built) -> None:
    assert list(layers(built("network: {layers: [flatten, {dense: 3, repeat: 0}, {dense: 2}]}"))) == [
        "flatten1",
        "dense1",
    ]


def test_when(built: Built) -> None:
    made = built(
        "options: {deep: false}\nnetwork: {layers: [flatten, {dense: 20, when: deep, name: more}, "
        "{dense: 64, when: input.channels != 64}, {dense: $(input.channels / 2)}, {add: [more, flatten1]}]}"
    )
    assert sizes(made) == {"flatten1": (64,), "dense1": (32,), "add1": (64,)}


def test_sizes_of_the_data_are_names(built: Built) -> None:
    made = built("network: {layers: [flatten, {dense: $(label.classes)}, {dense: $(image.height * image.width)}]}")
    assert sizes(made) == {"flatten1": (64,), "dense1": (10,), "dense2": (64,)}


# starts


def test_default_starts(built: Built) -> None:
    """`he` before ReLU-like activations, be they an option or a layer of their own; `glorot` otherwise; bias 0."""
    made = built(
        "network: {layers: [flatten, {dense: {units: 8, activation: relu}}, {dense: 7}, dropout, relu, "
        "{dense: {units: 6, activation: tanh}}, relu, {dense: 5}, {add: {a: [relu], b: []}}, {dense: {units: 4, weights: glorot}}, relu]}"
    )
    found = {name: kind for name, kind in starts(made).items() if name.endswith("weights")}
    assert found == {
        "dense1.weights": "he", "dense2.weights": "he", "dense3.weights": "glorot", "dense4.weights": "glorot",
        "dense5.weights": "glorot",
    }  # fmt: skip
    assert {kind for name, kind in starts(made).items() if name.endswith("bias")} == {"constant"}


def test_given_starts(built: Built) -> None:
    made = built(
        "network: {layers: [flatten, {dense: {units: 2, weights: 0, bias: false}}, "
        "{dense: {units: 2, weights: [[1, -2], [-1, 1]], bias: {start: [1, 0], trainable: false}}}]}"
    )
    found = {weight.name: weight for node in made.graph for weight in weights_of(node)}
    assert found["dense1.weights"].start == ("constant", (("value", 0.0),))
    assert found["dense2.weights"].start == ("values", (("values", ((1, -2), (-1, 1))),))
    assert "dense1.bias" not in found
    assert [weight.trainable for weight in found.values()] == [True, True, False]


def test_fans(built: Built) -> None:
    made = built("network: {layers: [flatten, {dense: {units: 10, weights: {he: 2}}}]}")
    (weights, _) = weights_of(made.graph["dense1"])
    assert dict(weights.start[1]) == {"gain": 2, "fan_in": 64, "fan_out": 10} | (
        {"distribution": "normal"} if "distribution" in dict(weights.start[1]) else {}
    )


# data


def test_inputs_of_a_built_in_set_may_be_left_out(built: Built) -> None:
    assert layers(built("network: {layers: [{dense: 3}]}", "iris"))["dense1"] == ("x",)


def test_without_data_a_shape_is_enough(built: Built) -> None:
    made = built("network: {inputs: {picture: [4, 4]}, layers: [flatten, {dense: 3}]}", "none")
    assert not made.trains
    assert sizes(made)["flatten1"] == (16,)


def test_prepare_reaches_inputs_only(built: Built) -> None:
    made = built(
        "data: {source: digits, prepare: [standardize]}\nnetwork: {layers: [{dense: 2}]}\ntrain: {loss: mse}", "xy"
    )
    prepared = {node.id: len(node.attr("prepare")) for node in made.graph if node.op == "field"}  # type: ignore[arg-type]
    assert prepared == {"x": 1, "y": 0}


def test_a_target_may_be_prepared_by_its_field(built: Built) -> None:
    made = built(
        "data: {source: digits, fields: {y: {column: y, prepare: [standardize]}}}\n"
        "network: {layers: [{dense: 2}]}\ntrain: {loss: mse}", "xy",
    )  # fmt: skip
    assert [str(step) for step in made.graph["y"].attr("prepare")] == ["standardize per=element"]  # type: ignore[attr-defined]


def test_classes_as_an_input(built: Built) -> None:
    made = built(
        "data: {source: digits, prepare: [scale, one_hot]}\n"
        "network: {inputs: [x, city], graph: {z: {dense: 1, from: [x, city]}}, output: z}\ntrain: {loss: {mse: {target: y}}}",
        "city",
    )  # fmt: skip
    assert made.graph["city"].type == TensorType((made.graph["x"].type.shape[0], 4))
    assert sizes(made)["joined1"] == (7,)


@pytest.mark.parametrize("word", ["epochs", "steps"])
def test_how_long(built: Built, word: str) -> None:
    made = built("network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy, " + word + ": 7}")
    assert (made.epochs, made.steps) == ((7, None) if word == "epochs" else (None, 7))
