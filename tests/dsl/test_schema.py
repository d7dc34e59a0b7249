"""The JSON Schema: takes every right file whichever YAML its reader knows, and refuses what an editor should mark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

import netloom
from netloom.dsl.diagnostics import Diagnostics
from netloom.dsl.kinds.kind import KINDS, REQUIRED
from netloom.dsl.load import read_spec
from netloom.dsl.reader import read
from netloom.dsl.schema import own_words, schema
from netloom.dsl.tree import Scalar, Sequence, Tree

PACKAGE = Path(netloom.__file__).resolve().parent
EXAMPLES = sorted((PACKAGE / "examples").rglob("*.yaml"))
PAGES = sorted((PACKAGE / "docs" / "language").rglob("*.md"))
BLOCK = re.compile(r"^```yaml(?: not-built)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCHEMA = schema()
VALIDATOR = Draft7Validator(SCHEMA)


def json_of(tree: Tree | None) -> Any:
    """What a file says, by the language's own rules of reading."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return [json_of(item) for item in tree.items]
    return {key: json_of(item) for key, item in tree.items.items()} if tree is not None else None


def texts(value: Any) -> Any:
    """With keys as texts, as JSON has them."""
    if isinstance(value, dict):
        return {str(key): texts(item) for key, item in value.items()}
    return [texts(item) for item in value] if isinstance(value, list) else value


def remarks(text: str, validator: Draft7Validator = VALIDATOR) -> list[str]:
    """Where the schema refuses a file, read by the language's rules and by those of YAML 1.1."""
    readings = (json_of(read(text, "net.yaml", Diagnostics())), texts(yaml.safe_load(text)))
    return ["/".join(map(str, error.absolute_path)) for value in readings for error in validator.iter_errors(value)]


def test_it_is_a_schema_of_its_draft() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_every_reference_leads_somewhere() -> None:
    found = set[str]()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.update([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    walk(SCHEMA)
    assert {name.removeprefix("#/definitions/") for name in found} <= set(SCHEMA["definitions"])
    assert len(found) > 100


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_taken(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert remarks(text) == []
    own = own_words(text, str(path), Diagnostics())
    assert remarks(text, Draft7Validator(schema(own))) == []


def test_whole_files_of_the_documents_are_taken() -> None:
    whole = [found[1] for page in PAGES for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]
    assert len(whole) > 20
    for text in whole:
        assert remarks(text) == [], text


RIGHT = """\
options: {width: 8, rate: 2e-4, act: relu, how: weight, mean: mean}
run: {seed: $width, memory: 2GB}
data:
  source: {moons: {noise: $rate, samples: $(width * 100)}}
  fields: {label: {prepare: one_hot}}
  split: {validation: 1e-1, test: $rate}
blocks:
  Own:
    options: {units: int, sizes: [int, int], form: {one_of: [pre, post]}, body: layers}
    inputs: {y: [time, $units]}
    state: {h: [$units]}
    graph:
      y_new: where(y > 0, y, 0)
      one: 1
      both: [{dense: $units, from: y}, relu, {chain: $body, when: form == pre}]
    next: {h: y_new}
    output: [y_new, both]
networks:
  Same: {Own: {units: 3, sizes: [1, 2]}}
  After: {follow: Same, every: 500 steps}
network:
  layers:
    - flatten
    - dense: $width
    - dense: {units: $(width / 2), activation: $act, weights: {normal: 1e-2}, bias: false}
    - dense: {units: 2, weights: [[1, 2e-4]], bias: {start: {constant: 3}, trainable: $(width > 3), norm: $how}}
    - dropout: {rate: {linear: {start: 1e-3, end: $rate, over: 50 %}}}
    - dropout:
    - conv2d: {filters: 3, kernel: [3, $width], padding: same, stride: $width}
    - reshape: [-1, $width, word]
    - relu: {}
      name: y
    - add: {keep: [], change: [{Own: {units: 4}}, Same], drop: 1e-1}
      repeat: {units: [1, 2], width: $sizes}
    - formula: max(input, 0)
      when: training
      repeat: $(width - 1)
train:
  update: ["**.weights", first]
  loss:
    - cross_entropy: {logits: y, target: label, units: $mean, reduce: sum}
      weight: {switch: {0: 0.1, 20 epochs: 1e-2}}
      where: label > 0
    - Own: {y: y}
  optimizer: {adam: {learning_rate: {steps: {start: 2e-4, at: [3, 5 epochs]}}, groups: [{of: y, learning_rate: 1e-5}]}}
  epochs: $width
  batch: 1e2
  penalties: {l2: 2e-4, of: y.weights}
  metrics: accuracy
  clip_gradients: {norm: 1e1}
  stop: {patience: $width, min_delta: 1e-4}
  phases:
    - options: {rate: $size}
      repeat: {size: [0.5, 1e-2]}
    - alternate: [{times: 2, loss: mse}, {loss: {formula: -y}}]
evaluate: [{name: noisy, set: {x: 1}, samples: 5, metrics: [accuracy]}]
generate: {output: y, choose: sample, limit: $width, set: {z: {normal: [2]}}}
study: {vary: {rate: {log: [1e-4, 1e-1]}, width: [8, 16]}, trials: 20, best: {highest: validation.accuracy}}
"""


def test_computed_values_live_numbers_and_words_of_ones_own() -> None:
    assert not read_spec(RIGHT, "net.yaml")[1].errors
    assert remarks(RIGHT) == []
    offered = schema(own_words(RIGHT, "net.yaml", Diagnostics()))
    assert remarks(RIGHT, Draft7Validator(offered)) == []


@pytest.mark.parametrize("option", [(kind, option) for kind in KINDS.values() for option in kind.options],
                         ids=lambda pair: f"{pair[0].family}.{pair[0].name}.{pair[1].name}")  # fmt: skip
def test_every_option_takes_a_computed_value(option: tuple[Any, Any]) -> None:
    kind, asked = option
    found = {**SCHEMA["definitions"][f"{kind.family}.{kind.name}"], "definitions": SCHEMA["definitions"]}
    if kind.name == "chain" or asked.name == "groups":
        return
    needed = {other.name: "$a" for other in kind.options if other.default is REQUIRED}
    for value in ("$a", "$(2 * a)"):
        assert not list(Draft7Validator(found).iter_errors({**needed, asked.name: value}))
    assert (
        list(Draft7Validator(found).iter_errors({**needed, asked.name + "_x": "$a"}))
        or "open" in kind.traits
        or (kind.family == "joiner")
    )


HEAD = "data: {source: digits}\n"
NET = "network: {layers: [flatten]}\n"
WRONG = {
    "a misspelt option": (HEAD + "network: {layers: [{dense: {units: 3, activaton: relu}}]}", "network/layers/0/dense"),
    "an option that is missing": (HEAD + "network: {layers: [{dense: {bias: false}}]}", "network/layers/0/dense"),
    "a word for a number": (HEAD + "network: {layers: [{dense: many}]}", "network/layers/0/dense"),
    "a truth for a number": (HEAD + "network: {layers: [{dropout: true}]}", "network/layers/0/dropout"),
    "a fraction for a whole number": (HEAD + "network: {layers: [{dense: {units: 1.5}}]}", "network/layers/0/dense/units"),
    "too small": (HEAD + "network: {layers: [{dense: 0}]}", "network/layers/0/dense"),
    "too large": (HEAD + "network: {layers: [{dropout: 1}]}", "network/layers/0/dropout"),
    "an unknown kind": (HEAD + "network: {layers: [{dens: 3}]}", "network/layers/0"),
    "an unknown kind alone": (HEAD + "network: {layers: [flaten]}", "network/layers/0"),
    "an unknown activation": (HEAD + "network: {layers: [{dense: {units: 3, activation: rely}}]}",
                              "network/layers/0/dense/activation"),
    "an unknown loss": (HEAD + NET + "train: {loss: cross_entropi}", "train/loss"),
    "an unknown optimizer": (HEAD + NET + "train: {loss: mse, optimizer: {adm: 1}}", "train/optimizer"),
    "an unknown word of a choice": (HEAD + NET + "train: {loss: {mse: {units: meen}}}", "train/loss/mse/units"),
    "an unknown unit": (HEAD + NET + "train: {loss: mse, optimizer: {sgd: {learning_rate: {linear: {start: 1, over: 5 miles}}}}}",
                        "train/optimizer/sgd/learning_rate/linear/over"),
    "a misspelt section": ("dat: {source: digits}\n" + NET, ""),
    "a misspelt key of a section": (HEAD + NET + "train: {los: mse}", "train"),
    "a misspelt key of the data": ("data: {source: digits, splitt: {test: 0.2}}\n" + NET, "data"),
    "a misspelt source": ("data: {sorce: digits}\n" + NET, "data/sorce"),
    "a small letter for a block": (HEAD + "blocks: {own: {layers: [relu]}}\n" + NET, "blocks"),
    "a share above the whole": ("data: {source: digits, split: {test: 2}}\n" + NET, "data/split/test"),
    "layers that are no list": (HEAD + "network: {layers: {dense: 3}}", "network/layers"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_marked_where_it_stands(what: str) -> None:
    text, place = WRONG[what]
    assert set(remarks(text)) == {place}
    # and it is wrong by the language's own reader
    assert read_spec(text, "net.yaml")[1].errors


def test_every_option_is_told_with_default_limits_and_words() -> None:
    dense = SCHEMA["definitions"]["layer.dense"]
    assert dense["description"].startswith("Every output reads every input")
    assert dense["properties"]["units"]["description"] == "numbers it gives out; at least 1; needed"
    assert SCHEMA["definitions"]["optimizer.adam"]["properties"]["beta1"]["default"] == 0.9
    units = SCHEMA["definitions"]["loss.mse"]["properties"]["units"]
    assert units["anyOf"][0]["enum"] == ["mean", "sum", "half_sum"]
    assert units["default"] == "mean"
    for name, kind in ((f"{kind.family}.{kind.name}", kind) for kind in KINDS.values()):
        found = SCHEMA["definitions"][name]
        assert found["description"].startswith(kind.help)
        for option in kind.options if kind.name != "chain" else ():
            assert option.help in found["properties"][option.name]["description"]


def test_a_files_own_words_are_offered(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("blocks: {Theirs: {options: {depth: 3}, layers: [relu]}}\n", encoding="utf-8")
    own = own_words("include: [more.yaml]\n" + RIGHT, str(tmp_path / "net.yaml"), Diagnostics(), tmp_path)
    assert own is not None
    made = schema(own)
    layer = made["definitions"]["layer"]["properties"]
    assert {"Own", "Same", "Theirs"} <= set(layer)
    assert set(made["definitions"]["own.Own"]["properties"]) == {"units", "sizes", "form", "body", "y"}
    assert set(made["definitions"]["own.Theirs"]["properties"]) == {"depth"}
    assert set(made["properties"]["study"]["properties"]["vary"]["properties"]) == {
        "width",
        "rate",
        "act",
        "how",
        "mean",
    }
    assert layer["from"]["anyOf"][0]["enum"] == ["both", "label", "one", "y", "y_new"]


def test_a_file_that_cannot_be_read_has_no_words() -> None:
    diagnostics = Diagnostics()
    assert own_words("network: {layers: [", "net.yaml", diagnostics) is None
    assert diagnostics.errors
