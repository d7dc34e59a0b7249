"""A process that turns kernel text into object files: `python -m netloom.runtime.compile_worker`.

It reads one JSON request a line (`symbol`, `name`, `text`, `lanes`) and answers one line (`symbol`, `object`
in base64, or `error`). It never runs what it compiles. It ends when its input does: with its parent, however
that ends. It imports numba only for a text that `translate` refuses.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from typing import TextIO

from .object_code import object_file
from .translate import TranslationError, translate
from .vocabulary import namespace

NICENESS = 5


def compile_object(symbol: str, text: str, lanes: int) -> bytes:
    """The object file of the function `kernel` (or `driver`) that `text` defines, under `symbol`.

    Raises ValueError when the text would need more than arithmetic: exceptions, Python's objects or memory.
    """
    try:
        assembly = translate(symbol, text, namespace(lanes))
    except TranslationError:
        from .twin import compile_by_numba  # half a second, and seldom needed

        return compile_by_numba(symbol, text, lanes)
    return object_file(assembly)


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        request = json.loads(line)
        try:
            made = compile_object(request["symbol"], request["text"], request["lanes"])
            answer = {"symbol": request["symbol"], "object": base64.b64encode(made).decode("ascii")}
        except Exception as failure:  # noqa: BLE001  reported to the parent with the kernel's name
            answer = {"symbol": request["symbol"], "error": f"{type(failure).__name__}: {failure}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    """Answer requests on stdin until it ends, one line of JSON each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    os.nice(NICENESS)
    # whatever a library prints goes to the error stream: the pipe carries answers alone
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
