"""What is minimised: the parts of the loss with their tensors, what the file leaves out filled in."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from ..dsl.kinds.kind import KINDS
from ..dsl.kinds.resolve import Scope, read_option
from ..dsl.kinds.tables import lookup
from ..dsl.settings import WEIGHT
from ..dsl.spec import Entry, Step
from .build_classes import check_classes, said
from .build_data import prepared, target_node
from .build_draft import UNKNOWN, Draft, Frame
from .build_modes import only_of
from .build_names import Walker, reference
from .build_options import Options, copies, entry_options, frozen_live, wanted
from .build_weights import THROUGH
from .experiment import Live, Term, activation_of, constant


def squashes(kind: str) -> str | None:
    """The activation that a loss takes together with its logarithm; None for a loss of no logarithm, or the file's own."""
    known = lookup("loss", kind)
    return known.squashes if known else None


def of_amounts(kind: str) -> bool:
    """Whether a loss compares amounts, not classes."""
    return _is(kind, "amounts")


def _is(kind: str, trait: str) -> bool:
    known = lookup("loss", kind)
    return known is not None and trait in known.traits


def terms(walker: Walker, step: Step, outputs: Mapping[str, str]) -> tuple[Term, ...]:
    """The parts of the loss; those with a mistake are left out."""
    draft, frame, found = walker.draft, walker.main, list[Term]()
    kinds = Counter(entry.kind for entry in step.loss)
    counted: Counter[str] = Counter()
    for entry in step.loss:
        counted[entry.kind] += 1
        name = entry.name or (entry.kind if kinds[entry.kind] == 1 else f"{entry.kind}{counted[entry.kind]}")
        if entry.repeat is None:
            found += _term(walker, entry, name, frame.scope, outputs)
        else:
            for at, walked in enumerate(copies(draft, frame.scope, entry), 1):
                found += _term(walker, entry, f"{name}.{at}", frame.scope.with_options(walked), outputs)
    _check_names(draft, step, found)
    return tuple(found)


def _check_names(draft: Draft, step: Step, found: list[Term]) -> None:
    seen = set[str]()
    for term in found:
        if term.name in seen:
            draft.error(
                "E229", step.place, f"two parts of the loss are called `{term.name}`", "Give one another `name:`."
            )
        seen.add(term.name)


def _term(walker: Walker, entry: Entry, name: str, scope: Scope, outputs: Mapping[str, str]) -> list[Term]:
    """One part, in a list; an empty one where it is not wanted or a mistake is in it."""
    draft = walker.draft
    asked = wanted(draft, scope, entry)
    if asked is False:
        return []
    if asked == "elsewhere":
        way = "Write `when: training`, or take it out."
        draft.error("E234", entry.place, f"the loss `{name}` would be left out in training", way)
    own = entry.kind[:1].isupper()
    options: Options | None = {} if own else entry_options(draft, "loss", entry, scope)
    if options is None:
        return []
    frame = replace(walker.main, scope=scope)
    if own or entry.kind == "formula":
        tensors = _value(walker, frame, entry, name, outputs)
    else:
        tensors = _tensors(walker, entry, options, outputs, scope)
    where = _where(walker, frame, entry, name)
    if UNKNOWN in (*tensors.values(), where):
        return []
    origin = draft.origin(entry.place, f"train.loss.{name}")
    kind = "formula" if own else entry.kind
    reads = [*tensors.values(), *([where] if where else ())]
    training = asked == "train" or any(only_of(draft.nodes[node]) == "train" for node in reads if node in draft.nodes)
    term = Term(kind, name, options, tensors, _weight(draft, entry, scope), origin, where, training)
    if kind == "formula":
        _check_value(draft, entry, tensors["value"])
    else:
        check_term(draft, entry, term)
    _check_where(draft, entry, term)
    return [term]


def _value(walker: Walker, frame: Frame, entry: Entry, name: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """A loss that is a formula, or a block of the file's own."""
    path = f"train.loss.{name}"
    if entry.kind == "formula":
        return {"value": walker.formula_entry(frame, path, entry, None)}
    reads = reference(walker, frame, *entry.from_[0]) if entry.from_ else None
    if reads is None and len(outputs) == 1:
        reads = next(iter(outputs.values()))
    return {"value": walker.part(frame, entry, reads, path)}


def _where(walker: Walker, frame: Frame, entry: Entry, name: str) -> str | None:
    """The node that says which examples count; None where all do."""
    if entry.where is None:
        return None
    return walker.formula(frame, f"train.loss.{name}.where", entry.where, classes=True)


def _check_value(draft: Draft, entry: Entry, node: str) -> None:
    sizes = draft.sizes[node]
    if sizes is not None and math.prod(sizes) != 1:
        draft.error(
            "E222", entry.place, f"a loss is one number an example, and this gives {said(sizes)}",
            "Add them up: `sum(...)` or `mean(...)`.",
        )  # fmt: skip


def _check_where(draft: Draft, entry: Entry, term: Term) -> None:
    """`where` speaks of examples, or of the numbers that the loss compares."""
    if term.where is None or entry.where is None:
        return
    have = draft.sizes[term.where]
    source = next(iter(term.tensors.values()))
    each = draft.sizes[source] if _is(term.kind, "by_number") else ()
    if have is None or each is None or math.prod(have) == 1 or have == each:
        return
    wanted_one = f", or {list(each)}: one for each number" if each else ""
    draft.error(
        "E222", entry.where.place, f"`where` gives {said(have)}",
        f"It says yes or no to one example{wanted_one}.",
    )  # fmt: skip


def _weight(draft: Draft, entry: Entry, scope: Scope) -> Live:
    if entry.weight is None:
        return constant(1.0)
    found = read_option(WEIGHT, entry.weight, scope, draft.diagnostics)
    return constant(1.0) if found is None else frozen_live(found)


# tensors (rule 18)


def first_tensor(kind: str) -> str:
    """How a loss calls what it compares with the target."""
    return "logits" if squashes(kind) else "prediction"


def _tensors(
    walker: Walker, entry: Entry, options: Options, outputs: Mapping[str, str], scope: Scope
) -> dict[str, str]:
    frame = replace(walker.main, scope=scope)
    first = first_tensor(entry.kind)
    if options.get("probabilities") is not None:
        source = _named(walker, frame, entry, options, "probabilities")
        # a softmax or sigmoid is taken together with the logarithm, whichever name it is given under
        if ending(walker.draft, source) != (squashes(entry.kind), True):
            first = "probabilities"
    elif options.get(first) is not None:
        source = _named(walker, frame, entry, options, first)
    elif entry.from_:
        source = reference(walker, frame, *entry.from_[0])
    else:
        source = _only_output(walker.draft, entry, outputs, first)
    if options.get("target") is not None:
        return {first: source, "target": _named(walker, frame, entry, options, "target")}
    return {first: source, "target": _default_target(walker.draft, frame, entry)}


def _named(walker: Walker, frame: Frame, entry: Entry, options: Options, name: str) -> str:
    value, place = options[name], entry.value_place(name)
    if isinstance(value, str):
        if name == "target" and value in walker.draft.schema.columns and value not in frame.names:
            return target_node(walker.draft, frame, value)
        return reference(walker, frame, value, place)
    if isinstance(value, int | float) and name == "target":
        return walker.draft.add(f"number {value:g}", "number", (), (), place, value=float(value))
    walker.draft.error("E222", place, f"`{name}` is {value}, and a tensor is wanted", "Name a tensor of the network.")
    return UNKNOWN


def _only_output(draft: Draft, entry: Entry, outputs: Mapping[str, str], first: str) -> str:
    if len(outputs) == 1:
        return next(iter(outputs.values()))
    if outputs:
        draft.error(
            "E220", entry.place, f"the network gives out {len(outputs)} tensors: which one is the {first}?",
            f"Write `{entry.kind}: {{{first}: {next(iter(outputs))}, target: …}}`.",
        )  # fmt: skip
    return UNKNOWN


def _default_target(draft: Draft, frame: Frame, entry: Entry) -> str:
    columns = draft.schema.columns
    if not draft.schema.known:
        return UNKNOWN
    if draft.spec.data is None:
        draft.error("E230", entry.place, "there is no data to train on", "Add a `data:` section.")
        return UNKNOWN
    if "label" in columns:
        return target_node(draft, frame, "label")
    free = [column for column in columns if column not in draft.inputs]
    if len(free) == 1:
        return target_node(draft, frame, free[0])
    said = f"{', '.join(free)} could each be it" if free else "every column is an input"
    draft.error(
        "E221", entry.place, f"what is the target of this loss? There is no column `label`, and {said}",
        f"Write `{entry.kind}: {{target: {free[0] if free else 'NAME'}}}`.",
    )  # fmt: skip
    return UNKNOWN


# checks


def check_term(draft: Draft, entry: Entry, term: Term) -> None:
    """Sizes, classes and the last activation of what a loss compares."""
    first = next(name for name in term.tensors if name != "target")
    source, target = term.tensors[first], term.tensors["target"]
    have, sizes = draft.sizes[source], draft.sizes[target]
    if have is None or sizes is None:
        return
    before = len(draft.diagnostics.errors)
    _check_sizes(draft, entry, source, have, target, sizes)
    if first == "logits":
        _check_ending(draft, entry, source, mismatched=len(draft.diagnostics.errors) > before)


def _check_sizes(
    draft: Draft, entry: Entry, source: str, have: tuple[int, ...], target: str, sizes: tuple[int, ...]
) -> None:
    if not _comparable(draft, entry, have, target):
        return
    column = draft.column(target)
    if column is not None and column.classes is not None and draft.nodes[target].type.dtype == "int32":
        check_classes(draft, entry, source, have, sizes, column.classes)
    elif _of_points(draft, entry, have, target, sizes):
        draft.later("cross_entropy of each number of a binarized column", entry.place)
    elif draft.nodes[target].op != "number" and math.prod(have) != math.prod(sizes):
        draft.error(
            "E222", entry.place,
            f"the prediction `{source}` is {said(have)}, the target `{target}` is {said(sizes)}",
            "Give the last layer as many units as the target has numbers.",
        )  # fmt: skip


def _of_points(draft: Draft, entry: Entry, have: tuple[int, ...], target: str, sizes: tuple[int, ...]) -> bool:
    """Whether two scores are given for each number of a column that `binarize` has made 0 or 1: two classes each."""
    steps = [step.kind for step in prepared(draft, target)]
    two = have[-1:] == (2,) and math.prod(have) == 2 * math.prod(sizes)
    return entry.kind == "cross_entropy" and steps[-1:] == ["binarize"] and two


def _comparable(draft: Draft, entry: Entry, have: tuple[int, ...], target: str) -> bool:
    """Whether a loss of probabilities is given what can be one: a class, or shares from 0 to 1."""
    column = draft.column(target)
    if column is None or column.classes is not None or not squashes(entry.kind):
        return True
    if entry.kind == "cross_entropy" and math.prod(have) == 1:
        draft.error(
            "E236", entry.place, f"cross_entropy tells classes apart, and `{target}` is a number",
            "Write `mse`; or read the column as classes: `as: category`.",
        )  # fmt: skip
        return False
    scaled = any(step.kind in ("scale", "binarize", "one_hot") for step in prepared(draft, target))
    most = max((*column.greatest, *((column.high,) if column.high is not None else ())), default=0.0)
    if not scaled and (most > 1 or (column.low is not None and column.low < 0)):
        draft.error(
            "E236", entry.place, f"{entry.kind} compares probabilities, and `{target}` goes up to {most:g}",
            "Scale it: `prepare: [scale]`; or write `mse`.",
        )  # fmt: skip
        return False
    return True


def _check_ending(draft: Draft, entry: Entry, source: str, *, mismatched: bool) -> None:
    """Logits come from a linear layer; the loss's own squashing is fused with it; any other is a mistake. Where the
    sizes are `mismatched`, a squashing that is another loss's is no second one: that loss is the way out of both."""
    last, direct = ending(draft, source)
    own = squashes(entry.kind)
    if last is None or (last == own and direct):
        return
    if last == own:
        message = f"`{source}` comes after the {own}, and {entry.kind} has to see the scores before it"
        place = draft.written(source, "activation") if source in draft.places else entry.place
        draft.error("E225", place, message, f"Make {own} the last layer, or leave it out.")
        return
    other = next((kind.name for kind in KINDS.values() if kind.squashes == last), None)
    if other and mismatched:
        return
    draft.error(
        "E225", draft.written(source, "activation") if source in draft.places else entry.place,
        f"{entry.kind} wants the scores of a linear layer (or {own}), but `{source}` ends in {last}",
        f"Write `{other}` as the loss, or take {last} away." if other else f"Take {last} away from the last layer.",
    )  # fmt: skip


def ending(draft: Draft, node_id: str) -> tuple[str | None, bool]:
    """The activation a tensor ends in (None: none), and whether no layer stands behind it."""
    node, direct = draft.nodes.get(node_id), True
    while node is not None and node.op in THROUGH:
        node, direct = draft.nodes.get(node.inputs[0]), False
    if node is None:
        return None, direct
    name = activation_of(node)
    return (None if name == "linear" else name), direct
