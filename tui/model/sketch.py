"""The network that is being edited: its text, and every command of the designer as one edit and one step of undo.

sketch = Sketch.open(path)
sketch.learn(checked)                   # the ids of the picture, as the check found them
sketch.add_after("dense1", "dropout")   # the id to look at next
sketch.undo()                           # the file as it was, byte for byte
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ...dsl import edit
from ...dsl.diagnostics import Diagnostic
from ...dsl.edit import Document, Edit, Refused, Splice
from ...dsl.edit_insert import Entry
from ...dsl.edit_parts import Address, Part
from ...dsl.edit_write import Value
from ...dsl.fixes import fixes, mended
from ...dsl.load import TITLE
from ...dsl.uncollected import uncollected
from . import commands
from .buffer import Buffer, ChangedOnDisk
from .known import Known
from .naming import local_name
from .several_lines import lines_of, with_lines
from .spot import Spot
from .starters import missing, starter
from .templates import BLANK, OWN_NAMES, begun

if TYPE_CHECKING:
    from .checking import Checked
    from .layers import Layer

INPUT = "input"
"""What a block's own input is called in it."""

__all__ = ["ChangedOnDisk", "Sketch"]

P = ParamSpec("P")
R = TypeVar("R")


def swiftly(command: Callable[P, R]) -> Callable[P, R]:
    """A command without the cyclic collector, which takes a third of the time that a large file needs."""

    @wraps(command)
    def swift(*args: P.args, **kwargs: P.kwargs) -> R:
        with uncollected():
            return command(*args, **kwargs)

    return swift


class Sketch(Buffer):
    """A text, and what the last check knows of it. A command that cannot be done raises Refused, whose text is fit to
    be shown, and then nothing has changed. What a command gives is the id to look at next, where that can be told
    before the check."""

    def __init__(self, text: str, path: Path | None, on_disk: bytes | None) -> None:
        super().__init__(text, path, on_disk)
        self._known = Known()

    def learn(self, checked: Checked) -> None:
        """Take the ids of a check of this very text; those of another are left aside."""
        if checked.revision != self.revision or checked.revision == self._known.revision:
            return
        self.read_as(checked.document)
        if checked.grey:
            # its layers are those of an earlier text, whose places are carried through what was typed since
            self._known.revision = checked.revision
        elif self.readable:
            self._known.learn(self.document, checked)

    def _followed(self, splices: Sequence[Splice]) -> None:
        self._known.follow(tuple(splices))

    @property
    def file_name(self) -> str:
        """What a file of this text may be called: after the network, where that has a name of its own."""
        name = self.document.find("name") if self.readable else None
        said = self.document.raw(name) if name is not None else ""
        return f"{said}.yaml" if TITLE.fullmatch(said) and said not in OWN_NAMES else "network.yaml"

    def named_after(self, path: Path) -> None:
        """Where the file still has the name of its template, the name of the file that it is saved in."""
        name = self.document.find("name") if self.readable else None
        if name is not None and self.document.raw(name) in OWN_NAMES and TITLE.fullmatch(path.stem):
            self.apply(edit.set_value(self.document, ("name",), path.stem), "name")

    # layers put in and taken out

    @swiftly
    def add_after(self, node_id: str | None, kind: str, main: Value = None) -> str | None:
        """A layer behind another; without one, at the end of the network."""
        if node_id is None:
            return self._append(kind, main)
        layer = self._layer(node_id)
        if layer.family == "data":
            return self._behind_data(node_id, kind, main)
        if layer.family == "output":
            layer = self._layer(self._known.gives(node_id))
        if layer.family == "loss":
            raise Refused(f"`{layer.name}` is a loss: choose the layer that the new one shall follow")
        last = self._unit(layer.id)[-1]
        reads = None if commands.in_graph(last) else self._joinable(kind, layer)
        change = edit.insert_after(self.document, last.address, self._entry(kind, main, reads))
        return self._made(change, f"add {kind}", layer.id, self._behind(last, 1))

    @swiftly
    def add_before(self, node_id: str | None, kind: str, main: Value = None) -> str | None:
        """A layer before another: it reads what the other read."""
        if node_id is None:
            return self._append(kind, main)
        layer = self._layer(node_id)
        if layer.family in ("data", "output", "loss"):
            return self.add_after(node_id, kind, main)
        first = self._unit(node_id)[0]
        reads = None if commands.in_graph(first) else next(iter(self._names_of(layer)), None)
        change = edit.insert_before(self.document, first.address, self._entry(kind, main, reads))
        return self._made(change, f"add {kind}", node_id, self._behind(first, 0))

    @swiftly
    def add_between(self, source: str, target: str, kind: str) -> str | None:
        """A layer on the way from one to another."""
        layer = self._layer(target)
        if layer.family in ("output", "loss"):
            return self.add_after(source, kind)
        if len(layer.reads) < 2:
            return self.add_before(target, kind)
        name = self._known.local(self._known.gives(source), target)
        part, reads = self._part(target), self._names_of(layer)
        change = commands.between(self.document, part, name, kind, reads)
        return self._made(change, f"add {kind}", target, self._behind(part, 0))

    @swiftly
    def delete(self, ids: Iterable[str]) -> str | None:
        """Layers taken out, with the activations in their boxes; what read them reads what they read. Gives the layer
        that stands in their place, or the one before it."""
        chosen = list(dict.fromkeys(ids))
        for node_id in chosen:
            if (layer := self._layer(node_id)).family in ("data", "output"):
                raise Refused(f"{layer.elsewhere or f'`{node_id}` is no layer'}; it cannot be deleted here")
        parts = [part for node_id in chosen for part in self._unit(node_id)]
        change = commands.each(self.document, parts, commands.deleted)
        first = min(parts, key=lambda part: part.start, default=None)
        if first is None:
            return None
        spot, beside = self._behind(first, 0), self._known.layers.get(chosen[0])
        self.apply(change, f"delete {_listed(chosen)}")
        there = spot.part(self.document) or spot.before().part(self.document)
        return self._named(there, beside)

    @swiftly
    def duplicate(self, node_id: str) -> str | None:
        """The layer once more, right behind it."""
        unit = self._unit(node_id)
        change, behind = commands.doubled(self.document, unit)
        return self._made(change, f"duplicate {node_id}", node_id, self._behind(unit[0], behind))

    @swiftly
    def move(self, node_id: str, by: int) -> str | None:
        """A layer so many places down its list, or up."""
        part = self._unit(node_id)[0]
        items = part.parent.items if part.parent is not None else ()
        units = self._known.units(self.starts, items)
        change, place = commands.moved(self.document, units, part, by)
        return self._made(change, f"move {node_id}", node_id, Spot(part, place))

    # wiring and names

    @swiftly
    def connect(self, source: str, target: str) -> str:
        """Let `target` read `source`: a joiner besides what it reads, any other layer in its place."""
        self._look()
        layer, given = self._layer(target), self._known.gives(source)
        if self._known.makes(given, target) or given in layer.drawn:
            raise Refused(f"`{source}` is made from `{target}`: they would read each other in a circle")
        if layer.family == "output":
            return self._given_out(given)
        part, name = self._part(target), self._known.local(given, target)
        at = self._known.part(self.starts, given)
        if at is not None and at.parent is part.parent and not commands.in_graph(part) and at.start > part.start:
            raise Refused(f"`{source}` stands below `{target}`: a list is read from above; move it up first")
        reads = dict(zip(self._names_of(layer), layer.reads, strict=True)) | {name: given}
        entries = {one: at for one, node in reads.items() if (at := self._known.part(self.starts, node)) is not None}
        change = commands.connected(self.document, part, name, self._names_of(layer), entries)
        self.apply(change, f"connect {source} to {target}")
        return target

    def _given_out(self, given: str) -> str:
        """Let the network give out another layer."""
        outputs = sum(layer.family == "output" for layer in self._known.layers.values())
        if self.document.find("network") is None or outputs > 1:
            raise Refused("which tensors are given out is said in the text, under `output`")
        self.apply(edit.set_value(self.document, ("network", "output"), given), f"give out {given}")
        return given

    @swiftly
    def disconnect(self, source: str, target: str) -> str:
        """Let a joiner no longer read `source`."""
        self._look()
        name = self._known.local(self._known.gives(source), target)
        self.apply(commands.disconnected(self.document, self._part(target), name), f"disconnect {source}")
        return target

    @swiftly
    def rename(self, node_id: str, name: str) -> str | None:
        """Another name for a layer, with all its uses."""
        part = self._part(node_id)
        change = edit.rename(self.document, part.address, name)
        if commands.in_graph(part):
            body = self._layer(node_id).body
            self.apply(change, f"rename {node_id}")
            return f"{body}.{name}" if body else name
        return self._made(change, f"rename {node_id}", node_id, self._behind(part, 0))

    @swiftly
    def wrap(self, ids: Sequence[str], block_name: str) -> str | None:
        """Make layers that follow one another a block, which stands in their place."""
        if not ids:
            raise Refused("choose the layers first")
        parts = [part for node_id in ids for part in self._unit(node_id)]
        first = min(parts, key=lambda part: part.start)
        change = commands.wrapped(self.document, parts, block_name)
        return self._made(change, f"make the block {block_name}", ids[0], self._behind(first, 0))

    @swiftly
    def unwrap(self, node_id: str) -> None:
        """Put the layers of a block in the place of its use; of a layer, those of the block that it is in."""
        self._look()
        part = self._known.part(self.starts, node_id)
        while part is None or not commands.is_use(self.document, part):
            node_id = self._layer(node_id).body
            if not node_id:
                raise Refused("it is no block, and in none")
            part = self._known.part(self.starts, node_id)
        self.apply(edit.unwrap(self.document, part.address), f"open the block {node_id}")

    # options

    def set_option(self, node_id: str, option: str, value: Value) -> str:
        """Give an option of a layer a value."""
        return self.set_many([node_id], option, value)

    def unset_option(self, node_id: str, option: str) -> str:
        """Let an option have its default."""
        return self.set_many([node_id], option, None)

    @swiftly
    def set_many(self, ids: Sequence[str], option: str, value: Value) -> str:
        """Give an option of several layers the same value, or their defaults (None), as one step."""

        def change(document: Document, part: Part) -> Edit:
            if value is None:
                return edit.unset_option(document, part.address, option)
            return edit.set_option(document, part.address, option, value)

        parts = [self._part(node_id) for node_id in ids]
        self.apply(commands.each(self.document, parts, change), f"{option} of {_listed(ids)}")
        return ids[0]

    def set_at(self, place: str, option: str, value: Value) -> None:
        """Give a key of a section, or an option of what stands at an address, a value, or its default (None)."""
        if value is None:
            change = edit.unset_option(self.document, place, option)
        else:
            change = edit.set_option(self.document, place, option, value)
        self.apply(change, f"{option} of {place}")

    def lines_at(self, place: str, path: Sequence[str]) -> str | None:
        """A value of an option of a layer, or of a key of a section, as its lines; None where it is not written."""
        return lines_of(self.document, self._where(place), path)

    @swiftly
    def set_lines(self, place: str, path: Sequence[str], text: str, whole: Value | None) -> None:
        """Give such a value other lines. `whole`: what the option, or key, is then."""
        change = with_lines(self.document, self._where(place), path, text, whole)
        self.apply(change, f"{'.'.join(path)} of {place}")

    def _where(self, place: str) -> Address | str:
        return self._part(place).address if place in self._known.layers else place

    @swiftly
    def replace_at(self, place: str, kind: str) -> None:
        """Another kind for what stands at an address: a loss, an optimizer."""
        change = commands.kind_replaced(self.document, self.document.at(place), kind)
        self.apply(change, f"{place} becomes {kind}")

    def replace_kind(self, node_id: str, kind: str) -> str | None:
        """Another kind for a layer; options that it has too stay."""
        part = self._part(node_id)
        change = commands.kind_replaced(self.document, part, kind)
        return self._made(change, f"{node_id} becomes {kind}", node_id, self._behind(part, 0))

    def fix(self, diagnostic: Diagnostic) -> None:
        """Mend what a remark points at, where that needs no decision."""
        found = fixes((diagnostic,), self.text, diagnostic.place.file)
        if not found:
            raise Refused("this one needs a decision: the remark says what can be done")
        self.replace(mended(self.text, found), f"mend {found[0]}")

    # ids and entries

    def address_of(self, node_id: str) -> Address:
        """The address of an id's entry now. Refused where the file has none for it."""
        return self._part(node_id).address

    def _layer(self, node_id: str) -> Layer:
        layer = self._known.layers.get(node_id)
        if layer is None:
            self._look()
            layer = self._known.layers.get(node_id)
        if layer is None:
            raise Refused(f"there is no `{node_id}` any more")
        return layer

    def _part(self, node_id: str) -> Part:
        part = self._known.part(self.starts, node_id)
        if part is None:
            self._look()
            part = self._known.part(self.starts, node_id)
        if part is None:
            raise Refused(self._layer(node_id).elsewhere or f"`{node_id}` has no entry of its own in the file")
        return part

    def _unit(self, node_id: str) -> list[Part]:
        own = self._part(node_id)
        return self._known.unit(self.starts, node_id) or [own]

    def _look(self) -> None:
        """Check the present text, unless that was done: the compiler is imported by this."""
        if self._known.revision != self.revision:
            from .checking import check_text

            self.learn(check_text(self.text, self.path, self.revision, self.already_read))

    def _append(self, kind: str, main: Value) -> str | None:
        if not self.text.strip():
            # an empty file is begun as a new one is
            self.replace(begun(BLANK, self.path), "begin")
            first = self.document.at((*commands.CHAIN, 0))
            change = commands.at_start(self.document, self._entry(kind, main, None))
            return self._made(change, f"add {kind}", "", self._behind(first, 0))
        chain = self.document.find(commands.CHAIN)
        items = chain.items if chain is not None else ()
        reads = local_name(self.document, items[-1]) if items else None
        change = commands.appended(self.document, self._entry(kind, main, reads))
        self.apply(change, f"add {kind}")
        after = self.document.find((*commands.CHAIN, len(items)))
        return local_name(self.document, after) if after is not None else None

    def _behind_data(self, node_id: str, kind: str, main: Value) -> str | None:
        """A layer between a column of the data and the first layer that reads it."""
        self._look()
        reader = self._known.reader(self.starts, node_id)
        return self._append(kind, main) if reader is None else self.add_before(reader, kind, main)

    def _entry(self, kind: str, main: Value, reads: str | None) -> Entry:
        entry: Entry = {kind: main} if main is not None else starter(kind, reads)
        if isinstance(entry, str) and (needed := missing(kind)):
            said = " and ".join(f"`{name}`" for name in needed)
            raise Refused(f"`{kind}` needs {said}, which only you know: write it in the text")
        return entry

    def _joinable(self, kind: str, layer: Layer) -> str | None:
        """What a joiner behind a layer reads at first, by its name there."""
        return (
            self._known.local(self._known.gives(layer.id), layer.id) if isinstance(starter(kind, "x"), dict) else None
        )

    def _names_of(self, layer: Layer) -> list[str]:
        """What a layer reads, by its names there; what comes from outside its block is the block's input."""
        inside = f"{layer.body}." if layer.body else ""
        return [one.removeprefix(inside) if one.startswith(inside) else INPUT for one in layer.reads]

    def _behind(self, part: Part, places: int) -> Spot:
        items = part.parent.items if part.parent is not None else (part,)
        return Spot(part, items.index(part) + places)

    def _made(self, change: Edit, words: str, near: str, spot: Spot) -> str | None:
        """Make a change; the id of what stands at a spot after it."""
        layer = self._known.layers.get(near)
        self.apply(change, words)
        return self._named(spot.part(self.document), layer)

    def _named(self, part: Part | None, beside: Layer | None) -> str | None:
        """The id of a part that stands in the same body as a layer does, or did."""
        layer = beside
        name = local_name(self.document, part) if part is not None else None
        return f"{layer.body}.{name}" if name is not None and layer is not None and layer.body else name


def _listed(ids: Sequence[str]) -> str:
    """`dense1`, or how many there are."""
    return ids[0] if len(ids) == 1 else f"{len(ids)} layers"
