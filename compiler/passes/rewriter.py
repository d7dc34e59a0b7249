"""Writing a new graph while reading an old one, each node once.

    rw = Rewriter(graph)
    for node in rw:                              # old nodes, in topological order
        if node.op == "negative":
            rw.replace(node, 0.0 - rw[node.inputs[0]])
    return rw.graph()                            # nodes that were not replaced are kept

O(nodes + edges). What no output needs is not written.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..graph import Builder, Graph, Node, Value
from ..kernel_view import ancestors


class Rewriter:
    """The map from old nodes to new values, and the builder of the new graph."""

    def __init__(self, old: Graph) -> None:
        self.old = old
        self.new = Builder()
        self._values: dict[str, Value] = {}
        self._added: dict[str, Value] = {}

    def __iter__(self) -> Iterator[Node]:
        """The old nodes; what is built while one is looked at takes its origins."""
        for node in self.old:
            self.new.origins = node.origins
            yield node
            if node.id not in self._values:
                self.keep(node)

    def __getitem__(self, old_id: str) -> Value:
        """The new value that stands for an old node (which must have been passed)."""
        return self._values[old_id]

    def __contains__(self, old_id: str) -> bool:
        return old_id in self._values

    def inputs(self, node: Node) -> list[Value]:
        return [self._values[source] for source in node.inputs]

    def keep(self, node: Node) -> Value:
        """Write `node` as it is, reading the new values of its inputs. Equal leaves become one."""
        value = self.new.copy(node, self.inputs(node))
        self._values[node.id] = value
        return value

    def replace(self, node: Node, value: Value) -> None:
        """Let `value` stand for `node` from here on."""
        assert value.type == node.type, f"{node.id}: {node.type} cannot become {value.type}"
        self._values[node.id] = value

    def output(self, name: str, value: Value) -> None:
        """Add an output, or put another value in the place of an old one."""
        self._added[name] = value

    def graph(self) -> Graph:
        outputs = {name: self._values[node_id].id for name, node_id in self.old.outputs.items()}
        outputs |= {name: value.id for name, value in self._added.items()}
        return without_dead(Graph(self.new.graph().nodes, outputs))


def without_dead(graph: Graph) -> Graph:
    """The graph with the nodes that some output needs, in the same order."""
    live = ancestors(graph, graph.outputs.values())
    if len(live) == len(graph):
        return graph
    return Graph({node.id: node for node in graph if node.id in live}, graph.outputs)
