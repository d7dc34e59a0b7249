"""`show --full`: what is written out is a file that means the same, lacks no default, and says where each comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.compare import compare, settings
from netloom.compiler.filled import facts
from netloom.dsl.data_schema import UNKNOWN_DATA
from netloom.dsl.diagnostics import Diagnostics
from netloom.dsl.full import full
from netloom.dsl.full_lines import Items, Leaf, Note, Part, Rows, flow, sources, text, tree_value, value_of
from netloom.dsl.kinds.kind import REQUIRED, Family, Kind
from netloom.dsl.kinds.tables import lookup
from netloom.dsl.load import load
from netloom.dsl.reader import read
from netloom.runtime import start

from ..examples.gallery import EXAMPLES, NAMES, example
from .language_files import Block, blocks, make_data

WHOLE = [block for block in blocks() if not block.marks or block.marks[0] == "warns"]


def written_out(path: Path, sets: dict[str, str] | None = None, *, references: bool = False) -> Rows:
    loaded = start.load(path, sets)
    known = facts(loaded.spec, loaded.schema, loaded.experiment)
    return full(loaded.spec, known, sets, references=references)


def of(folder: Path, content: str, sets: dict[str, str] | None = None) -> Rows:
    file = folder / "net.yaml"
    file.write_text(content, encoding="utf-8")
    return written_out(file, sets)


def assert_same(path: Path, folder: Path, sets: dict[str, str] | None = None, *, references: bool = False) -> None:
    """The file and what is written out of it are one experiment on the same data; writing out again changes nothing.
    With its references it has no option that is never read, if the file has none."""
    whole = written_out(path, sets, references=references)
    again = folder / "whole.yaml"
    again.write_text(text(whole), encoding="utf-8")
    first, second = start.load(path, sets), start.load(again)
    assert [node.id for node in first.experiment.graph] == [node.id for node in second.experiment.graph]
    assert compare(first.experiment, second.experiment).same
    assert settings(first.experiment) == settings(second.experiment)
    assert first.schema == second.schema
    # of a batch that the file leaves out it is not said that the data has fewer examples
    unlike = {"W204"} if references else {"W204", "W215"}
    assert {remark.code for remark in second.remarks} - unlike <= {remark.code for remark in first.remarks}
    assert value_of(written_out(again, references=references)) == value_of(whole)


@pytest.mark.parametrize("references", [False, True])
@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_it_means_the_same_as_the_example(path: Path, references: bool, tmp_path: Path) -> None:
    assert_same(path, tmp_path, references=references)


def test_references_stay_with_their_value_behind_them() -> None:
    whole = written_out(example("blocks/residual"), {"width": "8"}, references=True)
    lines = text(whole).splitlines()
    (line,) = [line for line in lines if "width: $width" in line]
    assert line.split("# ")[1] == "line 26; 8 here; width is 8, --set"


@pytest.mark.parametrize("block", WHOLE, ids=str)
def test_it_means_the_same_as_the_files_of_the_reference(block: Block, tmp_path: Path) -> None:
    make_data(tmp_path)
    file = tmp_path / "net.yaml"
    file.write_text(block.text, encoding="utf-8")
    assert_same(file, tmp_path)


@pytest.mark.parametrize("block", [block for block in blocks() if block.marks == ("not-built",)], ids=str)
def test_what_is_not_built_yet_is_written_out_too(block: Block, tmp_path: Path) -> None:
    make_data(tmp_path)
    file, again = tmp_path / "net.yaml", tmp_path / "whole.yaml"
    file.write_text(block.text, encoding="utf-8")
    for source, target in ((file, again), (again, tmp_path / "third.yaml")):
        spec, _ = load(source)
        assert spec is not None
        target.write_text(text(full(spec, facts(spec, UNKNOWN_DATA, None))), encoding="utf-8")
    before, after = ({remark.message for remark in start.check(path)} for path in (file, again))
    assert before == after
    first, second = (
        read(again.read_text(), "a", Diagnostics()),
        read((tmp_path / "third.yaml").read_text(), "a", Diagnostics()),
    )
    assert first is not None
    assert second is not None
    assert tree_value(first) == tree_value(second)


def test_overrides_are_written_in(tmp_path: Path) -> None:
    sets = {"width": "8", "train.batch": "64", "run.seed": "3", "train.optimizer": "{sgd: {learning_rate: 0.1}}"}
    assert_same(example("blocks/residual"), tmp_path, sets)
    whole = written_out(example("blocks/residual"), sets)
    said = dict(sources(whole))
    assert said["train.batch"] == said["run.seed"] == said["options.width"] == "--set"
    assert said["network.layers.2.Residual.width"] == "$width, line 26; width is 8, --set"


def test_the_lines_of_one_file(golden: Callable[[str, str], None]) -> None:
    golden("full/residual.txt", text(written_out(example("blocks/residual"))))
    golden("full/described.txt", text(written_out(example("weights/described"))))
    golden("full/variational.txt", text(written_out(example("losses/variational"))))


# where it comes from

MODEL = """\
options: {wide: 4, rate: $(wide / 100)}
data: {source: {moons: {samples: 40}}}
network:
  layers:
    - dense: $(2 * wide)
    - dense: {units: 1, activation: sigmoid}
train:
  loss: binary_cross_entropy
  optimizer: {adam: $rate}
"""


def test_every_value_says_where_it_comes_from(tmp_path: Path) -> None:
    said = dict(sources(of(tmp_path, MODEL)))
    assert said["netloom"] == "the language's default"
    assert said["name"] == "filled in: the file's own name"
    assert said["options.rate"] == "$(wide / 100), line 1; wide is 4, line 1"
    assert said["data.source.moons.samples"] == "line 2"
    assert said["data.source.moons.noise"] == "the kind's default"
    assert said["network.layers.1.dense.units"] == "$(2 * wide), line 5; wide is 4, line 1"
    assert said["network.layers.2.dense.activation"] == "line 6"
    assert said["train.loss.1.binary_cross_entropy.target"] == "filled in: the field to be predicted"
    assert said["train.loss.1.weight"] == "the language's default"
    assert said["train.optimizer.adam.learning_rate"] == "$rate, line 9; rate is 0.04, line 1"
    assert said["train.epochs"] == "the language's default"


def test_values_are_those_that_train(tmp_path: Path) -> None:
    values = value_of(of(tmp_path, MODEL))
    assert isinstance(values, dict)
    assert values["network"]["inputs"] == {"x": [2]}
    assert values["network"]["layers"][0]["dense"]["units"] == 8
    assert values["network"]["layers"][1]["dense"]["weights"] == {"start": {"glorot": {"gain": 1.0}}, "trainable": True}
    assert values["train"]["loss"][0]["binary_cross_entropy"]["logits"] == "dense2"
    assert values["train"]["optimizer"]["adam"]["learning_rate"] == 0.04
    # a threshold says something to an output that says yes or no
    assert values["train"]["metrics"][0]["accuracy"] == {"prediction": "dense2", "target": "label", "threshold": 0.5}


def test_parts_of_other_files_are_written_in(tmp_path: Path) -> None:
    (tmp_path / "parts.yaml").write_text("blocks:\n  Deep: {options: {wide: 3}, layers: [{dense: $wide}]}\n")
    main = (
        "include: [parts.yaml]\ndata: {source: iris}\nnetwork: {layers: [Deep, {dense: 3}]}\n"
        "train: {loss: cross_entropy}\n"
    )
    whole = of(tmp_path, main)
    said = dict(sources(whole))
    assert "include" not in dict(whole.pairs)
    assert said["blocks.Deep.layers.1.dense.units"] == "parts.yaml line 2; here 3"
    assert said["network.layers.1.Deep.wide"] == "the default of Deep, parts.yaml line 2"
    assert_same(tmp_path / "net.yaml", tmp_path)


def test_what_differs_from_use_to_use_stays_a_formula(tmp_path: Path) -> None:
    main = (
        "data: {source: iris}\nblocks: {Wide: {options: {wide: int}, layers: [{dense: $wide}]}}\n"
        "network: {layers: [{Wide: 5}, {Wide: 7}, {dense: $index, repeat: 2}, {dense: 3}]}\ntrain: {loss: cross_entropy}\n"
    )
    whole = of(tmp_path, main)
    said, lines = dict(sources(whole)), text(whole)
    assert "units: $wide" in lines
    assert "units: $index" in lines
    assert said["blocks.Wide.layers.1.dense.units"] == "line 2; here 5, 7"
    assert said["network.layers.3.dense.units"] == "line 3; here 1, 2"
    assert_same(tmp_path / "net.yaml", tmp_path)


def test_what_a_study_varies_stays_a_formula(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(MODEL + "study: {vary: {wide: [2, 4]}}\n", encoding="utf-8")
    spec, _ = load(file)
    assert spec is not None
    whole = full(spec, facts(spec, UNKNOWN_DATA, None))
    assert "units: $(2 * wide)" in text(whole)
    assert dict(sources(whole))["network.layers.1.dense.units"] == "line 5; 8 here; wide is 4, line 1"


def test_sizes_of_a_networks_input_are_not_those_of_a_column_of_that_name(tmp_path: Path) -> None:
    main = (
        "data: {source: iris}\nnetworks: {Half: {inputs: [x], layers: [{dense: $(x.features)}]}}\n"
        "network: {layers: [{dense: 6}, {Half: {}}, {dense: 3}]}\ntrain: {loss: cross_entropy}\n"
    )
    assert dict(sources(of(tmp_path, main)))["networks.Half.layers.1.dense.units"] == "line 2; here 6"
    assert_same(tmp_path / "net.yaml", tmp_path)


# nothing is left out


SECTIONS: dict[Family, str] = {"layer": "network", "loss": "train", "optimizer": "train", "source": "data"}


def options_of(part: Part, family: Family) -> Iterator[tuple[Kind, set[str]]]:
    """Every kind of a family that stands in a section with options, and the names of those."""
    if isinstance(part, Items):
        for item in part.items:
            yield from options_of(item, family)
    elif isinstance(part, Rows):
        for key, inner in part.pairs:
            kind = lookup(family, key)
            if kind is not None and "open" not in kind.traits and isinstance(inner, Rows):
                yield kind, {name for name, _ in inner.pairs}
            else:
                yield from options_of(inner, family)


@pytest.mark.parametrize("name", ["losses/parts", "weights/tied", "decisions/circles"])
@pytest.mark.parametrize("family", SECTIONS)
def test_no_default_is_left_out(name: str, family: Family) -> None:
    whole = written_out(example(name))
    found = [*options_of(dict(whole.pairs)[SECTIONS[family]], family)]
    assert found or (family, name) in {("source", "losses/parts"), ("source", "weights/tied")}
    for kind, said in found:
        wanted = {o.name for o in kind.options if not o.later and o.default not in (None, REQUIRED)}
        # a variable is described by its own options, or by `weights` at once
        assert wanted - said <= ({"weights"} if kind.name == "variable" else set())


def test_what_has_no_default_says_what_that_means(tmp_path: Path) -> None:
    lines = text(of(tmp_path, MODEL))
    assert "  # threads is left out: the machine's cores\n" in lines
    assert "test is left out: the test part that the source brings, if any" in lines


# the text


def test_remarks_stand_in_one_column_and_cannot_end_their_line() -> None:
    rows = Rows((("a", Leaf("1", 1, "line 1")), ("longer", Leaf("[2, 3]", [2, 3], "x\n\x1b[31m")), Note("left out")))
    assert text(rows) == "a: 1            # line 1\nlonger: [2, 3]  # x ?[31m\n# left out\n"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_ :#\"'", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), plain.filter(lambda value: value is not None), min_size=1))
def test_values_read_as_what_was_written(values: dict[str, object]) -> None:
    remarks = Diagnostics()
    rows = Rows(tuple((key, Leaf(flow(value), value, "why # not")) for key, value in values.items()))
    tree = read(text(rows), "t.yaml", remarks)
    assert not remarks.items
    assert tree is not None
    assert tree_value(tree) == values
