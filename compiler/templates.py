"""What fusing and the plan's assembly ask of emission."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

from .graph import Graph
from .types import Dim


class Emitted(Protocol):
    """One kernel: its recipe as data, and the operands (nodes) in the order in which it takes them."""

    @property
    def recipe(self) -> dict[str, Any]: ...
    @property
    def name(self) -> str: ...
    @property
    def operands(self) -> tuple[str, ...]: ...
    @property
    def writes(self) -> tuple[int, ...]: ...
    @property
    def sizes(self) -> tuple[Dim, ...]: ...
    @property
    def cost(self) -> float: ...
    @property
    def shared(self) -> int:
        """Numbers it needs in the space in which threads put their parts of a sum, its last operand; 0 for none."""

    @property
    def done(self) -> Fraction:
        """How many of the multiply-adds that its nodes stand for it does."""


class Templates(Protocol):
    """The kernels that can be made. `nodes` are in order; `exits` are those read from outside."""

    def refusal(self, graph: Graph, nodes: tuple[str, ...], exits: frozenset[str], /) -> str | None:
        """Why these nodes cannot be one kernel, as a sentence; None when they can."""

    def emit(self, graph: Graph, nodes: tuple[str, ...], exits: frozenset[str], sizes: Mapping[str, int], /) -> Emitted:
        """The kernel that these nodes make; its cost is told for these sizes."""

    def fingerprint(self, recipe: dict[str, Any], lanes: int, /) -> str:
        """The hash of the text that the recipe stands for."""
