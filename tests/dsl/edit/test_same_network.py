"""Names changed, layers made blocks and put back: the network that is built is the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import netloom
from netloom.compiler.graph import Node
from netloom.dsl.edit import Document, Edit, Refused, move, rename, unwrap, wrap
from netloom.dsl.edit_names import Names
from netloom.runtime import start

from .drawn import all_entries, places

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
FILES = (
    "autoencoder/digits.yaml", "blocks/highway.yaml", "blocks/residual.yaml", "blocks/shared.yaml",
    "heads/two_heads.yaml", "losses/variational.yaml", "weights/tied.yaml",
)  # fmt: skip


def built(text: str, folder: Path) -> list[str]:
    """Every layer of the network that a file says, with all it reads, in an order that no name decides."""
    path = folder / "made.yaml"
    path.write_text(text)
    graph = start.load(path).experiment.graph
    told = dict[str, str]()

    def tell(node: Node) -> str:
        if node.id not in told:
            options = "" if node.op == "formula" else str(node.attributes.get("options"))
            reads = ", ".join(tell(graph.nodes[name]) for name in node.inputs)
            told[node.id] = f"{node.op} {node.type} {options} {node.attributes.get('multiply_adds')} ({reads})"
        return told[node.id]

    return sorted(tell(node) for node in graph.nodes.values())


def edits(document: Document) -> Iterator[Edit | None]:
    for scope in Names(document).scopes.values():
        for given in scope.names.values():
            yield tried(partial(rename, document, given.part.address, "quite_new"))
    for entry in all_entries(document):
        part, parent = entry.part, entry.part.parent
        if parent is not None and parent.is_list and entry.site.families[:1] == ("layer",):
            first = int(part.key)
            yield tried(partial(wrap, document, parent.address, first, first + 1, "Wrapped"))
            yield tried(partial(unwrap, document, part.address))
    for graph in (part for part in places(document) if part.key == "graph"):
        yield tried(partial(move, document, graph.items[-1].address, graph.address, 0))


def tried(edit: Callable[[], Edit]) -> Edit | None:
    try:
        return edit()
    except Refused:
        return None


@pytest.mark.parametrize("name", FILES)
def test_the_network_stays_the_same(name: str, tmp_path: Path) -> None:
    text = (EXAMPLES / name).read_text()
    document, before = Document(text), built(text, tmp_path)
    made = [edit for edit in edits(document) if edit is not None]
    assert len(made) > 2
    for edit in made:
        assert built(document.apply(edit).text, tmp_path) == before
