"""JAX: one jitted function a step, its state given away to be written over; or a scan over several steps."""

from __future__ import annotations

import itertools
import os
from typing import Any

import numpy as np

from ..task import Array, Task
from ..workload import BATCHES, Workload, module

LIBRARY = "jax"
SCANNED = 16
"""Steps in one call of the scan. Not for networks of windows: inside a loop XLA runs convolutions by kernels that are
many times slower, so that a call for each step is always faster there."""


def manners(task: Task) -> tuple[str, ...]:
    scans = task.mode == "train" and not task.about.pictures
    return ("a call each", "scan") if scans else ("a call each",)


def load(threads: int) -> None:
    """JAX takes as many threads as the process has cores: the process is bound to them."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    if threads == 1:
        os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"
    import jax

    if folder := os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        jax.config.update("jax_compilation_cache_dir", folder)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def start(task: Task) -> JaxRacer:
    return JaxRacer(task)


class JaxRacer:
    """State and data on JAX's side, and the jitted step."""

    def __init__(self, task: Task) -> None:
        import jax

        self.task = task
        about, found = task.about, module(task.workload)
        raw = about.data(task.rows)
        shape = (BATCHES, task.batch)
        pictures = about.scaled(raw).reshape(*shape, *about.shape)
        labels = raw["label"].reshape(shape)
        weights, statistics = _weights(about)
        if task.mode == "infer":
            held = {**weights, **statistics}
            # weights as constants of the program: XLA can turn them beforehand
            self._ask = jax.jit(lambda x: found.jax_network(held, x, False)[0])
            self._inputs = [jax.device_put(x) for x in pictures]
        else:
            self._state = jax.device_put((weights, statistics, _slots(about, weights)))
            step = _step(about, found)
            self._one = jax.jit(step, donate_argnums=0)
            self._many = jax.jit(lambda state, xs: jax.lax.scan(step, state, xs), donate_argnums=0)
            if task.manner == "scan":
                cut = [slice(first, first + SCANNED) for first in range(0, BATCHES, SCANNED)]
                self._inputs = [jax.device_put((pictures[part], labels[part])) for part in cut]
            else:
                self._inputs = [jax.device_put(pair) for pair in zip(pictures, labels, strict=True)]
        self._turn = itertools.cycle(self._inputs)

    def first_losses(self, steps: int) -> list[float]:
        if self.task.manner == "scan":
            self._state, losses = self._many(self._state, next(self._turn))
            return [float(loss) for loss in losses[:steps]]
        found = []
        for _ in range(steps):
            self._state, loss = self._one(self._state, next(self._turn))
            found.append(float(loss))
        return found

    def first_outputs(self) -> Array:
        return np.asarray(self._ask(self._inputs[0]))

    def run(self, steps: int) -> int:
        import jax

        if self.task.mode == "infer":
            for _ in range(steps):
                self._ask(next(self._turn)).block_until_ready()
            return steps
        scan = self.task.manner == "scan"
        call = self._many if scan else self._one
        calls = max(1, round(steps / SCANNED)) if scan else steps
        for _ in range(calls):
            self._state, _ = call(self._state, next(self._turn))
        jax.block_until_ready(self._state)
        return calls * SCANNED if scan else calls


def _weights(about: Workload) -> tuple[dict[str, Any], dict[str, Any]]:
    """Weights and running statistics in JAX's order of axes."""
    turned = {2: (1, 0), 4: (1, 2, 3, 0)}
    values = about.first_weights()
    both: tuple[dict[str, Any], dict[str, Any]] = {}, {}
    for weight in about.weights:
        value = values[weight.name]
        axes = turned.get(value.ndim)
        both[0 if weight.trainable else 1][weight.name] = (
            value if axes is None else np.ascontiguousarray(value.transpose(axes))
        )
    return both


def _slots(about: Workload, weights: dict[str, Any]) -> Any:
    zeros = {name: np.zeros_like(value) for name, value in weights.items()}
    if about.optimizer == "adam":
        return (zeros, {name: value.copy() for name, value in zeros.items()}, np.float32(0))
    return zeros if about.optimizer == "momentum" else ()


def _step(about: Workload, found: Any) -> Any:
    """(state, batch) -> (state, loss)"""
    import jax

    from .jax_layers import loss

    def lost(weights: Any, statistics: Any, x: Any, y: Any) -> Any:
        logits, new = found.jax_network({**weights, **statistics}, x, True)
        return loss(logits, y), new

    def step(state: Any, batch: Any) -> Any:
        weights, statistics, slots = state
        (value, new), gradients = jax.value_and_grad(lost, has_aux=True)(weights, statistics, *batch)
        weights, slots = UPDATES[about.optimizer](weights, gradients, slots, about.rate)
        return (weights, new, slots), value

    return step


def _sgd(weights: Any, gradients: Any, slots: Any, rate: float) -> tuple[Any, Any]:
    return {name: w - rate * gradients[name] for name, w in weights.items()}, slots


def _momentum(weights: Any, gradients: Any, slots: Any, rate: float) -> tuple[Any, Any]:
    speeds = {name: 0.9 * v + gradients[name] for name, v in slots.items()}
    return {name: w - rate * speeds[name] for name, w in weights.items()}, speeds


def _adam(weights: Any, gradients: Any, slots: Any, rate: float) -> tuple[Any, Any]:
    import jax.numpy as jnp

    first, second, time = slots
    time += 1
    first = {name: 0.9 * m + 0.1 * gradients[name] for name, m in first.items()}
    second = {name: 0.999 * s + 0.001 * gradients[name] ** 2 for name, s in second.items()}
    one, two = 1 - 0.9**time, 1 - 0.999**time
    new = {n: w - rate * (first[n] / one) / (jnp.sqrt(second[n] / two) + 1e-8) for n, w in weights.items()}
    return new, (first, second, time)


UPDATES = {"sgd": _sgd, "momentum": _momentum, "adam": _adam}
