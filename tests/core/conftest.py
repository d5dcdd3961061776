"""Fixtures of the tests of core."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "nrrbot.db", patience=30)
