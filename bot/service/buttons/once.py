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

    def claim(
        self, key: str, person: str = "", at: dt.datetime | None = None, instead: Handled | None = None
    ) -> Handled | None:
        """Return None to exactly one caller; to all others within 24 hours the request of the first one.

        Args:
            key: the key of the request.
            person: the person who makes it.
            at: its moment, which tells it from others with its key; None for the present.
            instead: the first request where this one takes its place.

        """
        at = at or self.clock()
        with self._lock:
            own = self._own.get(key)
            if own and own != instead:
                return own
        try:
            if not own:
                return self.requests.claim(key, person, at, instead)
        except StoreError as error:
            LOG.warning("a request is not remembered in the file", reason=str(error))
        with self._lock:
            own = self._own.get(key)
            if own and own != instead:
                return own
            self._own[key] = Handled(person, "", at)
            if len(self._own) > _MOST:
                self._own.popitem(last=False)
        return None

    def renew(self, key: str, at: dt.datetime) -> dt.datetime | None:
        """Return the new moment of a request that was made at a moment; None where another has taken its place."""
        now = self.clock()
        with self._lock:
            if own := self._own.get(key):
                if own.at != at:
                    return None
                self._own[key] = Handled(own.person, own.message, now)
                return now
        try:
            return now if self.requests.renew(key, at, now) else None
        except StoreError as error:
            LOG.warning("a request is not renewed in the file", reason=str(error))
            return at

    def confirm(self, key: str, at: dt.datetime, message: str) -> None:
        """Record the `ts` of the message that was posted for a request of a moment, or `UNKNOWN` if it may be lost."""
        with self._lock:
            if own := self._own.get(key):
                if own.at == at:
                    self._own[key] = Handled(own.person, message, at)
                return
        try:
            self.requests.confirm(key, at, message)
        except StoreError as error:
            LOG.warning("the place of a shared answer is not remembered in the file", reason=str(error))

    def release(self, key: str, at: dt.datetime) -> None:
        """Forget a request of a moment that certainly had no effect."""
        with self._lock:
            if own := self._own.get(key):
                if own.at == at:
                    del self._own[key]
                return
        try:
            self.requests.release(key, at)
        except StoreError as error:
            LOG.warning("a request that had no effect stays remembered in the file", reason=str(error))
