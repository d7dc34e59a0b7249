"""Texts that the tests of the designer's model begin with."""

from __future__ import annotations

from pathlib import Path

import netloom

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"

SMALL = """\
netloom: 1
name: small  # its own name
data: {source: digits, prepare: [scale]}

# the layers
network:
  layers:
    - flatten  # a row of numbers
    - dense: 32
    # between the two
    - relu
    - dense: {units: 10}

train: {loss: cross_entropy, optimizer: adam, epochs: 2}  # short
"""

SKIP = """\
netloom: 1
data: {source: digits, prepare: [scale]}
network:
  layers:
    - flatten
    - {dense: 32, name: h}
    - relu
    - dense: 32
    - add: [dense2, h]
    - dense: 10
train: {loss: cross_entropy, optimizer: adam, epochs: 2}
"""

BLOCKS = """\
netloom: 1
data: {source: digits, prepare: [scale]}
blocks:
  Hidden:
    options: {units: int}
    layers:
      - dense: $units
      - relu
network:
  layers:
    - flatten
    - Hidden: 32
    - Hidden: 16
      repeat: 2
      name: deep
    - dense: 10
train: {loss: cross_entropy, optimizer: adam, epochs: 2}
"""

GRAPH = """\
netloom: 1
data: {source: digits, prepare: [scale]}
network:
  graph:
    flat: {flatten: image}
    left: {dense: 16, from: flat}
    right: {dense: 16, from: flat}
    both: {add: [left, right]}
    scores: {dense: 10, from: both}
  output: scores
train: {loss: cross_entropy, optimizer: adam, epochs: 2}
"""
