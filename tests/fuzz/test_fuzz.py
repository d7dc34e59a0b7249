"""Good files damaged at random: every one is answered with placed remarks, in a bounded number of steps."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import yaml

from .looked_at import counted, looked_at
from .mutation import CHANGES, TEXTS, damaged


class Seeded:
    """Choices out of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def below(self, count: int) -> int:
        return self.random.randrange(count)


@pytest.mark.parametrize("block", range(8))
def test_damaged_files_are_answered(tmp_path: Path, block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        text = damaged(Seeded(seed))
        try:
            looked_at(text, tmp_path)
        except Exception as trouble:
            raise AssertionError(f"seed {seed}:\n{text}") from trouble


@pytest.mark.parametrize("seed", range(0, 400, 10))
def test_an_answer_takes_a_bounded_number_of_steps(tmp_path: Path, seed: int) -> None:
    assert counted(damaged(Seeded(seed)), tmp_path) > 0


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_many_damaged_files_are_answered(tmp_path: Path, block: int) -> None:
    for seed in range(10_000 + block * 1000, 11_000 + block * 1000):
        text = damaged(Seeded(seed))
        try:
            looked_at(text, tmp_path)
        except Exception as trouble:
            raise AssertionError(f"seed {seed}:\n{text}") from trouble


def test_a_seed_is_one_text() -> None:
    assert damaged(Seeded(3)) == damaged(Seeded(3)) != damaged(Seeded(4))


@pytest.mark.parametrize("change", range(len(CHANGES)))
def test_every_change_changes(change: int) -> None:
    text = TEXTS[0]
    found = {CHANGES[change](text, Seeded(seed)) for seed in range(20)}
    assert len(found - {text}) > 3


def test_a_good_share_of_the_damage_is_not_seen_by_a_parser_of_yaml() -> None:
    """What the fuzzer tries has to get past the parser, or it tries nothing of ours."""
    good = 0
    for seed in range(100):
        try:
            list(yaml.parse(re.sub("[^\n -~]", "?", damaged(Seeded(seed))), Loader=yaml.SafeLoader))
        except yaml.YAMLError:
            continue
        good += 1
    assert good > 30
