"""E100 to E199: kinds, their options, computed values and formulas."""

from __future__ import annotations

from .code import Code

OPTIONS = (
    Code(
        "E101",
        "An unknown kind",
        "The word is not one of those that may stand there.",
        "- dens: 10",
        "- dense: 10",
    ),
    Code(
        "E102",
        "An unknown option",
        "The kind has no option of that name.",
        "dense: {unit: 64}",
        "dense: {units: 64}",
    ),
    Code("E103", "A missing option", "The kind cannot do without it.", "- dense", "- dense: 10"),
    Code("E104", "The wrong type", "A number, a text, a list is wanted.", "dropout: high", "dropout: 0.2"),
    Code(
        "E105",
        "Out of limits",
        "The number is too small or too large to mean anything.",
        "dropout: 1.2",
        "dropout: 0.2",
    ),
    Code("E106", "Not one of the choices", "The option takes one of a few words."),
    Code(
        "E107",
        "No main option",
        "What stands right behind the colon is the kind's main option; this kind has none.",
        "loss: {mse: price}",
        "loss: {mse: {target: price}}",
    ),
    Code(
        "E108",
        "A live number",
        "A number that goes over training is a table of one kind: linear, cosine, steps, exponential, "
        "inverse_time, plateau or switch.",
        "learning_rate: {steps: {start: 0.1}}",
        "learning_rate: {steps: {start: 0.1, every: 30 epochs}}",
    ),
    Code("E109", "A quantity", "A number, a blank and a unit.", "over: 5 epoks", "over: 5 epochs"),
    Code(
        "E110",
        "A description of weights",
        "`weights:` and `bias:` take a start (`he`, a number, lists of numbers) or a table with start, "
        "trainable, mask, same_as, transposed, norm, along, drop.",
        "weights: [[1, 2], [3]]",
        "weights: [[1, 2], [3, 4]]",
    ),
    Code(
        "E111",
        "An unknown name",
        "`$name` reads an option of the file or of the block it stands in.",
        "dense: $width",
        "options: {width: 64}   # and then\ndense: $width",
    ),
    Code(
        "E120",
        "Not a formula",
        "The formula breaks off, or two things stand without an operator between.",
        "a b",
        "a * b",
    ),
    Code("E121", "Not of a formula", "Formulas have no `&`, `|`, `!`, `?`, `[`, `{`, `#`.", "a & b", "a and b"),
    Code("E122", "Power", "Power is written `^`.", "x**2", "x^2"),
    Code("E123", "An unknown function", "Formulas have a closed list of functions.", "average(x)", "mean(x)"),
    Code(
        "E124",
        "Arguments",
        "The function takes another number of arguments, or no `over=`.",
        "sqrt(a, b)",
        "sqrt(a)",
    ),
    Code(
        "E125",
        "`$` at the wrong place",
        "`$` makes a value computed. Within a formula, options are named without it.",
        "when: $stride != 1",
        "when: stride != 1",
    ),
    Code("E126", "Too long or too deep", "A formula has at most 4000 characters, 500 words and 60 levels."),
    Code(
        "E130",
        "A formula that cannot be computed",
        "It divides by 0, grows past all numbers, or mixes words and numbers.",
        "$(width / 0)",
        "$(width / 2)",
    ),
    Code("E131", "Not whole", "A size is a whole number.", "$(7 / 2)", "$(floor(7 / 2))"),
)
