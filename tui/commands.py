"""The list of commands (ctrl+p): what the keys of this place do, found by their words; the program's own last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.screen import Screen

from .keys import shown

ALSO = {
    "Connect": "skip connection, residual, shortcut, edge",
    "Take a line away": "disconnect",
    "Delete": "remove a layer",
    "Duplicate": "copy a layer",
    "Wrap in a block": "group",
    "Unwrap the block": "ungroup",
    "Another kind": "replace a layer, change its type",
    "Insert between": "put a layer on a line",
    "Train": "run, fit, start",
    "Text": "yaml, code",
    "Settings": "loss, optimizer, epochs, data",
}
"""Other words by which a command is looked for."""


def key_commands(app: App[Any], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """What the keys do where the focus is: the screen's first, then the pane's, the program's last. What moves the
    cursor of a field, a list or a text is no command. Keys of the screen that a text takes as letters are there."""
    told = set[str]()
    for node, binding in _in_order(app, screen):
        if not binding.description or binding.system or binding.description in told or _ready_made(node, binding):
            continue
        told.add(binding.description)
        act = partial(app.run_action, binding.action, node)
        yield SystemCommand(binding.description, f"key {shown(binding.key)}", act)


def _in_order(app: App[Any], screen: Screen[Any]) -> Iterator[tuple[DOMNode, Binding]]:
    """The keys of the screen, of what has the focus and what that is in, of the program."""
    active = list(screen.active_bindings.values())
    barred = {(one.node, one.binding.action) for one in active if not one.enabled}
    found: list[tuple[DOMNode, Binding]] = [(screen, one) for _, one in screen._bindings]
    found += [(one.node, one.binding) for one in active if one.node not in (screen, app)]
    found += [(app, one) for _, one in app._bindings]
    yield from (one for one in found if (one[0], one[1].action) not in barred)


def _ready_made(node: DOMNode, binding: Binding) -> bool:
    """Whether a key is one that every field or text of Textual has, and not one of ours."""
    for made in type(node).__mro__:
        if binding.action in _actions(made.__dict__.get("BINDINGS", ())):
            return made.__module__.startswith("textual.")
    return False


def _actions(bindings: Iterable[object]) -> set[str]:
    return {
        one.action if isinstance(one, Binding) else str(one[1]) for one in bindings if isinstance(one, Binding | tuple)
    }


class Commands(Provider):
    """All commands in the order in which they are of use here, and those that are looked for."""

    async def discover(self) -> Hits:
        """All of them."""
        for name, told, act, shows in self.app.get_system_commands(self.screen):
            if shows:
                yield DiscoveryHit(name, act, help=told)

    async def search(self, query: str) -> Hits:
        """Those whose words are like the ones looked for."""
        matcher = self.matcher(query)
        for name, told, act, _ in self.app.get_system_commands(self.screen):
            words = name if matcher.match(name) > 0 else f"{name} ({ALSO.get(name, '')})"
            if (match := matcher.match(words)) > 0:
                yield Hit(match, matcher.highlight(words), act, help=told)
