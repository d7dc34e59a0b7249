"""What is done to a column before the network reads it. Fitted numbers come from the training part alone."""

from __future__ import annotations

from .kind import Kind, Option, register

LATER = frozenset({"later"})
PER = Option(
    "per", "choice", "element", "what has numbers of its own: each number of an example, each channel (its last axis), "
    "or the whole column one", choices=("element", "channel", "all"),
)  # fmt: skip

register(
    Kind(
        "scale",
        "prepare",
        "Brings the column's range to 0 to 1: the known range (pixels: 0 to 255), else least and greatest of "
        "the training part, one pair a column.",
        "y = (x - least) / (greatest - least)",
    )
)
register(
    Kind(
        "standardize",
        "prepare",
        "Mean 0 and deviation 1 on the training part, for each number of an example (or each channel, or all).",
        "y = (x - mean) / deviation",
        options=(PER,),
    )
)
register(
    Kind(
        "mean_image",
        "prepare",
        "The training part's mean picture (or mean of each channel, or of all) is taken away.",
        "y = x - mean",
        options=(PER,),
    )
)
register(Kind("one_hot", "prepare", "A class becomes a row of 0 with one 1.", "y_i = x == i"))
register(
    Kind(
        "binarize",
        "prepare",
        "0 or 1: whether the number reaches the threshold.",
        "y = x >= threshold",
        main="threshold",
        options=(Option("threshold", "number", 0.5, "the least number that gives 1"),),
    )
)
register(
    Kind(
        "log",
        "prepare",
        "The natural logarithm, of numbers above 0; `plus` brings them there.",
        "y = log(x + plus)",
        main="plus",
        options=(Option("plus", "number", 0, "is added first: 1 where there are zeros", low=-1e30, high=1e30),),
    )
)
register(
    Kind(
        "fill_mean", "prepare", "The training part's mean in place of a missing number.",
        "y = mean if x is missing else x", traits=LATER,
    )
)  # fmt: skip
register(
    Kind(
        "resize",
        "prepare",
        "A picture at another size.",
        "y[i, j] = x[i * height / size, j * width / size]",
        main="size",
        options=(Option("size", "ints", help="height and width, or one number for both", low=1),),
        traits=LATER,
    )
)
