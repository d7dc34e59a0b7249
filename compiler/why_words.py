"""Why nodes share a kernel, or do not, in sentences: each with its layers and their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .graph import Graph, Node, Origin
from .kernel_view import kernels_of
from .ops.op import REGISTRY

BACKGROUND: tuple[tuple[str, str, str], ...] = (
    (
        r" is .+, not .+$", "they go over tables of different sizes",
        "a kernel goes once over one table of rows and columns, and these are two",
    ),
    (
        "adds up .+, which is not a matrix", "a sum goes over another table than what stands beside it",
        "a kernel goes once over one table, and the sum is over another",
    ),
    ("takes only elementwise work along", "", "what follows in its kernel is done to numbers as they leave the tile"),
    ("comes before the", "one is made before a product reads it", "it is read many times over, so it is made once and kept"),
    ("moves values", "one moves values", "it puts numbers elsewhere, so nothing else can be done on the way"),
    ("kept apart$", "", "each such sum goes over the table in an order of its own"),
    ("reads a sum down the columns", "", "the sum is known only when the last row is done"),
    ("ends its kernel", "a sum ends its kernel", "the sum is known only at the end"),
    (
        "lie in different orders|lie otherwise|does not lie", "their numbers lie in different orders",
        "neighbours in the one are not neighbours in the other",
    ),
)  # fmt: skip
"""Patterns of reasons, what is said of many such (empty: what is said of one), and what stands behind them."""
PAIR = re.compile(r"kept apart: (`\w+`(?: of \S+ \(line \d+\))? and `\w+`(?: of \S+ \(line \d+\))?): (.*)")
SIZED = re.compile(r"(?:(?<=is )|(?<=not )|(?<=of )|(?<=x ))(?:(\d+) )?([BN])\b")
NAMED = {"B": "batch", "N": "examples"}
SHOWN = 3
"""Pairs that are named where many are kept apart for one reason."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One decision: the sentence, the layers it is about, and for a kernel the programs that have it."""

    together: bool
    text: str
    layers: tuple[str, ...]
    programs: tuple[str, ...] = ()
    pair: str = ""
    """The two that are kept apart."""
    alike: str = ""
    """What this reason and others like it come to."""


def reasons(graphs: Mapping[str, Graph], apart: Iterable[str]) -> tuple[Reason, ...]:
    """Every kernel of several nodes in the order of the programs; then, from `apart`, what was kept apart."""
    joined: dict[tuple[str, str], tuple[tuple[str, ...], dict[str, None]]] = {}
    for mode, graph in graphs.items():
        for kernel in kernels_of(graph).values():
            nodes = [graph[node_id] for node_id in kernel.nodes if graph[node_id].op != "broadcast"]
            if len(nodes) > 1:
                layers = tuple(dict.fromkeys(origin.path for node in nodes for origin in node.origins))
                joined.setdefault(_joined(nodes), (layers, {}))[1][mode] = None
    together = [
        Reason(True, f"{who} share a kernel in {_listed(list(programs))}: {because}", layers, tuple(programs))
        for (who, because), (layers, programs) in joined.items()
    ]
    return *together, *map(_apart, apart)


def _joined(nodes: list[Node]) -> tuple[str, str]:
    by_layer: dict[Origin, list[str]] = {}
    for node in nodes:
        by_layer.setdefault(node.origins[0], []).append(f"`{node.op}`")
    told = [f"{_listed(ops)} of {origin.path} (line {origin.line})" for origin, ops in by_layer.items()]
    return _listed(told), _together({node.op for node in nodes})


def _together(ops: set[str]) -> str:
    kinds = {REGISTRY[op].kind for op in ops}
    if "contraction" in kinds:
        windows = ops & {"windows", "unwindows"}
        told = ["no table of windows is made, the product reads the picture where it lies"] if windows else []
        if ops - {"matmul", "windows", "unwindows"}:
            told.append("what follows the product is done to its numbers before they leave the registers")
        return "; ".join(told) or "one reads what the other has just made"
    if "reduction" in kinds:
        return "numbers are read from memory once for all of it"
    return "every number is read once and written once, with nothing kept in between"


def _listed(words: list[str], most: int = 6) -> str:
    """`a`, `b` and `c`; of a long list the first."""
    if len(words) > most:
        return f"{', '.join(words[: most - 1])} and {len(words) - most + 1} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _apart(sentence: str) -> Reason:
    layers = re.findall(r"` of (\S+) \(line \d+\)", sentence)
    found = PAIR.fullmatch(sentence)
    pair, because = (found[1], _spelt(found[2])) if found else ("", sentence)
    alike, behind = next(((many, why) for pattern, many, why in BACKGROUND if re.search(pattern, because)), ("", ""))
    because, alike = (f"{text}; {behind}" if behind else text for text in (because, alike or because))
    return Reason(False, f"kept apart: {pair}: {because}" if pair else because, tuple(layers), (), pair, alike)


def _spelt(reason: str) -> str:
    """A reason with the names of its sizes in words: `B x 10` is `batch x 10`."""
    return SIZED.sub(lambda size: (f"{size[1]}·" if size[1] else "") + NAMED[size[2]], reason)


def grouped(found: Iterable[Reason]) -> tuple[Reason, ...]:
    """The kernels of several nodes as they stand, and behind them one sentence for all pairs that are kept apart for
    reasons alike, the commonest first."""
    every = tuple(found)
    alike: dict[str, list[Reason]] = {}
    for reason in every:
        if not reason.together:
            alike.setdefault(reason.alike, []).append(reason)
    apart = sorted(alike.items(), key=lambda pair: -len({reason.pair for reason in pair[1]}))
    return *(reason for reason in every if reason.together), *(_of_many(why, pairs) for why, pairs in apart)


def _of_many(why: str, pairs: list[Reason]) -> Reason:
    named = list(dict.fromkeys(reason.pair.replace(" and ", " with ") for reason in pairs))
    if len(named) == 1 or not why:
        return pairs[0]
    more = f"; and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    text = f"kept apart: {len(named)} pairs: {why}: {'; '.join(named[:SHOWN])}{more}"
    return Reason(False, text, tuple(dict.fromkeys(layer for reason in pairs for layer in reason.layers)))
