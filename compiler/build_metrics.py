"""What is reported beside the loss: metrics with the tensors they compare."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from ..dsl.kinds.kind import KINDS
from ..dsl.places import Place
from ..dsl.spec import Entry, Step
from .build_data import target_node
from .build_draft import UNKNOWN, Draft
from .build_loss import ending, of_amounts, squashes
from .build_names import Walker, reference
from .build_options import Options, entry_options
from .experiment import MetricUse, Scores, Term

TAKEN = frozenset({"loss", "examples"})
"""Names that the run reports itself."""


def metrics(walker: Walker, step: Step, found: tuple[Term, ...]) -> tuple[MetricUse, ...]:
    """The metrics asked for; where none are named, accuracy comes with cross-entropy."""
    found = tuple(term for term in found if "target" in term.tensors and not term.when_training)
    if step.metrics is None:
        return _by_default(walker.draft, step, found)
    uses: list[MetricUse] = []
    for entry in step.metrics:
        options = entry_options(walker.draft, "metric", entry, walker.main.scope)
        name = entry.name or entry.kind
        if name in TAKEN or any(use.name == name for use in uses):
            walker.draft.error(
                "E229", entry.place, f"two reported numbers are called `{name}`", "Give one another `name:`."
            )
        elif options is not None:
            uses += _asked(walker, entry, name, options, found)
    return tuple(uses)


def _by_default(draft: Draft, step: Step, found: tuple[Term, ...]) -> tuple[MetricUse, ...]:
    counted = [term for term in found if squashes(term.kind) and _classes(draft, term.tensors["target"])]
    names = ["accuracy"] if len(found) == 1 else [f"{term.name}_accuracy" for term in counted]
    return tuple(
        _use(draft, "accuracy", name, {"threshold": 0.5}, _of(term), scores_of(draft, term), step.place, term.where)
        for name, term in zip(names, counted, strict=False)
    )


def _classes(draft: Draft, target: str) -> bool:
    column = draft.column(target)
    return column is not None and column.classes is not None


def _asked(walker: Walker, entry: Entry, name: str, options: Options, found: tuple[Term, ...]) -> list[MetricUse]:
    """The metric with its tensors, in a list; an empty one after a mistake."""
    term = _term_for(entry.kind, found)
    pair: tuple[str, str] | None = _of(term) if term else None
    scores: Scores = scores_of(walker.draft, term) if term else "classes"
    if options.get("prediction") is not None or entry.from_:
        prediction = _tensor(walker, entry, options, "prediction")
        same = pair is not None and pair[0] == prediction
        pair = (prediction, pair[1] if pair else UNKNOWN)
        scores = scores if same else _scores_alone(walker.draft, prediction)
    if options.get("target") is not None:
        pair = (pair[0] if pair else UNKNOWN, _tensor(walker, entry, options, "target"))
    if not walker.draft.whole and (pair is None or UNKNOWN in pair):
        return []
    if pair is None or UNKNOWN in pair:
        walker.draft.error(
            "E226", entry.place, f"`{entry.kind}` has no loss to take its tensors from",
            f"Write `{entry.kind}: {{prediction: …, target: …}}`.",
        )  # fmt: skip
        return []
    if not _counts(walker.draft, entry, pair, term):
        return []
    if not _fits(walker.draft, entry, pair) or not _threshold(walker.draft, entry, scores):
        return []
    return [_use(walker.draft, entry.kind, name, options, pair, scores, entry.place)]


def _counts(draft: Draft, entry: Entry, pair: tuple[str, str], term: Term | None) -> bool:
    """Whether a metric of right answers is asked of something that has such."""
    column = draft.column(pair[1])
    if _of_amounts(entry.kind) or column is None or column.classes is not None:
        return True
    single = math.prod(draft.sizes[pair[1]] or ()) == 1
    if term is None or not of_amounts(term.kind) or not single or (column.low, column.high) == (0.0, 1.0):
        return True
    way = f"Write `mae` or `r2`; classes are read with `fields: {{{column.name}: {{as: category}}}}`."
    draft.error("E228", entry.place, f"`{entry.kind}` counts right answers, and `{column.name}` is a number", way)
    return False


def _tensor(walker: Walker, entry: Entry, options: Options, name: str) -> str:
    value = options.get(name)
    if value is None:
        return reference(walker, walker.main, *cast(tuple[tuple[str, Place], ...], entry.from_)[0])
    if name == "target" and value in walker.draft.schema.columns:
        return target_node(walker.draft, walker.main, str(value))
    return reference(walker, walker.main, str(value), entry.value_place(name))


def _of_amounts(metric: str) -> bool:
    return "amounts" in KINDS["metric", metric].traits


def _term_for(kind: str, found: tuple[Term, ...]) -> Term | None:
    """The first part of the loss of the metric's own sort, else the first of all."""
    fitting = (term for term in found if of_amounts(term.kind) is _of_amounts(kind))
    return next(fitting, found[0] if found else None)


def _of(term: Term) -> tuple[str, str]:
    first = next(tensor for name, tensor in term.tensors.items() if name != "target")
    return first, term.tensors["target"]


def scores_of(draft: Draft, term: Term) -> Scores:
    """How the prediction that a loss compares decides."""
    first, target = _of(term)
    have, column = draft.sizes[first], draft.column(target)
    if term.kind == "binary_cross_entropy":
        return "logits" if "logits" in term.tensors and ending(draft, first)[0] is None else "probabilities"
    if have is not None and math.prod(have) == 1:
        return "margins" if term.kind == "hinge" else "probabilities"
    return "margins" if term.kind == "hinge" and column is None else "classes"


def _scores_alone(draft: Draft, prediction: str) -> Scores:
    """How a prediction decides that no loss is known to compare."""
    sizes = draft.sizes[prediction]
    return "probabilities" if sizes is not None and math.prod(sizes) == 1 else "classes"


def _threshold(draft: Draft, entry: Entry, scores: Scores) -> bool:
    """A threshold is for outputs that say yes or no by a probability; anywhere else it would say nothing."""
    if "threshold" not in entry.options or scores in ("logits", "probabilities"):
        return True
    how = "the greatest of several scores wins" if scores == "classes" else "a margin above 0 is a yes"
    draft.error(
        "E228", entry.option_places["threshold"], f"a threshold says nothing here: {how}", "Leave `threshold` out."
    )  # fmt: skip
    return False


def _fits(draft: Draft, entry: Entry, pair: tuple[str, str]) -> bool:
    have, sizes = draft.sizes[pair[0]], draft.sizes[pair[1]]
    if have is None or sizes is None:
        return True
    units, numbers = math.prod(have), math.prod(sizes)
    column = draft.column(pair[1])
    classes = column is not None and column.classes is not None and draft.nodes[pair[1]].type.dtype == "int32"
    if units == numbers or (classes and have[:-1] == sizes):
        single = units == 1 or classes
        if entry.kind == "top_k" and not (classes and units > 1):
            return _misfit(
                draft, entry, f"`top_k` wants a row of scores and a class, but the prediction is {list(have)}"
            )
        if entry.kind == "confusion_matrix" and not single and not (column and column.classes):
            return _misfit(
                draft, entry, "`confusion_matrix` wants one class an example, but the target is several numbers"
            )
        return True
    return _misfit(
        draft,
        entry,
        f"`{entry.kind}`: the prediction `{pair[0]}` is {list(have)}, the target `{pair[1]}` is {list(sizes)}",
    )


def _misfit(draft: Draft, entry: Entry, message: str) -> bool:
    draft.error("E228", entry.place, message, "Name the tensors it should compare: {prediction: …, target: …}.")
    return False


def _use(
    draft: Draft,
    kind: str,
    name: str,
    options: Mapping[str, object],
    pair: tuple[str, str],
    scores: Scores,
    place: Place,
    where: str | None = None,
) -> MetricUse:
    return MetricUse(kind, name, options, *pair, draft.origin(place, f"train.metrics.{name}"), scores, where)
