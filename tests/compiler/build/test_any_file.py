"""Whatever a file says, building ends in an experiment that expands, or in remarks with places."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netloom
from netloom.compiler.build import build
from netloom.compiler.expand import expand
from netloom.compiler.types import BATCH
from netloom.dsl.data_schema import DataSchema
from netloom.dsl.load import read_spec

TEXTS = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(netloom.__file__).resolve().parent / "examples").glob("*/*.yaml"))
]
EXTRA = """options: {width: 12, deep: true}
blocks:
  Residual:
    options: {units: $width, form: {one_of: [pre, post]}, body: layers}
    inputs: {a: [channels_in]}
    layers:
      - add: {body: [{dense: $units, name: d}, {chain: $body}], shortcut: [{dense: $units, when: input.channels != units}]}
      - {relu: {}, when: form == post}
networks:
  Code: {layers: [flatten, {dense: 16}, {Residual: {units: 16, form: post, body: [relu, {dense: 16}]}}]}
  Both: {inputs: [a, b], graph: {s: a * sigmoid(b) + 0.5, t: {stack: [a, s]}}, output: [s, t]}
graph:
  first: {Code: image}
  second: {Code: image, when: deep}
  pair: {Both: {a: first, b: second}}
  digit: [{flatten: pair.t}, {dense: {units: 8, activation: {elu: {alpha: 0.5}}}, repeat: 2}, {dense: 10}]
train:
  loss: [{cross_entropy: {logits: digit}, weight: 2}, {mse: {prediction: $n, target: pair.s}, repeat: {n: [first, second]}}]
  metrics: [accuracy, {top_k: {k: 3, prediction: digit}}, {mae: {prediction: first, target: second}}]
  penalties: [{elastic: {l1: 1e-4}, of: "Code.**"}]
  update: [Code, digit]
"""
SOURCES = [*TEXTS, EXTRA + "data: {source: digits, prepare: [scale]}\n"]
WORDS = sorted(
    {word for text in SOURCES for word in re.findall(r"[\w.$]+", text)} | {"0", "-1", "[]", "{}", "input", "training"}
)


def mutated(data: st.DataObject) -> str:
    """A file with up to three of its words changed for words of any file, or a line left out."""
    text = data.draw(st.sampled_from(SOURCES), label="file")
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        spots = [found.span() for found in re.finditer(r"[\w.$]+", text)]
        if not spots:
            break
        start, end = data.draw(st.sampled_from(spots), label="where")
        text = text[:start] + data.draw(st.sampled_from(WORDS), label="what") + text[end:]
    if data.draw(st.booleans(), label="shorter"):
        lines = text.splitlines()
        lines.pop(data.draw(st.integers(0, len(lines) - 1), label="line"))
        text = "\n".join(lines)
    return text


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_file(schemas: Mapping[str, DataSchema], data: st.DataObject) -> None:
    spec, diagnostics = read_spec(mutated(data), "net.yaml")
    if spec is None:
        return
    schema = schemas[
        data.draw(st.sampled_from(["digits", "iris", "diabetes", "xy", "yes", "city", "steps"]), label="data")
    ]
    experiment = build(spec, schema, diagnostics)
    assert (experiment is None) is bool(diagnostics.errors)
    for remark in diagnostics:
        assert 1 <= remark.place.line <= spec.text.count("\n") + 1
        assert remark.message
    for mode in ("train", "evaluate", "predict") if experiment and experiment.trains else ():
        assert experiment is not None
        graph = expand(experiment, mode).graph
        for name, node_id in graph.outputs.items():
            shape = graph[node_id].type.shape
            assert shape[:1] == (BATCH,) if name.startswith("out/") else BATCH not in shape


@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_the_files_themselves(schemas: Mapping[str, DataSchema], number: int, remarks: Callable[..., object]) -> None:
    """The files that are changed above are good ones: those of built-in sets build as they stand."""
    text = SOURCES[number]
    source = re.search(r"source: (\w+)", text)
    if source is None or source[1] not in schemas:
        return
    spec, diagnostics = read_spec(text, "net.yaml")
    assert spec is not None, tuple(diagnostics)
    assert build(spec, schemas[source[1]], diagnostics) is not None, tuple(diagnostics)
