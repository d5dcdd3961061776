"""Values that are computed once: by the first who asks, while the others wait for it.

`functools.lru_cache` does not lock: a value that is missing under load is computed by everybody at once.
"""

from __future__ import annotations

import contextlib
import functools
import gc
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


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

    def forget(self) -> None:
        """Forget all values. Those that are being computed reach the threads that wait for them."""
        with self._lock:
            self._values.clear()

    def _drop(self, key: Hashable, value: Future[Any]) -> None:
        with self._lock:
            if self._values.get(key) is value:
                del self._values[key]


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
