"""Lines of kernel text, each as deep as the loops it stands in."""

from __future__ import annotations

import re

SIDE_BY_SIDE = 4
"""Rows whose long chains of instructions are written side by side."""


def side_by_side(lines: list[str], count: int) -> list[str]:
    """The statements of row `r` for the rows `r` to `r + count - 1`, each statement for all rows before the next.

    A row is a long chain of instructions that wait for one another, and a processor looks only so far ahead for
    others. Empty where the lines are more than statements one after another.
    """
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    if any(line.startswith(indent + " ") or line.endswith(":") for line in lines):
        return []
    names = {found.group(1) for line in lines if (found := re.match(r"\s+(\w+) = ", line))} | {"r"}
    word = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    rows = [f"{indent}r_{i} = r + {i}" for i in range(count)]
    return rows + [word.sub(rf"\1_{i}", line) for line in lines for i in range(count)]


class Lines:
    """The text of one kernel while it is written; forms of kernels derive from it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 1

    def put(self, line: str) -> None:
        """One line, as deep as we are."""
        self.lines.append("    " * self.depth + line)

    def open(self, line: str) -> None:
        """A line that others stand under."""
        self.put(line)
        self.depth += 1

    def close(self, step: str = "") -> None:
        """The end of what was opened last, after a last line in it."""
        if step:
            self.put(step)
        self.depth -= 1

    def loop(self, name: str, stop: str | int, start: str | int = 0) -> None:
        """Begin to count `name` from `start` to before `stop`; what closes it must count on."""
        self.put(f"{name} = {start}")
        self.open(f"while {name} < {stop}:")

    def addresses(self, count: int) -> None:
        """`p0`, `p1`, …: where the operands lie."""
        for i in range(count):
            self.put(f"p{i} = arena + get(offsets, {i})")

    def kernel(self, before: str = "") -> str:
        """The whole text; `before` are definitions in front of the kernel."""
        return before + "\n".join(["def kernel(arena, offsets, sizes, thread, threads):", *self.lines]) + "\n"
