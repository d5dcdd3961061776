"""The digest of a subscription: its value, and its messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.messages.digests.thread import build_thread_messages
from bot.messages.digests.weekly import Footer, build_digest_message
from bot.messages.kit.layout import render
from bot.messages.kit.markdown import render_markdown
from bot.messages.kit.message import Message
from bot.service.access.viewer import OWNER, Viewer
from bot.service.analyst import Analyst
from bot.service.buttons.state import State
from bot.service.memory import Memory
from core.config import Config
from core.digests.weekly import Digest, Recorded, compare_digest, measure_digest
from core.errors import N_, NoSnapshotError, QuestionError, Sentence
from core.ledger.segments import Segments
from core.query.vocabulary import Filter
from core.schedules import Schedule, find_current_slot, find_last_slot, find_zone
from core.store.outgoing.deliveries import Delivery
from core.store.outgoing.subscriptions import Subscription

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NOT_SUBSCRIBED = (N_("This digest is not subscribed any more."), N_("Subscribe again: /nrr digest list."))
# Nothing was due before.
_ALWAYS = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# Many people subscribe to the same cut at the same hour. The digests of one snapshot are remembered.
_MOST_CUTS = 256
# With all names, and without them in two languages.
_MEASURED = Memory(3)


@dataclass(frozen=True, slots=True)
class BuiltMessages:
    """The messages of a subscription at a time.

    Attributes:
        message: the message itself.
        thread: the messages of its thread.
        payload: what the next ones are compared with, as JSON can hold it.
        snapshot_id: the snapshot that they report.

    """

    message: Message
    thread: Sequence[Message]
    payload: Mapping[str, object]
    snapshot_id: int

    @property
    def whole(self) -> Message:
        """All of it as one message."""
        return render([part for message in (self.message, *self.thread) for part in message.parts])

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n\n".join(message.text for message in (self.message, *self.thread))

    @property
    def markdown(self) -> str:
        """All of it as Markdown."""
        return "\n\n".join(render_markdown(message.parts) for message in (self.message, *self.thread))


@dataclass(frozen=True, slots=True)
class BuiltDigest(BuiltMessages):
    """A digest with its messages.

    Attributes:
        digest: the digest.

    """

    digest: Digest


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


def build_unsubscribed(config: Config) -> Subscription:
    """Return the digest of the whole company, which no one has subscribed to."""
    return Subscription(
        0, "", "", "", "", "digest", Schedule("weekly", 0, 8, 0, config.schedule.time_zone), "", _ALWAYS
    )


def format_immediate_key(schedule: Schedule, now: dt.datetime) -> str:
    """Return the key of a digest that is asked for now: the minute by the clock of its time zone."""
    return f"{now.astimezone(find_zone(schedule.time_zone)):%Y-%m-%dT%H:%M}"


def find_config_subscription(analyst: Analyst) -> Subscription | None:
    """Return the subscription of the config as it is stored; None where the config names no channel."""
    _ = analyst.zone  # a wrong name is an error of the config
    return analyst.store.subscriptions.configure(build_config_subscription(analyst.config))


def preview_digest(analyst: Analyst, now: dt.datetime) -> BuiltDigest:
    """Return the digest of the config's channel, or of the whole company, in the analyst's language.

    Raises:
        NoSnapshotError: nothing was synced yet.

    """
    configured = build_config_subscription(analyst.config) or build_unsubscribed(analyst.config)
    stored = analyst.store.subscriptions.list_all()
    same = (entry for entry in stored if not entry.owner and entry.channel == configured.channel)
    return build_subscribed_digest(analyst.speak(analyst.default_reader.translate), next(same, configured), now)


def build_subscribed_digest(
    analyst: Analyst,
    subscription: Subscription,
    now: dt.datetime,
    key: str = "",
    source: str = "",
    state: State | None = None,
) -> BuiltDigest:
    """Return the digest of a subscription, as the analyst's viewer may see it and in the analyst's language.

    Args:
        analyst: the analyst.
        subscription: the subscription; one that is not stored was never sent.
        now: the present moment.
        key: the key of its delivery; empty for that of the present day, week or month.
        source: why its readers get it; empty for a digest without a footer.
        state: names the snapshot that it reports; None for the newest one.

    Raises:
        NoSnapshotError: nothing was synced yet, or the snapshot was pruned.
        QuestionError: the sheet does not have its cut any more.
        AccessError: the viewer may not see its cut, or not the names in its columns.

    """
    day = dt.date.fromisoformat(key[:10]) if key else find_current_slot(subscription.schedule, now).day
    deliveries, key_or_day = analyst.store.deliveries, key or day.isoformat()
    newest = deliveries.list_kind(subscription.kind)
    arrived = (entry for entry in newest if entry.state == "confirmed" and entry.key < key_or_day)
    # Without any delivery, as of a new subscription, there is no earlier one either.
    last = next(arrived, None) or (deliveries.find_last(subscription.kind, key_or_day) if newest[1:] else None)
    loaded, filters = analyst.load_cut(subscription.cut, subscription.column, state)
    column = subscription.column or _choose_column(loaded.scope.segments, filters, analyst.viewer)
    # Before the first digest no figure was published that could have been restated.
    since = (last.snapshot_id or 0) if last else loaded.snapshot.id
    today = state.day if state else now.astimezone(analyst.zone).date()

    measured: Memory = _MEASURED.get((loaded.scope.segments, loaded.key), lambda: Memory(_MOST_CUTS))

    def measure() -> Digest:
        scope = (loaded.scope if loaded.scope.today == today else replace(loaded.scope, today=today)).watch()
        return replace(measure_digest(scope, day, filters, column), has_newer_load=scope.has_newer_load)

    digest = compare_digest(
        measured.get((today, day, filters, column), measure),
        loaded.scope.calendar,
        Recorded.restore(last.payload) if last and last.payload else None,
        loaded.restatements(since),
        describe_missed(subscription, newest, key_or_day),
    )
    write, cut = analyst.build_writer(loaded.snapshot), subscription.cut
    footer = Footer(source, subscription.id) if source else None
    message = build_digest_message(digest, analyst.translate, lambda line: write(f"{line} {cut}".strip()), footer)
    named = write(f"digest {subscription.id} {key}".strip())
    messages = build_thread_messages(digest, analyst.translate, cut)
    thread = [analyst.offer_names(part, "names", named) for part in messages]
    return BuiltDigest(
        analyst.offer_names(message, "names", named),
        thread,
        digest.record().payload(),
        digest.company.origin.id,
        digest,
    )


def rebuild_digest(analyst: Analyst, state: State) -> Message:
    """Return the digest that a button belongs to, with its thread, as the viewer may see it.

    Raises:
        AccessError: the viewer may not see it.
        QuestionError: its data is not kept any more.

    """
    number, _, key = state.q.removeprefix("digest").strip().partition(" ")
    subscription = analyst.store.subscriptions.find(int(number)) if number.isdigit() else None
    if subscription is None or subscription.subject != "digest":
        raise QuestionError(*NOT_SUBSCRIBED)
    try:
        built = build_subscribed_digest(analyst, subscription, analyst.clock(), key, state=state)
    except NoSnapshotError as error:
        raise QuestionError(
            N_("The data of this digest is not kept any more, so its names cannot be shown."),
            N_("Ask about the data of today: {example}."),
            example="/nrr why",
        ) from error
    return built.whole


def _choose_column(segments: Segments, filters: Sequence[Filter], viewer: Viewer) -> str:
    """Return the first column that a cut does not name; those that name accounts are not among the viewer's."""
    unfit = {entry.dimension for entry in filters}
    if "segment" in unfit:
        unfit.add("size")  # mostly the same accounts
    if not viewer.sees_names:
        unfit.add(OWNER)
    return next((name for name in segments.dimensions if name not in unfit), next(iter(segments.dimensions)))


def describe_missed(subscription: Subscription, earlier: Sequence[Delivery], key: str) -> Sentence | None:
    """Return why the delivery before was not posted; None where it was, none was due, or it is still to come.

    Args:
        subscription: the subscription.
        earlier: its deliveries, the newest first.
        key: the key of the delivery that is being built.

    """
    before = next((delivery for delivery in earlier if delivery.key < key and delivery.due_at is None), None)
    if before is None:
        return None
    zone = find_zone(subscription.schedule.time_zone)
    midnight = dt.datetime.combine(dt.date.fromisoformat(key[:10]), dt.time(), zone)
    due = find_last_slot(subscription.schedule, midnight - dt.timedelta(seconds=1))
    day = dt.date.fromisoformat(before.key[:10])
    if due.day > day and due.at > subscription.since and subscription.state == "active":
        return Sentence(N_("The digest of {day} was not posted: nrrbot was not running."), {"day": due.day})
    if before.state == "confirmed":
        return None
    if before.state in {"sending", "uncertain"}:
        return Sentence(N_("It is not known whether the digest of {day} was posted."), {"day": day})
    if before.reason is None or not before.reason.template:
        if before.claimed_at < subscription.since:
            return None  # it was paused then
        return Sentence(N_("The digest of {day} was not posted: nrrbot was not running."), {"day": day})
    return Sentence(N_("The digest of {day} was not posted: {reason}"), {"day": day, "reason": before.reason})
