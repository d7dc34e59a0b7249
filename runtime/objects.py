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
        self._compiler = llvm.create_lljit_compiler(machine)
        self._loaded: dict[str, object] = {}
        self._addresses: dict[str, int] = {}

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._addresses

    def load(self, symbol: str, content: bytes) -> None:
        """Link one object file that defines `symbol`."""
        if symbol in self:
            return
        linked = (
            llvm.JITLibraryBuilder()
            .add_object_img(content)
            .add_current_process()
            .export_symbol(symbol)
            .link(self._compiler, f"library-{symbol}")
        )
        self._loaded[symbol] = linked
        self._addresses[symbol] = linked[symbol]

    def address(self, symbol: str) -> int:
        return self._addresses[symbol]
