"""Every example of the language's documents does what its page says: it checks, or goes wrong as marked; it trains."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest

from netloom.dsl.diagnostics import Diagnostics
from netloom.dsl.kinds.kind import KINDS
from netloom.dsl.reader import read
from netloom.dsl.reference.functions import TOLD as FUNCTIONS
from netloom.dsl.reference.keys import SECTIONS, Key
from netloom.dsl.reference.told_all import TOLD
from netloom.dsl.reference.told_codes import SHOWN

from .language_files import Block, blocks, checked, errors, make_data

BLOCKS = list(blocks())
LATER = {"E299", "E300", "E212"}
"""What a file says that is right and not built: of a kind, of a source; E212 where the kind reads classes."""
LAYERS = "data: {source: digits, prepare: [scale]}\nnetwork:\n  layers:\n"


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_of_yaml_is_what_it_is_marked_as(block: Block, tmp_path: Path) -> None:
    make_data(tmp_path)
    match block.marks:
        case ():
            assert errors(block.text, tmp_path) == []
        case ("not-built",):
            found = errors(block.text, tmp_path)
            assert found
            assert set(found) <= LATER
        case ("fragment",):
            remarks = Diagnostics()
            assert read(block.text, str(block), remarks) is not None
            assert list(remarks) == []
        case ("fragment", "layers"):
            assert errors(LAYERS + indent(block.text, "    "), tmp_path) == []
        case ("wrong", code):
            assert set(errors(block.text, tmp_path)) == {code}
        case ("warns", code):
            assert [(remark.code, remark.severity) for remark in checked(block.text, tmp_path)] == [(code, "warning")]
        case _:
            pytest.fail(f"{block}: a block is marked {block.marks}")


@pytest.mark.parametrize("code", SHOWN)
def test_a_file_that_brings_a_code_is_mended_as_shown(code: str, tmp_path: Path) -> None:
    make_data(tmp_path)
    assert code in {remark.code for remark in checked(SHOWN[code].wrong, tmp_path)}
    assert checked(SHOWN[code].right, tmp_path) == []
    assert all(line in SHOWN[code].right for line in SHOWN[code].mended.splitlines())


def test_there_are_blocks_of_every_sort() -> None:
    sorts = {block.marks[:1] for block in BLOCKS}
    assert sorts >= {(), ("fragment",), ("wrong",), ("warns",)}
    assert len(BLOCKS) > len(KINDS)


@pytest.mark.parametrize("key", TOLD, ids=lambda key: "/".join(key))
def test_the_example_of_a_kind_uses_it_and_raises_no_warning(key: tuple[str, str], tmp_path: Path) -> None:
    make_data(tmp_path)
    family, name = key
    assert name in TOLD[key].example or family == "start"  # type: ignore[index]
    found = checked(TOLD[key].example, tmp_path)  # type: ignore[index]
    expected = {"W208"} if name == "step" else set()
    assert {remark.code for remark in found if remark.severity == "warning"} <= expected


# keys

IRIS = "data: {source: iris, prepare: [standardize]}\n"
PLAIN = f"{IRIS}network: {{layers: [{{dense: 8}}, tanh, {{dense: 3}}]}}\ntrain: {{loss: cross_entropy}}\n"
GRAPH = (
    f"{IRIS}options: {{stride: 2}}\nnetwork:\n  inputs: [x]\n  graph:\n    left: {{dense: 8, from: x}}\n"
    "    right: {dense: 8, from: x}\n    scores:\n      dense: 3\n      from: right\n      LINE\n  output: scores\n"
    "train: {loss: cross_entropy}\n"
)
TABLES = (
    "data:\n  source: {csv: flowers.csv}\n  fields:\n    x: {columns: [height, width]}\n    y:\n      column: colour\n"
    "      LINE\nnetwork: {inputs: [x], layers: [{dense: 2}]}\n"
)
BLOCK = (
    f"{IRIS}blocks:\n  Part:\n    options: {{units: 3}}\n    inputs: [x]\n    LINE\n    graph: {{scores: {{dense: 3, from: x}}}}\n"
    "    output: scores\nnetwork: {layers: [{Part: 3}]}\ntrain: {loss: cross_entropy}\n"
)
NETWORK = (
    f"{IRIS}networks:\n  Q:\n    inputs: {{x: [4]}}\n    LINE\n    graph: {{scores: {{dense: 3, from: x}}}}\n"
    "    output: scores\ngraph: {scores: {Q: x}}\ntrain: {loss: cross_entropy}\n"
)
FOLLOWING = (
    f"{IRIS}networks:\n  Q: {{inputs: {{x: [4]}}, layers: [{{dense: 3}}]}}\n  Slow:\n    follow: Q\n    LINE\n"
    "graph: {scores: {Q: x}, slow: {Slow: x}}\ntrain: {loss: {cross_entropy: {logits: scores}}}\n"
)
CELL = (
    "data: {source: digits, prepare: [scale]}\nblocks:\n  Cell:\n    options: {units: int}\n    inputs: [x]\n"
    "    state: {h: [$units]}\n    LINE\n    graph: {h_new: {dense: {units: $units, activation: tanh}, from: [x, h]}}\n"
    "    next: {h: h_new}\n    output: h_new\nnetwork:\n  layers:\n    - reshape: [8, 8]\n"
    "    - recurrent: {cell: {Cell: 8}, return: last}\n    - dense: 10\ntrain: {loss: cross_entropy}\n"
)
HELD = f"{IRIS}network:\n  layers:\n    - dense: 4\n    - dense: {{units: 4, weights: {{LINE}}}}\n    - dense: 3\n"
AROUND: dict[str, str] = {
    "file": PLAIN + "LINE\n",
    "data": "data:\n  source: digits\n  LINE\nnetwork: {layers: [flatten, {dense: 10}]}\n",
    "data.split": "data:\n  source: digits\n  split: {LINE}\nnetwork: {layers: [flatten, {dense: 10}]}\n",
    "data.fields": TABLES,
    "train": PLAIN.replace("train: {loss: cross_entropy}", "train:\n  loss: cross_entropy\n  LINE"),
    "train.stop": PLAIN.replace("train: {loss: cross_entropy}", "train: {loss: cross_entropy, stop: {LINE}}"),
    "train.clip_gradients": PLAIN.replace("train: {", "train: {clip_gradients: {LINE}, "),
    "run": PLAIN + "run: {LINE}\n",
    "network": f"{IRIS}network:\n  inputs: {{x: [4]}}\n  graph: {{scores: {{dense: 3, from: x}}}}\n  output: scores\n  LINE\n",
    "blocks": BLOCK,
    "networks": NETWORK,
    "entry": GRAPH,
    "weights": HELD,
}
"""A file around a line of each section; a line of the same key gives way to it."""
APART: dict[str, str] = {
    "file.data": "LINE\nnetwork: {layers: [flatten, {dense: 10}]}\n",
    "data.fields.columns": TABLES.replace("      column: colour\n", ""),
    "data.fields.missing": TABLES.replace("colour", "height"),
    "weights.mask": HELD.replace("4", "2"),
    "weights.transposed": HELD.replace("LINE", "same_as: dense1.weights, LINE"),
    "file.network": "data: {source: digits}\nLINE\n",
    "file.graph": f"{IRIS}networks: {{Q: {{inputs: [x], layers: [{{dense: 3}}]}}}}\nLINE\n",
    "file.networks": f"{IRIS}LINE\ngraph: {{scores: {{Q: x}}}}\n",
    "network.layers": "data: {source: digits}\nnetwork:\n  LINE\n",
    "blocks.layers": "data: {source: digits}\nblocks:\n  Part:\n    LINE\nnetwork: {layers: [Part]}\n",
    "networks.layers": "data: {source: digits}\nnetworks:\n  Q:\n    inputs: {image: [8, 8, 1]}\n    LINE\ngraph: {a: {Q: image}}\n",
    "blocks.state": CELL,
    "blocks.next": CELL,
    "networks.follow": FOLLOWING.replace("    LINE", "    LINE\n    every: 5 steps"),
    "networks.every": FOLLOWING,
    "networks.decay": FOLLOWING,
    "entry.weight": f"{PLAIN.replace('loss: cross_entropy', 'loss: [{cross_entropy: {}, LINE}]')}",
    "entry.where": f"{PLAIN.replace('loss: cross_entropy', 'loss: [{cross_entropy: {}, LINE}]')}",
    "entry.of": f"{PLAIN.replace('loss: cross_entropy', 'loss: cross_entropy, penalties: [{l2: 1e-3, LINE}]')}",
    "entry.repeat": "data: {source: digits}\nnetwork:\n  layers:\n    - flatten\n    - dense: 8\n      LINE\n",
}
"""Files around keys that stand elsewhere than the others of their section."""
KEYS = [(section, key) for section, found in SECTIONS.items() for key in found]


def placed(section: str, key: Key) -> str:
    """A file that has the key's own example at its place."""
    around = APART.get(f"{section}.{key.name}", AROUND[section])
    if key.name == "study":
        around = f"options: {{width: 64}}\n{around}"
    line = next(line for line in around.splitlines() if "LINE" in line)
    if line.strip() == "LINE":
        around = re.sub(rf"^{line[: line.index('LINE')]}{key.name}:.*\n", "", around, flags=re.MULTILINE)
    return around.replace("LINE", key.as_in)


@pytest.mark.parametrize(("section", "key"), KEYS, ids=[f"{section}.{key.name}" for section, key in KEYS])
def test_the_example_of_a_key_is_right_and_built_or_said_not_to_be(section: str, key: Key, tmp_path: Path) -> None:
    make_data(tmp_path)
    found = errors(placed(section, key), tmp_path)
    assert set(found) <= LATER
    assert bool(found) is key.later


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_of_a_function_is_right_and_built_or_said_not_to_be(name: str, tmp_path: Path) -> None:
    text = f"{IRIS}network:\n  inputs: [x]\n  graph:\n    h: [{{dense: 8, from: x}}, {{reshape: [2, 4]}}]\n    y: {FUNCTIONS[name].on}\n  output: y\n"
    found = errors(text, tmp_path)
    assert set(found) <= LATER
    assert bool(found) is FUNCTIONS[name].later
