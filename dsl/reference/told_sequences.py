"""Layers of sequence networks, and tensors that are no layers, told."""

from __future__ import annotations

from .frames import DIABETES, graph, layers, whole
from .told import tell

ROWS = "- reshape: [8, 8]\n- {%s: {units: 32, return: last}}\n- dense: 10"
RUN = "`[time, features]` becomes `[time, units]`, or `[units]` with `return: last`; `bidirectional` doubles `units`."
for _name, _use in (
    ("lstm", "Sequences with long memories: gates decide what is kept. A picture is a sequence of its rows."),
    ("gru", "As lstm with one gate less: fewer weights, mostly as good."),
):
    tell("layer", _name, _use, layers(ROWS % _name), f"{RUN} The axes before time are mapped over.",
         (f"{_name}: {{units: 32, return: last}}", ((20, 8),)))  # fmt: skip
    tell(
        "layer", f"{_name}_cell", f"One step of {_name}, within a cell of one's own.",
        whole(
            f"""
            data: {{source: digits, prepare: [scale], split: {{test: 0.2}}}}
            blocks:
              Remember:
                options: {{units: int}}
                inputs: [x]
                state: {{h: [$units]}}
                graph:
                  h_new: {{{_name}_cell: {{units: $units, state: h}}, from: x}}
                next: {{h: h_new}}
                output: h_new
            network:
              layers:
                - reshape: [8, 8]
                - recurrent: {{cell: {{Remember: 32}}, return: last}}
                - dense: 10
            train: {{loss: cross_entropy, epochs: 5}}
            """
        ),
        "`[features]` becomes `[units]`; the state has `[units]`.",
    )  # fmt: skip
tell(
    "layer", "recurrent",
    "Runs a block that has `state:` and `next:` along a sequence: any recurrence that can be written as formulas.",
    whole(
        """
        data: {source: digits, prepare: [scale], split: {test: 0.2}}
        blocks:
          Elman:
            options: {units: int}
            inputs: [x]
            state: {h: [$units]}
            graph: {h_new: {dense: {units: $units, activation: tanh}, from: [x, h]}}
            next: {h: h_new}
            output: h_new
        network:
          layers:
            - reshape: [8, 8]
            - recurrent: {cell: {Elman: 32}, return: last}
            - dense: 10
        train: {loss: cross_entropy, epochs: 5}
        """
    ),
    "What the cell gives out, one for each step; with `return: last` that of the last step alone.",
)  # fmt: skip
tell(
    "layer", "attention",
    "Each step gathers from all others what it asks for: the core of transformers. With `keys` it reads another "
    "sequence, with `mask: causal` only what came before.",
    layers("- reshape: [8, 8]\n- dense: 32\n- attention: 4\n- flatten\n- dense: 10"),
    "As the query: `[time, features]`. `heads` divides the features.",
    ("attention: 4", ((20, 64),)),
)  # fmt: skip
tell(
    "layer", "positions", "Attention does not know the order of its steps; this says it.",
    layers("- reshape: [8, 8]\n- dense: 32\n- positions: 8\n- flatten\n- dense: 10"),
    "Sizes stay as they are. `learned` has weights `[steps, features]`.",
    ("positions: 20", ((20, 64),)),
)  # fmt: skip
NOISY = """
pixels: {flatten: image}
code:   {dense: 16, from: pixels}
noise:  {%s: {like: code}}
mixed:  {add: [code, noise]}
scores: {dense: 10, from: mixed}
"""
for _name, _use in (
    ("normal", "The draw behind generators and variational codes: fresh for every example."),
    ("uniform", "Noise that stays within limits."),
):
    tell("layer", _name, _use, graph(NOISY % _name), "As written in `shape`, or that of the tensor `like`.",
         (f"{_name}: [20]", ()))  # fmt: skip
tell(
    "layer", "bernoulli", "Neurons that fire by chance, as in Boltzmann machines.",
    graph(
        """
        pixels: {flatten: image}
        chance: {dense: {units: 32, activation: sigmoid}, from: pixels}
        fires:  {bernoulli: chance}
        scores: {dense: 10, from: fires}
        """
    ),
    "Sizes stay as they are.",
)  # fmt: skip
tell(
    "layer", "variable", "Numbers that are trained and belong to no layer: a picture that is painted, a free factor.",
    graph(
        "factor: {variable: [10]}\ny_hat: {dense: 1, from: scaled}\nscaled: {multiply: [x, factor]}",
        "x", "y_hat", DIABETES, "{loss: {mse: {target: y}}, epochs: 5}",
    ),
    "As written in `shape`.",
    ("variable: [10]", ()),
)  # fmt: skip
tell(
    "layer", "gradient", "Slopes as tensors: for penalties on them, and for pictures of what a network looks at.",
    graph(
        """
        hidden: {dense: {units: 16, activation: tanh}, from: x}
        y_hat:  {dense: 1, from: hidden}
        slope:  {gradient: {of: y_hat, by: x}}
        """,
        "x", "[y_hat, slope]", DIABETES, "{loss: {mse: {prediction: y_hat, target: y}}, epochs: 5}",
    ),
    "That of `by`.",
)  # fmt: skip
tell(
    "layer", "shift", "Teacher forcing in plain sight: a decoder reads the right answer of the step before.",
    layers("- reshape: [8, 8]\n- shift: 1\n- flatten\n- dense: 10"),
    "Sizes stay as they are.",
    ("shift: 1", ((8, 8),)),
)  # fmt: skip
tell(
    "layer", "pick", "The value of the action that was taken, the score of the class that is right.",
    graph(
        """
        pixels: {flatten: image}
        scores: {dense: 10, from: pixels}
        right:  {pick: {index: label}, from: scores}
        """,
        output="[scores, right]", train="{loss: {cross_entropy: {logits: scores}}, epochs: 5}",
    ),
    "Without the last axis, which `index` picks from.",
    ("pick: {index: label}", ((10,), ())),
)  # fmt: skip
for _name, _use in (
    ("sum", "A bag of words: what is said counts, its order does not."),
    ("mean", "As sum, whatever the length."),
):
    tell(
        "layer", _name, _use, layers(f"- reshape: [8, 8]\n- dense: 32\n- {_name}: {{over: time}}\n- dense: 10"),
        "Without the axis `over`; a single number where none is named.",
        (f"{_name}: {{over: time}}", ((20, 64),)),
    )  # fmt: skip
tell(
    "layer", "one_hot", "Classes among numbers, within a network.",
    whole(
        """
        data: {source: iris, prepare: [standardize], split: {test: 0.2}}
        network:
          inputs: [x, label]
          graph:
            known: {one_hot: {classes: 3}, from: label}
            both:  {concat: [x, known]}
            code:  {dense: {units: 3, activation: tanh}, from: both}
            again: {dense: 4, from: code}
          output: again
        train: {loss: {mse: {prediction: again, target: x}}, epochs: 5}
        """
    ),
    "A new last axis, as long as there are classes.",
    ("one_hot: {classes: 3}", ((20,),)),
)  # fmt: skip
tell(
    "layer", "split", "One layer that gives out several things: mean and spread, box and class.",
    graph(
        """
        pixels: {flatten: image}
        raw:    {dense: 12, from: pixels}
        parts:  {split: {scores: 10, rest: 2}, from: raw}
        """,
        output="parts.scores",
    ),
    "Each part is as long as written; they are read as `parts.scores`.",
)  # fmt: skip
tell(
    "layer", "formula", "A formula as a step of a list of layers. In a graph, formulas stand alone in a line.",
    layers("- flatten\n- dense: 32\n  name: h\n- formula: h * sigmoid(h)\n- dense: 10"),
    "What the formula makes of the sizes it reads.",
)  # fmt: skip
tell(
    "layer", "chain", "Several layers repeated together, or left out together; a list of layers given to a block.",
    layers("- flatten\n- chain: [{dense: 32}, relu]\n  repeat: 2\n- dense: 10"),
    "That of its last entry.",
)  # fmt: skip
tell(
    "layer", "detections", "The last step of a detector: of many boxes on one thing, the surest is kept.",
    whole(
        """
        data: {source: digits, prepare: [scale], split: {test: 0.2}}
        network:
          inputs: [image]
          graph:
            pixels: {flatten: image}
            sure:   {dense: {units: 4, activation: sigmoid}, from: pixels}
            middle: {dense: 8, from: pixels}
            extent: {dense: 8, from: pixels}
            scores: {dense: 10, from: pixels}
            boxes:  {detections: {confidence: sure, centre: middle, size: extent, class: scores}}
          output: [scores, boxes]
        train: {loss: {cross_entropy: {logits: scores}}, epochs: 5}
        """
    ),
    "As many boxes as are left.",
)  # fmt: skip
