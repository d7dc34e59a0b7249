"""What the standard layout makes of an entry: the kind first, the short form where it says as much, sections in
the order of the grammar."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .entries import ALL_BESIDE, AUGMENT, LAYERS, LOSS, METRIC, OPTIMIZER, PENALTY, PREPARE, READ_AS, SOURCE, Site
from .format_nodes import BLANK, Item, Node
from .kinds.kind import Kind
from .kinds.tables import lookup
from .load import FILE
from .sections import RECIPES
from .walk import PART

ACTIVATION, START, LIVE = Site(("activation",), ""), Site(("start",), ""), Site(("live",), "")
EDITOR = "# yaml-language-server:"
"""A line that an editor reads; it stays at the top of the file."""
STEP: dict[str, Site] = {
    "loss": LOSS, "metrics": METRIC, "penalties": PENALTY, "after_step": PENALTY, "optimizer": OPTIMIZER,
}  # fmt: skip


def arranged(root: Node) -> list[str]:
    """Bring the file's values into their standard form, in place; gives the lines that stay at its top."""
    head = _head(root)
    _Arranging(_main_options(root)).file(root)
    if root.item("netloom") is None:
        root.items.insert(0, Item(Node("scalar", "1", plain=True), "netloom"))
    place = {key: number for number, key in enumerate(FILE)}
    root.items.sort(key=lambda item: place.get(item.key or "", len(place)))
    for item in root.items:
        _settle(item)
    return head


def _settle(item: Item) -> None:
    """Comments where the layout can write them: one at the end of a line, none between a dash and its first word."""
    for inner in item.node.items:
        _settle(inner)
        if inner.key is None and inner.node.items:
            first = inner.node.items[0]
            inner.before += [line for line in first.before if line != BLANK]
            first.before = []
            if first.ends:
                inner.before, inner.ends = [*inner.before, *inner.ends], []
    item.before, item.ends = [*item.before, *item.ends[:-1]], item.ends[-1:]


def _head(root: Node) -> list[str]:
    """The comment at the top that is for the file, not for what comes first in it: all of it before `netloom` or
    `name`, else what an empty line parts from the rest."""
    first = root.items[0]
    if first.key in ("netloom", "name"):
        count = len(first.before)
    else:
        ends = [n + 1 for n, line in enumerate(first.before) if line == BLANK or line.startswith(EDITOR)]
        count = max(ends, default=0)
    head, first.before = first.before[:count], first.before[count:]
    return head


def _main_options(root: Node) -> dict[str, str]:
    """The first option of each block of the file: it may stand alone."""
    blocks = root.item("blocks")
    found = dict[str, str]()
    for block in blocks.node.items if blocks else ():
        options = block.node.item("options")
        if options is not None and options.node.form == "table" and options.node.items:
            found[block.key or ""] = options.node.items[0].key or ""
    return found


class _Arranging:
    """Walks the file by the grammar. What it does not know it leaves as it is."""

    def __init__(self, own: dict[str, str]) -> None:
        self.own = own

    def file(self, root: Node) -> None:
        for item in root.items:
            item.node.narrow = item.key != "options"
        each: dict[str, Callable[[Item], None]] = {
            "data": self.data, "blocks": self.parts, "networks": self.parts, "network": self.network,
            "graph": self.main_graph, "train": self.step, "evaluate": self.evaluate, "generate": self.generate,
        }  # fmt: skip
        for item in root.items:
            if item.key in each:
                each[item.key](item)

    def data(self, item: Item) -> None:
        table = item.node
        if table.form == "table" and table.item("source") is None and not any(map(table.item, RECIPES)):
            for inner in table.items:
                if inner.node.item("source") is not None:
                    self.data(inner)
            return
        self.keyed(table, {"source": SOURCE, "prepare": PREPARE, "augment": AUGMENT})
        fields = table.item("fields")
        if fields is not None:
            fields.node.narrow = True
        for field in fields.node.items if fields else ():
            self.keyed(field.node, {"as": READ_AS, "prepare": PREPARE})

    def keyed(self, table: Node, sites: dict[str, Site]) -> None:
        for key, site in sites.items():
            if (found := table.item(key)) is not None:
                self.entries(found, site)

    def parts(self, item: Item) -> None:
        item.node.block = True
        for part in item.node.items:
            table = part.node
            table.narrow = True
            if len(table.items) == 1 and PART.fullmatch(table.items[0].key or ""):
                self.entry(part, LAYERS, short=False)
            else:
                self.body(table)

    def network(self, item: Item) -> None:
        item.node.block = True
        self.body(item.node)
        for key in ("layers", "graph"):
            if (inner := item.node.item(key)) is not None:
                inner.node.block = True

    def body(self, table: Node) -> None:
        if (layers := table.item("layers")) is not None:
            self.chain(layers, LAYERS)
        if (graph := table.item("graph")) is not None:
            self.graph(graph)

    def main_graph(self, item: Item) -> None:
        self.graph(item)
        item.node.block = True

    def graph(self, item: Item) -> None:
        item.node.block = len(item.node.items) > 1
        for line in item.node.items:
            if line.node.form == "list":
                self.chain(line, LAYERS, ("from",))
            else:
                # a bare word in a graph is a formula
                self.entry(line, LAYERS, short=False)

    def chain(self, item: Item, site: Site, flat: tuple[str, ...] = ()) -> None:
        """A list of entries. Wiring other than `flat` beside any of them puts each on its own line."""
        for inner in item.node.items:
            self.entry(inner, site)
            if inner.node.form == "table":
                inner.node.spread = True
                item.node.block = item.node.block or any(i.key not in flat for i in inner.node.items[1:])

    def entries(self, item: Item, site: Site) -> None:
        """A list of entries, or one."""
        if item.node.form == "list":
            self.chain(item, site, ("of",) if len(item.node.items) == 1 else ())
        else:
            self.entry(item, site)

    def entry(self, item: Item, site: Site, *, short: bool = True) -> None:
        table = item.node
        kinds = [inner for inner in table.items if inner.key not in ALL_BESIDE] if table.form == "table" else []
        if len(kinds) != 1:
            return
        kind = kinds[0]
        self.kind(kind, site)
        place = {key: number for number, key in enumerate(("", *ALL_BESIDE))}
        table.items.sort(key=lambda inner: 0 if inner is kind else place[inner.key or ""])
        if kind.key == "formula" or not (kind.node.nothing or _empty(kind.node)):
            return
        if len(table.items) == 1 and short and not table.trailing:
            _lift(item, kind, Node("scalar", kind.key or ""))
        elif kind.node.nothing:
            kind.node = Node("table")

    def kind(self, item: Item, site: Site) -> None:
        """What stands at a kind: its options, its branches, or its main option."""
        name, node = item.key or "", item.node
        known = site.find(name)
        if node.form == "list" and name == "chain":
            self.chain(item, site)
        if node.form != "table":
            return
        if known is not None:
            for inner in node.items:
                self.option(inner, known, site)
            node.block = known.family == "joiner" and len([i for i in node.items if i.node.form == "list"]) > 1
        main = known.main if known is not None else self.own.get(name)
        if main is not None and len(node.items) == 1 and name not in ("chain", "formula"):
            only = node.items[0]
            if only.key == main and only.node.form != "table" and not only.node.nothing and not node.trailing:
                _lift(item, only, only.node)

    def option(self, item: Item, kind: Kind, site: Site) -> None:
        """One option of a kind: some are entries themselves."""
        if kind.family == "joiner" and item.node.form == "list":
            self.chain(item, site)
            return
        if kind.name == "recurrent" and item.key == "cell":
            self.entry(item, LAYERS)
            return
        option = kind.option(item.key or "")
        if option is None or item.node.form != "table":
            return
        if option.type == "activation":
            self.entry(item, ACTIVATION)
        elif option.type in ("live", "schedulable"):
            self.entry(item, LIVE)
        elif option.type == "weights":
            self.weights(item)

    def weights(self, item: Item) -> None:
        table = item.node
        if len(table.items) == 1 and lookup("start", table.items[0].key or "") is not None:
            self.entry(item, START)
        elif (start := table.item("start")) is not None:
            self.entry(start, START)

    def step(self, item: Item) -> None:
        table = item.node
        if table.form != "table":
            return
        self.keyed(table, STEP)
        for key in ("phases", "alternate"):
            if (steps := table.item(key)) is not None:
                self.each(steps, self.step)

    def each(self, item: Item, what: Callable[[Item], None]) -> None:
        """A list of tables, or one: each pair has its line."""
        item.node.block = True
        inner: Iterable[Item] = item.node.items if item.node.form == "list" else (item,)
        for one in inner:
            what(one)
            one.node.spread = True

    def evaluate(self, item: Item) -> None:
        self.each(item, lambda one: self.keyed(one.node, {"metrics": METRIC}))

    def generate(self, item: Item) -> None:
        self.keyed(item.node, {"choose": READ_AS})


def _empty(node: Node) -> bool:
    return node.form != "scalar" and not node.items and not node.trailing


def _lift(outer: Item, inner: Item, node: Node) -> None:
    """Put `node` in the outer item's place; comments of the inner one go with it."""
    outer.before += [line for line in inner.before if line != BLANK]
    outer.ends += inner.ends
    outer.node = node
