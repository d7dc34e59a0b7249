"""A Ctrl-C while an object is linked does not lose it."""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
import pytest

from netloom.runtime.objects import Library
from netloom.runtime.store import Store

from .toy import engine, loaded, training


def test_a_ctrl_c_while_a_kernel_is_linked_leaves_it_to_the_next(
    toy_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, stops = llvm.JITLibraryBuilder.link, [True, True]

    def stopped(builder: Any, *words: Any) -> Any:
        found = link(builder, *words)
        if stops and stops.pop():
            raise KeyboardInterrupt
        return found

    library: Library = loaded(toy_store)
    monkeypatch.setattr(llvm.JITLibraryBuilder, "link", stopped)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            engine(library).run([training(1)])
    toy = engine(library)
    assert toy.run([training(1)]).status == "done"
    toy.close()
