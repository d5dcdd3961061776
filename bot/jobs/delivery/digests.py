"""The delivery of digests: those that are due, and the notices about those that do not arrive."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import TYPE_CHECKING

from bot.jobs.delivery.alerts import find_quiet_end
from bot.jobs.delivery.failures import SHEET, close_failure, describe_failing, name_notice_kind, report_open
from bot.jobs.delivery.recipients import Recipients
from bot.jobs.delivery.sender import PACE, Outcome, PostponedError, Sender
from bot.jobs.time_limit import UNLIMITED, TimeLimit
from bot.locale.readers import is_zone
from bot.locale.translator import Translator, get_translator
from bot.messages.digests.notices import build_doubt_message, build_expired_alert_message, build_pause_message
from bot.messages.kit.message import Message
from bot.messages.kit.payload import write_messages
from bot.service.access.viewer import Viewer
from bot.service.analyst import Analyst
from bot.service.digests.building import find_config_subscription
from bot.service.digests.own_accounts import build_messages
from bot.service.log import get_log
from core.errors import N_, AccessError, ConfigError, NrrbotError, QuestionError, Sentence
from core.schedules import Slot, find_current_slot, find_last_slot, find_zone
from core.store.outgoing.deliveries import ALERT, Delivery, split_key
from core.store.outgoing.subscriptions import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")
# So many digests of one subscription that did not arrive, one after the other, pause it.
MOST_FAILURES = 3
_WATCH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class DigestOffice:
    """Builds digests, and tells people of those that did not arrive.

    Attributes:
        analyst: the analyst.
        recipients: finds the languages and the names of people and channels.
        clock: returns the present moment.

    """

    analyst: Analyst
    recipients: Recipients
    clock: Callable[[], dt.datetime]

    def prepare(self, claimed: Delivery) -> Delivery:
        """Return a delivery with messages that its readers may see: those that were kept, or others.

        Raises:
            NrrbotError: its readers may see no figures, or it cannot be built.

        """
        subscription = self.analyst.store.subscriptions.find_sent(claimed.kind)
        if subscription:
            viewer = self.recipients.admit(subscription.channel, "digest")
            is_kept = claimed.body and claimed.payload.get("view") == _record_view(viewer)
            return claimed if is_kept else self._build(claimed, subscription, viewer)
        viewer = self.recipients.admit(claimed.channel, "delivery")
        if not claimed.body:
            raise QuestionError(N_("The subscription has ended."))
        if claimed.kind.startswith(ALERT) and (end := find_quiet_end(self.analyst, self.clock())):
            raise PostponedError(end)
        without_names = claimed.payload.get("without_names")
        return replace(claimed, body=without_names) if without_names and not viewer.sees_names else claimed

    def _build(self, claimed: Delivery, subscription: Subscription, viewer: Viewer) -> Delivery:
        """Build and keep the messages of a digest, or of its thread."""
        language = subscription.language or self.recipients.find_reader(subscription.channel).language
        translate = get_translator(language, find_zone(subscription.schedule.time_zone).key)
        analyst = self.analyst.serve(viewer).speak(translate)
        source = self._describe_source(subscription, translate)
        key, sent = split_key(claimed)
        built = build_messages(analyst, subscription, self.clock(), key, source)
        body = write_messages([built.message, *built.thread][sent:])
        payload = {**built.payload, "view": _record_view(viewer)}
        self.analyst.store.deliveries.keep(claimed, body, payload, built.snapshot_id)
        return replace(claimed, body=body, payload=payload)

    def note_arrival(self, delivery: Delivery) -> None:
        """Report that a subscription works again, if it was reported that it did not; record who was notified."""
        subscription = self.analyst.store.subscriptions.find_sent(delivery.kind)
        close_failure(self.recipients, subscription.kind if subscription else delivery.kind, self.clock())
        if subscription:
            viewer = Viewer(delivery.channel, "slack", "digest", channel=delivery.channel)
            self.analyst.audit.record(viewer, "done")
        poll = self.analyst.store.find_poll(self.analyst.source or "")
        if poll and poll.failure and delivery.kind == name_notice_kind(SHEET, delivery.channel):
            name = self.recipients.lookups.find_person(delivery.channel).name
            if name not in poll.notified:
                self.analyst.store.record_notified(self.analyst.source or "", [*poll.notified, name])

    def note_refusal(self, delivery: Delivery, error: NrrbotError) -> None:
        """Record a failure that lasts until someone acts, and plan the notices about it."""
        from bot.slack.errors import may_pass

        if not may_pass(error):
            self._report_failure(delivery, Sentence(error.problem, error.values), error.fix)

    def note_expiry(self, delivery: Delivery) -> None:
        """Report an alert that is too old by now, or a digest where trouble that may pass has lasted until then."""
        if delivery.kind.startswith(ALERT):
            for user in list_responsible(self.recipients, delivery.kind):
                translate = self.recipients.find_translator(user)
                subject = describe_failing(self.recipients, delivery.kind, translate)
                message = build_expired_alert_message(delivery, subject, translate)
                plan_notice(self.analyst, f"expiry:{delivery.kind}:{user}", delivery.key, user, message, self.clock())
        elif delivery.reason:
            self._report_failure(delivery, delivery.reason, "")

    def _report_failure(self, delivery: Delivery, reason: Sentence, fix: str) -> None:
        people = list_responsible(self.recipients, delivery.kind)
        if people:
            subscription = self.analyst.store.subscriptions.find_sent(delivery.kind)
            key = subscription.kind if subscription else delivery.kind
            self.analyst.store.failures.open(key, reason, fix, people, self.clock())
            report_open(self.recipients, self.clock())

    def note_doubt(self, delivery: Delivery) -> None:
        """Ask whether a digest or an alert is there."""
        key = f"{delivery.key} {delivery.attempts}"
        for user in list_responsible(self.recipients, delivery.kind):
            translate = self.recipients.find_translator(user)
            subject = describe_failing(self.recipients, delivery.kind, translate)
            message = build_doubt_message(delivery, subject, translate)
            plan_notice(self.analyst, f"doubt:{delivery.kind}:{user}", key, user, message, self.clock())

    def _describe_source(self, subscription: Subscription, translate: Translator) -> str:
        """Return why the readers of a digest get it."""
        owner = subscription.owner
        if subscription.is_direct:
            return translate(N_("You get this because you subscribed to it."))
        try:
            channel = self.recipients.find_channel_name(subscription.channel)
            person = self.recipients.lookups.find_person(owner).name if owner else ""
        except AccessError:
            return translate(N_("You get this because this channel is subscribed to it."))
        if not owner:
            return translate(N_("You get this because the config of nrrbot names #{channel}."), channel=channel)
        template = N_("You get this because {person} subscribed #{channel}.")
        return translate(template, person=person, channel=channel)


def _record_view(viewer: Viewer) -> list[object]:
    """Return the view of a viewer as JSON can hold it."""
    sees_names, limits = viewer.view
    return [sees_names, None if limits is None else sorted(limits)]


def list_responsible(recipients: Recipients, kind: str) -> list[str]:
    """Return the ids of the people who get the notices about a kind of delivery; none for notices themselves."""
    analyst = recipients.analyst
    administrators = analyst.config.access.administrators
    subscription = analyst.store.subscriptions.find_sent(kind)
    if subscription is None:
        return list(administrators) if kind.startswith(ALERT) else []
    # A person who has left reads nothing.
    if subscription.is_direct and recipients.may_admit(subscription.channel):
        return [subscription.owner]
    return list(dict.fromkeys(filter(None, [subscription.owner, *administrators])))


def plan_notice(analyst: Analyst, kind: str, key: str, user: str, message: Message, now: dt.datetime) -> None:
    """Plan a direct message; after a day it is sent no more."""
    body = write_messages([message])
    analyst.store.deliveries.plan(kind, key, user, now, now + dt.timedelta(days=1), body=body)


def _pause_failing(recipients: Recipients, subscription: Subscription, now: dt.datetime) -> bool:
    """Pause a subscription whose last digests did not arrive, and say so; return whether it was paused."""
    analyst = recipients.analyst
    last = analyst.store.deliveries.list_kind(subscription.kind, MOST_FAILURES)
    is_failing = len(last) == MOST_FAILURES and all(
        delivery.state == "refused" and delivery.claimed_at >= subscription.since for delivery in last
    )
    if is_failing:
        analyst.store.subscriptions.set_state(subscription.id, "paused", now)
        for user in list_responsible(recipients, subscription.kind):
            translate = recipients.find_translator(user)
            subject = describe_failing(recipients, subscription.kind, translate)
            message = build_pause_message(subscription, subject, last[0].reason, translate)
            plan_notice(analyst, f"pause:{subscription.kind}:{user}", now.isoformat(), user, message, now)
        LOG.error("a subscription was paused", subscription=subscription.id, failures=MOST_FAILURES)
    return is_failing


def build_sender(
    analyst: Analyst, client: WebClient, now: dt.datetime, *, pace: float = PACE, limit: TimeLimit = UNLIMITED
) -> Sender:
    """Return the sender of a run that begins now."""
    from bot.slack.client import build_web_client

    began = monotonic()

    def clock() -> dt.datetime:
        return now + dt.timedelta(seconds=monotonic() - began)

    recipients = Recipients.build(analyst, client, clock)
    # The client of other jobs waits where Slack asks to, and would hold up other channels.
    client = build_web_client(client.token, client.base_url)
    office = DigestOffice(analyst, recipients, clock)
    return Sender(analyst.store, client, office, clock, pace, limit)


def plan_digests(recipients: Recipients, now: dt.datetime) -> int:
    """Plan the digests that are due, each once; return their number. After an interruption the last one alone is."""
    analyst = recipients.analyst
    find_config_subscription(analyst)
    if analyst.find_snapshot() is None:
        return 0
    grace = dt.timedelta(minutes=analyst.config.schedule.grace_minutes)
    due: dict[tuple[str, str], tuple[Subscription, Slot]] = {}
    for subscription in analyst.store.subscriptions.list_all():
        if subscription.state == "active" and not is_zone(subscription.schedule.time_zone):
            _report_zone(recipients, subscription, now)
            continue
        slot = find_last_slot(subscription.schedule, now)
        if subscription.state == "active" and subscription.since < slot.at and now <= slot.at + grace:
            due[subscription.kind, slot.day.isoformat()] = subscription, slot
    deliveries, planned = analyst.store.deliveries, 0
    known = deliveries.find_planned(list(due))
    for (kind, key), (subscription, slot) in due.items():
        if (kind, key) not in known and not _pause_failing(recipients, subscription, now):
            planned += deliveries.plan(kind, key, subscription.channel, now, slot.at + grace)
    return planned


def _report_zone(recipients: Recipients, subscription: Subscription, now: dt.datetime) -> None:
    """Report that the hour of a subscription is not known on this machine."""
    failures = recipients.analyst.store.failures
    if all(failure.key != subscription.kind for failure in failures.list_open()):
        reason = Sentence(
            N_("The time zone {zone} does not exist on this machine."), {"zone": subscription.schedule.time_zone}
        )
        people = list_responsible(recipients, subscription.kind)
        failures.open(
            subscription.kind, reason, N_("Subscribe again with another one, such as Europe/Paris."), people, now
        )
        report_open(recipients, now)


def send_digests(
    analyst: Analyst, client: WebClient, now: dt.datetime, *, pace: float = PACE, limit: TimeLimit = UNLIMITED
) -> None:
    """Plan the digests that are due, and send all that is due.

    Raises:
        NrrbotError: the time of the run is over, and some are still due.

    """
    try:
        plan_digests(Recipients.build(analyst, client, lambda: now), now)
    finally:
        # Also what was planned before: notices say why no digests are.
        build_sender(analyst, client, now, pace=pace, limit=limit).send_due()


@dataclass(frozen=True, slots=True)
class Posted:
    """The outcome of a digest that was posted by hand.

    Attributes:
        outcome: `confirmed` where it is there, now or since earlier.
        text: the outcome as a sentence.

    """

    outcome: Outcome
    text: Sentence


def post_digest(analyst: Analyst, client: WebClient, now: dt.datetime, *, again: bool = False) -> Posted:
    """Post the digest of the config's channel for this week, unless it was posted already.

    Args:
        analyst: the analyst, with the config and the store.
        client: the client of the Web API.
        now: the present moment.
        again: send also a digest of which it is not known whether it arrived.

    Raises:
        ConfigError: no channel is configured.

    """
    subscription = find_config_subscription(analyst)
    if subscription is None:
        raise ConfigError(
            N_("No channel is configured for the digest."), N_("Set the id of a channel in schedule.digest_channel.")
        )
    analyst.load_newest()
    deliveries, kind = analyst.store.deliveries, subscription.kind
    day = find_current_slot(subscription.schedule, now).day
    key, expires = day.isoformat(), now + dt.timedelta(minutes=analyst.config.schedule.grace_minutes)
    sender = build_sender(analyst, client, now, pace=0)
    if again:
        sender.settle_interrupted()
        deliveries.settle(kind, key, now, has_arrived=False, expires_at=expires)
    is_new = deliveries.plan(kind, key, subscription.channel, now, expires)
    if not is_new:
        deliveries.make_due(kind, key, now, expires)
    if sender.send(kind, key) == "confirmed":
        sender.send_due()
        return Posted("confirmed", Sentence(N_("Posted the digest of {day}."), {"day": day}))
    while (delivery := deliveries.find(kind, key)) and delivery.state in {"claimed", "sending"}:
        # Another process is at it, or was.
        sleep(_WATCH_SECONDS)
        sender.settle_interrupted()
        if sender.send(kind, key) == "confirmed":
            break
    return _describe_outcome(deliveries.find(kind, key), day)


def _describe_outcome(delivery: Delivery | None, day: dt.date) -> Posted:
    state = delivery.state if delivery else "refused"
    if state == "confirmed":
        return Posted("confirmed", Sentence(N_("The digest of {day} was already posted."), {"day": day}))
    if delivery and state == "refused" and delivery.reason:
        values = {"day": day, "reason": delivery.reason}
        return Posted("refused", Sentence(N_("The digest of {day} was not posted: {reason}"), values))
    text = N_(
        "It is not known whether the digest of {day} was posted. Check the channel; if the digest is not there, run "
        "nrrbot digest --again."
    )
    return Posted("uncertain", Sentence(text, {"day": day}))
