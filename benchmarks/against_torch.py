"""Step time side by side with PyTorch eager (fused optimiser) on the standard dense workloads.

    python benchmarks/against_torch.py [--threads 1]

The two alternate in one process; medians of the steps and their ratio are printed. Data is random, in the shapes of
the real sets, and already in memory for both.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from netloom.runtime import start
from netloom.runtime.data.standin import random_like
from netloom.runtime.engine import Segment
from netloom.runtime.live import Clockwork, knob_table

SPECS = Path(__file__).parent / "specs"
ROUNDS = 15


def mlp_digits() -> tuple[Any, Any, int, tuple[int, ...]]:
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10))
    return net, torch.optim.Adam(net.parameters(), lr=1e-3, fused=True), 32, (8, 8, 1)


def mlp_mnist() -> tuple[Any, Any, int, tuple[int, ...]]:
    nn = torch.nn
    net = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 500), nn.Sigmoid(), nn.Linear(500, 500), nn.Sigmoid(), nn.Linear(500, 10)
    )
    return net, torch.optim.SGD(net.parameters(), lr=0.1, fused=True), 100, (28, 28, 1)


WORKLOADS = {"mlp-digits": mlp_digits, "mlp-mnist": mlp_mnist}


def ours(name: str, batch: int, threads: int) -> Callable[[int], float]:
    loaded = start.load(SPECS / f"{name}.yaml")
    ready = start.make_ready(start.compile_loaded(loaded), threads)
    data = random_like(loaded.schema, {"train": 64 * batch})
    ready.engine.attach(data.columns)
    start.fresh_states(ready, data, 0)
    knobs = knob_table([k.live for k in ready.plan.knobs], 0, 1, Clockwork(64, 640))

    def run(steps: int) -> float:
        rows = np.resize(np.arange(64 * batch), steps * batch)
        segment = Segment(("gradients", "update"), batch, steps, rows, np.tile(knobs, (steps, 1)))
        begun = time.perf_counter()
        ready.engine.run([segment])
        return (time.perf_counter() - begun) / steps

    return run


def theirs(name: str) -> tuple[Callable[[int], float], int]:
    net, optimizer, batch, shape = WORKLOADS[name]()
    images = torch.rand(64, batch, *shape)
    labels = torch.randint(0, 10, (64, batch))

    def run(steps: int) -> float:
        begun = time.perf_counter()
        for step in range(steps):
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(net(images[step % 64]), labels[step % 64]).backward()
            optimizer.step()
        return (time.perf_counter() - begun) / steps

    return run, batch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    threads = parser.parse_args().threads
    torch.set_num_threads(threads)
    print(f"{threads} threads, medians of {ROUNDS} alternating rounds")
    print(f"{'workload':<12} {'netloom ms':>11} {'PyTorch ms':>11} {'ratio':>7}")
    for name in WORKLOADS:
        their, batch = theirs(name)
        our = ours(name, batch, threads)
        our(50), their(20)
        pairs = [(our(200), their(40)) for _ in range(ROUNDS)]
        a, b = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
        ratio = statistics.median(y / x for x, y in pairs)
        print(f"{name:<12} {a:>11.4f} {b:>11.4f} {ratio:>6.1f}x")


if __name__ == "__main__":
    main()
