"""What a pass has done to a graph, node by node: which nodes stayed, which went, which are new or read otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest

from .graph import Graph, Node, Origin
from .ops.op import REGISTRY


@dataclass(frozen=True)
class Rewrite:
    """Two graphs, and which node of the one is which of the other: `kept`, from after to before."""

    before: Graph
    after: Graph
    kept: Mapping[str, str]

    @cached_property
    def removed(self) -> tuple[Node, ...]:
        """Nodes of the old graph that are no more."""
        still = set(self.kept.values())
        return tuple(node for node in self.before if node.id not in still)

    @cached_property
    def added(self) -> tuple[Node, ...]:
        """Nodes of the new graph that were not there."""
        return tuple(node for node in self.after if node.id not in self.kept)

    @cached_property
    def changed(self) -> tuple[tuple[Node, Node], ...]:
        """Nodes before and after that read something else now, or with other attributes."""
        pairs = ((self.before[self.kept[node.id]], node) for node in self.after if node.id in self.kept)
        return tuple((old, new) for old, new in pairs if self._differ(old, new))

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of outputs that were not there."""
        return tuple(name for name in self.after.outputs if name not in self.before.outputs)

    def _differ(self, old: Node, new: Node) -> bool:
        return old.attrs != new.attrs or old.inputs != tuple(self.kept.get(source, "") for source in new.inputs)


def rewrite(before: Graph, after: Graph) -> Rewrite:
    """The two graphs of a pass compared: what computes the same is the same; then, of one layer, what is alike and
    reads most of the same; then what has the same name."""
    if before is after:
        return Rewrite(before, after, {node.id: node.id for node in before})
    pairing = _Pairing(before, after)
    numbers = dict[object, int]()
    old, new = _numbered(before, numbers), _numbered(after, numbers)
    pairing.by(lambda node: old[node.id], lambda node: new[node.id])
    pairing.by(_looks, _looks, most_inputs=True)
    pairing.by(_looks, _looks)
    pairing.by(_named, _named)
    return Rewrite(before, after, pairing.kept)


@dataclass
class _Pairing:
    before: Graph
    after: Graph
    kept: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def by(self, old: Callable[[Node], object], new: Callable[[Node], object], *, most_inputs: bool = False) -> None:
        """Pair what is left on both sides and has the same key; one of the same name first. With `most_inputs`: only
        those that read some of the same, and of them the one that reads most of it."""
        free = dict[object, dict[str, None]]()
        for node in self.before:
            if node.id not in self.taken:
                free.setdefault(old(node), {})[node.id] = None
        waiting = [(node, free[new(node)]) for node in self.after if node.id not in self.kept and new(node) in free]
        if not most_inputs:
            waiting.sort(key=lambda pair: pair[0].id not in pair[1])
        for node, candidates in waiting:
            chosen = self._most_alike(node, candidates) if most_inputs else self._first(node, candidates)
            if chosen is not None:
                del candidates[chosen]
                self.kept[node.id] = chosen
                self.taken.add(chosen)

    def _first(self, node: Node, candidates: Mapping[str, None]) -> str | None:
        return node.id if node.id in candidates else next(iter(candidates), None)

    def _most_alike(self, node: Node, candidates: Mapping[str, None]) -> str | None:
        read = [self.kept.get(source) for source in node.inputs]

        def shared(candidate: str) -> int:
            return sum(a == b for a, b in zip(self.before[candidate].inputs, read, strict=True))

        best = max(candidates, key=lambda c: (shared(c), c == node.id), default=None)
        return best if best is not None and shared(best) else None


def _named(node: Node) -> object:
    return node.id, node.op, node.type


def _looks(node: Node) -> object:
    return node.op, node.attrs, node.type, node.origins, len(node.inputs)


def _numbered(graph: Graph, numbers: dict[object, int]) -> dict[str, int]:
    """A number for each node; nodes that compute the same have the same."""
    found = dict[str, int]()
    for node in graph:
        key = (node.op, node.attrs, node.type, tuple(found[source] for source in node.inputs))
        found[node.id] = numbers.setdefault(key, len(numbers))
    return found


def line_of(node: Node) -> str:
    """A node as people read it: `matmul.1 = matmul(windows.1, reshape.1, transpose_b=True)  784 B×25`."""
    if node.op == "constant":
        return f"{node.id} = {_value(node.attr('value'))}"
    if REGISTRY[node.op].kind == "leaf":
        return f"{node.id}  {shape_of(node)}"
    usual = {**REGISTRY[node.op].attrs, "shape": node.type.shape}
    told = [f"{name}={_value(value)}" for name, value in node.attrs if usual.get(name, ...) != value]
    return f"{node.id} = {node.op}({', '.join([*node.inputs, *told])})  {shape_of(node)}"


def shape_of(node: Node) -> str:
    """`B×784`; a single number is `number`."""
    return "×".join(map(str, node.type.shape)) or "number"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))})"
    return f"{value:g}" if isinstance(value, float) else str(value)


def counted(nodes: Iterable[Node]) -> str:
    """The ops of some nodes, each with how often: `multiply (3), add`."""
    return ", ".join(op if count == 1 else f"{op} ({count})" for op, count in Counter(n.op for n in nodes).items())


@dataclass
class Change:
    """What became of one layer's nodes: lines that are gone, lines that are new, and lines before and after."""

    origin: Origin
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Before and after, line by line."""
        return [*zip_longest(self.gone, self.new, fillvalue=""), *self.pairs]


@dataclass
class Changes:
    """Changes by layer, in the order in which layers are met."""

    found: dict[str, Change] = field(default_factory=dict)

    def at(self, node: Node) -> Change:
        """The change of the layer that first asked for a node."""
        return self.found.setdefault(node.origins[0].path, Change(node.origins[0]))

    def all(self) -> tuple[Change, ...]:
        return tuple(self.found.values())
