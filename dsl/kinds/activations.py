"""Activations: curves applied to each number, and softmax over the last axis."""

from __future__ import annotations

from .kind import Kind, Option, Sizes, register
from .sizes import one_shape, pass_through

RELU_LIKE = frozenset({"relu_like"})


def activation(
    name: str, help: str, formula: str, source: str, *options: Option, traits: frozenset[str] = frozenset()
) -> Kind:
    """Register a curve. It is written alone, or with the tensor it reads; sizes stay as they are."""
    return register(
        Kind(
            name,
            "activation",
            help,
            formula,
            options=options,
            sizes=pass_through,
            source=source,
            traits=traits,
        )
    )


def _over_last_axis(shapes: tuple[tuple[int, ...], ...], options: object) -> Sizes:
    return Sizes(one_shape(shapes))


activation("linear", "Leaves the numbers as they are.", "y = x", "own")
activation("relu", "Cuts off what is below 0.", "y = max(x, 0)", "Nair & Hinton 2010", traits=RELU_LIKE)
activation(
    "leaky_relu", "ReLU with a small slope below 0.", "y = x if x > 0 else slope * x", "Maas et al. 2013",
    Option("slope", "number", 0.01, "slope below 0", low=0.0), traits=RELU_LIKE,
)  # fmt: skip
activation(
    "elu", "ReLU that bends softly to -alpha.", "y = x if x > 0 else alpha * (exp(x) - 1)",
    "Clevert et al. 2015, arXiv:1511.07289",
    Option("alpha", "number", 1.0, "depth of the bend", low=0.0), traits=RELU_LIKE,
)  # fmt: skip
activation(
    "selu", "ELU scaled so that deep nets keep mean 0 and variance 1.",
    "y = 1.0507 * (x if x > 0 else 1.6733 * (exp(x) - 1))", "Klambauer et al. 2017, arXiv:1706.02515",
    traits=RELU_LIKE,
)  # fmt: skip
activation(
    "gelu", "x times the share of the normal distribution below x.", "y = x * (1 + erf(x / sqrt(2))) / 2",
    "Hendrycks & Gimpel 2016, arXiv:1606.08415", traits=RELU_LIKE,
)  # fmt: skip
activation(
    "silu", "x times its sigmoid, also called swish.", "y = x * sigmoid(x)",
    "Ramachandran et al. 2017, arXiv:1710.05941", traits=RELU_LIKE,
)  # fmt: skip
activation(
    "mish", "x times the tanh of its softplus.", "y = x * tanh(softplus(x))", "Misra 2019, arXiv:1908.08681",
    traits=RELU_LIKE,
)  # fmt: skip
activation(
    "softplus",
    "The smooth ReLU, always above 0.",
    "y = log(1 + exp(x))",
    "Dugas et al. 2001",
    traits=RELU_LIKE,
)
activation("tanh", "Squeezes into -1 to 1.", "y = tanh(x)", "own")
activation(
    "sigmoid", "Squeezes into 0 to 1: a probability of yes.", "y = 1 / (1 + exp(-x))", "own",
)  # fmt: skip
activation("exp", "The exponential.", "y = exp(x)", "own")
activation(
    "step", "1 where x >= 0, else 0: the neuron that fires or not. It cannot be trained by gradients.",
    "y = x >= 0", "McCulloch & Pitts 1943", traits=frozenset({"no_gradient"}),
)  # fmt: skip
register(
    Kind(
        "softmax", "activation", "Turns the numbers of the last axis into probabilities.",
        "y_i = exp(x_i) / sum(exp(x))", sizes=_over_last_axis, source="Bridle 1990",
    )
)  # fmt: skip
register(
    Kind(
        "log_softmax", "activation", "The logarithm of softmax, without loss of precision.",
        "y_i = x_i - log(sum(exp(x)))", sizes=_over_last_axis, source="own",
    )
)  # fmt: skip
