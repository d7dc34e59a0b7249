"""A spec file as values: `load(path)` and `read_spec(text, file)`. Every mistake at once, nothing executed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from . import bodies
from .diagnostics import Diagnostics, Flooded
from .include import Joined, joined, versioned
from .overrides import overridden
from .places import Place
from .reader import Reading, read
from .sections import RECIPES, STEP_LATER, data, is_several, step
from .settings import RUN
from .source_text import file_text
from .spec import Block, Body, Data, Network, Spec, Step
from .static_check import check_options
from .tree import Table, Tree
from .unindented import HOMES, indented
from .walk import Walk, said

FILE = (
    "netloom", "name", "about", "include", "options", "run", "data", "blocks", "networks", "network", "graph",
    "train", "evaluate", "generate", "study",
)  # fmt: skip
LATER = ("blocks", "networks", "graph", "evaluate", "generate", "study")
"""Sections that this version reads and does not compile."""
TITLE = re.compile(r"[^\W_][\w .()+-]{0,99}")


def load(
    path: Path | str, sets: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[Spec | None, Diagnostics]:
    """The spec in a file; see `read_spec`. A file that cannot be read is a mistake like any other."""
    path, diagnostics = Path(path), Diagnostics()
    text = file_text(path, diagnostics)
    return (None, diagnostics) if text is None else read_spec(text, str(path), sets, folder)


def read_spec(
    text: str, file: str, sets: Mapping[str, str] | None = None, folder: Path | None = None,
    reading: Reading | None = None,
) -> tuple[Spec | None, Diagnostics]:  # fmt: skip
    """The spec that a file's text says, and every remark on it.

    None when it could not be read whole. A spec may come with errors: those of single options and keys leave
    the rest standing, so that the compiler can find more. `sets` are overrides by path: `{"train.batch":
    "128"}`. `folder` is where included files are read from; left out: the file's own.
    `reading` is the text under this file's name, where it was read already.
    """
    diagnostics = Diagnostics()
    try:
        return _read(text, file, sets or {}, folder, diagnostics, reading=reading), diagnostics
    except Flooded:
        return None, diagnostics


def read_damaged(text: str, file: str, folder: Path | None = None) -> Spec | None:
    """What can be read of a text with mistakes, entries that make no sense left out: for a picture, never to be
    built. None where that has no network."""
    try:
        return _read(text, file, {}, folder, Diagnostics(), whole=False)
    except Flooded:
        return None


def _read(
    text: str, file: str, sets: Mapping[str, str], folder: Path | None, diagnostics: Diagnostics, *, whole: bool = True,
    reading: Reading | None = None,
) -> Spec | None:  # fmt: skip
    tree = read(text, file, diagnostics) if reading is None else reading.tree
    if reading is not None:
        diagnostics.extend(reading.diagnostics)
    if tree is None and not diagnostics.errors:
        diagnostics.error("E014", Place(file, 1, 1), "the file is empty", "Begin with `netloom: 1` and `name:`.")
    if tree is None:
        return None
    if not isinstance(tree, Table):
        diagnostics.error("E025", tree.place, f"the file is {said(tree)}, and a table is wanted", "Begin with `name:`.")
        return None
    walk = Walk(diagnostics, homes=HOMES)
    tree = indented(tree, FILE, diagnostics)
    if not versioned(tree, walk):
        return None
    first, others = _parted(sets)
    tree = overridden(tree, first, diagnostics)
    found = joined(tree, file, text, Path(file).parent if folder is None else folder, walk)
    spec = _spec(overridden(found.tree, others if found.whole else {}, diagnostics), file, text, walk, found)
    if spec is not None and found.whole:
        check_options(spec, diagnostics)
    return None if walk.damaged and whole else spec


def _parted(sets: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The overrides of `include`, and the others: those may reach into what is included."""
    first = {path: value for path, value in sets.items() if path.split(".")[0] == "include"}
    return first, {path: value for path, value in sets.items() if path not in first}


def _spec(tree: Table, file: str, text: str, walk: Walk, files: Joined) -> Spec | None:
    tree = walk.keys(tree, FILE, "the file")
    found = tree.items
    options = bodies.options(found["options"], walk) if "options" in found else {}
    blocks = bodies.blocks(found["blocks"], walk) if "blocks" in found else {}
    networks = bodies.networks(found["networks"], walk) if "networks" in found else {}
    _apart(blocks, networks, walk)
    later = {key: found[key] for key in LATER if key in found}
    network = _network(tree, walk)
    made_data = _data(tree, walk, later)
    train = _train(tree, walk, later)
    about = walk.text(found["about"], "`about`") if "about" in found else None
    run = walk.table(found["run"], "`run`", "Write `{seed: 3}`.", whole=False) if "run" in found else None
    run = walk.keys(run, [option.name for option in RUN], "`run`", "E102") if run else None
    name = _name(found.get("name"), file, walk)
    if network is None:
        return None
    return Spec(
        name=name,
        about=about,
        options=options,
        run=dict(run.items) if run else {},
        data=made_data,
        blocks=blocks,
        networks=networks,
        network=network,
        train=train,
        later=later,
        file=file,
        text=text,
        included=dict(files.texts),
    )


def _apart(blocks: Mapping[str, Block], networks: Mapping[str, Network], walk: Walk) -> None:
    """A block and a network are called by the same words, so they have different names."""
    for name in blocks.keys() & networks.keys():
        first, place = sorted((blocks[name].place, networks[name].place))
        said = f"`{name}` is a block and a network: first in line {first.line}"
        walk.error("E028", place, said, f"Write `{name}2`.")


def _name(tree: Tree | None, file: str, walk: Walk) -> str:
    """The file's name; without one, that of the file itself."""
    if tree is None:
        stem = re.sub(r"[^\w.()+-]+", "-", Path(file).stem).strip("-_")
        return stem if TITLE.fullmatch(stem) else "network"
    name = walk.text(tree, "`name`") or "network"
    if not TITLE.fullmatch(name):
        walk.error(
            "E027",
            tree.place,
            f"`{name[:40]}` cannot be a file's name: letters, digits, blanks and - _ . + ( )",
            "A run's folder is called by it.",
        )
        return "network"
    return name


def _network(tree: Table, walk: Walk) -> Body | None:
    """The main body: `network:`, or `graph:` beside `networks:`."""
    found = tree.items
    if ("network" in found) is ("graph" in found):
        if "network" in found:
            walk.fail("E033", tree.keys["graph"], "both `network` and `graph` stand here", "Keep one of them.")
        else:
            walk.fail("E033", tree.place, "the file has no network", "Write `network: {layers: […]}`.")
        return None
    if "graph" in found:
        return Body(graph=bodies.graph_lines(found["graph"], walk), place=tree.keys["graph"])
    table = walk.table(found["network"], "`network`", "Write `network: {layers: […]}`.")
    if table is None:
        return None
    return bodies.body(walk.keys(table, bodies.BODY, "`network`"), walk, "`network`")


def _data(tree: Table, walk: Walk, later: dict[str, Tree]) -> Data | None:
    if "data" not in tree.items:
        return None
    table = walk.table(tree.items["data"], "`data`", "Write `{source: digits}`.")
    if table is None:
        return None
    place = tree.keys["data"]
    if is_several(table):
        later["data"] = table
        for name, inner in table.items.items():
            if isinstance(inner, Table):
                data(inner, table.keys[name], walk)
        return None
    later.update({f"data.{key}": table.items[key] for key in RECIPES if key in table.items})
    return data(table, place, walk)


def _train(tree: Table, walk: Walk, later: dict[str, Tree]) -> Step | None:
    if "train" not in tree.items:
        return None
    table = walk.table(tree.items["train"], "`train`", "Write `{loss: cross_entropy}`.")
    if table is None:
        return None
    later.update({f"train.{key}": table.items[key] for key in STEP_LATER if key in table.items})
    return step(table, tree.keys["train"], walk)
