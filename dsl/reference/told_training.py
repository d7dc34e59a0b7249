"""Losses, optimisers, penalties, live numbers and initialisers, told."""

from __future__ import annotations

from .frames import DIABETES, DIGITS, IRIS, TUMOURS, WINE, layers, trained
from .told import tell

PAIR = ("E220", "E221", "E222")
SCORES = ("E220", "E221", "E223", "E224", "E225", "W224")
tell(
    "loss", "mse",
    "Amounts, and pictures drawn again. An error twice as large counts four times, so outliers pull hard: then `huber`.",
    layers("- dense: 1", DIABETES, "{loss: {mse: {target: y}}, epochs: 5}"), codes=PAIR,
)  # fmt: skip
tell(
    "loss", "mae", "Amounts with outliers: the best constant answer is the median, not the mean.",
    layers("- dense: 1", DIABETES, "{loss: {mae: {target: y}}, epochs: 5}"), codes=PAIR,
)  # fmt: skip
tell(
    "loss", "huber", "Between the two: square near the target, so that it settles; straight far from it.",
    layers("- dense: 1", DIABETES, "{loss: {huber: {target: y, delta: 10}}, epochs: 5}"), codes=PAIR,
)  # fmt: skip
tell(
    "loss", "cross_entropy",
    "Classes of which one is right. It takes the scores of a linear last layer (logits), or a softmax. Even guessing "
    "among n classes costs log(n).",
    trained("{loss: cross_entropy, epochs: 5}"), codes=SCORES,
)  # fmt: skip
tell(
    "loss", "binary_cross_entropy", "Yes or no, or several labels of which any number may be right at once.",
    layers(
        "- dense: {units: 16, activation: relu}\n- dense: 1", TUMOURS,
        "{loss: {binary_cross_entropy: {target: label}}, epochs: 5}",
    ),
    codes=(*PAIR, "E225"),
)  # fmt: skip
tell(
    "loss", "hinge", "Wide margins between classes; right answers that are sure enough cost nothing.",
    layers("- dense: 3", IRIS, "{loss: {hinge: {target: label}}, epochs: 5}"), codes=("E220", "E221", "E224"),
)  # fmt: skip
tell(
    "loss", "formula", "A loss of one's own. A minus before it makes the number large in place of small.",
    layers("- dense: 1\n  name: y_hat", DIABETES, "{loss: {formula: mean(abs(y_hat - y))}, epochs: 5}"),
)  # fmt: skip
tell(
    "loss", "triplet", "Codes to compare by: faces of people that were not there in training.",
    layers(
        "- flatten\n- dense: {units: 64, activation: relu}\n- dense: 16\n  name: code", DIGITS,
        "{loss: {triplet: {codes: code, identity: label}}, epochs: 5}",
    ),
)  # fmt: skip
tell(
    "loss", "ctc", "Speech and handwriting: a short text belongs to many frames, and nobody says which.",
    layers(
        "- reshape: [8, 8]\n- dense: 11\n  name: scores", DIGITS,
        "{loss: {ctc: {logits: scores, target: label, blank: 10}}, epochs: 5}",
    ),
)  # fmt: skip

RATE = ("W205",)
for _name, _use, _options in (
    (
        "sgd", "The plainest rule, and often the best in the end, with a rate that falls. Try 0.1 and 0.01 first.",
        "{learning_rate: 0.1}",
    ),
    ("momentum", "Sgd that rolls through flat stretches and across small bumps.", "{learning_rate: 0.05}"),
    ("nesterov", "As momentum; it brakes a little earlier.", "{learning_rate: 0.05, momentum: 0.9}"),
    ("adagrad", "Sparse inputs, such as words: rare weights keep long steps. All steps shrink for ever.",
     "{learning_rate: 0.05}"),
    ("rmsprop", "Recurrent networks; it forgets old gradients where adagrad sums them up.", "{learning_rate: 1e-3}"),
    ("adam", "The first choice: it bears a wide range of learning rates.", "{learning_rate: 2e-3}"),
    ("adamw", "As adam with weights that shrink by themselves: usual for transformers.",
     "{learning_rate: 2e-3, decay: 0.01}"),
    ("lbfgs", "Few numbers and one batch of everything: style transfer, fitting a formula.", "{learning_rate: 1}"),
):  # fmt: skip
    tell("optimizer", _name, _use, trained(f"{{loss: cross_entropy, optimizer: {{{_name}: {_options}}}, epochs: 5}}"),
         codes=RATE)  # fmt: skip

SELECT = ("E227",)
for _name, _use, _written in (
    ("l1", "Few weights that matter, all others exactly 0: which inputs count?", "{l1: 1e-4}"),
    ("l2", "Smooth answers, less learning by heart. With adam, the option `decay` of adamw does better.", "{l2: 1e-3}"),
    ("elastic", "l1 that does not pick one of two like inputs by chance.", "{elastic: {l1: 1e-4, l2: 1e-3}}"),
):
    tell("penalty", _name, _use,
         trained(f'{{loss: cross_entropy, penalties: [{{{_written[1:-1]}, of: "**.weights"}}], epochs: 5}}'),
         codes=SELECT)  # fmt: skip
for _name, _use in (
    ("clip_weights", "A critic whose slope has to stay bounded, as in the first Wasserstein GAN."),
    ("max_norm", "Beside dropout and long steps: no neuron grows without bound."),
):
    tell("penalty", _name, _use,
         trained(f'{{loss: cross_entropy, after_step: [{{{_name}: 0.5, of: "**.weights"}}], epochs: 5}}'),
         codes=SELECT)  # fmt: skip

for _name, _use, _options in (
    ("linear", "A rate that ends at a known time; a weight of a loss that comes in slowly.",
     "{start: 0.1, end: 0.001, over: 4 epochs}"),
    ("cosine", "The usual fall of a learning rate: slow at first, slow at the end. `warmup` rises before it.",
     "{start: 0.1, end: 0, warmup: 5 %}"),
    ("steps", "Long runs at one rate, then a tenth of it: the schedule of the first residual networks.",
     "{start: 0.1, factor: 0.1, at: [3 epochs, 4 epochs]}"),
    ("exponential", "The same share less each time, without corners.", "{start: 0.1, factor: 0.8, every: 1 epochs}"),
    ("inverse_time", "The fall that theory asks for: its sum is endless, that of its squares is not.",
     "{start: 0.1, rate: 0.5, every: 1 epochs}"),
    ("plateau", "Nobody knows when: the run itself says that it stands still.",
     "{start: 0.1, factor: 0.5, patience: 2}"),
    ("switch", "Numbers set by hand at known times.", "{0: 0.1, 3 epochs: 0.01}"),
):  # fmt: skip
    tell("live", _name, _use,
         trained(f"loss: cross_entropy\noptimizer:\n  sgd:\n    learning_rate: {{{_name}: {_options}}}\nepochs: 5"),
         codes=("E108", "E109"))  # fmt: skip

for _name, _use, _written in (
    ("he", "The default before relu and its like: signals keep their size through many layers.", "he"),
    ("glorot", "The default elsewhere: signals forwards and gradients backwards both keep their size.", "glorot"),
    ("lecun", "Before selu.", "lecun"),
    ("normal", "A spread of one's own.", "{normal: 0.01}"),
    ("uniform", "Limits of one's own.", "{uniform: 0.1}"),
    ("orthogonal", "Recurrent and very deep networks: lengths stay exactly as they are.", "{orthogonal: 1}"),
    ("identity", "A layer that begins by passing its input on.", "identity"),
):
    tell("start", _name, _use,
         trained("{loss: cross_entropy, epochs: 5}",
                 hidden=f"dense: {{units: 32, activation: relu, weights: {_written}}}"))  # fmt: skip
for _name, _use, _written in (
    ("zeros", "Biases, which it is the default of. Weights that all start at 0 would stay alike.", "zeros"),
    ("ones", "Factors.", "ones"),
    ("constant", "A bias that opens a gate, or one that knows how rare the class is.", "{constant: -2}"),
):
    tell("start", _name, _use,
         layers(f"- dense: {{units: 3, bias: {_written}}}", WINE), codes=("W207",))  # fmt: skip
