"""`show --full`, `new`, `diff` and `migrate` as a user meets them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from netloom.cli import diff_command, migrate_command, new_command, show_command
from netloom.cli.main import main
from netloom.runtime import examples

from ..examples.gallery import NAMES, example

RESIDUAL = str(example("blocks/residual"))
DIGITS = str(example("start/digits"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Commands run in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def netloom(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """What a command writes to stdout and to stderr; it ends with the code."""
    with pytest.raises(SystemExit) as end:
        main(words)
    said = capsys.readouterr()
    assert (end.value.code or 0) == code, said.out + said.err
    return said.out, said.err


@pytest.mark.parametrize("module", [show_command, new_command, diff_command, migrate_command])
def test_help_has_examples(module: object) -> None:
    assert "Examples:" in (module.__doc__ or "")


# show --full


def test_what_show_full_prints_is_a_file(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    out, _ = netloom(capsys, "show", RESIDUAL, "--full", "--set", "width=8")
    (here / "whole.yaml").write_text(out, encoding="utf-8")
    netloom(capsys, "check", "whole.yaml")
    assert "seed: 0" in out
    (here / "narrow.yaml").write_text(Path(RESIDUAL).read_text(encoding="utf-8").replace("width: 32", "width: 8"))
    netloom(capsys, "diff", "narrow.yaml", "whole.yaml")


def test_show_full_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(netloom(capsys, "show", DIGITS, "--full", "--json")[0])
    assert found["totals"]["parameters"] == 7510
    assert found["full"]["train"]["batch"] == 32
    assert found["from"]["train.batch"] == "the language's default"
    assert "full" not in json.loads(netloom(capsys, "show", DIGITS, "--json")[0])


# new


def test_new_lists_every_example_with_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = netloom(capsys, "new")
    assert all(name in out for name in NAMES)
    rows = json.loads(netloom(capsys, "new", "--json")[0])
    assert [row["template"] for row in rows] == NAMES
    assert {(row["chapter"], row["name"]) for row in rows} == {tuple(name.split("/")) for name in NAMES}
    assert all(len(row["about"]) > 15 and "catalog" not in row["about"] for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_from_any_template_has_no_mistakes(capsys: pytest.CaptureFixture[str], name: str) -> None:
    _, err = netloom(capsys, "new", name, "mine.yaml")
    assert "next: netloom " in err
    netloom(capsys, "check", "mine.yaml")
    text = Path("mine.yaml").read_text(encoding="utf-8")
    assert "\nname: mine\n" in text
    assert "catalog:" not in text
    netloom(capsys, "fmt", "--check", "mine.yaml")


def test_the_name_of_a_template_is_enough_where_it_is_the_only_one(capsys: pytest.CaptureFixture[str]) -> None:
    netloom(capsys, "new", "residual", "deep")
    assert Path("deep.yaml").is_file()
    netloom(capsys, "new", "moons")
    assert Path("moons.yaml").is_file()
    _, err = netloom(capsys, "new", "digits", "x.yaml", code=1)
    assert "autoencoder/digits, start/digits" in err
    assert not Path("x.yaml").exists()


def test_a_misspelt_template_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean `blocks/residual`?" in netloom(capsys, "new", "blocks/residul", "x.yaml", code=1)[1]
    assert "netloom new" in netloom(capsys, "new", "qqqqqq", "x.yaml", code=1)[1]


def test_part_of_a_name_finds_its_templates(capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is autoencoder/digits" in netloom(capsys, "new", "autoencoder", code=1)[1]


def test_what_can_be_done_next(capsys: pytest.CaptureFixture[str]) -> None:
    for name, command in (("start/digits", "train"), ("gate_and", "predict"), ("inception", "draw")):
        _, err = netloom(capsys, "new", name, f"{command}.yaml")
        assert err.splitlines()[-1] == f"next: netloom {command} {command}.yaml"
        if command != "train":
            netloom(capsys, command, f"{command}.yaml")
    # no circle: a file that trains nothing is not told to train
    said = netloom(capsys, "predict", "draw.yaml", code=1)[1] + netloom(capsys, "train", "draw.yaml", code=1)[1]
    assert said.count("netloom draw draw.yaml") == 2
    assert "netloom train" not in said
    assert "netloom predict" not in said


def test_new_writes_over_nothing_without_force(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "mine.yaml").write_text("precious", encoding="utf-8")
    assert "--force" in netloom(capsys, "new", "moons", "mine.yaml", code=1)[1]
    assert (here / "mine.yaml").read_text(encoding="utf-8") == "precious"
    made = json.loads(netloom(capsys, "new", "moons", "mine.yaml", "--force", "--json")[0])
    assert made["files"] == ["mine.yaml"]
    netloom(capsys, "check", "mine.yaml")


def test_included_files_come_along(
    capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter = here / "shipped" / "parts"
    chapter.mkdir(parents=True)
    (chapter / "common.yaml").write_text("blocks: {Deep: {layers: [{dense: 3}]}}\n", encoding="utf-8")
    (chapter / "deep.yaml").write_text(
        "# Deep: a part of another file.\nname: deep\ninclude: [common.yaml]\ndata: {source: iris}\n"
        "network: {layers: [Deep]}\ntrain: {loss: cross_entropy}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(examples, "EXAMPLES", here / "shipped")
    assert [row["template"] for row in json.loads(netloom(capsys, "new", "--json")[0])] == ["parts/deep"]
    netloom(capsys, "new", "deep", "mine/net.yaml")
    netloom(capsys, "check", "mine/net.yaml")
    # the same part again is no harm; another one of that name is
    netloom(capsys, "new", "deep", "mine/other.yaml")
    (here / "mine" / "common.yaml").write_text("blocks: {}\n", encoding="utf-8")
    assert "common.yaml is there already" in netloom(capsys, "new", "deep", "mine/third.yaml", code=1)[1]
    assert not (here / "mine" / "third.yaml").exists()


# diff


def test_diff_tells_same_from_different(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    wider = (
        Path(DIGITS).read_text(encoding="utf-8").replace("units: 100", "units: 50").replace("epochs: 60", "epochs: 9")
    )
    (here / "narrow.yaml").write_text(wider, encoding="utf-8")
    assert "the same network" in netloom(capsys, "diff", DIGITS, DIGITS)[0]
    out, _ = netloom(capsys, "diff", DIGITS, "narrow.yaml", code=1)
    assert "~ dense1  units 100 -> 50" in out
    assert "~ train.epochs  60 -> 9" in out
    assert "parameters  7,510 -> 3,760 (-3,750)" in out
    found = json.loads(netloom(capsys, "diff", DIGITS, "narrow.yaml", "--json", code=1)[0])
    assert not found["same"]
    assert {"name": "units", "before": 100, "after": 50} in found["changed"][0]["changes"]


def test_diff_sees_data_and_split(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    other = Path(DIGITS).read_text(encoding="utf-8").replace("validation: 0.1", "validation: 0.3")
    (here / "other.yaml").write_text(other, encoding="utf-8")
    out, _ = netloom(capsys, "diff", DIGITS, "other.yaml", code=1)
    assert "~ data.split.validation  0.1 -> 0.3" in out
    assert "layers\n" not in out.partition("totals")[0]


def test_diff_of_runs(capsys: pytest.CaptureFixture[str]) -> None:
    gates = str(example("neurons/learn_nand"))
    netloom(capsys, "train", gates, "--set", "train.epochs=2")
    name = json.loads(netloom(capsys, "runs", "--json")[0])[0]["run"]
    out, _ = netloom(capsys, "diff", gates, name, code=1)
    assert "-> 2" in out
    netloom(capsys, "diff", "last", f"runs/{name}")


def test_runs_are_compared_by_meaning(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    file = here / "gate.yaml"
    text = example("neurons/learn_nand").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    netloom(capsys, "train", "gate.yaml", "--epochs", "2")
    file.write_text("# laid out anew\n\n" + text.replace(": {", ":   {"), encoding="utf-8")
    netloom(capsys, "train", "gate.yaml", "--epochs", "2")
    netloom(capsys, "train", "gate.yaml", "--epochs", "3", "--set", "train.batch=2")
    first, second, third = (row["run"] for row in json.loads(netloom(capsys, "runs", "--json")[0]))
    assert "the same network, trained the same way" in netloom(capsys, "runs", "compare", first, second)[0]
    ((*lines,),) = json.loads(netloom(capsys, "runs", "compare", first, third, "--json")[0])["differences"]
    assert sorted(lines) == ["~ train.batch  4 -> 2", "~ train.epochs  2 -> 3"]
    # where a run's file means nothing any more, its text is compared, as fmt lays it out
    spec = here / "runs" / third / "spec.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("cross_entropy", "cross_entrop"), encoding="utf-8")
    lines = json.loads(netloom(capsys, "runs", "compare", second, third, "--json")[0])["differences"][0]
    assert "+--epochs 3" in lines
    assert "+" not in lines


def test_trouble_is_no_difference(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "bad.yaml").write_text("name: bad\n", encoding="utf-8")
    assert "E033" in netloom(capsys, "diff", DIGITS, "bad.yaml", code=2)[1]
    assert (
        "`nothing` is no file, and there is no run `nothing`" in netloom(capsys, "diff", "nothing", DIGITS, code=2)[1]
    )


# migrate


def test_migrate_adds_the_version_and_says_what_it_did(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "old.yaml").write_text("# mine\nname: old  # kept\n", encoding="utf-8")
    assert "`netloom: 1` added (not written)" in netloom(capsys, "migrate", "old.yaml", "--dry-run")[1]
    assert (here / "old.yaml").read_text(encoding="utf-8") == "# mine\nname: old  # kept\n"
    assert "`netloom: 1` added" in netloom(capsys, "migrate", "old.yaml")[1]
    assert (here / "old.yaml").read_text(encoding="utf-8") == "# mine\nnetloom: 1\nname: old  # kept\n"
    assert "version 1 already, the only one there is" in netloom(capsys, "migrate", "old.yaml")[1]


def test_migrate_refuses_what_is_newer_and_goes_on_with_the_rest(
    capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    (here / "new.yaml").write_text("netloom: 2\n", encoding="utf-8")
    (here / "old.yaml").write_text("name: old\n", encoding="utf-8")
    _, err = netloom(capsys, "migrate", "new.yaml", "old.yaml", code=1)
    assert "E026" in err
    assert "newer netloom" in err
    assert (here / "new.yaml").read_text(encoding="utf-8") == "netloom: 2\n"
    assert (here / "old.yaml").read_text(encoding="utf-8") == "netloom: 1\nname: old\n"
    rows = json.loads(netloom(capsys, "migrate", "new.yaml", "old.yaml", "missing.yaml", "--json", code=1)[0])
    assert [row["good"] for row in rows] == [False, True, False]
    assert [remark["code"] for row in rows for remark in row["remarks"]] == ["E026", "E001"]
