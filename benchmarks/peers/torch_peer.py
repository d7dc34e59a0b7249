"""PyTorch, eager: the fused optimiser, channels-last where it is faster, inference mode with folded norms."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..task import Array, Task
from ..workload import module

LIBRARY = "torch"


def manners(task: Task) -> tuple[str, ...]:
    return ("channels-last", "channels-first") if task.about.pictures else ("rows",)


def load(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)


def start(task: Task) -> TorchRacer:
    return TorchRacer(task)


class TorchRacer:
    """A network, its optimiser and its data as tensors."""

    compiled = False

    def __init__(self, task: Task) -> None:
        import torch

        self.task = task
        about = task.about
        self.network = network(task)
        inputs, labels = examples(task)
        self._batches: list[tuple[Any, ...]] = [(x,) for x in inputs.split(task.batch)]
        self._step = self._trained if task.mode == "train" else self._asked
        if task.mode == "train":
            answers = torch.from_numpy(labels.astype(np.int64)).split(task.batch)
            self._batches = list(zip(inputs.split(task.batch), answers, strict=True))
            self._optimizer = _optimizer(about.optimizer, self.network.parameters(), about.rate)
        self._loss = self._loss_of
        self._call = self.network
        self._turn = itertools.cycle(self._batches)
        self.prepare()

    def prepare(self) -> None:
        """Nothing more, in eager mode."""

    def first_losses(self, steps: int) -> list[float]:
        return [float(self._step(*next(self._turn)).detach()) for _ in range(steps)]

    def first_outputs(self) -> Array:
        import torch

        with torch.inference_mode():
            found: Array = self._call(*self._batches[0]).numpy()
        return found

    def run(self, steps: int) -> int:
        import torch

        with torch.inference_mode(self.task.mode == "infer"):
            for _ in range(steps):
                self._step(*next(self._turn))
        return steps

    def _asked(self, inputs: Any) -> Any:
        return self._call(inputs)

    def _loss_of(self, inputs: Any, labels: Any) -> Any:
        from torch.nn.functional import cross_entropy

        return cross_entropy(self.network(inputs), labels)

    def _trained(self, inputs: Any, labels: Any) -> Any:
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._loss(inputs, labels)
        loss.backward()
        self._optimizer.step()
        return loss


def network(task: Task) -> Any:
    """The workload's network with its first weights, in the task's manner."""
    import torch

    from .torch_layers import fill, fold_norms

    found, last = module(task.workload), task.manner == "channels-last"
    made = found.torch_network(last)
    fill(made, task.about, task.about.first_weights(), channels_last=last, mirrored=_mirrored(task))
    made = made.train() if task.mode == "train" else fold_norms(made.eval())
    return made.to(memory_format=torch.channels_last) if last else made


def examples(task: Task) -> tuple[Any, Array]:
    """Pictures as a tensor in the task's manner, and labels."""
    import torch

    raw = task.about.data(task.rows)
    pictures = task.about.scaled(raw)
    if _mirrored(task):
        pictures = pictures[:, ::-1, ::-1]
    inputs = torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
    if task.manner == "channels-last":
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    return inputs, raw["label"]


def _mirrored(task: Task) -> bool:
    return bool(getattr(module(task.workload), "TORCH_MIRRORED", False))


def _optimizer(name: str, parameters: Any, rate: float) -> Any:
    from torch import optim

    if name == "adam":
        return optim.Adam(parameters, lr=rate, fused=True)
    return optim.SGD(parameters, lr=rate, momentum=0.9 if name == "momentum" else 0.0, fused=True)
