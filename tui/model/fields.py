"""A form: the fields of one entry or section, each with what is written, what may be, and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from ...dsl.edit_write import Value
from ...dsl.entries import Site
from ...dsl.kinds.computed import Scope
from ...dsl.kinds.kind import REQUIRED, Kind, Option
from ...dsl.kinds.tables import suggest
from ...dsl.reference.markdown import limits_of
from .schedules import from_word
from .typed import Typed, typed, typed_entries

Section = Literal["own", "reads", "wiring", "kind"]
"""`own`: options of the kind; `reads`: tensors it is given by name; `wiring`: words beside the kind;
`kind`: the kind itself."""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    `written` is the value as it stands in the file, None where it is not set and `default` holds ("" is none).
    `path` leads from the option to this value within it: `(learning_rate, cosine, start)`. `choices` are words
    that may stand there, though others may too unless `only`. `fixed`: it stands in several lines, and is edited as
    such.
    """

    option: Option
    path: tuple[str, ...]
    written: str | None = None
    default: str = ""
    section: Section = "own"
    choices: tuple[str, ...] = ()
    only: bool = False
    scope: Scope = field(default_factory=Scope, repr=False, compare=False)
    whole: Value | None = field(default=None, repr=False, compare=False)
    """What the whole option is, of which this is a value within."""
    place: str = ""
    """The address to set it at, where that is not the form's own."""
    site: Site | None = field(default=None, repr=False, compare=False)
    """Where entries stand in it: a loss, an optimizer."""
    fixed: bool = False
    differs: bool = False

    @property
    def name(self) -> str:
        """The last word of its path."""
        return self.path[-1]

    @property
    def key(self) -> str:
        """What it is called among the fields of a form."""
        return ".".join((self.place, *self.path))

    @property
    def depth(self) -> int:
        """How deep within an option it stands: 0 for the option itself."""
        return len(self.path) - 1

    @property
    def needed(self) -> bool:
        """Whether there is no default."""
        return self.option.default is REQUIRED

    @property
    def truth(self) -> bool:
        """Whether it is on or off, and no formula stands there."""
        return self.option.type == "bool" and self.written in (None, "true", "false")

    @property
    def numeric(self) -> bool:
        """Whether it goes up and down by steps."""
        return self.option.type in ("int", "number", "ints", "live", "schedulable", "margin")

    @property
    def help(self) -> str:
        """One line: what it is, its limits, its default."""
        parts = [self.option.help, limits_of(self.option) if self.option.type != "choice" else ""]
        if self.choices and len(self.choices) <= MOST_LISTED:
            parts.append("one of " + ", ".join(self.choices) if self.only else ", ".join(self.choices))
        if self.needed:
            parts.append("needed")
        elif self.default:
            parts.append(f"left out: {self.default}")
        if self.option.later:
            parts.append("read, but not built by this version")
        return "; ".join(part.replace("`", "") for part in parts if part)

    @property
    def remark(self) -> str:
        """What is wrong with what is written, and the way out; empty where nothing is."""
        if self.written is None:
            return f"{self.name} is needed." if self.needed and not self.differs else ""
        return "" if self.fixed else self.read(self.written).remark

    def read(self, text: str) -> Typed:
        """What a typed text comes to in this field."""
        if self.section == "kind":
            return self._kind(text.strip())
        schedule = from_word(self.option, text, self.whole if not self.depth else None)
        if schedule is not None:
            return Typed(schedule)
        if self.site is not None:
            return typed_entries(text, self.option, self.site, self.scope)
        return typed(text, self.option, self.scope)

    def _kind(self, text: str) -> Typed:
        # what stands there may be a block of an included file
        if text in self.choices or text == self.written:
            return Typed(text)
        families = self.site.families if self.site is not None else ()
        own = [word for word in self.choices if word[:1].isupper()]
        return Typed(None, f"there is no `{text}`. {shortened(suggest(text, *families, own=own) or '')}")


def shortened(text: str, most: int = 90) -> str:
    """A text up to so many characters, cut between words."""
    return text if len(text) <= most else text[:most].rpartition(" ")[0].rstrip(",") + " …"


MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an entry or a section; `id` is the layer's, or the section's address.

    `facts` are rows of words and numbers: shapes, parameters, cost. `several`: how many layers it is for. `known`: the language's row of the kind. `entry` and
    `inputs`, the entry itself and the shapes it reads, tell what another value would come to.
    """

    id: str
    title: str
    kind: str
    help: str
    formula: str = ""
    known: Kind | None = None
    line: int = 0
    fields: tuple[Field, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    several: int = 1
    entry: Value | None = field(default=None, repr=False, compare=False)
    inputs: tuple[tuple[int, ...], ...] = field(default=(), compare=False)

    def field(self, key: str) -> Field | None:
        """The field of a key such as `units` or `learning_rate.cosine.start`."""
        return next((one for one in self.fields if one.key == key or ".".join(one.path) == key), None)


def merged(forms: Iterable[Form]) -> Form:
    """One form for several layers: the options that all have; values that differ are shown as such."""
    forms = tuple(forms)
    first, *others = forms
    if not others:
        return first
    fields = list[Field]()
    for one in first.fields:
        if (one.name in ("name", "from") and one.section == "wiring") or one.section == "kind":
            continue
        alike = [other.field(one.key) for other in others]
        known = [other for other in alike if other is not None and other.option == one.option]
        if one.depth or len(known) < len(others):
            continue
        differ = any(other.written != one.written for other in known)
        fields.append(replace(one, written=None, differs=True) if differ else one)
    kinds = list(dict.fromkeys(form.kind for form in forms))
    return Form(
        id=first.id,
        title=f"{len(forms)} layers",
        kind=", ".join(kinds),
        help="What is set here is set in all of them." if fields else "These layers have no option in common.",
        formula=first.formula if len(kinds) == 1 else "",
        fields=tuple(fields),
        several=len(forms),
    )
