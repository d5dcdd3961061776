"""Requests that were handled already: remembered with the store for 24 hours, across restarts and processes."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from bot.service.log import get_log, limit_rate
from core.errors import StoreError
from core.store.requests.handled import Handled, HandledRequests

LOG = get_log("nrrbot.once")
limit_rate(LOG.name)  # a disk that is full would have a line for each request
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Once:
    """Lets each request, and each post of the same answer in a channel, be handled once.

    While the file cannot be written, as it is read only or the disk is full, this process alone remembers.

    Attributes:
        requests: the file of handled requests.
        clock: returns the present moment.

    """

    requests: HandledRequests
    clock: Callable[[], dt.datetime]
    _own: OrderedDict[str, Handled] = field(default_factory=OrderedDict, init=False, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def claim(self, key: str, person: str = "", instead: Handled | None = None) -> Handled | None:
        """Return None to exactly one caller; to all others within 24 hours the request of the first one.

        A request that takes the place of the first one names it.
        """
        now = self.clock()
        with self._lock:
            own = self._own.get(key)
            if own and own != instead:
                return own
        try:
            if not own:
                return self.requests.claim(key, person, now, instead)
        except StoreError as error:
            LOG.warning("a request is not remembered in the file", reason=str(error))
        with self._lock:
            own = self._own.get(key)
            if own and own != instead:
                return own
            self._own[key] = Handled(person, "", now)
            if len(self._own) > _MOST:
                self._own.popitem(last=False)
        return None

    def confirm(self, key: str, message: str) -> None:
        """Record the `ts` of the message that was posted, or `UNKNOWN` where it may be lost."""
        with self._lock:
            if own := self._own.get(key):
                self._own[key] = Handled(own.person, message, own.at)
                return
        try:
            self.requests.confirm(key, message)
        except StoreError as error:
            LOG.warning("the place of a shared answer is not remembered in the file", reason=str(error))

    def release(self, key: str) -> None:
        """Forget a request that certainly had no effect."""
        with self._lock:
            if self._own.pop(key, None):
                return
        try:
            self.requests.release(key)
        except StoreError as error:
            LOG.warning("a request that had no effect stays remembered in the file", reason=str(error))
