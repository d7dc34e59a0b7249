"""What probabilities say of classes, and an answer as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..runtime.prediction import Prediction

Array = npt.NDArray[Any]
PROBABILITIES = "probabilities"


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes that are predicted and those that are true (None: not known), by name, and how sure each is, as
    `[rows, classes]`."""

    names: tuple[str, ...]
    predicted: tuple[str, ...]
    true: tuple[str, ...] | None
    shares: Array


def classes_of(found: Prediction) -> Classes | None:
    """What the probabilities say; None where there are none, or one for each point of a picture."""
    shares = found.outputs.get(PROBABILITIES)
    if shares is None:
        return None
    flat = np.asarray(shares, np.float64).reshape(len(shares), -1)
    if np.ndim(shares) > 2 and flat.shape[1] != np.shape(shares)[-1]:
        return None
    if flat.shape[1] == 1:
        predicted, flat = (flat[:, 0] >= 0.5).astype(int), np.concatenate([1 - flat, flat], axis=1)
    else:
        predicted = flat.argmax(1)
    names = tuple(_class(found.classes, i) for i in range(flat.shape[1]))
    true = None
    if found.truth is not None and len(found.truth) == len(flat) and np.size(found.truth) == len(flat):
        true = tuple(_class(found.classes, int(i)) for i in np.reshape(found.truth, -1))
    return Classes(names, tuple(names[i] for i in predicted), true, flat)


def answer(found: Prediction) -> dict[str, Any]:
    """Each output by its name, a row an example, and the class of each where there are classes."""
    said: dict[str, Any] = {name: values.tolist() for name, values in found.outputs.items()}
    if (classes := classes_of(found)) is not None:
        said["class"] = list(classes.predicted)
    return said


def _class(names: Sequence[str], number: int) -> str:
    return names[number] if 0 <= number < len(names) else str(number)
