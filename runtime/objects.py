"""Object files made callable: loaded through llvmlite alone, without numba."""

from __future__ import annotations

import llvmlite.binding as llvm

from .target import host


class Library:
    """The functions loaded into this process, by symbol. Objects stay loaded as long as the library lives."""

    def __init__(self) -> None:
        target = host()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=target.cpu, features=target.features, opt=3, reloc="pic", codemodel="small"
        )
        # this linker keeps the parts of an object side by side: they reach one another by offsets of 32 bits, which
        # beside gigabytes of other memory the older one's would not
        self._compiler = llvm.create_lljit_compiler(machine, use_jit_link=True)
        self._loaded: dict[str, llvm.ResourceTracker] = {}

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._loaded

    def load(self, symbol: str, content: bytes) -> None:
        """Link one object file that defines `symbol`; nothing happens when it is loaded already."""
        if symbol in self:
            return
        self._loaded[symbol] = (
            llvm.JITLibraryBuilder()
            .add_object_img(content)
            .add_current_process()
            .export_symbol(symbol)
            .link(self._compiler, f"library-{symbol}")
        )

    def address(self, symbol: str) -> int:
        """Where the function lies; valid as long as the library lives. Raises KeyError."""
        return int(self._loaded[symbol][symbol])
