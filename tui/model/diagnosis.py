"""What may be wrong with a training, in words, each with a way out. Judged from its record alone.

A finding is a suspicion with its numbers, not a verdict: thresholds are such that healthy examples have none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ...runtime.events import Observed
from ...runtime.fold import View
from .series import Series

Array = npt.NDArray[np.float64]
VANISHED, EXPLODED = 1e-3, 1e3
"""Gradients of a layer, as a share of the last layer's."""
DEAD, SATURATED = 0.5, 0.5
"""Shares of a layer's units or outputs."""
GROWN = 100.0
"""How many times the usual norm of the gradient is too much."""
RISEN, RISEN_OF_ALL, RISING_EPOCHS = 1.1, 0.02, 3
"""Overfitting: the validation loss is so many times its least, and has risen by such a share of the first loss, since so
many epochs."""
RISEN_MUCH = 1.5
"""Or it stays at so many times its least: then nothing depends on what the first loss was."""
NOISE = 1e-4
"""A loss below this is as good as none: whether it rises or falls there tells nothing."""
WINDOWS = 20
"""Parts of all epochs that medians are taken of."""
JUMPED, WILD = 1.5, 2.5
"""The loss against what it began with, and against guessing."""
STILL_RATIO = 1e-5
"""An update below this share of the weights hardly moves them; about 1e-3 is usual."""
FALLEN = 0.02
"""A loss that has fallen by less than this share has hardly fallen."""
CHANCE = 0.03
"""How near log(classes) is as good as guessing."""
LEARNS = 0.5
"""A loss that has fallen by this share: gates that are open or shut are no trouble then."""
ENOUGH_STEPS = 100
"""Before, nothing is said of how the loss goes."""
LARGE_INPUT, SHORT_STEP = 0.4, 1e-4
"""The share of a step that its input takes and that is worth a word, and steps of how many seconds are too short for it."""
MOST_NAMED = 4

Sizes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One suspicion: `words` with the numbers behind it, `way_out` what to try; `layers` it is about, in their order.
    `grave`: training is of no use as it is."""

    code: str
    words: str
    way_out: str
    layers: tuple[str, ...] = ()
    grave: bool = False


class Recorded(Protocol):
    """What the record of a run tells: see `RunClient`."""

    @property
    def view(self) -> View: ...
    @property
    def series(self) -> Mapping[str, Series]: ...
    @property
    def state(self) -> str: ...


def diagnose(run: Recorded) -> tuple[Finding, ...]:
    """What may be wrong, the gravest first; nothing where all looks well."""
    found = [finding for rule in RULES for finding in rule(run)]
    codes = {finding.code for finding in found}
    told = [finding for finding in found if not codes & EXPLAINED.get(finding.code, frozenset())]
    return tuple(sorted(told, key=lambda finding: not finding.grave))


# how the loss goes


def _failed(run: Recorded) -> Iterator[Finding]:
    if run.view.failure is not None:
        way = "lower the learning rate (a tenth), clip gradients (`clip_gradients: {norm: 1}` in `train`), and look at the data for such numbers"
        yield Finding("not_finite", run.view.failure, way, grave=True)


def _diverges(run: Recorded) -> Iterator[Finding]:
    values = _finite(run, "loss")
    if len(values) < 10:
        return
    begun, now = float(np.median(values[:3])), float(np.median(values[-max(5, len(values) // 10) :]))
    if begun > 0 and now > max(JUMPED * begun, NOISE):
        least = f"the loss went from {_figure(begun)} up to {_figure(now)}"
        yield Finding("rate_too_high", f"{least}: steps are too long{_rate(run)}", TOO_HIGH, grave=True)
        return
    guess, peak = _guess(run), float(values.max())
    if guess is not None and peak > WILD * guess and now > 0.9 * guess:
        words = f"the loss jumped to {_figure(peak)}, where mere guessing gives {_figure(guess)}: steps are too long"
        yield Finding("rate_too_high", words + _rate(run), TOO_HIGH, grave=True)
        return
    jumping = [layer for layer, ratio in _ratios(run).items() if ratio > 1.0]
    if jumping:
        words = f"{_named(jumping, run)}: one step changes the weights by more than their own size{_rate(run)}"
        yield Finding("rate_too_high", words, TOO_HIGH, tuple(jumping), grave=True)


def _hardly_moves(run: Recorded) -> Iterator[Finding]:
    values, ratios = _finite(run, "loss"), _ratios(run)
    if run.view.step < ENOUGH_STEPS or not ratios or _fallen(values) >= FALLEN:
        return
    typical = float(np.median(list(ratios.values())))
    if typical < STILL_RATIO:
        words = (
            f"the loss fell by only {max(0.0, _fallen(values)):.1%} in {run.view.step:,} steps, and a step changes the "
            f"weights by {_small(typical)} of their size (usual: about 1e-3){_rate(run)}"
        )
        yield Finding("rate_too_low", words, "raise the learning rate, ten times at first (l)", grave=True)


def _guesses(run: Recorded) -> Iterator[Finding]:
    values = _finite(run, "loss")
    if run.view.step < ENOUGH_STEPS or not len(values) or _fallen(values) >= FALLEN:
        return
    now = float(np.median(values[-max(5, len(values) // 10) :]))
    guess = _guess(run)
    if guess is not None and abs(now - guess) < CHANCE * guess:
        classes = round(math.exp(guess))
        words = f"the loss stays at {now:.2f}, which is log({classes}): as good as guessing among {classes} classes"
        yield Finding("learns_nothing", words, NOTHING_LEARNT, grave=True)
    elif now > 0 and abs(_fallen(values)) < FALLEN:
        words = f"the loss stays at {_figure(now)}: it has not fallen in {run.view.step:,} steps"
        yield Finding("learns_nothing", words, NOTHING_LEARNT, grave=True)


def _overfits(run: Recorded) -> Iterator[Finding]:
    train, validation = (_history(run, part) for part in ("train", "validation"))
    epochs = sorted(train.keys() & validation.keys())
    if len(epochs) <= RISING_EPOCHS:
        return
    train, validation = _calmed(train, epochs), _calmed(validation, epochs)
    epochs = sorted(train)
    best = min(epochs, key=lambda epoch: validation[epoch])
    now = epochs[-1]
    if now - best < RISING_EPOCHS or validation[now] <= RISEN * validation[best] or train[now] >= train[best]:
        return
    if not _risen_much(list(validation.values()), validation[best], _finite(run, "loss")[:1]):
        return
    words = (
        f"the validation loss has risen since epoch {best} ({_figure(validation[best])} to {_figure(validation[now])}) "
        f"while the training loss falls ({_figure(train[best])} to {_figure(train[now])}): it learns by heart"
    )
    way = (
        "stop early (`stop: {patience: 3}`), more data or `augment`, `dropout`, a penalty (`l2`), or a smaller network"
    )
    yield Finding("overfits", words, way)


def _risen_much(losses: Sequence[float], best: float, begun: Array) -> bool:
    """Whether a validation loss (the newest epoch first, as `_calmed` has them) has risen by what is worth a word."""
    if not len(begun) or losses[0] - best >= RISEN_OF_ALL * abs(float(begun[0])):
        return True
    lately = losses[: max(RISING_EPOCHS, len(losses) // 10)]
    return min(lately) > max(RISEN_MUCH * best, NOISE)


# what the layers tell


def _gradients(run: Recorded) -> Iterator[Finding]:
    sizes = _of(_look(run), "gradient")
    reference = list(sizes.values())[-1] if len(sizes) > 2 else 0.0
    if reference <= 0:
        return
    # a branch of its own may well learn slowly; what vanishes on its way back is small in the first layers
    small = list(takewhile(lambda layer: sizes[layer] < VANISHED * reference, sizes))
    large = [layer for layer, size in sizes.items() if size > EXPLODED * reference]
    if small:
        most = min(sizes[layer] for layer in small) / reference
        words = f"{_named(small, run)}: gradients {_small(most)} of the last layer's: vanishing"
        yield Finding("vanishing", words, VANISHING, tuple(small), grave=True)
    if large:
        most = max(sizes[layer] for layer in large) / reference
        words = f"{_named(large, run)}: gradients {_small(most)} times the last layer's: exploding"
        yield Finding("exploding", words, EXPLODING, tuple(large), grave=True)


def _grows(run: Recorded) -> Iterator[Finding]:
    norms = _finite(run, "gradient_norm")
    if len(norms) < 20:
        return
    usual, now = float(np.median(norms[: len(norms) // 2])), float(np.median(norms[-5:]))
    # of a loss that is as good as none the gradient is noise
    learnt = bool(np.all(np.abs(_finite(run, "loss")[-5:]) < NOISE))
    if usual > 0 and now > GROWN * usual and not learnt:
        words = f"the gradient is {now / usual:,.0f} times as large as it was: exploding"
        yield Finding("exploding", words, EXPLODING, grave=True)


def _units(run: Recorded) -> Iterator[Finding]:
    activations = _activations(_look(run))
    dead = {layer: share for layer, told in activations.items() if (share := told.get("dead") or 0.0) >= DEAD}
    if dead:
        worst = max(dead.values())
        words = f"{_named(list(dead), run)}: {_up_to(dead, worst)} of the units give 0 for every example: dead"
        way = "a lower learning rate, `leaky_relu`, `he` as the start of the weights, or `batch_norm` before"
        yield Finding("dead_units", words, way, tuple(dead), grave=worst >= 1)
    # an output that is sure of what it says lies in the flat ends, and may
    hidden = dict(list(activations.items())[:-1]) if _fallen(_finite(run, "loss")) < LEARNS else {}
    flat = {layer: share for layer, told in hidden.items() if (share := told.get("saturated") or 0.0) >= SATURATED}
    if flat:
        words = (
            f"{_named(list(flat), run)}: {_up_to(flat, max(flat.values()))} of the outputs lie in the flat ends of the "
            "curve, where nothing is learnt: saturated"
        )
        way = "inputs of about size 1 (`prepare: [standardize]`), smaller first weights (`glorot`), `batch_norm`, or `relu`"
        yield Finding("saturated", words, way, tuple(flat))


# how it runs


def _data_bound(run: Recorded) -> Iterator[Finding]:
    series, view = run.series.get("input_share"), run.view
    share = float(np.nanmedian(series.values[-5:])) if series is not None and len(series) else 0.0
    batch = view.started.batch if view.started is not None else 1
    # of a step this short no share is worth a word: starting its kernels takes as long
    short = view.examples_per_s > 0 and batch / view.examples_per_s < SHORT_STEP
    if share >= LARGE_INPUT and not short:
        words = f"{share:.0%} of a step goes into its input (rows gathered, scaled, augmented): data-bound"
        way = "fewer steps of `augment`, smaller pictures (`size`), or data prepared once beforehand in a file"
        yield Finding("data_bound", words, way)


def _ended(run: Recorded) -> Iterator[Finding]:
    view = run.view
    if run.state == "died":
        way = "log.txt in its folder may tell why; Runs (r) or `netloom train --resume` goes on from the checkpoint"
        yield Finding("died", "the process of this run is gone: killed, or the machine went down", way, grave=True)
    elif view.status == "stopped_early" and view.started is not None:
        best = f", the best was epoch {view.best_epoch}" if view.best_epoch else ""
        words = f"stopped early after {view.epoch} of {view.started.epochs} epochs: nothing got better{best}"
        yield Finding("ended_early", words, "well so; for longer trials raise `patience` in `stop:`")


TOO_HIGH = (
    "lower the learning rate to a tenth (l), or warm it up; clip gradients (`clip_gradients: {norm: 1}` in `train`)"
)
NOTHING_LEARNT = "another learning rate, ten times lower or higher; then look at gradients by layer, and whether labels fit the inputs"
VANISHING = (
    "`relu` in place of flat curves, `batch_norm`, shortcuts (`add`), `he` as the start of the weights, or fewer layers"
)
EXPLODING = "clip gradients (`clip_gradients: {norm: 1}` in `train`), lower the learning rate, `batch_norm`, or smaller first weights"
RULES: Sequence[Callable[[Recorded], Iterator[Finding]]] = (
    _failed, _gradients, _grows, _diverges, _hardly_moves, _units, _guesses, _overfits, _data_bound, _ended,
)  # fmt: skip
EXPLAINED: Mapping[str, frozenset[str]] = {
    "learns_nothing": frozenset({"rate_too_low", "rate_too_high", "vanishing", "not_finite"}),
    "rate_too_low": frozenset({"vanishing", "not_finite", "dead_units"}),
    "overfits": frozenset({"rate_too_high"}),
    "vanishing": frozenset({"rate_too_high"}),
    "saturated": frozenset({"rate_too_high"}),
}
"""A finding that needs no word where its cause is told."""


def _finite(run: Recorded, name: str) -> Array:
    series = run.series.get(name)
    if series is None:
        return np.zeros(0)
    values = series.values
    return values[np.isfinite(values)]


def _guess(run: Recorded) -> float | None:
    """The loss of guessing among the classes; None where the loss has other parts, or compares numbers."""
    classes = run.view.started.classes if run.view.started is not None else None
    alone = not any(name.startswith("loss/") for name in run.series)
    return math.log(classes) if classes is not None and classes > 1 and alone else None


def _fallen(values: Array) -> float:
    """By which share of its beginning the loss has fallen; negative where it rose."""
    if len(values) < 2:
        return 0.0
    part = max(1, min(10, len(values) // 10))
    begun, now = float(np.median(values[:part])), float(np.median(values[-max(part, len(values) // 10) :]))
    return (begun - now) / abs(begun) if begun else 0.0


def _history(run: Recorded, part: str) -> dict[int, float]:
    found = {}
    for epoch, metrics in run.view.history.get(part, ()):
        loss = metrics.get("loss")
        if isinstance(loss, int | float) and math.isfinite(loss):
            found[epoch] = float(loss)
    return found


def _calmed(losses: Mapping[int, float], epochs: Sequence[int]) -> dict[int, float]:
    """The losses of these epochs; of many epochs those of some, as medians over the epochs before: the least of a noisy
    row is chance, and there may be a hundred thousand."""
    window = max(1, len(epochs) // WINDOWS)
    stride = max(1, window // 4)
    values = [losses[epoch] for epoch in epochs]
    return {
        epochs[at]: float(np.median(values[max(0, at + 1 - window) : at + 1]))
        for at in range(len(epochs) - 1, -1, -stride)
    }


def _look(run: Recorded) -> Observed | None:
    """The newest look of whole layers."""
    return next((look for look in reversed(run.view.looks) if look.rows), None)


def _of(look: Observed | None, what: str) -> dict[str, float]:
    """The root mean squares of the layers' gradients (weights, activations) in order, where they are known."""
    layers = look.layers if look is not None else {}
    sizes = {layer: told[what].get("rms") for layer, told in layers.items() if isinstance(told.get(what), Mapping)}
    return {layer: float(size) for layer, size in sizes.items() if size is not None}


def _activations(look: Observed | None) -> dict[str, Sizes]:
    layers = look.layers if look is not None else {}
    return {layer: told["activation"] for layer, told in layers.items() if isinstance(told.get("activation"), Mapping)}


def _ratios(run: Recorded) -> dict[str, float]:
    """The size of the next update of each layer, as a share of its weights: the median of the newest three looks."""
    looks = [look for look in run.view.looks if look.rows and look.step][-3:]
    found: dict[str, list[float]] = {}
    for look in looks:
        for layer, told in look.layers.items():
            if isinstance(told.get("ratio"), int | float):
                found.setdefault(layer, []).append(float(told["ratio"]))
    return {layer: float(np.median(ratios)) for layer, ratios in found.items()}


def _named(layers: Sequence[str], run: Recorded) -> str:
    """`layers 1-3 (a, b, c)`, counted among those looked at, or the names alone where they do not follow each other."""
    look = _look(run)
    order = list(_of(look, "gradient") or (look.layers if look else {}))
    few = ", ".join(layers[:MOST_NAMED]) + (f" and {len(layers) - MOST_NAMED} more" if len(layers) > MOST_NAMED else "")
    places = [order.index(layer) + 1 for layer in layers if layer in order]
    if len(layers) > 1 and len(places) == len(layers) and places == list(range(places[0], places[-1] + 1)):
        return f"layers {places[0]}-{places[-1]} ({few})"
    return few


def _rate(run: Recorded) -> str:
    rate = run.view.knobs.get("learning_rate")
    return "" if rate is None else f"; the learning rate is {rate:g}"


def _up_to(shares: Mapping[str, float], most: float) -> str:
    return f"{most:.0%}" if len(shares) == 1 else f"up to {most:.0%}"


def _small(share: float) -> str:
    return f"{share:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def _figure(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1e5 else f"{value:.1e}"
