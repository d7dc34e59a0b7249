"""A word of the language has a meaning in ops, and a meaning in ops has a word: no layer, loss, metric, penalty or
transform without the other half."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from netloom.compiler.expand import AUGMENTS, LAYERS, LOSSES, METRICS, PENALTIES, PREPARES
from netloom.dsl.kinds.kind import KINDS, Kind
from netloom.dsl.kinds.tables import NETWORK

MADE_OF_OTHERS = {"elastic"}
"""Words that `build` takes apart: an elastic penalty is an l1 and an l2."""

WALKED = {"chain", "formula"}
"""Words of a network that the walk over bodies takes itself: they are no layers of their own."""


def words(*families: str) -> dict[str, Kind]:
    return {name: kind for (family, name), kind in KINDS.items() if family in families}


@pytest.mark.parametrize(
    ("families", "rules"),
    [
        (NETWORK, LAYERS),
        (("loss",), LOSSES),
        (("metric",), METRICS),
        (("penalty",), PENALTIES),
        (("prepare",), PREPARES),
        (("augment",), AUGMENTS),
    ],
    ids=("layers", "losses", "metrics", "penalties", "prepare", "augment"),
)
def test_words_and_meanings(families: tuple[str, ...], rules: Mapping[str, object]) -> None:
    now = {name for name, kind in words(*families).items() if "later" not in kind.traits} - MADE_OF_OTHERS
    assert now - WALKED == set(rules) - WALKED


def test_what_is_built_has_sizes() -> None:
    assert not [name for name in LAYERS if words(*NETWORK)[name].sizes is None]
    assert "formula" in LOSSES


def test_every_rule_says_what_it_does() -> None:
    rules = {**LAYERS, **LOSSES, **METRICS, **PENALTIES, **PREPARES, **AUGMENTS}
    assert not [name for name, rule in rules.items() if not rule.__doc__]


def test_refused() -> None:
    """A kind without a rule is found, and so is a rule without a kind."""
    later = {name for name, kind in words(*NETWORK).items() if "later" in kind.traits}
    assert later, "there are words of later versions, and they have no rule"
    assert not later & set(LAYERS)
