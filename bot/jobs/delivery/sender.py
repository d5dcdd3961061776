"""The sender of deliveries: claimed, sent, confirmed; never sent twice, and tried again where they did not arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Literal, Protocol

from bot.jobs.time_limit import UNLIMITED, TimeLimit
from bot.messages.kit.message import Message
from bot.messages.kit.payload import read_messages, write_messages
from bot.service.faults import report_fault
from bot.service.log import get_log
from core.errors import N_, NoSnapshotError, NrrbotError, Sentence, SlackError, StoreError
from core.store.outgoing.deliveries import NOTICES, Delivery
from core.store.store import Store

if TYPE_CHECKING:
    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")
Outcome = Literal["confirmed", "refused", "uncertain", "taken"]
# The times between attempts; the last one repeats until the grace ends.
DELAYS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
THREADS = 8
# Slack takes about one message a second and channel.
PACE = 1.0


class PostponedError(Exception):
    """A delivery may be sent, but not now.

    Attributes:
        until: when it is due.

    """

    def __init__(self, until: dt.datetime) -> None:
        """Postpone until a moment."""
        super().__init__(until)
        self.until = until


class Office(Protocol):
    """Builds the messages of deliveries, and takes note of their outcomes."""

    def prepare(self, claimed: Delivery) -> Delivery:
        """Return a delivery with messages that its readers may see, built and kept where it has none.

        Raises:
            NrrbotError: they may see no figures, or it cannot be built.
            PostponedError: it is due later.

        """

    def note_arrival(self, delivery: Delivery) -> None:
        """Take note that a delivery has arrived."""

    def note_refusal(self, delivery: Delivery, error: NrrbotError) -> None:
        """Take note that a delivery has not arrived."""

    def note_expiry(self, delivery: Delivery) -> None:
        """Take note that a delivery is tried no more."""

    def note_doubt(self, delivery: Delivery) -> None:
        """Take note that it is not known whether a delivery has arrived."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends deliveries.

    Attributes:
        store: the store of the deliveries.
        client: the client of the Web API, which never waits.
        office: builds the messages, and knows who may read them.
        clock: returns the present moment.
        pace: the least seconds between two messages to one channel.
        limit: when the run ends; the rest is sent by the next one.

    """

    store: Store
    client: WebClient
    office: Office
    clock: Callable[[], dt.datetime]
    pace: float = PACE
    limit: TimeLimit = UNLIMITED
    # The end of the last request to each conversation, and the conversation of each person.
    _sent: dict[str, float] = field(default_factory=dict, init=False, repr=False, compare=False)
    _conversations: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def send_due(self) -> None:
        """Send all deliveries that are due, in turns by channel, and those that become due meanwhile.

        Raises:
            NrrbotError: the time of the run is over, and some are still due.

        """
        self.settle_interrupted()
        for delivery in self.store.deliveries.give_up(self.clock()):
            self.office.note_expiry(delivery)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="delivery") as threads:
            # A reply becomes due with the message that it replies to.
            while (due := self.store.deliveries.list_due(self.clock())) and not self.limit.is_over:
                first: dict[str, Delivery] = {}
                for delivery in due:
                    first.setdefault(self._conversations.get(delivery.channel, delivery.channel), delivery)
                free_since = monotonic() - self.pace
                ready = [entry for name, entry in first.items() if self._sent.get(name, free_since) <= free_since]
                if ready:
                    list(threads.map(self._send_in_time, ready))
                else:
                    self.limit.stopping.wait(min(self._sent[name] for name in first) - free_since)
        if due:
            self.limit.check()

    def settle_interrupted(self) -> None:
        """Ask about the deliveries whose request was interrupted."""
        for delivery in self.store.deliveries.list_interrupted(self.clock()):
            self._doubt(delivery)

    def _send_in_time(self, delivery: Delivery) -> None:
        if not self.limit.is_over:
            self.send(delivery.kind, delivery.key)

    def send(self, kind: str, key: str) -> Outcome:
        """Send a delivery that is due, and return its outcome: `taken` where another sends it, or later."""
        claimed = self.store.deliveries.claim(kind, key, self.clock())
        if claimed is None:
            return "taken"
        try:
            prepared = self.office.prepare(claimed)
        except PostponedError as postponed:
            self.store.deliveries.postpone(claimed, postponed.until)
            return "taken"
        except NrrbotError as error:
            if isinstance(error, StoreError) and not isinstance(error, NoSnapshotError):
                raise
            return self._refuse(claimed, error)
        except Exception as error:  # noqa: BLE001 - one that cannot be built must not hold up the others
            return self._refuse(claimed, report_fault(error, "a digest"))
        if not self.store.deliveries.begin_sending(prepared, self.clock()):
            return "taken"
        return self._post(prepared)

    def _post(self, sending: Delivery) -> Outcome:
        from bot.slack.client import post_and_locate
        from bot.slack.errors import was_refused

        first, *others = read_messages(sending.body)
        try:
            channel, ts = post_and_locate(self.client, sending.channel, first, thread=sending.thread)
        except SlackError as error:
            return self._refuse(sending, error) if was_refused(error) else self._doubt(sending)
        finally:
            self._sent[sending.channel] = monotonic()
        self._sent[channel] = monotonic()
        self._conversations[sending.channel] = channel
        self.store.deliveries.confirm(sending, self.clock(), channel, ts, _write_rest(others))
        self.office.note_arrival(sending)
        LOG.info("delivered", kind=sending.kind, key=sending.key)
        return "confirmed"

    def _refuse(self, delivery: Delivery, error: NrrbotError) -> Outcome:
        from bot.slack.errors import find_wait

        asked = find_wait(error)
        if asked is None:
            delay = DELAYS[min(delivery.attempts, len(DELAYS)) - 1]
        else:
            delay = max(DELAYS[0], dt.timedelta(seconds=asked))
        self.store.deliveries.refuse(delivery, Sentence(error.problem, error.values), self.clock() + delay)
        LOG.warning("not delivered", kind=delivery.kind, key=delivery.key, reason=error.problem, again_in=str(delay))
        self.office.note_refusal(delivery, error)
        return "refused"

    def _doubt(self, delivery: Delivery) -> Outcome:
        if delivery.kind.startswith(NOTICES):
            return self._refuse(delivery, SlackError(N_("It is not known whether it arrived."), N_("Look there.")))
        if self.store.deliveries.doubt(delivery):
            LOG.error("it is not known whether it was delivered", kind=delivery.kind, key=delivery.key)
            self.office.note_doubt(delivery)
        return "uncertain"


def _write_rest(messages: list[Message]) -> str:
    return write_messages(messages) if messages else ""
