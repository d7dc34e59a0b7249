"""`netloom predict` for people: class names over percentages, what is true beside what is said, pictures as pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.cli import predict_command
from netloom.cli.predict_command import Fit
from netloom.cli.predicted import classes_of, print_predicted
from netloom.dsl.diagnostics import NetloomError
from netloom.runtime.answers import Prediction

PICTURES = """
data: {source: {images: {path: pictures, SIZE}}, prepare: [scale], split: {test: 0.25}}
network: {layers: [flatten, {dense: 2}]}
train: {loss: cross_entropy, optimizer: {adam: {learning_rate: 0.01}}, epochs: 40}
"""
TABLE = """
data: {source: {csv: train.csv}, fields: {x: {columns: [a, b]}, y: {column: y, prepare: [standardize]}}}
network: {layers: [{dense: 1}]}
train: {loss: {mse: {target: y}}, epochs: 1}
"""
SURE = np.array([[0.9, 0.1, 0.0], [0.2, 0.299, 0.501]])


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pictures(folder: Path, size: tuple[int, int] = (12, 10)) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    random = np.random.default_rng(0)
    for name, (low, high) in {"cat": (0, 60), "dog": (190, 255)}.items():
        (folder / name).mkdir(parents=True)
        for number in range(8):
            pixels = random.integers(low, high, size, dtype=np.uint8)
            image.fromarray(pixels).save(folder / name / f"{number}.png")


def trained(folder: Path, text: str) -> None:
    (folder / "net.yaml").write_text(text, encoding="utf-8")
    netloom.train(folder / "net.yaml")


def predicted(
    capsys: pytest.CaptureFixture[str], *inputs: str, fit: Fit | None = None, as_json: bool = False
) -> tuple[list[str], str]:
    predict_command.run("last", list(inputs), [], fit, Path("runs"), None, as_json)
    said = capsys.readouterr()
    return said.out.splitlines(), said.err


def shown(capsys: pytest.CaptureFixture[str], found: Prediction) -> tuple[list[str], str]:
    print_predicted(found)
    said = capsys.readouterr()
    return said.out.splitlines(), said.err


def test_class_names_stand_over_percentages(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = {"dense1": SURE * 5, "probabilities": SURE}
    said, talk = shown(capsys, Prediction(outputs, ("setosa", "virginica", "versicolor"), scores="dense1"))
    assert said == [
        "row  predicted   setosa  virginica  versicolor",
        "  0  setosa        90.0       10.0         0.0",
        "  1  versicolor    20.0       29.9        50.1",
    ]
    assert "probability of each class in %" in talk
    assert "right" not in talk


def test_what_is_true_stands_beside_and_what_is_wrong_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    found = Prediction({"probabilities": SURE}, ("a", "b", "c"), "label", np.array([[0], [1]]))
    said, talk = shown(capsys, found)
    assert [line.split()[:4] for line in said[1:]] == [["0", "a", "a", "90.0"], ["1", "b", "c", "✗"]]
    assert "1 of 2 right" in talk


@pytest.mark.parametrize(("width", "told"), [(100, "98.0"), (66, " 98 "), (50, "7 98.0, 3 2.0, 0 0.0")])
def test_the_table_fits_the_width(
    width: int, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shares = np.zeros((1, 10))
    shares[0, [3, 7]] = 0.02, 0.98
    said, _ = shown(capsys, Prediction({"probabilities": shares}, tuple("0123456789"), "label", np.array([7])))
    assert max(map(len, said)) <= width
    assert told in said[1] + " "


def test_one_probability_is_that_of_the_second_class(capsys: pytest.CaptureFixture[str]) -> None:
    said, _ = shown(capsys, Prediction({"probabilities": np.array([[0.25], [0.5]])}, ("no", "yes")))
    assert [line.split() for line in said] == [
        ["row", "predicted", "no", "yes"],
        ["0", "no", "75.0", "25.0"],
        ["1", "yes", "50.0", "50.0"],
    ]


def test_probabilities_of_every_point_are_no_classes() -> None:
    assert classes_of(Prediction({"probabilities": np.ones((2, 4, 4, 3))}, ())) is None


def test_few_numbers_stand_in_the_table_and_many_below(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = {"price": np.array([[1.5], [2.25]]), "inner": np.arange(200.0).reshape(2, 100)}
    said, _ = shown(capsys, Prediction(outputs, (), "y", np.array([[1.0], [2.0]])))
    assert [line.split() for line in said[:3]] == [["row", "true", "y", "price"], ["0", "1", "1.5"], ["1", "2", "2.25"]]
    assert said[4] == "inner: 100"
    assert said[5].split()[:3] == ["0", "0", "1"]
    assert said[5].endswith(" …")
    assert max(map(len, said)) <= 100


def test_pictures_are_drawn_under_the_true_ones(capsys: pytest.CaptureFixture[str]) -> None:
    picture = np.linspace(0, 1, 64).reshape(1, 8, 8, 1)
    said, _ = shown(capsys, Prediction({"copy": picture * 0.5}, (), "image", picture))
    at = said.index("copy  0 to 0.5")
    assert said[at - 5] == "true image  0 to 1"
    assert said[at - 1].endswith("%")
    assert said[-1].endswith("=")
    assert len(said[at:]) == 5


def test_a_picture_is_brought_to_the_size_of_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures(folder / "pictures")
    trained(folder, PICTURES.replace("SIZE", "size: 6, fit: pad"))
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.full((90, 30), 20, np.uint8)).save("large.png")
    said, _ = predicted(capsys, "large.png")
    assert said[0].split() == ["picture", "predicted", "cat", "dog"]
    assert said[1].split()[:1] == ["large.png"]
    padded, _ = predicted(capsys, "large.png", fit=Fit.pad)
    stretched, _ = predicted(capsys, "large.png", fit=Fit.stretch)
    assert said == padded != stretched


def test_a_folder_stands_for_its_pictures_and_tells_their_classes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures(folder / "pictures")
    trained(folder, PICTURES.replace("SIZE", "size: 6"))
    said, talk = predicted(capsys, "pictures")
    assert said[0].split() == ["picture", "true", "predicted", "cat", "dog"]
    assert [line.split()[1] for line in said[1:]] == ["cat"] * 8 + ["dog"] * 8
    assert "16 of 16 right" in talk
    (line,), _ = predicted(capsys, "pictures/dog", as_json=True)
    answer = json.loads(line)
    assert set(answer) == {"dense1", "probabilities", "class"}
    assert answer["class"] == ["dog"] * 8
    (folder / "empty").mkdir()
    with pytest.raises(NetloomError, match="holds no pictures"):
        predicted(capsys, "empty")
    with pytest.raises(NetloomError, match=r"there is no file gone\.png. Paths start at the folder you are in"):
        predicted(capsys, "gone.png")


def test_without_a_size_the_refusal_says_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures(folder / "pictures")
    trained(folder, PICTURES.replace(", SIZE", ""))
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.zeros((9, 9), np.uint8)).save("small.png")
    with pytest.raises(NetloomError, match=r"9 x 9 pixels .*reads 10 x 12\. Add `--fit stretch`"):
        predicted(capsys, "small.png")
    said, _ = predicted(capsys, "small.png", fit=Fit.crop)
    assert said[1].split()[0] == "small.png"


def test_a_table_tells_what_is_true_where_it_has_the_column(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(n, -n, 10 + n) for n in range(8)]
    (folder / "train.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{y}\n" for a, b, y in rows), encoding="utf-8")
    trained(folder, TABLE)
    (folder / "new.csv").write_text("a,b,y\n1,2,13.5\n", encoding="utf-8")
    said, _ = predicted(capsys, "new.csv")
    # 13.5 is the mean of what was trained on
    assert [word for word in said[0].split() if word not in ("row", "dense1")] == "true y after standardize".split()
    assert said[1].split()[:2] == ["0", "0"]
    (folder / "plain.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "true" not in predicted(capsys, "plain.csv")[0][0]
