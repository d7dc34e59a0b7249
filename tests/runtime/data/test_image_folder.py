"""Folders and zips of pictures: read in one order, brought to one form, and refused where they are not what they say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netloom.dsl.diagnostics import SpecError
from netloom.dsl.spec import Data
from netloom.runtime.data import image_folder, picture_files
from netloom.runtime.data.dataset import open_data, schema_of
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.image_folder import peek_images, read_images
from netloom.runtime.data.raw import Raw
from netloom.runtime.data.reach import Reach

pillow = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)
COLOUR = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)


def encoded(pixels: np.ndarray, kind: str = "png", **how: Any) -> bytes:
    file = io.BytesIO()
    pillow.fromarray(pixels).save(file, kind, **how)
    return file.getvalue()


def folder_of(top: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content)
    return top


def zip_of(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(base: Path, path: str = "birds", **options: object) -> Raw:
    return read_images({"path": path, **options}, Reach.of(base, {"HOME": str(base)}))


BIRDS = {
    "crow/b.png": encoded(GREY + 1),
    "crow/a.png": encoded(GREY),
    "wren/c.bmp": encoded(GREY + 2, "bmp"),
    "wren/notes.txt": b"not a picture",
    ".git/x.png": b"hidden",
}
ZIPPED = {f"birds/{name}": content for name, content in BIRDS.items()} | {"__MACOSX/birds/crow/a.png": b"resource"}


def test_a_folder_a_class(tmp_path: Path) -> None:
    folder_of(tmp_path / "birds", BIRDS)
    raw = read(tmp_path)
    assert np.array_equal(raw.columns["image"], np.stack([GREY, GREY + 1, GREY + 2])[..., np.newaxis])
    assert raw.columns["image"].dtype == np.uint8
    assert raw.columns["label"].tolist() == [0, 0, 1]
    assert raw.known["label"].class_names == ("crow", "wren")
    assert (raw.known["image"].low, raw.known["image"].high, raw.known["image"].shape) == (0, 255, (3, 4, 1))


@pytest.mark.parametrize("files", [BIRDS, ZIPPED], ids=["classes", "a folder above them"])
def test_a_zip_is_as_the_folder(tmp_path: Path, files: dict[str, bytes]) -> None:
    folder_of(tmp_path / "birds", BIRDS)
    zip_of(tmp_path / "birds.zip", files)
    from_folder, from_zip = read(tmp_path), read(tmp_path, "birds.zip")
    assert from_folder.known == from_zip.known
    for name, values in from_folder.columns.items():
        assert np.array_equal(values, from_zip.columns[name])


def test_the_schema_reads_names_and_one_header(tmp_path: Path, make_data: Callable[..., Data]) -> None:
    whole = {**BIRDS, "crow/b.png": b"\x89PNG cut off", "wren/c.bmp": b""}
    folder_of(tmp_path / "birds", whole)
    schema = schema_of(make_data("images", path="birds", split={"test": 0.34}), tmp_path, {"HOME": str(tmp_path)})
    assert schema.parts == {"train": 2, "test": 1}
    assert [str(column) for column in schema.columns.values()] == [
        "image uint8[3, 4, 1], 0 to 255", "label int32[], 2 classes",
    ]  # fmt: skip
    folder_of(tmp_path / "birds", BIRDS)
    dataset = open_data(make_data("images", path="birds", split={"test": 0.34}), tmp_path, {"HOME": str(tmp_path)})
    assert dataset.schema == schema


def test_classes_that_are_numbers_stand_in_their_order(tmp_path: Path) -> None:
    folder_of(tmp_path / "birds", {f"{n}/a.png": encoded(GREY + n) for n in (10, 9, 0)})
    assert read(tmp_path).known["label"].class_names == ("0", "9", "10")


def test_pictures_without_folders_have_no_label(tmp_path: Path) -> None:
    folder_of(tmp_path / "birds", {"b.png": encoded(GREY + 1), "a.png": encoded(GREY)})
    raw = read(tmp_path)
    assert list(raw.columns) == ["image"]
    assert raw.columns["image"][:, 0, 0, 0].tolist() == [0, 1]


def test_train_and_test_are_parts(tmp_path: Path, make_data: Callable[..., Data]) -> None:
    pictures = {"train/a/1.png": GREY, "train/b/2.png": GREY + 1, "train/a/0.png": GREY + 2, "test/b/9.png": GREY + 3}
    folder_of(tmp_path / "birds", {name: encoded(pixels) for name, pixels in pictures.items()})
    dataset = open_data(make_data("images", path="birds"), tmp_path, {"HOME": str(tmp_path)})
    assert {part: rows.tolist() for part, rows in dataset.parts.items()} == {"train": [0, 1, 2], "test": [3]}
    assert dataset.columns["label"].tolist() == [0, 0, 1, 1]
    assert dataset.columns["image"][:, 0, 0, 0].tolist() == [2, 0, 1, 3]


def test_from_the_shelf_of_data(tmp_path: Path) -> None:
    folder_of(tmp_path / "shelf" / "birds", BIRDS)
    raw = read_images({"path": "birds/"}, Reach.of(tmp_path / "spec", {"NETLOOM_DATA": str(tmp_path / "shelf")}))
    assert raw.rows == 3


# forms

DEEP = (np.arange(12, dtype=np.uint16).reshape(3, 4) * 256) + 7
THROUGH = np.dstack([COLOUR, np.full((3, 4), 0, np.uint8)])
SOLID = np.dstack([COLOUR, np.full((3, 4), 255, np.uint8)])


@pytest.mark.parametrize(
    ("pixels", "channels", "expected"),
    [
        (COLOUR, None, COLOUR),
        (GREY, 3, np.repeat(GREY[..., np.newaxis], 3, 2)),
        (DEEP, None, GREY[..., np.newaxis]),
        (SOLID, None, COLOUR),
        (THROUGH, None, np.full((3, 4, 3), 255)),
        (SOLID, 4, SOLID),
        (COLOUR, 4, SOLID),
    ],
    ids=["colour", "grey as colour", "16 bits", "solid", "white shows through", "four kept", "four made"],
)
def test_channels(tmp_path: Path, pixels: np.ndarray, channels: int | None, expected: np.ndarray) -> None:
    folder_of(tmp_path / "birds", {"crow/a.png": encoded(pixels)})
    raw = read(tmp_path, channels=channels)
    assert np.array_equal(raw.columns["image"][0], expected)


def test_colour_made_grey_when_asked(tmp_path: Path) -> None:
    plain = np.zeros((3, 4, 3), np.uint8)
    plain[..., 0] = 255
    folder_of(tmp_path / "birds", {"crow/a.png": encoded(plain)})
    # the weight of red in brightness, by ITU-R BT.601: 0.299
    assert read(tmp_path, channels=1).columns["image"][0, 0, 0, 0] == round(0.299 * 255)


def test_a_table_of_greys_is_grey(tmp_path: Path) -> None:
    file = io.BytesIO()
    pillow.fromarray(GREY * 20).convert("P").save(file, "png")
    folder_of(tmp_path / "birds", {"crow/a.png": file.getvalue()})
    assert np.array_equal(read(tmp_path).columns["image"][0, ..., 0], GREY * 20)


def test_a_picture_taken_upright(tmp_path: Path) -> None:
    """The camera says that it was held on its side."""
    turned = pillow.Exif()
    turned[picture_files.ORIENTATION] = 6
    folder_of(tmp_path / "birds", {"crow/a.png": encoded(GREY, exif=turned)})
    image = read(tmp_path).columns["image"]
    assert image.shape == (1, 4, 3, 1)
    assert np.array_equal(image[0, ..., 0], np.rot90(GREY, -1))


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ("stretch", [[10, 200], [10, 200]]),
        ("crop", [[10, 200], [10, 200]]),
        ("pad", [[0, 0, 0, 0], [10, 10, 200, 200], [10, 10, 200, 200], [0, 0, 0, 0]]),
    ],
)
def test_sizes(tmp_path: Path, fit: str, expected: list[list[int]]) -> None:
    wide = np.repeat(np.array([[10, 10, 200, 200]], np.uint8), 2, 0)
    size = (len(expected),)
    folder_of(tmp_path / "birds", {"crow/a.png": encoded(wide if fit != "crop" else wide[:, [0, 0, 1, 2, 3, 3]])})
    image = read(tmp_path, size=size, fit=fit).columns["image"][0, ..., 0]
    assert image.shape == (len(expected), len(expected[0]))
    if fit == "pad":
        assert image.tolist() == expected
    else:
        assert (image[:, 0] < image[:, 1]).all()


def test_height_comes_before_width(tmp_path: Path) -> None:
    folder_of(tmp_path / "birds", {"crow/a.png": encoded(GREY), "crow/b.png": encoded(COLOUR[:2])})
    assert read(tmp_path, size=(2, 5), channels=1).columns["image"].shape == (2, 2, 5, 1)


# refusals

REFUSED: dict[str, tuple[dict[str, bytes], dict[str, object], str, str]] = {
    "another size": (
        {"a/1.png": encoded(GREY), "a/2.png": encoded(GREY[:2])}, {}, "E312", r"2\.png is 2 x 4 .* first picture 3 x 4",
    ),
    "a grey set with colour": (
        {"a/1.png": encoded(GREY), "a/2.png": encoded(COLOUR)}, {}, "E312", r"2\.png is in colour",
    ),
    "cut off": (
        {"a/1.png": encoded(GREY), "b/2.png": encoded(GREY)[:-30]}, {}, "E303", r"b/2\.png: not a picture",
    ),
    "something else": ({"a/1.png": b"%!PS-Adobe-3.0 EPSF-3.0"}, {}, "E303", r"a/1\.png: not a picture of a kind"),
    "empty": ({"a/1.txt": b"none"}, {}, "E303", "holds no picture"),
    "beside the folders": (
        {"a/1.png": encoded(GREY), "x.png": encoded(GREY)}, {}, "E303", "does not lie where the others do",
    ),
    "folders within": ({"birds/a/1.png": encoded(GREY), "fish/a/1.png": encoded(GREY)}, {}, "E303", "birds, fish"),
    "too deep": ({"a/b/c/1.png": encoded(GREY)}, {}, "E303", "within the folder of a class|does not lie"),
    "unknown in test": (
        {"train/a/1.png": encoded(GREY), "test/b/1.png": encoded(GREY)}, {}, "E309", "test has a class b",
    ),
    "two channels": ({"a/1.png": encoded(GREY)}, {"channels": 2}, "E311", "channels is 2"),
    "three sides": ({"a/1.png": encoded(GREY)}, {"size": (1, 2, 3)}, "E311", "3 numbers"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str, kind: str) -> None:
    files, options, code, said = REFUSED[name]
    if kind == "zip":
        # below two tops, so that neither is taken for a mere wrapping
        zip_of(tmp_path / "birds", files)
        if name in ("folders within", "too deep"):
            code, said = "E303", "folders within folders|does not lie"
    else:
        folder_of(tmp_path / "birds", files)
    with pytest.raises(DataError, match=said) as refused:
        read(tmp_path, **options)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["../a/1.png", "/a/1.png", "a/../../1.png", "a\\..\\1.png"])
def test_a_zip_that_leads_out(tmp_path: Path, name: str) -> None:
    zip_of(tmp_path / "birds.zip", {"a/0.png": encoded(GREY), name: encoded(GREY)})
    with pytest.raises(DataError, match="leads out of it"):
        read(tmp_path, "birds.zip")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_folder, "LARGEST_FILE", 1000)
    zip_of(tmp_path / "birds.zip", {"a/0.png": bytes(1001)})
    with pytest.raises(DataError, match="E304"):
        read(tmp_path, "birds.zip")


def test_a_file_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_folder, "LARGEST_FILE", 10)
    folder_of(tmp_path / "birds", BIRDS)
    with pytest.raises(DataError, match="E304"):
        read(tmp_path)


def test_a_header_that_promises_too_many_points(tmp_path: Path) -> None:
    content = b"P5\n60000 60000\n255\n"
    folder_of(tmp_path / "birds", {"a/0.pgm": content})
    with pytest.raises(DataError, match="E304"):
        read(tmp_path)


def test_more_than_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path / "birds", BIRDS)
    monkeypatch.setattr(image_folder, "LIMIT_BYTES", 35)
    with pytest.raises(DataError, match="3 x 3 x 4 x 1"):
        read(tmp_path)
    assert peek_images({"path": "birds"}, Reach.of(tmp_path, {}), lambda _: False).rows == 3


@pytest.mark.parametrize("what", ["picture", "class", "top"])
def test_no_link_leads_out(tmp_path: Path, what: str) -> None:
    outside, spec = tmp_path / "outside", tmp_path / "spec"
    folder_of(outside / "crow", {"a.png": encoded(GREY)})
    folder_of(spec / "birds", {"wren/b.png": encoded(GREY)})
    if what == "picture":
        (spec / "birds" / "wren" / "c.png").symlink_to(outside / "crow" / "a.png")
    elif what == "class":
        (spec / "birds" / "crow").symlink_to(outside / "crow")
    else:
        (spec / "more").symlink_to(outside)
    with pytest.raises(DataError, match="E302"):
        read(spec, "more" if what == "top" else "birds")


def test_links_that_stay_within_are_followed(tmp_path: Path) -> None:
    folder_of(tmp_path / "birds", BIRDS)
    (tmp_path / "birds" / "crow" / "z.png").symlink_to(tmp_path / "birds" / "wren" / "c.bmp")
    assert read(tmp_path).columns["image"][2, 0, 0, 0] == GREY[0, 0] + 2


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    folder_of(tmp_path / "birds", BIRDS)
    (tmp_path / "birds" / "again").symlink_to(tmp_path / "birds")
    with pytest.raises(DataError, match="E303"):
        read(tmp_path)


def test_a_link_to_nothing(tmp_path: Path) -> None:
    folder_of(tmp_path / "birds", BIRDS)
    (tmp_path / "birds" / "crow" / "z.png").symlink_to(tmp_path / "gone.png")
    with pytest.raises(DataError, match="link to nothing"):
        read(tmp_path)


def test_what_is_not_there(tmp_path: Path, make_data: Callable[..., Data]) -> None:
    with pytest.raises(SpecError) as told:
        schema_of(make_data("images", path="birds"), tmp_path, {"HOME": str(tmp_path)})
    assert told.value.diagnostics[0].code == "E301"
    (tmp_path / "birds").write_bytes(b"neither")
    with pytest.raises(DataError, match="not a folder, and not a whole zip"):
        read(tmp_path)


def test_without_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path / "birds", BIRDS)

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(picture_files.importlib, "import_module", missing)
    with pytest.raises(DataError, match="pip install pillow"):
        read(tmp_path)
