"""`netloom data` as a user meets it: what the columns are, how the classes share the rows, examples step by step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from netloom.cli import data_command
from netloom.dsl.diagnostics import NetloomError, SpecError

NET = "network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy}\n"
DIGITS = f"data: {{source: digits, prepare: [scale, {{binarize: 0.5}}], split: {{test: 0.2}}}}\n{NET}"
TABLE = "x,label\n" + "".join(f"{n},{'ab'[n % 4 == 0]}\n" for n in range(20))


def data(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str], *, part: str = "train", show: int = 4,
    as_json: bool = False, sets: list[str] | None = None, step: int = 1,
) -> str:  # fmt: skip
    file = folder / "net.yaml"
    file.write_text(text, encoding="utf-8")
    data_command.run(file, part, show, True, sets or [], as_json, step)
    return capsys.readouterr().out


def test_columns_parts_and_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = data(tmp_path, DIGITS, capsys)
    assert "net: digits, 1,797 rows: train 1,438 (80%), test 359 (20%)" in said
    (image,) = [line for line in said.splitlines() if line.startswith("image ") and "uint8" in line]
    assert "8 x 8 x 1" in image
    assert "0 to 16" in image
    assert "scale, binarize" in image
    assert "█" * 30 in said


def test_every_step_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = data(tmp_path, DIGITS, capsys, show=3, part="test").splitlines()
    titles = [place for place, line in enumerate(said) if line.startswith("image") and " to " in line][1:]
    assert [said[place] for place in titles] == [
        "image  0 to 16", "image after scale  0 to 1; they look the same", "image after scale, binarize  0 to 1",
    ]  # fmt: skip
    # eight points high, two in a character, and the label below
    first, same, last = (said[place + 1 : place + 6] for place in titles)
    assert same == ["", said[titles[2]], *last[:3]]
    assert first[:4] != last[:4]
    found = json.loads(data(tmp_path, DIGITS, capsys, show=3, part="test", as_json=True))
    assert first[4].split() == last[4].split() == list(map(str, found["examples"]["label"][0]["values"]))
    # one of two points above each other may be there alone, so what is binary has three signs
    assert set("".join(last[:4])) <= set(" =@")
    assert "label" not in said[titles[0] :]


def test_what_stands_at_its_default_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = DIGITS.replace("{binarize: 0.5}", "{binarize: 0.25}, standardize")
    assert "  scale, binarize threshold=0.25, standardize\n" in data(tmp_path, text, capsys, show=0)


def test_numbers_of_different_measures_have_ranges_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "length,width,label\n" + "".join(f"{n},{100 + n},{'ab'[n % 2]}\n" for n in range(5))
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    text = (
        "data: {source: {csv: t.csv}, fields: {x: {columns: [length, width]}, label: {column: label}}}\n"
        "network: {layers: [{dense: 2}]}\ntrain: {loss: cross_entropy, batch: 5}\n"
    )
    lines = [line.split() for line in data(tmp_path, text, capsys, show=0).splitlines()]
    assert ["x", "least", "greatest", "mean"] in lines
    assert ["length", "0", "4", "2"] in lines
    assert ["width", "100", "104", "102"] in lines


def test_numbers_before_and_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    text = (
        "data: {source: {csv: t.csv}, prepare: [{log: 1}]}\nnetwork: {layers: [{dense: 2}]}\n"
        "train: {loss: cross_entropy, batch: 5}\n"
    )
    said = data(tmp_path, text, capsys, show=2)
    lines = [line.split() for line in said.splitlines()]
    assert ["a", "15", "75.0%", "█" * 30] in lines
    assert ["b", "5", "25.0%", "█" * 10] in lines
    assert lines.index(["19", "19"]) < lines.index(["19", f"{np.log(20):.4g}"])
    assert ["19", "a"] in lines


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(data(tmp_path, DIGITS, capsys, as_json=True, show=2, part="test"))
    assert (found["source"], found["part"], found["parts"]) == ("digits", "test", {"train": 1438, "test": 359})
    image, label = found["columns"]
    assert (image["shape"], image["low"], image["high"], image["least"]) == ([8, 8, 1], 0, 16, 0)
    assert image["prepare"] == ["scale", "binarize threshold=0.5"]
    assert label["classes"] == list("0123456789")
    assert {part: sum(counts) for part, counts in label["rows"].items()} == found["parts"]
    before, scaled, binary = (np.array(stage["values"]) for stage in found["examples"]["image"])
    assert before.shape == (2, 8, 8, 1)
    np.testing.assert_allclose(scaled, before / 16)
    np.testing.assert_array_equal(binary, before >= 8)
    assert [stage["after"] for stage in found["examples"]["image"]][1:] == [["scale"], ["scale", image["prepare"][1]]]


def test_no_examples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "examples" not in data(tmp_path, DIGITS, capsys, show=0)
    assert json.loads(data(tmp_path, DIGITS, capsys, show=0, as_json=True))["examples"] == {"rows": []}


def test_many_classes_are_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "x,label\n" + "".join(f"{n},{n % 30}\n" for n in range(61))
    (tmp_path / "t.csv").write_text(rows, encoding="utf-8")
    said = data(tmp_path, "data: {source: {csv: t.csv}}\nnetwork: {layers: [{dense: 30}]}\n", capsys)
    assert "… 10 more classes, the smallest with 2 rows" in said


def test_data_is_shown_before_its_network_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = data(tmp_path, "data: {source: digits}\nnetwork: {layers: [flatten, {dens: 10}]}\n", capsys)
    assert "net: digits, 1,797 rows" in said


def test_an_option_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"options: {{share: 0.2}}\ndata: {{source: digits, split: {{test: $share}}}}\n{NET}"
    assert "train 898 (50%), test 899 (50%)" in data(tmp_path, text, capsys, sets=["share=0.5"])


@pytest.mark.parametrize(
    ("text", "part", "kind", "said"),
    [
        (DIGITS, "validation", NetloomError, "its parts are train, test"),
        ("network: {inputs: {x: [2]}, layers: [{dense: 1}]}", "train", NetloomError, "names no data"),
        (f"data: {{source: {{csv: gone.csv}}}}\n{NET}", "train", SpecError, "no file gone.csv"),
    ],
)
def test_refusals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, part: str, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        data(tmp_path, text, capsys, part=part)


AUGMENTED = DIGITS.replace("{binarize: 0.5}]", "standardize], augment: [{flip: {chance: 1}}, {shift: 1}, brightness]")


def test_every_augmentation_is_drawn_in_the_part_that_trains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = data(tmp_path, AUGMENTED, capsys)
    titles = [line.split("  ")[0] for line in said.splitlines() if line.startswith("image") and " to " in line][1:]
    assert [title.removeprefix("image after ") for title in titles] == [
        "image", "scale", "scale, standardize", "scale, standardize, flip chance=1",
        "scale, standardize, flip, shift by=1", "scale, standardize, flip, shift, brightness",
    ]  # fmt: skip
    assert "drawn as in step 1 of training" in said
    test = data(tmp_path, AUGMENTED, capsys, part="test")
    assert "flip" not in test
    assert "drawn" not in test


def test_the_draws_of_a_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def seen(step: int) -> list[np.ndarray]:
        found = json.loads(data(tmp_path, AUGMENTED, capsys, as_json=True, step=step))
        assert found["columns"][0]["augment"][1] == "shift by=1 outside=edge"
        return [np.array(stage["values"]) for stage in found["examples"]["image"]]

    first, again, other = seen(1), seen(1), seen(2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert [np.array_equal(a, b) for a, b in zip(first, other, strict=True)] == [True] * 4 + [False] * 2
    np.testing.assert_array_equal(first[3], first[2][:, :, ::-1])
