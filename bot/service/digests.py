"""The digest of a week, as a value."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from bot.service.analyst import Desk
from core.config import Config
from core.digests import weekly as digests


def this_week(desk: Desk, now: dt.datetime) -> digests.Digest:
    """Return the digest of the week that `now` lies in.

    Raises:
        NoSnapshotError: nothing was synced yet.

    """
    monday = _monday(now, desk.zone)
    last = desk.store.last_delivery(_kind(desk.config), before=_key(monday))
    snapshot, segments = desk.latest()
    since = (last.snapshot_id or 0) if last else snapshot.id  # the first digest said nothing that could be restated
    return digests.digest(
        segments,
        desk.origin(snapshot),
        desk.calendar,
        desk.playbook,
        desk.targets,
        monday,
        now.astimezone(desk.zone).date(),
        digests.Recorded.restore(last.payload) if last else None,
        desk.store.restatements(snapshot.source, since),
        desk.thresholds,
    )


def _monday(now: dt.datetime, tz: ZoneInfo) -> dt.date:
    day = now.astimezone(tz).date()
    return day - dt.timedelta(days=day.weekday())


def _key(monday: dt.date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def _kind(config: Config) -> str:
    return f"digest:{config.schedule.digest_channel}"
