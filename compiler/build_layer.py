"""One layer: its sizes, its weights and how they start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..dsl.formula import Formula, FormulaMistake, Path, names
from ..dsl.kinds.kind import Kind, SizeMistake
from ..dsl.kinds.kind import Sizes as KindSizes
from ..dsl.spec import Entry
from .build_data import readable
from .build_draft import Draft, Frame, Sizes
from .build_joined import joined_apart
from .build_options import Options, frozen
from .build_weights import layer_weights
from .experiment import LayerWeight, weights_of
from .formula_ops import Operand, formula_value
from .graph import Builder
from .types import BATCH, TensorType

LARGEST = 2**31
"""No tensor of one example, and no layer's weights, may have more numbers."""
LARGEST_NETWORK, MOST_AXES = 2**34, 16
"""No network may have more weights, and no tensor of one example more axes."""


def add_layer(
    draft: Draft, frame: Frame, entry: Entry, kind: Kind, path: str, options: Options, sources: Sequence[str]
) -> str:
    """Add the layer of an entry whose options and inputs are known; its node id."""
    if "labels" not in kind.traits and not all([readable(draft, source, entry.kind_place) for source in sources]):
        return _added(draft, entry, kind, path, options, sources, None, ())
    shapes = [draft.sizes[source] for source in sources]
    known = tuple(shape for shape in shapes if shape is not None)
    if len(known) < len(shapes):
        return _added(draft, entry, kind, path, options, sources, None, ())
    assert kind.sizes is not None, f"{kind.name} has no size rule"
    try:
        made = kind.sizes(known, options)
    except SizeMistake as mistake:
        if not joined_apart(draft, entry, kind, sources):
            draft.error("E201", entry.kind_place, f"`{path}`: {mistake}", mistake.suggestion)
        return _added(draft, entry, kind, path, options, sources, None, ())
    if not _fits(draft, entry, made):
        return _added(draft, entry, kind, path, options, sources, None, ())
    weights = tuple(w for item in made.weights for w in layer_weights(draft, frame, entry, path, item, options))
    return _added(draft, entry, kind, path, options, sources, made.output, weights, made.multiply_adds)


def _added(
    draft: Draft, entry: Entry, kind: Kind, path: str, options: Options, sources: Sequence[str], sizes: Sizes,
    weights: tuple[LayerWeight, ...], multiply_adds: int = 0,
) -> str:  # fmt: skip
    draft.entries[path] = entry
    return draft.add(
        path, kind.name, tuple(sources), sizes, entry.place,
        options=frozen(options), weights=weights, multiply_adds=multiply_adds,
    )  # fmt: skip


def _fits(draft: Draft, entry: Entry, made: KindSizes) -> bool:
    weights, output = sum(math.prod(weight.shape) for weight in made.weights), math.prod(made.output)
    if len(made.output) > MOST_AXES:
        draft.error(
            "E208", entry.kind_place, f"this layer would give a tensor of {len(made.output)} axes",
            f"Put some together: {MOST_AXES} are the most.",
        )  # fmt: skip
        return False
    if max(weights, output) <= LARGEST:
        return True
    sums = " + ".join(" * ".join(f"{size:,}" for size in weight.shape) for weight in made.weights if weight.shape)
    draft.error(
        "E208", entry.kind_place,
        f"this layer would have {weights:,} weights ({sums + ' is ' if sums else ''}{_bytes(weights)}) and give "
        f"{_product(made.output)} numbers an example ({_bytes(output)})",
        f"Make it smaller: {LARGEST:,} is the most of either.",
    )  # fmt: skip
    return False


def check_total(draft: Draft) -> None:
    """All weights together fit into the largest machines; said at the layer that has most."""
    counts = {name: sum(math.prod(w.shape) for w in weights_of(node)) for name, node in draft.nodes.items()}
    total = sum(math.prod(weight.shape) for weight in draft.weights.values())
    if total > LARGEST_NETWORK:
        most = max(counts, key=lambda name: counts[name])
        draft.error(
            "E208", draft.places[most],
            f"the network would have {total:,} weights ({_bytes(total)}), {counts[most]:,} of them in `{most}`",
            f"Make it smaller: {LARGEST_NETWORK:,} is the most.",
        )  # fmt: skip


def _product(shape: Sequence[int]) -> str:
    """`1,000 * 64 = 64,000`"""
    product = f"{math.prod(shape):,}"
    return f"{' * '.join(f'{size:,}' for size in shape)} = {product}" if len(shape) > 1 else product


def _bytes(count: int) -> str:
    """The memory of so many numbers of 4 bytes: `4.0 GB`."""
    amount = 4.0 * count
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} EB"


# formulas


def add_formula(
    draft: Draft, path: str, formula: Formula, numbers: Mapping[str, object], tensors: Mapping[str, str],
    *, classes: bool = False,
) -> str:  # fmt: skip
    """Add a line that is a formula: `numbers` are options and sizes it reads, `tensors` nodes, by their paths.

    `classes`: it may read class numbers, to compare them.
    """
    reads = tuple(dict.fromkeys(str(name) for name in names(formula.tree) if str(name) in tensors))
    sources = tuple(tensors[name] for name in reads)
    fixed = tuple((str(name), float(str(numbers[str(name)]))) for name in _numbers(formula, tensors))
    readable_all = classes or all([readable(draft, source, formula.place) for source in sources])
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
