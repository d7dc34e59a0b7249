"""PyTorch with torch.compile: forward, loss and backward compiled, the fused optimiser after it; frozen weights for
inference. One batch size, known beforehand."""

from __future__ import annotations

from ..task import Task
from .torch_peer import LIBRARY, TorchRacer, load, manners

__all__ = ["LIBRARY", "load", "manners", "start"]


def start(task: Task) -> CompiledRacer:
    return CompiledRacer(task)


class CompiledRacer(TorchRacer):
    """As in eager mode, the calls compiled."""

    def prepare(self) -> None:
        import torch
        from torch._inductor import config

        config.freezing = self.task.mode == "infer"
        if self.task.mode == "train":
            self._loss = torch.compile(self._loss_of, dynamic=False)
        else:
            self._call = torch.compile(self.network, dynamic=False)
