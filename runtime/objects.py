"""Object files made callable: loaded through llvmlite alone, without numba."""

from __future__ import annotations

from itertools import count
from threading import Lock

import llvmlite.binding as llvm

from .target import host


class Library:
    """The functions loaded into this process, by symbol. An object is linked when its address is first asked for: the
    kernels of programs that never run cost neither time nor pages. It stays as long as the library lives. Threads may ask
    at once."""

    def __init__(self) -> None:
        target = host()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=target.cpu, features=target.features, opt=3, reloc="pic", codemodel="small"
        )
        # this linker keeps the parts of an object side by side: they reach one another by offsets of 32 bits, which
        # beside gigabytes of other memory the older one's would not
        self._compiler = llvm.create_lljit_compiler(machine, use_jit_link=True)
        self._given: dict[str, bytes] = {}
        self._linked: dict[str, llvm.ResourceTracker] = {}
        self._linking = Lock()
        self._numbers = count()

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._linked or symbol in self._given

    def load(self, symbol: str, content: bytes) -> None:
        """Take one object file that defines `symbol`; nothing happens when it is here already."""
        if symbol not in self:
            self._given[symbol] = content

    def address(self, symbol: str) -> int:
        """Where the function lies; valid as long as the library lives. Raises KeyError."""
        with self._linking:
            if symbol in self._given:
                # the object is kept until it is linked: a Ctrl-C in between must not lose it, nor take the name
                self._linked[symbol] = (
                    llvm.JITLibraryBuilder()
                    .add_object_img(self._given[symbol])
                    .add_current_process()
                    .export_symbol(symbol)
                    .link(self._compiler, f"library-{symbol}-{next(self._numbers)}")
                )
                del self._given[symbol]
            return int(self._linked[symbol][symbol])
