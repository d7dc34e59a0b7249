"""ResNet-20, step by step: each step starts from PyTorch's weights, running statistics and momentum.

Its loss is chaotic: PyTorch itself is off by 1e-2 within ten steps when only the order of its sums changes, so the
two are compared one step at a time. In float32, by the compiled kernels: loss to 1e-5 relative, each gradient to 1e-3
of its length. In float64, by the interpreter of the op graph: both to 1e-9.

A relu whose input is so near 0 that rounding decides its side makes the gradient jump: PyTorch in float32 is then off
from PyTorch in float64 by up to 2e-2. Where a gradient is further off than 1e-3, some of the few relus whose input is
0 but for rounding are to be on the other side in PyTorch, and with these turned over every gradient must agree to 1e-3.
How far rounding reaches is measured at each relu of each such step, as PyTorch's float32 from its float64.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.cost import costs
from netloom.compiler.interpret import interpret
from netloom.runtime import start
from netloom.runtime.data.dataset import Dataset
from netloom.runtime.data.standin import random_like
from netloom.runtime.engine import Segment

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no oracle to compare with")
nn = torch.nn

SPEC = Path(netloom.__file__).resolve().parent / "benchmarks" / "specs" / "resnet20.yaml"
pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not SPEC.is_file(), reason="not in the tree: no standard workloads"),
]
BATCH, EXAMPLES, RATE, KEEP = 8, 64, 0.1, 0.9
ROUNDING = (1.0, 4.0)
"""An input is 0 but for rounding up to so many times the furthest that PyTorch is off from itself at that relu; the
second, with four times as many to try, only where the first does not reach."""
STATISTICS = {"mean": "running_mean", "variance": "running_var"}

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]


class Relu(nn.Module):  # type: ignore[misc,name-defined]
    """Keeps its input. With `sides` told, lets through just what they say, whatever the input."""

    def __init__(self) -> None:
        super().__init__()
        self.input = torch.empty(0)
        self.sides: Any = None

    def forward(self, x: Any) -> Any:
        self.input = x.detach().flatten()
        sides = self.input > 0 if self.sides is None else self.sides
        return x * sides.view(x.shape)


class ConvNorm(nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self, channels: int, filters: int, kernel: int, stride: int, size: int) -> None:
        super().__init__()
        self.margins = margins(size, kernel, stride) * 2
        self.conv = nn.Conv2d(channels, filters, kernel, stride, bias=False)
        self.norm = nn.BatchNorm2d(filters)

    def forward(self, x: Any) -> Any:
        return self.norm(self.conv(nn.functional.pad(x, self.margins)))


class Residual(nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self, channels: int, filters: int, stride: int, size: int) -> None:
        super().__init__()
        self.first = ConvNorm(channels, filters, 3, stride, size)
        self.second = ConvNorm(filters, filters, 3, 1, size // stride)
        self.shortcut = ConvNorm(channels, filters, 1, stride, size) if stride > 1 else nn.Identity()
        self.inner, self.outer = Relu(), Relu()

    def forward(self, x: Any) -> Any:
        return self.outer(self.second(self.inner(self.first(x))) + self.shortcut(x))


class ResNet20(nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self) -> None:
        super().__init__()
        self.begin = nn.Sequential(ConvNorm(3, 16, 3, 1, 32), Relu())
        blocks, channels, size = list[Residual](), 16, 32
        for filters, stride in ((16, 1), (32, 2), (64, 2)):
            blocks.append(Residual(channels, filters, stride, size))
            channels, size = filters, size // stride
            blocks += [Residual(filters, filters, 1, size) for _ in range(2)]
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(64, 10)

    def forward(self, x: Any) -> Any:
        return self.head(self.blocks(self.begin(x)).mean(dim=(2, 3)))


def margins(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and behind one axis so that size / stride windows fit; the odd one stands behind."""
    needed = max((size // stride - 1) * stride + kernel - size, 0)
    return needed // 2, needed - needed // 2


def turned(array: Array) -> Array:
    """PyTorch's filters (filters, channels, height, width) with the channels last."""
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1) if array.ndim == 4 else array)


@dataclass(slots=True)
class Taken:
    """What PyTorch has before a step, and what the step gives, all by netloom's names."""

    rows: Array
    states: Arrays
    loss: float
    gradients: Arrays
    after: Arrays
    """The running statistics after the step."""


def in_order_of_layers(states: Iterable[str]) -> list[str]:
    """The weights as PyTorch counts its parameters: layer by layer, and a layer's in the order of these words."""
    layers = [row.name for row in costs(opened()[0].experiment)]
    parts = ("weights", "bias", "scale", "shift")
    split = {name: name.rpartition(".") for name in states if name.endswith(parts)}
    return sorted(split, key=lambda name: (layers.index(split[name][0]), parts.index(split[name][2])))


class Oracle:
    """The same network in PyTorch; `names` are netloom's names of its parameters and statistics."""

    def __init__(self, states: Mapping[str, tuple[int, ...]], data: Dataset, dtype: Any) -> None:
        torch.manual_seed(0)
        torch.set_num_threads(1)
        self.model = ResNet20().to(dtype)
        self.images = torch.from_numpy(data.columns["image"].transpose(0, 3, 1, 2) / np.float64(255)).to(dtype)
        self.labels = torch.from_numpy(data.columns["label"].astype(np.int64))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=RATE, momentum=KEEP)
        weights = in_order_of_layers(states)
        self.parameters = dict(zip(weights, self.model.parameters(), strict=True))
        self.norms = dict(zip(
            [name.removesuffix(".scale") for name in weights if name.endswith(".scale")],
            [module for module in self.model.modules() if isinstance(module, nn.BatchNorm2d)], strict=True,
        ))  # fmt: skip
        for name, parameter in self.parameters.items():
            assert turned(parameter.detach().numpy()).shape == states[name], name

    def steps(self, count: int) -> Iterator[Taken]:
        """What each step starts from and gives. PyTorch itself steps when the next is asked for."""
        order = np.random.default_rng(0)
        for _ in range(count):
            rows = order.permutation(EXAMPLES)[:BATCH].astype(np.int64)
            before = self.states()
            loss, gradients = self.differentiate(self.model, rows)
            yield Taken(rows, before, loss, gradients, self.statistics())
            self.optimizer.step()

    def differentiate(self, model: Any, rows: Array) -> tuple[float, Arrays]:
        """The loss of a batch and its gradients, which stay in the model for its optimizer."""
        model.zero_grad()
        loss = nn.functional.cross_entropy(model(self.images[rows]), self.labels[rows])
        loss.backward()
        slopes = [turned(parameter.grad.numpy().copy()) for parameter in model.parameters()]
        return float(loss.detach()), dict(zip(self.parameters, slopes, strict=True))

    def near(self, rows: Array, times: float) -> list[tuple[int, int]]:
        """Relu and place of the inputs that are 0 but for rounding in the last batch, which is `rows`."""
        finer = copy.deepcopy(self.model).double()
        finer(self.images[rows].double())
        found = list[tuple[int, int]]()
        for number, (relu, exact) in enumerate(zip(relus_of(self.model), relus_of(finer), strict=True)):
            reach = times * (relu.input - exact.input).abs().max()
            found += [(number, place) for place in torch.nonzero(relu.input.abs() < reach).flatten().tolist()]
        return found

    def turned_over(self, rows: Array, corners: list[tuple[int, int]]) -> Arrays:
        """The gradients of the last batch with these corners on their other side."""
        model = copy.deepcopy(self.model)
        relus = relus_of(model)
        for relu in relus:  # one turned over moves the inputs of those behind it, which are to stay where they were
            relu.sides = relu.input > 0
        for number, place in corners:
            relus[number].sides[place] ^= True
        return self.differentiate(model, rows)[1]

    def states(self) -> Arrays:
        found = {name: turned(p.detach().numpy().copy()) for name, p in self.parameters.items()}
        for name, parameter in self.parameters.items():
            held = self.optimizer.state[parameter].get("momentum_buffer")
            zero = np.zeros_like(found[name])
            found[f"{name}/velocity"] = zero if held is None else turned(held.numpy().copy())
        return found | self.statistics()

    def statistics(self) -> Arrays:
        return {
            f"{name}.{ours}": getattr(module, theirs).numpy().copy()
            for name, module in self.norms.items()
            for ours, theirs in STATISTICS.items()
        }


def relus_of(model: Any) -> list[Relu]:
    return [module for module in model.modules() if isinstance(module, Relu)]


def opened() -> tuple[start.Loaded, Dataset]:
    """The workload at a small batch, with random pictures in place of the archive's."""
    loaded = start.load(SPEC, {"train.batch": str(BATCH)})
    return loaded, random_like(loaded.schema, {"train": EXAMPLES})


def furthest(ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> tuple[float, str]:
    """How far the worst array is off, as a share of the length of PyTorch's, and its name."""
    return max((float(np.linalg.norm(ours[name] - a) / np.linalg.norm(a)), name) for name, a in theirs.items())


def agrees(ours: Mapping[str, Array], theirs: Mapping[str, Array], bar: float) -> None:
    """Every array of PyTorch's is met, to `bar` of its length."""
    share, worst = furthest(ours, theirs)
    assert share <= bar, f"{worst} is off by {share:.2g} of its length"


def agrees_but_for_corners(ours: Arrays, step: Taken, oracle: Oracle, bar: float) -> None:
    """Every gradient is met to `bar` of its length, with relus near 0 on either side."""
    theirs = step.gradients
    for times in ROUNDING:
        if furthest(ours, theirs)[0] > bar:
            theirs = nearest_sides(ours, step, oracle, times)
    agrees(ours, theirs, bar)


def nearest_sides(ours: Arrays, step: Taken, oracle: Oracle, times: float) -> Arrays:
    """PyTorch's gradients with those relus near 0 turned over whose jumps together explain how far ours are off."""
    shares = {name: 1 / np.linalg.norm(array) for name, array in step.gradients.items()}

    def apart(gradients: Arrays) -> Array:
        return np.concatenate([((gradients[n] - step.gradients[n]) * s).ravel() for n, s in shares.items()])

    near = oracle.near(step.rows, times)
    jumps = [apart(oracle.turned_over(step.rows, [corner])) for corner in near]
    if not jumps:
        return step.gradients
    parts = np.linalg.lstsq(np.stack(jumps, axis=1), apart(ours))[0]
    return oracle.turned_over(step.rows, [corner for corner, part in zip(near, parts, strict=True) if part > 0.5])


def compiled_steps_agree(count: int) -> None:
    """`count` steps of the compiled kernels, each from PyTorch's states."""
    loaded, data = opened()
    ready = start.make_ready(start.compile_loaded(loaded), 1)
    engine, plan = ready.engine, ready.plan
    engine.attach(data.columns)
    oracle = Oracle({s.name: engine.read(f"state/{s.name}").shape for s in plan.states}, data, torch.float32)
    rate = np.array([[RATE]], np.float32)
    try:
        for number, step in enumerate(oracle.steps(count)):
            assert step.states.keys() == {state.name for state in plan.states}
            for name, value in step.states.items():
                engine.write(f"state/{name}", value)
            engine.clock = number
            outcome = engine.run([Segment(("gradients", "update"), BATCH, 1, step.rows, rate)])
            assert outcome.published["loss"][0, 0] == pytest.approx(step.loss, rel=1e-5), f"step {number}"
            # velocity <- KEEP * velocity + gradient
            found = {
                name: engine.read(f"state/{name}/velocity") - np.float32(KEEP) * step.states[f"{name}/velocity"]
                for name in step.gradients
            }
            agrees_but_for_corners(found, step, oracle, 1e-3)
            agrees({name: engine.read(f"state/{name}") for name in step.after}, step.after, 1e-5)
    finally:
        engine.close()


def interpreted_steps_agree(count: int) -> None:
    """`count` steps of the op graph and its gradients in float64, each from PyTorch's states."""
    loaded, data = opened()
    graph = start.differentiated(loaded)
    leaves = [node for node in graph if node.op == "state"]
    shapes = {str(node.attr("name")): tuple(int(size) for size in node.type.shape) for node in leaves}  # type: ignore[arg-type]
    known: Arrays = {f"column/{name}": column for name, column in data.columns.items()}
    for number, step in enumerate(Oracle(shapes, data, torch.float64).steps(count)):
        values = known | {f"state/{name}": value for name, value in step.states.items()}
        values |= {"rows": step.rows, "clock": np.array(number), "knob/learning_rate": np.array(RATE)}
        found = interpret(graph, values, {"B": BATCH, "N": EXAMPLES}, "float64")
        assert float(found["loss"]) == pytest.approx(step.loss, rel=1e-9), f"step {number}"
        agrees({name: found[f"gradient/{name}"] for name in step.gradients}, step.gradients, 1e-9)
        agrees({name: found[f"next/{name}"] for name in step.after}, step.after, 1e-9)


def test_five_steps_agree() -> None:
    compiled_steps_agree(5)


@pytest.mark.slow
def test_a_hundred_steps_agree() -> None:
    compiled_steps_agree(100)


def test_five_steps_agree_in_float64() -> None:
    interpreted_steps_agree(5)


@pytest.mark.slow
def test_a_hundred_steps_agree_in_float64() -> None:
    interpreted_steps_agree(100)
