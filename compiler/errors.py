"""Mistakes found while a network's meaning is worked out."""

from __future__ import annotations

from ..dsl.diagnostics import NetloomError


class ShapeError(NetloomError):
    """Sizes that do not fit together; the text names the sizes, both numbers and the arithmetic."""


class PlanError(NetloomError):
    """A stored plan that cannot be trusted or does not belong to this version."""
