"""Every code that the source makes has a page, and every page shows what it says it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netloom
from netloom.dsl.codes import CODES, explain, near
from netloom.dsl.load import read_spec

ROOT = Path(netloom.__file__).parent
CODE = re.compile(r'"([EW][0-9]{3})"')


def made_by(package: str) -> dict[str, str]:
    """The codes in a package's source, each with a file that names it."""
    return {
        code: str(path.relative_to(ROOT))
        for path in sorted((ROOT / package).rglob("*.py"))
        if "explained" not in path.parts
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("package", ["dsl", "compiler", "runtime", "cli"])
def test_every_code_that_is_made_has_a_page(package: str) -> None:
    missing = {code: file for code, file in made_by(package).items() if code not in CODES}
    assert not missing


def test_every_page_of_reading_and_options_is_made() -> None:
    made = made_by("dsl")
    assert [code for code in CODES if code < "E200" and code not in made] == []


def test_pages_are_complete() -> None:
    for code, page in CODES.items():
        assert code == page.code
        assert page.title
        assert not page.title.endswith(".")
        assert page.meaning.endswith((".", "`."))
        assert not page.wrong or page.right


def test_the_page_as_text() -> None:
    text = explain("e021")
    assert text is not None
    assert text.startswith("E021: ")
    assert "    - dense: {units: 10, name: logits}" in text
    assert explain("E999") is None
    assert near("E0021") == "Did you mean `E021`?"


ENTRIES = ["E020", "E021", "E022", "E101", "E102", "E103"]


@pytest.mark.parametrize("code", ENTRIES)
def test_the_example_of_an_entry_goes_wrong_and_right_as_shown(code: str) -> None:
    page = CODES[code]

    def codes(layers: str) -> list[str]:
        listed = layers if layers.startswith("-") else f"- {layers}"
        text = "network:\n  layers:\n" + "".join(f"    {line}\n" for line in listed.splitlines())
        return [remark.code for remark in read_spec(text, "f")[1]]

    assert code in codes(page.wrong)
    assert codes(page.right) == []
