"""The functions and operators of formulas."""

from __future__ import annotations

from dataclasses import dataclass

from ..formula import FUNCTIONS, OVER
from ..formula import ON_NUMBERS as OF_NUMBERS
from .markdown import table, ticked


@dataclass(frozen=True, slots=True)
class Function:
    """One function; `on` is an example over a tensor `h`. `later`: of tensors not built in this version."""

    help: str
    on: str
    later: bool = False


TOLD: dict[str, Function] = {
    "min": Function("the least: of several, number by number; of one, over all its numbers", "min(h, 0.5)"),
    "max": Function("the largest, in the same way", "max(h)"),
    "minimum": Function("another name for min", "minimum(h, 0.5)"),
    "maximum": Function("another name for max", "maximum(h, 0)"),
    "ceil": Function("up to the next whole number", "ceil(h)"),
    "floor": Function("down to the next whole number", "floor(h)"),
    "round": Function("to the nearest whole number, halves up", "round(h)"),
    "sqrt": Function("the square root", "sqrt(square(h))"),
    "log": Function("the natural logarithm", "log(abs(h) + 1)"),
    "log2": Function("the logarithm to base 2", "log2(abs(h) + 1)"),
    "exp": Function("the exponential", "exp(h)"),
    "abs": Function("the size without its sign", "abs(h)"),
    "sign": Function("-1, 0 or 1", "sign(h)"),
    "square": Function("x times x", "square(h)"),
    "sum": Function("the sum", "sum(h)"),
    "mean": Function("the mean", "mean(h)"),
    "var": Function("the variance: mean squared distance from the mean", "var(h)"),
    "norm": Function("the length: root of the sum of squares", "norm(h)"),
    "argmax": Function("the place of the largest, from 0", "argmax(h)"),
    "size": Function("how many numbers an example has", "h / size(h)"),
    "softmax": Function("probabilities that sum to 1", "softmax(h)"),
    "transpose": Function("rows become columns", "transpose(h)"),
    "sigmoid": Function("1 / (1 + exp(-x))", "sigmoid(h)"),
    "tanh": Function("the hyperbolic tangent", "tanh(h)"),
    "relu": Function("max(x, 0)", "relu(h)"),
    "softplus": Function("log(1 + exp(x))", "softplus(h)"),
    "normalize": Function("divided by its length", "normalize(h)"),
    "stop_gradient": Function("the same number; no gradient passes", "stop_gradient(h)"),
    "where": Function("the second where the first is true, else the third", "where(h > 0, h, 0)"),
}


def functions_table() -> str:
    """Each function with its example, where it works, and whether it takes `over=`."""
    return table(
        ("function", "as in", "on sizes", "over=", "what it is"),
        (
            (
                ticked(name), ticked(TOLD[name].on), "yes" if name in OF_NUMBERS else "",
                "yes" if name in OVER else "", TOLD[name].help + " *(of tensors: not built yet)*" * TOLD[name].later,
            )
            for name in FUNCTIONS
        ),
    )  # fmt: skip


def function_page(name: str) -> str:
    """What `explain` says of one function."""
    told = TOLD[name]
    least, most = FUNCTIONS[name]
    count = str(least) if least == most else f"{least} to {most}"
    over = " It takes `over=axis`." if name in OVER else ""
    numbers = " It works on sizes too." if name in OF_NUMBERS else ""
    later = " On tensors it is not built yet." if told.later else ""
    return (
        f"# {name}(…)\n\n*Function of formulas.* {told.help.capitalize()}: `{told.on}`.\n\n"
        f"Arguments: {count}.{over}{numbers}{later}\n"
    )
