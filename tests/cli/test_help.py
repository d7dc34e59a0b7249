"""Help shows the examples as they are typed."""

from __future__ import annotations

import importlib

import pytest

from netloom.cli.main import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_shown_as_they_are_typed(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    text = importlib.import_module(f"netloom.cli.{name}_command").__doc__ or ""
    examples = [line.strip() for line in text.splitlines() if line.startswith("    netloom")]
    assert examples
    assert not [line for line in examples if line not in said]
