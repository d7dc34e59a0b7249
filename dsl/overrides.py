"""`--set name=value` and `--set train.batch=128`: a file with some of its values replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .diagnostics import Diagnostics
from .habits import SYNONYMS
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
OPTIMIZER = "train.optimizer"
WORDS = (OPTIMIZER, "train.loss")
"""What may be a plain word although the file says more there."""


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
        whole = isinstance(tree, Scalar) or not isinstance(new, Scalar) or ".".join(done) in WORDS
        return new if whole else None
    step, rest = steps[0], steps[1:]
    if isinstance(tree, Sequence):
        at = int(step) - 1 if step.isdigit() else -1
        if not 0 <= at < len(tree.items):
            return None
        inner = _set(tree.items[at], rest, (*done, step), new, place)
        return inner and Sequence((*tree.items[:at], inner, *tree.items[at + 1 :]), tree.place)
    if isinstance(tree, Scalar):
        return _opened(tree, steps, done, new, place)
    if step in tree.items:
        inner = _set(tree.items[step], rest, (*done, step), new, place)
        return inner and Table({**tree.items, step: inner}, tree.keys, tree.place)
    inner = _added(".".join(done), step, rest, new, place)
    return inner and Table({**tree.items, step: inner}, {**tree.keys, step: place}, tree.place)


def _added(before: str, step: str, rest: tuple[str, ...], new: Tree, place: Place) -> Tree | None:
    """A key that the file does not have, where the language knows it."""
    path = f"{before}.{step}" if before else step
    if path == OPTIMIZER and rest:
        return _opened(Scalar(rest[0], rest[0], False, place), rest, ("train", "optimizer"), new, place)
    if not rest:
        return new if step in ABSENT.get(before, ()) or _has_option(before, step) else None
    if path not in MADE:
        return None
    return _set(Table({}, {}, place), rest, tuple(path.split(".")), new, place)


def _has_option(path: str, name: str) -> bool:
    """Whether the path is that of an optimizer of ours, `train.optimizer.adam`, which has the option."""
    before, _, word = path.rpartition(".")
    kind = lookup("optimizer", word) if before == OPTIMIZER else None
    return kind is not None and kind.option(name) is not None


def _opened(tree: Scalar, steps: tuple[str, ...], done: tuple[str, ...], new: Tree, place: Place) -> Tree | None:
    """`optimizer: adam` or `optimizer: {adam: 0.1}` with `adam.beta1` set: the options in a table of their own."""
    path = ".".join(done)
    if len(steps) == 2 and path == OPTIMIZER and steps[0] == tree.text and _has_option(f"{path}.{steps[0]}", steps[1]):
        options = Table({steps[1]: new}, {steps[1]: place}, place)
        return Table({tree.text: options}, {tree.text: tree.place}, tree.place)
    if len(steps) == 1 and _has_option(path, steps[0]):
        kind = lookup("optimizer", done[-1])
        said: dict[str, Tree] = {kind.main: tree} if kind is not None and kind.main and tree.text else {}
        items = {**said, steps[0]: new}
        return Table(items, dict.fromkeys(items, place), place)
    return None


def _way_out(path: str, tree: Table) -> str:
    options = options_of(tree)
    if said := _optimizers_own(path, tree):
        return said
    if near := _meant(path, [*options, *paths(tree)]):
        return near
    return f"It has the options {_few(options)}." if options else "Name a path of the file, as `train.epochs`."


def _optimizers_own(path: str, tree: Table) -> str | None:
    """How to set what is an option of the optimizer: `lr`, `train.learning_rate`, `adam.beta1`, another's."""
    steps = path.split(".")
    name = SYNONYMS.get(steps[-1].lower(), steps[-1])
    asked = next((step for step in steps[:-1] if step in words("optimizer")), None)
    used = _optimizer(tree)
    if asked is None and len(steps) > 2:
        return None
    if used and _has_option(f"{OPTIMIZER}.{used}", name):
        said = f"Write `--set {OPTIMIZER}.{used}.{name}=…`"
        if asked and asked != used:
            return f"The optimizer is {used}: {said[0].lower()}{said[1:]}, or change it with `--set '{OPTIMIZER}={{{asked}: …}}'`."
        return f"{said}: it is an option of the optimizer."
    if asked and asked != used and _has_option(f"{OPTIMIZER}.{asked}", name):
        return f"The optimizer is {used}: change it with `--set '{OPTIMIZER}={{{asked}: {{{name}: …}}}}'`."
    return None


def _optimizer(tree: Table) -> str | None:
    """The word of the file's optimizer; None where it has none, or not one of ours."""
    train = tree.items.get("train")
    found = train.items.get("optimizer") if isinstance(train, Table) else None
    word = (
        found.text if isinstance(found, Scalar) else next(iter(found.items), None) if isinstance(found, Table) else None
    )
    return word if word in words("optimizer") else "adam" if found is None and isinstance(train, Table) else None


def _meant(path: str, known: list[str]) -> str | None:
    ends = [other for other in known if other.rpartition(".")[2] == path]
    if len(ends) >= 1:
        return f"Did you mean `{ends[0]}`?"
    return did_you_mean(path, known)


def _few(names: list[str]) -> str:
    most = 12
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
