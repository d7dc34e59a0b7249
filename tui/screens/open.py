"""Open a file: type its path, completed, or find it in the folders below here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import DirectoryTree, Input, Label

SUFFIXES = (".yaml", ".yml")
MOST_NAMES = 2000
"""Names of a folder that are looked at to complete one."""


class SpecTree(DirectoryTree):
    """Folders, and the files in them that may be specs; hidden ones are left out."""

    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "▸ ", "▾ ", "  "

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """What is shown of a folder."""
        return [
            path for path in paths if path.name[:1] not in (".", "_") and (_is_folder(path) or path.suffix in SUFFIXES)
        ]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


class PathSuggester(Suggester):
    """Completes a path by the first name in its folder that begins so; `suffixes`: only folders and such files."""

    def __init__(self, suffixes: tuple[str, ...] = ()) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suffixes = suffixes

    async def get_suggestion(self, value: str) -> str | None:
        """The path to the end of the name; a folder with its sign."""
        head, sign, begun = value.rpartition("/")
        folder = Path(f"{head}{sign}" or ".").expanduser()  # noqa: ASYNC240  looks up no more than a name
        try:
            names = sorted(path.name for path, _ in zip(folder.iterdir(), range(MOST_NAMES), strict=False))
        except OSError:
            return None
        for name in names:
            if begun and name.startswith(begun) and (found := self._fits(folder / name)) is not None:
                return f"{head}{sign}{name}{found}"
        return None

    def _fits(self, path: Path) -> str | None:
        if _is_folder(path):
            return "/"
        return "" if not self._suffixes or path.suffix.lower() in self._suffixes else None


class OpenDialog(ModalScreen[Path]):
    """Gives the path of a file that is there, or None."""

    DEFAULT_CSS = """
    OpenDialog { align: center middle; }
    OpenDialog > Vertical { width: 72; max-width: 95%; height: 80%; padding: 1 2; background: $surface;
        border: round $accent; }
    OpenDialog DirectoryTree { height: 1fr; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Cancel")]

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._folder = folder or Path()

    def compose(self) -> ComposeResult:
        """A field over the folders."""
        with Vertical():
            yield Label("Open a spec file  (→ completes the path; tab goes to the folders)")
            yield Input(placeholder="path", suggester=PathSuggester(SUFFIXES))
            yield Label("", id="mistake", classes="bad")
            yield SpecTree(self._folder)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the path where there is a file."""
        path = Path(event.value.strip()).expanduser()
        if not event.value.strip():
            return
        if path.is_file():
            self.dismiss(path)
        else:
            what = "a folder: choose a file in it" if path.is_dir() else "not there; a new file begins with a template"
            self.query_one("#mistake", Label).update(f"{path} is {what}")

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        """Take the chosen file."""
        event.stop()
        self.dismiss(event.path)
