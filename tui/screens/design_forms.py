"""What the form of the screen Design does to the file: each value is one command of the sketch, and one step of undo."""

from __future__ import annotations

from abc import abstractmethod

from ...dsl.edit import Refused
from ..model.inner_fields import set_within
from ..widgets.inspector import Inspector
from .design_edits import EditingScreen
from .lines import LinesDialog


class FormScreen(EditingScreen):
    """A screen with the form of what has the focus."""

    @abstractmethod
    def show_form(self) -> None:
        """Show the form anew, as the file has it."""

    def on_inspector_set_option(self, event: Inspector.SetOption) -> None:
        """A field was filled in, or emptied."""
        one, option, value = event.id, event.option, event.value
        chosen = self._chosen()
        if self.desk.checked is None or one not in self.desk.checked.layers:
            done = self._edit(lambda: self.sketch.set_at(one, option, value))
        elif len(chosen) > 1 and one in chosen:
            done = self._edit(lambda: self.sketch.set_many(chosen, option, value))
        elif value is None:
            done = self._edit(lambda: self.sketch.unset_option(one, option))
        else:
            done = self._edit(lambda: self.sketch.set_option(one, option, value))
        if not done:
            self.show_form()

    def on_inspector_edit_lines(self, event: Inspector.EditLines) -> None:
        """A value is edited in several lines, checked as it is typed, and set as one step."""
        place, field = event.id, event.field
        try:
            found = self.sketch.lines_at(place, field.path)
        except Refused as why:
            self.notify(str(why), severity="warning", timeout=8)
            self.show_form()
            return

        def taken(text: str | None) -> None:
            if text is not None and text != found:
                value = set_within(field, field.read(text).value)
                self._edit(lambda: self.sketch.set_lines(place, field.path, text, value))

        self.app.push_screen(LinesDialog(field, found or "", read_only=self.desk.read_only), taken)

    def on_inspector_rename(self, event: Inspector.Rename) -> None:
        """The name was changed in the form."""
        if not self._edit(lambda: self.sketch.rename(event.id, event.name)):
            self.show_form()

    def on_inspector_replace_kind(self, event: Inspector.ReplaceKind) -> None:
        """Another kind was chosen in the form."""
        known = self.desk.checked is not None and event.id in self.desk.checked.layers
        replace = self.sketch.replace_kind if known else self.sketch.replace_at
        if not self._edit(lambda: replace(event.id, event.kind)):
            self.show_form()
