"""`when: training`: what is there in training only, or only elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..dsl.places import Place
from .build_draft import UNKNOWN, Draft
from .build_options import Only
from .graph import Node

WORDS = {"train": "in training", "elsewhere": "outside training"}


def chosen(draft: Draft, path: str, only: Only, node: str, otherwise: str | None, place: Place) -> str | None:
    """What an entry gives out that is there only in training, or only elsewhere.

    Where it could pass its input on, sizes being the same, a node that is one or the other; else itself.
    """
    if otherwise is None or UNKNOWN in (node, otherwise) or draft.sizes[node] != draft.sizes[otherwise]:
        return node
    pair = (node, otherwise) if only == "train" else (otherwise, node)
    return draft.add(path, "mode", pair, draft.sizes[node], place, options=(), weights=(), multiply_adds=0)


def mark(draft: Draft, nodes: Iterable[str], only: Only) -> None:
    """Note of nodes where they are there; one that is noted already is inside another `when`."""
    for name in nodes:
        node = draft.nodes[name]
        if only_of(node) is None:
            draft.nodes[name] = replace(node, attrs=(*node.attrs, ("only", only)))


def only_of(node: Node) -> Only | None:
    """Where a node is there; None: everywhere."""
    found = node.attributes.get("only")
    return found if found in ("train", "elsewhere") else None  # type: ignore[return-value]


def check_modes(draft: Draft) -> None:
    """What is there everywhere reads nothing that is not."""
    for node in draft.nodes.values():
        own = only_of(node)
        for position, source in enumerate(node.inputs):
            only = only_of(draft.nodes[source]) if source in draft.nodes else None
            if node.op == "mode":
                own = "train" if position == 0 else "elsewhere"
            if only is not None and only != own:
                draft.error(
                    "E234", draft.places[node.id],
                    f"`{node.id}` reads `{source}`, which is there only {WORDS[only]}",
                    f"Give `{node.id}` the same `when:`, or let it read another tensor with `from:`.",
                )  # fmt: skip
