"""Layers of sequence networks: read and checked; not built in this version."""

from __future__ import annotations

from .kind import Kind, Option, register
from .layers import BIAS, WEIGHTS

LATER = frozenset({"later"})
UNITS = Option("units", "int", help="numbers it gives out", low=1, high=2**31 - 1)
OVER = Option("over", "text", None, "name of the axis it runs along; left out: time")
RUNS = (
    OVER,
    Option("return", "choice", "sequence", "every step, or the last", choices=("sequence", "last")),
    Option("reverse", "bool", False, "from the end to the beginning"),
    Option("bidirectional", "bool", False, "both ways, side by side"),
    Option("carry", "bool", False, "begins where the last batch ended"),
)


LSTM = (
    "i, f, o = sigmoid(W x + U h + b) each; g = tanh(W x + U h + b); c = f * c + i * g; h = o * tanh(c)",
    "Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000",
)
GRU = (
    "r, z = sigmoid(W x + U h + b) each; n = tanh(W x + r * (U h) + b); h = (1 - z) * n + z * h",
    "Cho et al. 2014, arXiv:1406.1078",
)


def _layer(
    name: str,
    help: str,
    *options: Option,
    main: str | None = None,
    own: bool = False,
    formula: str = "",
    source: str = "own",
) -> None:
    traits = LATER | {"open"} if own else LATER
    register(Kind(name, "layer", help, formula, main=main, options=options, source=source, traits=traits))


for _name, _help, (_formula, _source) in (
    ("lstm", "Long short-term memory.", LSTM),
    ("gru", "Gated recurrent unit.", GRU),
):
    _layer(
        _name, _help, UNITS, *RUNS, Option("peephole", "bool", False, "gates see the state"), WEIGHTS, BIAS,
        main="units", formula=_formula, source=_source,
    )  # fmt: skip
    _layer(
        f"{_name}_cell", f"{_help} One step.", UNITS, Option("state", "tensor", None, "the state before"),
        WEIGHTS, BIAS, main="units", formula=_formula, source=_source,
    )  # fmt: skip
_layer(
    "recurrent", "Runs a cell along an axis.", Option("cell", "any", help="a block with state"), *RUNS,
    main="cell", formula="state_t, y_t = cell(x_t, state_(t-1)), state_0 = 0", source="Elman 1990",
)  # fmt: skip
_layer(
    "attention",
    "Each step reads the steps it asks for.",
    Option("heads", "int", 1, "how many side by side", low=1),
    Option("mask", "text", None, "causal: only steps before"),
    Option("query", "tensor", None, "what asks; left out: the input"),
    Option("keys", "tensor", None, "what is asked; left out: the input"),
    Option("values", "tensor", None, "what is read; left out: as keys"),
    Option("size", "int", None, "numbers of a query and a key in each head; left out: features / heads", low=1),
    main="heads",
    formula="y = softmax(Q K^T / sqrt(size)) V for each head, Q = x Wq, K = keys Wk, V = values Wv; then y Wo",
    source="Vaswani et al. 2017, arXiv:1706.03762",
)
_layer(
    "positions",
    "Adds where each step stands.",
    Option("learned", "int", None, "a trained row for each step: most steps", low=1),
    Option("sinusoid", "int", None, "fixed sines and cosines in place of trained rows: most steps", low=1),
    Option("rotary", "int", None, "turned queries and keys in place of added rows: most steps", low=1),
    main="learned",
    formula="y[t] = x[t] + p[t]; sinusoid: p[t, 2k] = sin(t / 10000^(2k / size)), p[t, 2k + 1] = cos(the same)",
    source="Vaswani et al. 2017; rotary: Su et al. 2021, arXiv:2104.09864",
)
_layer(
    "gradient", "The slope of one tensor by another.", Option("of", "tensor", help="what changes: a number an example"),
    Option("by", "tensor", help="what it changes by"), formula="y = d of / d by",
)  # fmt: skip
register(
    Kind(
        "chain", "layer", "Several entries under one `repeat` or `when`.", "y = last(…(second(first(x))))",
        main="layers", options=(Option("layers", "any", help="a list of entries"),),
    )
)  # fmt: skip
_layer(
    "detections", "Boxes that are sure enough and do not cover each other.",
    Option("confidence", "tensor", help="how sure each box is, 0 to 1"),
    Option("centre", "tensor", help="middle of each box"), Option("size", "tensor", help="height and width of each"),
    Option("class", "tensor", help="scores of its classes"),
    Option("threshold", "number", 0.5, "least confidence", low=0, high=1),
    Option("overlap", "number", 0.5, "most that two boxes share of what they cover together", low=0, high=1),
    formula="the surest box, then each next one that overlaps no kept box by more than overlap",
    source="Redmon et al. 2016, arXiv:1506.02640",
)  # fmt: skip
