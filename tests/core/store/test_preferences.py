"""The choices that people make for themselves."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.errors import StoreError
from core.store.state.preferences import Preferences
from core.store.store import Store


def test_choices_are_kept_for_each_person_of_each_workspace(tmp_path: Path) -> None:
    store = Store(tmp_path / "nrrbot.db")
    assert store.find_preferences("T0NRR", "U0LEA") == Preferences()
    choices = Preferences("fr", "Europe/Paris", 'region="UK & Ireland"')
    store.save_preferences("T0NRR", "U0LEA", Preferences("en"))
    store.save_preferences("T0NRR", "U0LEA", choices)
    assert Store(store.path).find_preferences("T0NRR", "U0LEA") == choices
    assert store.find_preferences("T0NRR", "U0ANN") == store.find_preferences("T1", "U0LEA") == Preferences()


def test_a_damaged_choice_is_reported(tmp_path: Path) -> None:
    store = Store(tmp_path / "nrrbot.db")
    store.save_preferences("T0NRR", "U0LEA", Preferences("fr"))
    connection = sqlite3.connect(store.path)
    with connection:
        connection.execute("UPDATE preferences SET language = 'x'")
    connection.close()
    with pytest.raises(StoreError, match="damaged"):
        store.find_preferences("T0NRR", "U0LEA")
