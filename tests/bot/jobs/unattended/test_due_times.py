"""The times at which digests are due, through the store: each has one delivery, whatever the clock does."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest

from bot.jobs.delivery.digests import plan_digests
from bot.jobs.delivery.recipients import Recipients
from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from core.schedules import Frequency, Schedule
from core.store.outgoing.subscriptions import Subscription
from tests.support.company import MakeCompany
from tests.support.samples.snapshots import open_raw
from tests.support.slack.server import SlackServer

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# The days on which the clock changes in 2026.
CHANGES = {
    "Europe/Paris": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Sydney": ("2026-10-04", "2026-04-05"),
}
ZONES = (*CHANGES, "Asia/Kolkata", "UTC")
Plan = Callable[[dt.datetime], int]


@pytest.fixture
def analyst(company: MakeCompany, slack: SlackServer) -> Analyst:
    setup = company(slack_api=slack.api_url, digest_channel="", grace_minutes=12 * 60).setup()
    sync_workbook(setup.analyst, setup.workbook, START)
    return setup.analyst


@pytest.fixture
def plan(analyst: Analyst) -> Plan:
    recipients = Recipients.build(analyst, build_bot_client(analyst.config), analyst.clock)
    return lambda now: plan_digests(recipients, now)


def subscribe(analyst: Analyst, schedule: Schedule, cut: str) -> Subscription:
    subscription = Subscription(0, "C0GENERAL", "U0ANN", cut, "", "digest", schedule, "en", START)
    return analyst.store.subscriptions.add(subscription)


def list_planned(analyst: Analyst) -> list[tuple[str, str]]:
    with open_raw(analyst.store.path) as connection:
        return sorted(map(tuple, connection.execute("SELECT kind, key FROM deliveries")))


@pytest.mark.parametrize(("zone", "day"), [(zone, day) for zone, days in CHANGES.items() for day in days])
def test_each_is_posted_once_when_the_clock_changes(analyst: Analyst, plan: Plan, zone: str, day: str) -> None:
    """Daily and weekly, from 01:00 to 03:59; also where that hour is left out, or comes twice."""
    date = dt.date.fromisoformat(day)
    frequencies: tuple[Frequency, ...] = ("daily", "weekly")
    for every, hour, minute in product(frequencies, (1, 2, 3), (0, 15, 30, 45)):
        schedule = Schedule(every, date.weekday() if every == "weekly" else 0, hour, minute, zone)
        subscribe(analyst, schedule, f"{every} {hour}:{minute}")
    midnight = dt.datetime.combine(date, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
    plan(midnight)  # what was due the day before
    before = set(list_planned(analyst))
    planned = sum(plan(midnight + step * dt.timedelta(minutes=15)) for step in range(1, 4 * 6))
    assert planned == 24
    assert [key for kind, key in list_planned(analyst) if (kind, key) not in before] == [day] * 24


def list_moments(schedule: Schedule, days: int) -> list[tuple[dt.datetime, str]]:
    """Return the times of a schedule from `START` on: moment and day."""
    zone, moments = ZoneInfo(schedule.time_zone), []
    for number in range(-1, days + 1):
        day = START.date() + number * DAY
        is_due = {
            "daily": True,
            "weekly": day.weekday() == schedule.day,
            "monthly": day.day == schedule.day or (day.day < schedule.day and (day + DAY).day == 1),
        }
        if is_due[schedule.every]:
            local = dt.datetime(day.year, day.month, day.day, schedule.hour, schedule.minute, tzinfo=zone)
            moments.append((local.astimezone(dt.UTC), day.isoformat()))
    return moments


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_year_of_50_subscriptions_in_5_zones_has_one_delivery_for_each_time(analyst: Analyst, plan: Plan) -> None:
    """It runs every three hours but for some hours or days; after these the latest time alone is delivered."""
    chance = random.Random(50)  # noqa: S311 - no secret
    schedules: dict[str, Schedule] = {}
    for number in range(50):
        every: Frequency = ("weekly", "daily", "monthly", "weekly", "weekly")[number % 5]
        place = {"daily": 0, "weekly": number % 7, "monthly": 1 + number % 31}[every]
        schedule = Schedule(every, place, chance.randrange(24), 15 * (number % 4), ZONES[number // 5 % 5])
        schedules[subscribe(analyst, schedule, f"cut {number}").kind] = schedule
    runs, now = list[dt.datetime](), START
    while now < START + 365 * DAY:
        now += 3 * HOUR if chance.random() > 0.01 else chance.uniform(0.1, 10) * DAY
        runs.append(now)
        plan(now)
    expected, skipped = list[tuple[str, str]](), 0
    for kind, schedule in schedules.items():
        moments = list_moments(schedule, 400)
        for (moment, day), (following, _) in pairwise(moments):
            run = next((run for run in runs if run >= moment), None)
            if run and moment > START:
                if run <= moment + 12 * HOUR and run < following:
                    expected.append((kind, day))
                else:
                    skipped += 1
    assert list_planned(analyst) == sorted(expected)
    assert skipped > 100
