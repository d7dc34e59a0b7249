"""The page of a kind, as Markdown: formula, use, options, sizes, example, remarks."""

from __future__ import annotations

from ..diagnostics import Diagnostics
from ..entries import Site, entry
from ..kinds.computed import Scope
from ..kinds.kind import KINDS, REQUIRED, Family, Kind, SizeMistake, Sizes
from ..kinds.resolve import resolve
from ..kinds.sizes import said
from ..reader import read
from ..walk import Walk
from .families import FAMILIES
from .markdown import code, options_table, page, table, ticked
from .remarks import codes_of, remarks_table
from .told_all import TOLD, Told

UP = "../"
NOT_BUILT = (
    "> **Not built yet.** It is part of the language: this version reads and checks it, and builds nothing from it."
)
NETWORK = ("layer", "joiner", "activation")


def kind_page(kind: Kind) -> str:
    """Everything there is to know of a kind."""
    told = TOLD.get((kind.family, kind.name))
    return page(
        f"# {kind.name}",
        f"*{FAMILIES[kind.family].one.capitalize()}.* {kind.help}",
        NOT_BUILT if is_later(kind) else "",
        code(kind.formula) if kind.formula else "",
        told.use if told else "",
        how_written(kind),
        _options(kind),
        _sizes(kind, told),
        "## Example\n\n" + code(told.example, "yaml not-built" if is_later(kind) else "yaml") if told else "",
        "## Remarks it can bring\n\n" + remarks_table(codes, UP) if (codes := codes_of(kind, told)) else "",
        "" if kind.source == "own" else f"Source: {kind.source}",
    )


def is_later(kind: Kind) -> bool:
    """Whether this version reads the kind and builds nothing from it."""
    return "later" in kind.traits


def how_written(kind: Kind) -> str:
    """What may stand behind the colon."""
    if kind.main is not None:
        return (
            f"Written `{kind.name}: …` with `{kind.main}` alone behind the colon, "
            f"or `{kind.name}: {{…}}` with options by name."
        )
    if kind.family == "joiner":
        return f"Written `{kind.name}: [a, b]` with names, or `{kind.name}: {{one: […], two: […]}}` with branches."
    if kind.family == "activation":
        return f"Written `{kind.name}` alone, as `{kind.name}: tensor` in a graph, or as `activation: {kind.name}`."
    if kind.family == "layer":
        return f"Written `{kind.name}` alone, or `{kind.name}: tensor` in a graph."
    if needed := [option.name for option in kind.options if option.default is REQUIRED]:
        return f"Written `{kind.name}: {{{', '.join(f'{name}: …' for name in needed)}}}`, with its options by name."
    if kind.tensors or kind.options:
        return f"Written `{kind.name}` alone, or `{kind.name}: {{…}}` with its options by name."
    return f"Written `{kind.name}: {{…}}`." if "open" in kind.traits else f"Written `{kind.name}`, without options."


def sizes_of(kind: Kind, told: Told) -> Sizes | None:
    """What the size rule makes of the shapes told with an example; None where there is nothing to show."""
    if kind.sizes is None or told.sized is None:
        return None
    text, shapes = told.sized
    remarks = Diagnostics()
    tree = read(text, "example", remarks)
    made = entry(tree, Site((kind.family,), "a layer"), Walk(remarks)) if tree is not None else None
    options = resolve(kind, made, Scope(), remarks) if made is not None else None
    if options is None:
        return None
    try:
        return kind.sizes(shapes, options)
    except SizeMistake:
        return None


def _options(kind: Kind) -> str:
    rows = options_table(kind.options, UP) if kind.options else ""
    if kind.tensors:
        named = ", ".join(map(ticked, kind.tensors))
        rows = page(f"Tensors, by name: {named}. Those that are left out are found by themselves.", rows)
    elif "open" in kind.traits:
        rows = page("It takes names of your own.", rows)
    return f"## Options\n\n{rows}" if rows else ""


def _sizes(kind: Kind, told: Told | None) -> str:
    if kind.family not in NETWORK or told is None:
        return ""
    words = told.size or "Sizes stay as they are."
    made = sizes_of(kind, told)
    return page("## Sizes", words, _computed(told, made) if made is not None else "")


def _computed(told: Told, made: Sizes) -> str:
    assert told.sized is not None, "sizes were computed from it"
    text, shapes = told.sized
    parts = [f"`{text}` of {' and '.join(ticked(said(shape)) for shape in shapes)} gives `{said(made.output)}`"]
    if made.weights:
        total = sum(_product(weight.shape) for weight in made.weights)
        each = ", ".join(f"{weight.name} `{said(weight.shape)}`" for weight in made.weights)
        parts.append(f"{each}: {total:,} numbers to train")
    if made.multiply_adds:
        parts.append(f"{made.multiply_adds:,} multiply-adds an example")
    return "; ".join(parts) + "."


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product


def family_page(family: Family) -> str:
    """The index of a family: every kind with its help."""
    told = FAMILIES[family]
    kinds = [kind for (other, _), kind in KINDS.items() if other == family]
    rows = (
        (
            f"[{kind.name}]({kind.name}.md)", ticked(kind.main) if kind.main else "",
            kind.help + (" *(not built yet)*" if is_later(kind) else ""),
        )
        for kind in sorted(kinds, key=is_later)
    )  # fmt: skip
    return page(f"# {told.many}", told.about, table(("kind", "main option", "what it is"), rows))
