"""Every table of kinds, and how a word is looked up in them."""

from __future__ import annotations

from collections.abc import Iterable

from ..habits import spoken_as
from ..suggest import did_you_mean, hint, nearest
from . import (  # noqa: F401  read for what they register
    activations,
    augment,
    enlarging_layers,
    image_layers,
    joiners,
    layers,
    live,
    losses,
    metrics,
    optimizers,
    penalties,
    prepare,
    sequence_layers,
    sources,
    starts,
    tensor_layers,
)
from .kind import KINDS, Family, Kind

CALLED: dict[Family, str] = {
    "start": "initialiser",
    "live": "live number",
    "prepare": "preparation",
    "augment": "augmentation",
}
"""Families that go by another name in messages."""
NETWORK: tuple[Family, ...] = ("layer", "joiner", "activation")
"""The families whose words stand in a network."""
MOST_LISTED = 12


def lookup(family: Family, name: str) -> Kind | None:
    """The kind of that name, or None."""
    return KINDS.get((family, name))


def find_layer(name: str) -> Kind | None:
    """The layer, joiner or activation of that name, or None."""
    return next((kind for family in NETWORK if (kind := KINDS.get((family, name)))), None)


def words(*families: Family) -> list[str]:
    """The kinds' names of some families, in the order of the tables."""
    return [name for family, name in KINDS if family in families]


def suggest(name: str, *families: Family, own: Iterable[str] = ()) -> str | None:
    """`Did you mean `dense`?` out of the families' words and the file's own, or where the word does belong."""
    known = [*words(*families), *own]
    if near := did_you_mean(name, known):
        return near
    if entry := spoken_as(name, known):
        return f"Write `{entry}`."
    if told := hint(name):
        return told
    elsewhere = next((family for family, other in KINDS if other == name and family not in families), None)
    if elsewhere:
        called = CALLED.get(elsewhere, elsewhere)
        return f"`{name}` is {'an' if called[0] in 'aeio' else 'a'} {called}; here stand {_listed(known, name)}."
    return f"There are {_listed(known, name)}." if known else None


def _listed(known: list[str], name: str) -> str:
    """The words, those first that share a part with `name`, then in order, activations behind layers; of very many
    the first."""
    curves, parts = set(words("activation")), set(name.lower().split("_"))
    ordered = sorted(known, key=lambda word: (parts.isdisjoint(word.lower().split("_")), word in curves))
    if len(ordered) <= MOST_LISTED:
        return ", ".join(ordered)
    return f"{', '.join(ordered[:MOST_LISTED])} and {len(ordered) - MOST_LISTED} more"


def curve_alone(name: str, main: str | None) -> str | None:
    """How `activation: relu` is said where a layer stands; None for another kind."""
    if name.lower() != "activation" or main is None:
        return None
    known = words("activation")
    meant = main if main in known else nearest(main, known)
    return f"Write `- {meant}`: an activation is a layer of its own." if meant else None
