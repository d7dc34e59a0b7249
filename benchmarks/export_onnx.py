"""Write the ONNX file of a workload: `python -m benchmarks.export_onnx TASK`, the task as JSON."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace

from .peers.torch_peer import examples, network
from .task import Task


def main(text: str) -> None:
    """Writes `task.model`, with the batch size fixed: the most that ONNX Runtime can know beforehand."""
    import torch

    task = replace(Task.of(text), manner="channels-first")
    inputs, _ = examples(task)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network(task), (inputs[: task.batch],), task.model, dynamo=True, external_data=False, verbose=False
        )


if __name__ == "__main__":
    main(sys.argv[1])
