"""What people write who come from other libraries, and what it is called here."""

from __future__ import annotations

import re
from collections.abc import Iterable

SYNONYMS = {
    "linear": "dense", "fully_connected": "dense", "fc": "dense",
    "conv": "conv2d", "conv2dtranspose": "conv_transpose2d", "deconv": "conv_transpose2d",
     "convolution": "conv2d", "temporal_convolution": "conv1d",
    "maxpool": "max_pool", "maxpool2d": "max_pool", "maxpooling2d": "max_pool", "maxpool1d": "max_pool", "maxpooling1d": "max_pool", "maxpool3d": "max_pool",
    "maxpooling3d": "max_pool", "maxpooling": "max_pool", "pool": "max_pool", "pooling": "max_pool", "pool2d": "max_pool",
    "avgpooling": "avg_pool", "averagepool": "avg_pool", "averagepooling": "avg_pool", "meanpool": "avg_pool", "meanpooling": "avg_pool",
    "globalpool": "global_avg_pool", "globalpooling": "global_avg_pool", "gap": "global_avg_pool",
    "globalaveragepooling": "global_avg_pool", "globalaveragepooling1d": "global_avg_pool", "globalmaxpooling": "global_max_pool",
    "globalmaxpooling1d": "global_max_pool", "globalmaxpooling2d": "global_max_pool", "adaptivemaxpool2d": "global_max_pool",
    "bn": "batch_norm", "norm": "batch_norm", "normalization": "batch_norm", "view": "reshape", "unflatten": "reshape",
    "dropout1d": "dropout", "dropout2d": "dropout", "dropout3d": "dropout", "spatialdropout2d": "dropout", "alphadropout": "dropout",
    "rnn": "recurrent", "simplernn": "recurrent", "multiheadattention": "attention", "selfattention": "attention",
    "merge": "concat", "lambda": "formula", "identity": "linear",
    "avgpool": "avg_pool", "avgpool2d": "avg_pool", "averagepooling2d": "avg_pool", "avgpool1d": "avg_pool", "averagepooling1d": "avg_pool",
    "avgpool3d": "avg_pool", "averagepooling3d": "avg_pool",
    "globalaveragepooling2d": "global_avg_pool", "adaptiveavgpool2d": "global_avg_pool",
    "batchnorm": "batch_norm", "batchnorm1d": "batch_norm", "batchnorm2d": "batch_norm", "batchnorm3d": "batch_norm", "batchnormalization": "batch_norm",
    "layernorm": "layer_norm", "layernormalization": "layer_norm", "concatenate": "concat", "cat": "concat",
    "upsample": "resize", "upsampling": "resize",
    "upsampling2d": "resize", "upscale": "resize", "interpolate": "resize", "scale_factor": "scale",
    "out_channels": "filters", "channels": "filters", "pool_size": "size",
    "swish": "silu", "leakyrelu": "leaky_relu", "logsoftmax": "log_softmax",
    "neurons": "units", "features": "units", "out_features": "units", "size": "units", "hidden_size": "units",
    "lr": "learning_rate", "rate": "learning_rate",
    "weight_decay": "decay", "batch_size": "batch", "optimiser": "optimizer", "p": "rate",
    "crossentropy": "cross_entropy", "nll": "cross_entropy", "nll_loss": "cross_entropy",
    "crossentropyloss": "cross_entropy", "categorical_crossentropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy", "categorical_cross_entropy": "cross_entropy",
    "bce": "binary_cross_entropy", "binary_crossentropy": "binary_cross_entropy", "bceloss": "binary_cross_entropy",
    "bcewithlogitsloss": "binary_cross_entropy",
    "l1_loss": "mae", "l1loss": "mae", "mean_absolute_error": "mae", "mseloss": "mse", "mean_squared_error": "mse",
    "xavier": "glorot", "xavier_uniform": "glorot", "glorot_uniform": "glorot", "kaiming": "he", "he_normal": "he",
    "layer": "layers", "kernel_size": "kernel", "n_samples": "samples", "epoch": "epochs",
    "normalise": "standardize", "normalize": "standardize", "standardise": "standardize",
    "nesterov_momentum": "nesterov", "valid": "validation", "val": "validation",
    "early_stopping": "stop", "clip": "clip_gradients", "gradient_clipping": "clip_gradients", "monitor": "metric",
    "clip_grad_norm": "clip_gradients", "acc": "accuracy", "loss_function": "loss", "model": "network",
    "description": "about", "title": "name", "bidirectional_lstm": "lstm", "categorical": "category",
    "randomflip": "flip", "random_flip": "flip", "randomhorizontalflip": "flip", "horizontal_flip": "flip",
    "mirror": "flip", "randomrotation": "rotate", "random_rotation": "rotate", "rotation": "rotate",
    "randomcrop": "crop", "random_crop": "crop", "randomzoom": "zoom", "random_zoom": "zoom",
    "randomtranslation": "shift", "random_translation": "shift", "translate": "shift", "translation": "shift",
    "gaussiannoise": "noise", "gaussian_noise": "noise", "randombrightness": "brightness",
    "random_brightness": "brightness", "colorjitter": "brightness", "color_jitter": "brightness",
    "randomerasing": "cutout", "random_erasing": "cutout", "augmentation": "augment", "augmentations": "augment",
    "ln": "log", "pow": "^", "power": "^", "prediction": "logits",
}  # fmt: skip
"""Other names of what there is here."""
HINTS = {
    "activation": "An activation is a layer of its own: `- relu`; `dense` and convolutions have it as an option too.",
    "zeropadding2d": "Windows have a margin of their own: `padding: same`.",
    "padding": "Windows have a margin of their own: `conv2d: {filters: 16, kernel: 3, padding: same}`.",
    "output": "What the last layer gives is the output; `output:` stands beside `layers:`.",
    "outputs": "What the last layer gives is the output; `output:` stands beside `layers:`.",
    "inputlayer": "Inputs are named beside the layers: `inputs: [x]`; built-in data needs none.",
    "compile": "Write the optimizer and the loss under `train:`.",
    "fit": "`netloom train FILE` trains; how long stands under `train:` as `epochs`.",
    "kernel_initializer": "The start of the weights: `weights: he`.",
    "weight_initializer": "The start of the weights: `weights: he`.",
    "bias_initializer": "The start of the bias: `bias: 0`.",
    "use_bias": "`bias: false` leaves the bias out.",
    "kernel_regularizer": "Penalties stand under `train:`: `penalties: [{l2: 0.001}]`.",
    "input": "Inputs are named beside the layers: `inputs: [x]`; built-in data needs none.",
    "input_shape": "The size of the input is known from the data; `inputs: {x: [784]}` says it.",
    "input_dim": "The size of the input is known from the data; `inputs: {x: [784]}` says it.",
    "in_features": "How many numbers come in is known; take it out.",
    "in_channels": "How many channels come in is known; take it out.",
    "scheduler": "The learning rate itself goes over training: `learning_rate: {cosine: {start: 0.01, end: 0, over: 100 %}}`.",
    "lr_scheduler": "The learning rate itself goes over training: `learning_rate: {cosine: {start: 0.01, end: 0, over: 100 %}}`.",
    "learning_rate_decay": "The learning rate itself goes over training: `learning_rate: {exponential: {start: 0.01, factor: 0.9, every: 1 epochs}}`.",
    "learning_rate": "It stands in the optimizer: `optimizer: {adam: {learning_rate: 0.001}}`.",
    "shuffle": "Rows are drawn in a new order every epoch; take it out.",
    "device": "Machine matters stand under `run:`.",
    "seed": "It stands under `run:`: `run: {seed: 3}`.",
    "train": "What validation and test leave trains; take it out.",
    "clamp": "`maximum(low, minimum(high, x))`.",
    "sequential": "Write the layers as a list under `layers:`.",
    "dataloader": "Write `batch:` under `train:`.",
    "gradient_clipping": "Write `clip_gradients: {norm: 1}`.",
    "dropout": "It is a layer of its own: `- dropout: 0.2`.",
    "batch_norm": "It is a layer of its own: `- batch_norm`.",
    "momentum": "The optimizer `momentum` has it: `optimizer: {momentum: {learning_rate: 0.01, momentum: 0.9}}`.",
    "amsgrad": "There is no such variant of adam here; take it out.",
    "num_features": "How many channels come in is known; take it out.",
    "normalized_shape": "How many numbers come in is known; take it out.",
}  # fmt: skip
"""What has no name here, and how it is said."""
RESIDUAL = "A way round some layers is added to what they give: `add: {body: [{conv2d: {…}}, …], keep: []}`."
HINTS |= dict.fromkeys(
    ("residual", "residual_block", "residualblock", "resblock", "resnet", "skip", "skip_connection", "shortcut"),
    RESIDUAL,
)
OTHERWISE = {
    "kernel_size": ("size",), "kernel": ("size",), "pool": ("size",), "units": ("filters",), "features": ("filters",),
    "out_features": ("filters",), "channels": ("units",), "hidden": ("units",), "width": ("units",),
}  # fmt: skip
"""Words that stand for several names here, by what the kind has."""
CALL = re.compile(r"(?:\w+\.)*([A-Za-z_]\w*)\s*\((.*)\)")
SPACED = re.compile(r"([A-Za-z_]\w*)\s+(\{.*\}|[-\w.$]+)")


def spoken_as(text: str, known: Iterable[str]) -> str | None:
    """`Dense(10, activation='relu')` and `dense 10` as entries; None for anything else.

    `known` are the words that may stand there.
    """
    words = {word.replace("_", ""): word for word in known}
    spaced, call = SPACED.fullmatch(text), CALL.fullmatch(text)
    found = call or spaced
    if found is None:
        return None
    bare = found[1].lower().replace("_", "")
    if bare == "activation":
        return spoken_word(found[2], words.values())
    kind = SYNONYMS.get(found[1].lower()) or words.get(bare)
    if kind is None or kind not in words.values():
        return None
    return f"{kind}: {_arguments(found[2])}" if call else f"{kind}: {found[2]}"


def spoken_word(text: str, known: Iterable[str]) -> str | None:
    """The known word that a text in quotes, or without, is."""
    word = text.strip().strip("\"'")
    return word if word in set(known) else None


def _arguments(text: str) -> str:
    """`10, activation='relu'` as `{…, activation: relu}`; a single value as it is."""
    parts = [part.strip().strip("\"'") for part in text.split(",") if part.strip()]
    named = [re.sub(r"\s*=\s*[\"']?([^\"']*)[\"']?", r": \1", part) for part in parts if "=" in part]
    plain = [part for part in parts if "=" not in part]
    if not named:
        return ", ".join(plain) if len(plain) == 1 else "{…}"
    renamed = [SYNONYMS.get(part.split(":")[0], part.split(":")[0]) + ":" + part.split(":", 1)[1] for part in named]
    return "{" + ", ".join([f"units: {value}" for value in plain[:1]] + renamed) + "}"
