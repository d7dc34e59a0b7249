"""The page of all codes."""

from __future__ import annotations

from ..codes import CODES
from ..explained.code import Code
from .markdown import code, page
from .told_codes import SHOWN

GROUPS = (
    ("E0", "Reading a file", "What is not YAML as the language reads it, and what stands where it cannot."),
    ("E1", "Kinds, options, formulas", "Words that are not there, values that will not do, formulas."),
    ("E2", "Meaning", "Sizes, names, wiring, losses: found when the network is built."),
    ("E3", "Data", "Files and sets."),
    ("E4", "Plans and runs", "Found when a network is compiled or run."),
    ("W", "Warnings", "What is legal, and probably not what was meant. A file with warnings runs."),
)
INTRODUCTION = """
Every remark has a code that stays the same from version to version. `netloom check` shows all of them at once, each
with its place and a way out; `netloom explain CODE` shows what stands here.
"""


def errors_page() -> str:
    """Every code by group, each with its own anchor (`#e101`)."""
    parts = ["# Codes of remarks", INTRODUCTION]
    for prefix, title, about in GROUPS:
        members = [found for name, found in CODES.items() if name.startswith(prefix)]
        if members:
            parts += [f"## {title}", about, *(code_section(member, "###") for member in members)]
    return page(*parts)


def code_section(found: Code, hashes: str = "#") -> str:
    """One code: its title, meaning, how it goes wrong and right, and a whole file that brings it."""
    end = "" if found.title[-1] in "?!" else "."
    return page(
        f"{hashes} {found.code}",
        f"**{found.title}{end}** {found.meaning}",
        "Wrong:\n\n" + code(found.wrong) if found.wrong else "",
        "Right:\n\n" + code(found.right) if found.right else "",
        _shown(found.code),
    )


def _shown(name: str) -> str:
    """A file that brings the code, and what is to be changed in it."""
    files = SHOWN.get(name)
    if files is None:
        return ""
    sort = "warns" if name.startswith("W") else "wrong"
    mended = "Mended:\n\n" + code(files.mended) if files.mended else "Mended: without the line that is too much."
    return page("A file that brings it:", code(files.wrong, f"yaml {sort} {name}"), mended)
