"""Small pictures for tests of views."""

from __future__ import annotations

from netloom.compiler.diagram import Box, Group, Link, Picture


def residual() -> Picture:
    """A stem, a residual block, a loss with its target."""
    block = Group("Block1", "Block1", (
        Box("Block1.conv2d1", "conv2d1", "conv2d", "weights", "8 filters 3×3, same", "relu", "8×8×8", 584, 37376),
        Box("Block1.conv2d2", "conv2d2", "conv2d", "weights", "8 filters 3×3, same", "", "8×8×8", 584, 37376),
        Box("Block1.add1", "add1", "add", "join", "", "relu", "8×8×8"),
    ), kind="Residual")  # fmt: skip
    return Picture("small", (
        Box("image", "image", "data", "data", "scale", shape="8×8×1"),
        Box("stem", "stem", "conv2d", "weights", "8 filters 3×3, same", "relu", "8×8×8", 80, 4608),
        block,
        Box("logits", "logits", "dense", "weights", "10 units", "", "10", 5130, 5120),
        Box("label", "label", "data", "data", shape="1"),
        Box("loss cross_entropy", "cross_entropy", "loss", "loss"),
    ), (
        Link("image", "stem", "8×8×1"),
        Link("stem", "Block1.conv2d1", "8×8×8"),
        Link("Block1.conv2d1", "Block1.conv2d2", "8×8×8"),
        Link("Block1.conv2d2", "Block1.add1", "8×8×8"),
        Link("stem", "Block1.add1", "8×8×8"),
        Link("Block1.add1", "logits", "8×8×8"),
        Link("logits", "loss cross_entropy", "10", "aim", "logits"),
        Link("label", "loss cross_entropy", "1", "aim", "target"),
    ))  # fmt: skip


def chain(count: int) -> Picture:
    """A row of dense layers."""
    boxes = tuple(
        Box(f"dense{n}", f"dense{n}", "dense", "weights", "64 units", "relu", "64", 4160, 4096) for n in range(count)
    )
    return Picture("chain", boxes, tuple(Link(f"dense{n}", f"dense{n + 1}", "64") for n in range(count - 1)))
