"""The keys that hold everywhere, and one list of all keys, for help and documents.

The keys of a screen or pane stand in its own `BINDINGS`; help and documents read them there.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding

GLOBAL: tuple[Binding, ...] = (
    Binding("f1,question_mark", "help", "Help", key_display="F1"),
    Binding("1", "go('design')", "Design", show=False),
    Binding("2", "go('compile')", "Compile", show=False),
    Binding("3", "go('train')", "Train", show=False),
    Binding("4", "go('runs')", "Runs", show=False),
    Binding("5", "go('learn')", "Learn", show=False),
    Binding("ctrl+n", "go('start')", "New or open", show=False),
    Binding("ctrl+q", "leave", "Leave", priority=True),
)

WORDS = {
    "left_square_bracket": "[", "right_square_bracket": "]", "question_mark": "?", "plus": "+", "minus": "-",
    "equals_sign": "=", "comma": ",", "full_stop": ".", "slash": "/", "space": "space", "upper_a": "A",
    "less_than_sign": "<", "greater_than_sign": ">", "delete": "del", "pagedown": "page down", "pageup": "page up",
}  # fmt: skip
"""How keys are called that Textual calls otherwise."""


def shown(key: str) -> str:
    """A key as it is printed in help: `ctrl+s`, `F8`, `J`, `[`."""
    *held, last = key.split("+")
    if last.startswith("upper_"):
        last = last.removeprefix("upper_").upper()
    elif last[0] == "f" and last[1:].isdigit():
        last = last.upper()
    return "+".join([*held, WORDS.get(last, last)])


def rows(bindings: Iterable[object]) -> list[tuple[str, str]]:
    """Keys and words of a class's `BINDINGS`, in order; keys without words are left out."""
    found = []
    for binding in bindings:
        if isinstance(binding, tuple):
            keys, words = str(binding[0]), str(binding[2]) if len(binding) > 2 else ""
        elif isinstance(binding, Binding):
            keys, words = binding.key, binding.description
        else:
            continue
        if words:
            found.append((" ".join(shown(key.strip()) for key in keys.split(",")), words))
    return found
