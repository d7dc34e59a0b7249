"""The files around the examples: a set that comes with netloom, a network, a few epochs."""

from __future__ import annotations

from textwrap import dedent, indent

DIGITS = "{source: digits, prepare: [scale], split: {test: 0.2}}"
IRIS = "{source: iris, prepare: [standardize], split: {test: 0.2}}"
WINE = "{source: wine, prepare: [standardize], split: {test: 0.2}}"
TUMOURS = "{source: breast_cancer, prepare: [standardize], split: {test: 0.2}}"
DIABETES = "{source: diabetes, prepare: [standardize], split: {test: 0.2}}"
CLASSES = "{loss: cross_entropy, epochs: 5}"
AMOUNTS = "{loss: {mse: {target: y}}, epochs: 5}"


def layers(lines: str, data: str = DIGITS, train: str = CLASSES) -> str:
    """A file whose network is a list of layers; `lines` are the list's."""
    return f"data: {data}\nnetwork:\n  layers:\n{_set(lines, 4)}{_train(train)}"


def graph(lines: str, reads: str = "image", output: str = "scores", data: str = DIGITS, train: str = CLASSES) -> str:
    """A file whose network is a graph; `lines` are its lines, `reads` the columns that come in."""
    wired = f"  inputs: [{reads}]\n  graph:\n{_set(lines, 4)}  output: {output}\n"
    return f"data: {data}\nnetwork:\n{wired}{_train(train)}"


def trained(train: str, data: str = DIGITS, hidden: str = "dense: {units: 32, activation: relu}", out: int = 10) -> str:
    """A file about how it is trained: the lines of `train:` matter, the network is small."""
    first = "- flatten\n" if data == DIGITS else ""
    return layers(f"{first}- {hidden}\n- dense: {out}", data, train)


def whole(text: str) -> str:
    """A file as it stands."""
    return dedent(text).strip("\n") + "\n"


def _train(train: str) -> str:
    train = dedent(train).strip("\n")
    return f"train: {train}\n" if train.startswith("{") else f"train:\n{_set(train, 2)}"


def _set(lines: str, columns: int) -> str:
    return indent(dedent(lines).strip("\n"), " " * columns) + "\n"
