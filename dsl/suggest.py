"""Did you mean …? The nearest of the words that would have been right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 200
"""A longer word is no slip of the pen, and comparing costs its length squared."""
SYNONYMS = {
    "linear": "dense",
    "fully_connected": "dense",
    "fc": "dense",
    "conv": "conv2d",
    "maxpool": "max_pool",
    "avgpool": "avg_pool",
    "batchnorm": "batch_norm",
    "layernorm": "layer_norm",
    "swish": "silu",
    "neurons": "units",
    "features": "units",
    "out_features": "units",
    "size": "units",
    "lr": "learning_rate",
    "rate": "learning_rate",
    "weight_decay": "decay",
    "batch_size": "batch",
    "optimiser": "optimizer",
    "p": "rate",
    "crossentropy": "cross_entropy",
    "nll": "cross_entropy",
    "bce": "binary_cross_entropy",
    "l1_loss": "mae",
    "mean_squared_error": "mse",
    "xavier": "glorot",
    "kaiming": "he",
    "layer": "layers",
    "kernel_size": "kernel",
    "n_samples": "samples",
    "normalise": "standardize",
    "normalize": "standardize",
    "standardise": "standardize",
    "nesterov_momentum": "nesterov",
    "valid": "validation",
    "val": "validation",
    "early_stopping": "stop",
    "clip": "clip_gradients",
    "acc": "accuracy",
    "loss_function": "loss",
    "model": "network",
}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The word of `known` that was most likely meant, or None."""
    words = list(known)
    if len(word) > MOST:
        return None
    lowered = word.lower().replace("-", "_")
    if (other := SYNONYMS.get(lowered)) in words:
        return other
    by_lower = {w.lower(): w for w in words}
    if found := get_close_matches(lowered, by_lower, n=1, cutoff=0.6):
        return by_lower[found[0]]
    return None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`Did you mean `dense`?`, or None when nothing is near."""
    found = nearest(word, known)
    return f"Did you mean `{found}`?" if found else None


def listed(words: Iterable[str]) -> str:
    """The words in order, for a message: `a, b, c`."""
    return ", ".join(words)
