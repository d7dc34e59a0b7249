"""Arithmetic written out: how one number of a layer, of the loss, or of a gradient comes about.

Each sum is computed as it is written and compared with what the network has; one that is not the same is not said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ...dsl.kinds.windows import CONVOLUTIONS
from ...runtime.worked import WorkedLayer, WorkedLoss

Array = npt.NDArray[Any]
MOST_TERMS = 6
"""Terms of a sum that are written; of the others it is said how many there are."""
FUNCTIONS = {"sigmoid": "1 / (1 + exp(-z))", "tanh": "tanh(z)", "relu": "max(0, z)"}
SLOPES: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "sigmoid": ("a (1 - a)", lambda z, a: a * (1 - a)),
    "tanh": ("1 - a^2", lambda z, a: 1 - a * a),
    "relu": ("1 where z > 0, else 0", lambda z, a: float(z > 0)),
}
"""The derivative of an activation, in words and of z and a = f(z)."""


def forward_lines(layer: WorkedLayer, example: int, entry: int) -> list[str]:
    """One number that a layer gives out."""
    out = _one(layer.output.value[example], entry)
    made = layer.output.value if layer.before is None else layer.before.value
    z = _one(made[example], entry)
    rule = RULES.get(layer.kind)
    lines = [line for line, value in (rule(layer, example, entry) if rule else ()) if _same(value, z)]
    if layer.before is not None and layer.activation:
        function = FUNCTIONS.get(layer.activation, f"{layer.activation}(z)")
        lines.append(f"a = {layer.activation}({_n(z)}) = {_n(out)}   where {layer.activation}(z) = {function}")
    return lines


Told = Iterator[tuple[str, float]]


def _dense(layer: WorkedLayer, example: int, entry: int) -> Told:
    x, table = layer.inputs[0].value[example].ravel(), _table(layer)
    if table is None or table.shape[1] != x.size or len(layer.inputs) != 1:
        return
    unit = entry % table.shape[0]
    bias = float(layer.weights[1].value[unit]) if len(layer.weights) > 1 else 0.0
    value = float(table[unit] @ x) + bias
    behind = f" + {_n(bias)}" if len(layer.weights) > 1 else ""
    yield f"unit {unit + 1}: z = {_products(table[unit], x)}{behind} = {_n(value)}", value


def _table(layer: WorkedLayer) -> Array | None:
    """The weights of a dense layer, a row a unit, however they are kept."""
    if layer.kind != "dense" or not layer.weights or layer.weights[0].value.ndim != 2:
        return None
    table, units = layer.weights[0].value, layer.output.value.shape[-1]
    return table if table.shape[0] == units else table.T


def _convolution(layer: WorkedLayer, example: int, entry: int) -> Told:
    x, filters = layer.inputs[0].value[example], layer.weights[0].value
    if filters.ndim != x.ndim + 1:
        return
    *place, channel = _place(entry, layer)
    window = _window(layer, x, place, filters.shape[1:-1])
    if window.shape != filters.shape[1:]:
        return
    bias = float(layer.weights[1].value[channel]) if len(layer.weights) > 1 else 0.0
    value = float((window * filters[channel]).sum()) + bias
    behind = f" + {_n(bias)}" if len(layer.weights) > 1 else ""
    where = f"{_said(place)}, filter {channel + 1}"
    yield f"{where}: z = {_products(filters[channel].ravel(), window.ravel())}{behind} = {_n(value)}", value


def _pool(name: str, function: Callable[[Array], Any]) -> Callable[[WorkedLayer, int, int], Told]:
    def told(layer: WorkedLayer, example: int, entry: int) -> Told:
        x = layer.inputs[0].value[example]
        size = _each(layer.options.get("size"), x.ndim - 1)
        if size is None:
            return
        *place, channel = _place(entry, layer)
        window = _window(layer, x, place, size)
        if window.size:
            numbers = window[..., channel].ravel()
            value = float(function(numbers))
            yield f"{_said(place)}, channel {channel + 1}: {name}({_list(numbers)}) = {_n(value)}", value

    return told


def _window(layer: WorkedLayer, x: Array, place: Sequence[int], size: tuple[int, ...]) -> Array:
    """What the window of one place sees; zeros beyond the edge, where all of them lie at equal distances."""
    stride = _each(layer.options.get("stride"), len(size)) or size
    out = layer.output.value.shape[1:-1]
    axes = range(len(size))
    padding = [max(0, (out[axis] - 1) * stride[axis] + size[axis] - x.shape[axis]) for axis in axes]
    wide = np.pad(x, [*((each // 2, each - each // 2) for each in padding), (0, 0)])
    firsts = [place[axis] * stride[axis] for axis in axes]
    return wide[tuple(slice(first, first + length) for first, length in zip(firsts, size, strict=True))]


def _softmax(layer: WorkedLayer, example: int, entry: int) -> Told:
    x = layer.inputs[0].value[example].ravel()
    if entry < x.size:
        powers = np.exp(x - x.max())
        value = float(powers[entry] / powers.sum())
        yield f"exp({_n(x[entry])}) / sum of exp over {x.size} numbers = {_n(value)}", value


def _batch_norm(layer: WorkedLayer, example: int, entry: int) -> Told:
    """A norm over the batch: of its channel over examples and places, or the running one where nothing is trained."""
    x, channel = layer.inputs[0].value, _place(entry, layer)[-1]
    count = x[..., channel].size
    if layer.statistics:
        mean, variance = (float(kept.value[channel]) for kept in layer.statistics)
        of = "the running ones that training has left"
    else:
        mean, variance = float(x[..., channel].mean()), float(x[..., channel].var())
        examples = "1 example" if len(x) == 1 else f"{len(x)} examples"
        of = f"those of the {count:,} numbers of this batch ({examples}), as while it trains; predictions take the running ones"
    yield from _normed(layer, example, entry, mean, variance, f"of channel {channel + 1}: {of}")
    if count == 1 and not layer.statistics:
        yield (
            "of one number the mean is the number itself: b takes more examples",
            _one(layer.output.value[example], entry),
        )


def _layer_norm(layer: WorkedLayer, example: int, entry: int) -> Told:
    x = layer.inputs[0].value[example]
    row = x.reshape(-1, x.shape[-1])[entry // x.shape[-1]]
    words = f"of the {row.size:,} numbers of this row of the example"
    yield from _normed(layer, example, entry, float(row.mean()), float(row.var()), words)


def _normed(layer: WorkedLayer, example: int, entry: int, mean: float, variance: float, words: str) -> Told:
    x, channel = _one(layer.inputs[0].value[example], entry), _place(entry, layer)[-1]
    scale, shift = (float(weight.value[channel]) for weight in layer.weights)
    epsilon = float(cast(float, layer.options["epsilon"]))
    value = scale * (x - mean) / math.sqrt(variance + epsilon) + shift
    yield f"mean {_n(mean)} and variance {_n(variance)} {words}", value
    inside = f"({_n(x)} - {_n(mean)}) / sqrt({_n(variance)} + {_n(epsilon)})"
    yield f"y = {_n(scale)} × {inside} + {_n(shift)} = {_n(value)}", value


def _together(sign: str, function: Callable[[Array], Any]) -> Callable[[WorkedLayer, int, int], Told]:
    def told(layer: WorkedLayer, example: int, entry: int) -> Told:
        numbers = [_one(named.value[example], entry) for named in layer.inputs if entry < named.value[example].size]
        value = float(function(np.asarray(numbers))) if numbers else math.nan
        yield f"{f' {sign} '.join(map(_n, numbers))} = {_n(value)}", value

    return told


def _same_number(layer: WorkedLayer, example: int, entry: int) -> Told:
    x = layer.inputs[0].value[example]
    place = ", ".join(str(int(at) + 1) for at in np.unravel_index(entry, x.shape))
    yield f"the number at ({place}) of {layer.inputs[0].name}, unchanged: {_n(_one(x, entry))}", _one(x, entry)


def _activation(layer: WorkedLayer, example: int, entry: int) -> Told:
    z, value = _one(layer.inputs[0].value[example], entry), _one(layer.output.value[example], entry)
    yield f"{layer.kind}({_n(z)}) = {_n(value)}", value


RULES: dict[str, Callable[[WorkedLayer, int, int], Told]] = {
    "dense": _dense, **dict.fromkeys(CONVOLUTIONS.values(), _convolution),
    "max_pool": _pool("max", np.max), "avg_pool": _pool("mean", np.mean),
    "softmax": _softmax, "batch_norm": _batch_norm, "layer_norm": _layer_norm,
    "add": _together("+", np.sum), "multiply": _together("×", np.prod), "flatten": _same_number,
    "reshape": _same_number, "sigmoid": _activation, "tanh": _activation, "relu": _activation,
}  # fmt: skip
"""How a number of each kind of layer comes about; of other kinds the tables tell."""


# the loss


def loss_lines(loss: WorkedLoss) -> list[str]:
    """The loss of all examples of the step, and of the first one."""
    lines = list(_loss_of(loss)) if len(loss.reads) > 1 else []
    return [*lines, f"the whole loss of the step: {loss.value:.6g}"]


def _loss_of(loss: WorkedLoss) -> Iterator[str]:
    prediction, target = loss.reads[0].value, loss.reads[1].value
    if loss.kind == "mse" and prediction.shape == target.shape:
        errors = (prediction[0] - target[0]).ravel()
        terms = [f"({_n(a)} - {_n(b)})^2" for a, b in zip(prediction[0].ravel(), target[0].ravel(), strict=True)]
        yield f"first example: {_cut(terms)} = {_n(float((errors**2).sum()))}"
    if loss.kind == "cross_entropy" and target.ndim == 1 and prediction.ndim == 2:
        label = int(target[0])
        scores = prediction[0] - prediction[0].max()
        chance = float(np.exp(scores[label]) / np.exp(scores).sum())
        yield f"first example: class {label} has the probability softmax(scores)[{label}] = {_n(chance)}"
        yield f"its loss: -ln({_n(chance)}) = {_n(-math.log(max(chance, 1e-300)))}"


# the way back


def backward_lines(layer: WorkedLayer, example: int, entry: int) -> list[str]:
    """What comes back to one number of a layer, and what it does to the first of its weights and inputs."""
    assert layer.output.gradient is not None, "only layers that something comes back to are on the way back"
    after = _one(layer.output.gradient[example], entry)
    lines = [f"d loss / d a = {_n(after)}, which the layers behind have passed back"]
    before, slope = layer.before, SLOPES.get(layer.activation)
    delta = after
    if before is not None and before.gradient is not None:
        delta = _one(before.gradient[example], entry)
        if slope is not None:
            z, a = _one(before.value[example], entry), _one(layer.output.value[example], entry)
            steep = slope[1](z, a)
            if _same(after * steep, delta):
                lines.append(
                    f"d loss / d z = {_n(after)} × {_n(steep)} = {_n(delta)}   slope of {layer.activation}: {slope[0]}"
                )
    return [*lines, *_dense_back(layer, example, entry, delta)]


def _dense_back(layer: WorkedLayer, example: int, entry: int, delta: float) -> Iterator[str]:
    table = _table(layer)
    if table is None or layer.inputs[0].value[example].size != table.shape[1]:
        return
    unit, several = entry % table.shape[0], layer.output.value.shape[0] > 1
    x, gradient = layer.inputs[0].value[example].ravel(), layer.weights[0].gradient
    if gradient is not None:
        own = gradient if gradient.shape == table.shape else gradient.T
        more = f"; with the other examples {_n(own[unit, 0])}" if several else ""
        if several or _same(delta * x[0], own[unit, 0]):
            yield f"d loss / d weight {unit + 1},1 = d loss / d z × in 1 = {_n(delta)} × {_n(x[0])} = {_n(delta * x[0])}{more}"
    back = layer.inputs[0].gradient
    deltas = (layer.before or layer.output).gradient
    if back is not None and deltas is not None:
        terms = deltas[example].ravel()
        if terms.size == table.shape[0] and _same(float(terms @ table[:, 0]), float(back[example].ravel()[0])):
            yield f"d loss / d in 1 = {_products(terms, table[:, 0])} = {_n(back[example].ravel()[0])}"


# words


def _place(entry: int, layer: WorkedLayer) -> tuple[int, ...]:
    return tuple(int(at) for at in np.unravel_index(entry, layer.output.value.shape[1:]))


def _said(place: Sequence[int]) -> str:
    """`row 2, column 1`"""
    words = {1: ("place",), 2: ("row", "column"), 3: ("slice", "row", "column")}[len(place)]
    return ", ".join(f"{word} {at + 1}" for word, at in zip(words, place, strict=True))


def _each(option: object, axes: int) -> tuple[int, ...] | None:
    """An option as a number for each axis; None where it has another count of them."""
    numbers = option if isinstance(option, tuple) else (option,)
    if axes not in (1, 2, 3) or len(numbers) not in (1, axes) or not all(isinstance(each, int) for each in numbers):
        return None
    return cast("tuple[int, ...]", numbers if len(numbers) == axes else numbers * axes)


def _one(array: Array, entry: int) -> float:
    flat = np.asarray(array).ravel()
    return float(flat[min(entry, flat.size - 1)])


def _products(weights: Array, numbers: Array) -> str:
    return _cut([f"{_n(w)} × {_n(x)}" for w, x in zip(weights, numbers, strict=True)])


def _cut(terms: Sequence[str]) -> str:
    shown = " + ".join(terms[:MOST_TERMS])
    return shown if len(terms) <= MOST_TERMS else f"{shown} + … ({len(terms):,} terms)"


def _list(numbers: Array) -> str:
    shown = ", ".join(_n(x) for x in numbers[: MOST_TERMS + 3])
    return shown if numbers.size <= MOST_TERMS + 3 else f"{shown}, …"


def _n(value: float) -> str:
    return f"{float(value):.4g}"


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
