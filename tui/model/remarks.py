"""Which layer of the picture a remark is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...dsl.diagnostics import Diagnostic
from ...dsl.edit import Document, Refused
from .addresses import Lines
from .layers import Layer

Span = tuple[int, int, tuple[str, ...]]
"""Where an entry begins and ends, and the boxes it is shown in."""


def by_node(
    remarks: Iterable[Diagnostic], layers: Mapping[str, Layer], document: Document
) -> Mapping[str, tuple[Diagnostic, ...]]:
    """The remarks about each box: those that stand in its entry, and in no other's within that. Where the text
    cannot be read by its parts, those on its line."""
    lines, found = Lines(document.text), dict[str, list[Diagnostic]]()
    remarks = tuple(remarks)
    spans = _spans(document, layers) if remarks else None
    for remark in remarks:
        at = lines.at(remark.place.line, remark.place.column)
        own = _on_line(remark, layers) if spans is None else _around(spans, at)
        for node_id in own:
            if layers[node_id].file == remark.place.file:
                found.setdefault(node_id, []).append(remark)
    return {node_id: tuple(told) for node_id, told in found.items()}


def _spans(document: Document, layers: Mapping[str, Layer]) -> list[Span] | None:
    inside = {drawn: layer.id for layer in layers.values() for drawn in layer.drawn}
    found = dict[tuple[int, int], dict[str, None]]()
    try:
        for layer in layers.values():
            part = document.find(layer.address) if layer.address is not None else None
            if part is not None:
                start = part.begin if part.parent is not None and part.parent.is_table else part.start
                found.setdefault((start, max(part.end, start + 1)), {})[inside.get(layer.id, layer.id)] = None
    except Refused:
        return None
    return [(start, end, tuple(ids)) for (start, end), ids in found.items()]


def _around(spans: list[Span], at: int | None) -> tuple[str, ...]:
    """The boxes of the smallest entry round a character."""
    if at is None:
        return ()
    return min(((end - start, ids) for start, end, ids in spans if start <= at <= end), default=(0, ()))[1]


def _on_line(remark: Diagnostic, layers: Mapping[str, Layer]) -> tuple[str, ...]:
    inside = {drawn for layer in layers.values() for drawn in layer.drawn}
    return tuple(layer.id for layer in layers.values() if layer.line == remark.place.line and layer.id not in inside)
