"""Opening data as a whole: every source, its parts, its schema, and mistakes told at their place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from netloom.dsl.data_schema import BUILTIN
from netloom.dsl.diagnostics import SpecError
from netloom.dsl.kinds.computed import Scope
from netloom.dsl.places import NOWHERE
from netloom.dsl.spec import Data, Entry, Field
from netloom.dsl.tree import Scalar
from netloom.runtime.data.dataset import Dataset, open_data, schema_of, stratified_by

MakeData = Callable[..., Data]
NO_WORLD = {"HOME": "/nowhere"}

SCIENCE = [name for name in BUILTIN if name not in {"mnist", "cifar10"}]


def assert_whole(dataset: Dataset) -> None:
    assert list(dataset.columns) == list(dataset.schema.columns)
    for name, column in dataset.schema.columns.items():
        values = dataset.columns[name]
        assert values.dtype == column.dtype
        assert values.shape == (dataset.rows, *column.shape)
        assert values.flags.c_contiguous
        if column.classes is not None:
            assert values.min() >= 0
            assert values.max() < column.classes
    assert {part: len(rows) for part, rows in dataset.parts.items()} == dataset.schema.parts
    together = np.concatenate(list(dataset.parts.values()))
    assert np.array_equal(np.sort(together), np.arange(dataset.rows))


@pytest.mark.parametrize("name", SCIENCE)
def test_the_sets_of_science(name: str, make_data: MakeData, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    data = make_data(name, split={"validation": 0.1, "test": 0.2})
    dataset = open_data(data, tmp_path, NO_WORLD)
    assert_whole(dataset)
    assert dataset.schema == schema_of(data, tmp_path, NO_WORLD)
    assert open_data(make_data(name), tmp_path, NO_WORLD).schema == BUILTIN[name]


def test_the_schema_of_a_built_in_set_opens_nothing(
    make_data: MakeData, make_field: Callable[..., Field], tmp_path: Path
) -> None:
    data = make_data("cifar10", split={"validation": 0.1}, fields=(make_field("pixels", "image"),))
    schema = schema_of(data, tmp_path, NO_WORLD)
    assert schema.parts == {"train": 45000, "validation": 5000, "test": 10000}
    assert list(schema.columns) == ["pixels", "label"]
    assert schema.columns["pixels"].shape == (32, 32, 3)
    assert schema.columns["pixels"].high == 255


def test_fields_of_a_built_in_set(make_data: MakeData, make_field: Callable[..., Field], tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    data = make_data("iris", fields=(make_field("both", "x", "x"), make_field("kind", "label")))
    dataset = open_data(data, tmp_path, NO_WORLD)
    assert_whole(dataset)
    assert dataset.schema == schema_of(data, tmp_path, NO_WORLD)
    assert dataset.schema.columns["both"].shape == (8,)


SMALL: dict[str, dict[str, object]] = {
    "gates": {"gate": "xor"},
    "moons": {"samples": 50, "noise": 0.1},
    "circles": {"samples": 50, "factor": 0.3},
    "spirals": {"samples": 50, "classes": 3, "turns": 2},
    "blobs": {},
    "values": {"x": [[1, 2], [3, 4]], "label": ["b", "a"]},
    "csv": {"path": "t.csv"},
    "npz": {"path": "t.npz"},
    "idx": {"images": "images", "labels": "labels"},
}


@pytest.mark.parametrize("kind", sorted(SMALL))
def test_other_sources(kind: str, make_data: MakeData, write_idx: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,label\n1,x\n2,y\n3,x\n")
    np.savez(tmp_path / "t.npz", image=np.zeros((4, 3, 3, 1), np.uint8), label=np.arange(4))
    write_idx("images", np.zeros((4, 3, 3)))
    write_idx("labels", np.arange(4))
    data = make_data(kind, **SMALL[kind])
    dataset = open_data(data, tmp_path, NO_WORLD)
    assert_whole(dataset)
    assert list(dataset.parts) == ["train"]
    assert schema_of(data, tmp_path, NO_WORLD) == dataset.schema


def test_the_seed_of_the_run_draws_the_parts(make_data: MakeData, tmp_path: Path) -> None:
    data = make_data("moons", split={"test": 0.2}, **SMALL["moons"])
    one, same, other = (open_data(data, tmp_path, NO_WORLD, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.parts["test"], same.parts["test"])
    assert not np.array_equal(one.parts["test"], other.parts["test"])
    assert np.array_equal(one.columns["x"], other.columns["x"])


def test_options_of_the_file(make_data: MakeData, tmp_path: Path) -> None:
    data = make_data("moons", samples="$many", split={"test": "$(1 / parts)"})
    scope = Scope({"many": 20, "parts": 4})
    assert open_data(data, tmp_path, NO_WORLD, scope=scope).schema.parts == {"train": 15, "test": 5}
    assert schema_of(data, tmp_path, NO_WORLD, scope=scope).parts == {"train": 15, "test": 5}


def test_what_stands_after_the_kind(tmp_path: Path) -> None:
    source = Entry(kind="gates", kind_place=NOWHERE, place=NOWHERE, main=Scalar("not", "not", False, NOWHERE))
    dataset = open_data(Data(source=source, place=NOWHERE), tmp_path, NO_WORLD)
    assert dataset.columns["x"].tolist() == [[0.0], [1.0]]


def test_classes_are_shared_evenly(make_data: MakeData, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    dataset = open_data(make_data("iris", split={"validation": 0.2, "test": 0.2}), tmp_path, NO_WORLD)
    assert stratified_by(dataset.schema) == "label"
    for rows in dataset.parts.values():
        assert len(set(np.bincount(dataset.columns["label"][rows]))) == 1


@pytest.mark.parametrize(
    ("kind", "more", "code", "said"),
    [
        ("moons", {"split": {"test": 1.5}}, "E310", "1.5 is not a share"),
        ("moons", {"split": {"test": "much"}}, "E310", "test is not a number"),
        ("moons", {"split": {"held": 0.1}}, "E310", "no part `held`"),
        ("gates", {"split": {"test": 0.1}}, "E310", "rounds to none"),
        ("values", {"x": []}, "E311", "not a list of rows"),
        ("csv", {"path": "gone.csv"}, "E301", "no file gone.csv"),
        ("csv", {"path": "/etc/passwd"}, "E302", "outside"),
        ("csv", {"path": "none.csv"}, "E303", "not one row"),
        ("cifar10", {}, "E301", "files of cifar10 are not here"),
        ("images", {"path": "here"}, "E301", "no folder or file here"),
        ("images", {"path": "none.csv"}, "E303", "not a folder, and not a whole zip"),
        ("text", {"path": "here"}, "E299", "the source `text`"),
        ("digit", {}, "E300", "no source `digit`"),
        ("gates", {"gate": "xnor"}, "E106", "gate is"),
        ("moons", {"sample": 5}, "E102", "no option `sample`"),
        ("moons", {"samples": "$many"}, "E111", "many"),
        ("moons", {"split": {"test": "$share"}}, "E111", "share"),
    ],
)
def test_mistakes_are_told_at_their_place(
    kind: str, more: dict[str, object], code: str, said: str, make_data: MakeData, tmp_path: Path
) -> None:
    (tmp_path / "none.csv").write_text("a,b\n")
    with pytest.raises(SpecError, match=said) as told:
        open_data(make_data(kind, **{**SMALL.get(kind, {}), **more}), tmp_path, NO_WORLD)
    (diagnostic,) = told.value.diagnostics
    assert diagnostic.code == code
    assert str(diagnostic.place) == "net.yaml:3:7"
    assert diagnostic.suggestion


def test_scikit_learn_is_not_imported_to_read_its_sets(make_data: MakeData, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    before = set(sys.modules)
    open_data(make_data("digits"), tmp_path, NO_WORLD)
    assert not [name for name in set(sys.modules) - before if name.startswith(("sklearn", "scipy"))]
