"""What can be said of a spec before anything is known of sizes and data: kinds, options, their types and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import settings
from .diagnostics import Diagnostics
from .entries import AUGMENT, LAYERS, LOSS, METRIC, OPTIMIZER, PENALTY, PREPARE, SOURCE, Site
from .formula import UNKNOWN, FormulaMistake
from .kinds.computed import Scope, value_of
from .kinds.kind import Option as KindOption
from .kinds.resolve import read_option, resolve, settle
from .kinds.tables import curve_alone, suggest, words
from .places import Place
from .spec import Block, Body, Data, Entry, Option, Spec, Step
from .suggest import did_you_mean, hint, nearest
from .tree import Scalar, Sequence, Table, Tree
from .walk import PART


def file_scope(spec: Spec, diagnostics: Diagnostics, *, open: bool = False) -> Scope:
    """The file's options as values, in order: a default may use those before it."""
    scope = Scope({}, open)
    for name, option in spec.options.items():
        scope = scope.with_options({name: _default(option, scope, diagnostics)})
    return scope


def _default(option: Option, scope: Scope, diagnostics: Diagnostics) -> object:
    if option.default is None:
        return UNKNOWN
    try:
        return value_of(option.default, scope)
    except FormulaMistake as mistake:
        mistake.record(diagnostics)
        return UNKNOWN


def check_options(spec: Spec, diagnostics: Diagnostics) -> None:
    """Record every unknown kind and option, and every value of the wrong type or out of its limits."""
    check = _Check(spec, diagnostics)
    file = file_scope(spec, diagnostics, open=True)
    for block in spec.blocks.values():
        own = dict.fromkeys(block.options, UNKNOWN)
        for option in block.options.values():
            _default(option, file, diagnostics)
        check.body(block.body, Scope(own, open=True))
        check.outputs(block)
    for network in spec.networks.values():
        if network.body is not None:
            check.body(network.body, file)
        if network.instance is not None:
            check.entry(network.instance, LAYERS, file)
    check.body(spec.network, file)
    if spec.data is not None:
        check.data(spec.data, file)
    if spec.train is not None:
        check.step(spec.train, file)
    _check_study(spec, diagnostics)
    for setting in settings.RUN:
        if setting.name in spec.run:
            read_option(setting, spec.run[setting.name], file, diagnostics)


def _check_study(spec: Spec, diagnostics: Diagnostics) -> None:
    """Only options vary: a tried file is the file plus `--set`."""
    study = spec.later.get("study")
    vary = study.items.get("vary") if isinstance(study, Table) else None
    if not isinstance(vary, Table):
        return
    for name, tree in vary.items.items():
        if name not in spec.options:
            way = did_you_mean(name, spec.options) or f"Declare it, and use it as `${name}`: `options: {{{name}: …}}`."
            diagnostics.error("E111", vary.keys[name], f"`vary` names options of the file, and `{name}` is none", way)
        elif not isinstance(tree, Table | Sequence):
            way = "Write `[1, 2]`, or `{log: [low, high]}`."
            diagnostics.error("E104", tree.place, f"`{name}` varies over a list, or from low to high", way)


class _Check:
    def __init__(self, spec: Spec, diagnostics: Diagnostics) -> None:
        self.spec, self.diagnostics = spec, diagnostics
        self.own = [*spec.blocks, *spec.networks]

    def body(self, body: Body, scope: Scope) -> None:
        for entry in _entries(body):
            self.entry(entry, LAYERS, scope)

    def outputs(self, block: Block) -> None:
        """A cell is not walked before it is run: what it gives out has to be one of its own."""
        if not isinstance(block.state, Table) or not isinstance(block.next, Table):
            return
        lines = [line.name for line in block.body.graph or ()]
        own = [*lines, *(item.name for item in block.body.inputs or ()), *block.state.items]
        given = list(block.body.output or ())
        given += [(tree.text, tree.place) for tree in block.next.items.values() if isinstance(tree, Scalar)]
        for path, place in given:
            if lines and path.split(".")[0] not in own and not path.startswith("$"):
                near = did_you_mean(path, own) or f"It has {', '.join(own)}."
                self.diagnostics.error("E202", place, f"there is no tensor called `{path}` in `{block.name}`", near)

    def chain(self, chain: tuple[Entry, ...], site: Site, scope: Scope) -> None:
        for entry in chain:
            self.entry(entry, site, scope)

    def entry(self, entry: Entry, site: Site, scope: Scope) -> None:
        scope = _repeated(entry, scope)
        for branch in (entry.branches or {}).values():
            self.chain(branch, site, scope)
        for path, place in entry.from_ or ():
            self._names_option(path, place, scope)
        if site is LOSS and entry.weight is not None:
            read_option(settings.WEIGHT, entry.weight, scope, self.diagnostics)
        kind = site.find(entry.kind)
        if kind is not None:
            if entry.branches is None or entry.kind != "chain":
                resolve(kind, entry, scope, self.diagnostics)
        elif PART.fullmatch(entry.kind) and site.families[0] in ("layer", "loss"):
            self._part(entry, site, scope)
        else:
            what = site.what.removeprefix("an ").removeprefix("a ")
            if entry.kind in self.own:
                return  # a part by a name that parts cannot have: said where it is declared
            own = self.own if site.families[0] in ("layer", "loss") else []
            self.diagnostics.error(
                "E101", entry.kind_place, f"there is no {what} `{entry.kind}`",
                _curve(entry, site) or suggest(entry.kind, *site.families, own=own),
            )  # fmt: skip
            self._guessed(entry, nearest(entry.kind, [*words(*site.families), *own]), site, scope)

    def _guessed(self, entry: Entry, near: str | None, site: Site, scope: Scope) -> None:
        """The options of an entry whose kind is misspelt, held against those of the kind that was meant."""
        kind = site.find(near) if near is not None else None
        if kind is not None and entry.branches is None:
            resolve(kind, entry, scope, self.diagnostics)

    def _names_option(self, path: str, place: Place, scope: Scope) -> None:
        for name in (step[1:] for step in path.split(".") if step.startswith("$")):
            if name not in scope.options:
                self.diagnostics.error(
                    "E111", place, f"no option is called `{name}` here", did_you_mean(name, scope.options)
                )

    def _part(self, entry: Entry, site: Site, scope: Scope) -> None:
        """An entry of the file's own kind: a block or a network."""
        if entry.kind not in self.own:
            there = [*self.own, *words(*site.families)]
            near = _curve(entry, site) or did_you_mean(entry.kind, there) or hint(entry.kind)
            self.diagnostics.error(
                "E101", entry.kind_place, f"no block or network is called `{entry.kind}`",
                near or "Declare it under `blocks:` or `networks:`.",
            )  # fmt: skip
            self._guessed(entry, nearest(entry.kind, there), site, scope)
            return
        known = self._names_of(entry.kind)
        for name, tree in entry.options.items():
            if known is not None and name not in known:
                self.diagnostics.error(
                    "E102", entry.option_places[name], f"`{entry.kind}` has no option or input `{name}`",
                    did_you_mean(name, known) or (f"It has {', '.join(known)}." if known else "It has none."),
                )  # fmt: skip
            self._value(tree, scope)
        if entry.main is not None:
            self._value(entry.main, scope)

    def _names_of(self, part: str) -> list[str] | None:
        """Options and inputs of a block or network; None where they are not said."""
        block = self.spec.blocks.get(part)
        if block is not None:
            inputs = block.body.inputs
            return [*block.options, *(i.name for i in inputs or ())]
        network = self.spec.networks[part]
        if network.body is None or network.body.inputs is None:
            return None
        return [i.name for i in network.body.inputs]

    def _value(self, tree: Tree, scope: Scope) -> None:
        """The `$` of a value that is given to a block."""
        if isinstance(tree, Table | Sequence):
            for inner in tree.items.values() if isinstance(tree, Table) else tree.items:
                self._value(inner, scope)
            return
        try:
            value_of(tree, scope)
        except FormulaMistake as mistake:
            mistake.record(self.diagnostics)

    def data(self, data: Data, scope: Scope) -> None:
        self.entry(data.source, SOURCE, scope)
        self.chain(data.prepare, PREPARE, scope)
        self.chain(data.augment, AUGMENT, scope)
        for field in data.fields:
            self.chain(field.prepare, PREPARE, scope)
        found = settle(settings.SPLIT, data.split, {}, "`split`", data.place, scope, self.diagnostics) or {}
        shares = {name: float(v) for name, v in found.items() if isinstance(v, int | float)}
        if sum(shares.values()) >= 1 and data.split:
            place = list(data.split.values())[-1].place
            told = " + ".join(f"{share:g}" for share in shares.values() if share)
            message = f"the shares add up to {told} = {sum(shares.values()):g}, which leaves nothing to train on"
            self.diagnostics.error("E310", place, message, "What validation and test leave trains.")

    def step(self, step: Step, scope: Scope) -> None:
        self.chain(step.loss, LOSS, scope)
        self.chain(step.metrics or (), METRIC, scope)
        self.chain(step.penalties, PENALTY, scope)
        self.chain(step.after_step, PENALTY, scope)
        if step.optimizer is not None:
            self.entry(step.optimizer, OPTIMIZER, scope)
        for option in settings.TRAIN:
            tree = getattr(step, option.name)
            if tree is not None:
                read_option(option, tree, scope, self.diagnostics)
        if step.stop is not None:
            self.settings(settings.STOP, step.stop, "`stop`", step.place, scope)
        if step.clip_gradients is not None:
            self.settings(settings.CLIP, step.clip_gradients, "`clip_gradients`", step.place, scope)
        for inner in (*step.phases, *step.alternate):
            self.step(inner, scope)

    def settings(
        self,
        options: tuple[KindOption, ...],
        given: Mapping[str, Tree],
        what: str,
        place: Place,
        scope: Scope,
    ) -> None:
        settle(options, given, {}, what, place, scope, self.diagnostics)


def _entries(body: Body) -> Iterator[Entry]:
    yield from body.layers or ()
    for line in body.graph or ():
        if isinstance(line.what, Entry):
            yield line.what
        elif isinstance(line.what, tuple):
            yield from line.what


def _curve(entry: Entry, site: Site) -> str | None:
    """What is meant by `activation: relu` among layers."""
    main = entry.main.text if isinstance(entry.main, Scalar) else next(iter(entry.options), None)
    return curve_alone(entry.kind, main) if site is LAYERS else None


def _repeated(entry: Entry, scope: Scope) -> Scope:
    """With `repeat`, `$index` and the names it walks are known within the entry."""
    if entry.repeat is None:
        return scope
    walked = list(entry.repeat.items) if isinstance(entry.repeat, Table) else []
    return scope.with_options(dict.fromkeys(["index", *walked], UNKNOWN))
