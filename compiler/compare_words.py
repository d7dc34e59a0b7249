"""What differs between two networks, in words: a line each, its first sign says how."""

from __future__ import annotations

from collections.abc import Mapping

from .compare import Change, Difference, Layer, Pair

LONGEST = 60
"""Characters of a value; what is longer is cut in the middle."""


def sections(found: Difference) -> list[tuple[str, list[str]]]:
    """What differs, a line each: gone (-), new (+) and changed (~) layers, then settings."""
    lines = [_whole("-", layer) for layer in found.removed] + [_whole("+", layer) for layer in found.added]
    layers = lines + [_pair(pair) for pair in found.changed]
    return [("layers", layers), ("settings", [_setting(change) for change in found.settings])]


def _whole(side: str, layer: Layer) -> str:
    shape = " x ".join(map(str, layer.shape)) or "1"
    parameters = f", {layer.parameters:,} parameters" if layer.parameters else ""
    return f"{side} {layer.name}  {layer.kind}, {shape}{parameters}"


def _pair(pair: Pair) -> str:
    was = "" if pair.before.name == pair.after.name else f" (there {pair.before.name})"
    changes = [f"{name} {_said(before)} -> {_said(after)}" for name, before, after in pair.changes if name != "name"]
    if pair.before.parameters != pair.after.parameters:
        changes.append(f"parameters {pair.before.parameters:,} -> {pair.after.parameters:,}")
    if any(name == "name" for name, _, _ in pair.changes):
        changes.insert(0, "another name")
    return f"~ {pair.after.name}{was}  {'; '.join(changes)}"


def _setting(change: Change) -> str:
    name, before, after = change
    if before is None:
        return f"+ {name}  {_said(after)}"
    if after is None:
        return f"- {name}  {_said(before)}"
    return f"~ {name}  {_said(before)} -> {_said(after)}"


def _said(value: object) -> str:
    """A value in few words, as a file has it."""
    said = _flow(value)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 20]} … {said[-15:]}"


def _flow(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return "".join(c if c.isprintable() else "?" for c in str(value))
