"""Which tables, one for each example, lie row by row: rows of a length that vectors fit, each with zeros behind it.

Elsewhere a tensor has one long row for each example, which is right where it comes from the data, or is read as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from ..graph import Graph, Node
from ..layouts import padded
from ..ops.op import REGISTRY
from ..types import Shape, Size, product

TABLE = 3
"""The axes of a table for each example."""
MOST_PADS = 4
"""Rows may be so many times as long as the numbers in them."""
ALONG, DOWN = (TABLE - 1,), (0, 1)
"""Axes: along the rows of tables, and down all of them."""
REDUCTIONS = frozenset({"sum", "max", "argmax"})


def row_by_row(graph: Graph, of: Callable[[str], str], by_example: Collection[str]) -> set[str]:
    """Of classes of tensors that lie one way (`of`: the class of a node), those whose rows are rows of memory.

    Tables are where more of what reads and makes them goes by rows than by examples. What is left of their rows, a
    number for each, lies as one column where nothing else is done with it.
    """
    votes = Counter[str]()
    for node in graph:
        for tensor, vote in _votes(graph, node):
            if is_table(graph[tensor].type.shape):
                votes[of(tensor)] += vote
    tables = {name for name, vote in votes.items() if vote > 0} - set(by_example)
    return tables | _columns(graph, of, tables)


def is_table(shape: Shape) -> bool:
    """Whether this is a table for each of an unknown number of examples, with rows worth padding."""
    if len(shape) != TABLE or not isinstance(shape[0], Size) or any(isinstance(n, Size) for n in shape[1:]):
        return False
    length = shape[-1]
    assert isinstance(length, int)
    return padded(length) <= MOST_PADS * length


def _votes(graph: Graph, node: Node) -> list[tuple[str, int]]:
    """What a node would have of tables that lie row by row: 1 for each that it reads or makes in that way, -1 for one
    that it would rather have by example."""
    if node.op == "batch_matmul":
        return [(tensor, 1) for tensor in (*node.inputs, node.id)]
    if node.op in REDUCTIONS:
        axes = node.attributes.get("axes", (node.attributes.get("axis"),))
        return [(node.inputs[0], {ALONG: 1, DOWN: 1, (1, 2): -1}.get(axes, 0))]  # type: ignore[call-overload]
    if node.op == "broadcast":
        return [(node.id, {ALONG: 1, DOWN: 1, (0,): -1}.get(node.attr("axes"), 0))]  # type: ignore[call-overload]
    if node.op == "reshape":
        source = graph[node.inputs[0]]
        pairs = ((node, source.type.shape), (source, node.type.shape))
        return [(table.id, _reshaped(table.type.shape, other)) for table, other in pairs]
    return []


def _reshaped(table: Shape, other: Shape) -> int:
    if len(table) != TABLE or len(other) == TABLE:
        return 0
    same_rows = other[-1:] == table[-1:] and (len(other) == 2 or len(other) > TABLE)
    return 1 if same_rows else -1


def _columns(graph: Graph, of: Callable[[str], str], tables: Collection[str]) -> set[str]:
    """The classes of one number for each row of such tables that are nothing else."""
    found, other = set[str](), set[str]()
    for node in graph:
        if node.op in REDUCTIONS and of(node.inputs[0]) in tables and _is_column(graph, node):
            found.add(of(node.id))
        elif node.type.rank == 2 and REGISTRY[node.op].kind != "elementwise" and not _is_vector(graph, node):
            other.add(of(node.id))
        for source in node.inputs:
            if graph[source].type.rank == 2 and not _takes_column(node, graph[source], of(node.id) in tables):
                other.add(of(source))
    return found - other


def _is_column(graph: Graph, node: Node) -> bool:
    return node.type.rank == 2 and node.type.shape == graph[node.inputs[0]].type.shape[:2]


def _is_vector(graph: Graph, node: Node) -> bool:
    """Whether a table is made of one number, or of the same numbers one after another."""
    return (node.op == "broadcast" and not graph[node.inputs[0]].type.rank) or _as_vector(node, graph)


def _as_vector(node: Node, graph: Graph) -> bool:
    return node.op == "reshape" and graph[node.inputs[0]].type.shape == (product(node.type.shape),)


def _takes_column(node: Node, column: Node, into_table: bool) -> bool:
    """Whether a node reads a column as such: spreads it along the rows of tables, or works on it number by number."""
    if node.op == "broadcast":
        return into_table and node.attr("axes") == DOWN
    if node.op == "reshape":
        return node.type.shape == (product(column.type.shape),)
    return REGISTRY[node.op].kind == "elementwise" and node.type.shape == column.type.shape
