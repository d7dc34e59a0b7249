"""The reader and the compiler's front under a coverage-guided fuzzer: `python -m netloom.tests.fuzz.fuzz_check CORPUS`.

Needs Atheris (the extra `fuzz`), which the tests do without. Options are libFuzzer's: `-max_total_time=3600`,
`-runs=10000`, `-artifact_prefix=DIR/`. An input is a row of choices for `mutation.damaged`; with the environment variable
`FUZZ_TEXT=1` a file of findings is shown as the text that it stands for, instead.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["netloom", "yaml"]):
    from netloom.tests.fuzz.looked_at import looked_at
    from netloom.tests.fuzz.mutation import damaged

FOLDER = Path(tempfile.mkdtemp(prefix="netloom-fuzz-"))


class Bytes:
    """Choices out of the fuzzer's bytes; those past the end are 0."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def below(self, count: int) -> int:
        width = 1 if count <= 256 else 2 if count <= 65536 else 3
        taken = self.data[self.at : self.at + width]
        self.at += width
        return int.from_bytes(taken, "little") % count


def one(data: bytes) -> None:
    """Look at what the bytes stand for; those that begin with a low byte are taken for a text themselves."""
    looked_at(text_of(data), FOLDER)


def text_of(data: bytes) -> str:
    if data[:1] == b"\xff":
        return data[1:].decode("utf-8", "replace")
    return damaged(Bytes(data))


def main() -> None:
    if os.environ.get("FUZZ_TEXT"):
        for name in sys.argv[1:]:
            sys.stdout.write(text_of(Path(name).read_bytes()))
        return
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
