"""What is shown on the boxes of a picture besides the network itself: mistakes, and how much of something each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A remark on a box: the worst severity, the first remark in words, how many there are."""

    severity: Severity
    words: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Heat:
    """How much a box has of what is looked at: `share` of the most, 0 to 1, and the amount in words (`1.2 ms`)."""

    share: float
    words: str = ""
