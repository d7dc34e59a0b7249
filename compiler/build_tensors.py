"""Tensors that are no layers of neurons: parts of one by name, rows of classes."""

from __future__ import annotations

from ..dsl.kinds.kind import Kind
from ..dsl.spec import Entry
from .build_data import readable
from .build_draft import UNKNOWN, Draft, Frame
from .build_options import Options


def add_split(draft: Draft, frame: Frame, entry: Entry, name: str, options: Options, source: str) -> str:
    """Parts along the last axis, each a node called `name.part`; which is meant has to be said."""
    have, parts = draft.sizes[source], {part: size for part, size in options.items() if isinstance(size, int)}
    for part, size in options.items():
        if part not in parts or isinstance(size, bool) or parts[part] < 1:
            place = entry.option_places.get(part, entry.place)
            draft.error("E105", place, f"the part `{part}` of `split` is {size}", "Write how many numbers it has.")
            return UNKNOWN
    frame.several[name] = tuple(parts)
    total, start = sum(parts.values()), 0
    if have is not None and (not have or have[-1] != total):
        sum_said = " + ".join(map(str, parts.values()))
        draft.error(
            "E201", entry.kind_place,
            f"`{name}`: the parts are {sum_said} = {total} numbers, and the last axis of {list(have)} has {have[-1] if have else 0}",
            "Let the parts add up to the last axis.",
        )  # fmt: skip
        have = None
    if not readable(draft, source, entry.kind_place):
        have = None
    for part, size in parts.items():
        sizes = None if have is None else (*have[:-1], size)
        path = f"{frame.path}{name}.{part}"
        found = (("start", start), ("stop", start + size))
        draft.add(path, "split", (source,), sizes, entry.place, options=found, weights=(), multiply_adds=0)
        frame.names[f"{name}.{part}"] = path
        start += size
    return UNKNOWN


def complete(draft: Draft, entry: Entry, kind: Kind, options: Options, sources: list[str]) -> bool:
    """Fill in what only the network knows; whether nothing of a later version is asked for.

    A layer of rows of classes has as many as the column it reads, where the file says nothing. One that undoes a pool
    reads what the pool read, too.
    """
    if kind.option("classes") and options.get("classes") is None and sources:
        column = draft.column(sources[0])
        options["classes"] = column.classes if column is not None else None
    if kind.name == "max_unpool" and UNKNOWN not in sources and len(sources) > 1:
        return _pooled(draft, entry, sources)
    if kind.name == "shift" and isinstance(options.get("fill"), str):
        draft.later("`shift` that fills with a symbol", entry.option_places.get("fill", entry.place))
        return False
    return True


def _pooled(draft: Draft, entry: Entry, sources: list[str]) -> bool:
    """Add what the named pool has read to `sources`; whether it is a pool."""
    pool = draft.nodes[sources[1]]
    if pool.op != "max_pool":
        what = "a column" if pool.op == "field" else f"of the kind `{pool.op}`"
        draft.error(
            "E217", entry.value_place("pool"), f"`{sources[1]}` is {what}, and a `max_pool` is wanted",
            "Name the layer whose largest numbers are to go back where they stood.",
        )  # fmt: skip
        return False
    # a pool with a mistake may read nothing
    sources += pool.inputs[:1]
    return bool(pool.inputs)
