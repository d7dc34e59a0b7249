"""Bodies, blocks and networks: what is wired to what."""

from __future__ import annotations

from collections.abc import Iterator

from .entries import LAYERS, entries, entry
from .formula import Formula
from .places import Place
from .spec import Block, Body, Entry, GraphLine, Input, Network, Option
from .suggest import did_you_mean
from .tree import Scalar, Sequence, Table, Tree
from .walk import PART, Walk, nothing, said

BODY = ("inputs", "layers", "graph", "output", "weights")
BLOCK = ("options", "inputs", "layers", "graph", "output", "state", "next")
OPTION_TYPES = ("int", "number", "text", "bool", "layers")
NO_TYPES = {"integer": "int", "float": "number", "double": "number", "str": "text", "string": "text", "boolean": "bool"}


def body(table: Table, walk: Walk, what: str, place: Place | None = None) -> Body:
    """A body's parts; `layers` or `graph` is wanted, not both. `place`: where its name stands, if it has one."""
    found = table.items
    if ("layers" in found) is ("graph" in found):
        both = "both `layers` and `graph`" if "layers" in found else "neither `layers` nor `graph`"
        walk.fail(
            "E032",
            place or table.place,
            f"{what} has {both}",
            "Give one of them: a list of layers, or a graph of names.",
        )
    layers = _layers(found["layers"], walk) if "layers" in found else None
    graph = graph_lines(found["graph"], walk) if "graph" in found else None
    made = Body(
        inputs=_inputs(found["inputs"], walk) if "inputs" in found else None,
        layers=layers,
        graph=graph,
        graph_place=table.keys.get("graph"),
        output=walk.paths(found["output"], "`output`") if "output" in found else None,
        weights=walk.text(found["weights"], "`weights`") if "weights" in found else None,
        place=table.place,
    )
    _unique(made, walk)
    return made


def _layers(tree: Tree, walk: Walk) -> tuple[Entry, ...]:
    if isinstance(tree, Sequence):
        return entries(tree, LAYERS, walk)
    walk.fail("E025", tree.place, f"`layers` is {said(tree)}, and a list is wanted", "Begin each layer with `- `.")
    return ()


def graph_lines(tree: Tree, walk: Walk) -> tuple[GraphLine, ...]:
    """The lines of a `graph`: each an entry, a chain, or a formula."""
    table = walk.table(tree, "`graph`", "Write `name: entry` in each line.")
    lines = list[GraphLine]()
    for name, value in table.items.items() if table else ():
        place = table.keys[name] if table else value.place
        walk.name(name, place, "a tensor")
        what: Entry | tuple[Entry, ...] | Formula | None
        if isinstance(value, Sequence):
            what = entries(value, LAYERS, walk)
        elif isinstance(value, Table):
            what = entry(value, LAYERS, walk)
        else:
            what = walk.formula(value, f"`{name}`")
        if what is not None:
            lines.append(GraphLine(name=name, name_place=place, what=what))
    return tuple(lines)


def _inputs(tree: Tree, walk: Walk) -> tuple[Input, ...]:
    if isinstance(tree, Table):
        return tuple(
            Input(
                name=walk.name(name, tree.keys[name], "an input"), place=tree.keys[name],
                shape=None if nothing(shape) else _shape(name, shape, walk),
            )
            for name, shape in tree.items.items()
        )  # fmt: skip
    if not isinstance(tree, Sequence):
        walk.error("E025", tree.place, f"`inputs` is {said(tree)}, and a list is wanted", f"Write `[{_text(tree)}]`.")
    found = list[Input]()
    for name, place in walk.paths(tree, "an input"):
        found.append(Input(name=walk.name(name, place, "an input"), place=place))
    return tuple(found)


def _shape(name: str, tree: Tree, walk: Walk) -> Tree | None:
    if isinstance(tree, Sequence) or (isinstance(tree, Scalar) and tree.text.startswith("$")):
        return tree
    walk.error("E025", tree.place, f"the shape of `{name}` is {said(tree)}, and a list of sizes is wanted",
               f"Write `[{_text(tree)}]`.")  # fmt: skip
    return None


def _text(tree: Tree) -> str:
    return tree.text if isinstance(tree, Scalar) else "…"


def named(chain: tuple[Entry, ...]) -> Iterator[tuple[str, Place]]:
    """The names given in a chain, branches included."""
    for found in chain:
        if found.name is not None:
            yield found.name, found.name_place or found.place
        for branch in (found.branches or {}).values():
            yield from named(branch)


def _unique(made: Body, walk: Walk) -> None:
    """Each name once in a body; inputs and lines of the graph have names too."""
    names = [(given.name, given.place) for given in made.inputs or ()]
    names += list(named(made.layers or ()))
    for line in made.graph or ():
        names.append((line.name, line.name_place))
        if isinstance(line.what, tuple):
            names += [pair for pair in named(line.what) if pair[0] != line.name]
    first = dict[str, Place]()
    for name, place in names:
        if name in first:
            walk.error(
                "E028",
                place,
                f"`{name}` is named twice: first in line {first[name].line}",
                f"Write `{name}_2`.",
            )
        first.setdefault(name, place)


def blocks(tree: Tree, walk: Walk) -> dict[str, Block]:
    """The file's own layers by name; those with a mistake are left out."""
    table = walk.table(tree, "`blocks`", "Write `Name: {layers: […]}`.")
    found = dict[str, Block]()
    for name, inner in table.items.items() if table else ():
        place = table.keys[name] if table else inner.place
        walk.part(name, place, "a block")
        if (own := walk.table(inner, f"the block `{name}`", "Write `layers:` or `graph:` in it.")) is not None:
            found[name] = _block(name, own, place, walk)
    return found


def _block(name: str, table: Table, place: Place, walk: Walk) -> Block:
    table = walk.keys(table, BLOCK, f"the block `{name}`")
    state, next_ = table.items.get("state"), table.items.get("next")
    _recurs(state, next_, place, walk)
    return Block(
        name=name,
        options=options(table.items["options"], walk, typed=True) if "options" in table.items else {},
        body=body(table, walk, f"the block `{name}`", place),
        state=state,
        next=next_,
        place=place,
    )


def _recurs(state: Tree | None, next_: Tree | None, place: Place, walk: Walk) -> None:
    """`state` and `next` speak of the same names."""
    if state is None and next_ is None:
        return
    if not isinstance(state, Table) or not isinstance(next_, Table):
        walk.error(
            "E035",
            place,
            "a cell has both `state` and `next`",
            "Write `state: {h: [$units]}, next: {h: h_new}`.",
        )
        return
    lacking = [name for name in state.keys if name not in next_.keys]
    for name in [name for name in next_.keys if name not in state.keys]:
        near = did_you_mean(name, lacking) or (f"Did you mean `{lacking[0]}`?" if len(lacking) == 1 else None)
        walk.error("E035", next_.keys[name], f"`{name}` is not in `state`", near or "Add it to `state`.")
        lacking = lacking[1:]
    for name in lacking:
        walk.error("E035", state.keys[name], f"`{name}` is not in `next`", "Add it to `next`.")


def options(tree: Tree, walk: Walk, *, typed: bool = False) -> dict[str, Option]:
    """Declared options. `typed`: a word of `OPTION_TYPES` is a type, as in blocks; else it is a default."""
    table = walk.table(tree, "`options`", "Write `{name: default}`.")
    found = dict[str, Option]()
    for name, value in table.items.items() if table else ():
        place = table.keys[name] if table else value.place
        walk.name(name, place, "an option", tensor=False)
        kind = _type(value, walk) if typed else None
        if typed and isinstance(value, Scalar) and not value.quoted and value.text in NO_TYPES:
            way = f"Did you mean `{NO_TYPES[value.text]}`?"
            walk.error("E104", value.place, f"`{value.text}` is no type; it would be the default of `{name}`", way)
        found[name] = Option(name=name, default=None if kind else value, type=kind, place=place)
    return found


def _type(tree: Tree, walk: Walk) -> str | None:
    """`int`, `[int, int]`, `one_of pre post`; None for a default."""
    if isinstance(tree, Scalar):
        return tree.text if tree.text in OPTION_TYPES and not tree.quoted else None
    if isinstance(tree, Sequence):
        words = [item.text for item in tree.items if isinstance(item, Scalar) and item.text in OPTION_TYPES]
        return f"[{', '.join(words)}]" if words and len(words) == len(tree.items) else None
    walk.keys(tree, ("one_of",), "an option's type")
    if "one_of" in tree.items:
        return " ".join(("one_of", *walk.texts(tree.items["one_of"], "`one_of`")))
    return None


def networks(tree: Tree, walk: Walk) -> dict[str, Network]:
    """The file's networks by name; those with a mistake are left out."""
    table = walk.table(tree, "`networks`", "Write `Name: {inputs: …, layers: […]}`.")
    found = dict[str, Network]()
    for name, inner in table.items.items() if table else ():
        place = table.keys[name] if table else inner.place
        walk.part(name, place, "a network")
        if (own := walk.table(inner, f"the network `{name}`", "Write `layers:` or `graph:` in it.")) is not None:
            found[name] = _network(name, own, place, walk)
    return found


def _network(name: str, table: Table, place: Place, walk: Walk) -> Network:
    found = table.items
    if "follow" in found:
        table = walk.keys(table, ("follow", "every", "decay"), f"the network `{name}`")
        found = table.items
        if ("every" in found) is ("decay" in found):
            walk.error("E032", place, f"`{name}` follows by `every` or by `decay`", "Give one of the two.")
        followed = walk.text(found["follow"], "`follow`")
        return Network(name=name, follow=followed, every=found.get("every"), decay=found.get("decay"), place=place)
    if len(found) == 1 and PART.fullmatch(next(iter(found))):
        return Network(name=name, instance=entry(table, LAYERS, walk), place=place)
    table = walk.keys(table, BODY, f"the network `{name}`")
    return Network(name=name, body=body(table, walk, f"the network `{name}`", place), place=place)
