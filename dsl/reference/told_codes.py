"""A file that brings each code, and the same file mended."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from .frames import AMOUNTS, DIABETES, DIGITS, IRIS, graph, layers, trained, whole


@dataclass(frozen=True, slots=True)
class Shown:
    """Two whole files that differ in the lines that matter."""

    wrong: str
    right: str

    @property
    def mended(self) -> str:
        """The lines of the right file that the wrong one lacks."""
        had = self.wrong.splitlines()
        return dedent("\n".join(line for line in self.right.splitlines() if line not in had))


SHOWN: dict[str, Shown] = {}


def show(code: str, text: str, wrong: str, right: str) -> None:
    """Show a code by a file in which `HERE` stands for what is wrong, then for what is right."""
    assert code not in SHOWN, f"{code} is shown twice"
    SHOWN[code] = Shown(*(_without_holes(text.replace("HERE", each)) for each in (wrong, right)))


def _without_holes(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def in_train(code: str, wrong: str, right: str) -> None:
    """Show a code by a line of `train:`."""
    show(code, trained("loss: cross_entropy\nHERE"), wrong, right)


def by_layer(code: str, lines: str, wrong: str, right: str, data: str = DIGITS) -> None:
    """Show a code by a line of `layers:`; the network is not trained."""
    show(code, layers(lines, data), wrong, right)


NET = "network: {layers: [flatten, {dense: 10}]}\n"
SMALL = f"data: {{source: digits}}\n{NET}"
ROW = "network: {layers: [{dense: 3}]}\n"
FLOWERS = """
data:
  source: {csv: flowers.csv}
  fields:
    x: {columns: [height, width]}
    y: HERE
network: {inputs: [x], layers: [{dense: 2}]}
"""
PARTED = f"data: {{source: digits, split: {{validation: HERE, test: 0.5}}}}\n{NET}"

# reading

show("E009", f"{SMALL}train: {{loss: cross_entropy, HERE}}\n", "<<: {epochs: 3}", "epochs: 3")
show("E026", f"netloom: HERE\n{SMALL}", "2", "1")
by_layer(
    "E028",
    "- flatten\n- dense: {units: 32, activation: relu}\n  name: hidden\n- dense: 10\n  name: HERE",
    "hidden",
    "scores",
)
by_layer("E029", "- flatten\n- dense: 10\n  name: HERE", "channels", "scores")
show("E032", "data: {source: digits}\nnetwork:\n  layers: [flatten, {dense: 10}]\n  HERE\n",
     "graph: {y: {dense: 10, from: image}}", "")  # fmt: skip
show("E033", "data: {source: digits}\nHERE\n", "", NET)
show("E036", trained("loss: cross_entropy\nepochs: 5\nHERE"), "steps: 100", "")
by_layer("E037", "- flatten\n- dense: {units: $units, activation: $how}\n  repeat: {units: [32, 16], how: HERE}\n- dense: 10",
         "[relu]", "[relu, tanh]")  # fmt: skip

# options

show("E106", layers("- dense: 1", DIABETES, "{loss: {mse: {target: y, reduce: HERE}}, epochs: 5}"), "average", "mean")

# meaning

RESIDUAL = "- flatten\n- dense: 32\n- add:\n    body: [{dense: HERE}]\n    keep: []\n- dense: 10"
by_layer("E201", RESIDUAL, "16", "32")
show("E202", graph("pixels: {flatten: image}\nscores: {dense: 10, from: HERE}"), "pixel", "pixels")
by_layer("E204", "- flatten\n- dense: 10\n  name: HERE", "label", "scores")
show("E205", f"data: {IRIS}\nnetwork:\n  inputs: [x]\n  graph: {{scores: {{dense: 3, from: x}}}}\n  HERE\n", "",
     "output: scores")  # fmt: skip
show("E206", graph("a: {tanh: HERE}\nscores: {dense: 3, from: a}", "x", data=IRIS), "scores", "x")
show("E207", graph("pixels: {flatten: image}\nscores: HERE"), "{dense: 10}", "{dense: 10, from: pixels}")
by_layer("E208", "- flatten\n- dense: {units: HERE, activation: relu}\n- dense: 10", "2000000000", "2000")
show("E209", "data: {source: {gates: and}}\nnetwork: {layers: [{dense: {units: 1, weights: HERE}}]}\n", "[[1, 1, 1]]",
     "[[1, 1]]")  # fmt: skip
show("E211", whole(
    """
    data: {source: iris, prepare: [standardize]}
    blocks:
      Halving:
        options: {units: int}
        layers:
          - dense: {units: $units, activation: relu}
          - Halving: $(ceil(units / 2))
            HERE
    network: {layers: [{Halving: 16}, {dense: 3}]}
    """
), "", "when: units > 1")  # fmt: skip
show("E212", "data: {source: iris, fields: {label: HERE}}\nnetwork: {inputs: [label], layers: [{dense: 3}]}\n", "{}",
     "{prepare: [one_hot]}")  # fmt: skip
show("E213", whole(
    """
    data: {source: iris, prepare: [standardize]}
    networks:
      Both:
        inputs: {x: [4]}
        graph: {a: {tanh: x}, b: {dense: 3, from: x}}
        output: [a, b]
    graph: {both: {Both: x}, scores: {dense: 3, from: HERE}}
    """
), "both", "both.a")  # fmt: skip
show("E214", whole(
    """
    data: {source: iris, prepare: [standardize]}
    networks:
      Mixed:
        inputs: [left, right]
        layers: [{concat: [left, right]}, {dense: 3}]
    graph: {scores: {Mixed: HERE}}
    """
), "{left: x}", "{left: x, right: x}")  # fmt: skip
show("E215", whole(
    """
    data: {source: iris, prepare: [standardize]}
    networks:
      Same: {inputs: [it], layers: [{dense: 4}]}
    graph: {wide: {dense: HERE, from: x}, a: {Same: x}, b: {Same: wide}}
    """
), "8", "4")  # fmt: skip
show("E216", graph("pixels: {flatten: image}\nall: {dense: 10, from: pixels}\nscores: softmax(all, over=HERE)"), "width",
     "channels")  # fmt: skip
by_layer("E217", "- flatten\n- dense: {units: 32, activation: relu}\n  when: HERE\n- dense: 10", "2 + 1", "2 > 1")
show("E218", whole(
    """
    options: {HERE: 32}
    data: {source: iris, prepare: [standardize]}
    network:
      inputs: [x]
      graph: {hidden: {dense: {units: $HERE, activation: relu}, from: x}, scores: {dense: 3, from: hidden}}
      output: scores
    """
), "hidden", "width")  # fmt: skip
TWO = "pixels: {flatten: image}\nfirst: {dense: 10, from: pixels}\nsecond: {dense: 10, from: pixels}"
show("E220", graph(TWO, output="[first, second]", train="{loss: HERE, epochs: 5}"), "cross_entropy",
     "{cross_entropy: {logits: first}}")  # fmt: skip
show("E221", "data: {source: {values: {x: [[1]], y: [[2]], z: [[3]]}}}\nnetwork: {inputs: [x], layers: [{dense: 1}]}\n"
     "train: {loss: HERE}\n", "mse", "{mse: {target: y}}")  # fmt: skip
show("E222", layers("- dense: HERE", DIABETES, "{loss: {mse: {target: y}}, epochs: 5}"), "2", "1")
by_layer("E223", "HERE\n- dense: 10", "", "- flatten")
by_layer("E224", "- flatten\n- dense: HERE", "9", "10")
by_layer("E225", "- flatten\n- dense: {units: 10, activation: HERE}", "relu", "softmax")
in_train("E227", "penalties: [{l2: 1e-4, of: hiden}]", "penalties: [{l2: 1e-4, of: dense1}]")
show("E228", layers("- dense: 1", DIABETES, "{loss: {mse: {target: y}}, metrics: [HERE], epochs: 5}"), "top_k", "r2")
in_train("E229", "metrics: [{top_k: 3}, {top_k: 5}]", "metrics: [{top_k: 3}, {top_k: 5, name: top_five}]")
show("E230", "HEREnetwork: {layers: [{dense: 3}]}\ntrain: {loss: cross_entropy}\n", "", "data: {source: iris}\n")
show("E231", "data: {source: iris}\nnetwork: {inputs: [HERE], layers: [{dense: 3}]}\n", "petals", "x")
show("E232", "data: {source: iris}\nnetwork: {inputs: {x: [HERE]}, layers: [{dense: 3}]}\n", "5", "4")
show("E233", f"data: {{source: iris, fields: {{x: {{prepare: [HERE]}}}}}}\n{ROW}", "one_hot", "standardize")
show("E237", f"data: {{source: iris, prepare: [standardize], augment: [HERE]}}\n{ROW}", "rotate", "noise")
show("E238", layers("- flatten\n- dense: 10", "{source: digits, prepare: [scale], augment: [{crop: HERE}]}"), "9", "7")

# data

show("E301", f"data: {{source: {{csv: HERE}}}}\n{NET}", "no_such_file.csv", "flowers.csv")
show("E306", FLOWERS, "{column: colour, as: number}", "{column: colour, as: category}")
show("E307", "data: {source: {values: {x: [[1], [2]], y: HERE}}}\nnetwork: {inputs: [x], layers: [{dense: 1}]}\n",
     "[[1]]", "[[1], [2]]")  # fmt: skip
show("E308", FLOWERS, "{column: color}", "{column: colour}")
show("E309", FLOWERS, "{column: colour, values: [red]}", "{column: colour, values: [red, blue]}")
show("E310", PARTED, "0.5", "0.2")

show(
    "E305",
    whole(
        """
    data: {source: {csv: gaps.csv}, fields: {x: {column: width, HERE}}}
    network: {layers: [{dense: 3}]}
    """
    ),
    "as: number",
    "as: number, missing: 0",
)

# warnings

by_layer("W201", "- flatten\n- dense: {units: 10, activation: HERE}\n- softmax", "softmax", "linear")
by_layer("W202", "- flatten\n- dense: 10\nHERE", "- dropout: 0.2", "")
by_layer("W203", "- flatten\n- dense: {units: 32, activation: HERE}\n  repeat: 6\n- dense: 10", "sigmoid", "relu")
in_train("W204", "batch: 100000", "batch: 100")
in_train("W205", "optimizer: {adam: {learning_rate: 10}}", "optimizer: {adam: {learning_rate: 1e-2}}")
show("W206", layers("- flatten\n- dense: 10", "{source: mnist, HEREsplit: {test: 0.2}}"), "", "prepare: [scale], ")
by_layer("W207", "- flatten\n- dense: {units: 32, activation: relu, weights: HERE}\n- dense: 10", "zeros", "he")
by_layer("W208", "- flatten\n- dense: {units: 32, activation: HERE}\n- dense: 10", "step", "relu")
by_layer("W209", "- flatten\n- dense: {units: 32, activation: relu}\nHERE\n- dense: 10", "- relu", "")
by_layer("W210", "- flatten\n- dense: HERE\n- dense: 10", "32", "{units: 32, activation: relu}")
by_layer("W211", "- flatten\n- dense: {units: 32, activation: relu}\n- dropout: HERE\n- dense: 10", "0.9", "0.1")
by_layer("W212", "- dense: HERE\n- batch_norm\n- relu\n- dense: 3", "16", "{units: 16, bias: false}", IRIS)
show(
    "W213",
    graph("pixels: {flatten: image}\nHERE\nscores: {dense: 10, from: pixels}"),
    "side: {dense: 32, from: pixels}",
    "",
)
show("W214", whole(
    """
    data: {source: iris, prepare: [standardize]}
    HERE
    network: {layers: [{dense: 3}]}
    """
), "blocks: {Deep: {layers: [{dense: 8}, relu]}}", "")  # fmt: skip
show("W215", layers("- flatten\n- dense: {units: HERE, activation: relu}\n- dense: 10") + "options: {width: 32}\n", "16",
     "$width")  # fmt: skip
by_layer("W216", """
- flatten
- chain:
    - dense: {units: 32, activation: relu}
    - dropout: 0.2
      when: index > HERE
  repeat: 3
- dense: 10
""", "3", "2")  # fmt: skip
show("W217", graph("pixels: {flatten: image}\nbent: {dense: {units: 64, activation: relu}, from: pixels}\n"
                   "both: bent + HERE * pixels\nscores: {dense: 10, from: both}"), "0", "0.5")  # fmt: skip
by_layer("W218", "- flatten\n- dense: {units: 32, activation: tanh, weights: {normal: HERE}}\n- dense: 10", "2", "0.1")
by_layer("W219", "- flatten\n- dense: {units: 32, activation: tanh, weights: HERE}\n- dense: 10", "he", "glorot")
show("W220", layers("- dense: 2", "{source: breast_cancer, prepare: [standardize], fields: {label: {prepare: [one_hot]}}}",
                    "loss: HERE\nepochs: 5"), "binary_cross_entropy", "cross_entropy")  # fmt: skip
show("W221", layers("- dense: {units: 1, activation: HERE}", DIABETES, AMOUNTS), "sigmoid", "linear")
by_layer("W222", "- flatten\n- dense: {units: HERE, activation: tanh}\n- dense: 10", "1", "16")
show("W223", layers("- dense: {units: 16, bias: false}\n- batch_norm\n- relu\n- dense: 3", IRIS,
                    "loss: cross_entropy\nbatch: HERE\nepochs: 5"), "1", "16")  # fmt: skip
by_layer("W224", "- flatten\n- dense: HERE", "12", "10")
show("W225", layers("- dense: {units: 16, activation: relu}\n- dense: 3", "{source: wine, HEREsplit: {test: 0.2}}"), "",
     "prepare: [standardize], ")  # fmt: skip
by_layer("W227", "- conv2d: {filters: 8, HEREactivation: relu}\n- flatten\n- dense: 10", "", "kernel: 3, ")
