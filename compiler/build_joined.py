"""Tensors that are to be joined and differ in size: which, where they came apart, and how they fit again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..dsl.kinds.kind import Kind
from ..dsl.kinds.tables import lookup
from ..dsl.kinds.windows import CONVOLUTIONS
from ..dsl.places import Place
from ..dsl.spec import Entry
from .build_draft import Draft
from .experiment import options_of
from .graph import Node

KEEPING = ("batch_norm", "layer_norm", "dropout")
WINDOW = {**dict.fromkeys(CONVOLUTIONS.values(), "kernel"), "max_pool": "size", "avg_pool": "size"}


@dataclass(frozen=True, slots=True)
class _Joined:
    """One of the tensors: its name in messages, where it is said, the node that it is, its sizes."""

    said: str
    place: Place
    node: str
    sizes: tuple[int, ...]


def joined_apart(draft: Draft, entry: Entry, kind: Kind, sources: Sequence[str]) -> bool:
    """Say which tensors of a joiner differ, by the names they have in the file; False where that cannot be told.

    The place is the layer that made one smaller by its window, or else the last layer of a branch, or the name.
    """
    named = [(f"`{name}`", place) for name, place in entry.from_ or ()]
    for name, branch in (entry.branches or {}).items():
        named.append((f"branch `{name}`", _sizing(branch) or entry.kind_place))
    if kind.family != "joiner" or len(named) != len(sources):
        return False
    joined = [
        _Joined(said, place, node, draft.sizes[node] or ()) for (said, place), node in zip(named, sources, strict=True)
    ]
    first = joined[0]
    other = next((one for one in joined if _differs(kind, first.sizes, one.sizes)), None)
    if other is None:
        return False
    smaller, larger = sorted((first, other), key=lambda one: _area(one.sizes))
    shrunk = _shrunk(draft, smaller, larger) if _area(smaller.sizes) < _area(larger.sizes) else []
    message = f"{first.said} gives {list(first.sizes)}, {other.said} {list(other.sizes)}"
    if shrunk:
        message += f": the window of `{shrunk[0].id}` makes it smaller"
    wanted = "All axes but the last have to be equal." if kind.name == "concat" else f"`{kind.name}` wants equal sizes."
    ways = _ways(draft, kind, first, other, shrunk)
    place = draft.written(shrunk[0].id) if shrunk else other.place
    if not shrunk and entry.branches and place == entry.kind_place:
        place = first.place
    draft.error("E201", place, message, f"{wanted} {ways}" if ways else wanted)
    return True


def _sizing(branch: Sequence[Entry]) -> Place | None:
    """The last layer of a branch that has a say in its size; None for an empty branch."""
    sizing = [one for one in branch if one.kind not in KEEPING and lookup("activation", one.kind) is None]
    return [*branch, *sizing][-1].kind_place if branch else None


def _differs(kind: Kind, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one[:-1] != other[:-1] if kind.name == "concat" else one != other


def _area(sizes: tuple[int, ...]) -> int:
    return math.prod(sizes[:-1]) if _has_places(sizes) else 0


def _has_places(sizes: tuple[int, ...]) -> bool:
    """Whether it is a signal, a picture or a volume."""
    return len(sizes) - 1 in CONVOLUTIONS


def _shrunk(draft: Draft, one: _Joined, other: _Joined) -> list[Node]:
    """The layers on the way to a picture, and not to the other, that lose its edge to a window, the first of them
    first; none beyond a layer of another stride."""
    shared = _before(draft, other.node)
    found, node = list[Node](), draft.nodes.get(one.node)
    while node is not None and node.inputs and node.id not in shared:
        before, after = draft.sizes.get(node.inputs[0]), draft.sizes.get(node.id)
        if before is None or after is None or not _has_places(before):
            break
        if node.op in WINDOW and _loses_edge(draft, node):
            found.append(node)
        elif _area(before) != _area(after):
            break
        node = draft.nodes.get(node.inputs[0])
    return found[::-1]


def _before(draft: Draft, name: str) -> set[str]:
    """A node and all that it hangs on."""
    seen, waiting = set[str](), [name]
    while waiting:
        node = draft.nodes.get(waiting.pop())
        if node is not None and node.id not in seen:
            seen.add(node.id)
            waiting += node.inputs
    return seen


def _loses_edge(draft: Draft, node: Node) -> bool:
    """Whether a window moves by one place and gets no margin."""
    options, before, after = options_of(node), draft.sizes.get(node.inputs[0]), draft.sizes.get(node.id)
    if before is None or after is None:
        return False
    strides = options.get("stride") or options.get(WINDOW[node.op])
    moves = isinstance(strides, tuple) and set(strides) == {1}
    return moves and options.get("padding") != "same" and before[:-1] != after[:-1]


def _ways(draft: Draft, kind: Kind, first: _Joined, other: _Joined, shrunk: Sequence[Node]) -> str:
    """How they become equal; empty where nothing is known to help."""
    one, two = first.sizes, other.sizes
    if len(one) != len(two):
        return "Bring them to the same number of axes, with `flatten` or `reshape`."
    if not _has_places(one):
        return f"Give both {one[-1]} unit{'s' if one[-1] != 1 else ''}, or {two[-1]}." if len(one) == 1 else ""
    smaller, larger = (first, other) if _area(one) <= _area(two) else (other, first)
    ways = list[str]()
    if shrunk:
        ways += _kept(draft, shrunk, smaller, larger)
    if kind.name != "concat" and one[-1] != two[-1]:
        ways.append(_channels(first, other))
    elif not shrunk and (stride := _stride(larger.sizes, smaller.sizes)):
        ways.append(f"give {larger.said} a layer that is as much smaller: `max_pool: {stride}`")
    told = "; ".join(ways)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _kept(draft: Draft, shrunk: Sequence[Node], smaller: _Joined, larger: _Joined) -> list[str]:
    """What `padding: same` does, where it makes both of one size."""
    begin = draft.sizes[shrunk[0].inputs[0]] or ()
    losing = list(shrunk)
    if begin[:-1] != larger.sizes[:-1]:
        others = _shrunk(draft, larger, smaller)
        if not others or (draft.sizes[others[0].inputs[0]] or ())[:-1] != begin[:-1]:
            return []
        losing += [node for node in others if node not in losing]
    names = " and ".join(f"`{node.id}`" for node in losing)
    return [f"`padding: same` in {names} keeps {' x '.join(map(str, begin[:-1]))}"]


def _channels(first: _Joined, other: _Joined) -> str:
    """A convolution with a window of one place brings the channels of one to those of the other, its stride the size."""
    source, aim = (first, other) if _area(first.sizes) >= _area(other.sizes) else (other, first)
    if _area(first.sizes) == _area(other.sizes) and first.sizes[-1] > other.sizes[-1]:
        source, aim = other, first
    filters, stride = aim.sizes[-1], _stride(source.sizes, aim.sizes)
    options = f"filters: {filters}, stride: {stride}" if stride else f"filters: {filters}"
    kind = CONVOLUTIONS[len(source.sizes) - 1]
    return f"`{kind}: {{{options}}}` behind {source.said} brings it to {filters} channels"


def _stride(larger: tuple[int, ...], smaller: tuple[int, ...]) -> int | None:
    """The whole number by which both sides are smaller; None where there is none, or where it is 1."""
    factor = -(-larger[0] // smaller[0]) if smaller[0] else 1
    fits = all(-(-size // factor) == other for size, other in zip(larger[:-1], smaller[:-1], strict=True))
    return factor if factor > 1 and fits else None
