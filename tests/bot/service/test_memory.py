"""Values are computed once for all who wait for them; answers and ledgers are such values."""

from __future__ import annotations

import datetime as dt
import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from bot.service.memory import Memory, remember
from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.store.snapshots import Snapshot
from core.store.store import Store
from tests.support.samples.nine_accounts import build_analyst, build_company, save_snapshot

THREADS = 16


def run_together(work: Callable[[], Any]) -> list[Any]:
    """Run `work` on many threads at the same moment and return the results."""
    together = threading.Barrier(THREADS)

    def run(_: int) -> Any:
        together.wait(10)
        return work()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_a_value_is_computed_once_for_all_who_wait() -> None:
    memory, computed = Memory(2), list[int]()
    waiting = threading.Event()

    def compute() -> int:
        computed.append(1)
        waiting.wait(0.2)
        return 7

    assert run_together(lambda: memory.get("a", compute)) == [7] * THREADS
    assert len(computed) == 1


def test_an_error_reaches_all_who_wait_and_is_not_remembered() -> None:
    memory, outcomes = Memory(2), iter(["x", 7])
    waiting = threading.Event()

    def compute() -> int:
        waiting.wait(0.2)
        return 10 // len(str(next(outcomes))) // (0 if not computed else 1)

    computed: list[int] = []

    def ask() -> str:
        try:
            return str(memory.get("a", compute))
        except ZeroDivisionError as error:
            return type(error).__name__

    assert set(run_together(ask)) == {"ZeroDivisionError"}
    computed.append(1)
    assert ask() == "10"


def test_the_values_that_were_asked_for_last_are_kept() -> None:
    memory, computed = Memory(2), list[str]()

    def ask(key: str) -> None:
        memory.get(key, lambda: computed.append(key))

    for key in "abacab":
        ask(key)
    assert computed == ["a", "b", "c", "b"]
    memory.forget()
    ask("b")
    assert computed == ["a", "b", "c", "b", "b"]


def test_a_function_remembers_by_all_its_arguments() -> None:
    calls: list[tuple[int, int]] = []

    @remember(3)
    def add(one: int, other: int = 0) -> int:
        calls.append((one, other))
        return one + other

    assert [add(1), add(1, other=2), add(1), add(2), add(1, other=2)] == [1, 3, 1, 2, 3]
    assert calls == [(1, 0), (1, 2), (2, 0)]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the snapshots whose ledgers were loaded, in order."""
    loaded: list[int] = []
    load = Store.load

    def counted(store: Store, snapshot_id: int, earlier: tuple[Snapshot, Ledger] | None = None) -> Ledger:
        loaded.append(snapshot_id)
        return load(store, snapshot_id, earlier)

    monkeypatch.setattr(Store, "load", counted)
    return loaded


def ask_together(analyst: Analyst, question: str) -> set[int]:
    """Ask on many threads; return the ids of the messages, which are one if it was built once."""
    return set(run_together(lambda: id(analyst.reply("/nrr", question).message())))


def test_many_who_ask_at_once_share_one_answer_and_one_ledger(tmp_path: Path, loads: list[int]) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    assert len(ask_together(analyst, "enterprise Q3")) == 1
    assert len(ask_together(analyst, "why")) == 1
    assert loads == [1]


def test_an_answer_is_that_of_its_snapshot_day_settings_and_language(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    first = analyst.reply("/nrr", "").message()
    assert analyst.reply("/nrr", "").message() is first
    assert analyst.reply("/grr", "").message() != first
    tomorrow = replace(analyst, clock=lambda: analyst.clock() + dt.timedelta(days=1))
    assert tomorrow.reply("/nrr", "").message() is not first
    french = replace(analyst, translate=get_translator("fr"))
    assert french.reply("/nrr", "").message().text != first.text
    save_snapshot(analyst.store, build_company(25, factor=2), "2")
    assert analyst.reply("/nrr", "").message() != first


def test_an_accepted_problem_is_seen_at_once(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    before = analyst.load_newest()
    (problem,) = before.problems()
    analyst.reply("/nrr", "").message()
    analyst.store.accept_problems(before.snapshot.source, {problem.fingerprint: problem.code}, analyst.clock())
    assert analyst.load_newest().key != before.key


def test_the_sync_warms_and_not_the_first_who_asks(tmp_path: Path, loads: list[int]) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    analyst.warm()
    assert loads == [1]
    message = analyst.reply("/nrr", "").message()
    assert analyst.reply("/nrr", "").message() is message
    assert loads == [1]


def test_the_earlier_snapshot_answers_while_the_next_one_is_warmed(tmp_path: Path) -> None:
    built, others = build_analyst(tmp_path, "en", build_company()), list[int]()
    warming: list[int] = []

    def read_clock() -> dt.datetime:
        # The clock is read while a snapshot is loaded: then someone else asks.
        if threading.get_ident() in warming:
            warming.clear()
            with ThreadPoolExecutor(1) as pool:
                others.append(pool.submit(find_answering).result(10))
        return built.clock()

    analyst = replace(built, clock=read_clock)

    def find_answering() -> int:
        return int(analyst.reply("/nrr", "").json()["snapshot"]["id"])

    def warm() -> None:
        warming.append(threading.get_ident())
        analyst.warm()

    warm()  # no earlier one: the one who asks loads it
    save_snapshot(analyst.store, build_company(25, factor=2), "2")
    warm()
    assert [*others, find_answering()] == [1, 1, 2]


def test_a_snapshot_that_is_expected_is_loaded_by_no_one_who_asks(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    analyst.warm()

    def ask() -> int:
        with ThreadPoolExecutor(1) as pool:
            return int(pool.submit(analyst.reply, "/nrr", "").result(10).json()["snapshot"]["id"])

    with analyst.expect_snapshot():
        save_snapshot(analyst.store, build_company(25, factor=2), "2")
        assert ask() == 1
        analyst.warm()
        assert ask() == 2
        save_snapshot(analyst.store, build_company(25, factor=3), "3")
    assert ask() == 3  # it was not warmed: the one who asks loads it


def test_the_collector_skips_the_phrases_and_frees_the_snapshots_before(tmp_path: Path) -> None:
    analyst, ledgers = build_analyst(tmp_path, "en", build_company()), list[weakref.ref[Ledger]]()
    for factor in range(2, 6):
        analyst.warm()
        assert gc.get_freeze_count() > 10_000
        ledgers.append(weakref.ref(analyst.load_newest().scope.ledger))
        with pytest.raises(QuestionError):  # it keeps the ledger that it is about
            analyst.reply("/nrr", "qwertz")
        save_snapshot(analyst.store, build_company(25, factor=factor), str(factor))
    assert [ledger() is not None for ledger in ledgers] == [False, False, True, True]


def test_a_question_that_fails_fails_for_each_who_asks(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    for _ in range(2):
        with pytest.raises(QuestionError, match="qwertz"):
            analyst.reply("/nrr", "qwertz")
