"""Text to tree: exact places, every refusal with its own code, and a crash for no text at all."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.dsl import reader
from netloom.dsl.diagnostics import Diagnostic, Diagnostics
from netloom.dsl.reader import read
from netloom.dsl.source_text import MOST_CHARACTERS
from netloom.dsl.tree import Scalar, Sequence, Table, Tree


def remarks(text: str) -> list[Diagnostic]:
    diagnostics = Diagnostics()
    read(text, "f", diagnostics)
    return list(diagnostics)


def said(text: str) -> list[tuple[str, int, int]]:
    return [(remark.code, remark.place.line, remark.place.column) for remark in remarks(text)]


def tree_of(text: str) -> Tree:
    diagnostics = Diagnostics()
    tree = read(text, "f", diagnostics)
    assert not diagnostics.items, list(diagnostics)
    assert tree is not None
    return tree


def bare(tree: Tree | None) -> object:
    if isinstance(tree, Table):
        return {name: bare(inner) for name, inner in tree.items.items()}
    if isinstance(tree, Sequence):
        return [bare(inner) for inner in tree.items]
    return None if tree is None else tree.value


def mended(text: str) -> object:
    return bare(read(text, "f", Diagnostics()))


def test_places_are_exact_to_the_character() -> None:
    text = '# first\nname: "a: b"\nnetwork:\n  layers: [flatten, {dense: 10}]  # end\n  über: é\n'
    tree = tree_of(text)
    lines = text.split("\n")
    seen = []

    def walk(tree: Tree) -> None:
        if isinstance(tree, Scalar):
            line = lines[tree.place.line - 1]
            written = line[tree.place.column - 1 : tree.place.column - 1 + tree.place.length]
            seen.append(written.strip('"'))
            assert written.strip('"') == tree.text
        elif isinstance(tree, Sequence):
            for item in tree.items:
                walk(item)
        else:
            for name, item in tree.items.items():
                place = tree.keys[name]
                assert lines[place.line - 1][place.column - 1 :].startswith(name)
                walk(item)

    walk(tree)
    assert seen == ["a: b", "flatten", "10", "é"]


def test_scalars_keep_text_value_and_quotes() -> None:
    tree = tree_of("[yes, '7', 7, 2e-4, null, '', |\n x\n]".replace("|\n x\n", '"x"'))
    assert isinstance(tree, Sequence)
    found = [(s.value, s.text, s.quoted) for s in tree.items if isinstance(s, Scalar)]
    assert found == [
        ("yes", "yes", False),
        ("7", "7", True),
        (7, "7", False),
        (0.0002, "2e-4", False),
        (None, "null", False),
        ("", "", True),
        ("x", "x", True),
    ]


def test_keys_are_text_whatever_they_look_like() -> None:
    assert bare(tree_of("{no: 1, 10: 2, true: 3, null: 4}")) == {"no": 1, "10": 2, "true": 3, "null": 4}


def test_windows_lines_and_a_byte_order_mark_are_read() -> None:
    tree = tree_of("\ufeffa: 1\r\nb:\r\n  - c\r\n")
    assert bare(tree) == {"a": 1, "b": ["c"]}
    assert isinstance(tree, Table)
    assert (tree.keys["b"].line, tree.keys["b"].column) == (2, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x\n", [("E008", 1, 4), ("E008", 2, 4)]),
        ("a: *name\n", [("E008", 1, 4)]),
        ("a: {<<: {b: 1}, c: 2}\n", [("E009", 1, 5)]),
        ("a: !!int 3\n", [("E010", 1, 4)]),
        ("a: !own {b: 1}\n", [("E010", 1, 4)]),
        ("%YAML 1.1\n---\na: 1\n", [("E010", 1, 1)]),
        ("a: 1\n---\nb: 2\n", [("E011", 2, 1)]),
        ("a: 1\nb: 2\na: 3\n", [("E012", 3, 1)]),
        ("? [a, b]\n: 1\n", [("E013", 1, 3)]),
        ("a: x\x07y\n", [("E004", 1, 5)]),
        ("a: x\u2028y\n", [("E004", 1, 5)]),
        ("a:\n\tb: 1\n", [("E005", 2, 1)]),
        ("a: [1,\t2]\n", [("E005", 1, 7)]),
        ("a: [1, 2\nb: 3\n", [("E007", 1, 4)]),
        ("a: {b: 1\n", [("E007", 1, 4)]),
        ('a: "b\n', [("E007", 1, 4)]),
        ("a: b: c\n", [("E006", 1, 4)]),
        ("a: @x\n", [("E006", 1, 4)]),
        ("a:\n  b: 1\n   c: 2\n", [("E006", 3, 4)]),
        ("a:\n  - b\n - c\n", [("E006", 3, 2)]),
        ("[" * 100 + "]" * 100, [("E003", 1, 61)]),
        ("[" * 900 + "]" * 900, [("E003", 1, 61)]),
        ("a: [1, 2,\n", [("E006", 2, 1)]),
        ("x" * (MOST_CHARACTERS + 1), [("E003", 1, 1)]),
    ],
)
def test_every_refusal_has_its_code_and_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert said(text) == expected
    assert all(remark.suggestion for remark in remarks(text))


@pytest.mark.parametrize(
    ("text", "expected", "meant"),
    [
        ("l:\n  - relu\n    name: d\n  - a\n", [("E019", 2, 5)], {"l": [{"relu": None, "name": "d"}, "a"]}),
        ("train\n  loss: mse\n", [("E019", 1, 1)], {"train": {"loss": "mse"}}),
        ("train:\n  epochs:20\n  loss: mse\n", [("E018", 2, 3)], {"train": {"epochs": 20, "loss": "mse"}}),
        ("train:\n  epochs:20\n", [("E018", 2, 3)], {"train": {"epochs": 20}}),
        ("train:\n  loss: mse\n  epochs:20\n", [("E018", 3, 3)], {"train": {"loss": "mse", "epochs": 20}}),
        ("train:\n  loss: mse\n    epochs:20\n", [("E018", 3, 5)], {"train": {"loss": "mse"}}),
        ("t: {loss:mse, epochs: 3}\n", [("E018", 1, 5)], {"t": {"loss": "mse", "epochs": 3}}),
        ("- dropout:0.2\n- relu\n", [("E018", 1, 3)], [{"dropout": 0.2}, "relu"]),
        ("l:\n  -flatten\n  - relu\n", [("E018", 2, 3)], {"l": ["flatten", "relu"]}),
        ("p: [{l2: 1, of: **.weights}]\n", [("E017", 1, 17)], {"p": [{"l2": 1, "of": "**.weights"}]}),
        ("of: *.bias\n", [("E017", 1, 5)], {"of": "*.bias"}),
        ("u: {a: ${2*w}, b: 1}\n", [("E015", 1, 8)], {"u": {"a": "$(2*w)", "b": 1}}),
        ("u: ${w}\n", [("E015", 1, 4)], {"u": "$(w)"}),
        ("{formula: max(slope, 0)}\n", [("E016", 1, 11)], {"formula": "max(slope, 0)"}),
        ("[max(a, b), 3]\n", [("E016", 1, 2)], ["max(a, b)", 3]),
        ("{u: $(max(a, min(b, 3))), v: 2}\n", [("E016", 1, 5)], {"u": "$(max(a, min(b, 3)))", "v": 2}),
        ("a:\n\tb: 1\n\tc: 2\n", [("E005", 2, 1), ("E005", 3, 1)], {"a": {"b": 1, "c": 2}}),
        ("a: 1\na: 2\nb: 3\n", [("E012", 2, 1)], {"a": 1, "b": 3}),
    ],
)  # fmt: skip
def test_the_usual_slips_are_named_and_read_as_what_was_meant(
    text: str, expected: list[tuple[str, int, int]], meant: object
) -> None:
    assert said(text) == expected
    assert mended(text) == meant


def test_every_slip_of_a_file_is_found_at_once() -> None:
    text = "a: {b:1}\nc: ${w}\nd: *.x\ne:\n  - relu\n    name: y\nf: 1\nf: 2\n"
    assert [code for code, _, _ in said(text)] == ["E018", "E015", "E017", "E019", "E012"]


@pytest.mark.parametrize(
    "text",
    [
        "a: http://x.org/y\n",
        "a: 12:30\n",
        "- c:\\data\n",
        "about: ratio a:b and more\n",
        'a: "x:y"\n',
        "about: >\n  one:two\n  three\n",
        "# tab\there\na: 1  #\there\n",
        "a: x*y\nb: 2 ** 3\n",
        "a: f(x\n",
        "---\na: 1\n",
    ],
)
def test_what_only_looks_like_a_slip_is_left_alone(text: str) -> None:
    assert said(text) == []
    assert mended(text) == yaml.safe_load(text.replace("a: 12:30", "a: '12:30'"))


def test_places_stay_the_users_after_a_repair() -> None:
    text = "t:\n  epochs:20\n  loss: {mse: {target: y, units: [1}}\n"
    assert said(text)[0] == ("E018", 2, 3)
    text = "l:\n  - relu  # bent\n    name: d\nt: {a: 1, a: 2}\n"
    assert said(text) == [("E019", 2, 5), ("E012", 4, 11)]


def test_nothing_is_no_tree() -> None:
    assert [read(text, "f", Diagnostics()) for text in ("", "# only a comment\n", "---\n")] == [None] * 3


PIECES = st.sampled_from(
    [
        "a",
        "dense",
        "10",
        ": ",
        ":",
        "- ",
        "\n",
        "  ",
        "\n  ",
        "\n    ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ",",
        "*",
        "**.w",
        "&x",
        "!",
        "${",
        "$(",
        ")",
        "(",
        "#",
        " #",
        "'",
        '"',
        "\t",
        "|",
        ">",
        "%",
        "@",
        "`",
        "\\",
        "?",
        "? ",
        "<<",
        "---\n",
        "é",
        "\x00",
        "\r",
        "\u2028",
        "\ue000",
        "~",
    ]
)


@settings(max_examples=400)
@given(st.text() | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_gives_a_tree_or_remarks(text: str) -> None:
    diagnostics = Diagnostics()
    tree = read(text, "f", diagnostics)
    lines = text.count("\n") + text.count("\r") + 2
    for remark in diagnostics:
        assert remark.place.file == "f"
        assert 1 <= remark.place.line <= lines
        assert remark.place.column >= 1
    if tree is None and not diagnostics.items:
        assert not any(line.split("#")[0].strip().strip("-.~") for line in text.splitlines() if "null" not in line)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_the_slow_parser_reads_the_same(text: str) -> None:
    fast, slow = Diagnostics(), Diagnostics()
    first = read(text, "f", fast)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "LOADER", yaml.SafeLoader)
        second = read(text, "f", slow)
    if not fast.items and not slow.items:
        assert bare(first) == bare(second)
