"""Lines of kernel text, each as deep as the loops it stands in."""

from __future__ import annotations


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
