"""Forms: every entry of every example has one, and says of valid files that nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netloom
from netloom.dsl.edit import Document, Refused, set_option
from netloom.dsl.edit_entries import entry_at
from netloom.dsl.kinds.kind import Option
from netloom.dsl.kinds.tables import words
from netloom.tui.model.fields import Form, merged
from netloom.tui.model.form import form_of
from netloom.tui.model.inner_fields import set_within
from netloom.tui.model.schedules import from_word
from netloom.tui.model.sizing import sized
from netloom.tui.model.typed import stepped

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
NET = """\
options: {width: 32}
data: {source: digits, prepare: [scale], split: {test: 0.2}}
blocks:
  Wide:
    options: {units: int, rate: 0.1, where: {one_of: [pre, post]}}
    layers:
      - dense: {units: $units, activation: {leaky_relu: {slope: 0.2}}}
network:
  inputs: [image]
  layers:
    - {flatten: image, name: flat}
    - dense: {units: $width, weights: {start: {normal: 0.01}, trainable: false}}
    - Wide: {units: 8, where: pre}
    - {dense: 10, name: logits}
train:
  loss: cross_entropy
  optimizer: {adam: {learning_rate: {cosine: {start: 0.01}}}}
  stop: {patience: 3}
"""


def form(address: str, text: str = NET) -> Form:
    return form_of(Document(text), address)


def test_every_entry_and_section_of_every_example_has_a_form_without_remarks() -> None:
    seen = 0
    for path in sorted(EXAMPLES.rglob("*.yaml")):
        document = Document(path.read_text(encoding="utf-8"))
        forms = [form_of(document, part.address) for part in document.root.walk() if entry_at(document, part)]
        forms += [form_of(document, section) for section in ("train", "data", "run")]
        for one in forms:
            assert not [(path.name, one.title, field.key, field.remark) for field in one.fields if field.remark]
        seen += len(forms)
    assert seen > 900


def test_an_option_says_what_is_written_its_default_limits_and_words() -> None:
    found = form("network.layers[1]")
    units, activation = found.field("units"), found.field("activation")
    assert units is not None and activation is not None
    assert (units.written, units.needed, units.help) == ("$width", True, "numbers it gives out; at least 1; needed")
    assert (activation.written, activation.default) == (None, "linear")
    assert "relu" in activation.choices and "softmax" in activation.choices
    assert found.formula == "y = activation(x @ weights^T + bias)"


def test_the_main_option_may_stand_alone() -> None:
    units = form("network.layers[3]").field("units")
    assert units is not None and units.written == "10"


def test_what_stands_after_a_layer_without_main_option_is_what_it_reads() -> None:
    found = form("network.layers[0]")
    reads, name = found.field("from"), found.field("name")
    assert reads is not None and name is not None
    assert (reads.written, name.written) == ("image", "flat")
    assert reads.choices == ("image", "flat", "logits")


@pytest.mark.parametrize(
    ("address", "key", "text", "told"),
    [
        ("network.layers[1]", "units", "0", "units is 0; it has to be at least 1"),
        ("network.layers[1]", "units", "many", "a whole number is wanted"),
        ("network.layers[1]", "units", "", "units is needed: numbers it gives out."),
        ("network.layers[1]", "units", "$wdth", "no option is called `wdth` here. Did you mean `width`?"),
        ("network.layers[1]", "units", "$(width / 3)", "a whole number is wanted"),
        ("network.layers[1]", "units", "[3", "cannot be read as a value"),
        ("network.layers[1]", "units", "64 # many", "`#` begins a comment"),
        ("network.layers[1]", "activation", "rellu", "Did you mean `relu`?"),
        ("network.layers[1]", "name", "Logits", "A name begins with a small letter"),
        ("network.layers[1]", "when", "width >", "formula"),
        ("network.layers[1]", "repeat", "0", "A count from 1"),
        ("train.optimizer", "learning_rate.cosine.start", "fast", "a number is wanted"),
        ("train", "patience", "0", "it has to be at least 1"),
        ("network.layers[2]", "where", "behind", "it can be pre, post"),
    ],
)
def test_a_value_that_will_not_do_is_told_with_its_way_out(address: str, key: str, text: str, told: str) -> None:
    field = form(address).field(key) or form(address).field(f"train.stop.{key}")
    assert field is not None
    assert told in field.read(text).remark


TYPED = st.text(alphabet="ab1$().,:[]{}#\"'-*&! \n\t\ufeff\u2028é", max_size=12) | st.text(max_size=12)


@settings(max_examples=40)
@given(TYPED)
def test_whatever_is_typed_is_read_or_told(text: str) -> None:
    for place in ("network.layers[1]", "network.layers[2]", "train.optimizer", "train", "run", "data", "blocks.Wide"):
        one = FORMS.setdefault(place, form_of(Document(NET), place, None, [(64,)]))
        for field in one.fields:
            given = field.read(text)
            assert isinstance(given.remark, str)
            assert given.good or given.remark
            sized(one, field, given)
            if given.good and given.value is not None and not field.depth and field.section != "kind":
                document = Document(NET)
                try:
                    document.apply(set_option(document, field.place or place, field.name, given.value))
                except Refused as why:
                    assert str(why)


FORMS: dict[str, Form] = {}


@pytest.mark.parametrize(
    ("key", "text"),
    [("units", "64"), ("units", "$width"), ("units", "$(width * 2)"), ("activation", "{leaky_relu: {slope: 0.3}}"),
     ("when", "width > 3"), ("repeat", "{units: [3, 4]}"), ("bias", "false"), ("from", "[flat, image]")],
)  # fmt: skip
def test_a_good_value_is_written_as_it_was_typed(key: str, text: str) -> None:
    document = Document(NET)
    field = form_of(document, "network.layers[1]").field(key)
    assert field is not None
    given = field.read(text)
    assert given.good
    after = document.apply(set_option(document, "network.layers[1]", key, given.value))
    again = form_of(after, "network.layers[1]").field(key)
    assert again is not None and again.written == text


def test_a_block_sees_its_own_options_and_not_the_files() -> None:
    units = form("blocks.Wide.layers[0]").field("units")
    assert units is not None
    assert units.read("$rate").good
    assert "no option is called `width`" in units.read("$width").remark


def test_a_use_of_a_block_has_the_options_that_the_block_declares() -> None:
    found = form("network.layers[2]")
    assert [(f.name, f.option.type, f.written) for f in found.fields if f.section == "own"] == [
        ("units", "int", "8"), ("rate", "any", None), ("where", "choice", "pre"),
    ]  # fmt: skip
    assert found.help == "A block of this file, line 5."


def test_the_form_of_a_block_has_its_options_with_their_types() -> None:
    found = form("blocks.Wide")
    assert [(f.name, f.written) for f in found.fields] == [
        ("units", "int"), ("rate", "0.1"), ("where", "{one_of: [pre, post]}"),
    ]  # fmt: skip
    assert found.help == "A block: new weights at every use. Used 1 time."
    assert {f.place for f in found.fields} == {"blocks.Wide.options"}


def test_a_schedule_has_fields_of_its_own_and_is_written_whole() -> None:
    field = form("train.optimizer").field("learning_rate.cosine.end")
    assert field is not None and field.depth == 2
    document = Document(NET)
    edit = set_option(document, "train.optimizer", "learning_rate", set_within(field, field.read("0.001").value))
    assert "{cosine: {start: 0.01, end: 0.001}}" in document.apply(edit).text


def test_a_schedule_that_is_chosen_begins_at_the_number_that_stood_there() -> None:
    document = Document(NET.replace("{cosine: {start: 0.01}}", "0.05"))
    field = form_of(document, "train.optimizer").field("learning_rate")
    assert field is not None
    for word in ("linear", "cosine", "steps", "exponential", "inverse_time", "plateau", "switch"):
        value = from_word(field.option, word, field.whole)
        assert value is not None
        after = document.apply(set_option(document, "train.optimizer", "learning_rate", value))
        assert "0.05" in after.text
        assert not [f.remark for f in form_of(after, "train.optimizer").fields if f.remark]
    assert from_word(field.option, "0.1", field.whole) is None


def test_a_description_of_weights_keeps_what_it_says_besides() -> None:
    found, document = form("network.layers[1]"), Document(NET)
    held, mask = found.field("weights.trainable"), found.field("weights.mask")
    assert held is not None and mask is not None and held.written == "false"
    edit = set_option(document, "network.layers[1]", "weights", set_within(held, None))
    assert "weights: {normal: 0.01}}" in document.apply(edit).text
    edit = set_option(document, "network.layers[1]", "weights", set_within(mask, mask.read("[[1, 0]]").value))
    assert "{start: {normal: 0.01}, trainable: false, mask: [[1, 0]]}" in document.apply(edit).text


def test_what_need_not_be_said_is_not_written() -> None:
    slope = form("blocks.Wide.layers[0]").field("activation.leaky_relu.slope")
    assert slope is not None and slope.written == "0.2"
    assert set_within(slope, None) == "leaky_relu"


def test_the_kind_itself_may_be_another() -> None:
    field = form("network.layers[1]").field("kind")
    assert field is not None and field.written == "dense"
    assert field.choices[:1] == ("Wide",) and "relu" in field.choices
    assert field.read("conv2d").good
    assert field.read("Linear").remark == "there is no `Linear`. Did you mean `dense`?"
    loss = form("train.loss").field("kind")
    assert loss is not None and loss.choices == tuple(words("loss"))


def test_several_layers_share_what_all_of_them_have() -> None:
    both = merged([form("network.layers[1]"), form("network.layers[3]")])
    units, bias = both.field("units"), both.field("bias")
    assert units is not None and bias is not None
    assert (units.differs, units.written, bias.differs) == (True, None, False)
    assert both.title == "2 layers" and both.several == 2
    assert not units.remark
    mixed = merged([form("network.layers[0]"), form("network.layers[3]")])
    assert [f.name for f in mixed.fields] == ["when", "repeat"]


@pytest.mark.parametrize(
    ("entry", "reads", "key", "text", "told"),
    [
        ("dense: 10", (64,), "units", "20", ((20,), 1300, 1280, "")),
        ("flatten", (8, 8, 1), "repeat", "2", None),
        ("{conv2d: {filters: 4, kernel: 3}}", (8, 8, 1), "kernel", "5", ((4, 4, 4), 104, 1600, "")),
        ("reshape: [8, 8]", (64,), "shape", "[7, 9]", ((), 0, 0, "[64] holds 64 numbers, [7, 9] holds 7 * 9 = 63")),
        ("dense: $width", (64,), "units", "$(width * 2)", ((64,), 4160, 4096, "")),
    ],
)
def test_what_a_value_would_come_to_is_known_before_it_is_written(
    entry: str, reads: tuple[int, ...], key: str, text: str, told: tuple[object, ...] | None
) -> None:
    document = Document(f"options: {{width: 32}}\nnetwork:\n  layers:\n    - {entry}\n")
    found = form_of(document, "network.layers[0]", None, [reads])
    field = found.field(key)
    assert field is not None
    come = sized(found, field, field.read(text))
    if told is None or come is None:
        assert come is told is None
        return
    assert (come.shape, come.parameters, come.multiply_adds) == told[:3]
    assert come.remark.startswith(str(told[3]))
    assert found.facts[0][0] == "reads"


def test_a_section_that_is_not_there_has_a_form_too() -> None:
    found = form("run")
    assert [f.name for f in found.fields][:2] == ["seed", "threads"]
    assert {f.place for f in found.fields} == {"run"}


def test_a_table_within_a_section_is_set_at_its_own_address() -> None:
    patience = form("train").field("train.stop.patience")
    assert patience is not None and (patience.written, patience.place) == ("3", "train.stop")


def test_what_has_no_form_says_so() -> None:
    assert form("options").help == "Change it in the text."
    assert form("options").fields == ()
    with pytest.raises(Refused, match="there is no"):
        form("network.layers[9]")


@pytest.mark.parametrize(
    ("kind", "name", "text", "by", "after"),
    [("int", "kernel", "3", 1, "4"), ("int", "units", "64", 1, "128"), ("int", "units", "64", -1, "32"),
     ("int", "units", "100", 1, "101"), ("int", "kernel", "1", -1, None), ("number", "rate", "0.3", 1, "0.4"),
     ("number", "rate", "0.1", -1, "0.09"), ("live", "learning_rate", "0.001", 1, "0.002"),
     ("live", "learning_rate", "2e-3", -1, "0.001"), ("number", "rate", "$p", 1, None)],
)  # fmt: skip
def test_numbers_go_up_and_down_by_steps_that_suit_them(
    kind: str, name: str, text: str, by: int, after: str | None
) -> None:
    low = 1 if kind == "int" else 0
    assert stepped(text, Option(name, kind, low=low), by) == after  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["sgd: 0.5", "{sgd: 0.5}"])
def test_an_entry_needs_no_braces_in_a_field(text: str) -> None:
    field = form("train").field("optimizer")
    assert field is not None
    given = field.read(text)
    assert given.good
    assert str(given.value) == str(form("train").field("optimizer").read("{sgd: 0.5}").value)  # type: ignore[union-attr]
