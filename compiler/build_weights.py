"""A layer's weights: their shapes from the kind, their start and training from the file."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..dsl.diagnostics import Diagnostics
from ..dsl.kinds.kind import Weight
from ..dsl.kinds.values import Start, WeightsSpec
from ..dsl.spec import Entry
from .experiment import LayerWeight
from .experiment import Start as FrozenStart

LARGEST = 2**31


def layer_weights(
    entry: Entry, path: str, weights: tuple[Weight, ...], options: Mapping[str, object], diagnostics: Diagnostics
) -> tuple[LayerWeight, ...]:
    """Every tensor of the layer `path`, as the file describes it."""
    found = []
    for item in weights:
        given = options.get(item.name)
        spec = given if isinstance(given, WeightsSpec) else WeightsSpec()
        if spec.mask is not None or spec.same_as or spec.transposed or spec.norm or spec.drop:
            place = entry.option_places.get(item.name, entry.place)
            diagnostics.error(
                "E299", place, "masks, ties and norms of weights: read and understood, but not built yet",
                "Leave it out for now.",
            )  # fmt: skip
        start = _start(entry, item, spec, diagnostics)
        found.append(LayerWeight(f"{path}.{item.name}", item.name, item.shape, start, spec.trainable))
    return tuple(found)


def check_memory(entry: Entry, weights: tuple[Weight, ...], output: tuple[int, ...], diagnostics: Diagnostics) -> None:
    """Refuse what no machine could hold."""
    count = sum(math.prod(w.shape) for w in weights)
    if max(count, math.prod(output)) > LARGEST:
        diagnostics.error(
            "E208", entry.kind_place,
            f"this layer would need {count:,} weights and give {math.prod(output):,} numbers an example",
            "Make it smaller.",
        )  # fmt: skip


def _start(entry: Entry, item: Weight, spec: WeightsSpec, diagnostics: Diagnostics) -> FrozenStart:
    fans = (("fan_in", item.fan_in), ("fan_out", item.fan_out))
    if spec.start is None:
        if isinstance(item.start, str):
            return (item.start, fans)
        assert isinstance(item.start, int | float), f"{item.name} has no start"
        return ("constant", (("value", float(item.start)),))
    kind, options = spec.start.frozen
    if kind == "values":
        _check_values(entry, item, spec.start, diagnostics)
    return (kind, options) if kind in ("values", "constant") else (kind, (*options, *fans))


def _check_values(entry: Entry, item: Weight, start: Start, diagnostics: Diagnostics) -> None:
    shape = _nested_shape(start.options["values"])
    if shape != item.shape:
        meaning = " (a row for each neuron)" if item.name == "weights" else ""
        diagnostics.error(
            "E209", entry.option_places.get(item.name, entry.place),
            f"`{item.name}` has to be {list(item.shape)}{meaning}, but these numbers are {list(shape or ())}",
            "Give one row a neuron, one number an input.",
        )  # fmt: skip


def _nested_shape(values: object) -> tuple[int, ...] | None:
    if not isinstance(values, list | tuple):
        return ()
    inner = {_nested_shape(item) for item in values}
    if len(inner) != 1:
        return None
    (one,) = inner
    return None if one is None else (len(values), *one)
