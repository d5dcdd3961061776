"""Values that are computed once: by the first who asks, while the others wait for it.

`functools.lru_cache` does not lock: a value that is missing under load is computed by everybody at once.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Lock, RLock, get_ident
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

# While a thread prepares, the others wait for the interpreter at most so many seconds each time.
_SWITCH_SECONDS = 0.0005
# Parts of memory that threads share, and the bytes of an array that has its own: larger than one month of a ledger.
_ARENAS, _LARGE_ARRAY = 2, 4 * 1024 * 1024


class Memory:
    """The values that were asked for last, by key. Threads share it."""

    def __init__(self, limit: int) -> None:
        """Remember nothing yet; at most `limit` values later."""
        self._limit = limit
        self._values: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the value of `key`, computed if it is not remembered.

        An error of the computation is raised to all who wait for it, and is not remembered. `compute` must not ask
        for `key` again.
        """
        with self._lock:
            value: Future[T] | None = self._values.get(key)
            is_first = value is None
            if value is None:
                value = self._values[key] = Future()
                if len(self._values) > self._limit:
                    self._values.popitem(last=False)
            else:
                self._values.move_to_end(key)
        if is_first:
            try:
                value.set_result(compute())
            except BaseException as error:
                self._drop(key, value)
                value.set_exception(error)
                raise
        return value.result()

    def find_last(self) -> Any | None:
        """Return the value that was asked for last; None if none is remembered, or it is being computed."""
        with self._lock:
            value = next(reversed(self._values.values()), None)
        return value.result() if value and value.done() and not value.exception() else None

    def forget(self) -> None:
        """Forget all values. Those that are being computed reach the threads that wait for them."""
        with self._lock:
            self._values.clear()

    def _drop(self, key: Hashable, value: Future[Any]) -> None:
        with self._lock:
            if self._values.get(key) is value:
                del self._values[key]


class Preparation:
    """While one thread waits for a new value and prepares it, the others use the one before."""

    def __init__(self) -> None:
        """Prepare nothing yet."""
        self._lock = RLock()
        self._thread: int | None = None
        self._earlier: Any | None = None

    @contextmanager
    def expect(self) -> Iterator[None]:
        """Leave a new value to this thread in this block; where one expects it already, to that one."""
        if not self._lock.acquire(blocking=False):
            yield
            return
        before, self._thread = self._thread, get_ident()
        try:
            yield
        finally:
            self._thread = before
            self._lock.release()

    @contextmanager
    def prepare(self, earlier: Any | None) -> Iterator[None]:
        """Let other threads use `earlier` in this block; where one prepares already, it goes first."""
        with self.expect():
            if self.is_left_to_other():
                yield
                return
            interval = sys.getswitchinterval()
            self._earlier = earlier
            sys.setswitchinterval(_SWITCH_SECONDS)
            try:
                yield
            finally:
                sys.setswitchinterval(interval)
                self._earlier = None

    def is_left_to_other(self) -> bool:
        """Return whether another thread expects the next value, or prepares it."""
        return self._thread not in {None, get_ident()}

    def find_earlier(self) -> Any | None:
        """Return the value to use in this thread; None if it is not being prepared, or this thread prepares it."""
        earlier = self._earlier
        return earlier if self.is_left_to_other() else None


def remember(limit: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function so that its last `limit` values are remembered, each computed once."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        memory = Memory(limit)

        @functools.wraps(function)
        def remembered(*arguments: P.args, **options: P.kwargs) -> T:
            key = (arguments, tuple(sorted(options.items())))
            return memory.get(key, lambda: function(*arguments, **options))

        return remembered

    return decorate


@functools.cache
def settle_collector() -> None:
    """Let the garbage collector skip all that is in memory, from now on: to look at all phrases takes it 0.1 seconds.

    Every thread waits meanwhile. Call it before the first snapshot is loaded, as what it skips is kept.
    """
    gc.collect()
    gc.freeze()


def free_earlier() -> None:
    """Return to the system what the snapshots before this one took."""
    gc.collect()  # errors keep the snapshot that they were about
    _call_libc("malloc_trim", 0)


def limit_unused_memory() -> None:
    """Keep little of the memory that is freed; before the threads start, as each would have its own share of it."""
    # M_ARENA_MAX and M_MMAP_THRESHOLD of malloc.h: glibc would raise the threshold, and keep the arrays of ledgers.
    _call_libc("mallopt", -8, _ARENAS)
    _call_libc("mallopt", -3, _LARGE_ARRAY)


def _call_libc(function: str, *arguments: int) -> None:
    """Call a function of glibc; do nothing on another system, or with another library."""
    import ctypes  # here, as the command line does not need it

    with contextlib.suppress(OSError, AttributeError):
        getattr(ctypes.CDLL("libc.so.6"), function)(*arguments)
