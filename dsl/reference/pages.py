"""Every page of the language's reference: its path below docs/language/ and its text."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ..kinds.kind import KINDS
from .errors_page import errors_page
from .families import FAMILIES
from .functions import functions_table
from .keys import SECTIONS, keys_table
from .kind_page import family_page, kind_page

SOURCE = Path(__file__).parent / "sections"
SLOT = re.compile(r"^<!-- (keys|functions) ?(\S*) -->$", re.MULTILINE)
HAND_WRITTEN = "README.md"
"""The tutorial, which is written by hand and stands beside the pages."""


def section_page(name: str) -> str:
    """A section's page: its text in `sections/`, with the tables put in."""
    fill: Mapping[str, Callable[[str], str]] = {
        "keys": lambda section: keys_table(SECTIONS[section]),
        "functions": lambda _: functions_table(),
    }
    text = (SOURCE / f"{name}.md").read_text(encoding="utf-8")
    return SLOT.sub(lambda slot: fill[slot[1]](slot[2]), text)


def section_names() -> list[str]:
    """The sections that have a page."""
    return sorted(path.stem for path in SOURCE.glob("*.md"))


def pages() -> dict[str, str]:
    """All generated pages."""
    found = {f"{name}.md": section_page(name) for name in section_names()}
    found["errors.md"] = errors_page()
    for family, told in FAMILIES.items():
        found[f"{told.folder}/README.md"] = family_page(family)
    for (family, name), kind in KINDS.items():
        found[f"{FAMILIES[family].folder}/{name}.md"] = kind_page(kind)
    return found


def write(folder: Path) -> tuple[int, int]:
    """Write every page below `folder` and remove those that are no more; how many were written and removed."""
    made = pages()
    old = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")} - {HAND_WRITTEN}
    for name in old - made.keys():
        (folder / name).unlink()
    changed = 0
    for name, text in made.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed += 1
    return changed, len(old - made.keys())


if __name__ == "__main__":
    written, removed = write(Path(sys.argv[1]))
    sys.stderr.write(f"{written} pages written, {removed} removed\n")
