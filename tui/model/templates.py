"""Texts that a new network begins with: small, whole, and each a step from nothing to something that learns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ...dsl.load import TITLE
from ...dsl.scalars import written

TRAIN = "train: {loss: cross_entropy, optimizer: {adam: 1e-3}, epochs: 5}\n"


@dataclass(frozen=True, slots=True)
class Template:
    """A beginning: what it is called, what it is for in one line, and its text. `needs`: what has to be filled in
    before it can be checked without a mistake."""

    name: str
    words: str
    text: str
    needs: str = ""


TEMPLATES: tuple[Template, ...] = (
    Template(
        "blank",
        "data and a loss; the layers are yours to put in",
        f"netloom: 1\nname: first\n\ndata: {{source: digits, prepare: [scale], split: {{validation: 0.1}}}}\n\nnetwork:\n  layers:\n    - flatten\n    - dense: 10\n\n{TRAIN}",
    ),
    Template(
        "perceptron",
        "two dense layers that read handwritten digits",
        f"netloom: 1\nname: perceptron\n\ndata: {{source: digits, prepare: [scale], split: {{validation: 0.1}}}}\n\nnetwork:\n  layers:\n    - flatten\n"
        f"    - dense: {{units: 64, activation: relu}}\n    - dense: 10\n\n{TRAIN}",
    ),
    Template(
        "pictures",
        "convolutions and pools for pictures, a dense layer at the end",
        "netloom: 1\nname: pictures\n\ndata: {source: digits, prepare: [scale], split: {validation: 0.1}}\n\nnetwork:\n  layers:\n"
        "    - conv2d: {filters: 16, kernel: 3, padding: same, activation: relu}\n    - max_pool: 2\n"
        "    - conv2d: {filters: 32, kernel: 3, padding: same, activation: relu}\n    - max_pool: 2\n"
        f"    - flatten\n    - dense: 10\n\n{TRAIN}",
    ),
    Template(
        "autoencoder",
        "a picture through a few numbers and back",
        "netloom: 1\nname: autoencoder\n\ndata: {source: digits, prepare: [scale], split: {validation: 0.1}}\n\nnetwork:\n  layers:\n    - flatten\n"
        "    - dense: {units: 32, activation: relu}\n    - dense: 8\n      name: code\n"
        "    - dense: {units: 32, activation: relu}\n    - dense: {units: 64, activation: sigmoid}\n"
        "    - reshape: [8, 8, 1]\n      name: picture\n\n"
        "train:\n  loss:\n    - mse: {prediction: picture, target: image}\n  optimizer: {adam: 1e-3}\n  epochs: 10\n",
    ),
    Template(
        "table",
        "numbers of a table in a CSV file, to be predicted from the others",
        "netloom: 1\nname: table\n\ndata:\n  source: {csv: table.csv}\n  fields:\n    x: {columns: [a, b, c]}\n    y: {column: price}\n"
        "  prepare: [standardize]\n\nnetwork:\n  inputs: [x]\n  layers:\n    - dense: {units: 32, activation: relu}\n    - dense: 1\n\n"
        "train: {loss: {mse: {target: y}}, optimizer: {adam: 1e-3}, epochs: 20}\n",
        needs="the file's name and its columns",
    ),
)

BLANK = TEMPLATES[0]
OWN_NAMES = ("first", *(one.name for one in TEMPLATES[1:]))
"""What the templates call their networks."""
NAME = re.compile(r"^name: .*$", re.MULTILINE)


def begun(one: Template, path: Path | None) -> str:
    """A template's text under the name of the file that it will be saved in."""
    if path is None or not TITLE.fullmatch(path.stem):
        return one.text
    return NAME.sub(lambda _: f"name: {written(path.stem)}", one.text, count=1)


def template(name: str) -> Template | None:
    """The template called so; None where there is none."""
    return next((one for one in TEMPLATES if one.name == name), None)
