"""What every op must have; checked once, when the ops are imported."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from .op import Op
from .signature import parse


def seal(registry: Mapping[str, Op]) -> None:
    """Refuse an op without formula, source, gradient (or a reason), tests, or with a wrong argument count."""
    for op in registry.values():
        assert op.doc.strip(), f"op {op.name} has no docstring"
        assert "Source:" in op.doc, f"op {op.name} does not say its source"
        assert (op.vjp_rule is None) != (op.no_gradient is None), f"op {op.name}: a gradient or a reason"
        if op.kind == "leaf":
            continue
        assert op.draws, f"op {op.name} has no draws to test it with"
        if op.kind == "elementwise":
            assert op.scalar_body is not None, f"elementwise op {op.name} has no scalar body"
        _check_arguments(op)


def _check_arguments(op: Op) -> None:
    parameters = inspect.signature(op.oracle).parameters.values()
    named = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
    assert named == set(op.attrs), f"op {op.name}: attributes {set(op.attrs)}, arguments {named}"
    if "..." not in op.signature and op.signature.strip():
        count = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
        assert count == len(parse(op.signature)[0]), f"op {op.name}: signature and arguments differ"
