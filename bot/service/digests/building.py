"""The digest of a subscription: its value, and its messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.locale.translator import Translator
from bot.messages.digests.thread import build_thread_messages
from bot.messages.digests.weekly import Footer, build_digest_message
from bot.messages.kit.markdown import render_markdown
from bot.messages.kit.message import Message
from bot.service.analyst import Analyst
from bot.service.memory import Memory
from core.config import Config
from core.digests.weekly import Digest, Recorded, compare_digest, measure_digest
from core.errors import N_, Sentence
from core.schedules import Schedule, find_current_slot
from core.store.outgoing.deliveries import Delivery
from core.store.outgoing.subscriptions import Subscription

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Nothing was due before.
_ALWAYS = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# Many people subscribe to the same cut at the same hour. The digests of one snapshot are remembered.
_MOST_CUTS = 256
_MEASURED = Memory(1)


@dataclass(frozen=True, slots=True)
class BuiltDigest:
    """A digest with its messages.

    Attributes:
        digest: the digest.
        message: the message itself.
        thread: the messages of its thread.

    """

    digest: Digest
    message: Message
    thread: Sequence[Message]

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n\n".join(message.text for message in (self.message, *self.thread))

    @property
    def markdown(self) -> str:
        """All of it as Markdown."""
        return "\n\n".join(render_markdown(message.parts) for message in (self.message, *self.thread))


def build_config_subscription(config: Config) -> Subscription | None:
    """Return the subscription of the config; None where it names no channel."""
    settings = config.schedule
    if not settings.digest_channel:
        return None
    schedule = Schedule(
        "weekly",
        WEEKDAYS.index(settings.digest_day),
        settings.digest_hour,
        settings.digest_minute,
        settings.time_zone,
    )
    return Subscription(0, settings.digest_channel, "", "", "", "digest", schedule, config.company.language, _ALWAYS)


def format_immediate_key(schedule: Schedule, now: dt.datetime) -> str:
    """Return the key of a digest that is asked for now: the minute by the clock of its time zone."""
    return f"{now.astimezone(ZoneInfo(schedule.time_zone)):%Y-%m-%dT%H:%M}"


def find_config_subscription(analyst: Analyst) -> Subscription | None:
    """Return the subscription of the config as it is stored; None where the config names no channel."""
    _ = analyst.zone  # a wrong name is an error of the config
    return analyst.store.subscriptions.configure(build_config_subscription(analyst.config))


def preview_digest(analyst: Analyst, now: dt.datetime) -> BuiltDigest:
    """Return the digest of the config's channel, or of the whole company, in the analyst's language.

    Raises:
        NoSnapshotError: nothing was synced yet.

    """
    configured = build_config_subscription(analyst.config) or Subscription(
        0, "", "", "", "", "digest", Schedule("weekly", 0, 8, 0, analyst.config.schedule.time_zone), "", _ALWAYS
    )
    stored = analyst.store.subscriptions.list_all()
    same = (entry for entry in stored if not entry.owner and entry.channel == configured.channel)
    return build_subscribed_digest(analyst, next(same, configured), now, analyst.default_reader.translate)


def build_subscribed_digest(
    analyst: Analyst,
    subscription: Subscription,
    now: dt.datetime,
    translate: Translator,
    key: str = "",
    source: str = "",
) -> BuiltDigest:
    """Return the digest of a subscription.

    Args:
        analyst: the analyst.
        subscription: the subscription; one that is not stored was never sent.
        now: the present moment.
        translate: the language of its readers.
        key: the key of its delivery; empty for that of the present day, week or month.
        source: why its readers get it; empty for a digest without a footer.

    Raises:
        NoSnapshotError: nothing was synced yet.
        QuestionError: the sheet does not have its cut any more.

    """
    day = dt.date.fromisoformat(key[:10]) if key else find_current_slot(subscription.schedule, now).day
    deliveries = analyst.store.deliveries
    last = deliveries.find_last(subscription.kind, before=key or day.isoformat())
    newest = analyst.load_newest()
    filters = analyst.read_filters(subscription.cut)
    # Before the first digest no figure was published that could have been restated.
    since = (last.snapshot_id or 0) if last else newest.snapshot.id
    today = now.astimezone(analyst.zone).date()

    measured: Memory = _MEASURED.get(newest.scope, lambda: Memory(_MOST_CUTS))

    def measure() -> Digest:
        scope = newest.scope if newest.scope.today == today else replace(newest.scope, today=today)
        return measure_digest(scope, day, filters, subscription.column)

    digest = compare_digest(
        measured.get((today, day, filters, subscription.column), measure),
        newest.scope.calendar,
        Recorded.restore(last.payload) if last and last.payload else None,
        newest.restatements(since),
        _describe_missed(deliveries.list_kind(subscription.kind), key or day.isoformat()),
    )
    write, cut = analyst.build_writer(digest.company.origin.id), subscription.cut
    footer = Footer(source, subscription.id) if source else None
    message = build_digest_message(digest, translate, lambda line: write(f"{line} {cut}".strip()), footer)
    return BuiltDigest(digest, message, build_thread_messages(digest, translate))


def _describe_missed(earlier: Sequence[Delivery], key: str) -> Sentence | None:
    """Return why the digest before was not posted; None where it was."""
    before = next((delivery for delivery in earlier if delivery.key < key), None)
    if before is None or before.state == "confirmed":
        return None
    day = dt.date.fromisoformat(before.key[:10])
    if before.state in {"sending", "uncertain"}:
        return Sentence(N_("It is not known whether the digest of {day} was posted."), {"day": day})
    if before.reason is None or not before.reason.template:
        return Sentence(N_("The digest of {day} was not posted: nrrbot was not running."), {"day": day})
    return Sentence(N_("The digest of {day} was not posted: {reason}"), {"day": day, "reason": before.reason})
