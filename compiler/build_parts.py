"""Blocks and networks used as layers: their options and inputs bound to what an entry gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..dsl.entries import LAYERS, entries
from ..dsl.formula import UNKNOWN as NOT_KNOWN
from ..dsl.formula import Unknown
from ..dsl.kinds.kind import REQUIRED, OptionType
from ..dsl.kinds.kind import Option as KindOption
from ..dsl.kinds.resolve import Scope, read_option
from ..dsl.spec import Block, Body, Entry, Input
from ..dsl.spec import Option as PartOption
from ..dsl.static_check import file_scope
from ..dsl.suggest import did_you_mean, nearest
from ..dsl.tree import Sequence, Tree
from ..dsl.walk import Walk as Reader
from .build_draft import UNKNOWN, Draft, Frame, named_sizes
from .build_names import Walker, reference

DEEPEST = 40
"""Blocks may use themselves so often, one within the other."""
PLAIN: Mapping[str, OptionType] = {"int": "int", "number": "number", "text": "text", "bool": "bool", "layers": "any"}


@dataclass(frozen=True, slots=True)
class Chain:
    """The value of an option of type `layers`: entries, and the options they were written among."""

    entries: tuple[Entry, ...]
    scope: Scope


def bound_part(walker: Walker, frame: Frame, entry: Entry, reads: str | None, name: str) -> tuple[Frame, Body] | None:
    """The frame in which the body of a block or network is walked at this use, and the body; None after a mistake.

    A block makes new weights at every use; those of a network go by its own name, however often it is used.
    """
    draft, spec = walker.draft, walker.draft.spec
    network, block = spec.networks.get(entry.kind), spec.blocks.get(entry.kind)
    asked, outer, weights = entry, frame.scope, f"{frame.weights}{name}."
    if network is not None:
        outer, weights = walker.main.scope, f"{entry.kind}."
        asked = network.instance or entry
        block = spec.blocks.get(asked.kind) if network.instance else None
    body = block.body if block else network.body if network else None
    if body is None or (block is not None and (block.state is not None or block.next is not None)):
        draft.later(f"`{entry.kind}`, which follows another or is a cell,", entry.kind_place)
        return None
    options, _ = _given(draft, asked, block, body)
    _, tensors = _given(draft, entry, None if network else block, body)
    scope = bound_options(draft, asked, block, options, outer) if block else outer
    names = _inputs(walker, frame, entry, body, tensors, reads)
    for item, node in names.items():
        scope = scope.with_options(named_sizes(item, draft.sizes[node], NOT_KNOWN))
    inner = Frame(scope, f"{frame.path}{name}.", weights, depth=frame.depth + 1, names=names)
    inner.input = next(iter(names.values()))
    return inner, body


def _given(draft: Draft, entry: Entry, block: Block | None, body: Body) -> tuple[dict[str, Tree], dict[str, Tree]]:
    """What an entry gives a part, as options and as tensors. The main option is the first."""
    own, inputs = (block.options if block else {}), [item.name for item in body.inputs or ()]
    options = {name: tree for name, tree in entry.options.items() if name in own}
    tensors = {name: tree for name, tree in entry.options.items() if name in inputs}
    for name, tree in entry.options.items():
        if name not in own and name not in inputs:
            draft.error(
                "E102", entry.option_places[name], f"`{entry.kind}` has no option or input `{name}`",
                did_you_mean(name, [*own, *inputs]) or f"It has {', '.join([*own, *inputs]) or 'none'}.",
            )  # fmt: skip
            # a misspelt option is read as what was meant: that it is missing is no second mistake
            meant = nearest(name, [*own, *inputs])
            if meant is not None and meant not in entry.options:
                (options if meant in own else tensors)[meant] = tree
    if entry.main is not None:
        if own:
            options.setdefault(next(iter(own)), entry.main)
        else:
            tensors.setdefault(inputs[0] if inputs else "input", entry.main)
    return options, tensors


def bound_options(draft: Draft, entry: Entry, block: Block, given: Mapping[str, Tree], outer: Scope) -> Scope:
    """The options of a block at one of its uses: it sees no others."""
    found: dict[str, object] = {}
    for option in block.options.values():
        before = len(draft.diagnostics.errors)
        if option.name in given:
            found[option.name] = _option(draft, option, given[option.name], outer)
        elif option.default is not None:
            found[option.name] = _option(draft, option, option.default, file_scope(draft.spec, draft.diagnostics))
        else:
            draft.error("E103", entry.kind_place, f"`{block.name}` needs `{option.name}`", f"Write `{option.name}: …`.")
        if len(draft.diagnostics.errors) > before or option.name not in found:
            found[option.name] = NOT_KNOWN
    return Scope(found)


def _option(draft: Draft, option: PartOption, tree: Tree, scope: Scope) -> object:
    if option.type == "layers":
        return Chain(entries(tree, LAYERS, Reader(draft.diagnostics)), scope)
    words = (option.type or "").split()
    if words[:1] == ["one_of"]:
        asked = KindOption(option.name, "choice", REQUIRED, choices=tuple(words[1:]))
    elif option.type in PLAIN:
        asked = KindOption(option.name, PLAIN[option.type or "text"], REQUIRED)
    elif (option.type or "").startswith("["):
        return _typed_list(draft, option, tree, scope)
    else:
        asked = KindOption(option.name, "any", REQUIRED)
    return read_option(asked, tree, scope, draft.diagnostics)


def _typed_list(draft: Draft, option: PartOption, tree: Tree, scope: Scope) -> object:
    """A list with a type for each item, as in `[int, int]`; what could be read of it."""
    types = (option.type or "").strip("[]").split(", ")
    if isinstance(tree, Sequence):
        asked = [KindOption(f"{option.name}.{n}", PLAIN[kind], REQUIRED) for n, kind in enumerate(types, 1)]
        values: object = tuple(
            read_option(each, item, scope, draft.diagnostics) for each, item in zip(asked, tree.items, strict=False)
        )
        count = len(tree.items)
    else:
        values = read_option(KindOption(option.name, "any", REQUIRED), tree, scope, draft.diagnostics)
        count = len(values) if isinstance(values, tuple) else -1
    if count != len(types) and not isinstance(values, Unknown):
        told = "no list" if count < 0 else f"a list of {count}"
        way = f"Write a list of {len(types)}: [{', '.join(types)}]."
        draft.error("E104", tree.place, f"{option.name} is {told}, and {len(types)} are wanted", way)
    return values


def may_use(draft: Draft, frame: Frame, entry: Entry) -> bool:
    """Whether a part may be used once more within itself."""
    if entry.kind in draft.endless:
        return False
    if frame.depth < DEEPEST:
        return True
    draft.endless.add(entry.kind)
    draft.error(
        "E211", entry.kind_place, f"`{entry.kind}` uses itself {DEEPEST} times, one within the other, and does not end",
        "End it with a `when:` that becomes false.",
    )  # fmt: skip
    return False


def _inputs(
    walker: Walker, frame: Frame, entry: Entry, body: Body, given: Mapping[str, Tree], reads: str | None
) -> dict[str, str]:
    """The part's inputs as nodes: the first from what stands before the entry or in `from`, the others by name."""
    draft, wanted = walker.draft, body.inputs or (Input(name="input", place=body.place),)
    found: dict[str, str] = {}
    for position, item in enumerate(wanted):
        if item.name in given:
            found[item.name] = _tensor(walker, frame, item.name, given[item.name])
        elif position == 0 and reads is not None:
            found[item.name] = reads
        else:
            draft.error(
                "E214", entry.kind_place, f"`{entry.kind}` reads `{item.name}`, and is not given it",
                f"Write `{entry.kind}: {{{item.name}: NAME}}`." if position else "Add `from: NAME` beside it.",
            )  # fmt: skip
            found[item.name] = UNKNOWN
    _check_shapes(draft, frame, entry, wanted, found)
    return found


def _tensor(walker: Walker, frame: Frame, name: str, tree: Tree) -> str:
    value = read_option(KindOption(name, "tensor", REQUIRED), tree, frame.scope, walker.draft.diagnostics)
    if isinstance(value, str):
        return reference(walker, frame, value, tree.place)
    if value is not None:
        walker.draft.error("E214", tree.place, f"`{name}` is {value}, and a tensor is wanted", "Name a tensor.")
    return UNKNOWN


def _check_shapes(
    draft: Draft, frame: Frame, entry: Entry, wanted: tuple[Input, ...], found: Mapping[str, str]
) -> None:
    """Declared shapes hold: a number is that size, a word one size wherever it recurs."""
    words: dict[str, int] = {}
    for item in wanted:
        have = draft.sizes[found[item.name]]
        if item.shape is None or have is None:
            continue
        declared = read_option(KindOption("shape", "shape", REQUIRED), item.shape, frame.scope, draft.diagnostics)
        if not isinstance(declared, tuple):
            continue
        same = len(declared) == len(have) and all(
            (words.setdefault(want, size) if isinstance(want, str) else want) == size
            for want, size in zip(declared, have, strict=True)
        )
        if not same:
            draft.error(
                "E232", entry.kind_place,
                f"`{entry.kind}` declares `{item.name}` as [{', '.join(map(str, declared))}], and is given {list(have)}",
                "Give it a tensor of that shape, or declare this one.",
            )  # fmt: skip
