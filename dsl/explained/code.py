"""The page of one code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for: a title, what it means, and where it can be shown, how it goes wrong and right."""

    code: str
    title: str
    meaning: str
    wrong: str = ""
    right: str = ""
