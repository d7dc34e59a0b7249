"""What an entry reads: the entry before it, what `from` names, the branches and names of joiners."""

from __future__ import annotations

from ..dsl.kinds.kind import Kind
from ..dsl.kinds.resolve import find_layer
from ..dsl.spec import Entry
from .build_draft import UNKNOWN, Draft, Frame
from .build_layer import add_layer
from .build_names import Walker, reference
from .build_options import Options


def read_by(walker: Walker, frame: Frame, entry: Entry, previous: str | None) -> str | None:
    """The one tensor an entry reads: named in `from`, else the one before it. Joiners name several."""
    kind = find_layer(entry.kind)
    if not entry.from_ or (kind is not None and kind.family == "joiner" and entry.branches is None):
        return previous
    nodes = [reference(walker, frame, name, place) for name, place in entry.from_]
    return nodes[0] if len(nodes) == 1 else _concat(walker, frame, entry, nodes)


def _concat(walker: Walker, frame: Frame, entry: Entry, nodes: list[str]) -> str:
    """Several names after `from` are joined along the last axis first."""
    kind = find_layer("concat")
    assert kind is not None, "concat is a kind of the language"
    number = frame.counts[frame.group, "joined"] = frame.counts.get((frame.group, "joined"), 0) + 1
    joined = Entry(kind="concat", kind_place=entry.place, place=entry.place)
    return add_layer(
        walker.draft, frame, joined, kind, f"{frame.path}{frame.group}joined{number}", {"axis": None}, nodes
    )


def sources(
    walker: Walker, frame: Frame, entry: Entry, kind: Kind, reads: str | None, options: Options
) -> list[str] | None:
    """The nodes a layer reads, in the order of its tensors; None after a mistake."""
    if kind.family == "joiner":
        return _joined(walker, frame, entry, reads)
    named = [name for name in kind.tensors if isinstance(options.get(name), str)]
    others = [reference(walker, frame, str(options[name]), entry.value_place(name)) for name in named]
    if (kind.tensors and kind.tensors[0] in named) or "given" in kind.traits:
        return others
    if reads is None:
        walker.draft.error(
            "E207", entry.place, f"`{entry.kind}` does not say what it reads", "Add `from: NAME` beside it."
        )
        return None
    return [told(walker.draft, entry, reads), *others]


def told(draft: Draft, entry: Entry, reads: str) -> str:
    """What an entry reads that stands before it; which one is meant has to be said where that gives out several."""
    if reads == UNKNOWN and draft.whole:
        draft.error(
            "E213", entry.place, f"`{entry.kind}` reads what stands before it, which gives out several tensors",
            "Say which one is meant: add `from: NAME` beside it.",
        )  # fmt: skip
    return reads


def _joined(walker: Walker, frame: Frame, entry: Entry, reads: str | None) -> list[str] | None:
    draft = walker.draft
    if entry.branches is None:
        if entry.from_:
            return [reference(walker, frame, name, place) for name, place in entry.from_]
        draft.error("E207", entry.place, f"`{entry.kind}` does not say what it joins", f"Write `{entry.kind}: [a, b]`.")
        return None
    if reads is None:
        draft.error("E207", entry.place, f"the branches of `{entry.kind}` have nothing to read", "Add `from: NAME`.")
        return None
    told(draft, entry, reads)
    found = [walker.chain(frame, branch, reads) for branch in entry.branches.values()]
    return [node for node in found if node is not None]
