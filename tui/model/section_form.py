"""Fields of the sections `data`, `train`, `run`, of the tables within them, and of a block's own options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...dsl.edit import Document
from ...dsl.edit_document import shown
from ...dsl.edit_entries import IN_DATA, IN_STEP
from ...dsl.edit_parts import Address, Part
from ...dsl.edit_write import value_of
from ...dsl.kinds.kind import REQUIRED, Option
from ...dsl.kinds.tables import words
from ...dsl.reference import keys
from ...dsl.settings import CLIP, RUN, SPLIT, STOP, TRAIN
from .fields import Field
from .inner_fields import default_of, inner_fields, words_for
from .scopes import scope_at
from .typed import of_type

INNER: Mapping[Address, tuple[Option, ...]] = {
    ("run",): RUN,
    ("data", "split"): SPLIT,
    ("train", "stop"): STOP,
    ("train", "clip_gradients"): CLIP,
}
"""Sections whose keys are all options with types and limits."""
TOLD: Mapping[Address, tuple[keys.Key, ...]] = {("train",): keys.STEP, ("data",): keys.DATA}
WITHIN: Mapping[Address, tuple[str, ...]] = {("train",): ("stop", "clip_gradients"), ("data",): ("split",)}
"""Tables whose keys are shown in the form of the section they stand in."""
WORDS = {"last_batch": ("keep", "drop")}


def section_fields(document: Document, steps: Address) -> Iterator[Field]:
    """The fields of a section, of the tables within it too. What is not built yet is left out unless it is set."""
    part = document.find(steps)
    if steps in INNER:
        for option in INNER[steps]:
            yield from _option(document, steps, option, part)
        return
    typed = {option.name: option for option in TRAIN} if steps == ("train",) else {}
    for key in TOLD[steps]:
        inner = part.inner.get(key.name) if part is not None else None
        if (key.later or key.name == "name") and inner is None:
            continue
        if key.name in WITHIN[steps]:
            continue
        if key.name in typed:
            yield from _option(document, steps, typed[key.name], part)
        else:
            yield _key(document, steps, key, inner, needed=part is not None and key.default == "needed")
    for name in WITHIN[steps]:
        yield from section_fields(document, (*steps, name))


def _option(document: Document, steps: Address, option: Option, section: Part | None) -> Iterator[Field]:
    part = section.inner.get(option.name) if section is not None and section.is_table else None
    found = Field(
        option=option,
        path=(option.name,),
        written=_written(document, part),
        default=default_of(option),
        choices=words_for(option),
        only=option.type == "choice",
        scope=scope_at(document, ()),
        whole=None if part is None else value_of(part, document.text),
        place=shown(steps),
        fixed=_fixed(document, part),
    )
    yield found
    yield from inner_fields(found, part, document)


def _key(document: Document, steps: Address, key: keys.Key, part: Part | None, *, needed: bool) -> Field:
    """A key that holds entries or a table: a word may be chosen, the rest stands in the text."""
    site = (IN_STEP if steps == ("train",) else IN_DATA).get(key.name)
    default = "" if key.default in ("", "needed") else key.default.strip("`")
    option = of_type(key.name, "any", key.help, REQUIRED if needed else None)
    return Field(
        option=option,
        path=(key.name,),
        written=_written(document, part),
        default="" if default == "[]" else default,
        choices=tuple(words(*site.families)) if site is not None else WORDS.get(key.name, ()),
        only=key.name in WORDS,
        scope=scope_at(document, ()),
        place=shown(steps),
        site=site,
        fixed=_fixed(document, part),
    )


def block_fields(document: Document, part: Part) -> Iterator[Field]:
    """The options that a block declares, each with its type or default."""
    options = part.inner.get("options")
    if options is None or not options.is_table:
        return
    for name, inner in options.inner.items():
        option = of_type(str(name), "any", "its type (int, number, text, bool), or the default", REQUIRED)
        yield Field(
            option=option,
            path=(str(name),),
            written=_written(document, inner),
            scope=scope_at(document, ()),
            choices=("int", "number", "text", "bool"),
            place=shown((*part.address, "options")),
            fixed=_fixed(document, inner),
        )


def _written(document: Document, part: Part | None) -> str | None:
    return None if part is None else document.raw(part)


def _fixed(document: Document, part: Part | None) -> bool:
    return part is not None and "\n" in document.raw(part)
