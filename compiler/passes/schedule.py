"""The order in which kernels run."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from ..graph import Builder, Graph, Value
from ..kernel_view import KernelNodes, kernels_of, may_write_over
from ..stages import FUSED, SCHEDULED, Pass, Stage
from ..views import root


@dataclass(frozen=True)
class Schedule(Pass):
    """kernels 5, 3, 9   -->   kernels 0, 1, 2: numbers in the order in which they run

    What the outputs other than `next` need runs first (the program `gradients`), then the rest (`update`). A
    kernel that gives a state its next value, written over the old one, runs after all that read the old one.
    Where that cannot be (two states that change places, or a kernel that reads the old value other than
    element by element), the value is kept apart and a `relayout` kernel at the end moves it into the state.
    """

    name: ClassVar[str] = "schedule"
    needs: ClassVar[Stage] = FUSED
    leaves: ClassVar[Stage] = SCHEDULED

    def __call__(self, graph: Graph) -> Graph:
        while True:
            kernels = kernels_of(graph)
            order, blocked = _order(kernels, _edges(graph, kernels))
            unsafe = [state for state in _writers(graph) if _disturbed(graph, kernels, state)]
            if not blocked and not unsafe:
                return _renumbered(graph, order)
            stuck = unsafe or [state for state, writer in _writers(graph).items() if writer in blocked][:1]
            graph = _moved_last(graph, stuck, next_number=max(kernels) + 1)


def _writers(graph: Graph) -> dict[str, int]:
    """The kernel that makes the next value of each state, by the id of the state's leaf."""
    leaves = {node.attr("name"): node.id for node in graph if node.op == "state"}
    found = dict[str, int]()
    for name, source in graph.outputs.items():
        if name.startswith("next/"):
            number = graph[root(graph, source)].kernel
            assert number is not None, f"{name} is made by no kernel"
            found[leaves[name.removeprefix("next/")]] = number
    return found


def _edges(graph: Graph, kernels: dict[int, KernelNodes]) -> dict[int, set[int]]:
    """Which kernels must have run before each: those it reads, and those that read what it overwrites."""
    before = {number: set[int]() for number in kernels}
    writers = _writers(graph)
    for number, kernel in kernels.items():
        for source in kernel.reads:
            made = graph[source].kernel
            if made is not None and made != number:
                before[number].add(made)
            writer = writers.get(source)
            if writer is not None and writer != number:
                before[writer].add(number)
    return before


def _order(kernels: dict[int, KernelNodes], before: dict[int, set[int]]) -> tuple[list[int], set[int]]:
    """An order that keeps `before`, programs first and small numbers first; and what no order can hold."""
    after = dict[int, list[int]]()
    for number, sources in before.items():
        for source in sources:
            after.setdefault(source, []).append(number)
    waiting = {number: len(sources) for number, sources in before.items()}
    ready = [(kernels[n].program, n) for n, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    order = list[int]()
    while ready:
        _, number = heapq.heappop(ready)
        order.append(number)
        for reader in after.get(number, ()):
            waiting[reader] -= 1
            if waiting[reader] == 0:
                heapq.heappush(ready, (kernels[reader].program, reader))
    return order, set(kernels) - set(order)


def _disturbed(graph: Graph, kernels: dict[int, KernelNodes], state: str) -> bool:
    """Whether the kernel that writes over the state still needs the old value when it does."""
    made = root(graph, graph.outputs[f"next/{graph[state].attr('name')}"])
    number = graph[made].kernel
    assert number is not None, f"{made} is made by no kernel"
    kernel = kernels[number]
    return state in kernel.reads and not may_write_over(graph, kernel.nodes, made, state)


def _moved_last(graph: Graph, states: Iterable[str], next_number: int) -> Graph:
    """The graph with a copy, in a kernel of its own, as the next value of each of these states."""
    new = _copied(graph, graph.nodes)
    outputs = dict(graph.outputs)
    for number, state in enumerate(states, next_number):
        name = f"next/{graph[state].attr('name')}"
        new.origins = graph[outputs[name]].origins
        copy = new.add("relayout", [new.value(outputs[name])])
        new.update(copy, layout=graph[state].layout, kernel=number)
        outputs[name] = copy.id
    return Graph(new.graph().nodes, outputs)


def _renumbered(graph: Graph, order: list[int]) -> Graph:
    """The graph with its kernels numbered from 0 in `order`, and its nodes in the order of their kernels."""
    place = {number: i for i, number in enumerate(order)}
    positions = {node.id: i for i, node in enumerate(graph)}
    needed_at = dict[str, int]()
    for node in reversed(tuple(graph)):  # leaves and views stand just before the first kernel that reads them
        own = len(order) if node.kernel is None else place[node.kernel]
        at = min((needed_at[user] for user in graph.users[node.id]), default=own)
        needed_at[node.id] = own if node.kernel is not None else at
    ids = sorted(graph.nodes, key=lambda n: (needed_at[n], graph[n].kernel is not None, positions[n]))
    new = _copied(graph, ids)
    for node_id in ids:
        if (number := graph[node_id].kernel) is not None:
            new.update(new.value(node_id), kernel=place[number])
    return Graph(new.graph().nodes, graph.outputs)


def _copied(graph: Graph, ids: Iterable[str]) -> Builder:
    new = Builder()
    values = dict[str, Value]()
    for node_id in ids:
        node = graph[node_id]
        values[node_id] = new.copy(node, [values[source] for source in node.inputs])
    return new
