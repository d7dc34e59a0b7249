"""What is done to an example anew each time it is trained on; where nothing is trained, it stays as it is."""

from __future__ import annotations

from .kind import Kind, Option, register

MOVES = frozenset({"moves"})
PICTURES = frozenset({"pictures"})
LARGEST = 8192
OUTSIDE = Option(
    "outside", "choice", "edge", "what comes in from beyond the picture: its edge, or 0", choices=("edge", "zero")
)
"""What a picture has round it."""

register(
    Kind(
        "flip", "augment", "Mirrors a picture, or leaves it as it is.",
        "y[i, j] = x[i, width - 1 - j] if u < chance else x[i, j]", main="way",
        options=(
            Option("way", "choice", "left_right", "which sides change places", choices=("left_right", "up_down")),
            Option("chance", "number", 0.5, "how often", low=0, high=1),
        ),
        traits=MOVES,
    )
)  # fmt: skip
register(
    Kind(
        "shift", "augment", "Moves a picture by whole points, each of -by … by as likely.",
        "y[i, j] = x[i - down, j - across]", main="by",
        options=(
            Option("by", "ints", (1, 1), "how far down and across at most, or one number for both", low=0, high=LARGEST),
            OUTSIDE,
        ),
        traits=MOVES,
    )
)  # fmt: skip
register(
    Kind(
        "crop", "augment", "Cuts a window out of a picture, at a place drawn; where nothing is trained, its middle.",
        "y[i, j] = x[i + top, j + left]", main="size",
        options=(
            Option("size", "ints", help="height and width of the window, or one number for both", low=1, high=LARGEST),
            Option("pad", "int", 0, "points put round the picture first", low=0, high=LARGEST),
            OUTSIDE,
        ),
        traits=MOVES,
    )
)  # fmt: skip
register(
    Kind(
        "rotate", "augment", "Turns a picture round its middle, by an angle of -by … by degrees.",
        "y[p] = x[R(angle) p], p from the middle", main="by",
        options=(Option("by", "number", 15.0, "degrees at most", low=0, high=180), OUTSIDE), traits=MOVES,
    )
)  # fmt: skip
register(
    Kind(
        "zoom", "augment", "Makes a picture larger or smaller round its middle; its frame stays.",
        "y[p] = x[p / factor], p from the middle",
        options=(
            Option("low", "number", 0.9, "the least factor: below 1 the picture shrinks", low=0.01, high=100),
            Option("high", "number", 1.1, "the greatest", low=0.01, high=100),
            OUTSIDE,
        ),
        traits=MOVES,
    )
)  # fmt: skip
register(
    Kind(
        "noise", "augment", "Adds a number of its own to every number of an input.", "y = x + deviation n, n ~ N(0, 1)",
        main="deviation", options=(Option("deviation", "number", 0.1, "of what is added", low=0, high=1e6),),
    )
)  # fmt: skip
register(
    Kind(
        "brightness", "augment",
        "Adds one number of -by … by to a whole picture; what has a known range stays within it.",
        "y = min(max(x + by u, least), greatest), u ~ U(-1, 1)", main="by",
        options=(
            Option("by", "number", 0.2, "the greatest change", low=0, high=1e6),
            Option("per", "choice", "picture", "one number for all channels, or one a channel: its colour shifts",
                   choices=("picture", "channel")),
        ),
        traits=PICTURES,
    )
)  # fmt: skip
register(
    Kind(
        "cutout", "augment", "Puts a plain square over a picture; its middle is any point of it.",
        "y[i, j] = fill if |i - row|, |j - column| <= size / 2 else x[i, j]", main="size",
        options=(
            Option("size", "ints", None, "height and width, or one number for both; left out: half the picture's",
                   low=1, high=LARGEST),
            Option("fill", "number", 0, "what the square is of", low=-1e30, high=1e30),
        ),
        source="DeVries & Taylor 2017", traits=PICTURES,
    )
)  # fmt: skip
