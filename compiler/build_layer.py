"""One layer: its sizes, its weights and how they start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..dsl.formula import Formula, FormulaMistake, Path, names
from ..dsl.kinds.kind import Kind, SizeMistake, Weight
from ..dsl.kinds.kind import Sizes as KindSizes
from ..dsl.kinds.tables import lookup
from ..dsl.kinds.values import Start, WeightsSpec
from ..dsl.places import Place
from ..dsl.spec import Entry
from .build_data import readable
from .build_draft import Draft, Frame, Sizes
from .build_options import Options, frozen
from .experiment import LayerWeight, activation_of, weights_of
from .experiment import Start as FrozenStart
from .formula_ops import Operand, formula_value
from .graph import Builder, Node
from .types import BATCH, TensorType

LARGEST = 2**31
"""No tensor of one example, and no layer's weights, may have more numbers."""
WITHOUT_FANS = frozenset({"values", "constant", "zeros", "ones"})
THROUGH = frozenset({"flatten", "reshape", "dropout"})
"""Layers that hand their input's numbers on: a start looks through them at the activation behind."""


def add_layer(
    draft: Draft, frame: Frame, entry: Entry, kind: Kind, path: str, options: Options, sources: Sequence[str]
) -> str:
    """Add the layer of an entry whose options and inputs are known; its node id."""
    if not all([readable(draft, source, entry.kind_place) for source in sources]):
        return _added(draft, entry, kind, path, options, sources, None, ())
    shapes = [draft.sizes[source] for source in sources]
    known = tuple(shape for shape in shapes if shape is not None)
    if len(known) < len(shapes):
        return _added(draft, entry, kind, path, options, sources, None, ())
    assert kind.sizes is not None, f"{kind.name} has no size rule"
    try:
        made = kind.sizes(known, options)
    except SizeMistake as mistake:
        draft.error("E201", entry.kind_place, f"`{path}`: {mistake}", mistake.suggestion)
        return _added(draft, entry, kind, path, options, sources, None, ())
    if not _fits(draft, entry, made):
        return _added(draft, entry, kind, path, options, sources, None, ())
    weights = tuple(_weight(draft, frame, entry, path, item, options) for item in made.weights)
    return _added(draft, entry, kind, path, options, sources, made.output, weights, made.multiply_adds)


def _added(
    draft: Draft, entry: Entry, kind: Kind, path: str, options: Options, sources: Sequence[str], sizes: Sizes,
    weights: tuple[LayerWeight, ...], multiply_adds: int = 0,
) -> str:  # fmt: skip
    return draft.add(
        path, kind.name, tuple(sources), sizes, entry.place,
        options=frozen(options), weights=weights, multiply_adds=multiply_adds,
    )  # fmt: skip


def _fits(draft: Draft, entry: Entry, made: KindSizes) -> bool:
    weights, output = sum(math.prod(weight.shape) for weight in made.weights), math.prod(made.output)
    if max(weights, output) <= LARGEST:
        return True
    draft.error(
        "E208", entry.kind_place, f"this layer would have {weights:,} weights and give {output:,} numbers an example",
        f"Make it smaller: {LARGEST:,} is the most of either.",
    )  # fmt: skip
    return False


# weights


def _weight(
    draft: Draft, frame: Frame, entry: Entry, path: str, item: Weight, options: Mapping[str, object]
) -> LayerWeight:
    given = options.get(item.name)
    spec = given if isinstance(given, WeightsSpec) else WeightsSpec()
    place = entry.option_places.get(item.name, entry.place)
    if spec.mask is not None or spec.same_as or spec.transposed or spec.norm or spec.along or spec.drop:
        draft.later("masks, ties and norms of weights", place)
    name = f"{frame.weights}{path.removeprefix(frame.path)}.{item.name}"
    if spec.start is None and isinstance(item.start, str):
        draft.own_start.add(name)
    start = _start(draft, place, item, spec)
    made = LayerWeight(name, item.name, item.shape, start, spec.trainable)
    first = draft.weights.setdefault(name, made)
    if first.shape != made.shape:
        draft.error(
            "E215", entry.kind_place,
            f"`{name}` is {list(first.shape)} where the network is used first, and would have to be {list(made.shape)} here",
            "A network has one set of weights: give it inputs of one size, or make it a block.",
        )  # fmt: skip
    return made


def _start(draft: Draft, place: Place, item: Weight, spec: WeightsSpec) -> FrozenStart:
    fans = (("fan_in", item.fan_in), ("fan_out", item.fan_out))
    if spec.start is None:
        if isinstance(item.start, str):
            return (item.start, fans)
        assert isinstance(item.start, int | float), f"{item.start!r} is no start"
        return ("constant", (("value", float(item.start)),))
    kind, options = spec.start.frozen
    if kind == "values":
        _check_values(draft, place, item, spec.start)
    return (kind, options if kind in WITHOUT_FANS else (*options, *fans))


def _check_values(draft: Draft, place: Place, item: Weight, start: Start) -> None:
    shape = _extent(start.options["values"])
    if shape != item.shape:
        way = (
            "Give a row for each neuron, a number for each input."
            if len(item.shape) > 1
            else "Give a number for each neuron."
        )
        draft.error(
            "E209", place, f"`{item.name}` has to be {list(item.shape)}, but these numbers are {list(shape)}", way
        )


def _extent(values: object) -> tuple[int, ...]:
    """The shape of nested tuples that were read as even ones."""
    return (len(values), *_extent(values[0])) if isinstance(values, tuple) else ()


def settle_starts(draft: Draft) -> None:
    """A layer whose activation is a layer of its own starts by that one: `he` before ReLU-like ones."""
    readers: dict[str, list[Node]] = {}
    for node in draft.nodes.values():
        for source in node.inputs:
            readers.setdefault(source, []).append(node)
    trained = [node for node in draft.nodes.values() if weights_of(node)]
    verdicts: dict[str, bool] = {}
    for node in trained:
        before_relu = _relu_behind(node, readers)
        for weight in weights_of(node):
            verdicts[weight.name] = verdicts.get(weight.name, True) and before_relu
    changed = {name for name in draft.own_start if verdicts[name]}
    for node in trained:
        if changed & {weight.name for weight in weights_of(node)}:
            weights = tuple(replace(w, start=("he", w.start[1])) if w.name in changed else w for w in weights_of(node))
            draft.weights |= {weight.name: weight for weight in weights}
            draft.nodes[node.id] = replace(node, attrs=tuple({**node.attributes, "weights": weights}.items()))


def _relu_behind(node: Node, readers: Mapping[str, list[Node]]) -> bool:
    """Whether the layer is linear and all that read it are ReLU-like activations."""
    if activation_of(node) != "linear":
        return False
    waiting, seen = list(readers.get(node.id, ())), False
    while waiting:
        reader = waiting.pop()
        if reader.op in THROUGH:
            waiting += readers.get(reader.id, ())
            continue
        kind = lookup("activation", reader.op)
        if kind is None or "relu_like" not in kind.traits:
            return False
        seen = True
    return seen


# formulas


def add_formula(
    draft: Draft, path: str, formula: Formula, numbers: Mapping[str, object], tensors: Mapping[str, str]
) -> str:
    """Add a line that is a formula: `numbers` are options and sizes it reads, `tensors` nodes, by their paths."""
    reads = tuple(dict.fromkeys(str(name) for name in names(formula.tree) if str(name) in tensors))
    sources = tuple(tensors[name] for name in reads)
    fixed = tuple((str(name), float(str(numbers[str(name)]))) for name in _numbers(formula, tensors))
    readable_all = all([readable(draft, source, formula.place) for source in sources])
    shapes = [draft.sizes[source] for source in sources]
    sizes: Sizes = None
    if readable_all and all(shape is not None for shape in shapes):
        sizes = _formula_sizes(draft, formula, dict(zip(reads, shapes, strict=True)), dict(fixed))
    return draft.add(
        path, "formula", sources, sizes, formula.place, options=(("formula", formula.text),), weights=(),
        multiply_adds=0, formula=formula, reads=reads, numbers=fixed,
    )  # fmt: skip


def _numbers(formula: Formula, tensors: Mapping[str, str]) -> list[Path]:
    return [name for name in dict.fromkeys(names(formula.tree)) if str(name) not in tensors]


def _formula_sizes(draft: Draft, formula: Formula, shapes: Mapping[str, Sizes], numbers: Mapping[str, float]) -> Sizes:
    """The sizes that come out: the formula is written in ops, whose types are inferred."""
    builder = Builder()
    known: dict[str, Operand] = dict(numbers)
    for name, shape in shapes.items():
        known[name] = builder.leaf("column", TensorType((BATCH, *(shape or ()))), name=name)
    try:
        made = formula_value(formula, known)
    except FormulaMistake as mistake:
        draft.error(mistake.code, mistake.place, mistake.message, mistake.suggestion)
        return None
    return tuple(size for size in made.type.shape[1:] if isinstance(size, int))
