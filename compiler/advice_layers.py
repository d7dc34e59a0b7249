"""Warnings about layers that stand in a row: curves twice, linear layers that are one, dropout, biases."""

from __future__ import annotations

from collections.abc import Sequence

from ..dsl.kinds.windows import CONVOLUTIONS
from .advice_view import RESHAPING, SCORES, View, column_of, is_curve, same_curve, size_of
from .experiment import activation_of, options_of, weights_of
from .graph import Node

HIGH_DROPOUT = 0.8
MOST_COLOURS = 4
"""Channels of a picture; what has more is made of one."""
AT_LEAST_ZERO = frozenset({"relu", "softplus", "exp"})
ONE_ROW = frozenset({"softmax", "log_softmax"})
PROBABLE = frozenset({"softmax", "sigmoid"})


def about_layers(view: View) -> None:
    """Add the warnings about neighbours."""
    for node in view.experiment.graph:
        if is_curve(node):
            _softmax_twice(view, node)
            _curve_twice(view, node)
        elif node.op == "dropout":
            _high_dropout(view, node)
        elif node.op in CONVOLUTIONS.values():
            _one_place(view, node)
    _linear_runs(view)
    _dropout_last(view)
    _bias_before_norm(view)


# curves


def _softmax_twice(view: View, node: Node) -> None:
    before = view.behind(view.experiment.graph[node.inputs[0]], frozenset({"dropout"}))
    if node.op in ONE_ROW and activation_of(before) == "softmax":
        size = node.type.shape[-1]
        most = f"{2.718281828 / (2.718281828 + size - 1):.2f}" if isinstance(size, int) else "1/2"
        view.warn(
            "W201", view.at(node),
            f"`{node.id}` takes the softmax of probabilities: the surest answer comes out as {most} at most, so that all "
            "classes are nearly alike",
            f"Take `{node.op}` away; once is enough.",
        )  # fmt: skip


def _curve_twice(view: View, node: Node) -> None:
    before = view.behind(view.experiment.graph[node.inputs[0]], RESHAPING)
    curve, first = node.op, activation_of(before)
    if curve in ONE_ROW or curve == "linear" or first == "linear":
        return
    if same_curve(node, before):
        reason = "the second changes nothing" if curve in ("relu", "step") else "it is bent twice"
        view.warn(
            "W209", view.at(node), f"`{before.id}` ends in {curve} already, and `{node.id}` takes {curve} of it: {reason}",
            f"Take one {curve} away.",
        )  # fmt: skip
    elif curve == "sigmoid" and first in AT_LEAST_ZERO:
        view.warn(
            "W209", view.at(node),
            f"`{before.id}` ends in {first}, so `{node.id}` reads nothing below 0, and a sigmoid of that is never below 0.5",
            f"Take {first} away.",
        )  # fmt: skip


# windows


def _one_place(view: View, node: Node) -> None:
    """A convolution of the column itself whose window is left out, and so has one place."""
    before = view.behind(view.experiment.graph[node.inputs[0]], frozenset({"resize", "reshape"}))
    entry = view.entries.get(view.at(node))
    if column_of(before) is None or size_of(before)[-1] > MOST_COLOURS:
        return
    if entry is None or "kernel" in entry.option_places:
        return
    filters = options_of(node).get("filters")
    view.warn(
        "W227", view.at(node),
        f"`{node.id}` has no `kernel`, and so a window of one place: it sees no edge and no shape, only each place of "
        f"`{before.id}` by itself",
        f"Write `{node.op}: {{filters: {filters}, kernel: 3}}`; or `kernel: 1` where that is meant.",
    )  # fmt: skip


# linear layers


def _linear_runs(view: View) -> None:
    """Linear layers one behind the other, said once a run, at its first."""
    runs: dict[str, list[Node]] = {}
    for node in view.experiment.graph:
        first = _linear_before(view, node) if node.op == "dense" else None
        if first is not None:
            runs[node.id] = [*runs.pop(first.id, [first]), node]
    for run in runs.values():
        first, last = run[0], run[-1]
        these = (
            f"`{first.id}` and `{last.id}`" if len(run) == 2 else f"the {len(run)} layers `{first.id}` to `{last.id}`"
        )
        units = f"the {first.type.shape[-1]} units of `{first.id}` add nothing"
        view.warn(
            "W210", view.at(first),
            f"{these} have no curve between them: together they are one linear layer of {_table(last)[0]}, and {units}",
            f"Give `{first.id}` an activation: `activation: relu`; or take it away.",
        )  # fmt: skip


def _linear_before(view: View, node: Node) -> Node | None:
    """The linear layer that makes one with this; none for a bottleneck, or where weights are bound to others."""
    before = view.experiment.graph[node.inputs[0]]
    first = view.behind(before, RESHAPING)
    if first.op != "dense" or activation_of(first) != "linear" or not _free(view, first) or not _free(view, node):
        return None
    units = first.type.shape[-1]
    narrow = not isinstance(units, int) or units < min(_table(first)[1], _table(node)[0])
    return first if not narrow and _read_by_one(view, before, first) else None


def _table(node: Node) -> tuple[int, int]:
    """Units and inputs of a dense layer, as it reads its weights."""
    weight = next(weight for weight in weights_of(node) if weight.part == "weights")
    units, inputs = weight.shape
    return (inputs, units) if weight.transposed else (units, inputs)


def _free(view: View, node: Node) -> bool:
    """Whether training may give the layer any weights: none is held, masked, bound to a norm or another's."""
    tables = [weight for weight in weights_of(node) if weight.part.startswith("weights")]
    return len(tables) == 1 and all(
        weight.trainable and weight.mask is None and weight.norm is None and view.holders[weight.name] == 1
        for weight in tables
    )


def _read_by_one(view: View, last: Node, first: Node) -> bool:
    """Whether one layer alone reads what the first gives out, up to the last that hands it on."""
    while True:
        if last.id in view.roots or len(view.users(last)) > 1:
            return False
        if last.id == first.id:
            return True
        last = view.experiment.graph[last.inputs[0]]


# dropout


def _high_dropout(view: View, node: Node) -> None:
    rate = _greatest(options_of(node).get("rate"))
    if rate > HIGH_DROPOUT:
        view.warn(
            "W211", view.option(node, "rate"),
            f"a dropout of {rate:g} sets {_share(rate)} to 0: `rate` is the share that is dropped, not the one that is kept",
            f"Write {1 - rate:.2g}, or another rate below {HIGH_DROPOUT:g}; 0.2 to 0.5 is usual.",
        )  # fmt: skip


def _share(rate: float) -> str:
    kept = 1 / (1 - rate)
    return f"all but one of every {kept:.0f} numbers" if kept < 1000 else "nearly all numbers"


def _greatest(rate: object) -> float:
    """A rate, or the greatest of those that it goes through."""
    if isinstance(rate, tuple):
        return max(
            (v for name, v in rate[1] if name in ("value", "start", "end") and isinstance(v, float)), default=0.0
        )
    return float(rate) if isinstance(rate, int | float) else 0.0


def _dropout_last(view: View) -> None:
    asked = dict.fromkeys(view.experiment.outputs.values())
    for term in view.experiment.terms:
        asked |= {node: None for name, node in term.tensors.items() if name in SCORES}
    for name in asked:
        node, readers = view.experiment.graph[name], 0
        while node.op in RESHAPING | PROBABLE and len(view.users(node)) == readers:
            node, readers = view.experiment.graph[node.inputs[0]], 1
        if node.op == "dropout" and len(view.users(node)) == readers:
            rate = _greatest(options_of(node).get("rate"))
            view.warn(
                "W202", view.at(node),
                f"dropout behind the last layer: in training {rate:.0%} of the answers themselves are set to 0, and no "
                "layer is left to make up for it",
                "Put it before the last layer.",
            )  # fmt: skip


# batch norm


def _bias_before_norm(view: View) -> None:
    found = [node for node in view.experiment.graph if _idle_bias(view, node)]
    if not found:
        return
    first, more = found[0], len({view.at(node) for node in found}) - 1
    others = f"; so it is in {more} more layer{'s' if more > 1 else ''}" if more else ""
    norm = view.users(first)[0]
    view.warn(
        "W212", view.option(first, "bias"),
        f"the bias of `{first.id}` has no effect: `{norm.id}` takes the mean of the batch away, and the bias with it{others}",
        "Add `bias: false`." if _idle_everywhere(view, first, found) else
        "Let an option of the block say whether there is a bias: it has an effect where else the layer is used.",
    )  # fmt: skip


def _idle_everywhere(view: View, node: Node, idle: Sequence[Node]) -> bool:
    """Whether no layer that the same entry asks for, or that shares the bias, makes use of it."""
    held = {weight.name for weight in weights_of(node) if weight.part == "bias"}
    same = (
        other for other in view.experiment.graph
        if view.at(other) == view.at(node) or held & {weight.name for weight in weights_of(other)}
    )  # fmt: skip
    known = {other.id for other in idle}
    return all(other.id in known for other in same)


def _idle_bias(view: View, node: Node) -> bool:
    bias = [weight for weight in weights_of(node) if weight.part == "bias" and weight.trainable]
    readers = view.users(node)
    return bool(
        bias and readers and activation_of(node) == "linear" and node.id not in view.roots
        and all(reader.op == "batch_norm" for reader in readers)
    )  # fmt: skip
