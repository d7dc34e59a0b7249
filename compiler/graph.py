"""The container of both graphs: a node per layer, or a node per tensor operation.

A `Graph` is immutable; a `Builder` makes a new one. Nodes are kept in topological order (a node can only be
added after its inputs), so every reader sees the same order. Each node carries where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .layouts import Layout
from .ops.op import REGISTRY, Op, Symbol
from .ops.signature import result_type
from .types import TensorType

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """The line that asked for a node: `path` is the layer's (`stage.2.conv`), or the section's (`train.loss`)."""

    file: str
    line: int
    path: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.path})"


Attrs = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. `op` names an entry of the op registry (or a layer kind, in the architecture graph)."""

    id: str
    op: str
    inputs: tuple[str, ...]
    attrs: Attrs
    type: TensorType
    origins: tuple[Origin, ...]
    layout: Layout | None = None
    """How it lies in memory; set by the pass `layout`."""
    kernel: int | None = None
    """Which kernel computes it; set by the pass `fuse`. Nodes of one kernel have one number."""

    def attr(self, name: str) -> object:
        return dict(self.attrs)[name]

    def given(self, name: str, otherwise: object) -> object:
        """An attribute, or something else where there is none."""
        return next((value for key, value in self.attrs if key == name), otherwise)

    @property
    def attributes(self) -> dict[str, object]:
        return dict(self.attrs)


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order, and the outputs by name.

    Output names: `loss`, `publish/NAME` (a number or small table the run reports each step), `gradient/STATE`,
    `next/STATE` (the value a state takes after the step), `out/NAME` (a prediction or tap).
    """

    nodes: Mapping[str, Node]
    outputs: Mapping[str, str]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __getitem__(self, node_id: str) -> Node:
        return self.nodes[node_id]

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """Who reads a node, in order; a reader that reads it twice is named once."""
        found: dict[str, dict[str, None]] = {node_id: {} for node_id in self.nodes}
        for node in self:
            for source in node.inputs:
                found[source][node.id] = None
        return {node_id: tuple(readers) for node_id, readers in found.items()}

    def network(self) -> nx.MultiDiGraph:
        """The same graph as networkx has it, for searches and components: an edge an input, its `port` the place
        among the reader's inputs. Networkx is imported by this call alone: 0.1 s that no command needs."""
        import networkx as nx

        g = nx.MultiDiGraph()
        g.add_nodes_from((node.id, {"node": node}) for node in self)
        g.add_edges_from((source, node.id, {"port": port}) for node in self for port, source in enumerate(node.inputs))
        return g

    def text(self) -> str:
        """One line a node, as golden tests and `compile --trace` show it."""
        lines = [_line(node) for node in self]
        lines += [f"output {name} = %{node_id}" for name, node_id in self.outputs.items()]
        return "\n".join(lines) + "\n"


def _line(node: Node) -> str:
    words = [*(f"%{source}" for source in node.inputs), *(f"{name}={_shown(value)}" for name, value in node.attrs)]
    line = f"%{node.id} = {node.op}({', '.join(words)}) : {node.type}"
    if node.layout is not None:
        line += f" {node.layout}"
    if node.kernel is not None:
        line += f" #{node.kernel}"
    return line


def _shown(value: object) -> str:
    return f"({', '.join(map(_shown, value))})" if isinstance(value, tuple) else str(value)


class Builder:
    """Makes a graph node by node. `origins` is stamped on what is added; set it before adding."""

    def __init__(self, origins: tuple[Origin, ...] = ()) -> None:
        self.origins = origins
        self._nodes: dict[str, Node] = {}
        self._outputs: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._leaves: dict[tuple[str, Attrs, TensorType], str] = {}

    def __contains__(self, node_id: str) -> bool:
        return node_id in self._nodes

    def node(self, value: Value) -> Node:
        return self._nodes[value.id]

    def value(self, node_id: str) -> Value:
        return Value(self, node_id, self._nodes[node_id].type)

    def add(self, op: Op | str, inputs: Sequence[object] = (), *, name: str | None = None, **attrs: object) -> Value:
        """Add a node for `op`; its type follows from the op's shape rule. Numbers become constants, and an
        input of rank 0 (or of fewer axes, for elementwise ops with a number) is broadcast explicitly."""
        op = REGISTRY[op] if isinstance(op, str) else op
        values = self._coerce(op, inputs)
        full = op.complete(attrs)
        kind = result_type(op, [v.type for v in values], full)
        return self._put(op.name, tuple(v.id for v in values), tuple(full.items()), kind, name)

    def leaf(self, op: str, kind: TensorType, **attrs: object) -> Value:
        """Add a node without inputs whose type is given, not inferred. A leaf with equal attributes is shared;
        one with a `name` goes by it."""
        items = tuple(REGISTRY[op].complete(attrs).items())
        if (known := self._leaves.get((op, items, kind))) is not None:
            return self.value(known)
        stem = f"{op}/{attrs['name']}" if "name" in attrs else None
        value = self._put(op, (), items, kind, stem)
        self._leaves[op, items, kind] = value.id
        return value

    def copy(self, node: Node, inputs: Sequence[Value]) -> Value:
        """Add `node` as it is, but reading `inputs`; keeps its id where that is free. Equal leaves are shared."""
        leaf = (node.op, node.attrs, node.type)
        if not node.inputs and (known := self._leaves.get(leaf)) is not None:
            return self.value(known)
        new_id = node.id if node.id not in self._nodes else self._fresh(node.op)
        read = tuple(v.id for v in inputs)
        self._nodes[new_id] = Node(new_id, node.op, read, node.attrs, node.type, node.origins, node.layout, node.kernel)
        if not node.inputs:
            self._leaves[leaf] = new_id
        return self.value(new_id)

    def update(self, value: Value, **fields: object) -> None:
        """Set typed fields (`layout`, `kernel`, `origins`) of a node already added."""
        self._nodes[value.id] = replace(self._nodes[value.id], **fields)  # type: ignore[arg-type]

    def output(self, name: str, value: Value) -> None:
        self._outputs[name] = value.id

    def graph(self) -> Graph:
        return Graph(dict(self._nodes), dict(self._outputs))

    def constant(self, number: float, kind: TensorType) -> Value:
        """A scalar constant of the type's dtype, broadcast to its shape."""
        value = self.leaf("constant", TensorType((), kind.dtype), value=float(number))
        return self.broadcast(value, kind)

    def broadcast(self, value: Value, kind: TensorType) -> Value:
        """`value` of rank 0 (or equal shape) spread over `kind.shape`."""
        if value.type.shape == kind.shape:
            return value
        assert value.type.shape == (), f"only numbers spread by themselves, not {value.type}"
        return self.add("broadcast", [value], shape=kind.shape, axes=())

    def _coerce(self, op: Op, inputs: Sequence[object]) -> list[Value]:
        values = [v for v in inputs if isinstance(v, Value)]
        if op.kind != "elementwise":
            assert len(values) == len(inputs), f"{op.name}: inputs must be tensors"
            return values
        # the widest tensor gives the shape; numbers take the dtype of the first float beside them
        widest = max((v.type for v in values), key=lambda t: t.rank, default=None)
        assert widest is not None, f"{op.name}: at least one input must be a tensor"
        floats = [v.type.dtype for v in values if v.type.dtype.startswith("float")]
        number = TensorType(widest.shape, floats[0] if floats else widest.dtype)
        return [
            self.broadcast(v, widest) if isinstance(v, Value) else self.constant(float(v), number)  # type: ignore[arg-type]
            for v in inputs
        ]

    def _put(self, op: str, inputs: tuple[str, ...], attrs: Attrs, kind: TensorType, name: str | None) -> Value:
        new_id = name if name is not None and name not in self._nodes else self._fresh(name or op)
        self._nodes[new_id] = Node(new_id, op, inputs, attrs, kind, self.origins)
        return Value(self, new_id, kind)

    def _fresh(self, stem: str) -> str:
        while True:
            count = self._counts[stem] = self._counts.get(stem, 0) + 1
            if (candidate := f"{stem}.{count}") not in self._nodes:
                return candidate


class Value(Symbol):
    """A node under construction, to be used in arithmetic: `y = relu(x @ w)` adds nodes to its builder."""

    __slots__ = ("builder", "id", "type")

    def __init__(self, builder: Builder, node_id: str, kind: TensorType) -> None:
        self.builder, self.id, self.type = builder, node_id, kind

    def apply(self, op: Op, inputs: Sequence[object], attrs: Mapping[str, object]) -> Value:
        return self.builder.add(op, inputs, name=None, **attrs)

    def __repr__(self) -> str:
        return f"%{self.id}: {self.type}"
