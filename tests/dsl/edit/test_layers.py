"""Options, kinds, layers put in and taken out: what each edit makes of a file, to the letter."""

from __future__ import annotations

import pytest

from netloom.dsl.edit import (
    Document,
    Refused,
    delete,
    insert,
    insert_after,
    insert_before,
    replace_kind,
    set_option,
    set_value,
    unset_option,
    unset_value,
)
from netloom.dsl.edit_document import shown, steps_of

from .files import BLOCKS, CHAIN, GRAPH, changed

SETS: list[tuple[str, str, str, object, list[str]]] = [
    (CHAIN, "hidden", "units", 128, ["-- dense: 64   # hidden", "+- dense: 128   # hidden"]),
    (
        CHAIN, "hidden", "activation", "relu",
        ["-- dense: 64   # hidden", "+- dense: {units: 64, activation: relu}   # hidden"],
    ),
    (
        CHAIN, "more", "activation", {"leaky_relu": {"slope": 0.1}},
        ["-- dense: {units: 32, activation: relu}  # more",
         "+- dense: {units: 32, activation: {leaky_relu: {slope: 0.1}}}  # more"],
    ),
    (CHAIN, "network.layers[2]", "from", "hidden", ["-- relu", "+- relu: hidden"]),
    (CHAIN, "network.layers[0]", "when", "training", ["-- flatten     # 64", "+- flatten: {}     # 64", "+when: training"]),
    (CHAIN, "network.layers[2]", "name", "act", ["-- relu", "+- relu: {}", "+name: act"]),
    (CHAIN, "train", "batch", 64, ["-batch: 32", "+batch: 64"]),
    (CHAIN, "train", "epochs", 5, ["+epochs: 5"]),
    (CHAIN, "train.stop", "patience", 5, ["+stop: {patience: 5}"]),
    (CHAIN, "run", "seed", 3, ["+run: {seed: 3}"]),
    (
        CHAIN, "data.split", "test", 0.2,
        ["-data: {source: digits}   # built in", "+data: {source: digits, split: {test: 0.2}}   # built in"],
    ),
    (
        CHAIN, "train.optimizer", "learning_rate", 1e-3,
        ["-optimizer: adam # as usual", "+optimizer: {adam: 0.001} # as usual"],
    ),
    (
        CHAIN, "train.loss.cross_entropy", "reduce", "sum",
        ["-loss: {cross_entropy: {logits: scores, target: label}}",
         "+loss: {cross_entropy: {logits: scores, target: label, reduce: sum}}"],
    ),
    (
        BLOCKS, "stack", "rate", 0.1,
        ["-layers: [flatten, {Stack: 8, name: stack}, {dense: $width}, relu, {dense: 10}]",
         "+layers: [flatten, {Stack: {units: 8, rate: 0.1}, name: stack}, {dense: $width}, relu, {dense: 10}]"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "option", "value", "lines"), SETS)
def test_an_option_is_set_in_the_shortest_form(
    text: str, place: str, option: str, value: object, lines: list[str]
) -> None:
    assert changed(text, set_option, place, option, value) == lines


def test_an_option_is_unset_and_the_short_form_comes_back() -> None:
    assert changed(CHAIN, unset_option, "more", "activation") == [
        "-- dense: {units: 32, activation: relu}  # more", "+- dense: 32  # more",
    ]  # fmt: skip
    assert changed(CHAIN, unset_option, "network.layers[4]", "rate") == ["-- dropout: 0.2", "+- dropout"]
    assert changed(CHAIN, unset_option, "train", "batch") == ["-batch: 32"]
    assert changed(CHAIN, unset_option, "more", "from") == ["-from: hidden"]
    with pytest.raises(Refused, match="cannot be without `units`: it has no default"):
        unset_option(Document(CHAIN), "hidden", "units")
    with pytest.raises(Refused, match="cannot be without `units`"):
        unset_option(Document(BLOCKS), "stack", "units")
    with pytest.raises(Refused, match="`train` has no `loss`"):
        unset_option(Document(CHAIN), "train", "loss")


def test_what_no_kind_or_section_has_is_not_set() -> None:
    with pytest.raises(Refused, match=r"`dense` has no option `unit`. Did you mean `units`\?"):
        set_option(Document(CHAIN), "hidden", "unit", 3)
    with pytest.raises(Refused, match=r"there is no key `train.batches`. Did you mean `batch`\?"):
        set_option(Document(CHAIN), "train", "batches", 3)
    with pytest.raises(Refused, match="nothing in the file is called `lost`"):
        set_option(Document(CHAIN), "lost", "units", 3)
    with pytest.raises(Refused, match="begins with `train.loss`"):
        set_option(Document("name: x\nnetwork: {layers: [relu]}\n"), "train", "batch", 3)


def test_values_of_several_lines_become_one_and_their_remarks_stay() -> None:
    text = (
        "name: x\nnetwork:\n  layers:\n    - dense:\n        units: 3\n        weights:\n          start: he  # why\n"
    )
    assert changed(text, set_option, "network.layers[0]", "weights", "glorot") == [
        "-weights:", "-start: he  # why", "+weights: glorot", "+# why",
    ]  # fmt: skip


def test_layers_are_put_behind_and_before_others() -> None:
    assert changed(CHAIN, insert_after, "hidden", "tanh") == ["+- tanh"]
    assert changed(CHAIN, insert_after, "scores", {"dense": 3}, "last") == ["+- dense: 3", "+name: last"]
    assert Document(CHAIN).apply(insert(Document(CHAIN), "network.layers", 0, "relu")).text == CHAIN.replace(
        "  layers:\n", "  layers:\n    - relu\n"
    )


def test_a_layer_put_before_one_that_names_what_it_reads_reads_that() -> None:
    after = Document(CHAIN).apply(insert_before(Document(CHAIN), "more", {"dense": 5}))
    assert (
        "    - dense: 5\n      from: hidden\n    - dense: {units: 32, activation: relu}  # more\n      name: more\n"
        in after.text
    )


def test_lines_of_a_graph_are_put_between() -> None:
    assert changed(GRAPH, insert_after, "noisy", "relu", "cut") == [
        "-copy: [{dense: {units: 32}, from: noisy}, relu, {dense: 64}]",
        "-digit: {dense: 10, from: [noisy, pixels]}",
        "+cut: {relu: noisy}",
        "+copy: [{dense: {units: 32}, from: cut}, relu, {dense: 64}]",
        "+digit: {dense: 10, from: [cut, pixels]}",
    ]
    assert changed(GRAPH, insert_before, "digit", {"dense": 4}, "more") == [
        "-digit: {dense: 10, from: [noisy, pixels]}",
        "+more: {dense: 4, from: [noisy, pixels]}",
        "+digit: {dense: 10, from: more}",
    ]
    with pytest.raises(Refused, match="`code` gives out mean, spread"):
        insert_after(Document(GRAPH), "code", "relu")
    with pytest.raises(Refused, match="the formula reads several tensors"):
        insert_before(Document(GRAPH), "noisy", "relu")


def test_uses_of_a_deleted_layer_read_what_it_read() -> None:
    assert changed(GRAPH, delete, "pixels") == [
        "-pixels: {flatten: image}",
        "-digit: {dense: 10, from: [noisy, pixels]}",
        "-- mse: {prediction: copy, target: pixels}",
        "+digit: {dense: 10, from: [noisy, image]}",
        "+- mse: {prediction: copy, target: image}",
    ]
    assert changed(CHAIN, delete, "more") == [
        "-- dense: {units: 32, activation: relu}  # more", "-name: more", "+# more",
    ]  # fmt: skip
    after = Document(CHAIN).apply(delete(Document(CHAIN), "more"))
    assert "    # more\n    - dropout: 0.2\n      from: hidden\n" in after.text


def test_a_nameless_layer_takes_the_name_of_a_deleted_one_behind_it() -> None:
    after = Document(CHAIN).apply(delete(Document(CHAIN), "hidden"))
    assert "    - flatten: {}     # 64\n      name: hidden\n    # hidden\n\n    - relu\n" in after.text


def test_what_cannot_be_rewired_is_not_deleted() -> None:
    document = Document(GRAPH)
    for place, why in (
        ("noisy", "reads nothing that could stand for it in line 12"),
        ("networks.Coder.graph.mean", "the weights of `mean` are named in line 19"),
        ("code", "`code.mean` in line 11 reads a part of `code`"),
        ("train.loss[0].mse", "no kind stands here"),
        ("networks.Coder.inputs[0]", "`picture` is used in line 6"),
        ("graph", "`pixels`, within it, is read in line 16"),
    ):
        with pytest.raises(Refused, match=why):
            delete(document, place)
    told = document.apply(delete(document, "noisy", instead="pixels"))
    assert "from: [pixels, pixels]" in told.text


def test_another_kind_keeps_the_options_that_it_has_too() -> None:
    assert changed(CHAIN, replace_kind, "network.layers[2]", "tanh") == ["-- relu", "+- tanh"]
    assert changed(CHAIN, replace_kind, "train.optimizer", "sgd")[1] == "+optimizer: sgd # as usual"
    assert changed(CHAIN, replace_kind, "more", "conv2d", {"filters": 4, "kernel": 3})[1] == (
        "+- conv2d: {filters: 4, activation: relu, kernel: 3}  # more"
    )
    with pytest.raises(Refused, match="there is no layer `desne`"):
        replace_kind(Document(CHAIN), "hidden", "desne")
    with pytest.raises(Refused, match="`conv2d` needs `filters`"):
        replace_kind(Document(CHAIN), "network.layers[2]", "conv2d")


def test_values_are_written_and_taken_out_anywhere() -> None:
    assert changed(CHAIN, set_value, "about", "a net: small") == ['+about: "a net: small"']
    assert changed(CHAIN, set_value, "train.clip_gradients.norm", 5) == ["+clip_gradients: {norm: 5}"]
    assert changed(CHAIN, unset_value, "train.optimizer") == ["-optimizer: adam # as usual", "+# as usual"]
    with pytest.raises(Refused, match="there is no `data.nothing` in the file"):
        unset_value(Document(CHAIN), "data.nothing")


@pytest.mark.parametrize("address", ["network.layers[2].dense", 'a["**.weights"][0]', "train", ""])
def test_an_address_is_read_as_it_is_shown(address: str) -> None:
    assert shown(steps_of(address)) == address


def test_a_part_of_an_included_file_is_left_as_it_is_given() -> None:
    text = "include: [parts.yaml]\nnetwork: {layers: [{Far: {units: 3}}, {Far: 4, name: far}, {dense: 2}]}\n"
    assert changed(text, set_option, "network.layers[0].Far", "units", 5)[1].startswith(
        "+network: {layers: [{Far: {units: 5}},"
    )
    assert "{Far: 4, name: far, when: training}" in changed(text, set_option, "far", "when", "training")[1]
    with pytest.raises(Refused, match="what stands after `Far:` has no name"):
        set_option(Document(text), "far", "units", 5)
