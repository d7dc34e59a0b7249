"""What is known of every layer of a picture, joined from the picture, the costs and the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ...compiler.diagram import Box, Group, Item, Picture
from ...compiler.diagram_layers import drawn_into
from ...compiler.experiment import Experiment, Term
from ...compiler.layer_table import LayerRow, places_seen, steps_between
from ...dsl.edit import Document, Refused, entry_of
from ...dsl.edit_parts import Address, Part
from ...dsl.places import Place
from .addresses import Lines, Starts
from .layers import Layer


def layers_of(
    picture: Picture, experiment: Experiment, rows: tuple[LayerRow, ...], document: Document, file: str,
    unknown: frozenset[str] = frozenset(),
) -> Mapping[str, Layer]:  # fmt: skip
    """Every box and group of a picture by its id, and every layer that is drawn in the box of another."""
    entries = _Entries(experiment, document, file)
    homes, known = drawn_into(experiment), {row.name: row for row in rows}
    found = _of_boxes(picture, experiment, homes, known, entries, unknown)
    for node_id in homes:
        if node_id not in found and node_id in known:
            row = known[node_id]
            found[node_id] = _costed(entries.layer(node_id, row.kind, node_id), row, unknown)
    groups = {group.id: group for group in _groups(picture.items)}
    for path, kind in experiment.parts.items():
        if path not in groups:
            # a block of one layer is drawn as that layer alone
            inside = tuple(box for box in picture.boxes if box.id.startswith(f"{path}."))
            groups[path] = Group(path, path, inside, kind=kind)
    for group in groups.values():
        if group.id not in found:
            found[group.id] = _of_group(group, entries, found)
    return found


def _of_boxes(
    picture: Picture, experiment: Experiment, homes: Mapping[str, str], known: Mapping[str, LayerRow], entries: _Entries,
    unknown: frozenset[str],
) -> dict[str, Layer]:  # fmt: skip
    drawn, found = dict[str, list[str]](), dict[str, Layer]()
    for node_id, home in homes.items():
        drawn.setdefault(home, []).append(node_id)
    for box in picture.boxes:
        inside = tuple(drawn.get(box.id, ()))
        layer = _of_box(box, experiment, entries)
        row = known.get(box.id) or known.get(inside[0] if inside else "")
        if row is not None and box.kind == "split":
            # its parts are read by name; itself it has the sizes of what it reads
            row = replace(row, shape=known[row.reads[0]].shape if row.reads else ())
        if layer.source in known and layer.source not in unknown:
            layer = replace(layer, shape=known[layer.source].shape)
        found[box.id] = _costed(layer, row, unknown, inside, box.shared)
    return found


def _of_box(box: Box, experiment: Experiment, entries: _Entries) -> Layer:
    if box.family == "loss":
        name = box.id.removeprefix("loss ")
        term = next((one for one in experiment.terms if one.name == name), None)
        return entries.loss(box, term)
    if box.family == "output":
        name = box.id.removeprefix("output ")
        return entries.output(box, experiment.outputs[name])
    return entries.layer(box.id, box.kind, box.name, box.family)


def _costed(
    layer: Layer, row: LayerRow | None, unknown: frozenset[str], drawn: tuple[str, ...] = (), shared: str = ""
) -> Layer:
    if row is None:
        return replace(layer, drawn=drawn, shared=shared)
    seen, step = places_seen(row), steps_between(row)
    field = "" if row.field is None else "the whole picture" if seen == "all" else f"{seen} points, {step} apart"
    return replace(
        layer,
        reads=row.reads,
        shape=None if layer.id in unknown else row.shape,
        parameters=row.parameters,
        trainable=row.trainable,
        multiply_adds=row.multiply_adds,
        memory=0 if layer.id in unknown else row.bytes,
        receptive_field=field,
        drawn=drawn,
        shared=shared,
    )


def _of_group(group: Group, entries: _Entries, layers: Mapping[str, Layer]) -> Layer:
    """A closed group: the sums of its layers, the shape of the last."""
    inside = [layers[box.id] for box in _boxes(group) if box.id in layers]
    made = entries.group(group)
    return replace(
        made,
        shape=inside[-1].shape if inside else None,
        parameters=sum(layer.parameters for layer in inside),
        trainable=sum(layer.trainable for layer in inside),
        multiply_adds=sum(layer.multiply_adds for layer in inside),
        memory=sum(layer.memory for layer in inside),
        layers=len(inside),
    )


def _groups(items: tuple[Item, ...]) -> Iterator[Group]:
    for item in items:
        if isinstance(item, Group):
            yield item
            yield from _groups(item.items)


def _boxes(group: Group) -> Iterator[Box]:
    for item in group.items:
        if isinstance(item, Group):
            yield from _boxes(item)
        else:
            yield item


class _Entries:
    """The entries of one text by what they were drawn as."""

    def __init__(self, experiment: Experiment, document: Document, file: str) -> None:
        self._experiment, self._document, self._file = experiment, document, file
        self._lines = Lines(document.text)
        try:
            self._starts: Starts | None = Starts(document)
        except Refused:
            self._starts = None
        self._bodies = sorted(experiment.parts, key=len, reverse=True)

    def layer(self, node_id: str, kind: str, name: str, family: str = "") -> Layer:
        """A node of the network, or a column of the data."""
        place = self._experiment.places.get(node_id) or self._experiment.asked.get(node_id)
        made = self._placed(node_id, kind, name, place, family)
        if kind == "data":
            return replace(made, address=self._column(node_id), elsewhere=f"`{node_id}` is a column of the data")
        return made

    def group(self, group: Group) -> Layer:
        place = self._experiment.asked.get(group.id)
        made = self._placed(group.id, group.kind or "group", group.name, place)
        said = "" if made.address else made.elsewhere or f"`{group.id}` is no entry of the file: choose a layer in it"
        return replace(made, family="block", elsewhere=said)

    def output(self, box: Box, source: str) -> Layer:
        made = self._placed(box.id, box.kind, box.name, self._experiment.places.get(source))
        return replace(made, family="output", address=None, source=source, shape=None,
                       elsewhere=f"`{box.name}` is what the network gives out, and no layer: choose `{source}`")  # fmt: skip

    def loss(self, box: Box, term: Term | None) -> Layer:
        """A part of the loss."""
        line = term.origin.line if term is not None else box.line
        made = Layer(box.id, box.kind, box.name, "loss", None, line, self._file, shape=())
        part = self._loss_part(box.id.removeprefix("loss "))
        if part is None:
            return replace(made, elsewhere=f"the loss `{box.name}` has no entry of its own in this file")
        return replace(made, address=part.address)

    def _loss_part(self, name: str) -> Part | None:
        """The entry of a part of the loss, which goes by its name, or by its kind and number."""
        loss = self._find(("train", "loss"))
        if loss is None:
            return None
        parts = loss.items if loss.is_list else (loss,)
        entries = [(part, entry) for part in parts if (entry := entry_of(self._document, part)) is not None]
        kinds, counted = Counter(entry.kind for _, entry in entries), Counter[str]()
        for part, entry in entries:
            counted[entry.kind] += 1
            named, number = entry.beside("name"), counted[entry.kind] if kinds[entry.kind] > 1 else ""
            own = named.text if named is not None else f"{entry.kind}{number}"
            if own is not None and (name == own or name.startswith(f"{own}.")):
                return part
        return None

    def _find(self, address: Address) -> Part | None:
        return None if self._starts is None else self._document.find(address)

    def _column(self, name: str) -> Address | None:
        for address in (("data", "fields", name), ("data",)):
            if self._find(address) is not None:
                return address
        return None

    def _placed(self, node_id: str, kind: str, name: str, place: Place | None, family: str = "") -> Layer:
        own = place is not None and self._starts is not None and place.file == self._file
        address = self._address(place) if place is not None and own else None
        line, body = place.line if place else 0, self._body(node_id)
        made = Layer(node_id, kind, name, family, address, line, self._file, body=body)
        if own or place is None or self._starts is None:
            return made
        where = Path(place.file).name
        said = f"`{node_id}` stands in {where}, which is included: change it there"
        return replace(made, file=place.file, elsewhere=said)

    def _address(self, place: Place) -> Address | None:
        """The entry at a place: a formula is told by its text, a line of a graph by its name."""
        assert self._starts is not None, "asked of a text that can be read"
        at = self._lines.at(place.line, place.column)
        part = self._starts.part(at) or self._starts.keyed(at)
        if part is None:
            return None
        entry = entry_of(self._document, part)
        return part.address if entry is None else entry.part.address

    def _body(self, node_id: str) -> str:
        """The block or network that a node stands in, by its path."""
        return next((path for path in self._bodies if node_id.startswith(f"{path}.")), "")
