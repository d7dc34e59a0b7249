"""The sections `data:` and `train:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .entries import AUGMENT, LOSS, METRIC, OPTIMIZER, PENALTY, PREPARE, READ_AS, SOURCE, Site, entries, entry
from .kinds.kind import Option
from .places import Place
from .settings import CLIP, SPLIT, STOP
from .spec import Data, Entry, Field, Step
from .suggest import did_you_mean
from .tree import Table, Tree
from .walk import NAME, SELECTOR, Walk, items, nothing, said

RECIPES = ("tokens", "windows", "pairs", "batches", "nest", "replay")
DATA = ("source", "fields", "missing", "prepare", "augment", "split", *RECIPES)
AS = ("number", "category", "words", "characters", "text", "image", "mfcc", "spectrogram", "grid_boxes")
"""How a column can be read; a package may bring more."""
FIELD = ("column", "columns", "as", "values", "prepare", "missing")
STEP = (
    "name",
    "update",
    "loss",
    "fit",
    "optimizer",
    "epochs",
    "steps",
    "batch",
    "last_batch",
    "stop",
    "penalties",
    "clip_gradients",
    "metrics",
    "times",
    "data",
    "after_step",
    "options",
    "repeat",
    "phases",
    "alternate",
)
STEP_LATER = ("fit", "times", "data", "after_step", "options", "repeat", "phases", "alternate")
"""What a step may say that this version reads and does not compile."""


def is_several(table: Table) -> bool:
    """Whether `data:` names several sets, each with its own source."""
    return (
        "source" not in table.items
        and bool(table.items)
        and all(isinstance(inner, Table) and "source" in inner.items for inner in table.items.values())
    )


def data(table: Table, place: Place, walk: Walk) -> Data | None:
    """The section `data:`; None without a source, which is a mistake."""
    table = walk.keys(table, DATA, "`data`")
    found = table.items
    if "source" not in found:
        walk.fail("E024", place, "`data` has no `source`", "Write `data: {source: digits}`.")
        return None
    source = entry(found["source"], SOURCE, walk)
    fields = walk.table(found["fields"], "`fields`", "Write `{name: {column: …}}`.") if "fields" in found else None
    if source is None:
        return None
    return Data(
        source=source,
        fields=tuple(_field(n, t, fields.keys[n], walk) for n, t in fields.items.items()) if fields else (),
        missing=walk.texts(found["missing"], "`missing`") if "missing" in found else (),
        prepare=_some(found, "prepare", PREPARE, walk),
        augment=_some(found, "augment", AUGMENT, walk),
        split=_settings(found, "split", walk, "Write `{validation: 0.1, test: 0.2}`.", SPLIT),
        place=place,
    )


def _field(name: str, tree: Tree, place: Place, walk: Walk) -> Field:
    if not NAME.fullmatch(name):
        walk.name(name, place, "a field")
    table = walk.table(tree, f"the field `{name}`", "Write `{column: …, as: …}`.") or Table({}, {}, place)
    table = walk.keys(table, FIELD, f"the field `{name}`")
    found = table.items
    if "column" in found and "columns" in found:
        walk.error("E032", place, f"`{name}` has `column` and `columns`", "Keep `columns`.")
    columns = found.get("columns", found.get("column"))
    read_as = entry(found["as"], READ_AS, walk) if "as" in found else None
    if read_as is not None and read_as.kind not in AS:
        way = did_you_mean(read_as.kind, AS) or f"There are {', '.join(AS)}."
        walk.error("E101", read_as.kind_place, f"a column cannot be read as `{read_as.kind}`", way)
    return Field(
        name=name,
        columns=walk.texts(columns, "a column") if columns is not None else (),
        as_=read_as,
        values=walk.texts(found["values"], "`values`") if "values" in found else None,
        prepare=_some(found, "prepare", PREPARE, walk),
        missing=walk.text(found["missing"], "`missing`") if "missing" in found else None,
        place=place,
    )


def step(table: Table, place: Place, walk: Walk, outer: Step | None = None) -> Step:
    """One step: `train:` itself, or one of its phases; what a phase leaves out it has of the `outer` one."""
    table = walk.keys(table, STEP, "`train`" if outer is None else "a phase")
    found = table.items
    if "phases" in found and "alternate" in found:
        walk.error(
            "E036", table.keys["alternate"], "both `phases` and `alternate` say in what order", "Keep one of them."
        )
    if "epochs" in found and "steps" in found:
        walk.error("E036", table.keys["steps"], "both `epochs` and `steps` say how long", "Keep one of them.")
    made = Step(
        name=walk.text(found["name"], "`name`") if "name" in found else None,
        update=walk.paths(found["update"], "`update`", SELECTOR) if "update" in found else None,
        loss=_some(found, "loss", LOSS, walk),
        optimizer=entry(found["optimizer"], OPTIMIZER, walk) if "optimizer" in found else None,
        epochs=found.get("epochs"),
        steps=found.get("steps"),
        batch=found.get("batch"),
        last_batch=_last_batch(found.get("last_batch"), walk),
        stop=_settings(found, "stop", walk, "Write `{patience: 10}`.", STOP) if "stop" in found else None,
        penalties=_some(found, "penalties", PENALTY, walk),
        clip_gradients=_settings(found, "clip_gradients", walk, "Write `{norm: 5}`.", CLIP)
        if "clip_gradients" in found else None,
        metrics=_some(found, "metrics", METRIC, walk) if "metrics" in found else None,
        fit=walk.text(found["fit"], "`fit`") if "fit" in found else None,
        times=found.get("times"),
        data=walk.text(found["data"], "`data`") if "data" in found else None,
        after_step=_some(found, "after_step", PENALTY, walk),
        options=_settings(found, "options", walk, "Write `{name: value}`."),
        repeat=found.get("repeat"),
        place=place,
    )  # fmt: skip
    phases = {key: _steps(found[key], key, walk, made) for key in ("phases", "alternate") if key in found}
    if not made.loss and not phases and made.fit is None and outer is None:
        _no_loss(found, place, walk)
    return made.model_copy(update=phases) if phases else made


def _no_loss(found: Mapping[str, Tree], place: Place, walk: Walk) -> None:
    if "loss" not in found:
        walk.fail("E024", place, "`train` has no `loss`", "Write `loss: cross_entropy`, or another loss.")


def _steps(tree: Tree, key: str, walk: Walk, outer: Step) -> tuple[Step, ...]:
    found = list[Step]()
    for item in items(tree):
        table = walk.table(item, f"an item of `{key}`", "Write `- name: …` and `loss:` below it.")
        if table is not None:
            found.append(step(table, item.place, walk, outer))
    return tuple(found)


def _some(found: Mapping[str, Tree], key: str, site: Site, walk: Walk) -> tuple[Entry, ...]:
    tree = found.get(key)
    return () if tree is None or nothing(tree) else entries(tree, site, walk)


def _settings(
    found: Mapping[str, Tree], key: str, walk: Walk, example: str, known: tuple[Option, ...] = ()
) -> dict[str, Tree]:
    tree = found.get(key)
    table = walk.table(tree, f"`{key}`", example, whole=False) if tree is not None else None
    if table and known:
        table = walk.keys(table, [option.name for option in known], f"`{key}`", "E102")
    return dict(table.items) if table else {}


def _last_batch(tree: Tree | None, walk: Walk) -> Literal["keep", "drop"]:
    if tree is None:
        return "keep"
    word = walk.text(tree, "`last_batch`")
    if word not in ("keep", "drop", None):
        walk.error("E106", tree.place, f"`last_batch` is {said(tree)}; it can be keep or drop", "Write `keep`.")
    return "drop" if word == "drop" else "keep"
