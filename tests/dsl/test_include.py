"""Files that include others: what comes in, from where, and every way in which it is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.include import DEEPEST, MOST_FILES
from netloom.dsl.load import load, read_spec
from netloom.dsl.source_text import MOST_CHARACTERS
from netloom.dsl.tree import Scalar

MAIN = "data: {source: digits}\nnetwork: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy}\n"
PART = "blocks: {%s: {layers: [{dense: 3}]}}\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    """The files below the folder; the first is the main one."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / next(iter(files))


def told(path: Path) -> list[Diagnostic]:
    return list(load(path)[1])


def only(path: Path) -> Diagnostic:
    (remark,) = told(path)
    return remark


def included(what: str) -> str:
    return f"include: [{what}]\n{MAIN}"


def test_blocks_networks_and_options_come_in_with_their_own_places(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        {
            "net.yaml": "include: [parts/head.yaml]\noptions: {wide: $(2 * small)}\n" + MAIN,
            "parts/head.yaml": "netloom: 1\nname: head\nabout: a part\ninclude: [deep/base.yml, ../side.yaml]\n"
            "blocks:\n  Head: {layers: [{dense: 4}]}\n",
            "parts/deep/base.yml": "options: {small: 16}\n",
            "side.yaml": "networks: {Code: {inputs: [x], layers: [{dense: 4}]}}\n",
        },
    )
    spec, diagnostics = load(main)
    assert spec is not None
    assert not diagnostics.items
    assert list(spec.options) == ["small", "wide"]
    assert [spec.blocks["Head"].place.file, spec.blocks["Head"].place.line] == [str(tmp_path / "parts/head.yaml"), 6]
    assert spec.networks["Code"].place.file == str(tmp_path / "side.yaml")
    assert list(spec.included) == ["parts/head.yaml", "parts/deep/base.yml", "side.yaml"]
    assert "include" not in spec.later


def test_an_included_option_is_set_from_the_command_line(tmp_path: Path) -> None:
    main = write(tmp_path, {"net.yaml": included("a.yaml"), "a.yaml": "options: {small: 16}\n"})
    spec, diagnostics = load(main, {"small": "8"})
    assert spec is not None
    assert not diagnostics.items
    default = spec.options["small"].default
    assert isinstance(default, Scalar)
    assert default.value == 8


def test_include_itself_is_set_from_the_command_line(tmp_path: Path) -> None:
    files = {"net.yaml": included("a.yaml"), "a.yaml": PART % "A", "b.yaml": PART % "B"}
    spec, _ = load(write(tmp_path, files), {"include.1": "b.yaml"})
    assert spec is not None
    assert list(spec.blocks) == ["B"]


def test_copies_in_another_folder_are_read_instead(tmp_path: Path) -> None:
    main = write(tmp_path, {"net.yaml": included("p/a.yaml"), "p/a.yaml": PART % "A"})
    spec, _ = load(main)
    assert spec is not None
    copies = tmp_path / "run"
    for path, text in spec.included.items():
        write(copies, {path: text})
    (tmp_path / "p/a.yaml").unlink()
    again, diagnostics = load(main, folder=copies)
    assert again is not None, tuple(diagnostics)
    assert again.included == spec.included


def test_a_file_that_two_files_include_is_read_once(tmp_path: Path) -> None:
    files = {
        "net.yaml": included("a.yaml, b.yaml, ./a.yaml"), "a.yaml": "include: [c.yaml]\n", "b.yaml": "include: c.yaml\n",
        "c.yaml": PART % "C",
    }  # fmt: skip
    spec, diagnostics = load(write(tmp_path, files))
    assert spec is not None
    assert not diagnostics.items
    assert sorted(spec.included) == ["a.yaml", "b.yaml", "c.yaml"]


@pytest.mark.parametrize("what", ["[]", ""])
def test_nothing_may_be_included(tmp_path: Path, what: str) -> None:
    spec, diagnostics = load(write(tmp_path, {"net.yaml": f"include: {what}\n{MAIN}"}))
    assert spec is not None
    assert not diagnostics.items


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/etc/hosts.yaml", "E039"), ("../out.yaml", "E039"), ("a/../../out.yaml", "E039"), ("C:/x.yaml", "E039"),
        (r"..\out.yaml", "E039"), ('"a\\0.yaml"', "E039"), ('"a\\e[2J.yaml"', "E039"), ("a.txt", "E039"),
        (".", "E039"), ("folder.yaml", "E039"), ("absent.yaml", "E001"), ("absent/a.yaml", "E001"),
        ("https://host/a.yaml", "E001"), ("{a: b}", "E025"), ("null", "E025"), ('""', "E025"), ("[a.yaml]", "E025"),
        (f"{'a' * 5000}.yaml", "E001"),
    ],
)  # fmt: skip
def test_a_path_that_may_not_be_read(tmp_path: Path, path: str, code: str) -> None:
    write(tmp_path, {"out.yaml": PART % "Out"})
    main = write(tmp_path / "in", {"net.yaml": included(path)})
    (tmp_path / "in/folder.yaml").mkdir()
    remark = only(main)
    assert (remark.code, remark.place.file, remark.place.line) == (code, str(main), 1)
    assert load(main)[0] is None


@pytest.mark.parametrize("link", ["a.yaml", "inner"])
def test_links_are_not_followed(tmp_path: Path, link: str) -> None:
    write(tmp_path, {"out/a.yaml": PART % "Out"})
    main = write(tmp_path / "in", {"net.yaml": included("inner/a.yaml" if link == "inner" else "a.yaml")})
    (tmp_path / "in" / link).symlink_to(tmp_path / "out" / ("" if link == "inner" else "a.yaml"))
    assert (only(main).code, "is a link" in only(main).message) == ("E039", True)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    main = write(tmp_path, {"net.yaml": included("pipe.yaml")})
    os.mkfifo(tmp_path / "pipe.yaml")
    assert only(main).code == "E039"


def test_a_circle_names_every_file_of_it(tmp_path: Path) -> None:
    files = {
        "net.yaml": included("a.yaml"), "a.yaml": "include: [p/b.yaml]\n", "p/b.yaml": "include: [c.yaml]\n",
        "p/c.yaml": "about: c\ninclude: [../a.yaml]\n",
    }  # fmt: skip
    remark = only(write(tmp_path, files))
    assert remark.code == "E041"
    assert remark.message.endswith("a.yaml -> p/b.yaml -> p/c.yaml -> a.yaml")
    assert (remark.place.file, remark.place.line) == (str(tmp_path / "p/c.yaml"), 2)


def test_the_main_file_is_part_of_a_circle(tmp_path: Path) -> None:
    remark = only(write(tmp_path, {"net.yaml": included("a.yaml"), "a.yaml": "include: [net.yaml]\n"}))
    assert remark.message.endswith("net.yaml -> a.yaml -> net.yaml")


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        (PART % "Same", PART % "Same", 1),
        (PART % "Same", "networks:\n  Same: {layers: [{dense: 3}]}\n", 2),
        ("options: {same: 1}\n", "options: {same: 2}\n", 1),
    ],
)
def test_a_name_in_two_files_is_refused_with_both_places(tmp_path: Path, first: str, second: str, line: int) -> None:
    files = {"net.yaml": included("a.yaml, b.yaml"), "a.yaml": first, "b.yaml": second}
    remark = only(write(tmp_path, files))
    assert (remark.code, remark.place.file, remark.place.line) == ("E043", str(tmp_path / "b.yaml"), line)
    assert f"first in {tmp_path / 'a.yaml'}:1" in remark.message


def test_a_name_of_the_main_file_is_not_taken_over(tmp_path: Path) -> None:
    main = write(tmp_path, {"net.yaml": included("a.yaml") + PART % "Same", "a.yaml": PART % "Same"})
    assert (only(main).code, only(main).place.file) == ("E043", str(main))


def test_a_block_and_a_network_of_one_file_have_two_names() -> None:
    _, diagnostics = read_spec(MAIN + PART % "Same" + "networks: {Same: {layers: [flatten]}}\n", "net.yaml")
    assert [(remark.code, remark.place.line) for remark in diagnostics] == [("E028", 5)]


def test_too_many_files(tmp_path: Path) -> None:
    files = {f"f{number}.yaml": PART % f"P{number}" for number in range(MOST_FILES + 1)}
    main = write(tmp_path, {"net.yaml": included(", ".join(files)), **files})
    assert only(main).code == "E042"
    del files[f"f{MOST_FILES}.yaml"]
    write(tmp_path, {"net.yaml": included(", ".join(files))})
    assert told(main) == []


def test_too_deep(tmp_path: Path) -> None:
    files = {f"f{number}.yaml": f"include: [f{number + 1}.yaml]\n" for number in range(DEEPEST)}
    main = write(tmp_path, {"net.yaml": included("f0.yaml"), **files, f"f{DEEPEST}.yaml": PART % "P"})
    assert (only(main).code, only(main).place.file) == ("E042", str(tmp_path / f"f{DEEPEST - 1}.yaml"))
    write(tmp_path, {f"f{DEEPEST - 2}.yaml": PART % "P"})
    assert told(main) == []


def test_too_much_text_in_all(tmp_path: Path) -> None:
    long = "#" + "x" * (MOST_CHARACTERS // 2) + "\nabout: long\n"
    main = write(tmp_path, {"net.yaml": included("a.yaml, b.yaml"), "a.yaml": long, "b.yaml": long})
    assert (only(main).code, only(main).place.column) == ("E042", 19)


@pytest.mark.parametrize("key", ["network", "graph", "data", "train", "run", "evaluate", "generate", "study", "mine"])
def test_the_main_files_sections_are_not_included(tmp_path: Path, key: str) -> None:
    main = write(tmp_path, {"net.yaml": included("a.yaml"), "a.yaml": f"{PART % 'A'}{key}: {{}}\n"})
    assert (only(main).code, only(main).place.line) == ("E044", 2)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("about: a\nblocks: [a\n", "E007", 2), ("blocks:\n\tA: {}\n", "E005", 2), ("netloom: 2\n", "E026", 1),
        ("- a\n", "E025", 1), ("blocks:\n  a: {layers: [{dense: 3}]}\n", "E027", 2), ("blocks: 3\n", "E025", 1),
        ("blocks:\n  A:\n    layers: [{densse: 3}]\n", "E101", 3),
    ],
)  # fmt: skip
def test_a_mistake_in_an_included_file_is_shown_there(tmp_path: Path, text: str, code: str, line: int) -> None:
    remark = told(write(tmp_path, {"net.yaml": included("a.yaml"), "a.yaml": text}))[0]
    assert (remark.code, remark.place.file, remark.place.line) == (code, str(tmp_path / "a.yaml"), line)


def test_an_empty_file_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    main = write(tmp_path, {"net.yaml": included("a.yaml"), "a.yaml": "# nothing\n"})
    assert (only(main).code, only(main).place.file) == ("E014", str(main))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    main = write(tmp_path, {"net.yaml": included("a.yaml")})
    (tmp_path / "a.yaml").write_bytes(b"blocks:\n \xff\n")
    assert (only(main).code, only(main).place.line, only(main).place.file) == ("E002", 2, str(tmp_path / "a.yaml"))
