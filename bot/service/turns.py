"""Work and what waits for it: in turns by owner, so that no person waits for all the questions of another one."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from threading import Condition, Thread, current_thread
from time import monotonic

from core.errors import N_, NrrbotError

MOST_AT_WORK = 3  # questions of one owner
MOST_WAITING = 20  # of one owner
MOST_IN_ALL = 200  # waiting, of all owners
THREADS = 8

Work = Callable[[], None]


class Turns:
    """Threads that work in turns: one question of each owner who waits, then the next one of each.

    An owner is a person, or a channel.
    """

    def __init__(self, name: str, threads: int = THREADS, most_at_work: int = MOST_AT_WORK) -> None:
        """Start the threads; so many of them work for one owner at a time."""
        self._most_at_work = most_at_work
        self._changed = Condition()
        self._waiting = OrderedDict[str, deque[Work]]()
        self._at_work = Counter[str]()
        self._is_closed = self._is_given_up = False
        self._threads = [Thread(target=self._run, name=f"{name}-{number}", daemon=True) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, owner: str, work: Work) -> None:
        """Queue work of an owner. It must not raise. Once the threads end, the caller does the work.

        Raises:
            NrrbotError: too much is waiting already, of this owner or in all.

        """
        with self._changed:
            if not self._is_closed:
                self._check_room(owner, MOST_WAITING)
                self._waiting.setdefault(owner, deque()).append(work)
                self._changed.notify()
                return
        work()

    def check_room(self, owner: str, most: int = MOST_WAITING) -> None:
        """Check that less than `most` of an owner waits.

        Raises:
            NrrbotError: too much is waiting already, of this owner or in all.

        """
        with self._changed:
            self._check_room(owner, most)

    def has_current_thread(self) -> bool:
        """Tell whether the caller is on one of these threads."""
        return current_thread() in self._threads

    def _check_room(self, owner: str, most: int) -> None:
        own = len(self._waiting.get(owner, ()))
        if own >= most:
            raise NrrbotError(
                N_("{count} questions are waiting already, so this one was not accepted."),
                N_("Ask it again when they are answered."),
                count=own,
            )
        if sum(map(len, self._waiting.values())) >= MOST_IN_ALL:
            raise NrrbotError(
                N_("Too many people are asking at the moment, so this question was not accepted."),
                N_("Ask it again in a minute."),
            )

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
            owner, work = turn
            try:
                work()
            finally:
                with self._changed:
                    self._at_work -= Counter([owner])
                    self._changed.notify_all()

    def _take_turn(self) -> tuple[str, Work] | None:
        """Wait for work and return it with its owner; None when all work is done and no more will come."""
        with self._changed:
            while not self._is_given_up:
                owner = next((name for name in self._waiting if self._at_work[name] < self._most_at_work), None)
                if owner is not None:
                    work = self._waiting[owner].popleft()
                    self._waiting.move_to_end(owner)
                    if not self._waiting[owner]:
                        del self._waiting[owner]
                    self._at_work[owner] += 1
                    return owner, work
                if self._is_closed and not self._waiting:
                    return None
                self._changed.wait()
            return None
