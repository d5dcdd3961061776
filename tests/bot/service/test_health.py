"""The health of a running bot: each reason for which it does not do its work, and no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from bot.service.monitoring.health import Health
from bot.service.monitoring.job_runs import JobRuns
from bot.service.refresh.reading import sync_workbook
from tests.support.company import MakeCompany

MORNING = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)


@dataclass
class Bot:
    """A bot whose clock a test moves.

    Attributes:
        now: the present moment.
        runs: the runs of its jobs.
        is_connected: whether Slack is connected.
        health: its health.

    """

    now: dt.datetime = MORNING
    runs: JobRuns = field(default_factory=JobRuns)
    is_connected: bool = True
    health: Health = field(init=False)

    def pass_time(self, **time: float) -> None:
        self.now += dt.timedelta(**time)

    def list_checks(self) -> list[str]:
        return [reason["check"] for reason in self.health.list_reasons()]


@pytest.fixture
def bot(company: MakeCompany) -> Bot:
    """A bot with a file that was read a moment ago; polls are a minute apart, a sync may take 15 minutes."""
    setup = company().setup()
    bot = Bot()
    analyst = replace(setup.analyst, clock=lambda: bot.now)
    sync_workbook(analyst, setup.workbook, MORNING)
    limits = {job: dt.timedelta(minutes=15) for job in ("sync", "write-back", "digests")}
    bot.health = Health(analyst, bot.runs, ("sync", "write-back"), limits, lambda: bot.is_connected)
    return bot


def tick(bot: Bot) -> None:
    bot.runs.begin("sync", bot.now)
    bot.runs.end("sync")


def test_all_is_well_while_ticks_come(bot: Bot) -> None:
    for _ in range(4):
        tick(bot)
        assert bot.health.list_reasons() == []
        bot.pass_time(seconds=60)


@pytest.mark.parametrize(("seconds", "checks"), [(125, []), (135, ["scheduler"])])
def test_two_ticks_that_are_missed_are_a_reason(bot: Bot, seconds: int, checks: list[str]) -> None:
    tick(bot)
    bot.pass_time(seconds=seconds)
    assert bot.list_checks() == checks
    assert bot.health.is_scheduling == (not checks)
    tick(bot)
    assert bot.list_checks() == []


def begin_write_back(bot: Bot) -> None:
    tick(bot)
    bot.runs.begin("write-back", bot.now)


@pytest.mark.parametrize("begin", [lambda bot: bot.runs.begin("sync", bot.now), begin_write_back])
def test_a_tick_that_takes_long_is_none_until_its_limit(bot: Bot, begin: Callable[[Bot], None]) -> None:
    begin(bot)
    bot.pass_time(minutes=15)
    assert bot.list_checks() == []
    bot.pass_time(minutes=2)
    assert bot.list_checks() == ["scheduler"]


def test_a_job_of_another_thread_has_a_limit_too(bot: Bot) -> None:
    bot.runs.begin("digests", bot.now)
    bot.pass_time(minutes=16, seconds=1)
    tick(bot)
    [reason] = bot.health.list_reasons()
    assert reason["reason"] == "The job digests has been running since 2025-10-06 08:00 UTC."


def test_a_socket_is_a_reason_once_it_is_down_for_five_minutes(bot: Bot) -> None:
    bot.health.watch()
    bot.is_connected = False
    bot.pass_time(minutes=4, seconds=59)
    tick(bot)
    assert bot.list_checks() == []
    bot.pass_time(seconds=1)
    [reason] = bot.health.list_reasons()
    assert reason == {"check": "socket", "reason": "Slack has not been connected since 2025-10-06 08:00 UTC."}
    bot.is_connected = True
    assert bot.list_checks() == []


def test_data_that_was_never_read_or_is_stale_is_a_reason(bot: Bot, company: MakeCompany) -> None:
    config = bot.health.analyst.config
    path = config.workbook.path
    with open(path, "ab") as file:  # noqa: PTH123 - the file is another one then
        file.write(b"\n")
    bot.pass_time(hours=2, minutes=1)
    tick(bot)
    [reason] = bot.health.list_reasons()
    assert reason == {"check": "data", "reason": "The data was last confirmed at 2025-10-06 08:00 UTC."}
    empty = company("subscriptions").setup().analyst
    bot.health.analyst = replace(empty, clock=lambda: bot.now)
    assert bot.list_checks() == ["data"]


def test_a_store_that_cannot_be_read_is_a_reason_with_its_fix(bot: Bot) -> None:
    store = bot.health.analyst.store.path
    store.write_bytes(b"no store")
    [reason] = bot.health.list_reasons()
    assert reason["check"] == "store"
    assert "is not an nrrbot database" in reason["reason"]
