"""The examples that come with netloom, chapter by chapter: what each is about, and what to look at.

Both stand in the head of its file: sentences about it, then `Look at:` and what to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..dsl.diagnostics import Diagnostics
from ..dsl.reader import read
from ..dsl.tree import Scalar, Table

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
OURS = re.compile(r"^# catalog:.*\n", re.MULTILINE)
"""Lines of the examples that speak to their makers."""
HEAD = re.compile(r"(?:#.*\n)*")
LOOK = re.compile(r"^Look at: ")
CHAPTERS: dict[str, str] = {
    "start": "Your first network",
    "neurons": "One neuron",
    "worked": "Computed by hand",
    "regression": "Regression",
    "decisions": "Borders that bend",
    "recogniser": "Handwritten digits",
    "depth": "Why deep is hard",
    "regularisation": "Not learning by heart",
    "pictures": "Networks for pictures",
    "deep": "The great ones, at full size",
    "blocks": "Blocks of one's own",
    "weights": "Weights shared and described",
    "heads": "Several heads",
    "losses": "Losses of several parts",
    "autoencoder": "Autoencoders",
}
"""The chapters in the order of a course, and what they are called. A folder that is not here comes behind them."""
FIRST = (
    "worked/one_layer", "worked/three_layers", "worked/gradient_by_hand", "worked/descent",
    "decisions/moons", "decisions/circles", "decisions/spirals",
    "depth/three_sigmoid", "depth/nine_sigmoid", "depth/nine_relu",
    "regularisation/penalty", "regularisation/sparse", "regularisation/elastic_net", "regularisation/noise",
    "regularisation/dropout", "regularisation/dropout_as_ensemble",
    "pictures/diagonal", "pictures/edges_fixed", "pictures/blur", "pictures/colours", "pictures/sizes",
    "pictures/dense_as_convolution", "pictures/edges_learned", "pictures/three_pools", "pictures/lenet5",
    "pictures/cnn_mnist", "pictures/alexnet_small", "pictures/vgg_small", "pictures/network_in_network",
    "pictures/googlenet_small", "pictures/resnet_small", "pictures/plain_or_residual",
    "deep/alexnet", "deep/vgg16", "deep/network_in_network", "deep/inception", "deep/googlenet", "deep/resnet20",
    "deep/resnet152",
    "blocks/residual", "blocks/highway", "blocks/shared",
)  # fmt: skip
"""Examples that come first in their chapter, in this order; the others follow by name."""


@dataclass(frozen=True, slots=True)
class Template:
    """An example: its chapter, its name in it, and what it is about, in a line."""

    chapter: str
    name: str
    path: Path

    def __str__(self) -> str:
        return f"{self.chapter}/{self.name}" if self.chapter else self.name

    @property
    def text(self) -> str:
        """The file, without the lines that speak to its makers."""
        return OURS.sub("", self.path.read_text(encoding="utf-8"))

    @property
    def about(self) -> str:
        """What the file says it is about, else the first sentence of its head."""
        text = self.path.read_text(encoding="utf-8")
        tree = read(text, str(self.path), Diagnostics())
        about = tree.items.get("about") if isinstance(tree, Table) else None
        if isinstance(about, Scalar) and about.text:
            return " ".join(about.text.split())
        said = " ".join(_head(text))
        return re.split(r"(?<=[.?!])\s|: (?=[A-Z])|\s(?:Look at|catalog): ", said, maxsplit=1)[0]

    @property
    def told(self) -> str:
        """All that its head says of it, before what to look at."""
        before, _ = _parts(self.path.read_text(encoding="utf-8"))
        return before

    @property
    def look(self) -> str:
        """What to look at."""
        _, behind = _parts(self.path.read_text(encoding="utf-8"))
        return behind


def templates() -> Iterator[Template]:
    """Every example, chapter by chapter."""
    for path in sorted(EXAMPLES.rglob("*.yaml")):
        inside = path.relative_to(EXAMPLES)
        # files that hold no network are parts, which others include
        if re.search(r"^(network|graph):", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield Template("/".join(inside.parts[:-1]), path.stem, path)


def course() -> list[tuple[str, list[Template]]]:
    """The chapters in the order of the course, each with its examples."""
    found: dict[str, list[Template]] = {}
    for each in templates():
        found.setdefault(each.chapter, []).append(each)
    order = list(CHAPTERS)
    known = sorted(found, key=lambda chapter: (order.index(chapter) if chapter in order else len(order), chapter))
    return [(chapter, sorted(found[chapter], key=_place)) for chapter in known]


def _place(each: Template) -> tuple[int, str]:
    return (FIRST.index(str(each)) if str(each) in FIRST else len(FIRST), each.name)


def _head(text: str) -> list[str]:
    """The lines of the comment that a file begins with, without their signs."""
    head = HEAD.match(text)
    return [line.removeprefix("#").strip() for line in head[0].splitlines()] if head else []


def _parts(text: str) -> tuple[str, str]:
    """What the head says of the file, and what to look at, which goes on to the head's end."""
    lines = _head(OURS.sub("", text))
    at = next((place for place, line in enumerate(lines) if LOOK.match(line)), len(lines))
    return " ".join(lines[:at]), LOOK.sub("", " ".join(lines[at:]))
