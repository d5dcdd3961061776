"""The digest of a week, as a value."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.service.analyst import Analyst
from core.config import Config
from core.digests.weekly import Digest, Recorded, build_digest


def build_weekly_digest(analyst: Analyst, now: dt.datetime) -> Digest:
    """Return the digest of the week of `now`.

    Raises:
        NoSnapshotError: nothing was synced yet.

    """
    monday = find_week_start(now, analyst.zone)
    last = analyst.store.last_delivery(format_delivery_kind(analyst.config), before=format_delivery_key(monday))
    newest = analyst.load_newest()
    # Before the first digest no figure was published that could have been restated.
    since = (last.snapshot_id or 0) if last else newest.snapshot.id
    return build_digest(
        replace(newest.scope, today=now.astimezone(analyst.zone).date()),
        monday,
        Recorded.restore(last.payload) if last else None,
        newest.restatements(since),
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
