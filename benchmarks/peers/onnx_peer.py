"""ONNX Runtime, for inference: all graph optimisations on. The file is exported from PyTorch's network beforehand, in
another process (`python -m benchmarks.export_onnx`)."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..task import Array, Task
from ..workload import module

LIBRARY = "onnxruntime"


def manners(_task: Task) -> tuple[str, ...]:
    return ("all optimisations",)


def load(_threads: int) -> None:
    """Its threads are an option of each session."""
    import onnxruntime  # noqa: F401


def start(task: Task) -> OnnxRacer:
    return OnnxRacer(task)


class OnnxRacer:
    """A session and its data as arrays."""

    def __init__(self, task: Task) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = task.threads, 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self._session = onnxruntime.InferenceSession(task.model, options, providers=["CPUExecutionProvider"])
        pictures = task.about.scaled(task.about.data(task.rows))
        if getattr(module(task.workload), "TORCH_MIRRORED", False):
            pictures = pictures[:, ::-1, ::-1]
        pictures = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
        name = self._session.get_inputs()[0].name
        self._inputs: list[dict[str, Any]] = [{name: part} for part in np.split(pictures, len(pictures) // task.batch)]
        self._turn = itertools.cycle(self._inputs)

    def first_losses(self, _steps: int) -> list[float]:
        raise NotImplementedError("ONNX Runtime is asked for inference alone")

    def first_outputs(self) -> Array:
        found: Array = self._session.run(None, self._inputs[0])[0]
        return found

    def run(self, steps: int) -> int:
        for _ in range(steps):
            self._session.run(None, next(self._turn))
        return steps
