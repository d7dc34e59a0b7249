"""The blocks of YAML in the documents of the language, and the data files that they read."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import netloom
from netloom.dsl.diagnostics import Diagnostic
from netloom.runtime import start

LANGUAGE = Path(netloom.__file__).resolve().parent / "docs" / "language"
BLOCK = re.compile(r"^```yaml ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """`marks` are the words behind `yaml`: none for a whole file that is right; `not-built`; `fragment`;
    `fragment layers`; `wrong CODE` and `warns CODE`, which bring nothing else."""

    page: str
    line: int
    marks: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> Iterator[Block]:
    """Every block of YAML below docs/language/."""
    for path in sorted(LANGUAGE.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Block(path.relative_to(LANGUAGE).as_posix(), line, tuple(found[1].split()), found[2])


def make_data(folder: Path) -> None:
    """The files that the examples name: a table of flowers, points, small pictures of signs and birds."""
    rows = [f"{i},{i % 3 + 1},{'red' if i % 2 else 'blue'}" for i in range(12)]
    (folder / "flowers.csv").write_text("\n".join(["height,width,colour", *rows]) + "\n", encoding="utf-8")
    (folder / "gaps.csv").write_text("height,width,colour\n1,2,red\n2,,blue\n3,1,red\n", encoding="utf-8")
    (folder / "parts.yaml").write_text("blocks: {Deep: {layers: [{dense: 3}]}}\n", encoding="utf-8")
    numbers = np.arange(24, dtype=np.float32).reshape(12, 2) / 24
    np.savez(folder / "points.npz", x=numbers, y=numbers.sum(axis=1, keepdims=True))
    (folder / "signs-images.idx").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 12, 4, 4) + bytes(range(192)))
    for number in range(12):
        (folder / "birds" / ("crow", "wren")[number % 2]).mkdir(parents=True, exist_ok=True)
        picture = b"P5\n4 4\n255\n" + bytes(range(number, number + 16))
        (folder / "birds" / ("crow", "wren")[number % 2] / f"{number}.pgm").write_bytes(picture)
    (folder / "signs-labels.idx").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 12) + bytes([0, 1] * 6))


def checked(text: str, folder: Path) -> list[Diagnostic]:
    """The remarks of `netloom check` on a file of this text."""
    file = folder / "net.yaml"
    file.write_text(text, encoding="utf-8")
    return list(start.check(file))


def errors(text: str, folder: Path) -> list[str]:
    """The codes of what keeps it from being trained: errors, and what is not built yet."""
    return [remark.code for remark in checked(text, folder) if remark.severity == "error" or remark.code == "E299"]
