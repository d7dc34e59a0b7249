"""Files of several forms that edits are tried on, and what an edit changed in one."""

from __future__ import annotations

from collections.abc import Callable

from netloom.dsl.edit import Document, Edit

CHAIN = """\
# a first network
name: chain
data: {source: digits}   # built in
network:
  layers:
    # pixels in a row
    - flatten     # 64
    - dense: 64   # hidden
      name: hidden

    - relu
    - dense: {units: 32, activation: relu}  # more
      name: more
      from: hidden
    - dropout: 0.2
    # the scores
    - dense: 10
      name: scores
train:
  loss: {cross_entropy: {logits: scores, target: label}}
  optimizer: adam # as usual
  batch: 32
"""
GRAPH = """\
name: graph
data: {source: digits}
networks:
  Coder:
    inputs: [picture]
    graph: {flat: {flatten: picture}, mean: {dense: 8, from: flat}, spread: {dense: 8, from: flat}}
    output: [mean, spread]
graph:
  pixels: {flatten: image}
  code: {Coder: {picture: image}}
  noisy: code.mean + exp(code.spread / 2)
  copy: [{dense: {units: 32}, from: noisy}, relu, {dense: 64}]
  digit: {dense: 10, from: [noisy, pixels]}
train:
  loss:
    - mse: {prediction: copy, target: pixels}
      name: digit
    - cross_entropy: {logits: digit, target: label}
  penalties: [{l2: 1e-4, of: "Coder.mean.weights"}]
"""
BLOCKS = """\
name: blocks
options: {width: 16}
data: {source: digits}
blocks:
  Stack:
    options: {units: int, rate: 0.5}
    layers:
      - dense: {units: $units, activation: relu}  # grows
        name: wide
      - dropout: $rate
      - dense: $(2 * units)
network:
  layers: [flatten, {Stack: 8, name: stack}, {dense: $width}, relu, {dense: 10}]
train: {loss: cross_entropy, penalties: [{l2: 1e-3, of: stack.wide.weights}]}
"""


def changed(text: str, edit: Callable[..., Edit], *arguments: object, **words: object) -> list[str]:
    """The lines that an edit takes out (`-`) and puts in (`+`); undone, every byte is back."""
    document = Document(text)
    made = edit(document, *arguments, **words)
    after = document.apply(made)
    assert after.apply(made.undo).text == text
    old, new = text.splitlines(), after.text.splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    same = [line for line in old if line in new]
    out = [f"-{line.strip()}" for line in old if line not in same]
    return out + [f"+{line.strip()}" for line in new if line not in same]
