"""Every kind's row is well-formed, whatever its family; the fixed names of the language are all there."""

from __future__ import annotations

import math
import re

import pytest

from netloom.dsl.diagnostics import Diagnostics
from netloom.dsl.kinds.inner_kinds import OWN
from netloom.dsl.kinds.kind import KINDS, REQUIRED, Kind, Option, register
from netloom.dsl.kinds.option_values import SIMPLE
from netloom.dsl.kinds.resolve import Scope, read_option
from netloom.dsl.kinds.tables import NETWORK, curve_alone, find_layer, lookup, suggest, words
from netloom.dsl.kinds.values import Activation, Live, Quantity, WeightsSpec
from netloom.dsl.places import NOWHERE
from netloom.dsl.tree import Scalar

ALL = list(KINDS.values())
NAMES = [f"{kind.family}-{kind.name}" for kind in ALL]
FIXED = {
    "layer": "dense conv2d max_pool avg_pool global_avg_pool global_max_pool flatten reshape dropout "
    "batch_norm layer_norm embedding",
    "joiner": "concat add multiply average maximum stack",
    "activation": "relu tanh sigmoid softmax log_softmax leaky_relu elu selu gelu silu softplus mish linear step exp",
    "loss": "mse mae huber cross_entropy binary_cross_entropy hinge",
    "optimizer": "sgd momentum nesterov adagrad rmsprop adam adamw",
    "metric": "accuracy top_k precision recall f1 confusion_matrix mse mae r2",
    "start": "zeros ones constant he glorot lecun normal uniform orthogonal identity",
    "live": "linear cosine steps exponential inverse_time plateau switch",
    "prepare": "scale standardize one_hot",
    "augment": "flip shift crop rotate zoom noise brightness cutout",
    "source": "digits iris wine breast_cancer diabetes mnist cifar10 csv npz idx values gates moons spirals "
    "circles blobs",
    "penalty": "l1 l2 elastic",
}


@pytest.mark.parametrize("family", FIXED)
def test_the_fixed_names_are_there(family: str) -> None:
    assert set(FIXED[family].split()) <= set(words(family))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ALL, ids=NAMES)
def test_a_row_is_well_formed(kind: Kind) -> None:
    assert kind.help.endswith(".")
    assert "\n" not in kind.help
    assert kind.source
    names = [option.name for option in kind.options]
    assert len(set(names)) == len(names)
    assert kind.main is None or kind.main in names
    assert len(set(kind.tensors)) == len(kind.tensors)
    assert kind.family in ("layer", "joiner", "activation") or kind.sizes is None


@pytest.mark.parametrize("kind", ALL, ids=NAMES)
def test_its_options_are_well_formed(kind: Kind) -> None:
    for option in kind.options:
        assert option.name.isidentifier()
        assert option.type in SIMPLE or option.type in OWN
        assert option.help or "later" in kind.traits
        assert (option.type == "choice") is bool(option.choices) or option.type in ("quantity", "margin")
        assert option.low is None or option.high is None or option.low < option.high


@pytest.mark.parametrize("kind", ALL, ids=NAMES)
def test_its_defaults_are_values_that_could_have_been_given(kind: Kind) -> None:
    for option in kind.options:
        if option.default is REQUIRED or option.default is None:
            continue
        kinds = {"activation": Activation, "weights": WeightsSpec, "live": Live, "quantity": Quantity}
        if option.type in kinds:
            assert isinstance(option.default, kinds[option.type])
        elif option.type in ("int", "number", "schedulable", "text", "bool", "choice"):
            assert given(option, option.default) == option.default


def given(option: Option, value: object) -> object:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    scalar = Scalar(value if isinstance(value, bool | int | float | str) else None, text, False, NOWHERE)
    diagnostics = Diagnostics()
    found = read_option(option, scalar, Scope(), diagnostics)
    assert not diagnostics.items
    return found


def test_no_option_is_called_like_the_wiring_where_it_could_stand_beside() -> None:
    for kind in ALL:
        if kind.family in ("layer", "joiner", "activation", "loss") and "open" not in kind.traits:
            assert not {option.name for option in kind.options} & {
                "name",
                "from",
                "when",
                "repeat",
                "weight",
                "where",
            }


def test_learning_rates_start_where_the_language_says() -> None:
    for name, rate in (("adam", 1e-3), ("adamw", 1e-3), ("rmsprop", 1e-3), ("sgd", 1e-2), ("momentum", 1e-2)):
        kind = lookup("optimizer", name)
        assert kind is not None
        option = kind.option("learning_rate")
        assert option is not None
        assert isinstance(option.default, Live)
        assert option.default.frozen == ("constant", (("value", rate),))


def test_words_are_found_and_nearly_found() -> None:
    for name, family in (("dense", "layer"), ("add", "joiner"), ("relu", "activation")):
        found = find_layer(name)
        assert found is not None
        assert found.family == family
    assert find_layer("mse") is None
    assert suggest("desne", "layer") == "Did you mean `dense`?"
    assert suggest("xavier", "start") == "Did you mean `glorot`?"
    assert suggest("Bottelneck", "layer", own=["Bottleneck"]) == "Did you mean `Bottleneck`?"
    assert (suggest("adam", "loss") or "").startswith("`adam` is an optimizer; here stand mse, mae")
    assert (suggest("qqqq", "penalty") or "").startswith("There are l1, l2")


def test_habits_of_other_libraries_get_their_word_and_no_list() -> None:
    for name, meant in (("pool", "max_pool"), ("AveragePooling", "avg_pool"), ("conv2d_transpose", "conv_transpose2d"),
                        ("GlobalAveragePooling2D", "global_avg_pool"), ("bn", "batch_norm"), ("view", "reshape"),
                        ("MultiheadAttention", "attention"), ("SimpleRNN", "recurrent")):  # fmt: skip
        assert suggest(name, *NETWORK) == f"Did you mean `{meant}`?"
    assert (suggest("activation", *NETWORK) or "").startswith("An activation is a layer of its own: `- relu`")
    assert suggest("Activation('relu')", *NETWORK) == "Write `relu`."
    assert curve_alone("Activation", "ReLU") == "Write `- relu`: an activation is a layer of its own."
    assert curve_alone("activation", "qqqq") is None
    assert curve_alone("dense", "relu") is None


def test_a_list_of_words_begins_with_the_likeliest() -> None:
    assert (suggest("elaborate_pool", *NETWORK) or "").startswith(
        "There are max_pool, avg_pool, fractional_max_pool, global_avg_pool"
    )
    assert re.fullmatch(r"There are dense, flatten, [\w, ]+ and \d+ more\.", suggest("qqqq", *NETWORK) or "")


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(AssertionError, match="declared twice"):
        register(Kind("dense", "layer", "Again."))


def test_limits_are_finite() -> None:
    for kind in ALL:
        for option in kind.options:
            assert all(math.isfinite(limit) for limit in (option.low, option.high) if limit is not None)
