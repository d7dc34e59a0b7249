"""From an entry's trees to values: types, computed values, defaults, limits, every mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.dsl.diagnostics import Diagnostic, Diagnostics
from netloom.dsl.entries import LAYERS, LOSS, OPTIMIZER, SOURCE, Site, entry
from netloom.dsl.formula import UNKNOWN
from netloom.dsl.kinds.kind import KINDS, Kind, Option
from netloom.dsl.kinds.resolve import Scope, not_built, read_option, resolve, settle
from netloom.dsl.kinds.values import Activation, Live, Quantity, Start, WeightsSpec, constant
from netloom.dsl.places import NOWHERE, Place
from netloom.dsl.reader import read
from netloom.dsl.spec import Entry
from netloom.dsl.tree import Scalar, Tree
from netloom.dsl.walk import Walk

SCOPE = Scope(
    {"width": 64, "rate": 0.5, "three": (48, 64), "form": "tanh", "table": ((1, 2), (3, 4)), "later": UNKNOWN}
)


def tree_of(text: str) -> Tree:
    if text == "null":
        return Scalar(None, text, False, Place("f", 1, 1, 4))
    diagnostics = Diagnostics()
    tree = read(text, "f", diagnostics)
    assert tree is not None, list(diagnostics)
    assert not diagnostics.items
    return tree


def entry_of(text: str, site: Site = LAYERS) -> tuple[Kind, Entry, Diagnostics]:
    diagnostics = Diagnostics()
    made = entry(tree_of(text), site, Walk(diagnostics))
    assert made is not None, list(diagnostics)
    kind = site.find(made.kind)
    assert kind is not None
    return kind, made, diagnostics


def options(text: str, site: Site = LAYERS, scope: Scope = SCOPE) -> dict[str, object]:
    kind, made, diagnostics = entry_of(text, site)
    found = resolve(kind, made, scope, diagnostics)
    assert found is not None, list(diagnostics)
    assert not diagnostics.items
    return found


def mistakes(text: str, site: Site = LAYERS, scope: Scope = SCOPE) -> list[Diagnostic]:
    kind, made, diagnostics = entry_of(text, site)
    assert resolve(kind, made, scope, diagnostics) is None
    return list(diagnostics)


def value(option: Option, text: str, scope: Scope = SCOPE) -> object:
    diagnostics = Diagnostics()
    found = read_option(option, tree_of(text), scope, diagnostics)
    assert not diagnostics.items, list(diagnostics)
    return found


def mistake(option: Option, text: str, scope: Scope = SCOPE) -> Diagnostic:
    diagnostics = Diagnostics()
    read_option(option, tree_of(text), scope, diagnostics)
    (found,) = diagnostics
    return found


def test_defaults_are_filled_in() -> None:
    assert options("dense: 10") == {
        "units": 10, "activation": Activation("linear", {}), "weights": WeightsSpec(), "bias": WeightsSpec(),
    }  # fmt: skip
    assert options("adam", OPTIMIZER) == {
        "learning_rate": constant(1e-3),
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "bias_correction": True,
        "decay": 0.0,
        "groups": None,
    }
    assert options("moons", SOURCE) == {"samples": 1000, "noise": 0.1, "seed": 0}


def test_tensors_are_options_with_names() -> None:
    assert options("cross_entropy: {logits: y, target: data.label}", LOSS) == {
        "reduce": "mean", "units": "mean", "logits": "y", "probabilities": None, "target": "data.label",
    }  # fmt: skip
    assert options("mse: {prediction: a.$form, target: 1}", LOSS)["prediction"] == "a.tanh"
    assert options("mse: {prediction: a.$later}", LOSS)["prediction"] is UNKNOWN


def test_the_users_own_names() -> None:
    found = options("values: {x: [[1, 2], [3, 4]], label: [0, 1]}", SOURCE)
    assert list(found.items()) == [("x", ((1, 2), (3, 4))), ("label", (0, 1))]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("int", "7", 7),
        ("int", "1e5", 100000),
        ("int", "$width", 64),
        ("int", "$(width / 2)", 32),
        ("int", "$three.2", 64),
        ("int", "$(three.1 + 1)", 49),
        ("int", '"$(max(width, 100))"', 100),
        ("int", "$later", UNKNOWN),
        ("number", "2e-4", 0.0002),
        ("number", "$rate", 0.5),
        ("text", "a b", "a b"),
        ("text", "12", "12"),
        ("text", "yes", "yes"),
        ("text", "$form", "tanh"),
        ("text", "$width", "64"),
        ("bool", "true", True),
        ("shape", "[4, $width, -1]", (4, 64, -1)),
        ("shape", "[sentence, word]", ("sentence", "word")),
        ("shape", "[]", ()),
        ("shape", "$three", (48, 64)),
        ("shape", "[1, $later]", UNKNOWN),
        ("ints", "3", (3,)),
        ("ints", "[3, 5]", (3, 5)),
        ("ints", "$three", (48, 64)),
        ("list", "a", ("a",)),
        ("list", "[a, 1, [2]]", ("a", 1, (2,))),
        ("any", "{a: [1, $width]}", {"a": (1, 64)}),
        ("quantity", "5 epochs", Quantity(5, "epochs")),
        ("quantity", "1 epoch", Quantity(1, "epochs")),
        ("quantity", "2.5 %", Quantity(2.5, "%")),
        ("quantity", "25ms", Quantity(25, "ms")),
        ("quantity", "1e3 Hz", Quantity(1000, "Hz")),
        ("quantity", "7", Quantity(7, "steps")),
        ("tensor", "code.mean", "code.mean"),
        ("tensor", "0.5", 0.5),
        ("activation", "relu", Activation("relu", {})),
        ("activation", "{leaky_relu: {slope: 0.2}}", Activation("leaky_relu", {"slope": 0.2})),
        ("activation", "$form", Activation("tanh", {})),
        ("live", "0.1", constant(0.1)),
        ("live", "$rate", constant(0.5)),
        ("schedulable", "0.1", 0.1),
        ("schedulable", "{exponential: {start: 1}}",
         Live("exponential", {"start": 1, "factor": 0.9, "every": Quantity(1, "epochs")})),
        ("live", "{cosine: {start: $rate, warmup: 200 steps}}",
         Live("cosine", {"start": 0.5, "end": 0.0, "over": None, "warmup": Quantity(200, "steps")})),
        ("live", "{steps: {start: 1, at: [10 epochs, 50 %]}}",
         Live("steps", {"start": 1, "factor": 0.1, "every": None,
                        "at": (Quantity(10, "epochs"), Quantity(50, "%"))})),
        ("live", "{switch: {0: 0.1, 20 epochs: $rate}}",
         Live("switch", {"at": ((Quantity(0, "epochs"), 0.1), (Quantity(20, "epochs"), 0.5))})),
        ("weights", "he", WeightsSpec(Start("he", {"gain": 1.0}))),
        ("weights", "0", WeightsSpec(Start("constant", {"value": 0.0}))),
        ("weights", "{normal: 0.01}", WeightsSpec(Start("normal", {"deviation": 0.01, "mean": 0.0}))),
        ("weights", "[[1, $width], [3, 4]]", WeightsSpec(Start("values", {"values": ((1, 64), (3, 4))}))),
        ("weights", "$table", WeightsSpec(Start("values", {"values": ((1, 2), (3, 4))}))),
        ("weights", "false", WeightsSpec(given=False)),
        ("weights", "true", WeightsSpec()),
        ("weights", "{start: 1, trainable: false, mask: [[1, 0]]}",
         WeightsSpec(Start("constant", {"value": 1.0}), trainable=False, mask=((1, 0),))),
        ("weights", "{same_as: a.weights, transposed: true}",
         WeightsSpec(same_as="a.weights", transposed=True)),
        ("weights", "{mask: before, norm: spectral, along: [height, width], drop: 0.2}",
         WeightsSpec(mask="before", norm="spectral", along=("height", "width"), drop=0.2)),
        ("weights", "$later", UNKNOWN),
    ],
)  # fmt: skip
def test_values_by_type(kind: str, text: str, expected: object) -> None:
    found = value(Option("o", kind), text)  # type: ignore[arg-type]
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "text", "code", "column", "says"),
    [
        ("int", "many", "E104", 1, "the text `many`, and a whole number"),
        ("int", "true", "E104", 1, "true, and a whole number"),
        ("int", "'7'", "E104", 1, "the text `7`"),
        ("int", "[7]", "E104", 1, "a list, and a whole number"),
        ("int", "1.5", "E104", 1, "Write `2`"),
        ("int", "$rate", "E131", 1, "$(floor(rate))"),
        ("int", "$(width / 3)", "E131", 1, "21.333"),
        ("int", "$wdth", "E111", 1, "`width`"),
        ("int", "$(wdth + 1)", "E111", 3, "`width`"),
        ("int", "$three.5", "E130", 1, "`5`"),
        ("int", "$three", "E104", 1, "a list"),
        ("int", "$(three + 1)", "E130", 3, "a list"),
        ("int", '"$(width +)"', "E120", 11, "ends"),
        ("int", "$(width) + 1", "E120", 1, "closed"),
        ("int", "$1", "E125", 1, "name"),
        ("int", '"${2 * width}"', "E015", 1, "$(2 * width)"),
        ("int", "$no.thing", "E111", 1, "`no.thing`"),
        ("number", "high", "E104", 1, "a number is wanted"),
        ("number", "null", "E104", 1, "empty"),
        ("text", "[a]", "E104", 1, "a list, and text"),
        ("bool", "yes", "E104", 1, "true or false"),
        ("shape", "7", "E104", 1, "[7]"),
        ("shape", "[a b]", "E104", 2, "the text `a b`"),
        ("shape", "[3, 1.5]", "E104", 5, "1.5"),
        ("ints", "[]", "E104", 1, "empty list"),
        ("ints", "[3, x]", "E104", 5, "`x`"),
        ("quantity", "5 epoks", "E109", 1, "5 steps"),
        ("quantity", "soon", "E109", 1, "`soon`"),
        ("quantity", "true", "E109", 1, "true"),
        ("tensor", "{relu: a}", "E104", 1, "line of its own"),
        ("tensor", "a b", "E104", 1, "tensor"),
        ("tensor", "true", "E104", 1, "tensor"),
        ("activation", "rellu", "E101", 1, "`relu`"),
        ("activation", "[relu]", "E104", 1, "activation"),
        ("activation", "{leaky_relu: {slop: 1}}", "E102", 15, "`slope`"),
        ("activation", "mse", "E101", 1, "is a loss"),
        ("live", "fast", "E104", 1, "number"),
        ("live", "{cosin: {start: 1}}", "E101", 2, "`cosine`"),
        ("live", "{linear: {end: 1}}", "E103", 2, "`start`"),
        ("live", "{a: 1, b: 2}", "E104", 1, "goes over training"),
        ("live", "{steps: {start: 1}}", "E108", 2, "every"),
        ("live", "{steps: {start: 1, every: 1, at: [1]}}", "E108", 2, "one of the two"),
        ("live", "{steps: {start: 1, at: [soon]}}", "E109", 24, "`soon`"),
        ("live", "{switch: {}}", "E108", 2, "no times"),
        ("live", "{switch: {soon: 1}}", "E109", 11, "no time"),
        ("weights", "hee", "E101", 1, "`he`"),
        ("weights", "[[1, 2], [3]]", "E110", 1, "different lengths"),
        ("weights", "[[1, a]]", "E104", 1, "lists of numbers"),
        ("weights", "[]", "E110", 1, "empty"),
        ("weights", "{strat: 1}", "E110", 2, "`start`"),
        ("weights", "{start: 1, same_as: a.weights}", "E110", 2, "tied"),
        ("weights", "{norm: spectrl}", "E106", 8, "spectral"),
        ("weights", "{normal: {deviation: -1}}", "E105", 22, "at least 0"),
    ],
)
def test_mistakes_by_type(kind: str, text: str, code: str, column: int, says: str) -> None:
    found = mistake(Option("o", kind), text)  # type: ignore[arg-type]
    assert (found.code, found.place.column) == (code, column), found
    assert says in found.message + " " + (found.suggestion or ""), found


def test_limits_and_choices() -> None:
    share = Option("rate", "number", low=0, high=1, open_high=True)
    assert [value(share, text) for text in ("0", "0.99")] == [0, 0.99]
    assert mistake(share, "1").message == "rate is 1; it has to be at least 0 and below 1"
    assert mistake(Option("k", "int", low=0, open_low=True), "0").message == "k is 0; it has to be above 0"
    assert mistake(Option("r", "live", low=0), "{linear: {start: -1}}").code == "E105"
    assert mistake(Option("s", "shape", low=1), "[3, 0]").place.column == 5
    found = mistake(Option("reduce", "choice", choices=("mean", "sum")), "men")
    assert (found.code, found.suggestion) == ("E106", "Did you mean `mean`?")


MARGIN = Option("padding", "margin", "valid", low=0, choices=("valid", "same"), most=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("same", "same"), ("2", 2), ("[0, 2]", (0, 2)), ("$width", 64), ("$three", (48, 64)), ("[1, $later]", UNKNOWN)],
)
def test_margins_are_words_or_numbers(text: str, expected: object) -> None:
    found = value(MARGIN, text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "code", "column", "says"),
    [
        ("SAME", "E106", 1, "Did you mean `same`?"),
        ("full", "E106", 1, "it can be valid, same, or a whole number"),
        ("-1", "E105", 1, "at least 0"),
        ("[1, true]", "E104", 5, "a whole number is wanted"),
        ("[1, 2, 3]", "E104", 1, "has 3 numbers"),
        ("[]", "E104", 1, "an empty list"),
    ],
)
def test_margins_that_will_not_do(text: str, code: str, column: int, says: str) -> None:
    found = mistake(MARGIN, text)
    assert (found.code, found.place.column) == (code, column), found
    assert says in found.message + " " + (found.suggestion or ""), found


def test_as_many_numbers_as_axes() -> None:
    sides = Option("kernel", "ints", low=1, most=2)
    assert value(sides, "[3, 5]") == (3, 5)
    assert mistake(sides, "[3, 5, 7]").message == "kernel has 3 numbers"


def test_a_share_written_as_a_percentage() -> None:
    share = Option("rate", "number", low=0, high=1, open_high=True)
    assert mistake(share, "20").suggestion == "A share of 20 % is `0.2`."
    assert mistake(share, "200").suggestion is None
    assert mistake(Option("size", "int", low=1), "0").suggestion == "Write `1`, or more."
    assert mistake(Option("epochs", "int", low=1), "ten").suggestion == "As in `epochs: 10`."


def test_nothing_after_the_colon_is_the_default_where_there_is_one() -> None:
    assert value(Option("o", "int", 7), "null") == 7
    assert mistake(Option("o", "int"), "null").code == "E104"


def test_an_option_that_fails_has_its_default_in_place() -> None:
    diagnostics = Diagnostics()
    assert read_option(Option("o", "int", 7), tree_of("x"), SCOPE, diagnostics) == 7
    assert diagnostics.errors


def test_every_mistake_of_an_entry_is_said() -> None:
    found = mistakes("dense: {unit: 0, activation: rellu, weights: hee, colour: red}")
    assert [(remark.code, remark.place.column) for remark in found] == [
        ("E102", 9), ("E105", 15), ("E101", 30), ("E101", 46), ("E102", 51),
    ]  # fmt: skip
    assert "`dense`" in found[0].message


def test_a_kind_without_a_main_option() -> None:
    (found,) = mistakes("mse: price", LOSS)
    assert (found.code, found.place.column) == ("E107", 6)
    assert "{target: …}" in (found.suggestion or "")


def test_names_that_are_not_known_yet() -> None:
    known = Scope({"tokens.classes": 65, "input.channels": 3})
    assert value(Option("o", "int"), "$(tokens.classes + 1)", known) == 66
    assert value(Option("o", "int"), "$input.channels", known) == 3
    assert mistake(Option("o", "int"), "$(words.classes)", known).code == "E111"
    later = Scope({}, open=True)
    assert value(Option("o", "int"), "$(words.classes + 1)", later) is UNKNOWN
    assert value(Option("o", "int"), "$words.classes", later) is UNKNOWN
    assert mistake(Option("o", "int"), "$words", later).code == "E111"


def test_what_this_version_does_not_build() -> None:
    kind, made, _ = entry_of("sgd: {normalize: true, groups: [{of: a, decay: 0}], decay: 1}", OPTIMIZER)
    assert [(name, place.column) for name, place in not_built(kind, made)] == [("normalize", 7)]


def test_frozen_values_can_be_attributes() -> None:
    live = value(Option("o", "live"), "{switch: {0: 0.1, 20 epochs: 0.5}}")
    assert isinstance(live, Live)
    assert live.frozen == ("switch", (("at", (((0, "epochs"), 0.1), ((20, "epochs"), 0.5))),))
    assert hash(live.frozen)
    assert Activation("a", {"b": Quantity(1, "s"), "c": {"d": [1]}}).frozen == (
        "a", (("b", (1, "s")), ("c", (("d", (1,)),))),
    )  # fmt: skip


def test_settle_reads_any_table_of_options() -> None:
    diagnostics = Diagnostics()
    given_ = {"patience": tree_of("3"), "restor": tree_of("best")}
    known = (Option("patience", "int"), Option("restore", "text", "last"), Option("delta", "number"))
    assert settle(known, given_, {}, "`stop`", NOWHERE, SCOPE, diagnostics) is None
    assert [remark.code for remark in diagnostics] == ["E103", "E102"]
    assert settle(known[:1], {"patience": tree_of("3")}, {}, "`stop`", NOWHERE, SCOPE, Diagnostics()) == {"patience": 3}


TEXTS = st.sampled_from(
    [
        "1",
        "0.5",
        "x",
        "null",
        "[1, 2]",
        "{a: 1}",
        "true",
        "$width",
        "$(",
        "$(width / 0)",
        "relu",
        "{linear: {start: 1}}",
        "-3",
        "''",
        "5 epochs",
    ]
)
ALL_OPTIONS = [option for kind in KINDS.values() for option in kind.options]


@given(st.sampled_from(ALL_OPTIONS), TEXTS)
def test_any_value_of_any_option_is_read_or_a_mistake(option: Option, text: str) -> None:
    diagnostics = Diagnostics()
    found = read_option(option, tree_of(text), SCOPE, diagnostics)
    if found is None and not diagnostics.items:
        assert option.default is None or option.type == "any"


def test_a_mistake_that_was_said_before_is_said_once_and_still_is_one() -> None:
    kind, made, diagnostics = entry_of("dense: many")
    assert [resolve(kind, made, SCOPE, diagnostics) for _ in range(2)] == [None, None]
    assert [remark.code for remark in diagnostics] == ["E104"]
