"""What the last check knows of the ids of a picture, while the text is edited on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...dsl.edit import Document, Refused, Splice
from ...dsl.edit_parts import Part
from .addresses import Carried, Starts

if TYPE_CHECKING:
    from .checking import Checked
    from .layers import Layer


class Known:
    """The layers of the last picture, and where their entries are now."""

    def __init__(self) -> None:
        self.layers: Mapping[str, Layer] = {}
        self.revision = -1
        self._places = Carried()

    def learn(self, document: Document, checked: Checked) -> None:
        """Take the ids of a check of this very document."""
        found = dict[str, int]()
        for node_id, layer in checked.layers.items():
            part = document.find(layer.address) if layer.address is not None else None
            if part is not None:
                found[node_id] = part.start
        self._places, self.layers, self.revision = Carried(found), checked.layers, checked.revision

    def follow(self, splices: tuple[Splice, ...]) -> None:
        """Carry all places through a change of the text."""
        self._places.since.append(splices)

    def part(self, starts: Starts, node_id: str) -> Part | None:
        """The entry of an id now; None where it is unknown, or was replaced since."""
        return starts.part(self._places.place(node_id))

    def unit(self, starts: Starts, node_id: str) -> list[Part]:
        """The entries that one box shows, in the order of the file: a layer and the activation drawn in it."""
        layer = self.layers.get(node_id)
        found = {
            part.start: part for one in (node_id, *(layer.drawn if layer else ())) if (part := self.part(starts, one))
        }
        return [found[start] for start in sorted(found)]

    def gives(self, node_id: str) -> str:
        """The layer whose tensor a box gives out: the last that is drawn in it. Refused for one of several."""
        layer = self.layers.get(node_id)
        if layer is None:
            raise Refused(f"there is no `{node_id}`")
        if layer.family == "output":
            return layer.source
        if layer.family in ("loss", "block") and not layer.drawn:
            return self._last_of(layer)
        if layer.kind == "split":
            said = ", ".join(f"`{one}`" for one in layer.drawn)
            raise Refused(f"`{node_id}` gives out {said}: say in the text which one is meant")
        return layer.drawn[-1] if layer.drawn else node_id

    def _last_of(self, layer: Layer) -> str:
        if layer.family == "loss":
            raise Refused(f"`{layer.name}` is a loss, which nothing reads")
        inside = [one for one in self.layers if one.startswith(f"{layer.id}.")]
        if not inside:
            raise Refused(f"`{layer.id}` gives out nothing")
        return inside[-1]

    def local(self, node_id: str, reader: str) -> str:
        """What a tensor is called in the body that a reader stands in. Refused for one that it cannot see."""
        layer = self.layers.get(reader)
        body = layer.body if layer is not None else ""
        if not body:
            return node_id
        if not node_id.startswith(f"{body}."):
            raise Refused(
                f"`{reader}` stands in the block `{body}`, which knows only what it is given, not `{node_id}`"
            )
        return node_id.removeprefix(f"{body}.")

    def makes(self, node_id: str, other: str) -> bool:
        """Whether one layer is made from another, however far before it, or is that one."""
        seen, waiting = set[str](), [node_id]
        while waiting:
            at = waiting.pop()
            if at == other:
                return True
            if at not in seen and at in self.layers:
                seen.add(at)
                waiting += self.layers[at].reads
        return False

    def reader(self, starts: Starts, node_id: str) -> str | None:
        """Of those that read a tensor the first in the file."""
        found = [
            (part.start, layer.id)
            for layer in self.layers.values()
            if node_id in layer.reads and (part := self.part(starts, layer.id)) is not None
        ]
        return min(found)[1] if found else None

    def units(self, starts: Starts, items: tuple[Part, ...]) -> list[list[Part]]:
        """The items of a list, those that one box shows together."""
        homes = {one: layer.id for layer in self.layers.values() for one in layer.drawn if layer.kind != "split"}
        heads = {part.start: home for one, home in homes.items() if (part := self.part(starts, one)) is not None}
        own = {part.start: home for home in homes.values() if (part := self.part(starts, home)) is not None}
        found, shown = list[list[Part]](), ""
        for item in items:
            home = heads.get(item.start)
            if found and home is not None and home == shown:
                found[-1].append(item)
            else:
                found.append([item])
                shown = own.get(item.start, "")
        return found
