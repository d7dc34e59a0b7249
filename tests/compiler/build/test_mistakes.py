"""Every mistake is said once, at its place (`§` marks it), with both numbers and a way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netloom.dsl.diagnostics import Diagnostic

Remarks = Callable[..., tuple[Diagnostic, ...]]
CROSS = "\ntrain: {loss: cross_entropy}"


def marked(text: str) -> tuple[str, int, int]:
    """The text without its mark; the mark's line and column."""
    before, _, after = text.partition("§")
    return before + after, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


LAYERS = [
    ("E105", "`image` goes down to 0, and with plus 0 to 0, which has no logarithm",
     "data: {source: digits, prepare: [§log]}\nnetwork: {layers: [flatten, {dense: 10}]}" + CROSS),
    ("E201", "[8, 8, 1] holds 8 * 8 * 1 = 64 numbers, [7, 9] holds 7 * 9 = 63",
     "network: {layers: [{§reshape: [7, 9]}, flatten, {dense: 10}]}" + CROSS),
    ("E201", "`a` gives [3], `b` [4]", "network:\n  graph:\n    f: {flatten: image}\n    a: {dense: 3, from: f}\n"
     "    b: {dense: 4, from: f}\n    c: {add: [a, §b]}\n  output: c"),
    ("E201", "`a` is [2], `b` is [3]; `+` wants equal sizes", "network:\n  graph:\n    f: {flatten: image}\n    a: {dense: 2, from: f}\n"
     "    b: {dense: 3, from: f}\n    c: a §+ b\n    d: c * 2\n  output: d"),
    ("E202", "no tensor called `imag`", "network: {graph: {a: {flatten: §imag}, b: {dense: 10, from: a}}, output: b}"),
    ("E202", "no tensor called `out`", "network: {graph: {a: {flatten: image}}, output: §out}"),
    ("E203", "two layers called `dense1`",
     "network: {layers: [flatten, {dense: 4}, {relu: {}, name: §dense1}, {dense: 10}]}" + CROSS),
    ("E204", "`label` is already a column", "network: {layers: [flatten, {dense: 10, name: §label}]}" + CROSS),
    ("E204", "`label` is already a column", "network: {graph: {§label: {flatten: image}}, output: label}"),
    ("E205", "which tensor it gives out", "network: {§graph: {a: {flatten: image}}}"),
    ("E206", "in a circle: b -> a -> b", "network: {graph: {a: {dense: 3, from: b}, §b: {dense: 3, from: a}}, output: a}"),
    ("E206", "in a circle: a -> a", "network: {graph: {§a: {dense: 3, from: a}}, output: a}"),
    ("E207", "does not say what it reads", "network: {graph: {a: §{dense: 3}}, output: a}"),
    ("E207", "does not say what it joins", "network: {graph: {a: §{add: []}}, output: a}"),
    ("E208", "130,000,000,000 weights", "network: {layers: [flatten, {§dense: 2000000000}]}"),
    ("E209", "has to be [2, 64], but these numbers are [2, 2]",
     "network: {layers: [flatten, {dense: {units: 2, §weights: [[1, 2], [3, 4]]}}]}"),
    ("E209", "`bias` has to be [2], but these numbers are [3]",
     "network: {layers: [flatten, {dense: {units: 2, §bias: [1, 2, 3]}}]}"),
    ("E210", "more than 10,000 layers",
     "network: {layers: [flatten, {chain: [§{dense: 5, repeat: 10000}], repeat: 10000}, {dense: 3}]}"),
    ("E216", "`3 + 4` reads no tensor", "network: {graph: {f: {flatten: image}, a: §3 + 4}, output: f}"),
    ("E216", "no axis `height`", "network: {graph: {f: {flatten: image}, a: '§sum(f, over=height)'}, output: a}"),
    ("E217", "`when` is 64", "network: {layers: [flatten, {dense: 3, when: §input.channels}]}"),
    ("E218", "`size` is already an option",
     "options: {size: 3}\nnetwork: {layers: [flatten, {dense: $size, name: §size}]}"),
    ("E201", "`@` multiplies rows and tables", "network: {graph: {f: {flatten: image}, a: image §@ f}, output: a}"),
    ("E201", "the last axis of [64] is 64, the first of [3] is 3",
     "network: {graph: {f: {flatten: image}, g: {dense: 3, from: f}, a: f §@ g}, output: a}"),
    ("E201", "has no two axes", "network: {graph: {f: {flatten: image}, a: §transpose(f)}, output: a}"),
    ("E201", "the parts are 3 + 4 = 7 numbers, and the last axis of [64] has 64",
     "network: {graph: {f: {flatten: image}, s: {§split: {a: 3, b: 4}, from: f}}, output: s.a}"),
    ("E201", "the index is [10]", "network: {graph: {f: {flatten: image}, h: {one_hot: label}, p: {§pick: h, from: f}}, "
     "output: p}"),
    ("E213", "gives out a, b: which one is meant",
     "network: {graph: {f: {flatten: image}, s: {split: {a: 3, b: 61}, from: f}, g: {dense: 3, from: §s}}, output: g}"),
    ("E219", "how a tied weight is read",
     "network: {layers: [flatten, {dense: {units: 3, §weights: {transposed: true}}}]}"),
    ("E219", "other numbers than 0 and 1",
     "network: {layers: [flatten, {dense: 2}, {dense: {units: 1, §weights: {mask: [[1, 2]]}}}]}"),
    ("E209", "`weights` is [1, 2], but its mask is [1, 3]",
     "network: {layers: [flatten, {dense: 2}, {dense: {units: 1, §weights: {mask: [[1, 0, 1]]}}}]}"),
    ("E219", "`norm` is for a table", "network: {layers: [flatten, {dense: {units: 3, §bias: {norm: weight}}}]}"),
    ("E235", "`same_as: cod.weights` names no weights", "network: {layers: [flatten, {dense: 3, name: code}, "
     "{dense: {units: 64, §weights: {same_as: cod.weights, transposed: true}}}]}"),
    ("E209", "this layer's `weights` is [64, 3], and `code.weights` is [3, 64]", "network: {layers: [flatten, "
     "{dense: 3, name: code}, {dense: {units: 64, §weights: {same_as: code.weights}}}]}"),
    ("E235", "tied in a circle", "network: {layers: [flatten, {dense: {units: 64, §weights: {same_as: b.weights}}, name: a}, "
     "{dense: {units: 64, weights: {same_as: a.weights}}, name: b}]}"),
    ("E234", "reads `a`, which is there only in training", "network: {graph: {f: {flatten: image}, "
     "a: {dense: 3, from: f, when: training}, b: §{dense: 3, from: a}}, output: b}"),
    ("E299", "`lstm`", "network: {layers: [{reshape: [8, 8]}, {§lstm: 3}, flatten]}"),
    ("E299", "a mask by name", "network: {layers: [flatten, {dense: {units: 3, §weights: {mask: causal}}}]}"),
]  # fmt: skip

DATA = [
    ("E212", "`city` holds class numbers", "city",
     "network: {inputs: [x, city], graph: {z: {§dense: 1, from: [x, city]}}, output: z}".replace("{§dense", "§{dense")),
    ("E230", "nothing to read", "none", "network: §{layers: [flatten, {dense: 10}]}"),
    ("E230", "no data for the input `image`", "none", "network: {inputs: [§image], layers: [{dense: 10}]}"),
    ("E230", "no data to train on", "none",
     "network: {inputs: {x: [3]}, layers: [{dense: 10}]}\ntrain: {loss: §cross_entropy}"),
    ("E231", "no column `imag`; it has image, label", "digits",
     "network: {inputs: [§imag], layers: [flatten, {dense: 10}]}" + CROSS),
    ("E232", "declared as [8, 8], but the data gives [8, 8, 1]", "digits",
     "network: {inputs: {§image: [8, 8]}, layers: [flatten, {dense: 10}]}" + CROSS),
    ("E233", "`one_hot` is for classes, and `x` holds numbers", "xy",
     "data: {source: digits, fields: {x: {column: x, prepare: [§one_hot]}}}\nnetwork: {layers: [{dense: 1}]}"),
    ("E233", "`scale` is for numbers, and `label` holds classes", "digits",
     "data: {source: digits, fields: {label: {column: label, prepare: [§scale]}}}\n"
     "network: {layers: [flatten, {dense: 10}]}" + CROSS),
]  # fmt: skip

TRAIN = [
    ("E220", "gives out 2 tensors", "digits", "network: {graph: {a: {flatten: image}, b: {dense: 10, from: a}}, "
     "output: [a, b]}\ntrain: {loss: §cross_entropy}"),
    ("E221", "no column `label`, and every column is an input", "xy",
     "network: {inputs: [x, y], graph: {z: {dense: 2, from: [x, y]}}, output: z}\ntrain: {loss: §mse}"),
    ("E222", "`dense1` is 3 numbers an example ([3]), the target `y` is 2 numbers", "xy",
     "network: {layers: [{dense: 3}]}\ntrain: {loss: §{mse: {target: y}}}"),
    ("E222", "is 10 numbers an example ([10]), and the target one class of 10", "digits",
     "network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: §binary_cross_entropy}"),
    ("E223", "`dense1` reads a picture as it is", "digits",
     "network: {layers: [{§dense: 10}]}\ntrain: {loss: cross_entropy}"),
    ("E223", "is 64 numbers an example ([64]): as many as `image` has", "digits",
     "network: {layers: [flatten, {dense: 8}, {dense: 64}]}\ntrain: {loss: §mse}"),
    ("E223", "as many as `image` has", "digits",
     "network: {layers: [{dense: 8}, {dense: 1}]}\ntrain: {loss: §binary_cross_entropy}"),
    ("E224", "10 classes, and `dense1` gives only 9 outputs", "digits",
     "network: {layers: [flatten, {§dense: 9}]}\ntrain: {loss: cross_entropy}"),
    ("E224", "`dense1` gives only 9 outputs", "digits",
     "network: {layers: [flatten, {dense: {§units: 9}}, {reshape: [9]}]}\ntrain: {loss: cross_entropy}"),
    ("E224", "2 classes, and `dense1` gives only 1 output", "yes",
     "network: {layers: [{dense: 1}]}\ntrain: {loss: §cross_entropy}"),
    ("E224", "one output says only yes or no", "digits",
     "network: {layers: [flatten, {dense: 1}]}\ntrain: {loss: §binary_cross_entropy}"),
    ("E225", "ends in relu", "digits",
     "network: {layers: [flatten, {dense: {units: 10, §activation: relu}}]}\ntrain: {loss: cross_entropy}"),
    ("E225", "ends in relu", "digits",
     "network: {layers: [flatten, {dense: 10}, relu, {§dropout: 0.1}]}\ntrain: {loss: cross_entropy}"),
    ("E225", "`flatten2` comes after the softmax", "digits",
     "network: {layers: [flatten, {dense: 10}, softmax, §flatten]}\ntrain: {loss: cross_entropy}"),
    ("E227", "`hiden` reaches no weights", "digits", "network: {layers: [flatten, {dense: {units: 8, activation: relu}, "
     "name: hidden}, {dense: 10}]}\ntrain: {loss: cross_entropy, penalties: [{l2: 1e-3, of: §hiden}]}".replace(
         "{dense: {units: 8, activation: relu}, name: hidden}", "{dense: {units: 8}, name: hidden}")),
    ("E227", "`Nope` reaches no weights", "digits",
     "network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy, update: §Nope}"),
    ("E228", "`top_k` wants a row of scores", "yes",
     "network: {layers: [{dense: 1}]}\ntrain: {loss: binary_cross_entropy, metrics: [§{top_k: 3}]}"),
    ("E228", "the target `y` is [2]", "xy", "network: {graph: {a: {dense: 2, from: x}, b: {dense: 3, from: x}}, "
     "output: a}\ntrain: {loss: mse, metrics: [§{mae: {prediction: b}}]}"),
    ("E228", "the greatest of several scores wins", "digits", "network: {layers: [flatten, {dense: 10}]}\n"
     "train: {loss: cross_entropy, metrics: [{accuracy: {§threshold: 0.3}}]}"),
    ("E229", "two reported numbers are called `accuracy`", "digits",
     "network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy, metrics: [accuracy, §accuracy]}"),
    ("E222", "`where` gives 64 numbers an example", "digits", "network: {layers: [flatten, {dense: 10}]}\n"
     "train: {loss: {cross_entropy: {}, where: §image > 3}}"),
    ("E222", "a loss is one number an example, and this gives 64", "digits",
     "network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: [cross_entropy, §{formula: 0.1 * image}]}"),
    ("E234", "would be left out in training", "digits", "network: {layers: [flatten, {dense: 10}]}\n"
     "train: {loss: [cross_entropy, §{mse: {target: 1}, when: not training}]}"),
    ("E227", "`nope` reaches no weights", "digits", "network: {layers: [flatten, {dense: 10}]}\n"
     "train: {loss: cross_entropy, optimizer: {adam: {groups: [{of: §nope, decay: 1}]}}}"),
    ("E102", "a group of `adam` has no option `decoy`", "digits", "network: {layers: [flatten, {dense: 10}]}\n"
     "train: {loss: cross_entropy, optimizer: {adam: {groups: [{of: dense1, decoy: §1}]}}}"),
]  # fmt: skip

PARTS = [
    ("E101", "no block or network is called `C`", "network: {graph: {f: {flatten: image}, a: {§C: f}}, output: f}"),
    ("E102", "no option or input `z`", "blocks: {B: {options: {n: 3}, layers: [{dense: $n}]}}\n"
     "network: {layers: [flatten, {B: {n: 2, §z: 1}}]}"),
    ("E103", "`B` needs `n`",
     "blocks: {B: {options: {n: int}, layers: [{dense: $n}]}}\nnetwork: {layers: [flatten, {§B: {}}]}"),
    ("E104", "n is the text `two`",
     "blocks: {B: {options: {n: int}, layers: [{dense: $n}]}}\nnetwork: {layers: [flatten, {B: §two}]}"),
    ("E104", "sizes is a list of 1, and 2 are wanted",
     "blocks: {B: {options: {sizes: [int, int]}, layers: [{dense: $sizes.1}]}}\nnetwork: {layers: [flatten, {B: §[2]}]}"),
    ("E104", "sizes.2 is the text `x`",
     "blocks: {B: {options: {sizes: [int, int]}, layers: [{dense: $sizes.1}]}}\nnetwork: {layers: [flatten, {B: [2, §x]}]}"),
    ("E211", "uses itself 40 times", "blocks: {B: {layers: [flatten, §B]}}\nnetwork: {layers: [B]}"),
    ("E213", "gives out a, b", "blocks: {B: {graph: {a: {flatten: input}, b: {dense: 2, from: a}}, output: [a, b]}}\n"
     "network: {graph: {c: {B: image}, d: {dense: 3, from: §c}}, output: d}"),
    ("E214", "reads `b`, and is not given it", "blocks: {B: {inputs: [a, b], graph: {c: a + b}, output: c}}\n"
     "network: {graph: {f: {flatten: image}, d: {§B: {a: f}}}, output: d}"),
    ("E215", "is [8, 64] where the network is used first, and would have to be [8, 3] here",
     "networks: {N: {layers: [{§dense: 8}]}}\n"
     "network: {graph: {f: {flatten: image}, g: {dense: 3, from: f}, a: {N: f}, b: {N: g}}, output: b}"),
    ("E232", "declares `a` as [5], and is given [64]", "blocks: {B: {inputs: {a: [5]}, layers: [relu]}}\n"
     "network: {layers: [flatten, §B]}"),
    ("E299", "which follows another", "networks: {N: {layers: [{dense: 8}]}, M: {follow: N, every: 5 steps}}\n"
     "network: {layers: [flatten, §M]}"),
]  # fmt: skip


def check(found: tuple[Diagnostic, ...], code: str, words: str, line: int, column: int) -> None:
    assert [(d.code, d.place.line, d.place.column) for d in found] == [(code, line, column)], found
    assert words in found[0].message, found[0].message


@pytest.mark.parametrize(("code", "words", "text"), LAYERS + PARTS)
def test_layers(remarks: Remarks, code: str, words: str, text: str) -> None:
    text, line, column = marked(text)
    check(remarks(text), code, words, line, column)


@pytest.mark.parametrize(("code", "words", "data", "text"), DATA + TRAIN)
def test_data_and_training(remarks: Remarks, code: str, words: str, data: str, text: str) -> None:
    text, line, column = marked(text)
    check(remarks(text, data), code, words, line, column)


def test_each_mistake_once(remarks: Remarks) -> None:
    """What hangs on an unknown size says nothing; what does not is still checked."""
    found = remarks(
        "network:\n  layers:\n    - {reshape: [7, 9]}\n    - flatten\n    - {dense: 5}\n    - {reshape: [6]}\n"
        "    - {add: {a: [], b: [{dense: 4}]}}\n    - {dense: 10, when: input.channels > 3}\n"
        "    - {flatten: {}, name: label}\n"
        "train: {loss: [cross_entropy, {mse: {target: nope}}], penalties: [{l2: 1, of: x}]}"
    )
    assert [(d.code, d.place.line) for d in found] == [("E201", 3), ("E204", 9), ("E202", 10)]


def test_every_repeat_of_a_mistake_is_one(remarks: Remarks) -> None:
    found = remarks("network: {layers: [flatten, {chain: [{reshape: [7]}, {reshape: [64]}], repeat: 9}, {dense: 10}]}")
    assert [d.code for d in found] == ["E201"]


def test_what_is_not_built_is_said(remarks: Remarks) -> None:
    found = remarks(
        "network: {layers: [flatten, {dense: 10}]}\nstudy: {vary: {}}\ntrain: {loss: cross_entropy, fit: x}"
    )
    assert {d.code for d in found} == {"E299"}
    assert len(found) == 2


def test_no_size_of_a_file_runs_away(remarks: Remarks) -> None:
    """Blocks within blocks are bounded in number, not only in depth."""
    blocks = ", ".join(f"B{n}: {{layers: [{', '.join([f'B{n + 1}'] * 12)}]}}" for n in range(6))
    found = remarks(f"blocks: {{{blocks}, B6: {{layers: [relu]}}}}\nnetwork: {{layers: [flatten, B0]}}")
    assert [d.code for d in found] == ["E210"]


def test_nothing_cannot_be_repeated_for_ever(remarks: Remarks) -> None:
    found = remarks("network: {layers: [flatten, {chain: [{chain: [], repeat: 10000}], repeat: 10000}, {dense: 3}]}")
    assert [d.code for d in found] == ["E210"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_long_graph_in_any_order(remarks: Remarks, order: int) -> None:
    lines = [
        "a0: {flatten: image}",
        *(f"a{n}: {{dense: {{units: 4, activation: relu}}, from: a{n - 1}}}" for n in range(1, 600)),
    ]
    text = "network:\n  graph:\n" + "".join(f"    {line}\n" for line in lines[::order]) + "  output: a599\n"
    assert remarks(text) == ()
