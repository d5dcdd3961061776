"""Messages on their way to Slack: in order for each destination, and none waits for another destination."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import monotonic

from bot.service.log import get_log
from bot.slack.errors import find_wait
from core.errors import SlackError

LOG = get_log("nrrbot.slack")
THREADS = 8
PATIENCE = 300.0  # seconds in all that a message waits as Slack asks; a longer wait is an error at once


@dataclass(slots=True)
class _Parcel:
    """A message on its way.

    Attributes:
        send: sends it.
        fail: called where it was not sent.
        drop: called where it certainly did not arrive, as nrrbot stops.
        context: the context of its request, for the log.
        waited: the seconds that it has waited for Slack.

    """

    send: Callable[[], None]
    fail: Callable[[Exception], None]
    drop: Callable[[], None]
    context: Context
    waited: float = 0.0


@dataclass(slots=True)
class _Destination:
    """A channel, a person or a response_url, with the messages that wait for it.

    Attributes:
        parcels: the messages, in order.
        due: when the first may be sent.
        current: the message that a thread sends now.

    """

    parcels: deque[_Parcel] = field(default_factory=deque)
    due: float = 0.0
    current: _Parcel | None = None


class Outbox:
    """Threads that send messages. A destination that Slack asks to slow down holds up its own messages alone."""

    def __init__(self, name: str, threads: int = THREADS, patience: float = PATIENCE) -> None:
        """Start the threads."""
        self._patience = patience
        self._changed = Condition()
        self._destinations = OrderedDict[str, _Destination]()
        self._is_closed = self._is_given_up = False
        self._threads = [Thread(target=self._run, name=f"{name}-{number}", daemon=True) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        destination: str,
        send: Callable[[], None],
        fail: Callable[[Exception], None],
        drop: Callable[[], None] = lambda: None,
    ) -> None:
        """Queue a message.

        Args:
            destination: where it goes; the messages of one destination are sent one after the other.
            send: sends it. After a SlackError that asks to wait it is called again.
            fail: called with the error where it was not sent. It must not raise.
            drop: called where it waits while the program stops, so that it is never sent. It must not raise.

        """
        with self._changed:
            place = self._destinations.setdefault(destination, _Destination())
            place.parcels.append(_Parcel(send, fail, drop, copy_context()))
            self._changed.notify()

    def count_waiting(self) -> int:
        """Return how many messages wait."""
        with self._changed:
            return sum(len(place.parcels) for place in self._destinations.values())

    def shutdown(self, deadline: float) -> int:
        """Send until `deadline` (`time.monotonic`), then end; log what was given up, and return the number of it."""

        def is_over() -> bool:
            return all(place.current is None and place.due > deadline for place in self._destinations.values())

        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            self._changed.wait_for(is_over, max(0.0, deadline - monotonic()))
            self._is_given_up = True
            self._changed.notify_all()
            places = self._destinations.values()
            current = [place.current for place in places if place.current]
            waiting = [parcel for place in places for parcel in place.parcels]
        for parcel in waiting:
            parcel.context.run(parcel.drop)
        for parcel in (*current, *waiting):
            parcel.context.run(LOG.warning, "a message was given up, as nrrbot is stopping")
        return len(current) + len(waiting)

    def _run(self) -> None:
        while (turn := self._take_turn()) is not None:
            name, place, parcel = turn
            wait = parcel.context.copy().run(self._send, parcel)
            with self._changed:
                place.current = None
                if wait is not None:
                    parcel.waited += wait
                    place.parcels.appendleft(parcel)
                    place.due = monotonic() + wait
                if not place.parcels:
                    del self._destinations[name]
                self._changed.notify_all()

    def _send(self, parcel: _Parcel) -> float | None:
        """Send a message; return the seconds after which to try again, None when it is done with."""
        try:
            parcel.send()
        except SlackError as error:
            wait = find_wait(error)
            if wait is None or parcel.waited + wait > self._patience:
                parcel.fail(error)
                return None
            LOG.info("Slack asks to wait", seconds=wait)
            return wait
        except Exception as error:  # noqa: BLE001 - a thread's last handler
            parcel.fail(error)
        return None

    def _take_turn(self) -> tuple[str, _Destination, _Parcel] | None:
        """Wait for a message that may be sent, and return it; None when all are sent and no more will come."""
        with self._changed:
            while not self._is_given_up:
                now = monotonic()
                idle = [(name, place) for name, place in self._destinations.items() if not place.current]
                ready = next(((name, place) for name, place in idle if place.due <= now), None)
                if ready:
                    name, place = ready
                    place.current = parcel = place.parcels.popleft()
                    self._destinations.move_to_end(name)
                    return name, place, parcel
                if self._is_closed and not self._destinations:
                    return None
                waits = [place.due - now for _, place in idle]
                self._changed.wait(min(waits) if waits else None)
            return None
