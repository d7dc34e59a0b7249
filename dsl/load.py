"""A spec file as values: `load(path)` and `read_spec(text, file)`. Every mistake at once, nothing executed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from . import bodies
from .diagnostics import Diagnostics
from .overrides import overridden
from .places import Place
from .reader import read
from .sections import RECIPES, STEP_LATER, data, is_several, step
from .settings import RUN
from .source_text import MOST_CHARACTERS
from .spec import Body, Data, Spec, Step
from .static_check import check_options
from .tree import Scalar, Table, Tree
from .walk import Walk, said

VERSION = 1
FILE = (
    "netloom", "name", "about", "include", "options", "run", "data", "blocks", "networks", "network", "graph",
    "train", "evaluate", "generate", "study",
)  # fmt: skip
LATER = ("include", "blocks", "networks", "graph", "evaluate", "generate", "study")
"""Sections that this version reads and does not compile."""
TITLE = re.compile(r"[^\W_][\w .()+-]{0,99}")


def load(path: Path | str, sets: Mapping[str, str] | None = None) -> tuple[Spec | None, Diagnostics]:
    """The spec in a file; see `read_spec`. A file that cannot be read is a mistake like any other."""
    path, diagnostics = Path(path), Diagnostics()
    start = Place(str(path), 1, 1)
    try:
        with path.open("rb") as stream:
            content = stream.read(4 * MOST_CHARACTERS + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        diagnostics.error("E001", start, f"{path} cannot be read: {why}", "Check the path.")
        return None, diagnostics
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        diagnostics.error("E002", Place(str(path), line, column), "this is not UTF-8 text", "Save the file as UTF-8.")
        return None, diagnostics
    return read_spec(text, str(path), sets)


def read_spec(text: str, file: str, sets: Mapping[str, str] | None = None) -> tuple[Spec | None, Diagnostics]:
    """The spec that a file's text says, and every remark on it.

    None when it could not be read whole. A spec may come with errors: those of single options and keys leave
    the rest standing, so that the compiler can find more. `sets` are overrides by path: `{"train.batch":
    "128"}`.
    """
    diagnostics = Diagnostics()
    tree = read(text, file, diagnostics)
    if tree is None and not diagnostics.errors:
        diagnostics.error("E014", Place(file, 1, 1), "the file is empty", "Begin with `netloom: 1` and `name:`.")
    if tree is None:
        return None, diagnostics
    if not isinstance(tree, Table):
        diagnostics.error("E025", tree.place, f"the file is {said(tree)}, and a table is wanted", "Begin with `name:`.")
        return None, diagnostics
    tree = overridden(tree, sets or {}, diagnostics)
    walk = Walk(diagnostics)
    if not _version(tree, walk):
        return None, diagnostics
    spec = _spec(tree, file, text, walk)
    if spec is not None:
        check_options(spec, diagnostics)
    return (None if walk.damaged else spec), diagnostics


def _version(tree: Table, walk: Walk) -> bool:
    """Whether the file's version can be read."""
    given = tree.items.get("netloom")
    if given is None or (isinstance(given, Scalar) and given.value == VERSION and given.value is not True):
        return True
    newer = isinstance(given, Scalar) and isinstance(given.value, int) and given.value > VERSION
    walk.fail(
        "E026", given.place, f"`netloom: {said(given).strip('`')}`: this program reads version {VERSION}",
        "Install a newer netloom." if newer else f"Write `netloom: {VERSION}`.",
    )  # fmt: skip
    return False


def _spec(tree: Table, file: str, text: str, walk: Walk) -> Spec | None:
    tree = walk.keys(tree, FILE, "the file")
    found = tree.items
    options = bodies.options(found["options"], walk) if "options" in found else {}
    blocks = bodies.blocks(found["blocks"], walk) if "blocks" in found else {}
    networks = bodies.networks(found["networks"], walk) if "networks" in found else {}
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
    )


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
    later.update({f"data.{key}": table.items[key] for key in (*RECIPES, "augment") if key in table.items})
    return data(table, place, walk)


def _train(tree: Table, walk: Walk, later: dict[str, Tree]) -> Step | None:
    if "train" not in tree.items:
        return None
    table = walk.table(tree.items["train"], "`train`", "Write `{loss: cross_entropy}`.")
    if table is None:
        return None
    later.update({f"train.{key}": table.items[key] for key in STEP_LATER if key in table.items})
    return step(table, tree.keys["train"], walk)
