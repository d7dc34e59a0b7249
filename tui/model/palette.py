"""Every kind that can be a layer, in groups, and the search among them: by name, by meaning, by other libraries' words."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ...dsl.edit import Document
from ...dsl.habits import OTHERWISE, SYNONYMS
from ...dsl.kinds.tables import NETWORK, find_layer, words
from ...dsl.suggest import called, hint, nearest

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Basics": ("dense", "flatten", "reshape", "dropout", "batch_norm", "layer_norm", "embedding", "one_hot"),
    "Pictures": (
        "conv2d", "conv1d", "conv3d", "max_pool", "avg_pool", "global_avg_pool", "global_max_pool",
        "fractional_max_pool", "conv_transpose2d", "max_unpool", "resize", "detections",
    ),
    "Sequences": ("lstm", "gru", "attention", "positions", "recurrent", "shift", "lstm_cell", "gru_cell"),
    "Joiners": tuple(words("joiner")),
    "Activations": tuple(words("activation")),
    "Numbers": ("formula", "sum", "mean", "unit_length", "split", "pick", "variable", "gradient", "chain"),
    "Chance": ("normal", "uniform", "bernoulli"),
}  # fmt: skip
"""The layers by what they are for, as the pages tell them; joiners and activations as their tables have them."""
OWN, RECENT = "This file", "Lately"
MOST_RECENT = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the palette. `built`: this version builds it, and does not only read it."""

    name: str
    group: str
    meaning: str
    formula: str = ""
    built: bool = True


@dataclass(slots=True)
class Lately:
    """The kinds that were taken last, the newest first."""

    kinds: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_RECENT))

    def took(self, kind: str) -> None:
        """Remember a kind that was taken."""
        if kind in self.kinds:
            self.kinds.remove(kind)
        self.kinds.appendleft(kind)


LATELY = Lately()
"""What was taken in this program, over all files."""


@cache
def kinds() -> tuple[Choice, ...]:
    """The language's own, group by group; what no group names comes last."""
    found = list[Choice]()
    for group, names in GROUPS.items():
        found += sorted((_choice(name, group) for name in names), key=lambda choice: not choice.built)
    placed = {choice.name for choice in found}
    return (*found, *(_choice(name, "Other") for name in words(*NETWORK) if name not in placed))


def _choice(name: str, group: str) -> Choice:
    kind = find_layer(name)
    assert kind is not None, f"the palette has a kind `{name}` that the language has not"
    return Choice(name, group, kind.help, kind.formula, "later" not in kind.traits)


def own_kinds(document: Document | None) -> tuple[Choice, ...]:
    """The blocks and networks of a file, in its order."""
    found = list[Choice]()
    for section, what in (("blocks", "block"), ("networks", "network")):
        part = document.find((section,)) if document is not None else None
        for name, inner in part.inner.items() if part is not None else ():
            options = inner.inner.get("options")
            given = ", ".join(map(str, options.inner)) if options is not None else ""
            about = inner.inner.get("about")
            meaning = (about.text or "") if about is not None else f"A {what} of this file."
            found.append(Choice(str(name), OWN, meaning, f"options: {given}" if given else ""))
    return tuple(found)


def palette(document: Document | None, lately: Lately = LATELY) -> tuple[Choice, ...]:
    """All rows without a search: the file's own, those taken lately, then group by group."""
    own = own_kinds(document)
    by_name = {choice.name: choice for choice in kinds()}
    recent = [by_name[name] for name in lately.kinds if name in by_name]
    again = (Choice(one.name, RECENT, one.meaning, one.formula, one.built) for one in recent)
    return (*own, *again, *kinds())


def search(query: str, rows: Sequence[Choice]) -> tuple[Choice, ...]:
    """The rows that a query may mean, the likeliest first; each kind once."""
    # `nn.Linear`, `layers.Dense`
    asked = " ".join(query.lower().rpartition(".")[2].split())
    if not asked:
        return tuple(rows)
    found, ranked = set[str](), list[tuple[int, int, Choice]]()
    for number, choice in enumerate(rows):
        rank = _rank(asked, choice)
        if rank is not None and choice.name not in found:
            found.add(choice.name)
            ranked.append((rank, number, choice))
    if not ranked and (near := nearest(asked.replace(" ", "_"), [choice.name for choice in rows])):
        return tuple(choice for choice in rows if choice.name == near)[:1]
    return tuple(choice for _, _, choice in sorted(ranked, key=lambda row: row[:2]))


def advice(query: str) -> str:
    """How something is said here that is no kind; empty for other words."""
    return hint("_".join(query.split())) or hint(query.strip()) or ""


def _rank(asked: str, choice: Choice) -> int | None:
    """How likely the choice is meant: 0 surely; None for not at all."""
    bare, name = _bare(asked), _bare(choice.name)
    habits = _habits().get(choice.name, ())
    tests: tuple[bool, ...] = (
        name == bare or choice.name in called(asked.replace(" ", "_")) or bare in habits,
        name.startswith(bare),
        any(word.startswith(bare) for word in habits),
        bare in name,
        _means(asked, choice),
        len(bare) > 1 and _in_order(bare, name),
    )
    return next((rank for rank, holds in enumerate(tests) if holds), None)


def _bare(text: str) -> str:
    return text.lower().replace("_", "").replace("-", "").replace(" ", "")


def _means(asked: str, choice: Choice) -> bool:
    """Whether every word asked for begins a word of what the kind does."""
    told = [word.strip(".,:;()").lower() for word in (choice.meaning + " " + choice.group).split()]
    return all(any(word.startswith(part) for word in told) for part in asked.split())


def _in_order(bare: str, name: str) -> bool:
    """Whether the letters stand in the name in this order, the first at its beginning: `bnorm`, `gap`."""
    letters: Iterator[str] = iter(name)
    return name[:1] == bare[:1] and all(letter in letters for letter in bare)


@cache
def _habits() -> Mapping[str, tuple[str, ...]]:
    """What other libraries call each kind."""
    found = dict[str, list[str]]()
    pairs: Iterable[tuple[str, str]] = [
        *SYNONYMS.items(), *((word, name) for word, names in OTHERWISE.items() for name in names), *EXTRA,
    ]  # fmt: skip
    for word, name in pairs:
        if find_layer(name) is not None:
            found.setdefault(name, []).append(_bare(word))
    return {name: tuple(dict.fromkeys(each)) for name, each in found.items()}


EXTRA = (
    ("residual", "add"), ("skip connection", "add"), ("shortcut", "add"), ("merge", "concat"),
    ("multiheadattention", "attention"), ("self attention", "attention"), ("transformer", "attention"),
    ("simplernn", "recurrent"), ("rnn", "recurrent"), ("lambda", "formula"), ("unflatten", "reshape"),
    ("view", "reshape"), ("dropout2d", "dropout"), ("spatialdropout2d", "dropout"), ("parameter", "variable"),
    ("positional encoding", "positions"), ("transposed convolution", "conv_transpose2d"), ("gaussian", "normal"),
    ("randn", "normal"), ("rand", "uniform"), ("argmax", "pick"), ("gather", "pick"), ("slice", "split"),
    ("chunk", "split"), ("nms", "detections"), ("grad", "gradient"),
)  # fmt: skip
"""Words that mean no kind in a file, and find one in the palette."""
