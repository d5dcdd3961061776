"""A server that runs in the background until it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock


class Serving:
    """A server that runs in the background until it is stopped.

    Attributes:
        address: its address, or the way it is connected.
        is_connected: returns whether requests can arrive now.
        count_waiting: returns how many questions and messages wait, by queue.

    """

    def __init__(self, address: str, stop: Callable[[], None], is_connected: Callable[[], bool] = lambda: True) -> None:
        self.address = address
        self.is_connected = is_connected
        self.count_waiting: Callable[[], Mapping[str, float]] = dict
        self._stop = stop
        self._is_stopped = False
        self._lock = Lock()

    def stop(self) -> None:
        """Take no more requests, finish those under way, free the port or connection. May be called twice."""
        with self._lock:
            if not self._is_stopped:
                self._is_stopped = True
                self._stop()
