"""Failures that last: people are notified once, then daily, and once when they are over.

They are notified by direct message; where Slack or the store is the trouble, by `monitor.ping_url` and the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import Request, urlopen

from bot.jobs.delivery.recipients import Recipients, is_person
from bot.locale.translator import Translator
from bot.messages.digests.subscriptions import describe_subject
from bot.messages.freshness.failures import build_failure_notice, build_fixed_notice, name_failure
from bot.messages.kit.message import Message
from bot.messages.kit.payload import write_messages
from bot.service.analyst import Analyst, is_unreadable_for_long
from bot.service.buttons.once import Once
from bot.service.log import get_log
from core.errors import N_, Sentence, SlackError, StoreError
from core.store.outgoing.deliveries import ALERT
from core.store.outgoing.failures import Failure
from core.store.requests.handled import HandledRequests
from core.store.state.job_runs import JobRun

if TYPE_CHECKING:
    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")
SHEET, STALE, STORE, DAMAGED = "sheet", "stale", "store", "damaged"
# The key of the failure of alerts, before their channel.
ALERTS = "alerts"
# The key of the failure of a job, before its name. That of a sync is the failure of the sheet.
JOB, _SYNC = "job", "sync"
# So long a job must have failed: until then it may have succeeded again.
_FAILING_AFTER = dt.timedelta(minutes=15)
# A run may come some seconds early; then the next one would be late.
_PING_EVERY, _DAY = dt.timedelta(seconds=50), dt.timedelta(days=1)
_PING_SECONDS = 10
Runs = Mapping[str, JobRun]


@dataclass(slots=True)
class DeadMansSwitch:
    """The address that learns whether nrrbot works, as a dead man's switch: `/fail` is appended if it does not.

    Attributes:
        url: the address; empty for none.

    """

    url: str = ""
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


def report_failures(
    recipients: Recipients, client: WebClient, source: str, switch: DeadMansSwitch, runs: Runs, now: dt.datetime
) -> None:
    """Find out which failures last and which are over, and plan the messages about them."""
    try:
        failing = _note_failures(recipients, source, runs, now)
        report_open(recipients, now)
    except StoreError as error:
        _report_store(recipients, client, error, now)
        switch.report(str(error), now)
        return
    _close_store(recipients, client)
    if switch.is_due(now):
        problem = _find_slack_problem(client) or _find_unreported(recipients.analyst)
        if f"{JOB}:digests" in failing:
            problem = problem or "The job that sends all messages fails."
        switch.report(problem, now, failing)


def report_to_monitor(analyst: Analyst, source: str, switch: DeadMansSwitch, runs: Runs, now: dt.datetime) -> None:
    """Report failures where no person can be notified, as Slack is not connected."""
    try:
        lasting = [failure.key for failure in analyst.store.failures.list_open() if failure.key == DAMAGED]
        current = (*_find_failures(analyst, source, now), *_find_failing_jobs(runs, now))
        keys = [*lasting, *(key for key, _, _ in current)]
        problem = name_failure(keys[0]) if keys else ""
    except StoreError as error:
        problem = str(error)
    if switch.is_due(now):
        switch.report(problem, now)


def report_check(analyst: Analyst, client: WebClient | None, error: StoreError | None, now: dt.datetime) -> None:
    """Record that a check found damage in the store, or None: that it is sound."""
    if error:
        reason, people = Sentence(error.problem, error.values), analyst.config.access.administrators
        analyst.store.failures.open(DAMAGED, reason, error.fix, people, now)
    elif client:
        close_failure(Recipients.build(analyst, client, lambda: now), DAMAGED, now)
    else:
        analyst.store.failures.close(DAMAGED)


def _note_failures(recipients: Recipients, source: str, runs: Runs, now: dt.datetime) -> Collection[str]:
    """Record which failures of the sheet and of jobs last and which are over; return the keys of those that last."""
    analyst = recipients.analyst
    known = {failure.key for failure in analyst.store.failures.list_open()}
    failures = (*_find_failures(analyst, source, now), *_find_failing_jobs(runs, now))
    current = {key: (reason, fix) for key, reason, fix in failures}
    if DAMAGED in known:
        current.pop(f"{JOB}:verify", None)  # it has failed, as it found the damage
    for key, (reason, fix) in current.items():
        analyst.store.failures.open(key, reason, fix, analyst.config.access.administrators, now)
    for key in known - set(current):
        if key in {SHEET, STALE} or key.startswith(f"{JOB}:"):
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
            Sentence(N_("The data was last checked more than {hours} hours ago, so answers are old."), values),
            N_("See the log of nrrbot run, which says why."),
        )


def _find_failing_jobs(runs: Runs, now: dt.datetime) -> Iterator[tuple[str, Sentence, str]]:
    """Yield key, reason and fix of the jobs that have failed for a while."""
    for job, run in runs.items():
        if job != _SYNC and run.failed_since and now - run.failed_since >= _FAILING_AFTER:
            reason = Sentence(N_("It failed: {reason}"), {"reason": run.reason})
            yield f"{JOB}:{job}", reason, N_("See the log of nrrbot run, which says why.")


def report_open(recipients: Recipients, now: dt.datetime) -> None:
    """Plan the message of the day about each failure that lasts."""
    store = recipients.analyst.store
    deliveries = store.deliveries
    for failure in store.failures.list_open():
        # A failure of this very run was noticed some moments after its beginning.
        day = max((now - failure.since) // _DAY, 0)
        if _is_given_up(recipients.analyst, failure.key):
            for user in failure.people:
                deliveries.cancel(name_notice_kind(failure.key, user))
            store.failures.close(failure.key)
            continue
        for user in failure.people:
            key = f"{failure.since.isoformat()} {day:03}"
            if deliveries.find(name_notice_kind(failure.key, user), key) is None:
                translate = recipients.find_translator(user)
                subject = describe_failing(recipients, failure.key, translate)
                body = write_messages([build_failure_notice(failure, translate, subject)])
                deliveries.plan(name_notice_kind(failure.key, user), key, user, now, now + _DAY, body=body)


def _is_given_up(analyst: Analyst, key: str) -> bool:
    """Return whether what failed is not tried any more: it was paused, has ended, is too old, or is for no channel."""
    prefix, _, channel = key.partition(":")
    if prefix == ALERTS:
        return channel != (analyst.config.alerts.channel or analyst.config.schedule.digest_channel)
    subscription = analyst.store.subscriptions.find_sent(key)
    is_sent_once = key.startswith(ALERT) or (subscription is not None and subscription.state != "active")
    return is_sent_once and not analyst.store.deliveries.is_pending(key)


def describe_failing(recipients: Recipients, key: str, translate: Translator) -> str:
    """Return which digest, alerts or job a failure or a delivery is about, and where they go; empty for any other."""
    subscription = recipients.analyst.store.subscriptions.find_sent(key)
    prefix, _, channel = key.partition(":")
    if subscription:
        subject, recipient = describe_subject(subscription, translate), subscription.channel
    elif prefix in {ALERTS, ALERT.removesuffix(":")}:
        subject, recipient = translate(N_("Alerts")), channel
    elif prefix == JOB:
        return translate(N_("The job {job}."), job=channel)
    else:
        return ""
    name = recipients.find_name(recipient)
    if is_person(recipient):
        return translate(N_("{subject}, as direct messages to {person}."), subject=subject, person=name)
    return translate(N_("{subject}, in #{channel}."), subject=subject, channel=name)


def close_failure(recipients: Recipients, key: str, now: dt.datetime) -> None:
    """Record that a failure is over, and plan the message that says so to those who were notified of it."""
    store = recipients.analyst.store
    failure = next((failure for failure in store.failures.list_open() if failure.key == key), None)
    if failure is None:
        return
    deliveries = store.deliveries
    for user in failure.people:
        kind, since = name_notice_kind(key, user), failure.since.isoformat()
        deliveries.cancel(kind)
        # One that is on its way cannot be cancelled.
        if any(
            entry.key.startswith(since) and entry.state in {"confirmed", "sending"}
            for entry in deliveries.list_kind(kind)
        ):
            translate = recipients.find_translator(user)
            subject = describe_failing(recipients, key, translate)
            body = write_messages([build_fixed_notice(failure, translate, subject)])
            deliveries.plan(kind, f"{since} fixed", user, now, now + _DAY, body=body)
    store.failures.close(key)


def name_notice_kind(key: str, user: str) -> str:
    """Return the kind of the messages to a person about a failure."""
    return f"failure:{key}:{user}"


def _find_unreported(analyst: Analyst) -> str:
    """Return why no one could be notified of a failure; empty where someone was, or that is not known yet."""
    deliveries = analyst.store.deliveries
    for failure in analyst.store.failures.list_open():
        kinds = [name_notice_kind(failure.key, user) for user in failure.people]
        # The last notice that was tried: that of a new day says nothing yet.
        tried = [next((entry for entry in deliveries.list_kind(kind, 2) if entry.attempts), None) for kind in kinds]
        reasons = [entry.reason for entry in tried if entry and entry.state == "refused" and entry.reason]
        if len(reasons) == len(kinds):
            return f"No person could be notified of a failure. {reasons[0] if reasons else ''}".strip()
    return ""


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
    from bot.slack.errors import was_refused

    failure = Failure(STORE, Sentence(error.problem, error.values), error.fix, now, ())
    once = Once(HandledRequests(recipients.analyst.store.path), lambda: now)
    for user in recipients.analyst.config.access.administrators:
        if once.claim(_name_request(user)):
            continue
        refusal = _tell_directly(client, user, build_failure_notice(failure, recipients.find_translator(user)))
        if refusal and was_refused(refusal):
            once.release(_name_request(user), now)


def _close_store(recipients: Recipients, client: WebClient) -> None:
    """Tell the administrators that the store can be used again, also after a new start of the program."""
    requests = HandledRequests(recipients.analyst.store.path)
    for user in recipients.analyst.config.access.administrators:
        notified = requests.find(_name_request(user))
        if notified:
            requests.release(_name_request(user), notified.at)
            failure = Failure(STORE, Sentence(N_("Until then figures may be wrong.")), "", notified.at, ())
            _tell_directly(client, user, build_fixed_notice(failure, recipients.find_translator(user)))


def _name_request(user: str) -> str:
    """Return the key by which the file of requests knows that a person was notified of the store."""
    return f"failing store {user}"


def _tell_directly(client: WebClient, user: str, message: Message) -> SlackError | None:
    """Send a direct message; return why it was not sent."""
    from bot.slack.client import post_message

    try:
        post_message(client, user, message)
    except SlackError as error:
        LOG.error("an administrator was not notified", reason=str(error))  # noqa: TRY400 - in words
        return error
    return None
