"""The numbers and words of `run`, `train`, `stop`, `clip_gradients`, `split`, with their defaults and limits."""

from __future__ import annotations

from .kinds.kind import Option
from .kinds.values import constant

BATCH, EPOCHS = 32, 10

RUN = (
    Option("seed", "int", 0, "of every draw of the run", low=0),
    Option("threads", "int", None, "left out: the machine's cores", low=1, high=1024),
    Option("precision", "choice", "float32", "of weights and arithmetic", choices=("float32",)),
    Option("device", "choice", "cpu", "what computes", choices=("cpu",)),
    Option("memory", "quantity", None, "most that may be used", low=0, open_low=True, choices=("GB", "MB", "kB")),
)
TRAIN = (
    Option("epochs", "int", None, f"times over the training part; without `steps` {EPOCHS}", low=1),
    Option("steps", "int", None, "changes of the weights, in place of epochs", low=1),
    Option("batch", "int", BATCH, "examples a step", low=1),
    Option("times", "int", 1, "turns of a player", low=1),
)
STOP = (
    Option("patience", "int", 5, "epochs without improvement before training ends", low=1),
    Option("metric", "text", "loss", "of the validation part, else of the train part"),
    Option("min_delta", "number", 0.0, "a smaller change is no improvement", low=0),
    Option("restore", "choice", "best", "weights at the end: the best, or the last", choices=("best", "last")),
)
CLIP = (
    Option("value", "live", None, "each number of a gradient is cut to this size", low=0, open_low=True),
    Option("norm", "live", None, "all gradients together are shortened to this length", low=0, open_low=True),
)
SPLIT = (
    Option("validation", "number", 0.0, "share of the whole", low=0, high=1, open_high=True),
    Option("test", "number", 0.0, "share of the whole", low=0, high=1, open_high=True),
)
WEIGHT = Option("weight", "live", constant(1.0), "factor on a loss")
