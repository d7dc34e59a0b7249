"""What a new layer of each kind begins with, so that it says something and can be read at once."""

from __future__ import annotations

from ...dsl.edit_write import Value
from ...dsl.kinds.kind import REQUIRED
from ...dsl.kinds.tables import lookup

STARTERS: dict[str, Value] = {
    "dense": 64,
    **{key: {"filters": 16, "kernel": 3} for key in ("conv1d", "conv2d", "conv3d")},
    "conv_transpose2d": {"filters": 16, "kernel": 3},
    "embedding": 32,
    "reshape": [-1],
    "lstm": 64,
    "lstm_cell": 64,
    "gru": 64,
    "gru_cell": 64,
    "variable": [1],
    "formula": "previous",
    "chain": ["relu"],
}

Entry = str | dict[str, Value]


def starter(kind: str, reads: str | None) -> Entry:
    """A new entry of a kind. `reads`: the name of the layer before it, which a joiner has to say.

    A kind that needs what only a person knows is a word alone; the check says what is missing.
    """
    if lookup("joiner", kind) is not None:
        return {kind: [reads]} if reads else kind
    return {kind: STARTERS[kind]} if kind in STARTERS else kind


def missing(kind: str) -> tuple[str, ...]:
    """The options that a kind cannot be without, and has no starter for."""
    known = lookup("layer", kind)
    if known is None or kind in STARTERS:
        return ()
    return tuple(option.name for option in known.options if option.default is REQUIRED)
