"""Algebra."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..graph import Graph
from ..stages import TYPED, Pass, Stage
from . import joining as _joining  # noqa: F401  its rules are registered
from . import table_products as _table_products  # noqa: F401
from .algebra import Algebra
from .rewriter import Rewriter


@dataclass(frozen=True)
class Simplify(Pass):
    """x * 1   -->   x, and the other rewrites of `algebra`, until none applies.

    A rule sees a node and what it reads, which is simple already, so one walk is enough. No rule asks for
    the value of a symbolic size. Sums may be done in another order than written: results agree to
    rounding, not to the bit.
    """

    name: ClassVar[str] = "simplify"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        rw = Rewriter(graph)
        algebra = Algebra(rw.new)
        for node in rw:
            value = algebra.settle(kept := rw.keep(node))
            if value.id != kept.id:
                rw.replace(node, value)
        return rw.graph()
