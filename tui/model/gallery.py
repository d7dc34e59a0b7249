"""The gallery: the examples of the course by chapter, found by words, with what to look at and a preview.

chapters()                           # in the order of the course
found(chapters(), "pool")            # those in which all words occur
picture_lines(entry, 80)             # the network drawn as text: imports the compiler
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...dsl.format import formatted
from ...runtime.examples import CHAPTERS, Template, course


@dataclass(frozen=True, slots=True)
class Entry:
    """One example. `about`: sentences about it; `look`: what to look at; `text`: the file."""

    chapter: str
    name: str
    about: str
    look: str
    text: str
    path: Path

    @property
    def id(self) -> str:
        return f"{self.chapter}/{self.name}"

    @property
    def title(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ")

    @property
    def trains(self) -> bool:
        """Whether it says how to train."""
        return any(line.startswith("train:") for line in self.text.splitlines())

    def holds(self, words: Sequence[str]) -> bool:
        """Whether all words occur in its name, in what is said of it, or in its file."""
        whole = f"{self.id} {self.title} {chapter_title(self.chapter)} {self.about} {self.look} {self.text}".lower()
        return all(word in whole for word in words)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of the course."""

    name: str
    title: str
    entries: tuple[Entry, ...]


def chapter_title(name: str) -> str:
    """What a chapter is called; its folder's name where it has no title."""
    return CHAPTERS.get(name, name.replace("_", " "))


@cache
def chapters() -> tuple[Chapter, ...]:
    """All examples that are installed."""
    return tuple(
        Chapter(name, chapter_title(name), tuple(_entry(template) for template in templates))
        for name, templates in course()
    )


def _entry(template: Template) -> Entry:
    return Entry(template.chapter, template.name, template.told, template.look, template.text, template.path)


def found(among: Sequence[Chapter], asked: str) -> list[Chapter]:
    """The chapters with the examples in which all the words occur; chapters without any are left out."""
    words = asked.lower().split()
    kept = [
        Chapter(chapter.name, chapter.title, tuple(entry for entry in chapter.entries if entry.holds(words)))
        for chapter in among
    ]
    return [chapter for chapter in kept if chapter.entries]


def entry(id: str) -> Entry | None:
    """The example of that chapter and name."""
    return next((each for chapter in chapters() for each in chapter.entries if each.id == id), None)


def copy_of(chosen: Entry) -> str:
    """The text that a copy begins with: laid out, as saving would."""
    return formatted(chosen.text, str(chosen.path))[0] or chosen.text


def picture_lines(text: str, path: Path | None, width: int) -> list[str]:
    """The network of a text as it is drawn in a terminal; what is wrong with it where it cannot be drawn."""
    from ...compiler.diagram import marked
    from ...compiler.diagram_fold import MOST, fitted
    from ...compiler.diagram_text import terminal_text
    from .checking import check_text

    checked = check_text(text, path, 0)
    if checked.picture is None:
        errors = [f"line {d.place.line}: {d.message}" for d in checked.diagnostics if d.severity == "error"]
        return errors[:8] or ["there is no network in it yet"]
    picture = marked(fitted(checked.picture, None, fold=None, most=MOST))
    return terminal_text(picture, max(width, 30)).splitlines()
