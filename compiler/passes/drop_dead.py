"""Dead code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..graph import Graph
from ..stages import TYPED, Pass, Stage
from .rewriter import without_dead


@dataclass(frozen=True)
class DropDead(Pass):
    """a = f(x); b = g(x); output b   -->   b = g(x); output b

    Leaves that nothing reads go too: a state that no output needs is no part of the program.
    """

    name: ClassVar[str] = "drop-dead"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        return without_dead(graph)
