"""What stands in the boxes of a picture: families, options in words, numbers a person reads."""

from __future__ import annotations

from ..dsl.kinds.kind import REQUIRED
from ..dsl.kinds.tables import find_layer, lookup
from ..dsl.kinds.windows import CONVOLUTIONS
from .diagram import Box, Family, Group
from .experiment import options_of
from .graph import Node

FAMILIES: dict[str, Family] = {
    **dict.fromkeys(("dense", *CONVOLUTIONS.values(), "embedding", "variable", "positions"), "weights"),
    **dict.fromkeys(("lstm", "lstm_cell", "gru", "gru_cell", "recurrent", "attention"), "memory"),
    **dict.fromkeys(("batch_norm", "layer_norm", "unit_length", "local_response_norm"), "norm"),
    **dict.fromkeys(("max_pool", "avg_pool", "global_avg_pool", "global_max_pool", "max_unpool", "resize"), "pool"),
    **dict.fromkeys(("sum", "mean"), "pool"),
    **dict.fromkeys(("flatten", "reshape", "split", "pick", "shift", "one_hot", "chain", "mode", "number"), "shape"),
    **dict.fromkeys(("dropout", "normal", "uniform", "bernoulli"), "noise"),
    **dict.fromkeys(("formula", "gradient", "detections"), "formula"),
    "field": "data",
}  # fmt: skip
AXES_OF = {kind: axes for axes, kind in CONVOLUTIONS.items()}
"""Along how many axes each convolution's window moves."""
SILENT = frozenset({"weights", "bias", "activation", "formula", "shape"})
"""Options that a box tells in another way."""
MOST = 44
"""The longest detail in a box, in characters."""


def family_of(kind: str) -> Family:
    """What a layer's box looks like. A kind that is in no list is told by what its table says of it."""
    if kind in FAMILIES:
        return FAMILIES[kind]
    if lookup("joiner", kind):
        return "join"
    return "activation" if lookup("activation", kind) else "weights"


def detail_of(node: Node) -> str:
    """A layer's options in a few words; those that stand at their default are left out."""
    options = options_of(node)
    if node.op == "formula":
        return str(options.get("formula", ""))
    if node.op == "dense":
        units = options["units"]
        return f"{units} unit{'s' if units != 1 else ''}"
    words: list[str] = []
    if node.op in AXES_OF:
        filters = options.pop("filters")
        window = sizes(options.pop("kernel", (1,)), AXES_OF[node.op])
        words.append(f"{filters} filter{'s' if filters != 1 else ''} {window}")
    elif "size" in options and node.op.endswith("_pool"):
        words.append(sizes(options.pop("size"), node.type.rank - 2))
    elif node.op == "resize" and options.get("size") is None:
        words.append(f"× {_words(options.pop('scale'))}")
    kind = find_layer(node.op)
    defaults = {o.name: o.default for o in kind.options if o.default is not REQUIRED} if kind else {}
    for name, value in options.items():
        if name not in SILENT and value is not None and value != defaults.get(name):
            words.append(_option(name, value))
    return ", ".join(words)


def _option(name: str, value: object) -> str:
    if name == "padding" and isinstance(value, str):
        return value
    if value is True:
        return name.replace("_", " ")
    same = isinstance(value, tuple) and len(set(value)) == 1 and isinstance(value[0], int)
    return f"{name.replace('_', ' ')} {value[0] if same and isinstance(value, tuple) else _words(value)}"


def sizes(value: object, axes: int = 2) -> str:
    """`(3, 3)` as `3×3`; one number stands for all sides. Along one axis `of 3`."""
    each = value if isinstance(value, tuple) else (value,)
    if axes == 1:
        return f"of {each[0]}"
    return "×".join(map(str, each * axes if len(each) == 1 else each))


def _words(value: object) -> str:
    if isinstance(value, tuple) and value and all(isinstance(v, int) for v in value):
        return "×".join(map(str, value))
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        return value[0]
    return f"{value:g}" if isinstance(value, float) else str(value)


def shape_of(node: Node) -> str:
    """One example's shape as `8×8×1`; a single number has the shape `1`."""
    return "×".join(map(str, node.type.shape[1:] if node.type.shape else ())) or "1"


def count(number: float) -> str:
    """A number in few characters: `950`, `61,706`, `417 k`, `25.6 M`, `11.3 G`."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= max(size, 1e5):
            scaled = number / size
            return f"{scaled:.0f} {unit}" if scaled >= 100 else f"{scaled:.1f} {unit}"
    return f"{number:,.0f}"


def time(nanoseconds: float) -> str:
    """A predicted time: `35 ns`, `1.2 µs`, `3.4 ms`."""
    for size, unit in ((1e6, "ms"), (1e3, "µs")):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.0f} ns"


def headline(box: Box) -> str:
    """What kind of thing it is: `dense · relu`. A name that says the kind (`dense1`) leaves only the rest to say."""
    told = _tells(box.name.partition(" … ")[0], box.kind) or box.name == box.kind
    return " · ".join(word for word in ("" if told else box.kind, box.activation) if word)


def title(item: Box | Group) -> tuple[str, str]:
    """What a box or a frame is called, in strong and in quiet words: `conv1`, `conv2d · relu`.

    What stands for several says so first: `3 × Residual`, `stage.2 … 4`, or `5 × (2 layers)`, `dense1 … norm5`.
    """
    if item.repeat > 1:
        return f"{item.repeat} × {item.kind}", " · ".join(word for word in (item.name, _active(item)) if word)
    if isinstance(item, Box):
        return item.name, headline(item)
    return item.name, item.note or ("" if _tells(item.name, item.kind) else item.kind)


def _active(item: Box | Group) -> str:
    return item.activation if isinstance(item, Box) else ""


def many(number: int, unit: str) -> str:
    """`1 layer`, `3 layers`."""
    return f"{number} {unit if number != 1 else unit.removesuffix('s')}"


def _tells(name: str, kind: str) -> bool:
    """Whether a name says the kind already, as `dense1` does."""
    return name.rpartition(".")[2].rstrip("0123456789") == kind


def wrapped(text: str, width: int = 42, most: int = 3) -> list[str]:
    """Words in lines of about `width` characters, at most so many lines."""
    lines = [""]
    for word in cut(text, width * most).split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [cut(line, width) for line in lines if line][:most]


def costs_in_words(box: Box) -> str:
    """`4,160 parameters · 4,096 multiply-adds`; nothing where there is nothing."""
    words = []
    if box.parameters:
        words.append(f"{count(box.parameters)} parameters{' held' if box.held else ''}")
    if box.multiply_adds:
        words.append(f"{count(box.multiply_adds)} multiply-adds")
    if box.cost:
        words.append(f"{time(box.cost)}{' predicted' if box.spent else ''}")
    return " · ".join(words)


def spent_in_words(box: Box) -> str:
    """`1.2 ms 34%`: the time of each, and its share of the whole."""
    return f"{time(box.spent)} {box.part:.0%}" if box.part >= 0.0095 else f"{time(box.spent)} {box.part:.1%}"


def cut(text: str, most: int = MOST) -> str:
    """The text on one line, at most so long, with a sign where something is missing."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
