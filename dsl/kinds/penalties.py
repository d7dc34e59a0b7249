"""Penalties: what is added to the loss for the weights themselves. `of` says which: a selector."""

from __future__ import annotations

from .kind import Kind, Option, register
from .values import constant


def _amount(name: str, default: float) -> Option:
    return Option(name, "live", constant(default), "factor", low=0)


register(
    Kind(
        "l1", "penalty", "Draws weights to exactly 0.", "amount * sum(abs(w))", main="amount",
        options=(_amount("amount", 1e-4),), source="Tibshirani 1996",
    )
)  # fmt: skip
register(
    Kind(
        "l2", "penalty", "Keeps weights small.", "amount * sum(w^2)", main="amount",
        options=(_amount("amount", 1e-4),), source="Hoerl & Kennard 1970",
    )
)  # fmt: skip
register(
    Kind(
        "elastic", "penalty", "Both at once.", "l1 * sum(abs(w)) + l2 * sum(w^2)",
        options=(_amount("l1", 1e-4), _amount("l2", 1e-4)), source="Zou & Hastie 2005",
    )
)  # fmt: skip
register(
    Kind(
        "clip_weights",
        "penalty",
        "After each step cuts weights to -limit … limit.",
        "w = min(max(w, -limit), limit)",
        main="limit",
        options=(Option("limit", "number", help="largest size", low=0),),
        traits=frozenset({"later"}),
    )
)
register(
    Kind(
        "max_norm",
        "penalty",
        "After each step shortens neurons longer than limit.",
        "w = w * min(1, limit / norm(w))",
        main="limit",
        options=(Option("limit", "number", help="greatest length", low=0),),
        source="Srebro & Shraibman 2005",
        traits=frozenset({"later"}),
    )
)
