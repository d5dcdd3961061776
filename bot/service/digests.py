"""The digest of a week, as a value."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.messages.digests.weekly import build_digest_message
from bot.messages.kit.message import Message
from bot.service.analyst import Analyst, LoadedSnapshot
from bot.service.buttons.state import State
from core.config import Config
from core.digests.weekly import Digest, Recorded, build_digest
from core.errors import N_, NoSnapshotError, QuestionError


def build_weekly_digest(analyst: Analyst, now: dt.datetime) -> Digest:
    """Return the digest of the week of `now`.

    Raises:
        NoSnapshotError: nothing was synced yet.

    """
    return _build_digest(analyst, analyst.load_newest(), now.astimezone(analyst.zone).date())


def build_weekly_message(analyst: Analyst, now: dt.datetime) -> tuple[Message, Digest]:
    """Return this week's digest as its channel may see it: where names are withheld, with a button that shows them.

    Raises:
        NoSnapshotError: nothing was synced yet.

    """
    newest = analyst.load_newest()
    digest = _build_digest(analyst, newest, now.astimezone(analyst.zone).date())
    write = analyst.build_writer(newest.snapshot.id)
    message = build_digest_message(digest, analyst.translate, write)
    return analyst.offer_names(message, "names", write("digest")), digest


def rebuild_digest_message(analyst: Analyst, state: State) -> Message:
    """Return the digest that a button belongs to, as the viewer may see it.

    Raises:
        AccessError: the viewer may not see it.
        QuestionError: its data is not kept any more.

    """
    try:
        loaded = analyst.load_state(state)
    except NoSnapshotError as error:
        raise QuestionError(
            N_("The data of this digest is not kept any more, so its names cannot be shown."),
            N_("Ask about the data of today: {example}."),
            example="/nrr why",
        ) from error
    digest = _build_digest(analyst, loaded, state.day)
    return build_digest_message(digest, analyst.translate, analyst.build_writer(state.s))


def _build_digest(analyst: Analyst, loaded: LoadedSnapshot, today: dt.date) -> Digest:
    """Return the digest of the week of a day, from a snapshot."""
    monday = today - dt.timedelta(days=today.weekday())
    last = analyst.store.last_delivery(format_delivery_kind(analyst.config), before=format_delivery_key(monday))
    # Before the first digest no figure was published that could have been restated.
    since = (last.snapshot_id or 0) if last else loaded.snapshot.id
    return build_digest(
        replace(loaded.scope, today=today),
        monday,
        Recorded.restore(last.payload) if last else None,
        loaded.restatements(since),
    )


def find_week_start(now: dt.datetime, tz: ZoneInfo) -> dt.date:
    """Return the Monday of the week of `now` in a time zone."""
    day = now.astimezone(tz).date()
    return day - dt.timedelta(days=day.weekday())


def format_delivery_key(monday: dt.date) -> str:
    """Return the key of a week's delivery: 2026-W40."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def format_delivery_kind(config: Config) -> str:
    """Return the kind of the digest's deliveries: one per channel."""
    return f"digest:{config.schedule.digest_channel}"
