"""Questions at work and waiting: in turns by person, so that no one waits for all the questions of someone else."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic

from core.errors import N_, NrrbotError

MOST_AT_WORK = 3  # questions of one person
MOST_WAITING = 20  # of one person
MOST_IN_ALL = 200  # waiting, of all people
THREADS = 8

Work = Callable[[], None]


class Turns:
    """Threads that work in turns: one question of each person who waits, then the next one of each."""

    def __init__(self, name: str, threads: int = THREADS) -> None:
        self._changed = Condition()
        self._waiting = OrderedDict[str, deque[Work]]()
        self._at_work = Counter[str]()
        self._is_closed = self._is_given_up = False
        self._threads = [Thread(target=self._run, name=f"{name}-{number}", daemon=True) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, person: str, work: Work) -> None:
        """Queue work of a person. It must not raise.

        Raises:
            NrrbotError: too much is waiting already, of this person or in all.

        """
        with self._changed:
            own = len(self._waiting.get(person, ()))
            if own >= MOST_WAITING:
                raise NrrbotError(
                    N_("{count} of your questions are waiting, so this one was not accepted."),
                    N_("Ask it again when they are answered."),
                    count=own,
                )
            if sum(map(len, self._waiting.values())) >= MOST_IN_ALL:
                raise NrrbotError(
                    N_("Too many people are asking at the moment, so this question was not accepted."),
                    N_("Ask it again in a minute."),
                )
            self._waiting.setdefault(person, deque()).append(work)
            self._changed.notify()

    def count_waiting(self) -> int:
        """Return how many questions wait."""
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def shutdown(self, deadline: float) -> int:
        """Finish the work until `deadline` (`time.monotonic`), then end; return how many questions were given up."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, deadline - monotonic()))
        with self._changed:
            self._is_given_up = True
            self._changed.notify_all()
            return self._at_work.total() + sum(map(len, self._waiting.values()))

    def _run(self) -> None:
        while (turn := self._take_turn()) is not None:
            person, work = turn
            try:
                work()
            finally:
                with self._changed:
                    self._at_work -= Counter([person])
                    self._changed.notify_all()

    def _take_turn(self) -> tuple[str, Work] | None:
        """Wait for work and return it with its person; None when all work is done and no more will come."""
        with self._changed:
            while not self._is_given_up:
                person = next((name for name in self._waiting if self._at_work[name] < MOST_AT_WORK), None)
                if person is not None:
                    work = self._waiting[person].popleft()
                    self._waiting.move_to_end(person)
                    if not self._waiting[person]:
                        del self._waiting[person]
                    self._at_work[person] += 1
                    return person, work
                if self._is_closed and not self._waiting:
                    return None
                self._changed.wait()
            return None
