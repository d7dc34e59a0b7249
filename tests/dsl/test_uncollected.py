"""Work without the cyclic collector leaves it as it was."""

from __future__ import annotations

import gc

import pytest

from netloom.dsl.uncollected import uncollected


def _fails() -> None:
    with uncollected():
        assert not gc.isenabled()
        raise ValueError("broken")


def test_the_collector_is_there_again() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="broken"):
        _fails()
    assert gc.isenabled()


def test_what_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
