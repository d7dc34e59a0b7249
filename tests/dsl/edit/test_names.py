"""Names changed, layers moved, doubled, made blocks: what each edit makes of a file, to the letter."""

from __future__ import annotations

import pytest

from netloom.dsl.edit import (
    Document,
    Refused,
    Splice,
    composed,
    delete,
    duplicate,
    insert,
    insert_after,
    move,
    rename,
    unwrap,
    wrap,
)

from .files import BLOCKS, CHAIN, GRAPH, changed


def test_a_name_is_changed_at_every_use() -> None:
    assert changed(GRAPH, rename, "networks.Coder.graph.mean", "centre") == [
        "-graph: {flat: {flatten: picture}, mean: {dense: 8, from: flat}, spread: {dense: 8, from: flat}}",
        "-output: [mean, spread]",
        "-noisy: code.mean + exp(code.spread / 2)",
        '-penalties: [{l2: 1e-4, of: "Coder.mean.weights"}]',
        "+graph: {flat: {flatten: picture}, centre: {dense: 8, from: flat}, spread: {dense: 8, from: flat}}",
        "+output: [centre, spread]",
        "+noisy: code.centre + exp(code.spread / 2)",
        '+penalties: [{l2: 1e-4, of: "Coder.centre.weights"}]',
    ]
    # the loss's term of the same name is no tensor
    assert changed(GRAPH, rename, "digit", "scores") == [
        "-digit: {dense: 10, from: [noisy, pixels]}",
        "-- cross_entropy: {logits: digit, target: label}",
        "+scores: {dense: 10, from: [noisy, pixels]}",
        "+- cross_entropy: {logits: scores, target: label}",
    ]
    assert changed(GRAPH, rename, "networks.Coder.inputs[0]", "seen")[-1] == "+code: {Coder: {seen: image}}"
    assert changed(GRAPH, rename, "networks.Coder", "Squeeze")[-3:] == [
        "+Squeeze:", "+code: {Squeeze: {picture: image}}", '+penalties: [{l2: 1e-4, of: "Squeeze.mean.weights"}]',
    ]  # fmt: skip


def test_an_option_is_renamed_where_it_is_read_and_given() -> None:
    after = Document(BLOCKS).apply(rename(Document(BLOCKS), "blocks.Stack.options.units", "size"))
    assert "options: {size: int, rate: 0.5}" in after.text
    assert "- dense: {units: $size, activation: relu}  # grows" in after.text
    assert "- dense: $(2 * size)" in after.text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("scores", "there is a `scores` already; `scores_2` is free"),
        ("image", "there is a `image` already"),
        ("training", "is a word of the language"),
        ("Hidden", "cannot be a name"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        rename(Document(CHAIN), "hidden", name)


def test_paths_by_kind_and_number_keep_their_layer() -> None:
    text = CHAIN.replace("  batch: 32\n", "  penalties: [{l2: 1e-3, of: dense4.weights}]\n").replace(
        "name: scores", "when: 1 > 0"
    )
    text = text.replace("{logits: scores, target: label}", "{target: label}").replace(
        "    # the scores\n", "    - dense: 7\n"
    )
    text = text.replace("dense4", "dense3")
    assert "+penalties: [{l2: 1e-3, of: dense4.weights}]" in changed(text, insert, "network.layers", 1, {"dense": 9})
    assert "+penalties: [{l2: 1e-3, of: seven.weights}]" in changed(text, rename, "network.layers[5]", "seven")
    with pytest.raises(Refused, match="`dense3.weights` in line 22 names a layer by its number"):
        delete(Document(text), "network.layers[5]")


def test_layers_move_with_their_remarks() -> None:
    after = Document(CHAIN).apply(move(Document(CHAIN), "hidden", "network.layers", 6))
    assert after.text.index("# hidden") > after.text.index("name: scores")
    with pytest.raises(Refused, match="cannot be put into itself"):
        move(Document(GRAPH), "copy", "graph.copy", 0)
    with pytest.raises(Refused, match="a line of a graph has a name"):
        move(Document(GRAPH), "copy", "train.loss", 0)
    with pytest.raises(Refused, match="`wide` is used in the body that it would leave"):
        move(Document(BLOCKS), "wide", "network.layers", 0)


def test_a_copy_has_a_name_of_its_own() -> None:
    assert changed(CHAIN, duplicate, "more") == ["+- dense: {units: 32, activation: relu}", "+name: more_2"]
    assert changed(GRAPH, duplicate, "digit") == ["+digit_2: {dense: 10, from: [noisy, pixels]}"]
    with pytest.raises(Refused, match="stands there once"):
        duplicate(Document(CHAIN), "train")


def test_layers_become_a_block_and_are_put_back() -> None:
    document = Document(BLOCKS)
    wrapped = document.apply(wrap(document, "network.layers", 2, 3, "Head"))
    assert "  Head:\n    options: {width: $width}\n    layers:\n      - dense: $width\n      - relu\n" in wrapped.text
    assert "layers: [flatten, {Stack: 8, name: stack}, Head, {dense: 10}]" in wrapped.text
    assert wrapped.apply(unwrap(wrapped, "network.layers[2]")).text == BLOCKS
    with pytest.raises(Refused, match="`hidden`, which it reads, is outside"):
        wrap(Document(CHAIN), "network.layers", 2, 3, "Head")


def test_a_block_is_opened_with_the_values_of_its_options() -> None:
    opened = Document(BLOCKS).apply(unwrap(Document(BLOCKS), "stack"))
    assert "blocks:" not in opened.text
    assert "# grows" in opened.text
    assert (
        "layers: [flatten, {dense: {units: 8, activation: relu}, name: wide}, {dropout: 0.5}, "
        "{dense: $(2 * 8), name: stack}, {dense: $width}, relu, {dense: 10}]"
    ) in opened.text
    assert "of: wide.weights" in opened.text
    with pytest.raises(Refused, match="is a network"):
        unwrap(Document(GRAPH.replace("{Coder: {picture: image}}", "[{Coder: {picture: image}}]")), "graph.code[0]")


def test_the_ends_of_lines_and_of_the_file_stay() -> None:
    text = "\ufeff" + CHAIN.replace("\n", "\r\n").rstrip()
    document = Document(text)
    for edit in (
        insert_after(document, "scores", "relu"),
        delete(document, "train.batch"),
        wrap(document, "network.layers", 0, 2, "A"),
    ):
        after = document.apply(edit).text
        assert after.startswith("\ufeff#")
        assert after.count("\r\n") == after.count("\n")
        assert not after.endswith("\n")


def test_lists_in_brackets_over_several_lines_keep_their_lines() -> None:
    text = "name: x\nnetwork:\n  layers: [\n    {dense: 3},   # three\n    relu,\n    dense: 5\n  ]\n"
    document = Document(text)
    assert document.apply(insert(document, "network.layers", 3, "tanh")).text.endswith("    dense: 5,\n    tanh\n  ]\n")
    assert document.apply(delete(document, "network.layers[0]")).text.endswith(
        "  layers: [\n       # three\n    relu,\n    dense: 5\n  ]\n"
    )
    assert "    {dense: 5, name: five}\n" in document.apply(rename(document, "network.layers[2]", "five")).text


def test_several_edits_are_one() -> None:
    first = Document(CHAIN)
    one = rename(first, "hidden", "deep")
    second = first.apply(one)
    two = delete(second, "more")
    whole = composed(first, one, two)
    assert first.apply(whole).text == second.apply(two).text
    assert first.apply(whole).apply(whole.undo).text == CHAIN


def test_an_edit_of_another_text_is_refused() -> None:
    with pytest.raises(Refused, match="the file has changed"):
        Document(GRAPH).apply(rename(Document(CHAIN), "hidden", "deep"))
    with pytest.raises(Refused, match="cannot be read"):
        rename(Document("a: ["), "a", "b")
    with pytest.raises(Refused, match="could not be read after that"):
        Document(CHAIN).edit([Splice(0, 0, "[")])
