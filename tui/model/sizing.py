"""What a layer would come to with another value of an option, before it is written: sizes by the language's own rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...dsl.diagnostics import Diagnostics
from ...dsl.edit import Document, Refused, set_option
from ...dsl.edit_write import flow
from ...dsl.entries import LAYERS, entry
from ...dsl.formula import Unknown
from ...dsl.kinds.kind import SizeMistake
from ...dsl.kinds.resolve import resolve
from ...dsl.walk import Walk
from .fields import Field, Form
from .inner_fields import set_within
from .typed import Typed, sentence

PLACE = "network.layers[0]"


@dataclass(frozen=True, slots=True)
class Sized:
    """What would come out. `remark`: why the sizes do not fit, and the way out; then the rest is nothing."""

    shape: tuple[int, ...] = ()
    parameters: int = 0
    multiply_adds: int = 0
    remark: str = ""


def sized(form: Form, field: Field, given: Typed) -> Sized | None:
    """What the form's layer would come to with a value in a field; None where that cannot be told from here."""
    if form.entry is None or not form.inputs or form.several > 1 or field.section != "own" or not given.good:
        return None
    text = f"network:\n  layers:\n    - {flow(form.entry)}\n"
    try:
        before = Document(text)
        value = set_within(field, given.value)
        after = before if value is None else before.apply(set_option(before, PLACE, field.path[0], value))
        return _sized(after, form.inputs, field)
    except Refused:
        return None


def _sized(document: Document, inputs: Sequence[tuple[int, ...]], field: Field) -> Sized | None:
    remarks = Diagnostics()
    made = entry(document.at(PLACE).tree, LAYERS, Walk(remarks))
    kind = LAYERS.find(made.kind) if made is not None else None
    if made is None or kind is None or kind.sizes is None:
        return None
    options = resolve(kind, made, field.scope, remarks)
    if options is None or any(isinstance(value, Unknown) for value in options.values()):
        return None
    try:
        found = kind.sizes(tuple(inputs), options)
    except SizeMistake as mistake:
        return Sized(remark=sentence(str(mistake), mistake.suggestion))
    weights = sum(math.prod(weight.shape) for weight in found.weights)
    return Sized(found.output, weights, found.multiply_adds)
