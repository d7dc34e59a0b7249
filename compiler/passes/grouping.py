"""Sorting nodes into kernels, greedily, in one walk.

Groups have ranks, and a node joins only a group whose rank is at least that of every group it reads. So the
order of ranks is always an order in which the groups can run, and no search for cycles is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..graph import Graph
from ..kernel_view import ProgramName, is_leaf, is_view_in, wanted_first
from ..ops.op import REGISTRY
from ..stages import StageError
from ..templates import Templates
from ..views import root
from .recompute import recomputed

LARGEST = 96
"""Nodes in a kernel at most, so that the work of grouping stays in proportion to the graph."""


@dataclass(eq=False)
class Group:
    """Nodes of one kernel to be. `sources`: what it reads of other groups, and whether through a view."""

    rank: int
    program: ProgramName
    nodes: set[str] = field(default_factory=set)
    sources: dict[str, bool] = field(default_factory=dict)


class Grouping:
    """The groups of a graph; `why` holds a sentence for every decision that could have been another."""

    def __init__(self, graph: Graph, templates: Templates) -> None:
        self.graph, self.templates = graph, templates
        self.why = dict[str, None]()
        self._position = {node.id: i for i, node in enumerate(graph)}
        self._given = set(graph.outputs.values())
        self._first = wanted_first(graph)
        self._floating = recomputed(graph)
        self._place = dict[str, Group]()
        self._readers = dict[str, dict[int, Group]]()
        self._ranks = [0, -len(graph)]  # the last rank at the end, and in front
        self._front = dict[ProgramName, Group]()
        for node in graph:
            if not is_leaf(node) and not is_view_in(graph, node) and node.id not in self._floating:
                self._settle(node.id)

    def groups(self) -> list[Group]:
        """The groups in an order in which they can run."""
        return sorted({id(group): group for group in self._place.values()}.values(), key=lambda g: g.rank)

    def placed(self, group: Group) -> set[str]:
        """The nodes of the group that others read from it; the rest are computed again elsewhere."""
        return {node_id for node_id in group.nodes if self._place.get(node_id) is group}

    def in_order(self, nodes: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(nodes, key=self._position.__getitem__))

    # --- one node ----------------------------------------------------------------------------------------

    def _settle(self, node_id: str) -> None:
        """Join a group the node reads, or one that reads the same, or begin a new one."""
        floats, sources = self._behind(node_id)
        tried = list[Group]()
        for group in self._candidates(node_id, sources):
            if self._try(group, node_id, floats, sources):
                return
            tried.append(group)
        self._begin(node_id, floats, sources, tried)

    def _behind(self, node_id: str) -> tuple[set[str], dict[str, bool]]:
        """The recomputed nodes behind a node, and the nodes with a place that it and they read."""
        floats, sources = set[str](), dict[str, bool]()
        waiting = [node_id]
        while waiting:
            for source in self.graph[waiting.pop()].inputs:
                origin = root(self.graph, source)
                if origin in self._floating:
                    if origin not in floats:
                        floats.add(origin)
                        waiting.append(origin)
                elif not is_leaf(self.graph[origin]):
                    sources[origin] = sources.get(origin, False) or origin != source
        return floats, sources

    def _candidates(self, node_id: str, sources: dict[str, bool]) -> Iterator[Group]:
        read = [self._place[source] for source in sources]
        top = max(read, key=lambda g: g.rank, default=None)
        if top is None:
            return
        found = [top]
        if REGISTRY[self.graph[node_id].op].kind == "reduction":
            # a small result of a large tensor: another kernel that reads the tensor may make it in passing
            near = {id(g): g for s in sources for g in self._readers.get(s, {}).values()}
            found += sorted((g for g in near.values() if g.rank > top.rank), key=lambda g: -g.rank)[:2]
        viewed = {id(self._place[source]) for source, through in sources.items() if through}
        program = self._program(node_id)
        for group in found:
            fits = group.program == program and id(group) not in viewed
            if fits and not self._numbers_for_others(group, {node_id}):
                yield group

    def _try(self, group: Group, node_id: str, floats: set[str], sources: dict[str, bool]) -> bool:
        added = floats | {node_id}
        reason = self._refusal(group.nodes | added, (group,))
        # numbers get a place in front of everything, so a group in front cannot wait for them
        numbers = {f for f in floats - group.nodes if self.graph[f].type.rank == 0 and group.rank > 0}
        fewer = group.nodes | (added - numbers)
        if reason is not None and numbers and self._refusal(fewer, (group,)) is None:
            self._precompute(numbers)
            floats, sources = self._behind(node_id)
            added, reason = floats | {node_id}, None
        if reason is not None:
            self._explain(node_id, group, reason)
            return False
        self._join(group, added, sources)
        self._absorb(group, sources, [])
        return True

    def _begin(self, node_id: str, floats: set[str], sources: dict[str, bool], tried: list[Group]) -> None:
        """A new group at the end. What the node would compute again, but cannot, gets a place first."""
        reason = self._refusal(floats | {node_id}, ())
        if reason is not None and floats:
            direct = floats.intersection(self.graph[node_id].inputs)
            self._precompute({f for f in direct if self.graph[f].type.rank == 0})
            for source in self.in_order(f for f in direct if self.graph[f].type.rank):
                self._floating.discard(source)
                self._settle(source)
            floats, sources = self._behind(node_id)
            reason = self._refusal(floats | {node_id}, ())
        if reason is not None:
            node = self.graph[node_id]
            raise StageError(f"no kernel can be made of %{node_id} = {node.op} {node.type}: {reason}")
        self._ranks[0] += 1
        group = Group(self._ranks[0], self._program(node_id))
        self._join(group, floats | {node_id}, sources)
        self._absorb(group, sources, tried)

    def _precompute(self, numbers: set[str]) -> None:
        """Give arithmetic on numbers a place in front of everything else: it reads nothing a kernel makes."""
        for number in self.in_order(numbers):
            self._floating.discard(number)
            floats, sources = self._behind(number)
            program = self._program(number)
            group = self._front.get(program)
            if group is None or self._refusal(group.nodes | floats | {number}, (group,)) is not None:
                self._ranks[1] += 1
                group = self._front[program] = Group(self._ranks[1], program)
            self._join(group, floats | {number}, sources)

    # --- groups ------------------------------------------------------------------------------------------

    def _join(self, group: Group, added: set[str], sources: dict[str, bool]) -> None:
        group.nodes |= added
        for node_id in added - self._floating:
            self._place[node_id] = group
        for source, viewed in sources.items():
            if self._place[source] is not group:
                group.sources[source] = group.sources.get(source, False) or viewed
                self._readers.setdefault(source, {})[id(group)] = group

    def _absorb(self, group: Group, sources: dict[str, bool], tried: list[Group]) -> None:
        """Take in the groups read just now, where nobody else reads them yet; those tried have refused."""
        for other in {id(g): g for g in (self._place[source] for source in sources)}.values():
            if (
                other is group
                or other.rank <= 0  # what stands in front of everything stays there: more may be put beside it
                or other in tried
                or other.program != group.program
                or not self._only_reader(other, group)
            ):
                continue
            if self._numbers_for_others(other, group.nodes):
                continue
            reason = self._refusal(other.nodes | group.nodes, (other, group))
            if reason is None:
                self._merge(other, group)
            else:
                self._explain(next(iter(self.in_order(other.nodes - self._floating))), group, reason)

    def _only_reader(self, other: Group, group: Group) -> bool:
        """Whether what is read of `other` so far is read by `group`, and as it is. Then no third group stands
        between them, and one kernel of both reads nothing that depends on itself."""
        owned = [n for n in other.nodes if self._place.get(n) is other]
        readers = {key for n in owned for key in self._readers.get(n, {})}
        return readers == {id(group)} and not any(group.sources.get(n, False) for n in owned)

    def _numbers_for_others(self, other: Group, nodes: set[str]) -> bool:
        """Whether `other` makes only numbers, `nodes` are tensors, and there are more readers. Such numbers are
        made once, so that the kernels that read them are alike (one sweep for all weights)."""
        if any(self.graph[n].type.rank for n in other.nodes) or not any(self.graph[n].type.rank for n in nodes):
            return False
        beyond = nodes | other.nodes | self._floating
        users = {user for n in other.nodes for user in self._users_past_broadcasts(n)}
        return not users <= beyond

    def _users_past_broadcasts(self, node_id: str) -> set[str]:
        """Who reads a node, looking through what is computed again in its readers."""
        found, waiting = set[str](), [node_id]
        while waiting:
            for user in self.graph.users[waiting.pop()]:
                if user in self._floating:
                    waiting.append(user)
                else:
                    found.add(user)
        return found

    def _merge(self, other: Group, group: Group) -> None:
        for node_id in [n for n in other.nodes if self._place.get(n) is other]:
            self._place[node_id] = group
            group.sources.pop(node_id, None)
            self._readers.pop(node_id, None)
        group.nodes |= other.nodes
        for source, viewed in other.sources.items():
            del self._readers[source][id(other)]
            self._readers[source][id(group)] = group
            group.sources[source] = group.sources.get(source, False) or viewed

    def _refusal(self, nodes: set[str], owners: tuple[Group, ...]) -> str | None:
        if len(nodes) > LARGEST:
            return f"a kernel of {len(nodes)} nodes, {LARGEST} is the most"
        exits = frozenset(
            n
            for n in nodes
            if n not in self._floating
            and (n not in self._place or self._place[n] in owners)
            and (n in self._given or any(user not in nodes for user in self.graph.users[n]))
        )
        return self.templates.refusal(self.graph, self.in_order(nodes), exits)

    def _program(self, node_id: str) -> ProgramName:
        return "gradients" if node_id in self._first else "update"

    def _explain(self, node_id: str, group: Group, reason: str) -> None:
        head = self.in_order(n for n in group.nodes if n not in self._floating)[0]
        self.why[f"kept apart: {self._named(node_id)} and {self._named(head)}: {reason}"] = None

    def _named(self, node_id: str) -> str:
        node = self.graph[node_id]
        if not node.origins:
            return f"`{node.op}`"
        return f"`{node.op}` of {node.origins[0].path} (line {node.origins[0].line})"
