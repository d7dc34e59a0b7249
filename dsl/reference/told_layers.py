"""Layers of fully connected networks, joiners and activations, told."""

from __future__ import annotations

from .frames import DIABETES, TUMOURS, graph, layers, trained, whole
from .told import tell

tell(
    "layer", "dense",
    "The workhorse: hidden layers of a fully connected network, and the last layer of nearly every network, where "
    "each unit is one score or one amount. It works on the last axis and is repeated along all others.",
    layers("- flatten\n- dense: {units: 64, activation: relu}\n- dense: 10"),
    "The last axis becomes `units` long; the axes before it stay. Weights are `[units, inputs]`, a row for each "
    "neuron, and a bias of `units`.",
    ("dense: 10", ((8, 64),)),
    ("W210", "W218", "W219", "W222", "W224"),
)  # fmt: skip
tell(
    "layer", "flatten", "Stands between a picture (or any tensor of several axes) and the first dense layer.",
    layers("- flatten\n- dense: 10"),
    "One axis, as long as the product of all sizes.",
    ("flatten", ((8, 8, 1),)),
)  # fmt: skip
tell(
    "layer", "reshape",
    "Gives the same numbers other axes: a row of pixels becomes a picture, a picture a sequence of its rows. No number "
    "moves: the order with the last axis fastest stays.",
    layers("- reshape: [4, -1]\n- dense: {units: 16, activation: relu}\n- flatten\n- dense: 10"),
    "As written. The product of the sizes has to be that of the input; one size may be `-1`, which is what is left.",
    ("reshape: [4, -1]", ((8, 8, 1),)),
)  # fmt: skip
tell(
    "layer", "dropout",
    "Keeps a network from leaning on single neurons, so that it does better on examples it has not seen. It works in "
    "training only; outside it passes its input on. Usual rates are 0.1 to 0.5, behind hidden layers.",
    layers("- flatten\n- dense: {units: 128, activation: relu}\n- dropout: 0.3\n- dense: 10"),
    "Sizes stay as they are.",
    ("dropout: 0.3", ((128,),)),
    ("W202", "W211"),
)  # fmt: skip

HALVES = """
pixels: {flatten: image}
left:   {dense: {units: 32, activation: relu}, from: pixels}
right:  {dense: {units: 32, activation: tanh}, from: pixels}
both:   {%s: [left, right]}
scores: {dense: 10, from: both}
"""
RESIDUAL = """
- flatten
- dense: {units: 32, activation: relu}
- add:
    body: [{dense: {units: 32, activation: relu}}, {dense: 32}]
    keep: []
- relu
- dense: 10
"""
SAME = "All inputs have the same shape, and so has the result."
PAIR = ((32,), (32,))
tell(
    "joiner", "add",
    "The shortcut of residual networks: what a few layers compute is added to what went into them, so that gradients "
    "reach early layers. An empty branch is the input itself.",
    layers(RESIDUAL), SAME, ("add", PAIR),
)  # fmt: skip
tell(
    "joiner", "multiply", "Gates: one tensor, often a sigmoid's, lets through a share of the other.",
    graph(
        """
        pixels: {flatten: image}
        gate:   {dense: {units: 32, activation: sigmoid}, from: pixels}
        signal: {dense: {units: 32, activation: tanh}, from: pixels}
        passed: {multiply: [gate, signal]}
        scores: {dense: 10, from: passed}
        """
    ),
    SAME, ("multiply", PAIR),
)  # fmt: skip
tell(
    "joiner", "average", "Lets several paths vote, each with the same weight.", graph(HALVES % "average"), SAME,
    ("average", PAIR),
)  # fmt: skip
tell(
    "joiner", "maximum", "Keeps the stronger of several answers, as maxout does.", graph(HALVES % "maximum"), SAME,
    ("maximum", PAIR),
)  # fmt: skip
tell(
    "joiner", "concat",
    "Puts tensors side by side without mixing them: the branches of an inception block, or a column of numbers beside "
    "what a network made of a picture. Along the last axis, unless `axis` names another.",
    graph(HALVES % "concat"),
    "The joined axis is as long as all of theirs together; every other axis agrees and stays.",
    ("concat", ((8, 8, 3), (8, 8, 5))),
)  # fmt: skip
tell(
    "joiner", "stack", "Makes several tensors of one shape the items of a sequence.",
    graph(HALVES.replace("scores: {dense: 10, from: both}", "row:    {flatten: both}\nscores: {dense: 10, from: row}")
          % "stack"),
    "A new first axis, as long as there are inputs; they have one shape, which follows.",
    ("stack", PAIR),
)  # fmt: skip


def _hidden(name: str, options: str = "") -> str:
    written = f"{{{name}: {options}}}" if options else name
    return trained("{loss: cross_entropy, epochs: 5}", hidden=f"dense: {{units: 32, activation: {written}}}")


for _name, _use, _options in (
    ("relu", "The first choice for hidden layers: cheap, and its slope does not fade for large numbers.", ""),
    ("leaky_relu", "Where many relu neurons stay at 0 for ever: here they keep a small slope.", "{slope: 0.1}"),
    ("elu", "As relu, with a mean nearer to 0 and a smooth bend; somewhat dearer.", "{alpha: 1}"),
    ("selu", "Deep fully connected networks without norms. Start their weights with `lecun`.", ""),
    ("gelu", "The usual choice in transformers.", ""),
    ("silu", "A smooth relu that dips below 0 before it rises; usual in newer picture networks.", ""),
    ("mish", "Much like silu.", ""),
    ("softplus", "Where a number has to stay above 0: a deviation, a rate.", ""),
    ("tanh", "Hidden layers of small and of recurrent networks; pictures scaled to -1 to 1.", ""),
):
    tell("activation", _name, _use, _hidden(_name, _options))
tell(
    "activation", "linear", "What a layer does without an activation: scores and amounts at the end of a network.",
    layers("- dense: {units: 1, activation: linear}", DIABETES, "{loss: {mse: {target: y}}, epochs: 5}"),
)  # fmt: skip
tell(
    "activation", "sigmoid",
    "A probability of yes, and gates. In deep stacks of hidden layers gradients fade: each passes on a quarter at most.",
    layers(
        "- dense: {units: 1, activation: sigmoid}", TUMOURS,
        "{loss: {binary_cross_entropy: {target: label}}, epochs: 5}",
    ),
    codes=("W203", "W209", "W221"),
)  # fmt: skip
tell(
    "activation", "exp", "An amount that is always above 0, where equal factors matter more than equal differences.",
    layers("- dense: {units: 1, activation: exp}", DIABETES, "{loss: {mae: {target: y}}, epochs: 5}"),
)  # fmt: skip
tell(
    "activation", "step", "The first model of a neuron: it fires or it does not. For weights set by hand.",
    whole(
        """
        data: {source: {gates: and}}
        network:
          layers:
            - dense: {units: 1, weights: [[1, 1]], bias: [-1.5], activation: step}
        """
    ),
    codes=("W208",),
)  # fmt: skip
tell(
    "activation", "softmax",
    "Several classes of which one is right: the numbers become probabilities that sum to 1. As the last layer under "
    "`cross_entropy` the two are computed together, without loss of precision.",
    layers("- flatten\n- dense: 10\n- softmax"),
    codes=("W201",),
)  # fmt: skip
tell(
    "activation", "log_softmax", "Where logarithms of probabilities are wanted, as for sums over alignments.",
    graph(
        """
        pixels: {flatten: image}
        scores: {dense: 10, from: pixels}
        likely: {log_softmax: scores}
        """,
        output="[scores, likely]",
        train="{loss: {cross_entropy: {logits: scores}}, epochs: 5}",
    ),
)  # fmt: skip
