"""E200 to E299: sizes, names, wiring, losses and data, found when the network is built."""

from __future__ import annotations

from .code import Code

MEANING = (
    Code("E201", "Sizes do not fit", "The message shows both sizes and the arithmetic."),
    Code("E202", "An unknown tensor", "Nothing in the body, and no column of the data, has that name."),
    Code("E203", "Two layers of one name", "Names are paths; each leads to one layer."),
    Code("E204", "The name of a column", "A layer may not be called like a column of the data."),
    Code("E205", "No output", "A `graph` says which tensor it gives out.", right="output: logits"),
    Code("E206", "A circle", "Lines of a graph read each other. A value of the step before is `state:`."),
    Code(
        "E207",
        "Nothing to read",
        "The first entry of a line has nothing before it.",
        "{dense: 10}",
        "{dense: 10, from: x}",
    ),
    Code("E208", "Too large", "The layer would not fit any machine."),
    Code(
        "E209",
        "Numbers given by hand",
        "Weights written in the file have the layer's own shape: a row for each neuron.",
    ),
    Code("E210", "Too many layers", "Repeats and blocks multiply; there is a limit to what they may make."),
    Code("E211", "A block within itself", "Recursion ends where a `when:` becomes false."),
    Code("E212", "Class numbers", "Classes are no amounts; `one_hot` makes a row of 0 with one 1 of each."),
    Code("E213", "Which of several?", "What gives out several tensors is read by the name of one of them."),
    Code("E214", "An input that is not given", "A block or network is given every tensor that it reads."),
    Code("E215", "One set of weights", "A network's weights have one shape, wherever it is used."),
    Code(
        "E216",
        "An unknown axis",
        "`over=` names an axis: height, width, channels, time, or one of the shape.",
    ),
    Code("E217", "Not what is wanted there", "`when` is true or false; `chain` takes a list of layers."),
    Code("E218", "The name of an option", "An option and a tensor of one body may not share a name."),
    Code(
        "E219",
        "A description of weights that does not fit",
        "`transposed` goes with `same_as`; a mask is of 0 and 1; `norm` is for tables, not for rows.",
    ),
    Code(
        "E220",
        "Which output?",
        "The network gives out several tensors, so the loss has to name the one it means.",
    ),
    Code("E221", "Which target?", "The data has no `label`, so the loss has to name its target."),
    Code("E222", "Prediction and target", "They have to have as many numbers an example."),
    Code("E223", "Scores", "Cross-entropy wants one row of scores an example."),
    Code("E224", "Too few outputs", "Each class needs an output of its own."),
    Code("E225", "Not scores", "Cross-entropy takes a linear output, or softmax; no other activation."),
    Code(
        "E226",
        "A metric without its tensors",
        "It stands with a loss that it could take them from, or names them.",
    ),
    Code(
        "E227",
        "A selector that reaches nothing",
        "A path such as `hidden.weights`, or with stars, in quotes.",
    ),
    Code("E228", "A metric that does not fit", "What it compares has another shape or type than it wants."),
    Code("E229", "Two reported numbers of one name", "Each reported number has a name of its own: give one `name:`."),
    Code("E230", "No data", "The network reads an input that no data gives."),
    Code("E231", "An unknown column", "The data has no column of that name."),
    Code("E232", "Another shape", "The declared shape is not that of the data."),
    Code("E233", "Prepared as something else", "Numbers are scaled, classes are made rows; not the other way."),
    Code(
        "E234",
        "Not always there",
        "What is there only `when: training` is read only by losses, and by what is left out too.",
    ),
    Code(
        "E235", "A tie that holds nothing", "`same_as` names weights of this body, of one round it, or by their path."
    ),
    Code("E236", "No probability", "Cross-entropies compare with a class, or with shares from 0 to 1."),
    Code("E237", "Augmented without a picture", "What moves or covers pictures wants one [height, width, channels]."),
    Code("E238", "More than the picture has", "Windows, squares and shifts are no larger than the picture."),
    Code(
        "E299",
        "Not built yet",
        "It is part of the language; this version reads and checks it, and cannot train it.",
    ),
)
