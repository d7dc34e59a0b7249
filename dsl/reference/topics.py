"""What a word stands for: a code, a kind, an option, a key, a section, a function, a family; each with its page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..codes import CODES
from ..kinds.kind import KINDS, REQUIRED, Kind, Option
from ..suggest import bare, called, hint, nearest
from .errors_page import code_section
from .families import FAMILIES
from .functions import TOLD as FUNCTIONS
from .functions import function_page
from .keys import SECTIONS, Key
from .kind_page import NOT_BUILT, family_page, is_later, kind_page
from .markdown import default_of, limits_of, page, table, ticked, type_of, without_links
from .pages import section_names, section_page
from .remarks import codes_of
from .told_all import TOLD

HOMES = {"file": "file", "entry": "entries", "network": "graph"}
"""Sections of keys whose page has another name."""

MOST_ELSEWHERE = 2
"""Pages shown for a word that is not of the language."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`word` leads here again; `page` is the page below docs/language/ (empty: there is none)."""

    group: str
    word: str
    text: str
    page: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What programs read: the row of the table, in plain values."""


def find(word: str) -> list[Topic]:
    """Everything a word stands for, the likeliest first: `E101`, `dense`, `dense.units`, `units`, `train.batch`."""
    word = word.strip().strip("`").removesuffix(":").replace(" ", "_")
    if word.upper() in CODES:
        code = word.upper()
        return [Topic("code", code, code_section(CODES[code]), f"errors.md#{code.lower()}")]
    found = [*_kinds(word), *_sections(word), *_families(word), *_keys(word), *_functions(word)]
    found = [*found, *_one_option(word), *_everywhere(word)]
    return found or list(_elsewhere(word))


def _elsewhere(word: str) -> Iterator[Topic]:
    """A word of other libraries: how it is said here, and the pages of what it is called here."""
    plain = word.lower().replace("-", "_")
    told = hint(plain)
    same = [name for name in all_words() if bare(name) == bare(plain)]
    others = [topic for name in dict.fromkeys([*called(plain), *same]) for topic in find(name)]
    if told is None and not others:
        return
    names = list(dict.fromkeys(topic.word for topic in others))
    lines = [*([f"Here that is {' or '.join(map(ticked, names))}."] if names else []), *([told] if told else [])]
    yield Topic("word of other libraries", word, page(f"# {word}", *lines), facts={"called": names, "told": told})
    named = re.findall(r"`(?:- )?(\w+)\b", told or "")
    also = [topic for name in dict.fromkeys(named) for topic in _kinds(name)]
    yield from (others or also)[:MOST_ELSEWHERE]


def near(word: str, more: tuple[str, ...] = ()) -> str | None:
    """The known word that was most likely meant."""
    if found := nearest(word.upper(), CODES):
        return found
    first, dot, rest = word.partition(".")
    options = [option.name for kind in _named(first) for option in kind.options]
    if dot and options:
        return f"{first}.{other}" if (other := nearest(rest, options)) else None
    return nearest(word, [*all_words(), *more])


def all_words() -> list[str]:
    """Every word of the language that has something to say, codes apart, each once."""
    kinds = KINDS.values()
    listed = [
        *(kind.name for kind in kinds),
        *(f"{section}.{key.name}" for section, keys in SECTIONS.items() for key in keys if section != "entry"),
        *section_names(),
        *(told.folder for told in FAMILIES.values()),
        *(key.name for keys in SECTIONS.values() for key in keys),
        *(option.name for kind in kinds for option in kind.options),
        *FUNCTIONS,
    ]
    return list(dict.fromkeys(listed))


def groups() -> dict[str, list[str]]:
    """The words by group, for a list of topics: sections, then each family's kinds, functions, codes."""
    made = {"Sections": section_names()}
    for family, told in FAMILIES.items():
        made[told.many] = [name for other, name in KINDS if other == family]
    return {**made, "Functions": list(FUNCTIONS), "Codes": list(CODES)}


def _named(name: str) -> list[Kind]:
    named = [kind for kind in KINDS.values() if kind.name == name]
    return sorted(named, key=lambda kind: list(FAMILIES).index(kind.family))


def _kinds(word: str) -> Iterator[Topic]:
    """`dense`, or `live.linear` where several families have the word."""
    family, _, name = word.rpartition(".")
    for kind in _named(name):
        if family in ("", kind.family, FAMILIES[kind.family].folder):
            folder = FAMILIES[kind.family].folder
            yield Topic(
                FAMILIES[kind.family].one, kind.name, kind_page(kind), f"{folder}/{kind.name}.md", kind_facts(kind)
            )  # fmt: skip


def _sections(word: str) -> Iterator[Topic]:
    if word in section_names():
        yield Topic("section", word, section_page(word), f"{word}.md")


def _families(word: str) -> Iterator[Topic]:
    for family, told in FAMILIES.items():
        if word in (family, told.folder, told.one.replace(" ", "_")) and not _named(word):
            yield Topic("family", told.folder, family_page(family), f"{told.folder}/README.md")


def _keys(word: str) -> Iterator[Topic]:
    """`train.batch`, or `batch` wherever it is a key; those that are built first."""
    home, _, name = word.rpartition(".")
    if not home and word in section_names():
        return
    found = [
        (section, key)
        for section, keys in SECTIONS.items()
        for key in keys
        if key.name == name and home in ("", section, section.rpartition(".")[2])
    ]
    for section, key in sorted(found, key=lambda pair: pair[1].later):
        yield _key_topic(section, key)


def _key_topic(section: str, key: Key) -> Topic:
    path = key.name if section in ("file", "entry") else f"{section}.{key.name}"
    default = f" Default: {key.default}." if key.default and key.default != "none" else ""
    text = page(
        f"# {path}",
        f"*Key of {section}.* {key.help.capitalize()}.",
        NOT_BUILT if key.later else "",
        f"Holds: {key.form}.{default} As in `{key.as_in}`.",
    )
    return Topic("key", path, text, f"{HOMES.get(section, section.partition('.')[0])}.md")


def _functions(word: str) -> Iterator[Topic]:
    if word in FUNCTIONS:
        yield Topic("function", word, function_page(word), "formulas.md")


def _one_option(word: str) -> Iterator[Topic]:
    """`dense.units`, `loss.mse.reduce`."""
    owner, _, name = word.rpartition(".")
    family, _, kind_name = owner.rpartition(".")
    for kind in _named(kind_name):
        option = kind.option(name)
        if option is not None and family in ("", kind.family):
            yield _option_topic(kind, option)


def _option_topic(kind: Kind, option: Option) -> Topic:
    limits = limits_of(option)
    text = page(
        f"# {kind.name}.{option.name}",
        f"*Option of the {FAMILIES[kind.family].one} {kind.name}.* {(option.help or option.name).capitalize()}.",
        NOT_BUILT if option.later or is_later(kind) else "",
        f"Holds: {type_of(option, '../')}{f'; {limits}' if limits else ''}. "
        + ("It has to be given." if option.default is REQUIRED else f"Default: {default_of(option)}."),
        f"It is the main option: it may stand alone, `{kind.name}: …`." if kind.main == option.name else "",
        f"It has {', '.join(ticked(other.name) for other in kind.options)}.",
    )
    page_of = f"{FAMILIES[kind.family].folder}/{kind.name}.md"
    return Topic("option", f"{kind.name}.{option.name}", text, page_of, option_facts(option))


def _everywhere(word: str) -> Iterator[Topic]:
    """Every kind that has an option of this name."""
    having = [(kind, option) for kind in KINDS.values() if (option := kind.option(word)) is not None]
    if having:
        rows = (
            (
                ticked(kind.name), FAMILIES[kind.family].one, without_links(type_of(option)), default_of(option),
                limits_of(option), option.help,
            )
            for kind, option in having
        )  # fmt: skip
        shown = table(("of", "family", "type", "default", "limits", "what it is"), rows)
        facts = {"of": [{"kind": kind.name, "family": kind.family, **option_facts(option)} for kind, option in having]}
        text = page(f"# {word}", f"*An option of {_kinds_said(len(having))}.*", shown)
        yield Topic("option", word, text, facts=facts)


def _kinds_said(count: int) -> str:
    return "one kind" if count == 1 else f"{count} kinds"


def kind_facts(kind: Kind) -> dict[str, object]:
    """A kind's row as plain values."""
    told = TOLD.get((kind.family, kind.name))
    return {
        "name": kind.name, "family": kind.family, "help": kind.help, "formula": kind.formula, "main": kind.main,
        "options": [option_facts(option) for option in kind.options], "tensors": list(kind.tensors),
        "source": kind.source, "built": not is_later(kind), "example": told.example if told else None,
        "codes": codes_of(kind, told),
    }  # fmt: skip


def option_facts(option: Option) -> dict[str, object]:
    """An option's row as plain values; the default is as it would be written."""
    needed = option.default is REQUIRED
    return {
        "name": option.name, "type": option.type, "needed": needed, "help": option.help,
        "default": None if needed or option.default is None else default_of(option).strip("`"),
        "low": option.low, "high": option.high, "choices": list(option.choices), "built": not option.later,
    }  # fmt: skip
