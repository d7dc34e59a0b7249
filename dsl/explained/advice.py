"""Warnings from W200: what is legal, and almost surely not what was meant. Each page says why, and what to do."""

from __future__ import annotations

from .code import Code

LAYERS = (
    Code(
        "W201",
        "Softmax of a softmax",
        "Softmax turns any numbers into probabilities; those lie between 0 and 1, so that a second softmax sees numbers "
        "that hardly differ, and all classes come out nearly alike. The loss cannot become small any more.",
        "- dense: {units: 10, activation: softmax}\n- softmax",
        "- dense: {units: 10, activation: softmax}",
    ),
    Code(
        "W202",
        "Dropout at the end",
        "Dropout in the middle of a net makes the next layer do without some of its inputs. Behind the last layer "
        "there is no next one: the answers themselves are set to 0 by chance.",
        "- dense: 10\n- dropout: 0.2",
        "- dropout: 0.2\n- dense: 10",
    ),
    Code(
        "W209",
        "Two curves in a row",
        "A relu of what went through relu changes nothing. A second sigmoid or tanh squeezes what is squeezed already, "
        "and a sigmoid of numbers that are never below 0 never says less than 0.5.",
        "- dense: {units: 32, activation: relu}\n- relu",
        "- dense: {units: 32, activation: relu}",
    ),
    Code(
        "W210",
        "Linear layers in a row",
        "A linear layer of a linear layer is one linear layer: w2 @ (w1 @ x + b1) + b2 = (w2 @ w1) @ x + (w2 @ b1 + b2). "
        "However wide the first is, the two can do no more than one. A bottleneck, narrower than both sides, is meant, and "
        "not warned of.",
        "- dense: 32\n- dense: 10",
        "- dense: {units: 32, activation: relu}\n- dense: 10",
    ),
    Code(
        "W211",
        "Nearly everything is dropped",
        "The rate of dropout is the share that is set to 0. In some other tools it is the share that is kept: 0.9 there is "
        "0.1 here.",
        "- dropout: 0.9",
        "- dropout: 0.1",
    ),
    Code(
        "W212",
        "A bias before batch norm",
        "Batch norm takes the mean of the batch away. A bias is the same for all examples, so it is part of that mean and "
        "goes with it: it gets no gradient, and the norm's own shift does its work.",
        "- dense: {units: 32}\n- batch_norm",
        "- dense: {units: 32, bias: false}\n- batch_norm",
    ),
    Code(
        "W227",
        "A window of one place",
        "A convolution without `kernel` has a window of one place: each place of the picture is looked at by itself, and "
        "what stands beside it is not seen. To mix channels that is what is wanted; of a picture itself there is little "
        "to mix. Where it is meant, `kernel: 1` says so.",
        "- conv2d: 32",
        "- conv2d: {filters: 32, kernel: 3}",
    ),
)

UNUSED = (
    Code(
        "W213",
        "Nothing reads it",
        "A layer that neither another layer, nor the output, nor the loss reads has no part in what the network does, and "
        "its weights get no gradient. Often a `from:` names another tensor than the one that was meant.",
    ),
    Code(
        "W214",
        "A part that is not used",
        "A block or network is a description; only where it stands as a layer is it built. What another file is to include "
        "may hold more than it uses: of included parts nothing is said.",
    ),
    Code(
        "W215",
        "An option that is not read",
        "An option has an effect where `$name`, or a formula, reads it. One that nothing reads may be set to anything.",
        "options: {width: 32}\nnetwork: {layers: [{dense: 16}]}",
        "options: {width: 32}\nnetwork: {layers: [{dense: $width}]}",
    ),
    Code(
        "W216",
        "Never there",
        "The condition is false every time it is asked, and it hangs on no option or size that could make it true in "
        "another run. `index` counts the copies of a repeated chain from 1.",
    ),
    Code(
        "W217",
        "Times 0",
        "What is multiplied by 0 has no part in the sum, and gets no gradient. An option is the way to switch a branch off: "
        "`$share * x` with `options: {share: 0}` is not warned of.",
    ),
)

STARTS = (
    Code(
        "W203",
        "Deep sigmoid nets",
        "The slope of a sigmoid is 1/4 at its steepest, so each layer hands on at most a quarter of the gradient that it "
        "gets: after 4 layers less than 1/64, after 9 less than 1/65,000 is left of it, and the first layers hardly learn. Relu "
        "hands on all of it; so do shortcuts (`add`), and norms between the layers undo the shrinking.",
        "- dense: {units: 32, activation: sigmoid}\n  repeat: 6",
        "- dense: {units: 32, activation: relu}\n  repeat: 6",
    ),
    Code(
        "W207",
        "Neurons that start alike",
        "Neurons with equal weights get equal gradients and stay equal. A start that is drawn tells them apart.",
        "dense: {units: 8, weights: 0}",
        "dense: 8",
    ),
    Code("W208", "A slope of 0", "No gradient passes a step, so what stands before it does not learn."),
    Code(
        "W218",
        "Worn out at the start",
        "The sum of n inputs near 1, with weights of deviation d, has deviation d * sqrt(n). Where that is far above 1, "
        "nearly all neurons start where sigmoid and tanh are flat, and learn next to nothing. The layer's own start keeps "
        "it near 1.",
        "dense: {units: 32, activation: tanh, weights: {normal: 2}}",
        "dense: {units: 32, activation: tanh}",
    ),
    Code(
        "W219",
        "A start for another curve",
        "`he` doubles the variance, because relu cuts half of the numbers off; sigmoid and tanh cut nothing off, and want "
        "`glorot`. Under relu `glorot` loses some of the spread at each layer, which counts in nets of several layers. Left "
        "out, the start is the one that fits.",
        "dense: {units: 32, activation: tanh, weights: he}",
        "dense: {units: 32, activation: tanh, weights: glorot}",
    ),
)

OUTPUTS = (
    Code(
        "W220",
        "Two answers to one question",
        "With `binary_cross_entropy` each output answers a yes or no of its own. Of two classes that exclude each other one "
        "answer gives the other: one output is enough, or `cross_entropy`, whose softmax shares 1 between the two.",
    ),
    Code(
        "W226",
        "A class taken for an amount",
        "The numbers of classes are names: class 2 is not twice class 1. With one output `mse` tries to come near the "
        "number itself. With an output a class it compares 0 and 1, which is slower to learn than `cross_entropy`.",
    ),
    Code(
        "W221",
        "Out of reach",
        "A sigmoid gives 0 to 1, tanh -1 to 1, relu nothing below 0. A target that goes beyond that cannot be met, "
        "however long it is trained. Amounts want a linear output; or a target that is scaled to 0 to 1.",
        "- dense: {units: 1, activation: sigmoid}",
        "- dense: 1",
    ),
    Code(
        "W222",
        "All through one number",
        "Behind a layer of one unit there is nothing but that one number, so that the classes have to share a line.",
        "- dense: 1\n- dense: 10",
        "- dense: 10",
    ),
    Code("W224", "Too many outputs", "Some outputs stand for no class, so they are never right."),
)

TRAINING = (
    Code(
        "W204",
        "A batch of everything",
        "The batch is larger than the training part, so each epoch is a single step.",
        "batch: 4096",
        "batch: 32",
    ),
    Code(
        "W205",
        "An unusual learning rate",
        "Far above what the optimizer usually bears, each step overshoots; far below, the weights hardly move. Adam and "
        "rmsprop make all steps about as long as the rate itself, so theirs are smaller than those of sgd.",
        "optimizer: {adam: {learning_rate: 10}}",
        "optimizer: {adam: {learning_rate: 1e-3}}",
    ),
    Code(
        "W206",
        "Unscaled data",
        "Numbers far from 1 make sums far from 1: the first steps are wild, and curves such as sigmoid start where they "
        "are flat.",
        "data: {source: mnist}",
        "data: {source: mnist, prepare: [scale]}",
    ),
    Code(
        "W223",
        "A batch of one",
        "Batch norm takes the mean of the batch away and divides by its deviation. One example is its own mean, so "
        "that only 0 is left of it. The last batch of an epoch is what is left over.",
        "batch: 16",
        "batch: 16\nlast_batch: drop",
    ),
    Code(
        "W225",
        "Columns of different size",
        "A column that is a hundred times larger than another has a hundred times its say in every sum, and as much "
        "more of the gradient: a learning rate that suits the one is too large or too small for the other.",
        "data: {source: wine}",
        "data: {source: wine, prepare: [standardize]}",
    ),
)

ADVICE = tuple(sorted((*LAYERS, *UNUSED, *STARTS, *OUTPUTS, *TRAINING), key=lambda page: page.code))
