"""Files of the language in every layout that YAML allows, with comments everywhere: what `fmt` has to put in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

Value = str | list["Value"] | dict[str, "Value"]
"""What stands in a file; scalars as they are written."""

ENTRIES: tuple[Value, ...] = (
    "flatten", {"flatten": {}}, {"flatten": ""}, {"dense": "8"}, {"dense": {"units": "8"}}, {"relu": {}},
    {"dense": {"units": "$width", "activation": "relu"}}, {"dropout": {"rate": "2e-1"}},
    {"dense": {"units": "$(2 * width)", "activation": {"leaky_relu": {"slope": "0.1"}}, "bias": {"start": {"normal": {"deviation": "0.5"}}}}},
    {"name": "'first_one'", "dense": {"units": "3", "weights": {"he": {}}, "bias": "false"}},
    {"when": "width > 4 and max(width, 2) == width", "dense": "7"}, {"repeat": "3", "Wide": {"units": "4"}},
    {"Wide": {"units": "4", "rate": ".5"}}, {"add": {"keep": [], "change": [{"dense": {"units": "8"}}, "tanh"]}},
    {"relu": "", "name": "second_one"}, {"chain": ["relu", {"dense": {"units": "5"}}], "repeat": "2"},
    {"reshape": {"shape": ["2", "-1"]}}, {"Eye": {}}, {"formula": '"where(input > 0, input, 0)"'},
)  # fmt: skip
LOSSES: tuple[Value, ...] = (
    "cross_entropy", {"cross_entropy": {}}, [{"mse": {"target": "label", "units": "half_sum"}, "weight": "5"}],
    [{"where": "label > 0", "weight": {"linear": {"start": "0", "end": "1"}}, "cross_entropy": {}}, {"formula": "-1 * mean(last)"}],
)  # fmt: skip
SECTIONS: dict[str, tuple[Value, ...]] = {
    "netloom": ("1",),
    "name": ("a-file", "'12.30'", '"true"', "1e3", "no"),
    "about": ("One line.", '"a: b # c"', "'it''s'", "yes", '"a \\"word\\""', "'[x]'"),
    "options": ({"width": "8", "word": '"int"', "some": ["1", "2e-4", '"3"', "on", "null"], "none": ""},),
    "run": ({"seed": "3", "memory": "2 GB"},),
    "data": (
        {"source": {"digits": {}}, "split": {"validation": "0.10"}}, {"source": "digits", "prepare": [{"scale": {}}]},
        {"source": {"gates": {"gate": "xor"}}}, {"source": {"values": {"x": [["1", "-1"], ["0", "0.5"]], "label": ["0", "1"]}}},
        {"source": {"csv": "a.csv"}, "missing": ['"?"', '""'], "fields": {"city": {"column": "2", "as": {"category": {}}}}},
    ),
    "blocks": ({"Wide": {"options": {"units": "int", "rate": "0.1"}, "layers": [{"dense": {"units": "$units"}}, "relu"]}},),
    "networks": ({"Eye": {"inputs": ["x"], "layers": [{"dense": {"units": "4"}}]}, "Same": {"Wide": {"units": "3"}}},),
    "train": (
        {"loss": "cross_entropy", "optimizer": {"adam": {"learning_rate": "1e-3"}}, "epochs": "20"},
        {"optimizer": {"sgd": {"learning_rate": {"steps": {"start": ".1", "every": "30 epochs"}}}}, "loss": "mse",
         "penalties": [{"of": '"**.weights"', "l2": {"amount": "1e-4"}}], "metrics": [{"accuracy": {}}, "mae"]},
        {"loss": "mse", "phases": [{"name": "first step", "epochs": "3"}, {"optimizer": {"adam": {}}, "epochs": "4"}]},
    ),
    "study": ({"vary": {"width": ["8", "16"]}, "trials": "20"},),
}  # fmt: skip


def file_of(random: Random) -> dict[str, Value]:
    """What a file says: some sections in some order."""
    optional = [name for name in SECTIONS if random.random() < 0.6]
    found = {name: random.choice(SECTIONS[name]) for name in {"options", "blocks", "networks", *optional}}
    count, names = random.randint(1, 5), set[str]()
    layers = list[Value]()
    for entry in random.choices(ENTRIES, k=count):
        name = entry.get("name") if isinstance(entry, dict) else None
        if isinstance(name, str) and name in names:
            continue
        names |= {name} if isinstance(name, str) else set()
        layers.append(entry)
    found["network"] = {"layers": layers}
    if "train" in found:
        found["train"] = {**_table(found["train"]), "loss": random.choice(LOSSES)}
    keys = sorted(found)
    random.shuffle(keys)
    return {key: found[key] for key in keys}


def _table(value: Value) -> dict[str, Value]:
    assert isinstance(value, dict), "a section is a table"
    return value


@dataclass
class Writer:
    """Writes values in a layout by chance; `comments` are those it has put in, each with a number of its own."""

    random: Random
    rate: float = 0.2
    comments: list[str] = field(default_factory=list)

    def file(self, value: dict[str, Value]) -> str:
        lines = self._block(value, 0)
        return "\n".join(lines + self._own(0)) + self.random.choice(["", "\n", "\n\n"])

    def _comment(self) -> str:
        said = self.random.choice(["why", "a: b", "[x", "'", "it's {", "#", "é ü"])
        self.comments.append(f"# {len(self.comments)} {said}")
        return self.comments[-1]

    def _own(self, column: int) -> list[str]:
        """Lines between items: comments and empty ones."""
        lines = [" " * column + self._comment() for _ in range(2) if self.random.random() < self.rate]
        return [line for line in lines for line in ([""] * (self.random.random() < 0.2) + [line])]

    def _end(self) -> str:
        return " " * self.random.randint(1, 4) + self._comment() if self.random.random() < self.rate else ""

    def _block(self, value: Value, column: int) -> list[str]:
        lines = list[str]()
        if isinstance(value, dict):
            for key, inner in value.items():
                lines += self._own(column)
                lines += self._placed(" " * column + key + ":", inner, column)
            return lines
        for inner in value:
            lines += self._own(column)
            lines += self._placed(" " * column + "-", inner, column)
        return lines + (self._own(column) if lines else [])

    def _placed(self, start: str, value: Value, column: int) -> list[str]:
        if isinstance(value, str):
            return [(f"{start} {value}" if value else start) + self._end()]
        if not value or self.random.random() < 0.5:
            return self._flow_lines(start, value, column)
        inner = self._block(value, column + self.random.choice([2, 3, 4]))
        own_line = inner[0].lstrip().startswith("#") or not inner[0].strip()
        if start.endswith("-") and isinstance(value, dict) and not own_line and self.random.random() < 0.7:
            blanks = len(inner[0]) - len(inner[0].lstrip()) - len(start)
            return [start + " " * blanks + inner[0].lstrip(), *inner[1:]]
        return [start + self._end(), *inner]

    def _flow_lines(self, start: str, value: Value, column: int) -> list[str]:
        """In brackets: in one line, or in several with comments."""
        parts = self._parts(value)
        lines = [start + " "]
        for part in parts:
            lines[-1] += part
            if part in (",", "{", "[") and self.random.random() < self.rate / 3:
                lines[-1] += self._end()
                lines += self._own(column + 1)
                lines.append(" " * (column + 2))
        lines[-1] += self._end()
        return lines

    def _parts(self, value: Value) -> list[str]:
        if isinstance(value, str):
            return [_in_brackets(value)]
        found = list[str]()
        pairs = value.items() if isinstance(value, dict) else (("", inner) for inner in value)
        for key, inner in pairs:
            found += [","] * bool(found) + ([f"{key}: "] if key else []) + self._parts(inner)
        return ["{", *found, "}"] if isinstance(value, dict) else ["[", *found, "]"]


def _in_brackets(text: str) -> str:
    return f'"{text}"' if "," in text and text[:1] not in "'\"" else text
