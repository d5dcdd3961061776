"""A quarter in which no one looks at nrrbot, by a clock that is given, with faults of Slack and of Google.

The jobs of the table run against the loopback servers. Its report has each digest, alert and write-back once, and the
administrator was told of each failure.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.cli.setup import Setup
from bot.jobs.processes.job_child import TASKS, JobOrder, JobReport, Task
from bot.jobs.processes.job_process import JobProcess
from bot.jobs.schedule import JobContext
from bot.jobs.table import JOBS, PlannedJob, plan_jobs, run_job
from bot.service.digests.building import find_config_subscription
from bot.slack.client import build_bot_client
from core.config import Config
from core.schedules import Schedule, find_last_slot
from core.store.outgoing.subscriptions import Subscription
from core.store.state.written import read_written
from tests.support.company import Form, MakeCompany
from tests.support.golden import read_blocks
from tests.support.google import server as google_server
from tests.support.slack.server import Fault, SlackServer, rate_limited

START = dt.datetime(2025, 10, 6, 4, 0, tzinfo=dt.UTC)  # a Monday
DAYS, STEP = 91, dt.timedelta(hours=4)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
FAULTS = 0.01
# Each lasts so long that someone must act: from, and hours.
UNSHARED, REVOKED, ARCHIVED = (dt.timedelta(days=days, hours=2) for days in (24, 44, 63))
OUTAGES = {"unshared": (UNSHARED, 30 * HOUR), "revoked": (REVOKED, 9 * HOUR), "archived": (ARCHIVED, 8 * HOUR)}
TOLD = {
    "nrrbot cannot read the data": "nrrbot can read the data again",
    "A digest could not be posted": "The digest is posted again",
}


class InThisProcess(JobProcess):
    """Does what the process of a job does: to start one for each reading would take longer than all the rest."""

    def run(
        self,
        config: Config,
        now: dt.datetime,
        report_snapshot: Callable[[int, bool], None] = lambda *_: None,
        *,
        task: Task = "refresh",
        minutes: int | None = None,
    ) -> None:
        del minutes
        TASKS[task](JobOrder(config, now, limits_memory=False), SnapshotReports(report_snapshot))


@dataclass(frozen=True)
class SnapshotReports:
    """Takes the reports of a job."""

    report_snapshot: Callable[[int, bool], None]

    def send(self, report: JobReport) -> None:
        self.report_snapshot(report.snapshot, report.changed)


@dataclass
class Quarter:
    """The company, its jobs and the clock.

    Attributes:
        form: the company.
        slack: the loopback Slack.
        now: the present moment.
        settled: the deliveries whose owner was asked, and has decided.
        snapshots: the snapshots that were written back, in their order.

    """

    form: Form
    slack: SlackServer
    now: dt.datetime = START
    settled: list[tuple[str, str]] = field(default_factory=list)
    snapshots: list[int] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311 - no secret

    def start(self) -> None:
        setup = Setup(self.form.config, None, None, None, None, lambda: self.now)
        self.analyst = setup.analyst
        self.work = JobContext(
            setup.analyst, setup.workbook, build_bot_client(setup.config), process=InThisProcess(), pace=0
        )
        self.plans: dict[str, PlannedJob] = {
            plan.job.name: plan for plan in plan_jobs(setup.config, setup.analyst.zone, self.now, {})
        }
        self.slack.clock = lambda: self.now.timestamp()  # noqa: PLW0108 - the moment changes
        self.slack.draw_fault = self.draw_slack_fault
        self.form.google.draw_fault = self.draw_google_fault

    def draw_slack_fault(self, method: str) -> Fault | None:
        faults = (rate_limited(90), Fault(503, "<html>"), Fault(drop=True), Fault(drop=True, taken=True))
        return self.chance.choice(faults) if method and self.chance.random() < FAULTS else None

    def draw_google_fault(self, call: google_server.Call) -> google_server.Fault | None:
        del call
        faults = (
            google_server.Fault(status=503, body=b"<html>"),
            google_server.Fault(status=429, body=json.dumps(_BUSY).encode()),
            google_server.Fault(drop=True, served=True),
        )
        return self.chance.choice(faults) if self.chance.random() < FAULTS else None

    def run(self) -> None:
        """Run each job that is due often."""
        for name in ("sync", "alerts", "digests"):
            run_job(self.plans[name], self.work, lambda: self.now)
        self.decide()
        poll = self.analyst.store.find_poll(self.analyst.source or "")
        written = read_written(poll).snapshot if poll else 0
        if written and written not in self.snapshots[-1:]:
            self.snapshots.append(written)

    def decide(self) -> None:
        """Look in the channel, as the owner is asked to."""
        deliveries = self.analyst.store.deliveries
        for delivery in deliveries.list_uncertain():
            if not delivery.kind.startswith("doubt:"):
                arrived = self.find(delivery.body, delivery.channel)
                deliveries.settle(
                    delivery.kind, delivery.key, self.now, has_arrived=arrived, expires_at=self.now + 12 * HOUR
                )
                self.settled.append((delivery.kind, delivery.key))

    def find(self, body: str, channel: str) -> bool:
        place = self.slack.open_direct(channel) if channel in self.slack.users else channel
        recent = [message for message in self.slack.posted.get(place, []) if float(message["ts"]) > _moment(self.now)]
        blocks = json.loads(body)[0]["blocks"]
        return any(json.dumps(message["blocks"]) == json.dumps(blocks) for message in recent)

    def fail_and_fix(self, since: dt.timedelta) -> None:
        """Begin and end what lasts."""
        failing = {name for name, (begin, length) in OUTAGES.items() if begin <= since < begin + length}
        self.form.google.spreadsheets[self.form.sheet].editors = (
            set() if "unshared" in failing else {google_server.ROBOT}
        )
        self.slack.revoked = "token_revoked" if "revoked" in failing else ""
        self.slack.channels["C0GENERAL"].archived = "archived" in failing

    def list_digests(self, channel: str) -> list[dict[str, Any]]:
        messages = [message for message in self.slack.posted.get(channel, []) if "thread_ts" not in message]
        return [message for message in messages if "You get this because" in read_blocks(message["blocks"])]


_BUSY = google_server.error_body(429, "RESOURCE_EXHAUSTED", "Quota exceeded")


def _moment(now: dt.datetime) -> float:
    return (now - HOUR).timestamp()


@pytest.fixture
def quarter(company: MakeCompany, slack: SlackServer) -> Quarter:
    slack.users["U0LEA"].locale = "en-US"
    form = company("wide", "google", slack_api=slack.api_url, stale_hours=12)
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0LEA"]\nname_channels = ["C0GENERAL"]\n')
    return Quarter(form, slack)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_quarter_unattended(quarter: Quarter) -> None:
    quarter.start()
    store = quarter.analyst.store
    find_config_subscription(quarter.analyst)
    daily = Schedule("daily", 0, 6, 0, "America/New_York")
    store.subscriptions.add(Subscription(0, "U0ANN", "U0ANN", "enterprise", "", "digest", daily, "en", START))
    edits = 0
    while (since := quarter.now - START) < DAYS * DAY:
        # On each Wednesday an amount is edited; the account leaves, and is back a week later.
        if since % (7 * DAY) == 2 * DAY:
            edits += 1
            quarter.form.google.edit(quarter.form.sheet, "MRR", "Q5", 0 if edits % 2 else 1600 + edits)
        quarter.fail_and_fix(since)
        quarter.run()
        quarter.now += STEP
    report = describe(quarter)
    assert {slot: count for slot, count in report["digests"].items() if count != 1} == {}
    assert len(report["digests"]) == DAYS + DAYS // 7
    assert set(report["alerts"].values()) == {1}, report["alerts"]
    assert report["write-backs"] == list(range(1, edits + 2))
    assert report["tabs twice"] == []
    assert report["questions"] == report["doubts"]
    for headline, fixed in TOLD.items():
        assert report["told"][headline] >= report["told"][fixed] >= 1, report["told"]
    assert store.check()


def describe(quarter: Quarter) -> dict[str, Any]:
    """Return the report of the quarter."""
    store, digests = quarter.analyst.store, Counter[tuple[str, str]]()
    for subscription in store.subscriptions.list_all():
        schedule, now = subscription.schedule, START + HOUR
        while now < quarter.now:
            slot = find_last_slot(schedule, now)
            if slot.at > START:
                digests[subscription.channel, slot.day.isoformat()] += 0
            now += HOUR
        place = "D0ANN" if subscription.is_direct else subscription.channel
        for message in quarter.list_digests(place):
            at = dt.datetime.fromtimestamp(float(message["ts"]), dt.UTC)
            digests[subscription.channel, find_last_slot(schedule, at).day.isoformat()] += 1
    told = Counter(message["blocks"][0]["text"]["text"] for message in quarter.slack.posted.get("D0LEA", []))
    titles = Counter(quarter.form.google.titles(quarter.form.sheet))
    return {
        "digests": digests,
        "alerts": Counter(
            line
            for message in quarter.slack.posted["C0GENERAL"]
            for line in read_blocks(message["blocks"]).splitlines()
            if " left in " in line and "thread_ts" not in message
        ),
        "write-backs": quarter.snapshots,
        "tabs twice": [title for title, count in titles.items() if count > 1],
        "told": told,
        "doubts": len(quarter.settled),
        "questions": sum(
            read_blocks(message["blocks"]).startswith("Was the ")
            for place in ("D0ANN", "D0LEA") for message in quarter.slack.posted.get(place, [])
        ),
    }  # fmt: skip


def test_the_jobs_that_run_often_are_those_of_the_table() -> None:
    assert {job.name for job in JOBS if job.when in {"poll", "often"}} == {"sync", "alerts", "digests"}
