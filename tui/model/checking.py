"""A text checked: its remarks, its picture, and what is known of every layer.

Nothing here touches the screen or the file: it is called beside the screen with the text as it is. This module
imports the compiler, which takes a while: the first screen comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...compiler.cost import costs
from ...compiler.diagram import Picture
from ...compiler.diagram_layers import architecture
from ...compiler.experiment import Experiment
from ...compiler.layer_table import LayerRow, layer_rows
from ...dsl.data_schema import DataSchema
from ...dsl.diagnostics import Diagnostic, Diagnostics
from ...dsl.edit import Document, Refused
from ...dsl.load import read_damaged, read_spec
from ...dsl.spec import Spec
from ...dsl.tree import Table
from ...dsl.uncollected import uncollected
from ...runtime.start import Loaded, check_spec
from ...runtime.start import sketch as sketched
from .buffer import place_of
from .layer_facts import layers_of
from .layers import Layer, Totals
from .looked import LOOKED, signature
from .marks import Mark
from .problems import Problem, problems
from .totals import estimate, exact_totals

__all__ = ["Checked", "Layer", "Totals", "check_text", "exact_totals"]

DRAWN = ("network", "graph", "blocks", "networks", "include")
"""The sections that a picture is made of."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one look at a text found. `revision` is the text's.

    `picture` is None where the text says no network; `grey`: it is that of an earlier text. `layers`: every box and
    group of the picture, and every layer drawn in another's box, by id. `by_node`: the remarks about each. `document`:
    the text that was checked, by its parts; `addressed`: the one that the layers' addresses are of, an earlier one
    where the picture is. `problems`: the remarks with what one key mends.
    """

    revision: int
    diagnostics: tuple[Diagnostic, ...]
    picture: Picture | None
    layers: Mapping[str, Layer]
    totals: Totals
    by_node: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    document: Document | None = field(default=None, compare=False, repr=False)
    addressed: Document | None = field(default=None, compare=False, repr=False)
    problems: tuple[Problem, ...] = field(default=(), compare=False, repr=False)
    grey: bool = False

    @property
    def errors(self) -> int:
        return sum(found.severity == "error" for found in self.diagnostics)

    @property
    def marks(self) -> Mapping[str, Mark]:
        """What the boxes are marked with; hints mark none."""
        found = dict[str, Mark]()
        for node_id, remarks in self.by_node.items():
            told = sorted((r for r in remarks if r.severity != "hint"), key=lambda r: r.severity != "error")
            if told and told[0].severity != "hint":
                found[node_id] = Mark(told[0].severity, told[0].message, len(told))
        return found

    def with_picture_of(self, earlier: Checked) -> Checked:
        """The same with the last good picture, greyed, and its totals."""
        return replace(
            self, picture=earlier.picture, layers=earlier.layers, totals=earlier.totals, by_node={},
            addressed=earlier.addressed, grey=earlier.picture is not None,
        )  # fmt: skip

    def ids_at(self, line: int) -> tuple[str, ...]:
        """The layers that a line of the file asked for, or the nearest line above it that asked for some."""
        own = [layer for layer in self.layers.values() if layer.address is not None and layer.line <= line]
        nearest = max((layer.line for layer in own), default=0)
        return tuple(layer.id for layer in own if layer.line == nearest)


def check_text(text: str, path: Path | None, revision: int, document: Document | None = None) -> Checked:
    """Everything `check` says of a text that may lie in no file yet, and the picture of its network.

    Files that it names are read from the folder of `path`, or from the current one. Where the text has mistakes the
    picture is that of the rest: a layer with a mistake stands in it, its sizes unknown. `document`: the text by its
    parts, where it was read already.
    """
    with uncollected():
        if document is None or (document.text, document.file) != (text, place_of(path)[0]):
            document = Document(text, place_of(path)[0])
        made = _checked(document, path, revision)
        return replace(made, document=document, addressed=document, problems=problems(made.diagnostics, text))


def _checked(document: Document, path: Path | None, revision: int) -> Checked:
    text, (file, base) = document.text, place_of(path)
    spec, diagnostics = _spec(document, base)
    schema, experiment = _built(spec, diagnostics, document, base) if spec is not None else (None, None)
    remarks = tuple(diagnostics)
    if experiment is not None and schema is not None:
        return _whole(revision, remarks, experiment, schema, document, file)
    return _partly(revision, remarks, spec or _drawable(text, file, base, document, remarks), schema, document, file)


def _spec(document: Document, base: Path) -> tuple[Spec | None, Diagnostics]:
    """What the text says. What it says with the help of other files is read anew: they may have changed."""
    tree = document.reading.tree
    if not isinstance(tree, Table) or "include" in tree.items:
        return read_spec(document.text, document.file, {}, base, document.reading)
    spec, remarks = document.spec
    return spec, remarks.copied()


def _built(
    spec: Spec, diagnostics: Diagnostics, document: Document, base: Path
) -> tuple[DataSchema, Experiment | None]:
    """What the check builds. The data is looked at anew only where something of it has changed."""
    asked = signature(document, spec, base)
    schema, experiment = check_spec(spec, diagnostics, base, LOOKED.known(asked))
    if experiment is not None and asked is not None:
        LOOKED.keep(asked, schema)
    return schema, experiment


def loaded_of(text: str, path: Path | None) -> Loaded:
    """A text read and built, as `runtime.start.load` does with a file. Raises SpecError with every mistake."""
    file, base = place_of(path)
    spec, diagnostics = read_spec(text, file, {}, base)
    schema, experiment = check_spec(spec, diagnostics, base) if spec is not None else (None, None)
    diagnostics.raise_errors()
    diagnostics.raise_unbuilt()
    assert spec is not None, "a text without mistakes has a spec"
    assert schema is not None, "a spec has a schema, known or not"
    assert experiment is not None, "a spec without mistakes has an experiment"
    return Loaded(spec, schema, experiment, tuple(diagnostics), base)


def _whole(
    revision: int, remarks: tuple[Diagnostic, ...], experiment: Experiment, schema: DataSchema, document: Document, file: str
) -> Checked:  # fmt: skip
    rows = layer_rows(experiment)
    picture = architecture(experiment)
    layers = layers_of(picture, experiment, rows, document, file)
    return Checked(
        revision, remarks, picture, layers, estimate(experiment, rows, schema), _by_node(remarks, layers, document)
    )


def _partly(
    revision: int, remarks: tuple[Diagnostic, ...], spec: Spec | None, schema: DataSchema | None, document: Document, file: str
) -> Checked:  # fmt: skip
    """What can be shown of a text with mistakes."""
    if spec is not None and schema is None:
        schema, _ = check_spec(spec, Diagnostics(), place_of(Path(file))[1])
    found = sketched(spec, schema) if spec is not None and schema is not None else None
    if found is None:
        return Checked(revision, remarks, None, {}, Totals())
    picture = _unknown_told(architecture(found.experiment), found.unknown)
    rows = _plain_rows(found.experiment)
    layers = layers_of(picture, found.experiment, rows, document, file, found.unknown)
    drawn = [row for row in rows if row.kind != "data"]
    totals = Totals(
        parameters=sum(row.parameters for row in rows),
        trainable=sum(row.trainable for row in rows),
        multiply_adds=sum(row.multiply_adds for row in rows),
        layers=len(drawn),
    )
    return Checked(revision, remarks, picture, layers, totals, _by_node(remarks, layers, document))


def _plain_rows(experiment: Experiment) -> tuple[LayerRow, ...]:
    """The rows of a network that may have holes: what needs all sizes is left out."""
    return tuple(
        LayerRow(
            name=row.name, kind=row.kind, activation=row.activation, reads=row.reads, shape=row.shape,
            parameters=row.parameters, trainable=row.trainable, multiply_adds=row.multiply_adds,
            activation_bytes=row.bytes, gradient_bytes=0, field=None, line=row.line,
        )
        for row in costs(experiment)
    )  # fmt: skip


def _unknown_told(picture: Picture, unknown: frozenset[str]) -> Picture:
    """The picture with `?` for sizes that a mistake leaves open."""
    from ...compiler.diagram import Box, Group, Item

    def told(items: tuple[Item, ...]) -> tuple[Item, ...]:
        found = list[Item]()
        for item in items:
            if isinstance(item, Group):
                found.append(replace(item, items=told(item.items)))
            else:
                found.append(replace(item, shape="?") if isinstance(item, Box) and item.id in unknown else item)
        return tuple(found)

    links = tuple(replace(link, shape="?") if link.source in unknown else link for link in picture.links)
    return replace(picture, items=told(picture.items), links=links)


def _drawable(text: str, file: str, base: Path, document: Document, remarks: tuple[Diagnostic, ...]) -> Spec | None:
    """What could be read of a text that was not read whole, where its network was: a mistake elsewhere hides
    nothing of the picture."""
    try:
        sections = [(part.key_span[0], part.end, str(key)) for key, part in document.root.inner.items()]
    except Refused:
        return None
    from .addresses import Lines

    lines = Lines(text)
    for remark in remarks:
        at = lines.at(remark.place.line, remark.place.column)
        if remark.severity != "error" or at is None or remark.place.file != file:
            continue
        if any(start <= at <= end and key in DRAWN for start, end, key in sections):
            return None
    return read_damaged(text, file, base)


def _by_node(
    remarks: tuple[Diagnostic, ...], layers: Mapping[str, Layer], document: Document
) -> Mapping[str, tuple[Diagnostic, ...]]:
    """The remarks about each layer: those within its entry, and not within one inside that."""
    from .remarks import by_node

    return by_node(remarks, layers, document)
