"""Layers of sequence networks, and tensors that are no layers: read and checked; not built in this version."""

from __future__ import annotations

from .kind import Kind, Option, register
from .layers import BIAS, WEIGHTS
from .values import OWN_START

LATER = frozenset({"later"})
UNITS = Option("units", "int", help="numbers it gives out", low=1, high=2**31 - 1)
OVER = Option("over", "text", None, "name of the axis it runs along; left out: time")
SHAPE = Option("shape", "shape", None, "sizes of an example", low=1)
RUNS = (
    OVER,
    Option("return", "choice", "sequence", "every step, or the last", choices=("sequence", "last")),
    Option("reverse", "bool", False, "from the end to the beginning"),
    Option("bidirectional", "bool", False, "both ways, side by side"),
    Option("carry", "bool", False, "begins where the last batch ended"),
)


def _layer(name: str, help: str, *options: Option, main: str | None = None, own: bool = False) -> None:
    traits = LATER | {"open"} if own else LATER
    register(Kind(name, "layer", help, main=main, options=options, traits=traits))


for _name, _help in (("lstm", "Long short-term memory."), ("gru", "Gated recurrent unit.")):
    _layer(
        _name, _help, UNITS, *RUNS, Option("peephole", "bool", False, "gates see the state"), WEIGHTS, BIAS,
        main="units",
    )  # fmt: skip
    _layer(
        f"{_name}_cell",
        f"{_help} One step.",
        UNITS,
        Option("state", "tensor", None, "the state before"),
        WEIGHTS,
        BIAS,
        main="units",
    )
_layer(
    "recurrent",
    "Runs a cell along an axis.",
    Option("cell", "any", help="a block with state"),
    *RUNS,
    main="cell",
)
_layer(
    "attention",
    "Each step reads the steps it asks for.",
    Option("heads", "int", 1, "how many side by side", low=1),
    Option("mask", "text", None, "causal: only steps before"),
    Option("query", "tensor", None),
    Option("keys", "tensor", None),
    Option("values", "tensor", None),
    Option("size", "int", None, low=1),
    main="heads",
)
_layer(
    "positions", "Adds where each step stands.", Option("learned", "int", None, "most steps", low=1),
    Option("sinusoid", "int", None, low=1), Option("rotary", "int", None, low=1), main="learned",
)  # fmt: skip
for _name, _help in (("normal", "Noise of mean 0, deviation 1."), ("uniform", "Noise from 0 to 1.")):
    _layer(_name, _help, SHAPE, Option("like", "tensor", None, "as large as this"), main="shape")
_layer("bernoulli", "0 or 1, drawn with the probabilities it reads.")
_layer(
    "variable",
    "A trainable tensor of its own.",
    Option("shape", "shape", help="sizes", low=1),
    Option("start", "any", 0, "initialiser, or a field"),
    Option("trainable", "bool", True),
    Option("weights", "weights", OWN_START),
    Option("mask", "any", None),
    Option("norm", "text", None),
    main="shape",
)
_layer("gradient", "The slope of one tensor by another.", Option("of", "tensor"), Option("by", "tensor"))
_layer(
    "shift", "Each step reads an earlier one.", Option("by", "int", 1, "how many steps"),
    Option("fill", "any", 0, "what stands at the beginning"), Option("axis", "text", None), main="by",
)  # fmt: skip
_layer("pick", "The number at an index.", Option("index", "tensor"), Option("axis", "text", None), main="index")
_layer("sum", "The sum over an axis.", OVER)
_layer("mean", "The mean over an axis.", OVER)
_layer("one_hot", "A class becomes a row of 0 with one 1.", Option("classes", "int", None, low=1))
_layer("split", "Parts along the last axis, by name: {object: 1, box: 4}.", own=True)
_layer("formula", "A formula of tensors.", Option("formula", "text"), main="formula")
_layer("chain", "Several entries under one `repeat` or `when`.", Option("layers", "any"), main="layers")
_layer(
    "detections", "Boxes that are sure enough and do not cover each other.", Option("confidence", "tensor"),
    Option("centre", "tensor"), Option("size", "tensor"), Option("class", "tensor"),
    Option("threshold", "number", 0.5, low=0, high=1), Option("overlap", "number", 0.5, low=0, high=1),
)  # fmt: skip
