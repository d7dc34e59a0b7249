"""The list of commands: those of the designer first, found by the words that one looks for them with."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.widgets import TextArea

from netloom.tui.commands import Commands
from netloom.tui.desk import Desk
from netloom.tui.widgets.yaml_pane import YamlPane

from .program import Driven, drive, on_text

TEXT = """\
netloom: 1
data: {source: digits, prepare: [scale]}
network:
  layers: [flatten, dense: 10]
train: {loss: cross_entropy, epochs: 1}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return on_text(tmp_path, TEXT)


async def titles(it: Driven, asked: str = "") -> list[str]:
    """What is listed, or found by a word, best first."""
    commands = Commands(it.screen)
    if not asked:
        return [str(hit.text) async for hit in commands.discover()]
    hits = [hit async for hit in commands.search(asked)]
    return [str(hit.text) for hit in sorted(hits, key=lambda hit: -hit.score)]


@pytest.mark.parametrize("pane", ["graph", "yaml"])
def test_the_designers_own_come_first_and_cursor_keys_not_at_all(desk: Desk, pane: str) -> None:
    async def act(it: Driven) -> None:
        if pane == "yaml":
            await it.press("e")
            assert it.screen.query_one(YamlPane).has_focus
        found = await titles(it)
        assert found[:2] == ["Save", "Undo"]
        assert "Connect" in found[:14]
        assert found.index("Wrap in a block") < found.index("Compile")
        moving = {binding.description for binding in TextArea.BINDINGS if isinstance(binding, Binding)}
        assert moving & set(found) <= {"Undo", "Redo"}
        assert ("Complete" in found) == (pane == "yaml")
        assert len(found) == len(set(found))

    drive(act, desk)


@pytest.mark.parametrize("asked", ["skip", "connect", "residual"])
def test_connect_is_found_by_what_it_is_for(desk: Desk, asked: str) -> None:
    async def act(it: Driven) -> None:
        await it.press("e")
        assert (await titles(it, asked))[0].startswith("Connect")

    drive(act, desk)


def test_the_list_of_commands_is_this_one(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.press("ctrl+p")
        assert isinstance(it.screen, CommandPalette)
        assert Commands in it.screen._provider_classes
        await it.press("escape")

    drive(act, desk)
