"""Blocks, networks and formulas in the architecture graph."""

from __future__ import annotations

from collections.abc import Callable

from netloom.compiler.experiment import Experiment, weights_of

Built = Callable[..., Experiment]


def weights(experiment: Experiment) -> list[str]:
    found = dict.fromkeys(w.name for node in experiment.graph for w in weights_of(node) if w.part == "weights")
    return list(found)


def test_a_block_makes_new_weights_at_every_use(built: Built) -> None:
    made = built(
        "blocks: {Pair: {options: {units: int}, layers: [{dense: $units}, relu]}}\n"
        "network: {layers: [flatten, {Pair: 8}, {Pair: 7, name: last}, {Pair: 6, repeat: 2}]}"
    )
    assert weights(made) == [
        "Pair1.dense1.weights",
        "last.dense1.weights",
        "Pair3.dense1.weights",
        "Pair4.dense1.weights",
    ]
    assert made.graph["last.dense1"].inputs == ("Pair1.relu1",)
    assert made.outputs == {"Pair4": "Pair4.relu1"}


def test_options_of_a_block(built: Built) -> None:
    """Types, defaults from the file's options, words, and layers written where the block is used."""
    made = built(
        """options: {width: 12}
blocks:
  Residual:
    options: {units: $width, form: {one_of: [pre, post]}, body: layers}
    layers:
      - add:
          body: [{dense: $units, name: d}, {chain: $body}]
          shortcut: [{dense: $units, when: input.channels != units}]
      - {relu: {}, when: form == post}
network:
  layers:
    - flatten
    - Residual: {units: 16, form: post, body: [relu, {dense: $width}, {dense: 16}]}
    - Residual: {form: pre, body: []}
      name: second
    - {dense: 10, from: second.d}
"""
    )
    read = {node.id: node.inputs for node in made.graph}
    assert read["Residual1.add1"] == ("Residual1.dense3", "Residual1.dense4")
    assert read["Residual1.relu2"] == ("Residual1.add1",)
    assert made.graph["Residual1.dense2"].type.shape[1:] == (12,)
    assert read["second.add1"] == ("second.d", "second.dense2")
    assert "second.relu1" not in read
    assert read["dense1"] == ("second.d",)


def test_a_network_has_one_set_of_weights(built: Built) -> None:
    made = built(
        """networks:
  Code: {layers: [flatten, {dense: 8, name: c}, relu]}
  Sum: {inputs: [a, b], graph: {s: a + b, o: {dense: 10, from: s}}, output: [s, o]}
graph:
  first: {Code: image}
  second: {Code: image}
  t: {Sum: {a: first, b: second}}
train: {loss: {cross_entropy: {logits: t.o}}}
"""
    )
    assert weights(made) == ["Code.c.weights", "Sum.o.weights"]
    assert made.graph["t.s"].inputs == ("first.relu1", "second.relu1")
    assert {weights_of(made.graph[f"{use}.c"])[0].start[0] for use in ("first", "second")} == {"he"}
    assert made.outputs == {"t.o": "t.o"}


def test_starts_of_shared_weights_agree(built: Built) -> None:
    made = built(
        """networks: {Code: {inputs: [a], layers: [{dense: 8, name: c}]}}
graph:
  f: {flatten: image}
  first: [{Code: f}, relu]
  second: [{Code: f}, tanh]
  y: {dense: 10, from: [first, second]}
train: {loss: cross_entropy}
"""
    )
    kinds = {w.start[0] for node in made.graph for w in weights_of(node) if w.name == "Code.c.weights"}
    assert kinds == {"glorot"}


def test_an_instance_of_a_block(built: Built) -> None:
    made = built(
        "blocks: {Net: {options: {n: int}, layers: [flatten, {dense: $n}]}}\nnetworks: {A: {Net: 5}}\n"
        "graph: {u: {A: image}, v: {A: image}, w: {dense: 10, from: [u, v]}}\n"
        "train: {loss: cross_entropy, penalties: [{l2: 1e-3, of: A}], update: w}"
    )
    assert weights(made) == ["A.dense1.weights", "w.weights"]
    assert made.penalties[0].weights == ("A.dense1.weights", "A.dense1.bias")
    trained = {w.name for node in made.graph for w in weights_of(node) if w.trainable}
    assert trained == {"w.weights", "w.bias"}


def test_a_block_may_use_itself(built: Built) -> None:
    made = built(
        "blocks: {Deep: {options: {n: int}, layers: [{dense: $n}, {Deep: $(n - 1), when: n > 2}]}}\n"
        "network: {layers: [flatten, {Deep: 4}]}"
    )
    assert weights(made) == ["Deep1.dense1.weights", "Deep1.Deep1.dense1.weights", "Deep1.Deep1.Deep1.dense1.weights"]


def test_formulas_have_sizes(built: Built) -> None:
    made = built(
        """options: {share: 0.5}
network:
  inputs: [x]
  graph:
    a: {dense: 2, from: x}
    b: {dense: 2, from: x}
    gate: share * sigmoid(a) + (1 - share) * b
    one: sum(gate)
    spread: gate * one
    kept: norm(a, over=channels)
  output: [spread, kept]
""",
        "xy",
    )
    found = {node.id: node.type.shape[1:] for node in made.graph if node.op == "formula"}
    assert found == {"gate": (2,), "one": (), "spread": (2,), "kept": ()}
    assert made.graph["gate"].attr("numbers") == (("share", 0.5),)
    assert made.graph["gate"].inputs == ("a", "b")


def test_formulas_of_pictures_spread_by_the_names_of_axes(built: Built) -> None:
    made = built(
        """network:
  graph:
    mean: mean(image, over=height)
    scale: {dense: 1, from: flat}
    flat: {flatten: image}
    y: image * scale
  output: y
"""
    )
    assert made.graph["y"].type.shape[1:] == (8, 8, 1)
    assert made.graph["mean"].type.shape[1:] == (8, 1)
