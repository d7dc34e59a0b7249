"""What must hold of an op graph between passes, and the driver that checks it after each one.

A stage is a name and a tuple of checks; a later stage holds everything an earlier one does. A check returns
the first thing wrong as a sentence, or None. What a pass breaks is our mistake, never the user's: it raises
`StageError`, with the pass to blame, the node and the lines that asked for the node.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import ClassVar

from .graph import Attrs, Graph, Node
from .layouts import padded
from .ops.op import REGISTRY
from .ops.signature import result_type
from .types import Size, TensorType
from .views import is_view, root

Check = Callable[[Graph], str | None]


class StageError(AssertionError):
    """A pass left a graph in which something does not hold that must. Always a fault of netloom."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A point of the pipeline. `rank` orders the stages; `checks` are those added by this one."""

    name: str
    rank: int
    checks: tuple[Check, ...]

    def __str__(self) -> str:
        return self.name


class Pass(abc.ABC):
    """One rewrite of a whole graph: a frozen dataclass whose docstring is the rewrite."""

    name: ClassVar[str]
    needs: ClassVar[Stage]
    leaves: ClassVar[Stage]

    @abc.abstractmethod
    def __call__(self, graph: Graph) -> Graph:
        """The rewritten graph; `graph` itself is never changed."""

    def __str__(self) -> str:
        """`name{field=value …}`, with the fields that differ from their defaults."""
        shown = [f for f in fields(self) if f.repr and getattr(self, f.name) != f.default]  # type: ignore[arg-type]
        words = ", ".join(f"{f.name.replace('_', '-')}={getattr(self, f.name)}" for f in shown)
        return f"{self.name}{{{words}}}" if words else self.name


@dataclass(frozen=True, slots=True)
class PassRan:
    """What a watcher of the pipeline gets: the graphs on both sides of a pass, and how long it took."""

    name: str
    before: Graph
    after: Graph
    ms: float


def run(
    passes: Iterable[Pass],
    graph: Graph,
    watch: Callable[[PassRan], None] | None = None,
    clock: Callable[[], float] | None = None,
) -> Graph:
    """The graph after all passes, each followed by the check of the stage it leaves.

    `clock` gives seconds and serves `watch` alone; without it every pass takes 0 ms.
    """
    reached = TYPED
    check(graph, reached, "expand")
    for step in passes:
        if reached.rank < step.needs.rank:
            raise StageError(f"pass {step.name} needs the stage {step.needs}, not {reached}")
        started = clock() if clock else 0.0
        after = step(graph)
        ms = (clock() - started) * 1e3 if clock else 0.0
        reached = max(reached, step.leaves, key=lambda stage: stage.rank)
        check(after, reached, str(step))
        if watch:
            watch(PassRan(step.name, graph, after, ms))
        graph = after
    return graph


def check(graph: Graph, stage: Stage, blame: str) -> None:
    """Raise `StageError` naming `blame` unless everything holds that must hold at `stage`."""
    for level in STAGES[: stage.rank + 1]:
        for rule in level.checks:
            if (wrong := rule(graph)) is not None:
                raise StageError(f"after {blame}, at stage {stage}: {wrong}")


def _at(node: Node) -> str:
    return f"%{node.id} = {node.op} [{', '.join(map(str, node.origins))}]"


def inputs_come_first(graph: Graph) -> str | None:
    """Every input is an earlier node, and every output a node."""
    seen = set[str]()
    for node in graph:
        for source in node.inputs:
            if source not in seen:
                return f"{_at(node)} reads %{source}, which does not stand before it"
        seen.add(node.id)
    missing = [f"{name} = %{node_id}" for name, node_id in graph.outputs.items() if node_id not in seen]
    return f"outputs without a node: {', '.join(missing)}" if missing else None


def origins_are_known(graph: Graph) -> str | None:
    """Every node says which line asked for it."""
    return next((f"{_at(node)} has no origin" for node in graph if not node.origins), None)


def types_follow(graph: Graph) -> str | None:
    """Each node's type is what its op makes of its inputs' types."""
    for node in graph:
        if REGISTRY[node.op].kind == "leaf":
            continue
        expected = _type_of(node.op, tuple(graph[source].type for source in node.inputs), node.attrs)
        if node.type != expected:
            return f"{_at(node)} has type {node.type}, its op makes {expected}"
    return None


@lru_cache(maxsize=4096)
def _type_of(op: str, inputs: tuple[TensorType, ...], attrs: Attrs) -> TensorType:
    return result_type(REGISTRY[op], list(inputs), dict(attrs))


def states_agree(graph: Graph) -> str | None:
    """A state has one leaf; what it becomes, and its gradient, have its type."""
    states = dict[str, Node]()
    for node in graph:
        if node.op == "state":
            name = str(node.attr("name"))
            if name in states:
                return f"{_at(node)}: state {name} has a second leaf"
            states[name] = node
    for name, node_id in graph.outputs.items():
        kind, _, state = name.partition("/")
        if kind == "next" and state not in states:
            return f"output {name} has no state to become"
        if kind in ("next", "gradient") and state in states and graph[node_id].type != states[state].type:
            return f"output {name} is {graph[node_id].type}, the state is {states[state].type}"
    return None


def guards_are_numbers(graph: Graph) -> str | None:
    """`loss` and guards are single floats."""
    for name, node_id in graph.outputs.items():
        if (name == "loss" or name.startswith("guard/")) and graph[node_id].type != TensorType(()):
            return f"output {name} is {graph[node_id].type}, not one float32"
    return None


def nothing_composite(graph: Graph) -> str | None:
    """Only ops that a kernel can be made of are left."""
    return next((f"{_at(n)} is composite" for n in graph if REGISTRY[n.op].kind == "composite"), None)


def layouts_fit(graph: Graph) -> str | None:
    """Every node has a layout that is legal for its shape."""
    for node in graph:
        layout, shape = node.layout, node.type.shape
        if layout is None:
            return f"{_at(node)} has no layout"
        if sorted(layout.order) != list(range(len(shape))):
            return f"{_at(node)}: layout {layout} does not order the axes of {node.type}"
        if any(isinstance(shape[axis], Size) for axis in layout.order[layout.split :]):
            return f"{_at(node)}: layout {layout} has a row of unknown size in {node.type}"
        if layout.pitch != padded(layout.columns(shape)):
            return f"{_at(node)}: layout {layout} has another pitch than rows of {layout.columns(shape)}"
    return None


def operands_lie_right(graph: Graph) -> str | None:
    """Elementwise operands lie as the result does, and a matmul's right operand along its rows."""
    for node in graph:
        sources = [graph[source] for source in node.inputs]
        if REGISTRY[node.op].kind == "elementwise" and any(s.layout != node.layout for s in sources):
            lie = " ".join(str(s.layout) for s in sources)
            return f"{_at(node)} lies {node.layout}, its operands {lie}"
        if node.op == "matmul" and (wrong := _matmul_order(node, sources)):
            return wrong
    return None


def right_operand(node: Node) -> tuple[int, tuple[int, int]]:
    """Which input of a matmul lies along the rows of its result, and the order of axes it must have."""
    assert node.layout is not None, f"{node.id} has no layout"
    straight = node.layout.order == (0, 1)
    turned = bool(node.attr("transpose_b" if straight else "transpose_a"))
    # b is (K, N) and rows of the result run along N; of the turned result along M, and a is (M, K)
    return (1, (1, 0) if turned else (0, 1)) if straight else (0, (0, 1) if turned else (1, 0))


def _matmul_order(node: Node, sources: list[Node]) -> str | None:
    position, order = right_operand(node)
    layout, length = sources[position].layout, sources[position].type.shape[order[1]]
    if isinstance(length, int) and (layout is None or layout.order != order):
        return f"{_at(node)}: input {position} lies {layout}, not in order {order}"
    return None


def outputs_are_made(graph: Graph) -> str | None:
    """Each output lies in a kernel's result, and each `next` in one of its own."""
    taken = dict[str, str]()
    for name, node_id in graph.outputs.items():
        origin = root(graph, node_id)
        if REGISTRY[graph[origin].op].kind == "leaf":
            return f"output {name} is the leaf %{origin} itself"
        if name.startswith("next/") and taken.setdefault(origin, name) != name:
            return f"outputs {taken[origin]} and {name} are one tensor %{origin}"
    return None


def kernels_cover(graph: Graph) -> str | None:
    """Leaves and views have no kernel, everything else has one."""
    for node in graph:
        leaf = REGISTRY[node.op].kind == "leaf"
        view = bool(node.inputs) and is_view(node, graph[node.inputs[0]])
        if (node.kernel is None) != (leaf or view):
            what = "leaf" if leaf else "view" if view else "node"
            return f"{_at(node)} is a {what} with kernel {node.kernel}"
    return None


def kernels_run_in_order(graph: Graph) -> str | None:
    """A kernel reads only kernels of smaller number, so they can run in the order of their numbers."""
    for node in graph:
        for source in node.inputs:
            made = graph[root(graph, source)].kernel
            if node.kernel is not None and made is not None and made > node.kernel:
                return f"{_at(node)} of kernel {node.kernel} reads %{source} of kernel {made}"
            if made is not None and made == node.kernel and root(graph, source) != source:
                return f"{_at(node)} reads a view of its own kernel {made}"
    return None


def old_values_last(graph: Graph) -> str | None:
    """No kernel reads a state after the kernel that gives it its next value."""
    writers = {
        name.removeprefix("next/"): graph[root(graph, node_id)].kernel
        for name, node_id in graph.outputs.items()
        if name.startswith("next/")
    }
    for node in graph:
        for source in node.inputs:
            origin = graph[root(graph, source)]
            if origin.op != "state" or node.kernel is None:
                continue
            writer = writers.get(str(origin.attr("name")))
            if writer is not None and writer < node.kernel:
                return f"{_at(node)} reads %{origin.id} after kernel {writer} has overwritten it"
    return None


TYPED = Stage("typed", 0, (inputs_come_first, origins_are_known, types_follow, states_agree, guards_are_numbers))
DECOMPOSED = Stage("decomposed", 1, (nothing_composite,))
LAID_OUT = Stage("laid-out", 2, (layouts_fit, operands_lie_right, outputs_are_made))
FUSED = Stage("fused", 3, (kernels_cover, kernels_run_in_order))
SCHEDULED = Stage("scheduled", 4, (old_values_last,))
STAGES = (TYPED, DECOMPOSED, LAID_OUT, FUSED, SCHEDULED)
