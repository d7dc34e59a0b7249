"""Whole files: what is read, what is said of mistakes, and that all of them are said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.formula import Formula
from netloom.dsl.load import load, read_spec
from netloom.dsl.spec import Entry, Spec
from netloom.dsl.tree import Scalar

DIGITS = """\
netloom: 1
name: my-first-net
data: {source: digits}
network:
  layers:
    - flatten
    - dense: {units: 64, activation: relu}
    - dropout: 0.2
    - dense: 10
train: {loss: cross_entropy, epochs: 20}
"""

WIDE = """\
name: everything
about: "one: of each"
options: {width: 64, rate: 1e-3, twice: $(2 * width)}
run: {seed: 3, memory: 2 GB}
data:
  source: {csv: houses.csv}
  missing: ["?", ""]
  fields:
    numbers: {columns: [area, 2], prepare: [fill_mean, standardize]}
    city: {column: city, as: category}
    heated: {column: heated, as: category, values: [yes, no]}
    price: {}
  prepare: scale
  split: {validation: 0.15, test: 0.15}
blocks:
  Conv:
    options: {filters: int, kernel: 1, three: [int, int], form: {one_of: [pre, post]}, body: layers,
              wide: $width}
    layers:
      - conv2d: {filters: $filters, kernel: [$kernel, 3], padding: same, bias: false}
      - Conv: $three.1
        when: filters > 1 and form == pre
      - chain: $body
  Cell:
    inputs: [x]
    state: {h: [8]}
    graph:
      up: {dense: 8, from: [x, h]}
      h_new: tanh(up) * 2
    next: {h: h_new}
    output: h_new
networks:
  Trunk: {weights: runs/a-1, inputs: {image: [8, 8, 1]}, layers: [{Conv: {filters: 4}}, flatten]}
  Copy: {Conv: 4}
  Target: {follow: Trunk, every: 500 steps}
graph:
  guess: {Trunk: image}
  sides:
    - dense: {units: $width, activation: {leaky_relu: {slope: 0.2}}, weights: {start: {normal: 0.1},
              mask: before}}
      from: [guess, image]
      repeat: {k: [1, 2]}
    - add: {body: [{dense: $twice}, relu], keep: [], drop: 0.1}
      name: joined
    - concat: [guess, joined]
  gap: guess - 0.5 * joined^2
train:
  loss:
    - cross_entropy: {logits: guess, target: label}
      weight: {linear: {start: 0, end: 1, over: 5 epochs}}
      where: label != 3
    - formula: mean(gap)
      name: small
  optimizer: {adam: {learning_rate: {switch: {0: 0.1, 20 epochs: $rate}}, groups: [{of: Trunk, decay: 0}]}}
  steps: 100
  batch: $width
  last_batch: drop
  stop: {patience: 3, restore: best}
  penalties: [{l2: 1e-4, of: "**.weights"}, {elastic: {l1: 1e-4}, of: [Trunk.conv*.weights, "*.bias"]}]
  clip_gradients: {norm: 5, value: {linear: {start: 1, end: 0.1}}}
  metrics: [accuracy, {top_k: 3}]
  phases:
    - name: first part
      update: Trunk
      epochs: 3
    - loss: mse
      alternate: [{times: 5, update: Trunk, loss: mse}]
generate: {output: guess}
study: {vary: {width: [1, 2]}}
"""


def remarks(text: str, **sets: str) -> list[Diagnostic]:
    return list(read_spec(text, "net.yaml", sets)[1])


def codes(text: str) -> list[str]:
    return [remark.code for remark in remarks(text)]


def good(text: str) -> Spec:
    spec, diagnostics = read_spec(text, "net.yaml")
    assert not diagnostics.items, list(diagnostics)
    assert spec is not None
    return spec


def text_of(tree: object) -> str:
    assert isinstance(tree, Scalar)
    return tree.text


def test_the_first_net() -> None:
    spec = good(DIGITS)
    assert (spec.name, spec.file, spec.text) == ("my-first-net", "net.yaml", DIGITS)
    assert spec.data is not None
    assert spec.data.source.kind == "digits"
    layers = spec.network.layers or ()
    assert [layer.kind for layer in layers] == ["flatten", "dense", "dropout", "dense"]
    assert text_of(layers[1].options["units"]) == "64"
    assert (layers[1].option_places["activation"].line, layers[1].option_places["activation"].column) == (
        7,
        26,
    )
    assert text_of(layers[2].main) == "0.2"
    assert spec.train is not None
    assert [term.kind for term in spec.train.loss] == ["cross_entropy"]
    assert text_of(spec.train.epochs) == "20"
    assert spec.later == {}


def test_the_whole_grammar_is_read() -> None:
    spec = good(WIDE)
    assert spec.about == "one: of each"
    assert set(spec.later) == {"blocks", "networks", "graph", "generate", "study", "train.phases"}
    assert list(spec.options) == ["width", "rate", "twice"]
    data = spec.data
    assert data is not None
    assert [field.columns for field in data.fields] == [("area", "2"), ("city",), ("heated",), ()]
    assert data.fields[2].values == ("yes", "no")
    assert data.missing == ("?", "")
    assert [step.kind for step in data.prepare] == ["scale"]
    block = spec.blocks["Conv"]
    types = {name: option.type for name, option in block.options.items()}
    assert types == {
        "filters": "int", "kernel": None, "three": "[int, int]", "form": "one_of pre post", "body": "layers",
        "wide": None,
    }  # fmt: skip
    assert spec.blocks["Cell"].state is not None
    assert spec.networks["Target"].follow == "Trunk"
    assert spec.networks["Copy"].instance is not None
    assert spec.networks["Trunk"].body is not None
    assert spec.networks["Trunk"].body.weights == "runs/a-1"


def test_the_lines_of_a_graph() -> None:
    lines = {line.name: line.what for line in good(WIDE).network.graph or ()}
    guess, sides, gap = lines["guess"], lines["sides"], lines["gap"]
    assert isinstance(guess, Entry)
    assert text_of(guess.main) == "image"
    assert isinstance(sides, tuple)
    first, second, third = sides
    assert [name for name, _ in first.from_ or ()] == ["guess", "image"]
    assert first.repeat is not None
    assert second.branches is not None
    assert {name: len(branch) for name, branch in second.branches.items()} == {"body": 2, "keep": 0}
    assert (second.name, list(second.options)) == ("joined", ["drop"])
    assert [name for name, _ in third.from_ or ()] == ["guess", "joined"]
    assert third.main is None
    assert isinstance(gap, Formula)
    assert gap.text == "guess - 0.5 * joined^2"


def test_a_training_step() -> None:
    train = good(WIDE).train
    assert train is not None
    first, second = train.loss
    assert first.weight is not None
    assert first.where is not None
    assert second.formula is not None
    assert (second.formula.text, second.name) == ("mean(gap)", "small")
    assert train.last_batch == "drop"
    assert [[path for path, _ in penalty.of or ()] for penalty in train.penalties] == [
        ["**.weights"], ["Trunk.conv*.weights", "*.bias"],
    ]  # fmt: skip
    assert [phase.name for phase in train.phases] == ["first part", None]
    assert [turn.update is not None for turn in train.phases[1].alternate] == [True]
    assert list(train.clip_gradients or {}) == ["norm", "value"]
    assert [metric.kind for metric in train.metrics or ()] == ["accuracy", "top_k"]


@pytest.mark.parametrize(
    ("old", "new", "code", "at", "says"),
    [
        ("- dense: 10", "- dens: 10", "E101", (9, 7), "`dense`"),
        ("- dense: 10", "- Dense: 10", "E101", (9, 7), "`dense`"),
        ("- dense: 10", "- mse: 10", "E101", (9, 7), "`mse` is a loss"),
        ("units: 64", "unit: 64", "E102", (7, 15), "`units`"),
        ("- dense: 10", "- dense", "E103", (9, 7), "`units`"),
        ("units: 64", "units: 64.5", "E104", (7, 22), "whole number"),
        ("dropout: 0.2", "dropout: high", "E104", (8, 16), "text `high`"),
        ("dropout: 0.2", "dropout: 1.2", "E105", (8, 16), "at least 0 and below 1"),
        ("relu", "rellu", "E101", (7, 38), "`relu`"),
        ("units: 64", "units: $w", "E111", (7, 22), "options: {w: …}"),
        ("units: 64", "units: $(7 / 2)", "E131", (7, 22), "$(floor(7 / 2))"),
        ("units: 64", "units: $(7 / 0)", "E130", (7, 26), "divides by 0"),
        ("units: 64", "units: $(7 +)", "E120", (7, 27), "ends"),
        ("units: 64", "units: $64", "E125", (7, 22), "$"),
        ("- dense: 10", "- dense: {units: 10, name: logits}", "E021", (9, 26), "beside"),
        ("- dense: 10", "- dense: 10\n      form: x", "E022", (10, 7), "`from`"),
        ("- dense: 10", "- dense: 10\n      weight: 2", "E022", (10, 7), "weight"),
        ("- dense: 10", "- {name: x}", "E022", (9, 7), "no kind"),
        ("- dense: 10", "- 10", "E022", (9, 7), "`10`"),
        ("- dense: 10", "- dense:\n      units: 10", "E020", (10, 7), "Indent"),
        ("- dense: 10", "- dense: 10\n      activation: relu", "E020", (10, 7), "`activation`"),
        ("- dense: 10", "- dense: 10\n      when: a ** 2 > 1", "E122", (10, 15), "^"),
        ("- dense: 10", "- dense: 10\n      when: $(a > 1)", "E125", (10, 13), "formula already"),
        ("- dense: 10", "- dense: 10\n      name: Out", "E027", (10, 13), "`out`"),
        ("- dense: 10", "- dense: 10\n      name: input", "E029", (10, 13), "word of the language"),
        ("- dense: 10", "- dense: 10\n      from: [a, {relu: b}]", "E025", (10, 17), "line of its own"),
        ("- dense: 10", "- dense: 10\n      repeat: {a: [1, 2], b: [1]}", "E037", (10, 15), "a 2, b 1"),
        ("- flatten", "- flatten: {a: 1}", "E102", (6, 17), "no options"),
        ("- flatten", "- add: {a: [relu], b: [dens: 3]}", "E101", (6, 28), "`dense`"),
        ("network:", "netwrk:", "E023", (4, 1), "`network`"),
        ("layers:", "layer:", "E023", (5, 3), "`layers`"),
        ("netloom: 1", "netloom: 2", "E026", (1, 10), "newer"),
        ("netloom: 1", "netloom: old", "E026", (1, 10), "netloom: 1"),
        ("name: my-first-net", "name: ../etc", "E027", (2, 7), "letters"),
        ("source: digits", "source: digit", "E101", (3, 16), "`digits`"),
        ("source: digits", "sorce: digits", "E023", (3, 8), "`source`"),
        ("source: digits", "prepare: scale", "E024", (3, 1), "source: digits"),
        ("source: digits", "source: digits, split: {val: 0.1}", "E102", (3, 32), "`validation`"),
        ("source: digits", "source: digits, split: {test: 1.5}", "E105", (3, 38), "below 1"),
        ("source: digits", "source: digits, split: 0.2", "E025", (3, 31), "table"),
        ("cross_entropy", "crossentropy", "E101", (10, 15), "`cross_entropy`"),
        ("cross_entropy", "{cross_entropy: {logit: y}}", "E102", (10, 32), "`logits`"),
        ("cross_entropy", "{mse: price}", "E107", (10, 21), "no main option"),
        ("loss: cross_entropy, ", "", "E024", (10, 1), "loss"),
        ("epochs: 20", "epoch: 20", "E023", (10, 30), "`epochs`"),
        ("epochs: 20", "epochs: -1", "E105", (10, 38), "at least 1"),
        ("epochs: 20", "epochs: 2, steps: 3", "E036", (10, 41), "both"),
        ("epochs: 20", "optimizer: adams", "E101", (10, 41), "`adam`"),
        ("epochs: 20", "optimizer: {adam: {lr: 1e-3}}", "E102", (10, 49), "`learning_rate`"),
        ("epochs: 20", "optimizer: {sgd: {decay: {cosin: {start: 1}}}}", "E101", (10, 56), "`cosine`"),
        ("epochs: 20", "optimizer: {sgd: {learning_rate: {cosine: {end: 1}}}}", "E103", (10, 64), "start"),
        ("epochs: 20", "optimizer: {sgd: {learning_rate: {steps: {start: 1}}}}", "E108", (10, 64), "every"),
        ("epochs: 20", "optimizer: {sgd: {decay: {switch: {5 epoks: 1}}}}", "E109", (10, 65), "epochs"),
        ("epochs: 20", "optimizer: {sgd: -1}", "E105", (10, 47), "at least 0"),
        ("epochs: 20", "stop: {patiense: 3}", "E102", (10, 37), "`patience`"),
        ("epochs: 20", "stop: {restore: worst}", "E106", (10, 46), "best, last"),
        ("epochs: 20", "clip_gradients: 5", "E025", (10, 46), "{norm: 5}"),
        ("epochs: 20", "last_batch: throw", "E106", (10, 42), "keep or drop"),
        ("epochs: 20", "metrics: [acc]", "E101", (10, 40), "`accuracy`"),
        ("epochs: 20", "penalties: [{l2: 1, of: a//b}]", "E027", (10, 54), "a//b"),
        ("name: my-first-net", "name: x\nrun: {sede: 3}", "E102", (3, 7), "`seed`"),
        ("name: my-first-net", "name: x\nrun: {seed: -3}", "E105", (3, 13), "at least 0"),
        ("name: my-first-net", "name: x\noptions: {a: $b}", "E111", (3, 14), "`b`"),
        ("name: my-first-net", "name: x\ngraph: {a: b}", "E033", (3, 1), "both"),
        ("- dense: 10", "- dense: {units: 10, weights: hee}", "E101", (9, 35), "`he`"),
        ("- dense: 10", "- dense: {units: 10, bias: {trainabel: false}}", "E110", (9, 33), "`trainable`"),
        ("- dense: 10", "- dense: {units: 1, weights: [[1], [1, 2]]}", "E110", (9, 34), "different lengths"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_once_with_its_place_and_a_way_out(
    old: str, new: str, code: str, at: tuple[int, int], says: str
) -> None:
    assert old in DIGITS
    found = remarks(DIGITS.replace(old, new, 1))
    assert [(r.code, (r.place.line, r.place.column)) for r in found] == [(code, at)], found
    assert says in found[0].message + " " + (found[0].suggestion or "")


def test_all_mistakes_are_said_at_once() -> None:
    text = DIGITS
    for old, new in (
        ("digits", "digit"), ("units: 64", "unit: $w"), ("relu", "rellu"), ("0.2", "2"),
        ("- dense: 10", "- dens: 10"),
        ("cross_entropy", "crossentropy"), ("epochs: 20", "epoch: many"),
    ):  # fmt: skip
        text = text.replace(old, new, 1)
    assert codes(text) == ["E101", "E102", "E111", "E101", "E105", "E101", "E101", "E023", "E104"]


def test_errors_of_single_options_leave_a_spec_and_holes_do_not() -> None:
    assert read_spec(DIGITS.replace("units: 64", "unit: 64"), "f")[0] is not None
    assert read_spec(DIGITS.replace("- dense: 10", "- 10"), "f")[0] is None
    assert read_spec(DIGITS.replace("- flatten", "- flatten: ["), "f")[0] is None


def test_several_data_sets_and_recipes_are_kept_for_later() -> None:
    spec = good(DIGITS.replace("{source: digits}", "{a: {source: digits}, b: {source: iris}}"))
    assert (spec.data, list(spec.later)) == (None, ["data"])
    spec = good(DIGITS.replace("{source: digits}", "{source: {text: a.txt}, tokens: words, windows: {length: 3}}"))
    assert list(spec.later) == ["data.tokens", "data.windows"]


def test_a_file_without_a_name_is_called_as_it_is() -> None:
    spec, _ = read_spec(DIGITS.replace("name: my-first-net\n", ""), "some/dir/two words.yaml")
    assert spec is not None
    assert spec.name == "two-words"


@pytest.mark.parametrize("text", ["", "# nothing\n", "[1, 2]", "word", "a: [", "network: 3", "train: 3\nnetwork: []"])
def test_a_text_that_is_no_spec_says_why(text: str) -> None:
    spec, diagnostics = read_spec(text, "f")
    assert spec is None
    assert diagnostics.errors


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin, good_file = tmp_path / "latin.yaml", tmp_path / "good.yaml"
    latin.write_bytes(b"name: x\nabout: caf\xe9\n")
    good_file.write_bytes(DIGITS.encode())
    for path, code, line, column in (
        (tmp_path / "absent.yaml", "E001", 1, 1), (tmp_path, "E001", 1, 1), (latin, "E002", 2, 11),
    ):  # fmt: skip
        spec, diagnostics = load(path)
        assert spec is None
        (remark,) = diagnostics
        assert (remark.code, remark.place.line, remark.place.column) == (code, line, column)
        assert remark.place.file == str(path)
    spec, diagnostics = load(str(good_file), {"train.epochs": "3"})
    assert spec is not None
    assert spec.train is not None
    assert text_of(spec.train.epochs) == "3"
    assert not diagnostics.items


def test_a_file_without_a_network_or_with_two() -> None:
    assert codes("name: x\n") == ["E033"]
    assert codes(f"{DIGITS}graph: {{a: b}}\n") == ["E033"]


def test_a_thousand_layers_are_read() -> None:
    lines = [f"    - dense: {{units: 64, activation: relu, weights: he}}\n      name: l{i}\n" for i in range(1000)]
    spec = good(DIGITS.replace("    - flatten\n", "".join(["    - flatten\n", *lines])))
    assert len(spec.network.layers or ()) == 1004
