"""Files drawn in any layout, and what of them can be edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from netloom.dsl.edit_document import Document, Refused
from netloom.dsl.edit_entries import EntryPart, entry_at
from netloom.dsl.edit_names import Names
from netloom.dsl.edit_parts import Part
from netloom.dsl.edit_uses import Given
from netloom.dsl.edit_write import Value, flow
from netloom.dsl.tree import Scalar

OPTIONS: dict[str, tuple[tuple[str, Value], ...]] = {
    "dense": (("units", 7), ("activation", "tanh"), ("activation", {"leaky_relu": {"slope": 0.1}}), ("bias", False)),
    "dropout": (("rate", 0.25),),
    "adam": (("learning_rate", 0.5), ("learning_rate", {"cosine": {"start": 0.1, "end": 0, "over": "3 epochs"}})),
    "sgd": (("learning_rate", 0.5),),
    "leaky_relu": (("slope", 0.3),),
    "Piece": (("units", 9), ("activation", "tanh")),
}
ENTRIES: tuple[Value, ...] = (
    "relu",
    {"dense": 5},
    {"dense": {"units": 5, "activation": "relu"}, "name": "newly_made"},
    {"add": {"one": [{"dense": 3}, "relu"], "other": [{"dense": 3}]}},
)
COMMENTS = ("", "", "  # a remark", " # 'quoted: [x], {y}' #twice")


def said(part: Part, besides: Part | None = None) -> object:
    """What a part says, without places and quotes, but for one part within it."""
    if isinstance(part.tree, Scalar):
        return part.tree.value
    inner = [(key, said(one, besides)) for key, one in part.inner.items() if one is not besides]
    return inner if part.is_table else [one for _, one in inner]


def given_to(entry: EntryPart) -> dict[str, object]:
    """What an entry is given, whatever its form: options by name, the words beside its kind."""
    found = {f".{name}": said(part) for name, part in entry.options.items()}
    if entry.alone is not None:
        found[".from" if entry.reads_after_kind else f".{entry.main}"] = said(entry.alone)
    beside = {key: said(part) for key, part in entry.part.inner.items() if key != entry.kind}
    found.update({".from" if key == "from" else str(key): one for key, one in beside.items()})
    return {"kind": entry.kind, **found}


def read_again(value: Value) -> object:
    """A value as the file says it once it is written."""
    return said(Document(f"it: {flow(value)}").at("it"))


def remarks(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.comments]


class Layout:
    """Writes a file in one of many ways, as drawn."""

    def __init__(self, draw: Callable[[st.SearchStrategy[object]], object]) -> None:
        self.draw = draw

    def chance(self) -> bool:
        return bool(self.draw(st.booleans()))

    def remark(self) -> str:
        return str(self.draw(st.sampled_from(COMMENTS)))

    def between(self, column: int) -> list[str]:
        found = self.draw(st.sampled_from(["", "", "", "\n", "# alone", "#", "# a: b"]))
        return [] if not found else [" " * column + str(found)] if found != "\n" else [""]

    def flow(self, value: Value) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self.flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            blank = " " if self.chance() else ""
            return f"[{blank}" + ", ".join(self.item(item) for item in value) + f"{blank}]"
        if value in ("last", "dense", "relu", "digits") and self.chance():
            return f'"{value}"'
        return str(value).lower() if isinstance(value, bool) else str(value)

    def item(self, value: Value) -> str:
        """An item in brackets; a table of one pair may do without its own."""
        written = self.flow(value)
        bare = isinstance(value, dict) and len(value) == 1 and self.chance()
        return written[1:-1] if bare else written

    def spread(self, items: list[str], column: int) -> str:
        """A list in brackets with a line for each item."""
        lines = [
            " " * (column + 2) + item + ("," if n + 1 < len(items) else self.comma()) for n, item in enumerate(items)
        ]
        return (
            "[" + self.remark() + "\n" + "\n".join(line + self.remark() for line in lines) + "\n" + " " * column + "]"
        )

    def comma(self) -> str:
        return "," if self.chance() else ""

    def pairs(self, table: dict[str, Value], column: int) -> list[str]:
        lines = list[str]()
        for key, value in table.items():
            lines += self.between(column)
            blanks = " " * column
            if isinstance(value, dict | list) and value and self.chance():
                inset = self.draw(st.sampled_from([2, 4] if isinstance(value, dict) else [0, 2]))
                lines.append(f"{blanks}{key}:{self.remark()}")
                below = column + int(str(inset))
                lines += self.pairs(value, below) if isinstance(value, dict) else self.items(value, below)
            elif isinstance(value, list) and value and self.chance():
                lines.append(f"{blanks}{key}: {self.spread([self.item(v) for v in value], column)}{self.remark()}")
            else:
                lines.append(f"{blanks}{key}: {self.flow(value)}{self.remark()}")
        return lines

    def items(self, found: list[Value], column: int) -> list[str]:
        lines = list[str]()
        for item in found:
            lines += self.between(column)
            if isinstance(item, dict) and self.chance():
                dash = str(self.draw(st.sampled_from(["- ", "- ", "-   "])))
                below = self.pairs(item, column + len(dash))
                while not below[0].strip() or below[0].strip().startswith("#"):
                    lines.append(below.pop(0))
                lines += [" " * column + dash + below[0].strip(" "), *below[1:]]
            else:
                lines.append(f"{' ' * column}- {self.flow(item)}{self.remark()}")
        return lines


@st.composite
def chains(draw: Callable[[st.SearchStrategy[object]], object], depth: int = 1) -> list[Value]:
    """Layers, some of them with names, some with branches; later ones read earlier ones."""
    chain, names = list[Value](), list[str]()
    for number in range(int(str(draw(st.integers(1, 4))))):
        choice = draw(st.sampled_from(["relu", "dense", "long", "piece", "dropout", *(["add"] if depth else [])]))
        made: dict[str, Value] = {}
        if choice == "relu":
            made = {"relu": {}}
        elif choice == "dense":
            made = {"dense": draw(st.integers(1, 9))}  # type: ignore[dict-item]
        elif choice == "long":
            made = {"dense": {"units": 3, "activation": "relu", "weights": {"start": "he"}}}
        elif choice == "piece":
            made = {"Piece": {"units": 4}}
        elif choice == "dropout":
            made = {"dropout": 0.5, "when": "wide > 3 and training"}
        else:
            made = {"add": {"body": draw(chains(depth=0)), "rest": []}}  # type: ignore[dict-item]
        if draw(st.booleans()):
            made["name"] = f"n{depth}{number}_{draw(st.integers(0, 99))}"
            names.append(str(made["name"]))
        if names and draw(st.booleans()) and choice != "relu":
            made["from"] = draw(st.sampled_from(names))  # type: ignore[assignment]
        chain.append("relu" if made == {"relu": {}} else made)
    return chain


@st.composite
def texts(draw: Callable[[st.SearchStrategy[object]], object]) -> str:
    """A whole file, in any layout."""
    layout = Layout(draw)
    chain = draw(chains())
    assert isinstance(chain, list)
    table: dict[str, Value] = {
        "name": "made",
        "options": {"wide": 8},
        "data": {"source": "digits", "split": {"test": 0.2}},
        "blocks": {
            "Piece": {"options": {"units": "int", "activation": "relu"}, "layers": [{"dense": "$units"}, "relu"]}
        },
        "network": {"layers": [*chain, {"dense": "$wide", "name": "last"}]},
        "train": {"loss": {"cross_entropy": {"logits": "last", "target": "label"}}, "optimizer": "adam"},
    }
    if draw(st.booleans()):
        graph: dict[str, Value] = {
            "flat": {"flatten": "image"},
            "hidden": {"dense": {"units": 3}, "from": "flat"},
            "path": [{"dense": 3, "from": "hidden"}, "relu"],
            "both": "hidden + 2 * path",
            "last": {"dense": 10, "from": ["both", "flat"]},
        }
        table["network"] = {"inputs": ["image"], "graph": graph, "output": "last"}
    lines = [*layout.between(0), *layout.pairs(table, 0), *layout.between(0)]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = "\n".join(lines) + ("\n" if layout.chance() else "")
    return text.replace("\n", str(end))


Some = TypeVar("Some")


def pick(data: st.DataObject, found: Sequence[Some]) -> Some:
    """One of them; refused where there are none."""
    if not found:
        raise Refused("there is none")
    return found[data.draw(st.integers(0, len(found) - 1))]


def places(document: Document) -> list[Part]:
    return [part for part in document.root.walk() if part.parent is not None]


def all_entries(document: Document) -> list[EntryPart]:
    return [entry for part in places(document) if (entry := entry_at(document, part)) is not None]


def names_of(document: Document) -> list[Given]:
    return [given for scope in Names(document).scopes.values() for given in scope.names.values()]
