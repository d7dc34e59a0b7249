"""Files that would eat the machine, read what is not theirs, or show a reader something else than they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HEAD = "data: {source: digits}\n"
TRAIN = "train: {loss: cross_entropy}\n"
MILLION = 1_000_000


@dataclass(frozen=True)
class Hostile:
    """`text` is the main file, or what writes it; `codes` are those of which one must be among the errors; `line` is
    that error's. `others` lie beside it. `before` prepares the folder."""

    text: str | bytes
    codes: tuple[str, ...]
    line: int = 1
    others: Mapping[str, str | bytes] = field(default_factory=dict)
    before: Callable[[Path], None] | None = None
    says: str = ""


def layers(*lines: str) -> str:
    """A file with these layers, the first in line 4."""
    return HEAD + "network:\n  layers:\n" + "".join(f"    - {line}\n" for line in lines) + TRAIN


def option(value: str) -> str:
    """A file with one option, in line 2."""
    return f"{HEAD}options: {{width: {value}}}\nnetwork: {{layers: [flatten, {{dense: $width}}]}}\n{TRAIN}"


def dense(units: str) -> str:
    return layers("flatten", f"dense: {units}")


def blocks(text: str, use: str) -> str:
    """A file with blocks in line 3, used in the last line."""
    return f"{HEAD}blocks:\n{text}network: {{layers: [flatten, {use}]}}\n"


def nested_repeats(count: int, depth: int) -> str:
    inner = "relu"
    for _ in range(depth):
        inner = f"{{chain: [{inner}], repeat: {count}}}"
    return layers("flatten", inner)


def doubling(depth: int) -> str:
    """Each block uses the one before twice."""
    lines = ["  B0: {layers: [relu]}"]
    lines += [f"  B{n}: {{layers: [B{n - 1}, B{n - 1}]}}" for n in range(1, depth)]
    return blocks("\n".join(lines) + "\n", f"B{depth - 1}")


def _chain_of_options(count: int) -> str:
    lines = ["  a0: 9"] + [f"  a{n}: $(a{n - 1} * a{n - 1})" for n in range(1, count)]
    return HEAD + "options:\n" + "\n".join(lines) + "\nnetwork: {layers: [flatten, {dense: 3}]}\n"


def _pipe(folder: Path) -> None:
    import os

    os.mkfifo(folder / "pipe.yaml")


def _link(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("/etc/hostname")


GOOD = dense("10")
SIZE = {
    "100 MB of text": Hostile(("#" * 99 + "\n") * MILLION, ("E003",)),
    "100 MB in one line": Hostile("a" * 100 * MILLION, ("E003",)),
    "100 MB of bytes": Hostile(bytes(range(256)) * 400_000, ("E003",)),
    "a million brackets": Hostile("[" * (MILLION - 10), ("E003",)),
    "a million braces": Hostile("{" * (MILLION - 10), ("E003",)),
    "a million nested keys": Hostile("{a: " * (MILLION // 5), ("E003",)),
    "a million dashes": Hostile("- " * (MILLION // 2 - 10), ("E003",)),
    "a million questions": Hostile("? " * (MILLION // 2 - 10), ("E003",)),
    "as deep by indentation": Hostile("".join(" " * n + "a:\n" for n in range(1200)), ("E003",), 61),
    "a million small values": Hostile("about: [" + "a," * (MILLION // 2 - 10) + "]\n", ("E003",)),
    "a million small keys": Hostile("options: {" + ",".join(f"a{n}" for n in range(120_000)) + "}\n", ("E003",)),
    "a million empty tables": Hostile("about: [" + "{}," * (MILLION // 3 - 10) + "]\n", ("E003",)),
    "200,000 lines of layers": Hostile("network:\n  layers:\n" + "    - a\n" * 110_000, ("E003",), 49_998),
    "a million lines": Hostile("\n" * (MILLION - 1), ("E014",)),
    "a long key": Hostile("a" * (MILLION - 10) + ": 1\n", ("E006", "E023")),
    "a long quoted key": Hostile('"' + "a" * (MILLION - 10) + '": 1\n', ("E006", "E023")),
    "a long layer": Hostile(layers("a" * (MILLION - 200)), ("E101",), 4),
    "a long name": Hostile(layers("flatten", "{dense: 3, name: " + "a" * (MILLION - 200) + "}"), ("E027",), 5),
    "a long text": Hostile(layers("'" + "a" * (MILLION - 200)), ("E007",), 4),
    "mistakes without end": Hostile(layers(*["densee"] * 40_000), ("E101",), 4),
    "slips without end": Hostile("a:b\n" * 200_000, ("E025",), 1),
    "tabs without end": Hostile("\t- a\n" * 150_000, ("E005",), 1),
    "names without end": Hostile(
        HEAD
        + "network:\n  graph:\n"
        + "".join(f"    line_number_{n}: mean(image)\n" for n in range(6000))
        + "".join(f"    other_number_{n}: line_nunber_{n} + 1\n" for n in range(3000))
        + "  output: line_number_1\n",
        ("E202",),
        6004,
    ),
    "kinds without end": Hostile(layers(*[f"dense{n}x" for n in range(40_000)]), ("E101",), 4),
    "stars without end": Hostile("a: *b\n" * 20_000, ("E008",), 1),
    "cut formulas without end": Hostile("a: [" + "f(," * 300_000 + "]\n", ("E003", "E016"), 1),
    "glued words without end": Hostile("a: [" + "b:c," * 200_000 + "]\n", ("E003", "E018"), 1),
    "dashes below a key": Hostile("a:\n" + "  -b\n" * 150_000, ("E018",), 2),
}
YAML = {
    "an alias": Hostile("a: &x 1\nb: *x\n", ("E008",), 1),
    "a billion laughs": Hostile(
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)), ("E008",), 1
    ),
    "an alias of itself": Hostile("a: &a [*a]\n", ("E008",)),
    "a merge": Hostile("a: {b: 1}\nc:\n  <<: {b: 2}\n", ("E009",), 3),
    "a tag of Python": Hostile("a: !!python/object/apply:os.system ['touch HERE']\n", ("E010",)),
    "a tag": Hostile("units: !!int 3\n", ("E010",)),
    "a directive": Hostile("%YAML 1.1\n---\na: 1\n", ("E010",), 1),
    "two documents": Hostile(GOOD + "---\n" + GOOD, ("E011",), 7),
    "a key twice": Hostile(HEAD + HEAD, ("E012",), 2),
    "a key twice, within": Hostile(layers("flatten", "dense: {units: 3, units: 4}"), ("E012",), 5),
    "a table as a key": Hostile("{{a: 1}: 2}\n", ("E013",)),
    "a list as a key": Hostile("? [a]\n: 2\n", ("E013",)),
    "nothing": Hostile("", ("E014",)),
    "a word": Hostile("hello", ("E025",)),
    "null": Hostile("null", ("E014",)),
}
TEXT = {
    "NUL": Hostile("name: a\0b\n" + GOOD, ("E004",)),
    "an escape to the terminal": Hostile("name: \x1b[2J\n" + GOOD, ("E004",)),
    "an escape in quotes": Hostile('name: "\\e[2J"\n' + GOOD, ("E027",)),
    "bidi controls": Hostile("# \u202e\u2066 if admin\u2069\n" + GOOD, ("E004",)),
    "bidi controls in a name": Hostile(layers("flatten", "{dense: 3, name: a\u202eb}"), ("E004",), 5),
    "a zero width blank": Hostile(layers("flatten", "den\u200bse: 3"), ("E004",), 5),
    "a soft hyphen": Hostile(layers("flatten", "den\xadse: 3"), ("E004",), 5),
    "a tag character": Hostile(layers("flatten", "dense\U000e0041: 3"), ("E004",), 5),
    "a letter that looks like one": Hostile(layers("flatten", "dens\u0435: 3"), ("E101",), 5),
    "a hard blank": Hostile(layers("flatten", "dense:\xa03"), ("E018", "E101"), 5),
    "a byte order mark within": Hostile("name: a\n\ufeff" + GOOD, ("E004",), 2),
    "a line separator": Hostile("name: a\u2028b\n" + GOOD, ("E004",)),
    "a surrogate": Hostile(b"name: \xed\xa0\x80\n", ("E002",)),
    "a surrogate in quotes": Hostile('name: "\\ud800"\n', ("E007",)),
    "another encoding": Hostile("name: a\n".encode("utf-16"), ("E002",)),
    "latin 1": Hostile(b"name: caf\xe9\n", ("E002",)),
    "too long an encoding": Hostile(b"name: \xc0\x80\n", ("E002",)),
    "a program": Hostile(b"\x7fELF\x02\x01\x01\0\0\0\0\0" * 500, ("E004",)),
    "an archive": Hostile(b"\x1f\x8b\x08\0\xff\xd8" * 500, ("E002",)),
    "tabs": Hostile("network:\n\tlayers:\n\t\t- flatten\n", ("E005",), 2),
    "old line ends": Hostile("name: a\rname: b\r", ("E012",), 2),
    "marks above letters": Hostile(
        layers("flatten", "dense: {units: 3" + "\u0301" * 50_000 + "}"), ("E104", "E105", "E107"), 5
    ),
}
NUMBERS = {
    "1e400": Hostile(dense("1e400"), ("E104", "E105"), 5),
    "-1e400": Hostile(dense("-1e400"), ("E104", "E105"), 5),
    "not a number": Hostile(dense(".nan"), ("E104", "E105"), 5),
    "infinity": Hostile(dense(".inf"), ("E104", "E105"), 5),
    "infinity as a rate": Hostile(
        GOOD.replace("cross_entropy}", "cross_entropy, optimizer: {sgd: .inf}}"), ("E104", "E105"), 6
    ),
    "100,000 digits": Hostile(dense("9" * 100_000), ("E104", "E105"), 5),
    "100,000 digits in a formula": Hostile(option("$(" + "9" * 3000 + " + 1)"), ("E128", "E126", "E127"), 2),
    "100,000 digits behind a point": Hostile(dense("0." + "3" * 100_000), ("E104", "E105"), 5),
    "a great exponent": Hostile(dense("1e99999999999999999999"), ("E104", "E105"), 5),
    "39 digits": Hostile(dense("9" * 39), ("E105", "E208", "E106"), 5),
    "39 digits of examples": Hostile(
        GOOD.replace("{loss: cross_entropy}", "{loss: cross_entropy, batch: " + "9" * 39 + "}"), ("E105", "E106"), 6
    ),
    "39 digits of epochs": Hostile(
        GOOD.replace("{loss: cross_entropy}", "{loss: cross_entropy, epochs: " + "9" * 39 + "}"), ("E105", "E106"), 6
    ),
    "39 digits of seed": Hostile("run: {seed: " + "9" * 39 + "}\n" + GOOD, ("E105", "E106")),
    "hexadecimal": Hostile(dense("0xff"), ("E104", "E105"), 5),
    "a yes": Hostile(layers("flatten", "dense: {units: 3, bias: yes}"), ("E101",), 5),
    "less than nothing": Hostile(dense("-1"), ("E105", "E106"), 5),
    "a half": Hostile(dense("0.5"), ("E104", "E105"), 5),
}
FORMULAS = {
    "powers of powers": Hostile(option("$(9^9^9^9)"), ("E130",), 2),
    "a power of a great number": Hostile(option("$(10^38^2)"), ("E130",), 2),
    "a power of a fraction": Hostile(option("$(0.5^-100000)"), ("E130",), 2),
    "a root of less than nothing": Hostile(option("$((0-8)^0.5)"), ("E130",), 2),
    "0 / 0": Hostile(option("$(0/0)"), ("E130",), 2),
    "exp of exp": Hostile(option("$(exp(exp(exp(9))))"), ("E130",), 2),
    "a long formula": Hostile(option("$(1" + "+1" * 100_000 + ")"), ("E126",), 2),
    "many words": Hostile(option("$(1" + "+1" * 1900 + ")"), ("E126",), 2),
    "deep brackets": Hostile(option("$(" + "(" * 1900 + "1" + ")" * 1900 + ")"), ("E126",), 2),
    "many minuses": Hostile(option("$(" + "-" * 3900 + "1)"), ("E126",), 2),
    "many nots": Hostile(layers("flatten", "{relu: {}, when: " + "not " * 900 + "true}"), ("E126",), 5),
    "many powers": Hostile(option("$(2" + "^2" * 1900 + ")"), ("E126", "E130"), 2),
    "a chain of squares": Hostile(_chain_of_options(400), ("E130",), 12),
    "formulas in formulas": Hostile(option("$(" * 500 + "1" + ")" * 500), ("E125",), 2),
    "an option of itself": Hostile(option("$(width + 1)"), ("E111",), 2),
    "python": Hostile(option('$(__import__("os"))'), ("E121",), 2),
    "an attribute of python": Hostile(option("$(width.__class__)"), ("E111", "E130"), 2),
}
REPEATS = {
    "a million copies": Hostile(layers("flatten", "{dense: 3, repeat: 1000000}"), ("E105", "E106"), 5),
    "copies of copies": Hostile(nested_repeats(10_000, 5), ("E210",), 5),
    "copies of nothing": Hostile(layers("flatten", "{chain: [{chain: [], repeat: 10000}], repeat: 10000}"), ("E210",), 5),
    "copies left out": Hostile(
        layers("flatten", "{chain: [{chain: [{relu: {}, when: 1 > 2}], repeat: 10000}], repeat: 10000}"), ("E210",), 5
    ),
    "nested deep": Hostile(nested_repeats(2, 25), ("E210",), 5),
    "repeats of lists": Hostile(
        layers("flatten", "{chain: [{dense: $n, repeat: {n: [" + "3," * 20_000 + "]}}], repeat: 10000}"), ("E210", "E104", "E105", "E003"), 5
    ),
    "blocks that double": Hostile(doubling(30), ("E210",), 3),
    "a block of itself": Hostile(blocks("  A: {layers: [A]}\n", "A"), ("E211",), 3),
    "two blocks of each other": Hostile(blocks("  A: {layers: [B]}\n  B: {layers: [A]}\n", "A"), ("E211",), 4),
    "a block of itself twice": Hostile(blocks("  A: {layers: [A, A]}\n", "A"), ("E211", "E210"), 3),
    "a block of itself, repeated": Hostile(blocks("  A: {layers: [{A: {}, repeat: 100}]}\n", "A"), ("E211", "E210"), 3),
    "a network of itself": Hostile(
        HEAD + "networks:\n  A: {layers: [A]}\ngraph: {a: {A: image}}\n", ("E211",), 3
    ),
    "a list of layers of itself": Hostile(
        blocks("  A: {options: {body: layers}, layers: [{A: {body: [{chain: $body}, {chain: $body}]}}]}\n", "{A: {body: [relu]}}"),
        ("E211", "E210"), 3,
    ),
    "lines in a circle": Hostile(HEAD + "network:\n  graph: {a: b + 1, b: a + 1}\n  output: a\n", ("E206",), 3),
    "30,000 lines each reading the next": Hostile(
        HEAD + "network:\n  graph:\n" + "".join(f"    a{n}: a{n + 1} + 1\n" for n in range(30_000)) + "  output: a0\n",
        ("E003",), 24_999,
    ),
}  # fmt: skip
SHAPES = {
    "1e9 units twice": Hostile(
        layers("flatten", "dense: 1000000000", "dense: 1000000000"), ("E208",), 5, says="1,000,000,000 * 64"
    ),
    "1e9 by 1e9": Hostile(
        "data: {source: digits}\nnetwork:\n  inputs: {image: [1000000000]}\n  layers:\n    - dense: 1000000000\n",
        ("E208", "E232"),
        3,
    ),
    "a great picture": Hostile(
        HEAD + "network:\n  graph: {z: {normal: {shape: [1000000, 1000000]}}}\n  output: z\n",
        ("E208",),
        3,
        says="1,000,000 * 1,000,000",
    ),
    "a great kernel": Hostile(
        layers("conv2d: {filters: 1000000000, kernel: 3}", "flatten"), ("E208", "E105", "E106"), 4
    ),
    "pads without end": Hostile(
        layers("conv2d: {filters: 3, kernel: 3, padding: 1000000000}", "flatten"), ("E208", "E104", "E105", "E106"), 4
    ),
    "great embeddings": Hostile(layers("embedding: {size: 2000000000}"), ("E208", "E212", "E201", "E219"), 4),
    "many large ones": Hostile(layers("flatten", *["dense: 30000"] * 200), ("E208",), 6, says="179,107,920,000"),
    "shapes without end": Hostile(layers("flatten", "reshape: [" + "1, " * 20_000 + "64]"), ("E208",), 5),
    "great made data": Hostile(
        "data: {source: {moons: {samples: 1000000000000}}}\nnetwork: {layers: [{dense: 2}]}\n" + TRAIN,
        ("E105", "E106"),
        1,
    ),
    "much made data": Hostile(
        "data: {source: {moons: {samples: 10000001}}}\nnetwork: {layers: [{dense: 2}]}\n" + TRAIN, ("E105",), 1
    ),
    "deep given data": Hostile(
        "data:\n  source: {values: {x: [" + "[" * 50 + "1" + "]" * 50 + "]}}\nnetwork: {layers: [{dense: 2}]}\n",
        ("E208",),
        3,
    ),
}
INCLUDES = {
    "itself": Hostile("include: [net.yaml]\n" + GOOD, ("E041",)),
    "a loop": Hostile("include: [a.yaml]\n" + GOOD, ("E041",), 1, {"a.yaml": "include: [b.yaml]\n", "b.yaml": "include: [a.yaml]\n"}),
    "upwards": Hostile("include: [../../etc/passwd.yaml]\n" + GOOD, ("E039",)),
    "from the root": Hostile("include: [/etc/passwd]\n" + GOOD, ("E039",)),
    "the password file": Hostile("include: [passwd]\n" + GOOD, ("E039",)),
    "a link": Hostile("include: [link.yaml]\n" + GOOD, ("E039",), before=_link),
    "a pipe": Hostile("include: [pipe.yaml]\n" + GOOD, ("E039",), before=_pipe),
    "100 MB": Hostile("include: [a.yaml]\n" + GOOD, ("E003",), 1, {"a.yaml": "#" * 100 * MILLION}),
    "many times a great one": Hostile(
        "include: [" + ", ".join(f"a{n}.yaml" for n in range(60)) + "]\n" + GOOD, ("E042",), 1,
        {f"a{n}.yaml": "#" * (MILLION // 4) + "\nabout: a\n" for n in range(60)},
    ),
    "200,000 paths": Hostile("include: [" + "a.yaml," * 90_000 + "]\n" + GOOD, ("E001", "E003", "E038")),
    "a path without end": Hostile("include: [" + "a/" * 300_000 + "b.yaml]\n" + GOOD, ("E001", "E039")),
    "steps without end": Hostile("include: [" + "a/../" * 150_000 + "b.yaml]\n" + GOOD, ("E001", "E039")),
    "a tree of files": Hostile(
        "include: [a0.yaml]\n" + GOOD, ("E042",), 1,
        {f"a{n}.yaml": "include: [" + ", ".join(f"a{m}.yaml" for m in range(n + 1, 70)) + "]\n" for n in range(70)},
    ),
}  # fmt: skip
CASES: Mapping[str, Mapping[str, Hostile]] = {
    "size": SIZE, "yaml": YAML, "text": TEXT, "number": NUMBERS, "formula": FORMULAS, "repeat": REPEATS, "shape": SHAPES,
    "include": INCLUDES,
}  # fmt: skip
