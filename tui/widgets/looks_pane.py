"""What can be seen inside a network, one kind at a time: its map, pictures, answers, the confusion matrix."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from ..model.observed import LOOKS, PICTURES
from ..model.pictures import wide_enough
from ..model.told import Told
from .answers import Answers
from .confusion import ConfusionView
from .input_map import InputMapView
from .picture import Pictures

EACH = {"filters": 10, "activations": 14, "examples": 16, "reconstructions": 20, "samples": 16, "attention": 20}
"""Cells that a picture is made at most."""
WHOLE = ("reconstructions", "attention")
"""Pictures that are not made smaller where there is room."""
NAMES = {"attention": "attention: a row reads"}
FIRST = "filters"
"""What is waited for before anything is seen."""


class LooksPane(Vertical):
    """The kinds that there is something of; nothing is looked for that this network has not."""

    def __init__(self, *, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._plain = plain
        self._look, self._chosen = FIRST, False
        self._there: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """A view of each kind; one is shown."""
        yield InputMapView(plain=self._plain)
        yield Pictures("pictures", plain=self._plain)
        yield Answers()
        yield ConfusionView(plain=self._plain)

    def on_mount(self) -> None:
        """Show one of them."""
        self._place()

    @property
    def look(self) -> str:
        """The kind that is shown."""
        return self._look

    @property
    def view(self) -> Widget:
        """What shows it."""
        kinds: dict[str, type[Widget]] = {"map": InputMapView, "answers": Answers, "confusion": ConfusionView}
        return self.query_one(kinds.get(self._look, Pictures))

    def forget(self) -> None:
        """Another run: nothing was chosen yet."""
        self._look, self._chosen, self._there = FIRST, False, ()
        self._place()

    def turn(self, by: int) -> None:
        """The next kind that there is something of, or the one before."""
        kinds = self._there or LOOKS
        here = kinds.index(self._look) if self._look in kinds else -1 if by > 0 else 0
        self._look, self._chosen = kinds[(here + by) % len(kinds)], True
        self._place()

    def show(self, now: Told, trouble: str) -> None:
        """What there is of a run; `trouble`: why there is no more."""
        self._there = looks_there(now)
        inside = now.inside
        if not self._chosen and (now.map is not None or inside.pictures_step) and self._there:
            self._look = self._there[0]
            self._place()
        empty = trouble or ("no pictures of these" if inside.pictures_step else now.no_pictures)
        at = f"step {inside.pictures_step:,}"
        if self._look == "map":
            title = now.map.title if now.map is not None else "map"
            self.query_one(InputMapView).show(now.map, self._title(title), "no map was recorded up to this step")
        elif self._look == "answers":
            self.query_one(Answers).show(inside.answers, self._title("answers"), empty, at)
        elif self._look == "confusion":
            confusion = self.query_one(ConfusionView)
            confusion.border_title = self._title("confusion")
            confusion.show(inside.confusion, now.no_confusion)
        else:
            shown = inside.pictures.get(self._look, ())
            each = wide_enough(shown, EACH[self._look])
            if self._look in WHOLE:
                each = max([each, *(one.values.shape[1] for one in shown)])
            title = self._title(NAMES.get(self._look, self._look))
            self.query_one(Pictures).show(shown, title, each, empty, at if shown else "")

    def _title(self, name: str) -> str:
        """`filters, 2 of 5  (v: next)`"""
        if self._look not in self._there:
            return f"{name}  (v: next)"
        if len(self._there) == 1:
            return name
        return f"{name}, {self._there.index(self._look) + 1} of {len(self._there)}  (v: next)"

    def _place(self) -> None:
        for view in self.query_children(Widget):
            view.display = view is self.view


def looks_there(now: Told) -> tuple[str, ...]:
    """The kinds that there is something of, in their order."""
    inside = now.inside
    there = {name for name in PICTURES if inside.pictures.get(name)}
    more = {"map": now.map is not None, "answers": bool(inside.answers), "confusion": inside.confusion is not None}
    return tuple(name for name in LOOKS if name in there or more.get(name))
