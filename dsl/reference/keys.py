"""The keys of every section of a file: what each holds, its default, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..kinds.inner_kinds import WEIGHT_OPTIONS
from ..kinds.kind import Option
from ..settings import CLIP, RUN, SPLIT, STOP, TRAIN
from .markdown import default_of, limits_of, table, ticked, type_of, without_links


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `as_in` is a line of YAML that says it; `later`: read and checked, not built in this version."""

    name: str
    form: str
    help: str
    as_in: str
    default: str = ""
    later: bool = False


def of_option(option: Option, as_in: str) -> Key:
    """The key of a setting: type, limits and default out of its own row."""
    form = without_links(type_of(option))
    limits = limits_of(option)
    return Key(option.name, f"{form}; {limits}" if limits else form, option.help, as_in, default_of(option))


def _settings(options: Iterable[Option], written: dict[str, str]) -> tuple[Key, ...]:
    return tuple(of_option(option, f"{option.name}: {written[option.name]}") for option in options)


LATER = True
FILE = (
    Key("netloom", "1", "version of the language; `fmt` adds it", "netloom: 1"),
    Key("name", "text", "what runs of the file are called; left out: the file's own name", "name: first-net"),
    Key("about", "text", "a sentence for readers", "about: digits with one hidden layer"),
    Key("include", "list of files", "files whose blocks and networks are used here", "include: [parts.yaml]"),
    Key("options", "name: default", "numbers and words with a name, set from the command line", "options: {width: 64}"),
    Key("run", "table", "seed, threads, memory of the machine", "run: {seed: 3}"),
    Key("data", "table", "where examples come from and what is done to them", "data: {source: digits}"),
    Key("blocks", "Name: body", "templates: new weights at every use", "blocks: {Wide: {layers: [{dense: 64}, relu]}}"),
    Key("networks", "Name: body", "parts with one set of weights", "networks: {Q: {inputs: [x], layers: [{dense: 2}]}}"),
    Key("network", "body", "the network of the file", "network: {layers: [flatten, {dense: 10}]}"),
    Key("graph", "lines", "the main body beside `networks`", "graph: {scores: {Q: x}}"),
    Key("train", "step", "what is minimised, by what, for how long", "train: {loss: cross_entropy}"),
    Key("evaluate", "list", "measurements of their own: attacks, crops, samples",
        "evaluate: [{name: noisy, metrics: [accuracy]}]", "", LATER),
    Key("generate", "table", "how sequences and pictures are made", "generate: {output: scores, count: 4}", "", LATER),
    Key("study", "table", "options that are varied over many runs", "study: {vary: {width: [32, 64]}}", "", LATER),
)  # fmt: skip
DATA = (
    Key("source", "source", "a set, a file, or a set made by formula", "source: digits"),
    Key("fields", "name: field", "columns by name, and how they are read", "fields: {label: {prepare: [one_hot]}}"),
    Key("missing", "list of words", "what stands for a missing value in a file", 'missing: ["?", NA]', "`[]`"),
    Key("prepare", "preparations", "done to every input column of numbers", "prepare: [scale]", "`[]`"),
    Key("augment", "augmentations", "changes drawn anew each time an example is trained on", "augment: [flip]", "`[]`"),
    Key("split", "part: share", "shares of the whole; the rest trains", "split: {validation: 0.1, test: 0.2}"),
    Key("tokens", "a word", "text as words, characters or pairs of bytes", "tokens: characters", "", LATER),
    Key("windows", "table", "pieces of a long sequence", "windows: {length: 50, target: next}", "", LATER),
    Key("pairs", "table", "pairs and triples of examples", "pairs: {by: label}", "", LATER),
    Key("batches", "table", "how examples come together", "batches: {classes: 8, each: 4}", "", LATER),
    Key("nest", "list of axes", "texts of sentences of words", "nest: [sentence, word]", "", LATER),
    Key("replay", "table", "what an environment has shown, kept to learn from", "replay: {keep: 50000}", "", LATER),
)
FIELD = (
    Key("column", "name or number", "the source's column; left out: the field's own name", "column: colour"),
    Key("columns", "list of names", "several columns as one row of numbers", "columns: [height, width]"),
    Key("as", "a word", "how it is read: number, category", "as: category"),
    Key("values", "list of words", "the classes, in their order", "values: [red, blue]"),
    Key("prepare", "preparations", "done to this column, after those of `data`", "prepare: [one_hot]", "`[]`"),
    Key("missing", "a word", "what is put in place of a missing value: a number, or a class", "missing: 0"),
)
STEP = (
    Key("name", "text", "of a phase", "name: whole"),
    Key("update", "selectors", "which weights are trained; left out: all", 'update: "dense1.*"'),
    Key("loss", "losses", "what is made small", "loss: cross_entropy", "needed"),
    Key("fit", "text", "the own rule of a fitted kind, in place of a loss", "fit: clusters", "", LATER),
    Key("optimizer", "optimizer", "the rule of each step", "optimizer: {sgd: {learning_rate: 0.1}}", "`adam`"),
    *_settings(TRAIN[:3], {"epochs": "20", "steps": "500", "batch": "64"}),
    Key("last_batch", "a word; `keep`, `drop`", "what is done with the last, smaller batch of an epoch",
        "last_batch: drop", "`keep`"),
    Key("stop", "table", "ends training early", "stop: {patience: 10}"),
    Key("penalties", "penalties", "added to the loss for the weights themselves", "penalties: [{l2: 1e-4}]", "`[]`"),
    Key("clip_gradients", "table", "bounds gradients, so that one step cannot ruin all", "clip_gradients: {norm: 5}"),
    Key("metrics", "metrics", "what is reported of each part; `accuracy` comes with cross-entropy",
        "metrics: [accuracy]"),
    Key("times", "whole number; at least 1", TRAIN[3].help, "times: 5", "`1`", LATER),
    Key("data", "name", "which of several sets this step trains on", "data: faces", "", LATER),
    Key("after_step", "penalties", "done to weights after each step", "after_step: [{max_norm: 3}]", "", LATER),
    Key("options", "name: value", "options of the file that are others in this step", "options: {noise: 0}", "", LATER),
    Key("repeat", "count or lists", "the step several times", "repeat: 3", "", LATER),
    Key("phases", "steps", "one after the other", "phases: [{epochs: 2}, {epochs: 3}]", "", LATER),
    Key("alternate", "steps", "in turns, as two players", "alternate: [{times: 5}, {times: 1}]", "", LATER),
)  # fmt: skip
STOPS = _settings(STOP, {"patience": "10", "metric": "accuracy", "min_delta": "1e-3", "restore": "last"})
CLIPS = _settings(CLIP, {"value": "1", "norm": "5"})
SPLITS = _settings(SPLIT, {"validation": "0.1", "test": "0.2"})
RUNS = _settings(
    RUN, {"seed": "3", "threads": "2", "precision": "float32", "device": "cpu", "memory": "2 GB"}
)  # fmt: skip
BODY = (
    Key("inputs", "names, or name: shape", "what comes in; left out with a built-in set", "inputs: {x: [4]}"),
    Key("layers", "entries", "each reads the one before; the last is the output", "layers: [flatten, {dense: 10}]"),
    Key("graph", "lines", "each says what it reads; order is free", "graph: {scores: {dense: 10, from: x}}"),
    Key("output", "name or names", "what a graph gives out", "output: scores"),
    Key("weights", "path", "weights that a network starts with: those of a run", "weights: runs/first-1", "", LATER),
)
BLOCK = (
    Key("options", "name: default or type", "what may be set at each use", "options: {units: int, rate: 0.1}"),
    *BODY[:4],
    Key("state", "name: shape", "values of the step before; they start at 0", "state: {h: [$units]}", "", LATER),
    Key("next", "name: name", "what they become", "next: {h: h_new}", "", LATER),
)
NETWORK = (
    *BODY,
    Key("follow", "Name", "a network whose weights it follows, untrained", "follow: Q", "", LATER),
    Key("every", "quantity", "how often it copies them", "every: 500 steps", "", LATER),
    Key("decay", "number", "how much of its own weights it keeps each step", "decay: 0.999", "", LATER),
)
WIRING = (
    Key("name", "name", "of the tensor that the entry gives out", "name: logits"),
    Key("from", "tensor or tensors", "what it reads; several are joined along the last axis", "from: [left, right]",
        "the one before"),
    Key("when", "formula", "false: the entry passes its input on", "when: stride != 1", "`true`"),
    Key("repeat", "count or lists", "as many copies, one after the other; `$index` counts from 1", "repeat: 3", "`1`"),
    Key("weight", "live number", "beside a loss: its factor", "weight: 0.5", "`1`"),
    Key("where", "formula", "beside a loss: examples that count", "where: label != 0", "all"),
    Key("of", "selectors", "beside a penalty: weights that it is for", 'of: "**.weights"', "all weights, no biases"),
)  # fmt: skip
HOLD = {"mask": "[[1, 0], [0, 1]]", "same_as": "dense1.weights", "transposed": "true", "norm": "spectral",
        "along": "[height, width]", "drop": "0.1", "trainable": "false"}  # fmt: skip
WEIGHTS = (
    Key("start", "initialiser, number, or numbers in lists", "the first value", "start: {normal: 0.01}",
        "the layer's own"),
    *(
        Key(key.name, key.form, key.help, key.as_in, key.default, key.name in {"along", "drop"})
        for key in _settings(WEIGHT_OPTIONS.values(), HOLD)
    ),
)  # fmt: skip
SECTIONS: dict[str, tuple[Key, ...]] = {
    "file": FILE, "data": DATA, "data.fields": FIELD, "data.split": SPLITS, "train": STEP, "train.stop": STOPS,
    "train.clip_gradients": CLIPS, "run": RUNS, "network": BODY, "blocks": BLOCK, "networks": NETWORK,
    "entry": WIRING, "weights": WEIGHTS,
}  # fmt: skip


def keys_table(keys: Iterable[Key]) -> str:
    """A row for each key."""
    return table(
        ("key", "holds", "default", "as in", "what it is"),
        (
            (ticked(key.name), key.form, key.default, ticked(key.as_in), key.help + NOT_BUILT * key.later)
            for key in keys
        ),
    )


NOT_BUILT = " *(not built yet)*"
