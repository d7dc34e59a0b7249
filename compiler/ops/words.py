"""What `explain` says of each op besides its row in the registry: formula, shapes, gradient, and what makes it.

A test refuses an op without words, and a maker that does not make it.
"""

from __future__ import annotations

from dataclasses import dataclass

SAME = "as x"
BOTH = "x and y alike; a single number is spread first"
PICTURES = (
    "a window of kh×kw stands at oh×ow places: oh = (H + padding - dilation (kh - 1) - 1) / stride + 1, rounded down"
)


@dataclass(frozen=True, slots=True)
class OpWords:
    """`gradient`: what goes back to the inputs, g being what comes from above; empty where the op has none.
    `made_by`: kinds in whose meaning or gradient it comes up; `besides`: what else makes it."""

    formula: str
    shapes: str
    gradient: str
    made_by: tuple[str, ...] = ()
    besides: str = ""


def _curve(formula: str, slope: str, *made_by: str, besides: str = "formulas") -> OpWords:
    return OpWords(formula, SAME, f"g times the slope: {slope}", made_by, besides)


def _comparison(formula: str, *made_by: str, besides: str = "formulas") -> OpWords:
    return OpWords(formula, BOTH, "", made_by, besides)


def _leaf(formula: str, shapes: str, besides: str, *made_by: str) -> OpWords:
    return OpWords(formula, shapes, "", made_by, besides)


WORDS: dict[str, OpWords] = {
    # curves
    "tanh": _curve("y = (e^x - e^-x) / (e^x + e^-x)", "1 - y^2", besides="the activation tanh"),
    "sigmoid": _curve("y = 1 / (1 + e^-x)", "y (1 - y)", "binary_cross_entropy", besides="the activation sigmoid"),
    "relu": _curve("y = max(x, 0)", "1 where x > 0, else 0", "dense", "conv2d", besides="the activation relu"),
    "softplus": _curve("y = log(1 + e^x)", "sigmoid(x)", "binary_cross_entropy"),
    "leaky_relu": _curve("y = x where x > 0, else slope x", "1 where x > 0, else `slope`", besides="its activation"),
    "elu": _curve("y = x where x > 0, else alpha (e^x - 1)", "1 where x > 0, else y + alpha", besides="its activation"),
    "selu": _curve("y = 1.0507 elu(x, alpha 1.6733)", "that of elu, times 1.0507", besides="its activation"),
    "gelu": _curve("y = x Phi(x)", "Phi(x) + x phi(x), with phi the bell curve", besides="its activation"),
    "silu": _curve("y = x sigmoid(x)", "s + y (1 - s) with s = sigmoid(x)", besides="its activation"),
    "mish": _curve("y = x tanh(softplus(x))", "by product and chain rule", besides="its activation"),
    "step": OpWords("y = 1 where x >= 0, else 0", SAME, "", (), "the activation step, gates of single neurons"),
    "exp": _curve("y = e^x", "y itself", "cross_entropy", besides="softmax, which the pass `decompose` writes with it"),
    "log": _curve("y = ln x", "1 / x", "cross_entropy"),
    "log1p": _curve("y = ln(1 + x)", "1 / (1 + x)", besides="losses that must be exact near 0"),
    "sqrt": _curve("y = √x", "1 / (2 y)", "normal", besides="formulas; the length of all gradients; Adam"),
    "square": _curve("y = x^2", "2 x", "mse", "batch_norm", "layer_norm", "unit_length"),
    "abs": _curve("y = |x|", "sign(x), 0 at 0", "mae", "huber"),
    "sign": OpWords("y = -1, 0 or 1", SAME, "", ("mae", "huber"), "the gradient of abs; formulas"),
    "reciprocal": _curve("y = 1 / x", "-y^2", "dropout", besides="the pass `simplify`: x / n becomes x * (1 / n)"),
    "power": _curve("y = x^exponent", "exponent x^(exponent - 1)", "batch_norm", "layer_norm", "unit_length"),
    "floor": OpWords("y = the largest whole number not above x", SAME, "", (), "formulas: floor, ceil, round"),
    "sin": _curve("y = sin x", "cos x", besides="signals, and the gradient of cos"),
    "cos": _curve("y = cos x", "-sin x", "normal"),
    "erf": _curve("y = 2/√π times the integral of e^(-t²) from 0 to x", "2/√π e^(-x²)", besides="gelu"),
    "negative": _curve("y = -x", "-1", "batch_norm", "layer_norm"),
    "cast": OpWords("y = x as another type of number", SAME, "g in the type of x; none to whole numbers",
                    ("binary_cross_entropy",), "columns of whole numbers and bytes"),
    # two or more
    "add": OpWords("z = x + y", BOTH, "g to both", ("add", "average", "dense", "conv2d"), "formulas"),
    "subtract": OpWords("z = x - y", BOTH, "g to x, -g to y", ("mse", "mae", "batch_norm", "layer_norm"), "formulas"),
    "multiply": OpWords("z = x y", BOTH, "g y to x, g x to y", ("multiply", "dropout", "batch_norm"), "formulas; scales"),
    "divide": OpWords("z = x / y", BOTH, "g / y to x, -g z / y to y", ("mse", "mae", "batch_norm"), "means"),
    "maximum": OpWords("z = the larger of x and y", BOTH, "g to the larger; where equal, to x", ("maximum",), "formulas"),
    "minimum": OpWords("z = the smaller of x and y", BOTH, "g to the smaller; where equal, to x", ("huber",), "formulas"),
    "greater": _comparison("z = 1 where x > y, else 0", "dense", "conv2d", besides="the gradient of relu; formulas"),
    "greater_equal": _comparison("z = 1 where x >= y, else 0", "dropout", "maximum"),
    "less": _comparison("z = 1 where x < y, else 0", "bernoulli"),
    "less_equal": _comparison("z = 1 where x <= y, else 0", "huber"),
    "equal": _comparison("z = 1 where x = y, else 0", besides="the metric accuracy; formulas"),
    "logical_and": _comparison("z = 1 where neither is 0", besides="formulas, `where`"),
    "logical_or": _comparison("z = 1 where one of them is not 0", besides="formulas, `where`"),
    "logical_not": _comparison("z = 1 where x is 0", besides="formulas, `where`"),
    "is_finite": _comparison("z = 1 where x is a number, else 0", besides="guards: a step that is not finite changes nothing"),
    "where": OpWords("z = x where c is not 0, else y", "c, x and y alike", "g to what was taken, 0 to the other",
                     ("pick", "cross_entropy"), "the gradient of relu; formulas"),
    # whole meanings, written in simple ops by the pass `decompose`
    "softmax": OpWords("y_i = e^x_i / Σ_j e^x_j", "as x; along the last axis", "y (g - Σ_j g_j y_j)", ("softmax",),
                       "what a network trained with cross_entropy predicts"),
    "log_softmax": OpWords("y_i = x_i - ln Σ_j e^x_j", "as x; along the last axis", "g - softmax(x) Σ_j g_j", ("log_softmax",)),
    "cross_entropy": OpWords("y = -ln softmax(x)[label]", "x: B×C, label: B, y: B", "g (softmax(x) - one_hot(label)) to x",
                             ("cross_entropy",)),
    "stop_gradient": OpWords("y = x", SAME, "", (), "formulas: stop_gradient"),
    # products
    "matmul": OpWords("y[m, n] = Σ_k a[m, k] b[k, n]", "a: M×K, b: K×N, y: M×N; either may be given transposed",
                      "g bᵀ to a, aᵀ g to b: two products of the same size", ("dense", "conv2d", "embedding"), "`@` in formulas"),
    "batch_matmul": OpWords("y[i, m, n] = Σ_k a[i, m, k] b[i, k, n]",
                            "a: B×M×K, b: B×K×N, y: B×M×N; the tables of either may be given transposed",
                            "g bᵀ to a, aᵀ g to b, example by example", (), "`@` of two tables in formulas"),
    # leaves
    "column": _leaf("the column of that name", "N rows, each of the column's shape", "the data"),
    "rows": _leaf("the numbers of the batch's rows", "B", "every network that reads data"),
    "clock": _leaf("steps done before this one", "one whole number", "random draws, schedules", "dropout", "normal"),
    "state": _leaf("a value that stays from step to step", "its own", "weights, running statistics, what the optimiser keeps",
                   "dense", "conv2d", "batch_norm", "embedding", "variable"),
    "knob": _leaf("a number set before each step", "one number", "learning rates and other live numbers", "dropout"),
    "constant": _leaf("the number `value`", "one number", "numbers in formulas and rules", "avg_pool", "layer_norm"),
    "size": _leaf("how many examples the batch has", "one number", "means over the batch", "mse", "batch_norm"),
    # movement
    "broadcast": OpWords("y[…, i, …] = x[i]", "`shape`; axis i of x is axis axes[i] of y", "the sum of g over the new axes",
                         ("dense", "conv2d", "batch_norm"), "numbers beside tensors"),
    "reshape": OpWords("y = the same numbers in the same order", "`shape`, as many numbers as x", "g in the shape of x",
                       ("flatten", "reshape", "conv2d")),
    "transpose": OpWords("y[i, j] = x[j, i]", "axis i of y is axis order[i] of x", "g with its axes moved back", (), "formulas"),
    "slice": OpWords("y[i] = x[start + i]", "stop - start places along the axis", "g where it came from, 0 elsewhere",
                     ("split", "shift", "concat"), "groups of a convolution"),
    "pad": OpWords("y = zeros, x, zeros", "before + size + after along the axis", "the part of g that lies on x", ("shift", "split")),
    "concat": OpWords("y = x_1, x_2, … one after another", "the sizes along the axis add up", "to each part its part of g",
                      ("concat", "stack")),
    "take": OpWords("y[b] = table[index[b]]", "table: N×…, index: B, y: B×…", "g added up in the rows taken (scatter_add)", (),
                    "the data: which rows make up a batch"),
    "scatter_add": OpWords("y[index[b]] += x[b]", "x: B×…, index: B, y: length×…", "the rows of g at index (take)", (),
                           "the gradient of take"),
    "one_hot": OpWords("y[…, c] = 1 where label = c, else 0", "a new last axis of `classes`", "",
                       ("one_hot", "embedding", "pick", "cross_entropy", "hinge")),
    "relayout": OpWords("y = x, lying another way in memory", SAME, "g itself", (), "the pass `layout`"),
    "uniform": OpWords("y = a number in [0, 1), by clock, row and key alone", "B×`shape`", "",
                       ("dropout", "normal", "uniform", "bernoulli"), "`augment`"),
    "warp": OpWords("y[b, i, j] = x[b] at the place that the six numbers map[b] send i, j to", "x: B×H×W×C, map: B×6, y: B×size×C", "",
                    (), "`augment`: rotate, zoom, shift, flip"),
    # reductions
    "sum": OpWords("y = Σ x over the axes", "x without the axes", "g spread over the axes", ("sum", "mean", "mse", "dense", "batch_norm")),
    "max": OpWords("y = the largest x over the axes", "x without the axes", "g to the largest, in equal shares where several are",
                   ("cross_entropy",), "softmax, so that nothing overflows; formulas"),
    "argmax": OpWords("y = the position of the largest", "x without the axis", "", (), "the metric accuracy; formulas"),
    # windows over pictures
    "windows": OpWords("y[(b, i, j), (ky, kx, c)] = x[b, i stride + ky dilation - above, j stride + kx dilation - left, c]",
                       f"x: B×H×W×C, y: (B oh ow)×(kh kw C); {PICTURES}", "every g added up where its window took it from (unwindows)",
                       ("conv2d",)),
    "unwindows": OpWords("x[b, …] = Σ of all g that a window took from there", "g: (B oh ow)×(kh kw C), x: B×H×W×C",
                         "g as windows see it (windows)", ("conv_transpose2d",), "the gradient of a convolution to its picture"),
    "pool_max": OpWords("y[b, i, j, c] = max of x in the window at i, j", f"x: B×H×W×C, y: B×oh×ow×C; {PICTURES}",
                        "g to the first largest of the window (pool_max_back)", ("max_pool", "global_max_pool")),
    "pool_max_back": OpWords("x[b, …] = Σ of the g of windows whose first largest it is", "g: B×oh×ow×C, result: B×H×W×C",
                             "the g that lies at each window's first largest (pool_max_pick)",
                             ("max_unpool", "max_pool", "global_max_pool"), "the gradient of pool_max"),
    "pool_max_pick": OpWords("y[b, i, j, c] = z where the first largest x of the window at i, j stands",
                             "z and x: B×H×W×C, the largest and y: B×oh×ow×C", "g to that place, 0 elsewhere (pool_max_back)",
                             ("max_unpool",), "the gradient of pool_max_back"),
    "fractional_max": OpWords("y[b, i, j, c] = max of x in the window at i, j, which stands where u[b] puts it",
                              "x: B×H×W×C, u: B×2, y: B×places×C", "g to the first largest of the window (fractional_max_back)",
                              ("fractional_max_pool",)),
    "fractional_max_back": OpWords("x[b, …] = Σ of the g of windows whose first largest it is",
                                   "g and the largest: B×places×C, u: B×2, x and result: B×H×W×C", "", ("fractional_max_pool",),
                                   "the gradient of fractional_max"),
    "pool_sum": OpWords("y[b, i, j, c] = Σ of x in the window at i, j", f"x: B×H×W×C, y: B×oh×ow×C; {PICTURES}",
                        "g to all places of its window (pool_spread)", ("avg_pool", "global_avg_pool")),
    "pool_spread": OpWords("x[b, …] = Σ of the g of all windows that hold it", "g: B×oh×ow×C, x: B×H×W×C",
                           "the sum of g in each window (pool_sum)", ("avg_pool", "global_avg_pool"),
                           "`resize` by the nearest, to a whole number of times the size"),
    "resample": OpWords("y[b, i, j] = x[b] at (i + 0.5) H / size - 0.5 and so across: in proportion between four points, or the nearest",
                        "x: B×H×W×C, y: B×size×C", "g to the points that it came from, in proportion (resample_back)", ("resize",)),
    "resample_back": OpWords("x[b, …] = Σ of all g that came from there, in proportion", "g: B×H×W×C, result: B×picture×C",
                             "g resampled (resample)", ("resize",), "the gradient of resample"),
    # convolutions of each channel by itself
    "depthwise": OpWords("y[b, i, j, c] = Σ_k x[k of the window at i, j, c] w[k, c]",
                         f"x: B×H×W×C, w: (kh kw)×C, y: B×oh×ow×C; {PICTURES}",
                         "to x: g w where windows took it from (depthwise_data); to w: Σ x g (depthwise_filters)", (),
                         "`conv2d` with as many groups as channels"),
    "depthwise_data": OpWords("x[b, …, c] = Σ of g w[k, c] over the windows that hold it, at k", "g: B×oh×ow×C, w: (kh kw)×C, x: B×H×W×C",
                              "to g: that of x through the filters (depthwise); to w: Σ x g (depthwise_filters)", (),
                              "the gradient of depthwise to its picture"),
    "depthwise_filters": OpWords("w[k, c] = Σ over b, i, j of x[k of the window at i, j, c] g[b, i, j, c]",
                                 "x: B×H×W×C, g: B×oh×ow×C, w: (kh kw)×C",
                                 "to x: g through the filters w (depthwise_data); to g: x through w (depthwise)", (),
                                 "the gradient of depthwise to its filters"),
}  # fmt: skip
