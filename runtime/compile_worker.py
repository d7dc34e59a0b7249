"""A process that turns kernel text into object files: `python -m netloom.runtime.compile_worker`.

It reads one JSON request a line (`symbol`, `name`, `text`, `lanes`) and answers one line (`symbol`, `object`
in base64, or `error`). It never runs what it compiles. It ends when its input does: with its parent, however
that ends. Only this process and the tests import numba.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from typing import Any, TextIO

import llvmlite.binding as llvm
import numba

from .driver_words import OPTIONS
from .target import host
from .vocabulary import SIGNATURE, namespace

ALLOWED = frozenset(
    [
        "sched_yield",
        "clock_gettime",
        "pow",
        "powf",
        "exp",
        "expf",
        "log",
        "logf",
        "log1p",
        "log1pf",
        "tanh",
        "tanhf",
        "sin",
        "sinf",
        "cos",
        "cosf",
        "erf",
        "erff",
        "floor",
        "floorf",
        "sqrt",
        "sqrtf",
        "memcpy",
        "memset",
        "memmove",
        "fma",
        "fmaf",
    ]
)
"""What an object may ask of the process it is loaded into: the C library's arithmetic, and nothing of
Python's."""

NICENESS = 5


def compile_object(symbol: str, text: str, lanes: int) -> bytes:
    """The object file of the function `kernel` (or `driver`) that `text` defines, under `symbol`.

    Raises ValueError when the text would need more than arithmetic: exceptions, Python's objects or memory.
    """
    names: dict[str, Any] = dict(namespace(lanes))
    exec(compile(text, f"<{symbol}>", "exec"), names)
    arguments = SIGNATURE[:2] if "driver" in names else SIGNATURE
    function = names["driver"] if "driver" in names else names["kernel"]
    jitted = numba.njit(**OPTIONS, fastmath={"contract"})(function)
    jitted.compile(arguments)
    compiled = jitted.overloads[arguments]
    native = compiled.fndesc.llvm_func_name
    source = compiled.library.get_llvm_str()
    if ".const.picklebuf" in source:
        raise ValueError("the text can raise: what an exception needs is pickled into the object")
    module = llvm.parse_assembly(source + _wrapper(symbol, native, len(arguments)))
    module.verify()
    module.get_function(native).linkage = "internal"
    _refuse_python(module)
    target = host(lanes)
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=target.cpu, features=target.features, opt=3, reloc="pic", codemodel="small"
    )
    return bytes(machine.emit_object(module))


def _wrapper(symbol: str, native: str, count: int) -> str:
    """A plain C function around Numba's own calling convention; the status it returns is not looked at,
    since kernel text cannot raise."""
    given = ", ".join(f"i64 %a{i}" for i in range(count))
    return (
        f"\ndefine void @{symbol}({given}) {{\n  %result = alloca ptr\n  %trouble = alloca ptr\n"
        f"  %status = call i32 @{native}(ptr %result, ptr %trouble, {given})\n  ret void\n}}\n"
    )


def _refuse_python(module: llvm.ModuleRef) -> None:
    asked = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
    asked |= {v.name for v in module.global_variables if v.is_declaration}
    if strange := sorted(asked - ALLOWED):
        raise ValueError(f"it would need {', '.join(strange)}: only plain arithmetic may be compiled")


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
