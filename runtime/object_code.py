"""LLVM assembly made into object files, for the vectors and features of this machine."""

from __future__ import annotations

from functools import cache

import llvmlite.binding as llvm

from .target import host

ALLOWED = frozenset(
    [
        "sched_yield", "clock_gettime", "pow", "powf", "exp", "expf", "log", "logf", "log1p", "log1pf", "tanh", "tanhf",
        "sin", "sinf", "cos", "cosf", "erf", "erff", "floor", "floorf", "sqrt", "sqrtf", "memcpy", "memset", "memmove",
        "fma", "fmaf",
    ]
)  # fmt: skip
"""What an object may ask of the process it is loaded into: the C library's arithmetic, and nothing of Python's."""

VECTORS = "x float>"
"""In the assembly of every text that uses vectors."""


def object_file(assembly: str, optimised: bool = False) -> bytes:
    """The object file of a module; `optimised`: its assembly is already.

    Raises ValueError when it would need more than arithmetic, RuntimeError when it is no assembly.
    """
    module = llvm.parse_assembly(assembly)
    module.verify()
    _refuse_foreign(module)
    machine = _machine()
    if not optimised:
        _optimise(module, machine, vectorise=VECTORS not in assembly)
    return bytes(machine.emit_object(module))


@cache
def _machine() -> llvm.TargetMachine:
    target = host()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=target.cpu, features=target.features, opt=3, reloc="pic", codemodel="small"
    )


def _optimise(module: llvm.ModuleRef, machine: llvm.TargetMachine, *, vectorise: bool) -> None:
    """LLVM's usual passes. Where a text says itself what is a vector, loops over single numbers are edges: to vectorise
    them takes up to two thirds of the time and was seen to gain nothing. To unroll loops gains up to a tenth."""
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization = vectorise
    tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, tuning)
    passes = builder.getModulePassManager()
    passes.run(module, builder)


def _refuse_foreign(module: llvm.ModuleRef) -> None:
    asked = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
    asked |= {v.name for v in module.global_variables if v.is_declaration}
    if strange := sorted(asked - ALLOWED):
        raise ValueError(f"it would need {', '.join(strange)}: only plain arithmetic may be compiled")
