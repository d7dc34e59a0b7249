"""What YAML's parser stumbles over, said in the user's terms; the usual slips are repaired so reading goes on."""

from __future__ import annotations

import re

import yaml

from .diagnostics import Diagnostics
from .indentation import misindented, no_colon
from .lines import before
from .source_text import STAR, Source
from .unbalanced import unbalanced

MOST_REPAIRS = 20
GLUED_LINE = re.compile(r"(\s*(?:-\s+)*)([A-Za-z_][A-Za-z0-9_]*):([^\s:/\\]\S*)\s*(?:#.*)?$")
DASH_LINE = re.compile(r"\s*(-)([A-Za-z_{\[][^\s]*)")
BRACED_LINE = re.compile(r"\s*(?:-\s+)+([A-Za-z_]\w*)\s+\{\s*\w+\s*:\s.*\}\s*(?:#.*)?$")
TEXT_BLOCK = re.compile(r"[:-]\s+[|>][-+0-9]*$")
SELECTOR = re.compile(r"\*[\w.*-]*")


def repaired(error: yaml.MarkedYAMLError, source: Source, diagnostics: Diagnostics) -> bool:
    """Whether the error is a known slip: then it is reported, and the source mended so that reading can go on."""
    mark = error.problem_mark
    if mark is None:
        return False
    return (
        _star(mark, error.context_mark, source, diagnostics)
        or _brace(mark, source, diagnostics)
        or _glued(mark.line, source, diagnostics)
        or no_colon(mark.line, source, diagnostics)
        or _dash(mark.line, source, diagnostics)
        or unbalanced(error, source, diagnostics)
        or misindented(mark.line, source, diagnostics)
    )


def missing_colons(source: Source, diagnostics: Diagnostics) -> None:
    """`- dense {units: 64}`: to YAML a key with a brace in it, so that its parser mostly stumbles over nothing."""
    if any(TEXT_BLOCK.search(line.rstrip()) for line in source.lines):
        return
    for number in range(len(source.lines)):
        found = BRACED_LINE.match(source.line(number))
        if found:
            place = source.place(number, found.start(1), number, found.end(1))
            message = f"a colon is missing between `{found[1]}` and its options"
            diagnostics.error("E019", place, message, f"Write `{found[1]}:`.")
            source.insert(number, found.end(1), ":")


def _star(mark: yaml.Mark, context: yaml.Mark | None, source: Source, diagnostics: Diagnostics) -> bool:
    """`of: **.weights`: YAML takes the star for an alias."""
    for at in (mark, context):
        if at is None:
            continue
        line, column = source.line(at.line), at.column
        while column > 0 and line[column - 1] == "*":
            column -= 1
        found = SELECTOR.match(line, column)
        if found:
            place = source.place(at.line, found.start(), at.line, found.end())
            diagnostics.error(
                "E017", place, "a selector that begins with a star has to be quoted", f'Write `"{found[0]}"`.'
            )
            source.replace(at.line, found.start(), found[0].replace("*", STAR))
            return True
    return False


def _brace(mark: yaml.Mark, source: Source, diagnostics: Diagnostics) -> bool:
    """`${2*w}` within braces: only `$(…)` can stand there."""
    line = source.line(mark.line)
    start = line.rfind("${", 0, mark.column + 2)
    if start < 0:
        return False
    end = line.find("}", start)
    end = end if end >= 0 else len(line)
    inner = line[start + 2 : end]
    place = source.place(mark.line, start, mark.line, end + 1)
    diagnostics.error("E015", place, "`${` is not part of the language", f"Write `$({inner})`.")
    source.replace(mark.line, start, "$(")
    if end < len(line):
        source.replace(mark.line, end, ")")
    return True


def _glued(line: int, source: Source, diagnostics: Diagnostics) -> bool:
    """A line `epochs:20` before the one where YAML gave up."""
    for number in (line, before(source.lines, line)):
        found = GLUED_LINE.match(source.line(number))
        if found:
            place = source.place(number, found.start(2), number, found.end(3))
            diagnostics.error("E018", place, "a blank is missing after the colon", f"Write `{found[2]}: {found[3]}`.")
            source.insert(number, found.end(2) + 1, " ")
            return True
    return False


def _dash(line: int, source: Source, diagnostics: Diagnostics) -> bool:
    """`-flatten`: to YAML a word that begins with a dash."""
    for number in (line, before(source.lines, line)):
        found = DASH_LINE.match(source.line(number))
        if found:
            place = source.place(number, found.start(1), number, found.end(2))
            diagnostics.error("E018", place, "a blank is missing after the dash", f"Write `- {found[2]}`.")
            source.insert(number, found.end(1), " ")
            return True
    return False


def report_syntax(error: yaml.MarkedYAMLError, source: Source, diagnostics: Diagnostics) -> None:
    """Say a syntax error that has no repair."""
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    opened = error.context_mark
    for words, code, message, suggestion in TOLD:
        if words in problem or words in context:
            at_opening = code == "E007" and opened is not None
            at = (opened.line, opened.column) if at_opening and opened is not None else (line, column)
            diagnostics.error(code, source.place(*at, at[0], at[1] + 1), message, suggestion)
            return
    diagnostics.error("E006", source.place(line, column), f"this cannot be read as YAML: {problem or error}", AROUND)


AROUND = "Look at indentation, brackets and quotes around here."
TOLD = (
    ("flow sequence", "E007", "the `[` opened here is not closed where it should be", "Add `]`, or a comma."),
    ("flow mapping", "E007", "the `{` opened here is not closed where it should be", "Add `}`, or a comma."),
    (
        "quoted scalar",
        "E007",
        "the quote opened here is never closed",
        "Close it, or quote with the other kind.",
    ),
    (
        "mapping values are not allowed",
        "E006",
        "this is a second colon in what belongs to one key: braces are missing, or quotes, or a line is indented too far",
        "Pairs in one line stand in braces, as `conv2d: {filters: 16, kernel: 3}`; a text with a colon and a blank stands "
        "in quotes; keys of one table begin in one column.",
    ),
    (
        "cannot start any token",
        "E006",
        "no value can begin with this character",
        "Quote the text.",
    ),
    (
        "block collection",
        "E006",
        "this line is indented differently from its neighbours",
        "Items of one list begin in one column.",
    ),
    (
        "block mapping",
        "E006",
        "this line is indented differently from its neighbours",
        "Keys of one table begin in one column.",
    ),
    ("block scalar", "E006", "this text block is not indented as it should be", "Indent it below its key."),
    (
        "could not find expected ':'",
        "E006",
        "a colon is missing in this line or the one before",
        "A line says `name: value`.",
    ),
    (
        "anchor",
        "E008",
        "anchors are not part of the language",
        "Say shared parts as a block, under `blocks:`.",
    ),
    ("alias", "E008", "aliases are not part of the language", "Quote a text that begins with a star."),
    ("tag", "E010", "tags are not part of the language", "Quote a text that begins with `!`."),
    (
        "directive",
        "E010",
        "directives (`%…`) are not part of the language",
        "Quote a text that begins with `%`.",
    ),
    ("node content", "E006", "a value should stand here", "Write it, or take away the mark before it."),
    (
        "document start",
        "E006",
        "this does not belong to what stands above",
        "Check the indentation of this line.",
    ),
)
"""(words of the YAML parser, code, what it means, the way out), the first that fits."""
