"""A server that runs in the background until it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from time import sleep


class Serving:
    """A server that runs in the background until it is stopped.

    Attributes:
        address: its address, or the way it is connected.

    """

    def __init__(self, address: str, stop: Callable[[], None]) -> None:
        self.address = address
        self._stop = stop
        self._stopping = self._stopped = False
        self._lock = RLock()  # a second Ctrl-C may interrupt the handling of the first, on the same thread

    def wait(self) -> None:
        """Block until `stop` was called, from another thread or a signal handler."""
        # No threading.Event: `set` in a signal handler can deadlock with the `wait` that it interrupts.
        while not self._stopped:
            sleep(0.1)

    def stop(self) -> None:
        """Take no more requests, finish those under way, free the port or connection. May be called twice."""
        with self._lock:
            if not self._stopping:
                self._stopping = True
                self._stop()
                self._stopped = True
