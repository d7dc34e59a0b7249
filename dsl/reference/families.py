"""The families of kinds: how each is called, where its pages lie, how its kinds are written."""

from __future__ import annotations

from dataclasses import dataclass

from ..kinds.kind import Family


@dataclass(frozen=True, slots=True)
class Told:
    """`one` and `many` are the family's names; `folder` lies in docs/language/."""

    one: str
    many: str
    folder: str
    about: str


FAMILIES: dict[Family, Told] = {
    "layer": Told(
        "layer", "Layers", "layers",
        "Layers turn a tensor into another. In a list of `layers:` each reads the one before; in a `graph:` "
        "each says what it reads, with `from`. Shapes leave the batch out; channels stand last.",
    ),
    "joiner": Told(
        "joiner", "Joiners", "joiners",
        "Joiners make one tensor of several. They take a list of names, or branches by name: lists of layers that "
        "all read what the joiner would read. An empty branch is the input itself.",
    ),
    "activation": Told(
        "activation", "Activations", "activations",
        "Activations are curves applied to each number; `softmax` and `log_softmax` work on the last axis. "
        "They stand alone as a layer, or in the option `activation` of another.",
    ),
    "loss": Told(
        "loss", "Losses", "losses",
        "A loss is a number for each example, made small by training. `loss: mse` is enough where there is one "
        "output and one target; else its tensors are named. Several losses are a list; `weight` beside each is its "
        "factor. `reduce` is over the batch, `units` over the numbers of an example.",
    ),
    "optimizer": Told(
        "optimizer", "Optimizers", "optimizers",
        "An optimizer is the rule by which a weight moves along its gradient. In the formulas `w` is a weight, "
        "`g` its gradient, `lr` the learning rate, `t` the step from 1.",
    ),
    "metric": Told(
        "metric", "Metrics", "metrics",
        "Metrics are reported for every part of the data and change nothing. The test part is measured once, at the "
        "end. A metric takes its tensors from the loss, unless it names them.",
    ),
    "penalty": Told(
        "penalty", "Penalties", "penalties",
        "Penalties are added to the loss for the weights themselves, and stand in `train: {penalties: […]}`. "
        "`of:` beside one says which weights: a [selector](../selectors.md); without it all weights and no biases.",
    ),
    "live": Told(
        "live number", "Live numbers", "live_numbers",
        "A live number goes over training: a learning rate that falls, a weight of a loss that comes in. Wherever "
        "the tables say *live number*, a plain number may stand, or one of these. Times are quantities: a number, a "
        "blank and one of the units `epochs`, `steps`, `%` (of the whole training); a number alone counts epochs.",
    ),
    "start": Told(
        "initialiser", "Initialisers", "initialisers",
        "An initialiser says what weights are before training. It stands in `weights:` and `bias:` of a layer. A "
        "plain number makes all weights that number; lists of numbers give each weight by hand. Without one, layers "
        "take `he` before relu-like activations and `glorot` elsewhere, and 0 for a bias.",
    ),
    "prepare": Told(
        "preparation", "Preparations", "preparations",
        "What is done to a column before the network reads it. Numbers that are fitted (means, deviations) come from "
        "the training part alone. `prepare:` of `data` is for every input, that of a field for this one.",
    ),
    "augment": Told(
        "augmentation", "Augmentations", "augmentations",
        "What is done to an example each time it is trained on, a little different each time, so that a network sees "
        "more than the data holds. `augment:` of `data` is a list, done in order after `prepare`: amounts are in the "
        "units that the network sees. Nothing is drawn where a network is measured or predicts; only the middle of "
        "`crop` is taken there. What is drawn hangs on the seed, the step of training and the row alone, whatever "
        "the number of threads, and a run that is resumed goes on as it would have.\n\n"
        "Pictures have the shape [height, width, channels]; what moves points moves every picture of an example in the "
        "same way, targets too, and so classes of points [height, width]. Steps that move and follow each other look "
        "at the picture once, so nothing is blurred twice.",
    ),
    "source": Told(
        "source", "Sources", "sources",
        "Where the data comes from: sets that come with netloom, files below the spec's own folder, sets made "
        "by formula.",
    ),
}  # fmt: skip
