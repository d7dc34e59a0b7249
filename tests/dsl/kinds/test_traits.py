"""Facts about kinds: each is asked for somewhere, and nobody asks for one that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import netloom
from netloom.dsl.kinds.kind import KINDS, TRAITS
from netloom.dsl.kinds.tables import lookup
from netloom.dsl.kinds.values import Live

ROOT = Path(netloom.__file__).resolve().parent
ASKED = re.compile(r'"(\w+)" (?:not )?in (?:self\.)?[\w.\[\]", ]*traits\b')
PASSED = re.compile(r'_is\([\w.]+, "(\w+)"\)')


def test_every_trait_is_asked_for_and_every_question_is_of_a_trait() -> None:
    asked = set[str]()
    for part in ("dsl", "compiler", "runtime", "cli"):
        for path in (ROOT / part).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            asked |= set(ASKED.findall(text)) | set(PASSED.findall(text))
    assert asked == set(TRAITS)


def test_every_trait_is_had() -> None:
    assert lookup("loss", "mse") is not None
    assert {trait for kind in KINDS.values() for trait in kind.traits} == set(TRAITS)


def test_what_a_loss_squashes_is_an_activation() -> None:
    squashes = {kind.name: kind.squashes for kind in KINDS.values() if kind.squashes}
    assert squashes == {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}
    assert all(lookup("activation", str(name)) for name in squashes.values())


def test_only_metrics_say_that_more_is_better() -> None:
    high = {kind.name for kind in KINDS.values() if kind.better == "high"}
    assert all(lookup("metric", name) for name in high)
    assert {"accuracy", "top_k", "precision", "recall", "f1", "r2"} <= high
    assert not high & {"mse", "mae", "bits_per_symbol", "label_error"}


def test_every_optimizer_that_is_built_knows_its_rates() -> None:
    rules = [kind for kind in KINDS.values() if kind.family == "optimizer" and "later" not in kind.traits]
    assert len(rules) > 5
    for kind in rules:
        assert kind.rates is not None, kind.name
        usual = kind.option("learning_rate")
        assert usual is not None
        assert kind.rates.low < kind.rates.high <= kind.rates.highest
        assert isinstance(usual.default, Live)
        assert kind.rates.low <= usual.default.options["value"] <= kind.rates.high
