"""Formulas: grammar, one way of writing, and the numbers they come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.dsl.formula import (
    FUNCTIONS,
    LEVELS,
    OVER,
    UNKNOWN,
    Binary,
    Call,
    Formula,
    FormulaMistake,
    Node,
    Number,
    Path,
    Unary,
    evaluate,
    names,
    written,
)
from netloom.dsl.formula_parser import MOST_TOKENS, parse
from netloom.dsl.places import NOWHERE, Place

START = Place("net.yaml", 3, 11)


def value(text: str, **env: object) -> object:
    return evaluate(parse(text, START), env)


def mistake(text: str, **env: object) -> FormulaMistake:
    with pytest.raises(FormulaMistake) as caught:
        value(text, **env)
    return caught.value


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c", Binary("+", Path(("a",)), Binary("*", Path(("b",)), Path(("c",))))),
        ("a - b - c", Binary("-", Binary("-", Path(("a",)), Path(("b",))), Path(("c",)))),
        ("-x^2", Unary("-", Binary("^", Path(("x",)), Number(2)))),
        ("2^3^2", Binary("^", Number(2), Binary("^", Number(3), Number(2)))),
        ("a * -b", Binary("*", Path(("a",)), Unary("-", Path(("b",))))),
        ("not a == b", Unary("not", Binary("==", Path(("a",)), Path(("b",))))),
        (
            "a or b and not c",
            Binary("or", Path(("a",)), Binary("and", Path(("b",)), Unary("not", Path(("c",))))),
        ),
        (
            "sum(v * far, over=channels)",
            Call("sum", (Binary("*", Path(("v",)), Path(("far",))),), "channels"),
        ),
        ("code.mean.1", Path(("code", "mean", "1"))),
        ("v @ w + c", Binary("+", Binary("@", Path(("v",)), Path(("w",))), Path(("c",)))),
        (".5e-1", Number(0.05)),
    ],
)
def test_the_grammar(text: str, tree: Node) -> None:
    assert parse(text, START).tree == tree


@pytest.mark.parametrize(
    ("text", "code", "column", "word"),
    [
        ("x**2", "E122", 12, "^"),
        ("a b", "E120", 13, "operator"),
        ("a = 1", "E120", 13, "=="),
        ("(a + b", "E120", 11, "closed"),
        ("a + b)", "E120", 16, "closes nothing"),
        ("", "E120", 11, "ends"),
        ("a +", "E120", 14, "ends"),
        ("--x", "E120", 12, "minus"),
        ("a < b < c", "E120", 17, "two comparisons"),
        ("avrg(x)", "E123", 11, "avrg"),
        ("sqrt(a, b)", "E124", 11, "1 argument, here 2"),
        ("exp(x, over=t)", "E124", 18, "axis"),
        ("sum(x, along=t)", "E120", 18, "along"),
        ("$w + 1", "E125", 11, "without `$`"),
        ("a && b", "E121", 13, "&"),
        ("a ? b : c", "E121", 13, "?"),
        ("a + {b}", "E121", 15, "{"),
        ("a+" * 600 + "a", "E126", 11, "words"),
        ("(" * 200 + "a" + ")" * 200, "E126", 71, "deep"),
        ("a" * 5000, "E126", 11, "5000 characters"),
    ],
)
def test_mistakes_have_the_exact_column(text: str, code: str, column: int, word: str) -> None:
    with pytest.raises(FormulaMistake) as caught:
        parse(text, START)
    found = caught.value
    assert (found.code, found.place.line, found.place.column) == (code, 3, column)
    assert word in found.message + (found.suggestion or "")


def test_the_longest_formula_can_be_read_written_and_computed() -> None:
    formula = parse("+".join("a" * (MOST_TOKENS // 2)), START)
    assert evaluate(formula, {"a": 1}) == MOST_TOKENS // 2
    assert parse(written(formula.tree), START) == Formula(written(formula.tree), formula.tree)
    assert len(names(formula.tree)) == MOST_TOKENS // 2


AXES = st.sampled_from(["time", "channels"])
LEAVES = st.builds(Number, st.integers(0, 10**9) | st.floats(0, 1e20, allow_nan=False)) | st.builds(
    Path, st.lists(st.sampled_from(["a", "b_2", "hidden", "x"]), min_size=1, max_size=3).map(tuple)
)


def calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def call(function: str) -> st.SearchStrategy[Node]:
        low, high = FUNCTIONS[function]
        arguments = st.lists(inner, min_size=low, max_size=min(high, 3)).map(tuple)
        return st.builds(Call, st.just(function), arguments, st.none() | AXES if function in OVER else st.none())

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(call)


TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Binary, st.sampled_from(sorted(LEVELS)), inner, inner)
        | st.builds(Unary, st.just("-"), inner)
        | st.builds(Unary, st.just("not"), inner)
        | calls(inner)
    ),
    max_leaves=12,
)


@given(TREES)
def test_what_is_written_reads_as_the_same_formula(tree: Node) -> None:
    text = written(tree)
    assert parse(text, NOWHERE).tree == tree
    assert written(parse(text, NOWHERE).tree) == text


@given(st.text())
def test_any_text_is_a_formula_or_a_mistake_with_a_place(text: str) -> None:
    try:
        formula = parse(text, START)
    except FormulaMistake as caught:
        assert caught.place.line == START.line
        assert caught.place.column >= START.column
    else:
        assert parse(written(formula.tree), START).tree == formula.tree


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("300 / 2", 150),
        ("7 / 2", 3.5),
        ("3.0 / 1.5", 2),
        ("4 * width", 256),
        ("-width^2", -4096),
        ("2^-1", 0.5),
        ("width % 10", 4),
        ("max(width, 100)", 100),
        ("min(3, 1, 2)", 1),
        ("ceil(7 / 2)", 4),
        ("floor(7 / 2)", 3),
        ("round(2.5)", 3),
        ("sqrt(16) + abs(-2) + square(3)", 15.0),
        ("log2(8)", 3.0),
        ("three.2 + 1", 65),
        ("width == 64 and not small", True),
        ("width < 10 or small", False),
        ("form == pre", True),
        ("form != post", True),
        ("rate", 0.5),
    ],
)
def test_numbers(text: str, result: object) -> None:
    found = value(text, width=64, three=(48, 64), small=False, form="pre", rate=0.5)
    assert found == result
    assert type(found) is type(result)


def test_what_is_not_known_spreads_but_not_past_a_decision() -> None:
    assert value("width + 1", width=UNKNOWN) is UNKNOWN
    assert value("max(width, 3)", width=UNKNOWN) is UNKNOWN
    assert value("width == 3", width=UNKNOWN) is UNKNOWN
    assert value("width == wide", width=UNKNOWN) is UNKNOWN
    assert value("width.2", width=UNKNOWN) is UNKNOWN
    assert value("not width", width=UNKNOWN) is UNKNOWN
    assert value("known or width", width=UNKNOWN, known=True) is True
    assert value("width and known", width=UNKNOWN, known=False) is False
    assert value("width and known", width=UNKNOWN, known=True) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("widht + 1", "E111", "width"),
        ("1 / 0", "E130", "divides by 0"),
        ("5 % 0", "E130", "divides by 0"),
        ("9^9^9^9", "E130", "computed"),
        ("(-8)^(1/3)", "E130", "computed"),
        ("log(0)", "E130", "computed"),
        ("exp(10000)", "E130", "computed"),
        ("1e200 * 1e200", "E130", "computed"),
        ("form + 1", "E130", "the word `pre`"),
        ("width and 1", "E130", "true or false"),
        ("three + 1", "E130", "list"),
        ("three.3", "E130", "1 to 2"),
        ("width.1", "E130", "no list"),
        ("mean(width)", "E130", "tensors"),
        ("width @ 2", "E130", "*"),
        ("wide == 3", "E111", "wide"),
    ],
)
def test_what_cannot_be_computed(text: str, code: str, word: str) -> None:
    found = mistake(text, width=64, three=(48, 64), form="pre")
    assert found.code == code
    assert word in found.message + (found.suggestion or "")


@given(TREES)
def test_computing_ends_in_a_value_or_a_mistake(tree: Node) -> None:
    env = {"a": 3, "b_2": 0.5, "hidden": (1, 2), "x": "word"}
    try:
        found = evaluate(Formula("", tree), env)
    except FormulaMistake as caught:
        assert caught.code in ("E111", "E130")
    else:
        assert isinstance(found, bool | int | float | str)
