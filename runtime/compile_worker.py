"""A process that turns kernel text into object files: `python -m netloom.runtime.compile_worker`.

It reads one JSON request a line (`symbol`, `name`, `text`, `lanes`) and answers one line (`symbol`, `object` in
base64, or `error`). It never runs what it compiles. Only this process and the tests import numba.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from typing import Any

import llvmlite.binding as llvm
import numba

from .target import host
from .vocabulary import SIGNATURE, namespace

ALLOWED = frozenset(
    "sched_yield pow powf exp expf log logf log1p log1pf tanh tanhf sin sinf cos cosf erf erff floor floorf "
    "memcpy memset memmove fma fmaf".split()
)
"""What an object may ask of the process it is loaded into: the C library's arithmetic, and nothing of Python's."""


def compile_object(symbol: str, text: str, lanes: int) -> bytes:
    """The object file of the function `kernel` (or `driver`) that `text` defines, under `symbol`."""
    names: dict[str, Any] = dict(namespace(lanes))
    exec(compile(text, f"<{symbol}>", "exec"), names)  # noqa: S102  text made by our own emitter
    function = names["driver"] if "driver" in names else names["kernel"]
    arguments = SIGNATURE if "kernel" in names else SIGNATURE[:2]
    jitted = numba.njit(
        error_model="numpy", nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract"}
    )(function)
    jitted.compile(arguments)
    compiled = jitted.overloads[arguments]
    native = compiled.fndesc.llvm_func_name
    module = llvm.parse_assembly(compiled.library.get_llvm_str() + _wrapper(symbol, native, len(arguments)))
    module.verify()
    module.get_function(native).linkage = "internal"
    _refuse_python(module, symbol)
    target = host()
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


def _refuse_python(module: llvm.ModuleRef, symbol: str) -> None:
    asked = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
    if strange := sorted(asked - ALLOWED):
        raise ValueError(f"kernel {symbol} would call {', '.join(strange)}: only plain arithmetic may be compiled")


def serve() -> None:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    os.nice(5)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            made = compile_object(request["symbol"], request["text"], request["lanes"])
            answer = {"symbol": request["symbol"], "object": base64.b64encode(made).decode("ascii")}
        except Exception as failure:  # noqa: BLE001  reported to the parent with the kernel's name
            answer = {"symbol": request["symbol"], "error": f"{type(failure).__name__}: {failure}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
