"""Penalties in ops: a number for one weight."""

from __future__ import annotations

from ..graph import Value
from .metrics import total
from .registry import Options, penalty


@penalty("l2")
def l2(weight: Value, _options: Options) -> Value:
    """The sum of squares; its gradient is twice the weight."""
    return total(weight.builder.add("square", [weight]))


@penalty("l1")
def l1(weight: Value, _options: Options) -> Value:
    """The sum of absolute values; slope 0 at 0."""
    return total(weight.builder.add("abs", [weight]))
