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
from threading import Lock, get_ident
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

# While a thread prepares, the others wait for the interpreter at most so many seconds each time.
_SWITCH_SECONDS = 0.0005


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
    """While one thread prepares a value, the others use the one before."""

    def __init__(self) -> None:
        """Prepare nothing yet."""
        self._lock = Lock()
        self._thread: int | None = None
        self._earlier: Any | None = None

    @contextmanager
    def prepare(self, earlier: Any | None) -> Iterator[None]:
        """Let other threads use `earlier` in this block; where one prepares already, it goes first."""
        if not self._lock.acquire(blocking=False):
            yield
            return
        interval = sys.getswitchinterval()
        self._thread, self._earlier = get_ident(), earlier
        sys.setswitchinterval(_SWITCH_SECONDS)
        try:
            yield
        finally:
            sys.setswitchinterval(interval)
            self._thread = self._earlier = None
            self._lock.release()

    def find_earlier(self) -> Any | None:
        """Return the value to use in this thread; None if it is not being prepared, or this thread prepares it."""
        earlier = self._earlier
        return None if self._thread == get_ident() else earlier


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


def settle_collector() -> None:
    """Let the garbage collector skip what is in memory now: to look at the names of all accounts takes 0.1 seconds."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _return_free_memory()


def _return_free_memory() -> None:
    """Return to the system what the snapshots before this one took: glibc keeps it for each thread that used some."""
    import ctypes  # here, as the command line does not warm

    with contextlib.suppress(OSError, AttributeError):  # another system, another library
        ctypes.CDLL("libc.so.6").malloc_trim(0)
