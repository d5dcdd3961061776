"""Work in turns by person: the limits, the order, and the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from bot.service.turns import MOST_AT_WORK, MOST_IN_ALL, MOST_WAITING, Turns
from core.errors import NrrbotError


@pytest.fixture
def turns() -> Iterator[Turns]:
    turns = Turns("test", threads=4)
    yield turns
    turns.shutdown(monotonic() + 10)


class Held:
    """Work that waits to be released, and remembers who was at work."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.begun: list[str] = []
        self.arrived = threading.Semaphore(0)

    def work(self, person: str) -> None:
        self.begun.append(person)
        self.arrived.release()
        self.release.wait(20)


def submit_all(turns: Turns, held: Held, person: str, count: int) -> int:
    """Submit work of a person, and return how much of it was accepted."""
    accepted = 0
    for _ in range(count):
        try:
            turns.submit(person, lambda: held.work(person))
        except NrrbotError:
            continue
        accepted += 1
    return accepted


def test_the_questions_of_one_person_leave_room_for_another(turns: Turns) -> None:
    held = Held()
    submit_all(turns, held, "ann", 1)
    assert held.arrived.acquire(timeout=10)
    assert submit_all(turns, held, "ann", 600) <= MOST_AT_WORK + MOST_WAITING
    for _ in range(MOST_AT_WORK - 1):
        assert held.arrived.acquire(timeout=10)
    answered = threading.Event()
    turns.submit("bob", answered.set)
    assert answered.wait(10)  # though nothing of Ann's is done
    assert held.begun == ["ann"] * MOST_AT_WORK
    held.release.set()


def test_turns_go_from_person_to_person(turns: Turns) -> None:
    held = Held()
    for person in ("a", "b"):
        submit_all(turns, held, person, 2)
    for _ in range(4):
        assert held.arrived.acquire(timeout=10)
    order: list[str] = []
    lock = threading.Lock()

    def note(person: str) -> None:
        with lock:
            order.append(person)

    for person in ("c", "c", "c", "c", "d", "e"):
        turns.submit(person, lambda person=person: note(person))  # type: ignore[misc] # a default that binds
    held.release.set()
    turns.shutdown(monotonic() + 10)
    assert sorted(order[:3]) == ["c", "d", "e"]
    assert order[3:] == ["c"] * 3


def test_no_more_than_the_limits_wait(turns: Turns) -> None:
    held = Held()
    people = [f"u{number}" for number in range(40)]
    for person in people[:4]:
        turns.submit(person, lambda: held.work("x"))
    for _ in range(4):
        assert held.arrived.acquire(timeout=10)
    accepted = [submit_all(turns, held, person, MOST_WAITING + 1) for person in people]
    assert accepted[0] == MOST_WAITING
    assert sum(accepted) == MOST_IN_ALL
    with pytest.raises(NrrbotError, match="20 questions are waiting already"):
        turns.submit("u0", held.release.set)
    with pytest.raises(NrrbotError, match="Too many people are asking"):
        turns.submit("someone", held.release.set)
    held.release.set()


def test_the_end_waits_for_all_work() -> None:
    turns, done = Turns("test", threads=2), list[int]()
    for number in range(15):
        turns.submit("ann", lambda number=number: done.append(number))  # type: ignore[misc] # a default that binds
    turns.shutdown(monotonic() + 10)
    assert sorted(done) == list(range(15))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("test-")]
    # A question that comes from other threads by then is not lost.
    turns.submit("ann", lambda: done.append(99))
    assert done[-1] == 99


def test_work_that_fails_leaves_its_turn(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    for _ in range(4):
        turns.submit("ann", lambda: 1 / 0)  # type: ignore[arg-type]
    turns.shutdown(monotonic() + 10)
    assert not turns._at_work.total()
