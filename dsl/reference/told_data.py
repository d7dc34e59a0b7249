"""Sources, preparations and metrics, told."""

from __future__ import annotations

from .frames import DIABETES, TUMOURS, layers, trained, whole
from .told import tell

SCORES = "{loss: cross_entropy, metrics: [%s], epochs: 5}"
YES_OR_NO = "{loss: {binary_cross_entropy: {target: label}}, metrics: [%s], epochs: 5}"
METRIC = ("E226", "E228")
tell(
    "metric", "accuracy", "What one wants to know of a classifier. Comes by itself with cross-entropy. Where one class "
    "is rare it says little: then `f1`.",
    trained(SCORES % "accuracy"), codes=METRIC,
)  # fmt: skip
tell("metric", "top_k", "Many classes, some of them nearly the same.", trained(SCORES % "{top_k: 3}"), codes=METRIC)
for _name, _use in (
    ("precision", "Where a false alarm is dear."),
    ("recall", "Where a miss is dear."),
    ("f1", "Both in one number, where one class is rare."),
    ("confusion_matrix", "Which class is taken for which."),
):
    tell("metric", _name, _use, layers("- dense: 1", TUMOURS, YES_OR_NO % _name), codes=METRIC)
for _name, _use in (
    ("mse", "Amounts, in squares of their unit."),
    ("mae", "Amounts, in their own unit."),
    ("r2", "Amounts, without a unit: 1 is perfect, 0 is no better than the mean, less is worse than that."),
):
    tell(
        "metric", _name, _use,
        layers("- dense: 1", DIABETES, f"{{loss: {{mse: {{target: y}}}}, metrics: [{_name}], epochs: 5}}"),
        codes=METRIC,
    )  # fmt: skip
for _name, _use in (
    ("bleu", "Translations against one made by a person."),
    ("bits_per_symbol", "Text that is predicted letter by letter: how well it could be packed."),
    ("label_error", "Texts read off sound or handwriting."),
    ("mean_overlap", "Pictures whose every point has a class."),
    ("mean_average_precision", "Boxes around things."),
    ("episode_return", "Agents in a world."),
):
    tell("metric", _name, _use, trained(SCORES % _name))

SPLIT = "split: {test: 0.2}"
AS_IS = ("W206",)
for _name, _use, _out in (
    ("iris", "The smallest real set: classes that a straight line nearly parts.", 3),
    ("wine", "Small, with numbers of very different size: a reason to standardize.", 3),
    ("breast_cancer", "Yes or no, from measurements of cells.", 2),
):
    tell("source", _name, _use,
         layers(f"- dense: {_out}", f"{{source: {_name}, prepare: [standardize], {SPLIT}}}"), codes=("E300",))  # fmt: skip
for _name, _use in (
    ("digits", "Pictures small enough for a first network that trains in seconds."),
    ("mnist", "The classic of handwritten digits. Its test part comes with it."),
    (
        "cifar10",
        "Colour pictures of things: no longer easy. Its test part comes with it. Put `cifar-10-binary.tar.gz` (or "
        "`cifar-10-python.tar.gz`, of which nothing is run) into the folder that $NETLOOM_DATA names.",
    ),
):
    own = (
        f"{{source: {_name}, prepare: [scale], {SPLIT}}}"
        if _name == "digits"
        else (f"{{source: {_name}, prepare: [scale], split: {{validation: 0.1}}}}")
    )
    tell("source", _name, _use,
         layers("- flatten\n- dense: {units: 64, activation: relu}\n- dense: 10", own), codes=("E300",))  # fmt: skip
tell("source", "diabetes", "A small regression with much noise: half the variance is all there is to explain.",
     layers("- dense: 1", DIABETES, "{loss: {mse: {target: y}}, metrics: [r2], epochs: 5}"), codes=("E300",))  # fmt: skip
FILES = ("E301", "E302", "E303", "E304")
tell(
    "source", "images", "One's own pictures: `birds/crow/1.png` is a crow. Where the folder holds `train` and `test`, with "
    "a folder a class in each, the test part is kept. Pictures alone, in no folder of a class, come without `label`.",
    whole(
        """
        data: {source: {images: {path: birds, size: [8, 8]}}, prepare: [scale]}
        network:
          layers: [flatten, {dense: 2}]
        train: {loss: cross_entropy, batch: 4, epochs: 5}
        """
    ),
    codes=(*FILES, "E309", "E311", "E312"),
)  # fmt: skip
tell(
    "source", "csv", "One's own tables. `fields:` says which columns are read and how.",
    whole(
        """
        data:
          source: {csv: flowers.csv}
          fields:
            x: {columns: [height, width], prepare: [standardize]}
            label: {column: colour, as: category}
        network:
          inputs: [x]
          layers: [{dense: 2}]
        train: {loss: cross_entropy, batch: 4, epochs: 5}
        """
    ),
    codes=(*FILES, "E305", "E306", "E307", "E308", "E309"),
)  # fmt: skip
tell(
    "source", "npz", "Arrays that a Python program has saved: a column for each array, a row for each example.",
    whole(
        """
        data: {source: {npz: points.npz}}
        network:
          inputs: [x]
          layers: [{dense: 1}]
        train: {loss: {mse: {target: y}}, batch: 4, epochs: 5}
        """
    ),
    codes=(*FILES, "E307"),
)  # fmt: skip
tell(
    "source", "idx", "Pictures in the form that MNIST made common; `.gz` is read too.",
    whole(
        """
        data: {source: {idx: {images: signs-images.idx, labels: signs-labels.idx}}, prepare: [scale]}
        network:
          layers: [flatten, {dense: 2}]
        train: {loss: cross_entropy, batch: 4, epochs: 5}
        """
    ),
    codes=FILES,
)  # fmt: skip
tell(
    "source", "values", "Examples small enough to write down: a lesson, a test, a hand calculation.",
    whole(
        """
        data: {source: {values: {x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]]}}}
        network:
          inputs: [x]
          layers: [{dense: {units: 4, activation: tanh}}, {dense: 1}]
        train: {loss: {mse: {target: y}}, batch: 4, epochs: 5}
        """
    ),
    codes=("E307", "E311"),
)  # fmt: skip
tell(
    "source", "gates", "The first lesson on neurons: which gates can one neuron learn, and which not?",
    whole(
        """
        data: {source: {gates: xor}}
        network:
          layers: [{dense: {units: 4, activation: tanh}}, {dense: 1}]
        train: {loss: {binary_cross_entropy: {target: label}}, batch: 4, epochs: 5}
        """
    ),
)  # fmt: skip
for _name, _use, _options, _out in (
    ("moons", "Two classes that no straight line parts.", "{samples: 400, noise: 0.1}", 2),
    ("circles", "Two classes that only a closed line parts.", "{samples: 400, noise: 0.05}", 2),
    ("spirals", "Classes that wind around each other: a reason for depth.", "{samples: 400, classes: 3}", 3),
    ("blobs", "Classes that lie apart: the easiest of all.", "{samples: 400, classes: 3}", 3),
):
    tell("source", _name, _use,
         layers(f"- dense: {{units: 16, activation: tanh}}\n- dense: {_out}",
                f"{{source: {{{_name}: {_options}}}, {SPLIT}}}"))  # fmt: skip
for _name, _use, _path in (
    ("text", "Books, to be written on.", "book.txt"),
    ("tsv", "Pairs of sentences, and tables out of other programs.", "pairs.tsv"),
    ("audio", "Words that are spoken.", "words"),
    ("go", "Games of Go, position by position.", "games"),
    ("synthetic", "Sequences with a known rule.", "sine"),
    ("environment", "Learning by trying.", "CartPole-v1"),
):
    tell("source", _name, _use,
         layers("- flatten\n- dense: 2\n  name: scores", f"{{source: {{{_name}: {_path}}}}}",
                "{loss: {cross_entropy: {logits: scores, target: label}}, epochs: 5}"))  # fmt: skip

for _name, _use, _source in (
    ("scale", "Pictures, and numbers whose least and greatest are known.", "digits"),
    ("standardize", "Measurements of different units: each gets the same say.", "wine"),
    ("mean_image", "Pictures around 0, and nothing lost: deep networks of the first years.", "digits"),
    ("binarize", "Pictures of black and white.", "digits"),
    ("log", "Amounts over several powers of ten: prices, counts.", "wine"),
    ("fill_mean", "Tables with holes.", "wine"),
    ("resize", "Pictures of one size, before they reach the network.", "digits"),
):
    chosen = {"binarize": "scale, {binarize: 0.5}", "log": "log, standardize", "resize": "{resize: 4}, scale",
              "fill_mean": "fill_mean, standardize"}.get(_name, _name)  # fmt: skip
    tell("prepare", _name, _use,
         layers(f"- flatten\n- dense: {10 if _source == 'digits' else 3}", f"{{source: {_source}, prepare: [{chosen}], {SPLIT}}}"),
         codes=("E233",))  # fmt: skip
tell(
    "prepare", "one_hot", "Classes that a network reads: a category among the measurements.",
    whole(
        """
        data:
          source: iris
          prepare: [standardize]
          fields: {label: {prepare: [one_hot]}}
          split: {test: 0.2}
        network:
          inputs: [x, label]
          graph:
            both:  {concat: [x, label]}
            code:  {dense: {units: 3, activation: tanh}, from: both}
            again: {dense: 4, from: code}
          output: again
        train: {loss: {mse: {prediction: again, target: x}}, epochs: 5}
        """
    ),
    codes=("E233",),
)  # fmt: skip
