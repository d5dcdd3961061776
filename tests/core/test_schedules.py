"""Times that are due again and again: by the clock of a time zone, each once, whatever the clock does."""

from __future__ import annotations

import datetime as dt
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from core.schedules import Frequency, Schedule, find_current_slot, find_last_slot, find_next_slot

# The days on which the clock changes in 2026, by zone: forward, back.
CHANGES = {
    "Europe/Paris": (dt.date(2026, 3, 29), dt.date(2026, 10, 25)),
    "America/New_York": (dt.date(2026, 3, 8), dt.date(2026, 11, 1)),
    "Australia/Sydney": (dt.date(2026, 10, 4), dt.date(2026, 4, 5)),
}
NIGHT = [(hour, minute) for hour in (1, 2, 3) for minute in (0, 15, 30, 45)]
STEP = dt.timedelta(minutes=5)


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("every", ["daily", "weekly"])
def test_each_day_is_due_once_when_the_clock_changes(zone: str, every: Frequency) -> None:
    """The job asks every few minutes; a key that it has posted is not posted again."""
    for day, (hour, minute) in product(CHANGES[zone], NIGHT):
        schedule = Schedule(every, day.weekday(), hour, minute, zone)
        start = dt.datetime(day.year, day.month, day.day, 0, 0, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
        keys: dict[dt.date, dt.datetime] = {}
        for step in range(30 * 12):
            now = start + step * STEP
            slot = find_last_slot(schedule, now)
            assert slot.at <= now
            assert keys.setdefault(slot.day, slot.at) == slot.at
        before = 7 if every == "weekly" else 1
        expected = [day - dt.timedelta(days=before), day]
        if every == "daily":
            expected.append(day + dt.timedelta(days=1))
        assert list(keys) == expected, (zone, day, hour, minute)
        # Never before its hour by the clock, and within an hour after it.
        clock = keys[day].astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        wanted = dt.datetime.combine(day, dt.time(hour, minute))
        assert wanted <= clock <= wanted + dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("schedule", "now", "last", "following", "current"),
    [
        # 2025-10-06 is a Monday, in summer time; summer time ends on 26 October.
        (Schedule("weekly", 0, 9, 30, "Europe/Paris"), "2025-10-06 07:29", "2025-09-29 07:30", "2025-10-06 07:30",
         "2025-10-06"),
        (Schedule("weekly", 0, 9, 30, "Europe/Paris"), "2025-10-06 07:30", "2025-10-06 07:30", "2025-10-13 07:30",
         "2025-10-06"),
        (Schedule("weekly", 4, 9, 30, "Europe/Paris"), "2025-10-06 12:00", "2025-10-03 07:30", "2025-10-10 07:30",
         "2025-10-10"),
        (Schedule("weekly", 0, 9, 30, "Europe/Paris"), "2025-10-26 12:00", "2025-10-20 07:30", "2025-10-27 08:30",
         "2025-10-20"),
        (Schedule("daily", 0, 0, 0, "Australia/Sydney"), "2025-10-06 12:59", "2025-10-05 13:00", "2025-10-06 13:00",
         "2025-10-06"),
        (Schedule("monthly", 31, 17, 0, "UTC"), "2026-02-28 16:59", "2026-01-31 17:00", "2026-02-28 17:00",
         "2026-02-28"),
        (Schedule("monthly", 1, 8, 0, "America/New_York"), "2026-03-15 00:00", "2026-03-01 13:00", "2026-04-01 12:00",
         "2026-03-01"),
    ],
)  # fmt: skip
def test_the_times_before_and_after_a_moment(
    schedule: Schedule, now: str, last: str, following: str, current: str
) -> None:
    moment = dt.datetime.fromisoformat(f"{now}+00:00")
    assert find_last_slot(schedule, moment).at == dt.datetime.fromisoformat(f"{last}+00:00")
    assert find_next_slot(schedule, moment).at == dt.datetime.fromisoformat(f"{following}+00:00")
    assert str(find_current_slot(schedule, moment).day) == current


@pytest.mark.slow
def test_a_year_of_fifty_schedules_in_five_zones_has_each_day_once() -> None:
    zones = ("Europe/Paris", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC")
    start, days = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 365
    for number in range(50):
        every: Frequency = ("daily", "weekly", "monthly")[number % 3]
        schedule = Schedule(
            every, number % 7 if every == "weekly" else 1 + number % 31, number % 24, 0, zones[number % 5]
        )
        # Every two hours, so that each time of a year is the last one at some moment.
        keys = [find_last_slot(schedule, start + dt.timedelta(hours=2 * step)).day for step in range(days * 12)]
        assert keys == sorted(keys)
        expected = {"daily": days, "weekly": 52, "monthly": 12}[every]
        assert expected <= len(set(keys)) <= expected + 2
