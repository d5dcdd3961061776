"""Whether a workbook must be read: not while its stamp, the settings, our code and the month of today are the same.

A workbook next to a warehouse is only written to, and looked at for questions in NRR Ask.
"""

from __future__ import annotations

import datetime as dt

from bot.service.analyst import Analyst
from bot.service.refresh.basis import hash_basis
from core.errors import NrrbotError, Sentence, WorkbookBusyError
from core.store.state.written import has_written_since
from core.store.store import Store
from sheets.connect import Source

# A whole reading is due after a day: imported cells change without a new version of a Google Sheet, and a value of a
# segment is valid from a day on.
READ_AFTER = dt.timedelta(hours=24)
# After a write of the bot a Google Sheet is read once more: an edit during the write has the version of the write.
CONFIRM_AFTER = dt.timedelta(minutes=5)


def confirm_unchanged(
    analyst: Analyst,
    source: str,
    stamp: str,
    now: dt.datetime,
    today: dt.date | None = None,
    *,
    is_asked: bool = False,
) -> bool:
    """Return True if a workbook need not be read. Its newest snapshot is then confirmed as of now.

    Where only a reading can tell whether it has changed, or the last one failed, it is not confirmed, and the next
    reading is due `sync_minutes` after the last one.

    Args:
        analyst: the analyst, with the config and the store.
        source: the workbook.
        stamp: its stamp; empty if only a reading can tell whether it has changed.
        now: the present moment.
        today: the day that counts as today, instead of the day of `now`.
        is_asked: whether a person asked for a reading: where only that can tell, it is due at once.

    Raises:
        StoreError: the store cannot be used.

    """
    store = analyst.store
    poll = store.find_poll(source)
    if poll is None or (is_asked and not stamp):
        return False
    snapshot = store.find_latest_snapshot(source)
    basis = hash_basis(analyst.config, snapshot.time_zone if snapshot else "", now, today)
    interval = dt.timedelta(minutes=analyst.config.schedule.sync_minutes)
    if poll.failed_at and poll.failed_on == f"{basis} {stamp}":
        return now - poll.failed_at < interval
    if snapshot is None or poll.basis != basis or poll.stamp != stamp:
        return False
    if not stamp:
        return now - poll.read_at < interval
    is_unconfirmed = source.startswith("google:") and has_written_since(poll)
    if now - poll.read_at >= (CONFIRM_AFTER if is_unconfirmed else READ_AFTER):
        return False
    if now - snapshot.checked_at > dt.timedelta(seconds=analyst.config.schedule.poll_seconds / 2):
        store.record_checked(snapshot, now)
    return True


def is_as_written(store: Store, workbook: Source, stamp: str, now: dt.datetime) -> bool:
    """Tell whether a workbook that is only written to is as the last write left it: no one asks anything in NRR Ask.

    Args:
        store: the store.
        workbook: the workbook.
        stamp: its stamp.
        now: the present moment.

    """
    poll = store.find_poll(workbook.source)
    if poll is None or poll.stamp != stamp:
        return False
    is_unconfirmed = workbook.source.startswith("google:") and has_written_since(poll)
    return not is_unconfirmed or now - poll.read_at < CONFIRM_AFTER


def record_failure(analyst: Analyst, source: str, stamp: str | None, error: NrrbotError, now: dt.datetime) -> None:
    """Record that a workbook cannot be read. What would fail again is not read again every minute.

    `stamp` is its stamp at the failed reading; None if it could not be asked for it.

    Raises:
        StoreError: the store cannot be used.

    """
    is_to_repeat = stamp is None or isinstance(error, WorkbookBusyError)
    snapshot = analyst.store.find_latest_snapshot(source)
    basis = hash_basis(analyst.config, snapshot.time_zone if snapshot else "", now)
    failure = Sentence(error.problem, error.values)
    analyst.store.record_failure(source, failure, "" if is_to_repeat else f"{basis} {stamp}", now, error.fix)
