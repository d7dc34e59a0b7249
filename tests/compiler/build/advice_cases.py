"""For each warning files that bring it, the place marked by §, and near misses that do not."""

from __future__ import annotations

from textwrap import indent

DIGITS = "data: {source: digits, prepare: [scale]}\n"
IRIS = "data: {source: iris, prepare: [standardize]}\n"
ENTROPY = "train: {loss: cross_entropy}\n"
HIDDEN = "- dense: {units: 32, activation: relu}"
NORMED = "data: {source: iris, prepare: [standardize]}\nnetwork:\n  layers:\n    - dense: {units: 8, bias: false}\n    - batch_norm\n    - relu\n    - dense: 3\n"


def layers(lines: str, data: str = DIGITS, train: str = ENTROPY) -> str:
    """A file whose network is the list of these layers."""
    return f"{data}network:\n  layers:\n{indent(lines, '    ')}\n{train}"


def pixels(lines: str, train: str = ENTROPY) -> str:
    """A list that begins with `flatten` and ends with scores for digits."""
    return layers(f"- flatten\n{lines}\n- dense: 10", train=train)


def graph(lines: str, train: str = ENTROPY, output: str = "scores") -> str:
    """A graph over `pixels`, which ends in `scores`."""
    return f"{DIGITS}network:\n  graph:\n    pixels: {{flatten: image}}\n{indent(lines, '    ')}\n  output: {output}\n{train}"


def step(lines: str, net: str = "[flatten, {dense: 10}]") -> str:
    """A file about its `train:`."""
    return f"{DIGITS}network: {{layers: {net}}}\ntrain:\n{indent(lines, '  ')}\n"


def aimed(curve: str, loss: str = "mse: {target: y}") -> str:
    """One output of `curve` trained towards the amount `y`."""
    return f"data: {{source: diabetes}}\nnetwork:\n  layers:\n    - dense:\n        units: 1\n        {curve}\ntrain: {{loss: {{{loss}}}}}\n"


FIRES: list[tuple[str, str, str]] = [
    ("W201", "comes out as 0.23 at most", layers("- flatten\n- dense: {units: 10, activation: softmax}\n- §softmax")),
    ("W201", "`log_softmax1` takes the softmax", layers("- flatten\n- dense: 10\n- softmax\n- dropout: 0.1\n- §log_softmax",
                                                       train="")),
    ("W202", "20% of the answers", layers("- flatten\n- dense: 10\n- §dropout: 0.2")),
    ("W202", "50% of the answers", layers("- flatten\n- dense: 10\n- §dropout: 0.5\n- softmax", train="")),
    ("W203", "6 sigmoid layers", pixels("- dense:\n    units: 8\n    §activation: sigmoid\n  repeat: 6")),
    ("W203", "at most (1/4)^3 = 2e-02", pixels("- dense: {units: 8, §activation: sigmoid}\n"
                                               "- dense: {units: 8, activation: sigmoid}\n  repeat: 3")),
    ("W204", "a batch of 4,096, but only 1,797 examples", step("loss: cross_entropy\nbatch: §4096")),
    ("W205", "a learning rate of 5 is above", step("loss: cross_entropy\noptimizer:\n  adam:\n    §learning_rate: 5")),
    ("W205", "a learning rate of 5 is above", step("loss: cross_entropy\noptimizer: {rmsprop: §5}")),
    ("W205", "20 at the start is above", step("loss: cross_entropy\noptimizer: {sgd: {§learning_rate: {cosine: {start: 20}}}}")),
    ("W205", "3 at the end is above", step("loss: cross_entropy\n"
                                           "optimizer: {adam: {§learning_rate: {linear: {start: 0.01, end: 3}}}}")),
    ("W205", "2 in the course", step("loss: cross_entropy\n"
                                     "optimizer: {adam: {§learning_rate: {switch: {0: 0.01, 3 epochs: 2}}}}")),
    ("W205", "hardly move", step("loss: cross_entropy\noptimizer: {sgd: {§learning_rate: 1e-9}}")),
    ("W205", "never move", step("loss: cross_entropy\noptimizer: {sgd: {§learning_rate: 0}}")),
    ("W206", "goes up to 255", layers("- flatten\n- dense: 10", "§data:\n  source: mnist\n")),
    ("W207", "all 8 neurons of `dense1`", pixels("- dense:\n    units: 8\n    §weights: 0.1\n- relu")),
    ("W208", "ends in step", pixels("- dense:\n    units: 8\n    §activation: step")),
    ("W209", "the second changes nothing", pixels(f"{HIDDEN}\n- §relu")),
    ("W209", "it is bent twice", pixels("- dense: {units: 32, activation: tanh}\n- reshape: [4, 8]\n- §tanh\n- flatten")),
    ("W209", "never below 0.5", pixels(f"{HIDDEN}\n- §sigmoid")),
    ("W210", "the 32 units of `dense1` add nothing", pixels("- §dense: 32")),
    ("W210", "the 4 layers `dense1` to `dense4`", pixels("- §dense: 16\n- dense: 16\n- dense: 16")),
    ("W211", "all but one of every 10 numbers", pixels(f"{HIDDEN}\n- dropout:\n    §rate: 0.9")),
    ("W211", "all but one of every 20 numbers", pixels(f"{HIDDEN}\n- dropout: {{§rate: {{linear: {{start: 0.2, end: 0.95}}}}}}")),
    ("W212", "the bias of `dense1` has no effect", NORMED.replace("dense: {units: 8, bias: false}", "§dense: 8") + ENTROPY),
    ("W212", "in 1 more layer", layers("- dense:\n    units: 8\n    §bias: 1\n- batch_norm\n- relu\n- dense: 8\n- batch_norm\n"
                                       "- relu\n- dense: 3", IRIS)),
    ("W213", "2,080 weights never learn", graph("§side: {dense: 32, from: pixels}\nscores: {dense: 10, from: pixels}")),
    ("W213", "with 1 layer that only it reads", graph("one: {dense: {units: 4, activation: tanh}, from: pixels}\n"
                                                      "§two: {dense: 4, from: one}\nscores: {dense: 10, from: pixels}")),
    ("W213", "no part in the loss", graph("§double: 2 * pixels\nscores: {dense: 10, from: pixels}")),
    ("W213", "no part in what the network gives out", layers("- flatten\n- §dense: 4\n- dense: 10\n  from: flatten1", train="")),
    ("W214", "the block `Deep`", f"{IRIS}blocks:\n  §Deep: {{layers: [{{dense: 8}}, Deep]}}\nnetwork: {{layers: [{{dense: 3}}]}}\n"),
    ("W214", "the network `Side`", f"{IRIS}networks:\n  §Side: {{inputs: {{x: [4]}}, layers: [{{dense: 8}}]}}\n"
     "network: {layers: [{dense: 3}]}\n"),
    ("W215", "the option `width`", f"options:\n  §width: 16\n  units: 3\n{IRIS}network: {{layers: [{{dense: $units}}]}}\n"),
    ("W215", "the option `width` of `Deep`", f"{IRIS}options: {{width: 3}}\nblocks:\n  Deep:\n    options:\n      units: 3\n"
     "      §width: 8\n    layers: [{dense: $units}]\nnetwork: {layers: [{Deep: {units: $width}}]}\n"),
    ("W216", "is never true", pixels(f"{HIDDEN}\n- dropout: 0.2\n  when: §2 > 3")),
    ("W216", "in none of the 3 copies", pixels(f"- chain:\n    {HIDDEN}\n    - dropout: 0.2\n      when: §index > 3\n  repeat: 3")),
    ("W216", "in none of the 2 copies", pixels("- chain:\n    - dense: {units: $units, activation: relu}\n    - dropout: 0.2\n"
                                               "      when: §units > 32 and index > 0\n  repeat: {units: [32, 16]}")),
    ("W217", "`pixels` has no part", graph("both: §bent + 0 * pixels\nbent: {dense: {units: 64, activation: relu}, from: pixels}\n"
                                           "scores: {dense: 10, from: both}")),
    ("W217", "`pixels`, `bent` has no part", graph("both: §bent - (sum(pixels * bent) / 3) * 0\n"
                                                   "bent: {dense: {units: 64, activation: relu}, from: pixels}\n"
                                                   "scores: {dense: 10, from: both}")),
    ("W218", "a sum of 64 inputs with one of 16", pixels("- dense:\n    units: 8\n    activation: tanh\n    §weights: {normal: 2}")),
    ("W218", "with one of 46", pixels("- dense:\n    units: 8\n    §weights: {uniform: 10}\n- sigmoid")),
    ("W219", "twice what tanh wants", pixels("- dense:\n    units: 8\n    activation: tanh\n    §weights: he")),
    ("W219", "0.7^3 = 0.35", pixels("\n".join("- dense: {units: 8, activation: relu, §weights: glorot}".replace("§", mark)
                                              for mark in ("§", "", "")))),
    ("W220", "one of 2 classes", "data: {source: breast_cancer, prepare: [standardize], fields: {label: {prepare: [one_hot]}}}\n"
     "network: {layers: [{dense: 2}]}\ntrain:\n  loss: §binary_cross_entropy\n"),
    ("W226", "whose numbers 0 to 2 are names", "data: {source: iris, prepare: [standardize]}\n"
     "network: {layers: [{dense: 1}]}\ntrain:\n  loss: §mse\n"),
    ("W221", "which gives 0 to 1, but `y` goes up to 346", aimed("§activation: sigmoid")),
    ("W221", "which gives -1 to 1, but `y` goes up to 346", aimed("§activation: tanh", "huber: {target: y}")),
    ("W221", "about half of its values are below 0", aimed("§activation: relu").replace(
        "diabetes", "diabetes, fields: {y: {prepare: [standardize]}}")),
    ("W222", "has 10 classes", pixels("- dense:\n    §units: 1\n    activation: tanh")),
    ("W223", "150 examples in batches of 149", NORMED + "train: {loss: cross_entropy, batch: §149}\n"),
    ("W223", "is its own mean: only 0", NORMED + "train:\n  loss: cross_entropy\n  batch: §1\n"),
    ("W224", "the last 2 are never right", layers("- flatten\n- dense:\n    §units: 12")),
    ("W224", "the last 54 are never right", layers("- §flatten")),
    ("W224", "the last 278 are never right", layers("- conv2d: {filters: 8, kernel: 3}\n- §flatten")),
    ("W224", "the last one is never right", layers("- flatten\n- §dense: 11\n- softmax")),
    ("W227", "`conv2d1` has no `kernel`", layers("- §conv2d: 8\n- flatten\n- dense: 10")),
    ("W227", "each place of `image` by itself",
     layers("- resize: 2\n- §conv2d: {filters: 8, stride: 2, activation: relu}\n- flatten\n- dense: 10")),
    ("W227", "`conv1d1` has no `kernel`", layers("- reshape: [64, 1]\n- §conv1d: 8\n- flatten\n- dense: 10")),
    ("W225", "2,545 times less", layers("- dense: 3", "§data:\n  source: wine\n")),
]  # fmt: skip
"""Code, words of the message, and the file; `§` stands before the place."""

SILENT: list[tuple[str, str]] = [
    ("W201", graph("one: {softmax: pixels}\ntwo: {dense: 10, from: one}\nscores: {softmax: two}")),
    ("W202", layers("- flatten\n- dropout: 0.2\n- dense: 10")),
    ("W202", graph("code: {dropout: 0.2, from: pixels}\nscores: {dense: 10, from: code}", "", "[code, scores]")),
    ("W203", pixels("- dense: {units: 8, activation: sigmoid}\n  repeat: 3")),
    ("W203", pixels("- dense: {units: 8, activation: tanh}\n  repeat: 9")),
    ("W203", pixels("- dense: {units: 8, activation: relu}\n- chain:\n    - add: {old: [], new: [{dense: {units: 8, "
                    "activation: sigmoid}}]}\n  repeat: 6")),
    ("W203", pixels("- dense: {units: 8, activation: sigmoid}\n  repeat: 6", train="")),
    ("W204", step("loss: cross_entropy\nbatch: 1797")),
    ("W205", step("loss: cross_entropy\noptimizer: {sgd: {learning_rate: 5}}")),
    ("W205", step("loss: cross_entropy\noptimizer: {adam: {learning_rate: {linear: {start: 0, end: 0.01}}}}")),
    ("W205", step("loss: cross_entropy\noptimizer: {sgd: {learning_rate: 0, groups: [{of: dense1, learning_rate: 0.1}]}}")),
    ("W206", "data: {source: digits}\nnetwork: {layers: [flatten, {dense: 10}]}\n" + ENTROPY),
    ("W206", "data: {source: mnist}\nnetwork:\n  graph: {small: image / 255, flat: {flatten: small}, y: {dense: 10, from: flat}}\n"
     "  output: y\n" + ENTROPY),
    ("W207", pixels("- dense: {units: 8, weights: {normal: 0.1}}\n- relu")),
    ("W207", layers("- flatten\n- dense: {units: 10, weights: 0}")),
    ("W207", pixels("- dense: {units: 1, weights: 0}\n- relu", train="")),
    ("W208", layers("- dense: {units: 8, activation: step, weights: {start: 1, trainable: false}, bias: {trainable: false}}\n"
                    "- dense: 3", IRIS)),
    ("W209", pixels("- dense: {units: 32, activation: tanh}\n- relu")),
    ("W209", pixels("- dense: {units: 32, activation: sigmoid}\n- dense: {units: 32, activation: sigmoid}")),
    ("W210", pixels("- dense: 8")),
    ("W210", pixels("- dense: {units: 32, weights: {norm: spectral}}")),
    ("W210", pixels("- dense: {units: 32, weights: {trainable: false}}")),
    ("W210", graph("wide: {dense: 32, from: pixels}\nscores: {dense: 10, from: wide}", output="[wide, scores]",
                   train="train: {loss: {cross_entropy: {logits: scores}}}\n")),
    ("W211", pixels(f"{HIDDEN}\n- dropout: 0.8")),
    ("W212", NORMED + ENTROPY),
    ("W212", layers("- dense: {units: 8, activation: relu}\n- batch_norm\n- dense: 3", IRIS)),
    ("W213", graph("side: {dense: 10, from: pixels, when: training}\nscores: {dense: 10, from: pixels}", "train:\n  loss:\n"
                   "    - cross_entropy: {logits: scores}\n    - cross_entropy: {logits: side}\n")),
    ("W213", graph("side: {dense: 10, from: pixels}\nscores: {dense: {units: 10, weights: {same_as: side.weights}}, from: pixels}")),
    ("W213", f"{IRIS}networks:\n  Both: {{inputs: {{x: [4]}}, graph: {{a: {{dense: 3, from: x}}, b: {{tanh: x}}}}, output: [a, b]}}\n"
     "network: {graph: {both: {Both: x}, scores: {softmax: both.a}}, output: scores}\n"),
    ("W214", f"{IRIS}blocks: {{Deep: {{layers: [{{dense: 3}}]}}}}\nnetwork: {{layers: [Deep]}}\n"),
    ("W214", f"{IRIS}blocks: {{Deep: {{layers: [{{dense: 3}}]}}}}\nnetworks: {{Q: {{Deep: {{}}}}}}\nnetwork: {{layers: [Q]}}\n"),
    ("W215", f"options: {{width: 3}}\n{IRIS}network: {{layers: [{{dense: $(width + 0)}}]}}\n"),
    ("W215", f"options: {{width: 3}}\n{IRIS}blocks: {{Deep: {{options: {{units: $width}}, layers: [{{dense: $units}}]}}}}\n"
     "network: {layers: [Deep]}\n"),
    ("W215", f"options: {{deep: true}}\n{IRIS}network: {{layers: [{{tanh: {{}}, when: deep}}, {{dense: 3}}]}}\n"),
    ("W216", f"options: {{deep: false}}\n{IRIS}network: {{layers: [{{tanh: {{}}, when: deep}}, {{dense: 3}}]}}\n"),
    ("W216", pixels(f"- chain:\n    {HIDDEN}\n    - dropout: 0.2\n      when: index > 2\n  repeat: 3")),
    ("W216", pixels(f"{HIDDEN}\n- dropout: 0.2\n  when: input.features > 32")),
    ("W217", "options: {share: 0}\n" + graph("both: bent + share * pixels\nbent: {dense: {units: 64, activation: relu}, "
                                            "from: pixels}\nscores: {dense: 10, from: both}")),
    ("W218", pixels("- dense: {units: 8, activation: tanh, weights: {normal: 0.5}}")),
    ("W218", pixels("- dense: {units: 8, activation: relu, weights: {normal: 2}}")),
    ("W219", pixels("- dense: {units: 8, activation: relu, weights: glorot}\n- dense: {units: 8, activation: relu}")),
    ("W219", pixels("- dense: {units: 8, activation: relu, weights: he}\n- dense: {units: 8, activation: tanh, weights: glorot}")),
    ("W220", "data: {source: breast_cancer, prepare: [standardize]}\nnetwork: {layers: [{dense: 1}]}\n"
     "train: {loss: binary_cross_entropy}\n"),
    ("W226", "data: {source: iris, prepare: [standardize]}\nnetwork: {layers: [{dense: 3}]}\ntrain: {loss: mse}\n"),
    ("W221", aimed("activation: linear")),
    ("W221", aimed("activation: relu")),
    ("W221", aimed("activation: sigmoid").replace("diabetes", "diabetes, fields: {y: {prepare: [scale]}}")),
    ("W222", pixels("- dense: {units: 2, activation: tanh}")),
    ("W223", NORMED + "train: {loss: cross_entropy, batch: 149, last_batch: drop}\n"),
    ("W223", NORMED + "train: {loss: cross_entropy, batch: 148}\n"),
    ("W224", layers("- flatten\n- dense: 10")),
    ("W225", layers("- dense: 3", "data: {source: iris}\n")),
    ("W227", layers("- conv2d: {filters: 8, kernel: 1}\n- relu\n- flatten\n- dense: 10")),
    ("W227", layers("- conv2d: {filters: 8, kernel: 3}\n- relu\n- conv2d: 4\n- relu\n- flatten\n- dense: 10")),
    ("W225", layers("- batch_norm\n- dense: 3", "data: {source: wine}\n")),
]  # fmt: skip
"""Files that come near a warning, and are right: nothing at all is said of them."""
