"""Where the command `netloom` begins: an interrupt ends it with one line and exit code 130, from its first import on."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType


class Interrupted(BaseException):
    """Ctrl-C, where nothing is to be saved. Not KeyboardInterrupt, which libraries turn into words of their own."""


def main() -> None:
    """Run the command line and leave the process with the exit code."""
    before = signal.getsignal(signal.SIGINT)
    # an interrupt that our parent had us ignore (`nohup`, `&` in a script) stays ignored
    ours = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    try:
        if ours:
            signal.signal(signal.SIGINT, _interrupt)
        if _ran_plan(sys.argv[1:]):
            return
        from .main import main as run

        run()
    except Interrupted as why:
        sys.stderr.write(": ".join(("netloom: interrupted", *map(str, why.args))) + "\n")
        sys.exit(130)
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


def _ran_plan(words: list[str]) -> bool:
    """Whether `netloom run` was asked for in plain words, and is done."""
    if words[:1] != ["run"]:
        return False
    from .run_plan import run_directly

    return run_directly(words[1:])


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: the end itself is not interrupted
    raise Interrupted
