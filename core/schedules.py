"""Times at which something is due again and again: daily, weekly or monthly, by a clock of a time zone."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Frequency = Literal["daily", "weekly", "monthly"]
# A time that is due at most once a month has one in each of these days.
_LONGEST = 62


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule.

    Attributes:
        every: how often it is due.
        day: the weekday from 0, a Monday, or the day of the month from 1; 0 where it is due daily. A month that is
            shorter has it on its last day.
        hour: the hour by the clock of the time zone.
        minute: the minute.
        time_zone: an IANA name.

    """

    every: Frequency
    day: int
    hour: int
    minute: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which something is due.

    Attributes:
        day: the day by the clock of the time zone: an hour that comes twice is due once.
        at: the moment, UTC. An hour that is left out is due as if the clock had not changed.

    """

    day: dt.date
    at: dt.datetime


def find_zone(name: str) -> ZoneInfo:
    """Return a time zone; UTC where this machine does not have it, as after a move to another one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def find_last_slot(schedule: Schedule, now: dt.datetime) -> Slot:
    """Return the last time that was due, at the latest now."""
    today = now.astimezone(find_zone(schedule.time_zone)).date()
    return next(slot for slot in _list_slots(schedule, today, -1) if slot.at <= now)


def find_next_slot(schedule: Schedule, now: dt.datetime) -> Slot:
    """Return the first time that is due after now."""
    today = now.astimezone(find_zone(schedule.time_zone)).date()
    return next(slot for slot in _list_slots(schedule, today, 1) if slot.at > now)


def find_current_slot(schedule: Schedule, now: dt.datetime) -> Slot:
    """Return the time of the present day, week (from Monday on) or month, whether it is over or to come."""
    today = now.astimezone(find_zone(schedule.time_zone)).date()
    match schedule.every:
        case "daily":
            day = today
        case "weekly":
            day = today + dt.timedelta(days=schedule.day - today.weekday())
        case "monthly":
            day = today.replace(day=_find_day(schedule, today))
    return _build_slot(schedule, day)


def _list_slots(schedule: Schedule, today: dt.date, step: int) -> Iterator[Slot]:
    days = (today + dt.timedelta(days=step * number) for number in range(_LONGEST))
    return (_build_slot(schedule, day) for day in days if _is_due(schedule, day))


def _build_slot(schedule: Schedule, day: dt.date) -> Slot:
    at = dt.datetime(day.year, day.month, day.day, schedule.hour, schedule.minute, tzinfo=find_zone(schedule.time_zone))
    return Slot(day, at.astimezone(dt.UTC))


def _is_due(schedule: Schedule, day: dt.date) -> bool:
    match schedule.every:
        case "daily":
            return True
        case "weekly":
            return day.weekday() == schedule.day
        case "monthly":
            return day.day == _find_day(schedule, day)


def _find_day(schedule: Schedule, month: dt.date) -> int:
    return min(schedule.day, calendar.monthrange(month.year, month.month)[1])
