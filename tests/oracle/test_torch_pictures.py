"""Picture networks: from equal weights and batches, a hundred steps agree with PyTorch to 1e-4 relative in the loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.ops import REGISTRY
from netloom.runtime import start
from netloom.runtime.engine import Segment
from netloom.runtime.launch import Launch, Request
from netloom.runtime.live import Clockwork, knob_table
from netloom.runtime.order import Order

from ..examples.gallery import example

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no oracle to compare with")
from .test_torch import RULES, losses  # noqa: E402  itself skipped where PyTorch is not

pytestmark = pytest.mark.torch
nn = torch.nn

STEPS = 100
SPECS = Path(netloom.__file__).resolve().parent / "benchmarks" / "specs"


class ChannelsLast(nn.Module):  # type: ignore[misc,name-defined]
    """Flattens as netloom does: the channels of a place side by side."""

    def forward(self, x: Any) -> Any:
        return x.permute(0, 2, 3, 1).flatten(1)


class Mean(nn.Module):  # type: ignore[misc,name-defined]
    def forward(self, x: Any) -> Any:
        return x.mean(dim=(2, 3))


def lenet() -> list[Any]:
    return [
        nn.Conv2d(1, 6, 3, padding=1), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 3), nn.Tanh(), ChannelsLast(),
        nn.Linear(64, 20), nn.Tanh(), nn.Linear(20, 10),
    ]  # fmt: skip


def cnn() -> list[Any]:
    return [
        nn.Conv2d(1, 25, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(25, 20, 2), nn.ReLU(), nn.MaxPool2d(2, 1),
        ChannelsLast(), nn.Linear(20, 10),
    ]  # fmt: skip


def strided() -> list[Any]:
    return [
        nn.Conv2d(1, 8, 3, stride=2, padding=1, dilation=1), nn.ReLU(), nn.Conv2d(8, 12, 3, padding=2, dilation=2, groups=4),
        nn.ReLU(), Mean(), nn.Linear(12, 10),
    ]  # fmt: skip


def normed() -> list[Any]:
    return [
        nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.Tanh(), nn.AvgPool2d(2), ChannelsLast(),
        nn.LayerNorm(256), nn.Linear(256, 10),
    ]  # fmt: skip


def enlarged() -> list[Any]:
    return [
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.ConvTranspose2d(16, 12, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(12, 16, 3, padding=2, dilation=2, bias=False), nn.Tanh(), nn.ConvTranspose2d(16, 4, 4, stride=2),
        nn.AvgPool2d(3, 2, ceil_mode=True), ChannelsLast(), nn.Linear(4 * 9 * 9, 10),
    ]  # fmt: skip


class UpAndDown(nn.Module):  # type: ignore[misc,name-defined]
    """Pools with the places of the largest, puts back there, and brings to other sizes.

    The first windows are so large that none is all one colour: there, all points are equal but for the last bit.
    """

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 16, 7, padding=3)
        self.second = nn.Conv2d(16, 16, 3, padding=1)
        self.last = nn.Linear(16 * 4 * 4, 10)

    def forward(self, x: Any) -> Any:
        act = nn.functional.tanh(self.first(x))
        small, found = nn.functional.max_pool2d(act, 2, return_indices=True)
        back = nn.functional.max_unpool2d(nn.functional.tanh(self.second(small)), found, 2)
        larger = nn.functional.interpolate(back, size=(13, 11), mode="bilinear")
        exact = nn.functional.interpolate(larger, size=(9, 10), mode="nearest-exact")
        pooled = nn.functional.max_pool2d(exact, 3, 3, padding=1, ceil_mode=True)
        return self.last(pooled.permute(0, 2, 3, 1).flatten(1))


def by_channel() -> list[Any]:
    return [
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1, groups=16), nn.ReLU(),
        nn.Conv2d(16, 32, (3, 5), stride=2, padding=(1, 2), groups=16), nn.ReLU(), nn.Conv2d(32, 20, 1, bias=False), Mean(),
        nn.Linear(20, 10),
    ]  # fmt: skip


NETS: dict[str, tuple[str, Any]] = {
    "lenet": (
        "[{conv2d: {filters: 6, kernel: 3, padding: same, activation: tanh}}, {avg_pool: 2}, "
        "{conv2d: {filters: 16, kernel: 3, activation: tanh}}, flatten, {dense: {units: 20, activation: tanh}}, {dense: 10}]",
        lenet,
    ),
    "cnn": (
        "[{conv2d: {filters: 25, kernel: 3, activation: relu}}, {max_pool: 2}, "
        "{conv2d: {filters: 20, kernel: 2, activation: relu}}, {max_pool: {size: 2, stride: 1}}, flatten, {dense: 10}]",
        cnn,
    ),
    "strided": (
        "[{conv2d: {filters: 8, kernel: 3, stride: 2, padding: 1, activation: relu}}, "
        "{conv2d: {filters: 12, kernel: 3, padding: 2, dilation: 2, groups: 4, activation: relu}}, global_avg_pool, {dense: 10}]",
        strided,
    ),
    "normed": (
        "[{conv2d: {filters: 16, kernel: 3, padding: same, bias: false}}, batch_norm, tanh, {avg_pool: 2}, flatten, "
        "layer_norm, {dense: 10}]",
        normed,
    ),
    "enlarged": (
        "[{conv2d: {filters: 16, kernel: 3, padding: same, activation: relu}}, {max_pool: 2}, "
        "{conv_transpose2d: {filters: 12, kernel: 3, stride: 2, padding: 1, output_padding: 1, activation: relu}}, "
        "{conv_transpose2d: {filters: 16, kernel: 3, padding: 2, dilation: 2, bias: false, activation: tanh}}, "
        "{conv_transpose2d: {filters: 4, kernel: 4, stride: 2}}, {avg_pool: {size: 3, stride: 2, rounding: ceil}}, flatten, "
        "{dense: 10}]",
        enlarged,
    ),
    "up and down": (
        "[{conv2d: {filters: 16, kernel: 7, padding: same, activation: tanh}}, {name: small, max_pool: 2}, "
        "{conv2d: {filters: 16, kernel: 3, padding: same, activation: tanh}}, {max_unpool: {pool: small}}, "
        "{resize: {size: [13, 11], by: bilinear}}, {resize: {size: [9, 10]}}, "
        "{max_pool: {size: 3, stride: 3, padding: 1, rounding: ceil}}, flatten, {dense: 10}]",
        lambda: [UpAndDown()],
    ),
    "by channel": (
        "[{conv2d: {filters: 16, kernel: 3, padding: same, activation: relu}}, "
        "{conv2d: {filters: 16, kernel: 3, padding: same, groups: 16, activation: relu}}, "
        "{conv2d: {filters: 32, kernel: [3, 5], stride: 2, padding: [1, 2], groups: 16, activation: relu}}, "
        "{conv2d: {filters: 20, bias: false}}, global_avg_pool, {dense: 10}]",
        by_channel,
    ),
}


LEAPS = frozenset({"up and down"})
"""Where two points of a window are equal but for the last bit, that bit decides where a number is put back: the loss
leaps. Rules that take small steps stay near enough to each other for that not to happen."""


@pytest.mark.parametrize(
    ("net", "rule"),
    [(net, rule) for net in NETS for rule in ("sgd", "momentum", "adam") if rule == "sgd" or net not in LEAPS],
)
def test_a_hundred_steps_agree(net: str, rule: str, tmp_path: Path) -> None:
    file = tmp_path / "oracle.yaml"
    file.write_text(
        f"name: oracle\ndata: {{source: digits, prepare: [scale]}}\nnetwork: {{layers: {NETS[net][0]}}}\n"
        f"train: {{loss: cross_entropy, optimizer: {RULES[rule][0]}, batch: 64, epochs: 4}}\n",
        encoding="utf-8",
    )
    launch = Launch(Request(file, runs=tmp_path / "runs", seed=1))
    first = {s.name: launch.ready.engine.read(f"state/{s.name}") for s in launch.ready.plan.states}
    order = launch.training.order
    assert order.steps * order.batch != len(order.rows), "the batch must not divide the data"
    ours = losses(launch)[:STEPS]
    model = nn.Sequential(*NETS[net][1]())
    fill(model, first)
    np.testing.assert_allclose(ours, torch_losses(model, rule, launch, order), rtol=1e-4)


def fill(model: Any, first: dict[str, Any]) -> None:
    """Give each module the weights of its layer, in order; filters are turned to channels first."""
    names = [n for n in first if n.endswith((".weights", ".bias", ".scale", ".shift")) and "/" not in n]
    parameters = list(model.parameters())
    assert len(names) == len(parameters)
    for parameter, name in zip(parameters, names, strict=True):
        value = first[name].transpose(0, 3, 1, 2) if first[name].ndim == 4 else first[name]
        assert value.shape == tuple(parameter.shape), (name, value.shape, parameter.shape)
        parameter.data = torch.from_numpy(np.array(value, order="C"))


def torch_losses(model: Any, rule: str, launch: Launch, order: Order) -> list[float]:
    torch.set_num_threads(1)
    images = launch.data.columns["image"].astype(np.float32) / 16
    return steps_of(model, rule, images, launch.data.columns["label"], batches(order))


def batches(order: Order) -> list[Any]:
    """The rows of the first steps."""
    found: list[Any] = []
    while len(found) < STEPS:
        rows = order.epoch(len(found) // order.steps)
        found += [rows[at : at + order.batch] for at in range(0, len(rows), order.batch)]
    return found[:STEPS]


def steps_of(model: Any, rule: str, pictures: Any, classes: Any, steps: list[Any]) -> list[float]:
    """PyTorch's loss at each step. `pictures`: [examples, …, channels], along any number of axes."""
    images, labels = torch.from_numpy(np.moveaxis(pictures, -1, 1)), torch.from_numpy(classes.astype(np.int64))
    optimizer = RULES[rule][1](model.parameters())
    found: list[float] = []
    for rows in steps:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
        loss.backward()
        optimizer.step()
        found.append(float(loss.detach()))
    return found


def lenet5() -> list[Any]:
    return [
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        ChannelsLast(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    ]  # fmt: skip


def cnn_mnist() -> list[Any]:
    return [
        nn.Conv2d(1, 25, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(25, 50, 3), nn.ReLU(), nn.MaxPool2d(2),
        ChannelsLast(), nn.Linear(1250, 100), nn.ReLU(), nn.Linear(100, 10),
    ]  # fmt: skip


@pytest.mark.catalog("C18", "C19")
@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize(("net", "layers"), [("lenet5", lenet5), ("cnn-mnist", cnn_mnist)])
@pytest.mark.skipif(not SPECS.is_dir(), reason="not in the tree: no standard workloads")
def test_the_standard_workloads_agree(net: str, layers: Any, rule: str, tmp_path: Path) -> None:
    """At full size, on enlarged digits: 107 of them in batches of 10, the last of each epoch of 7; a hundred steps."""
    file = tmp_path / f"{net}.yaml"
    text = (SPECS / f"{net}.yaml").read_text(encoding="utf-8")
    assert text.count("optimizer: adam\n") == text.count("batch: 64\n") == 1
    file.write_text(
        text.replace("optimizer: adam\n", f"optimizer: {RULES[rule][0]}\n").replace("batch: 64\n", "batch: 10\n"),
        encoding="utf-8",
    )
    ready = start.make_ready(start.compile_loaded(start.load(file)), 1)
    columns = enlarged_digits(107)
    ready.engine.attach(columns)
    start.fresh_states(ready, None, 1)
    model = nn.Sequential(*layers())
    order = Order(np.arange(107), 10, False, 1)
    steps = batches(order)
    knobs = knob_table([knob.live for knob in ready.plan.knobs], 0, STEPS, Clockwork(order.steps, STEPS))
    images = torch.from_numpy((columns["image"].astype(np.float32) / 255).transpose(0, 3, 1, 2))
    labels, optimizer = torch.from_numpy(columns["label"].astype(np.int64)), RULES[rule][1](model.parameters())
    for number, rows in enumerate(steps):
        # from equal weights at every step: which of two almost equal numbers is the largest is up to rounding, and
        # what follows from it would grow
        before = weights_of(ready)
        fill(model, before)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
        loss.backward()
        optimizer.step()
        run = ready.engine.run([
            Segment(("gradients", "update"), len(rows), 1, rows, knobs[number : number + 1])
        ])  # fmt: skip
        np.testing.assert_allclose(
            run.published["loss"][0, 0], float(loss.detach()), rtol=1e-5, atol=1e-6, err_msg=str(number)
        )
        check_moves(before, weights_of(ready), model)
    ready.engine.close()


def weights_of(ready: Any) -> dict[str, Any]:
    return {s.name: ready.engine.read(f"state/{s.name}") for s in ready.plan.states if s.role == "weight"}


def check_moves(before: dict[str, Any], after: dict[str, Any], model: Any) -> None:
    """What a step adds to each weight is what PyTorch adds, but for 0.3 % of its length."""
    for name, parameter in zip(before, model.parameters(), strict=True):
        theirs = parameter.detach().numpy()
        if theirs.ndim == 4:
            theirs = theirs.transpose(0, 2, 3, 1)
        moved = np.linalg.norm(theirs - before[name])
        assert np.linalg.norm(after[name] - theirs) <= 3e-3 * moved + 3e-7 * np.linalg.norm(theirs), name


def enlarged_digits(count: int) -> dict[str, Any]:
    """Digits of 8x8, every pixel a square of 3x3, in the middle of 28x28; bytes from 0 to 255. With a little noise:
    no two places look alike, so that few numbers are equal."""
    raw = start.dataset(start.load(example("pictures/vgg_small"))).columns
    pictures = np.kron(raw["image"][:count, :, :, 0], np.ones((1, 3, 3), np.uint8)).astype(np.float32)
    padded = np.pad(pictures * (255 / 16), ((0, 0), (2, 2), (2, 2)))
    noise = np.random.default_rng(0).integers(0, 16, padded.shape)
    return {"image": np.minimum(padded + noise, 255).astype(np.uint8)[..., None], "label": raw["label"][:count]}


@pytest.mark.catalog("C16")
def test_windows_that_stand_by_chance_agree() -> None:
    """From equal draws, the same windows, and the same gradient to the largest; sizes 17 and 18 of 25 by 1.4 or so."""
    random = np.random.default_rng(0)
    x, u = random.standard_normal((3, 25, 25, 4)), random.random((3, 2))
    for places in ((17, 18), (18, 17), (24, 13)):
        theirs = torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2))).requires_grad_()
        # theirs has the width first, and numbers of its own for each channel
        samples = torch.from_numpy(np.broadcast_to(u[:, None, ::-1], (3, 4, 2)).copy())
        wanted = nn.functional.fractional_max_pool2d(theirs, 2, output_size=places, _random_samples=samples)
        how = {"places": places, "size": (2, 2)}
        found = REGISTRY["fractional_max"](x, u, **how)
        np.testing.assert_array_equal(found, wanted.detach().numpy().transpose(0, 2, 3, 1))
        g = random.standard_normal(found.shape)
        wanted.backward(torch.from_numpy(np.ascontiguousarray(g.transpose(0, 3, 1, 2))))
        back = REGISTRY["fractional_max_back"](g, x, found, u, **how)
        np.testing.assert_allclose(back, theirs.grad.numpy().transpose(0, 2, 3, 1), rtol=1e-12)
