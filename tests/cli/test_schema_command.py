"""`netloom schema` as a user meets it: JSON on stdout or in a file, and what to write at the top of a spec."""

from __future__ import annotations

import json
from pathlib import Path

from .test_commands import DIGITS, imported, netloom


def test_the_schema_is_printed_or_written_with_its_header_told(tmp_path: Path) -> None:
    made = json.loads(netloom("schema").stdout)
    assert made["$schema"] == "http://json-schema.org/draft-07/schema#"
    target = tmp_path / "netloom.schema.json"
    done = netloom("schema", "-o", str(target))
    assert done.stdout == ""
    assert "# yaml-language-server: $schema=netloom.schema.json" in done.stderr
    assert json.loads(target.read_text(encoding="utf-8")) == made
    assert "yaml-language-server" in netloom("schema", "--help").stdout


def test_a_files_own_words_are_in_it(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("blocks: {Own: {options: {deep: 3}, layers: [relu]}}\nnetwork: {layers: [Own]}\n", encoding="utf-8")
    made = json.loads(netloom("schema", str(file)).stdout)
    assert "deep" in made["definitions"]["own.Own"]["properties"]


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    assert "E001" in netloom("schema", str(tmp_path / "none.yaml"), code=1).stderr
    assert "cannot be written" in netloom("schema", "-o", str(tmp_path / "none" / "a.json"), code=1).stderr


def test_nothing_heavy_is_imported() -> None:
    assert not imported("schema", DIGITS) & {"numpy", "numba", "networkx", "textual"}
