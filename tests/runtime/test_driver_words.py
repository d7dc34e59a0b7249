"""The driver's words do what they say, here and on the other kind of machine."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir

from netloom.runtime import driver_words
from netloom.runtime.compile_worker import compile_object
from netloom.runtime.objects import Library

Kernel = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)
LIBRARY = Library()


def compiled(name: str, body: str) -> Callable[[int], None]:
    """A function of one address, called `words` in `body`."""
    text = "def kernel(words, _offsets, _sizes, _thread, _threads):\n" + body
    LIBRARY.load(f"netloom_{name}", compile_object(f"netloom_{name}", text, 8))
    return lambda words: Kernel(LIBRARY.address(f"netloom_{name}"))(words, 0, 0, 0, 1)


MODE = """
    mode = denormals_off()
    set_number(words, 1, number(words, 0) * F(0.5))
    denormals_restore(mode)
    set_number(words, 2, number(words, 0) * F(0.5))
"""


def test_denormals_are_zero_in_the_driver_and_there_alone() -> None:
    tiny = np.finfo(np.float32).tiny
    numbers = np.array([tiny, 5, 5], np.float32)
    compiled("mode", MODE)(numbers.ctypes.data)
    assert numbers.tolist() == [tiny, 0.0, tiny / 2]
    assert np.float32(tiny) * np.float32(0.5) == tiny / 2


def test_the_clock_goes_forward() -> None:
    times = np.zeros(2, np.int64)
    compiled("clock", "    put(words, 0, now())\n    pause()\n    give_way()\n    put(words, 1, now())\n")(
        times.ctypes.data
    )
    assert 0 < times[0] <= times[1]


def test_words_of_four_bytes_touch_no_others() -> None:
    words = np.array([1, 2, 3], np.int32)
    compiled("narrow", "    put32(words, 1, get32(words, 0) + (1 << 35) + 6)\n")(words.ctypes.data)
    assert words.tolist() == [1, 7, 3]


def test_additions_of_many_threads_are_all_counted() -> None:
    add = compiled("add", "    for _ in range(20_000):\n        add_shared(words, 1, 1)\n")
    words = np.zeros(2, np.int64)
    threads = [threading.Thread(target=add, args=(words.ctypes.data,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert words.tolist() == [0, 60_000]


@pytest.mark.parametrize(
    ("triple", "x86", "wanted"),
    [
        ("aarch64-unknown-linux-gnu", False, ("FPCR", "yield", "#0x1000000")),
        ("arm64-apple-darwin", False, ("FPCR", "yield", "#0x1000000")),
        ("x86_64-unknown-linux-gnu", True, ("stmxcsr", "ldmxcsr", "pause", "$32832")),
    ],
)
def test_the_mode_and_the_pause_of_both_kinds_of_machine(triple: str, x86: bool, wanted: tuple[str, ...]) -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    module = ir.Module("words")
    module.triple = triple
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), []), "words")
    builder = ir.IRBuilder(function.append_basic_block())
    mode = driver_words.read_mode(builder, x86=x86)
    flush = driver_words.FLUSH_X86 if x86 else driver_words.FLUSH_ARM
    driver_words.write_mode(builder, builder.or_(mode, ir.IntType(64)(flush)), x86=x86)
    driver_words.wait(builder, x86=x86)
    builder.ret_void()
    machine = llvm.Target.from_triple(triple).create_target_machine(opt=2)
    text = machine.emit_assembly(llvm.parse_assembly(str(module)))
    assert [word for word in wanted if word not in text] == []
