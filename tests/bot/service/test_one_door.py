"""The one door: one look-up of the newest snapshot and one base per window, whatever is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.metrics import retention
from core.store.store import Snapshot, Store
from tests.support.analysts import analyst_of, save, small_company

QUESTIONS = (
    *("", "enterprise Q3", "enterprise Q3 vs Q2", "why enterprise Q3", "by industry Q3", "accounts enterprise Q3"),
    *("trend enterprise", "cohorts", "methods Q3", "risks", "opportunities", "renewals 60", "targets", "outlook"),
    *("whatif churn 5%->3%", 'whatif lose "Bluepeak"', 'lose "Bluepeak"', "data", "help"),
)


@pytest.fixture
def bases(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the windows that bases were computed of, in order."""
    windows: list[Any] = []
    select_base = retention.select_base

    def counted(*arguments: Any, **more: Any) -> Any:
        windows.append(arguments[1])
        return select_base(*arguments, **more)

    for module in list(sys.modules.values()):
        if getattr(module, "select_base", None) is select_base:
            monkeypatch.setattr(module, "select_base", counted)
    return windows


@pytest.mark.parametrize(
    ("question", "windows"), [("enterprise Q3", 2), ("why enterprise Q3", 2), ("TTM", 1), ("Q3 vs Q2", 2)]
)
def test_one_base_per_window(tmp_path: Path, bases: list[Any], question: str, windows: int) -> None:
    analyst = analyst_of(tmp_path, small_company())
    bases.clear()
    analyst.reply("/nrr", question).message()
    assert len(bases) == len(set(bases)) <= windows


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_comes_from_one_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    analyst = analyst_of(tmp_path, small_company())
    alone = analyst.reply("/nrr", question)
    expected = alone.json(), alone.message()
    look_up: Callable[..., Snapshot | None] = Store.latest
    found: list[int] = []

    def latest(store: Store, source: str | None = None) -> Snapshot | None:
        snapshot = look_up(store, source)
        assert snapshot is not None
        found.append(snapshot.id)
        # A sync comes between this look-up and the next one: a month more, and other amounts.
        save(store, small_company(25, factor=2), str(snapshot.id + 1))
        return snapshot

    monkeypatch.setattr(Store, "latest", latest)
    reply = analyst.reply("/nrr", question)
    assert (reply.json(), reply.message()) == expected
    assert found == [1]
