"""What engine tests share: the toy's kernels, compiled once a session into a store of their own."""

from __future__ import annotations

import pytest

from netloom.runtime.objects import Library
from netloom.runtime.store import Store

from .toy import loaded


@pytest.fixture(scope="session")
def toy_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("store") / "kernels"
    store = Store(folder)
    loaded(store)
    return store


@pytest.fixture(scope="session")
def library(toy_store: Store) -> Library:
    return loaded(toy_store)
