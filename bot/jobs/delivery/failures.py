"""Failures that last: people are notified once, then daily, and once when they are over.

They are notified by direct message; where Slack or the store is the trouble, by `monitor.ping_url` and the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import Request, urlopen

from bot.jobs.delivery.recipients import Recipients
from bot.locale.translator import Translator
from bot.messages.freshness.failures import build_failure_notice, build_fixed_notice
from bot.messages.kit.message import Message
from bot.messages.kit.payload import write_messages
from bot.service.analyst import Analyst, is_unreadable_for_long
from bot.service.buttons.once import Once
from bot.service.log import get_log
from core.errors import N_, Sentence, SlackError, StoreError
from core.store.outgoing.failures import Failure
from core.store.requests.handled import HandledRequests

if TYPE_CHECKING:
    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")
SHEET, STALE, STORE = "sheet", "stale", "store"
# A run may come some seconds early; then the next one would be late.
_PING_EVERY, _DAY = dt.timedelta(seconds=50), dt.timedelta(days=1)
_PING_SECONDS = 10


@dataclass(slots=True)
class DeadMansSwitch:
    """The address that learns whether nrrbot works, as a dead man's switch: `/fail` is appended if it does not.

    Attributes:
        url: the address; empty for none.
        store_error: why the store could not be used in the last run; None where it could.

    """

    url: str = ""
    store_error: StoreError | None = None
    _failed_at: dt.datetime | None = field(default=None, init=False)
    _reported: frozenset[str] = field(default=frozenset(), init=False)
    _checked_at: dt.datetime | None = field(default=None, init=False)

    def is_due(self, now: dt.datetime) -> bool:
        """Return whether a minute has passed since this last said so."""
        is_due = self._checked_at is None or now - self._checked_at >= _PING_EVERY
        if is_due:
            self._checked_at = now
        return is_due

    def report(self, problem: str, now: dt.datetime, failing: Collection[str] = ()) -> None:
        """Report that nrrbot works, or that people cannot be notified, and of which failures: once each, then daily.

        Args:
            problem: why they cannot; empty where they can.
            now: the present moment.
            failing: the keys of other failures.

        """
        if not problem:
            self._failed_at, self._reported = None, frozenset()
            self._ping("", "")
        elif self._failed_at is None or now - self._failed_at >= _DAY or not self._reported.issuperset(failing):
            self._failed_at, self._reported = now, frozenset(failing)
            LOG.error("people cannot be notified of a failure", reason=problem, failing=sorted(failing))
            self._ping("/fail", " ".join((problem, *sorted(failing))))

    def _ping(self, ending: str, text: str) -> None:
        if not self.url:
            return
        try:
            with urlopen(Request(self.url.rstrip("/") + ending, text.encode()), timeout=_PING_SECONDS):  # noqa: S310 - the config checks that it is HTTP
                pass
        except (OSError, URLError) as error:
            LOG.warning("monitor.ping_url did not answer", error=type(error).__name__)


def report_failures(analyst: Analyst, client: WebClient, source: str, switch: DeadMansSwitch, now: dt.datetime) -> None:
    """Find out which failures last and which are over, and plan the messages about them."""
    recipients = Recipients.build(analyst, client, lambda: now)
    try:
        failing = _note_failures(recipients, source, now)
        report_open(recipients, now)
    except StoreError as error:
        switch.store_error = error
        _report_store(recipients, client, error, now)
        switch.report(str(error), now)
        return
    if switch.store_error:
        _close_store(recipients, client, switch.store_error, now)
        switch.store_error = None
    if switch.is_due(now):
        switch.report(_find_slack_problem(client), now, failing)


def _note_failures(recipients: Recipients, source: str, now: dt.datetime) -> Collection[str]:
    """Record which failures of the sheet last and which are over; return the keys of those that last."""
    analyst = recipients.analyst
    current = {key: (reason, fix) for key, reason, fix in _find_failures(analyst, source, now)}
    for key, (reason, fix) in current.items():
        analyst.store.failures.open(key, reason, fix, analyst.config.access.administrators, now)
    for key in {SHEET, STALE} - set(current):
        close_failure(recipients, key, now)
    return current.keys()


def _find_failures(analyst: Analyst, source: str, now: dt.datetime) -> Iterator[tuple[str, Sentence, str]]:
    """Yield key, reason and fix of the failures of the sheet."""
    poll = analyst.store.find_poll(source)
    if poll and poll.failure and is_unreadable_for_long(poll, now):
        yield SHEET, poll.failure, poll.fix
        return
    snapshot = analyst.find_snapshot()
    staleness = analyst.find_staleness(snapshot, now) if snapshot else None
    if staleness:
        values = {"hours": analyst.config.schedule.stale_hours}
        yield (
            STALE,
            Sentence(N_("The sheet was last checked more than {hours} hours ago, so answers are old."), values),
            N_("See the log of nrrbot run, which says why."),
        )


def report_open(recipients: Recipients, now: dt.datetime) -> None:
    """Plan the message of the day about each failure that lasts."""
    store = recipients.analyst.store
    deliveries = store.deliveries
    for failure in store.failures.list_open():
        # A failure of this very run was noticed some moments after its beginning.
        day = max((now - failure.since) // _DAY, 0)
        for user in failure.people:
            key = f"{failure.since.isoformat()} {day:03}"
            if deliveries.find(name_notice_kind(failure.key, user), key) is None:
                body = write_messages([build_failure_notice(failure, recipients.find_translator(user))])
                deliveries.plan(name_notice_kind(failure.key, user), key, user, now, now + _DAY, body=body)


def close_failure(recipients: Recipients, key: str, now: dt.datetime) -> None:
    """Record that a failure is over, and plan the message that says so to those who were notified of it."""
    store = recipients.analyst.store
    failure = next((failure for failure in store.failures.list_open() if failure.key == key), None)
    if failure is None:
        return
    deliveries = store.deliveries
    for user in failure.people:
        kind, since = name_notice_kind(key, user), failure.since.isoformat()
        last = deliveries.find_last(kind)
        deliveries.cancel(kind)
        if last and last.key.startswith(since):
            body = write_messages([build_fixed_notice(failure, recipients.find_translator(user))])
            deliveries.plan(kind, f"{since} fixed", user, now, now + _DAY, body=body)
    store.failures.close(key)


def name_notice_kind(key: str, user: str) -> str:
    """Return the kind of the messages to a person about a failure."""
    return f"failure:{key}:{user}"


def _find_slack_problem(client: WebClient) -> str:
    """Return why Slack takes no message; empty where it does."""
    from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

    try:
        client.auth_test()
    except FOREIGN_ERRORS as error:
        return str(map_slack_error(error))
    return ""


def _report_store(recipients: Recipients, client: WebClient, error: StoreError, now: dt.datetime) -> None:
    """Tell the administrators directly, as the store cannot keep the message; once a day by the file of requests."""
    failure = Failure(STORE, Sentence(error.problem, error.values), error.fix, now, ())
    _tell_directly(recipients, client, "failing store", lambda translate: build_failure_notice(failure, translate), now)


def _close_store(recipients: Recipients, client: WebClient, error: StoreError, now: dt.datetime) -> None:
    analyst = recipients.analyst
    once = Once(HandledRequests(analyst.store.path), lambda: now)
    for user in analyst.config.access.administrators:
        once.release(f"failing store {user}")
    failure = Failure(STORE, Sentence(error.problem, error.values), error.fix, now, ())
    key = f"fixed store {now.isoformat()}"
    _tell_directly(recipients, client, key, lambda translate: build_fixed_notice(failure, translate), now)


def _tell_directly(
    recipients: Recipients, client: WebClient, key: str, build: Callable[[Translator], Message], now: dt.datetime
) -> None:
    from bot.slack.client import post_message
    from bot.slack.errors import was_refused

    analyst = recipients.analyst
    once = Once(HandledRequests(analyst.store.path), lambda: now)
    for user in analyst.config.access.administrators:
        if once.claim(f"{key} {user}"):
            continue
        try:
            post_message(client, user, build(recipients.find_translator(user)))
        except SlackError as error:
            LOG.error("an administrator was not notified", reason=str(error))  # noqa: TRY400 - in words
            if was_refused(error):
                once.release(f"{key} {user}")
