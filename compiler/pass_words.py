"""A pass in words: its rewrite rule, what it did, and the parts of the graph that it changed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

from .graph import Graph, Node
from .kernel_view import kernels_of
from .layouts import plain
from .ops.op import REGISTRY
from .rewrites import Change, Changes, Rewrite, counted, line_of, rewrite
from .stages import Pass, PassRan
from .views import is_view

NOTHING = "found nothing to do"


@dataclass(frozen=True)
class PassTold:
    """One pass of one program. `rule`: the rewrite, `about`: the rest of its words; `did`: what it came to here;
    `before`, `graph`: the graphs on both sides of it."""

    mode: str
    name: str
    rule: str
    about: str
    ms: float
    nodes: tuple[int, int]
    did: str
    changes: tuple[Change, ...]
    graph: Graph
    before: Graph


def told(mode: str, step: Pass, ran: PassRan) -> PassTold:
    """A pass that ran, in words."""
    rule, about = rule_of(step)
    found = rewrite(ran.before, ran.after)
    words, changes = WORDS.get(ran.name, _rewritten)(found)
    return PassTold(mode, ran.name, rule, about, ran.ms, (len(ran.before), len(ran.after)), words or NOTHING,
                    changes.all(), ran.after, ran.before)  # fmt: skip


def chosen(passes: Iterable[PassTold], mode: str | None, name: str | None, layer: str | None) -> list[PassTold]:
    """The passes asked for, with the changes of the layer asked for (or of a block)."""
    kept = [step for step in passes if mode in (None, step.mode) and name in (None, step.name)]
    if layer is None:
        return kept
    return [narrowed for step in kept if (narrowed := _of_layer(step, layer)).changes]


def _of_layer(step: PassTold, layer: str) -> PassTold:
    return replace(step, changes=tuple(change for change in step.changes if within(change.origin.path, layer)))


def within(path: str, layer: str) -> bool:
    """Whether a path is a layer, or lies in a block of that name."""
    return path == layer or path.startswith(layer + ".")


def rule_of(step: Pass) -> tuple[str, str]:
    """The rewrite that a pass's docstring begins with, and what it says besides."""
    rule, _, about = inspect.cleandoc(type(step).__doc__ or "").partition("\n\n")
    return " ".join(rule.split()), " ".join(about.split())


Telling = tuple[str, Changes]


def _lines(found: Rewrite) -> Changes:
    """Every node that went, came, or reads something else, by layer."""
    changes = Changes()
    for node in found.removed:
        changes.at(node).gone.append(line_of(node))
    for old, new in found.changed:
        changes.at(new).pairs.append((line_of(old), line_of(new)))
    for node in found.added:
        changes.at(node).new.append(line_of(node))
    return changes


def _rewritten(found: Rewrite) -> Telling:
    words = []
    if found.removed:
        words.append(f"removed {_many(found.removed)}: {counted(found.removed)}")
    if found.added:
        words.append(f"added {_many(found.added)}: {counted(found.added)}")
    if found.changed and not words:
        words.append(f"changed what {_many(n for _, n in found.changed)} read")
    return "; ".join(words), _lines(found)


def _merged(found: Rewrite) -> Telling:
    gone = found.removed
    return f"merged {_many(gone, 'equal')} with others: {counted(gone)}" if gone else "", _lines(found)


def _dropped(found: Rewrite) -> Telling:
    gone = found.removed
    return f"removed {_many(gone, 'dead')}: {counted(gone)}" if gone else "", _lines(found)


def _differentiated(found: Rewrite) -> Telling:
    changes = _with_outputs(found, _lines(found), "gradient/")
    weights = sum(name.startswith("gradient/") for name in found.outputs)
    said = f"added gradients of {_plural(weights, 'weight')}, by {_many(found.added)}" if weights else ""
    return said, changes


def _optimised(found: Rewrite) -> Telling:
    changes = _with_outputs(found, _lines(found), "next/")
    states = [node for node in found.added if node.op == "state"]
    moved = sum(name.startswith("next/") for name in found.outputs) - len(states)
    kept = f" and {_plural(len(states), 'state')} that the optimiser keeps" if states else ""
    return f"added the step of {_plural(moved, 'weight')}{kept}, by {_many(found.added)}" if moved > 0 else "", changes


def _with_outputs(found: Rewrite, changes: Changes, prefix: str) -> Changes:
    for name in found.outputs:
        if name.startswith(prefix):
            node = found.after[found.after.outputs[name]]
            changes.at(node).new.append(f"output {name} = {node.id}")
    return changes


def _decomposed(found: Rewrite) -> Telling:
    gone = [node for node in found.removed if REGISTRY[node.op].kind == "composite"]
    return f"wrote {counted(gone)} in simple ops: {_many(found.added)}" if gone else "", _lines(found)


def _laid_out(found: Rewrite) -> Telling:
    """Only what lies otherwise than one would think is shown: the rest lies row by row."""
    changes, after = Changes(), found.after
    turned = [node for node in after if node.layout is not None and node.layout != plain(node.type.shape)]
    views = [node for node in after if node.inputs and is_view(node, after[node.inputs[0]])]
    copies = [node for node in found.added if node.op == "relayout"]
    for node in turned:
        if node.op == "state" and list(node.layout.order) != sorted(node.layout.order):  # type: ignore[union-attr]
            axes = " ".join(map(str, node.layout.order))  # type: ignore[union-attr]
            changes.at(node).pairs.append((line_of(node), f"{line_of(node)}, axes in memory: {axes}"))
    for node in views:
        changes.at(node).pairs.append((line_of(node), f"{node.id} is {node.inputs[0]} seen otherwise: nothing moves"))
    for node in copies:
        changes.at(node).new.append(line_of(node))
    words = [f"gave {_plural(len(after), 'node')} a place in memory"]
    words += [f"{_plural(len(views), 'node only looks', 'nodes only look')} at another otherwise"] if views else []
    words += [f"added {_plural(len(copies), 'copy', 'copies')} that lie another way"] if copies else []
    return "; ".join(words), changes


def _fused(found: Rewrite) -> Telling:
    changes, graph = Changes(), found.after
    kernels = kernels_of(graph)
    several = {number: kernel.nodes for number, kernel in kernels.items() if len(kernel.nodes) > 1}
    for number, nodes in several.items():
        change = changes.at(graph[nodes[0]])
        change.pairs += zip_longest(
            [line_of(graph[n]) for n in nodes], [f"kernel {number}: {', '.join(nodes)}"], fillvalue=""
        )
    inside = sum(map(len, several.values()))
    most = max((len(nodes) for nodes in several.values()), default=1)
    words = f"made {_plural(len(kernels), 'kernel')}: {len(kernels) - len(several)} of one node"
    return f"{words}, {len(several)} of several ({inside} nodes, at most {most})" if several else words, changes


def _scheduled(found: Rewrite) -> Telling:
    changes, graph = Changes(), found.after
    kernels = kernels_of(graph)
    numbers: dict[int, int | None] = {}
    for number, kernel in kernels.items():
        kept = found.kept.get(kernel.nodes[0])
        numbers[number] = None if kept is None else found.before[kept].kernel
    moved = {number: old for number, old in numbers.items() if number != old}
    for number, old in moved.items():
        ops = f"{' '.join(graph[node_id].op for node_id in kernels[number].nodes)}"
        change = changes.at(graph[kernels[number].nodes[0]])
        change.pairs.append(("" if old is None else f"kernel {old}: {ops}", f"kernel {number}: {ops}"))
    last = [kernel for kernel in kernels.values() if kernel.program == "update"]
    words = f"put {_plural(len(kernels), 'kernel')} in order, {_plural(len(moved), 'number')} changed"
    return words + (f"; {len(last)} of them run last, when all gradients are there" if last else ""), changes


WORDS: dict[str, Callable[[Rewrite], Telling]] = {
    "merge": _merged,
    "drop-dead": _dropped,
    "gradient": _differentiated,
    "optimise": _optimised,
    "decompose": _decomposed,
    "layout": _laid_out,
    "fuse": _fused,
    "schedule": _scheduled,
}
"""How each pass tells what it did; the others as rewrites of nodes."""


def _many(nodes: Iterable[Node], what: str = "") -> str:
    count = sum(1 for _ in nodes)
    return _plural(count, f"{what} node".strip())


def _plural(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"
