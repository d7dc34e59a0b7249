"""`--set name=value` and `--set train.batch=128`: a file with some of its values replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .diagnostics import Diagnostics
from .kinds.tables import lookup, words
from .places import Place
from .reader import read
from .sections import DATA, STEP
from .settings import RUN, SPLIT
from .suggest import did_you_mean
from .tree import Scalar, Sequence, Table, Tree

FILE = "<--set>"
ABSENT: dict[str, tuple[str, ...]] = {
    "train": tuple(key for key in STEP if key not in ("phases", "alternate")),
    "run": tuple(option.name for option in RUN),
    "data": DATA,
    "data.split": tuple(option.name for option in SPLIT),
    "train.stop": ("patience", "metric", "min_delta", "restore"),
    "train.clip_gradients": ("norm", "value"),
}
"""What may be set although the file does not say it, by table."""
MADE = ("run", "data.split", "train.stop", "train.clip_gradients")
"""Tables that are made when the file has none."""


def overridden(tree: Table, sets: Mapping[str, str], diagnostics: Diagnostics) -> Table:
    """The file's tree with every override in it. One that fits nothing is an error with the nearest path."""
    for path, value in sets.items():
        new = _value(path, value, diagnostics)
        if new is None:
            continue
        place = Place(FILE, 1, 1, len(path))
        steps = ("options", path) if path in options_of(tree) else tuple(path.split("."))
        changed = _set(tree, steps, (), new, place)
        if isinstance(changed, Table):
            tree = changed
        else:
            diagnostics.error("E030", place, f"the file has nothing called `{path}` to set", _way_out(path, tree))
    return tree


def options_of(tree: Table) -> list[str]:
    """The names of the options that a file declares."""
    options = tree.items.get("options")
    return list(options.items) if isinstance(options, Table) else []


def paths(tree: Tree, before: str = "") -> Iterable[str]:
    """Every path of the file that can be set, and those it may be given besides."""
    if isinstance(tree, Scalar):
        yield before
        return
    pairs = tree.items.items() if isinstance(tree, Table) else ((str(i), t) for i, t in enumerate(tree.items, 1))
    for name, inner in pairs:
        yield from paths(inner, f"{before}.{name}" if before else name)
    if isinstance(tree, Table):
        for name in ABSENT.get(before, ()):
            if name not in tree.items:
                yield f"{before}.{name}"


def _value(path: str, value: str, diagnostics: Diagnostics) -> Tree | None:
    """The tree of a value given on the command line."""
    if not value.strip():
        return Scalar(None, "", False, Place(FILE, 1, len(path) + 2))
    own = Diagnostics()
    tree = read(value, FILE, own)
    if own.items or tree is None:
        for found in own.items or ():
            at = replace(found.place, column=found.place.column + len(path) + 1)
            diagnostics.error("E031", at, f"--set {path}: {found.message}", found.suggestion)
        return None
    return _moved(tree, len(path) + 1)


def _moved(tree: Tree, by: int) -> Tree:
    """The same tree, its places moved right: they are those of `name=value`."""
    place = replace(tree.place, column=tree.place.column + by)
    if isinstance(tree, Scalar):
        return replace(tree, place=place)
    if isinstance(tree, Sequence):
        return Sequence(tuple(_moved(item, by) for item in tree.items), place)
    keys = {name: replace(at, column=at.column + by) for name, at in tree.keys.items()}
    return Table({name: _moved(item, by) for name, item in tree.items.items()}, keys, place)


def _set(tree: Tree, steps: tuple[str, ...], done: tuple[str, ...], new: Tree, place: Place) -> Tree | None:
    """The tree with the value at the path replaced; None when there is no such path."""
    if not steps:
        return new if isinstance(tree, Scalar) or not isinstance(new, Scalar) else None
    step, rest = steps[0], steps[1:]
    if isinstance(tree, Sequence):
        at = int(step) - 1 if step.isdigit() else -1
        if not 0 <= at < len(tree.items):
            return None
        inner = _set(tree.items[at], rest, (*done, step), new, place)
        return inner and Sequence((*tree.items[:at], inner, *tree.items[at + 1 :]), tree.place)
    if isinstance(tree, Scalar):
        return _opened(tree, steps, new, place)
    if step in tree.items:
        inner = _set(tree.items[step], rest, (*done, step), new, place)
        return inner and Table({**tree.items, step: inner}, tree.keys, tree.place)
    inner = _added(".".join(done), step, rest, new, place)
    return inner and Table({**tree.items, step: inner}, {**tree.keys, step: place}, tree.place)


def _added(before: str, step: str, rest: tuple[str, ...], new: Tree, place: Place) -> Tree | None:
    """A key that the file does not have, where the language knows it."""
    path = f"{before}.{step}" if before else step
    if not rest:
        return new if step in ABSENT.get(before, ()) else None
    if path not in MADE:
        return None
    return _set(Table({}, {}, place), rest, tuple(path.split(".")), new, place)


def _opened(tree: Scalar, steps: tuple[str, ...], new: Tree, place: Place) -> Tree | None:
    """`optimizer: adam` with `adam.learning_rate` set  -->  `optimizer: {adam: {learning_rate: …}}`"""
    kind = lookup("optimizer", tree.text)
    if kind is None or len(steps) != 2 or steps[0] != tree.text or kind.option(steps[1]) is None:
        return None
    options = Table({steps[1]: new}, {steps[1]: place}, place)
    return Table({tree.text: options}, {tree.text: tree.place}, tree.place)


def _way_out(path: str, tree: Table) -> str:
    options = options_of(tree)
    if near := _meant(path, [*options, *paths(tree)]):
        return near
    return f"It has the options {_few(options)}." if options else "Name a path of the file, as `train.epochs`."


def _meant(path: str, known: list[str]) -> str | None:
    ends = [other for other in known if other.rpartition(".")[2] == path]
    if len(ends) >= 1:
        return f"Did you mean `{ends[0]}`?"
    first = path.split(".")[0]
    if first in words("optimizer"):
        return f"Write `train.optimizer.{path}`."
    return did_you_mean(path, known)


def _few(names: list[str]) -> str:
    most = 12
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
