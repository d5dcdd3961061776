"""A job of messages that takes too long stops, says so in `nrrbot jobs`, and leaves the rest to its next run."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest

from bot.jobs.schedule import JobContext
from bot.jobs.table import PlannedJob, plan_jobs, run_job
from bot.service.digests.building import find_config_subscription
from bot.service.monitoring.job_runs import JobRuns
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from core.store.outgoing.subscriptions import Subscription
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany
from tests.support.golden import read_blocks
from tests.support.slack.server import SlackServer

MONDAY = dt.datetime(2025, 10, 6, 6, 0, tzinfo=dt.UTC)  # when the digest is due
REASON = "It took more than 0 minutes, so it was stopped. The next run does the rest."


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url)
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MONDAY - dt.timedelta(minutes=1))
    return form


@pytest.fixture
def work(form: Form) -> JobContext:
    setup = form.setup()
    runs = JobRuns(setup.analyst.store.path)
    return JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config), runs, pace=0)


def plan(work: JobContext, name: str, seconds: float | None = None) -> PlannedJob:
    plans = plan_jobs(work.analyst.config, work.analyst.zone, MONDAY, {})
    planned = next(entry for entry in plans if entry.job.name == name)
    return planned if seconds is None else replace(planned, job=replace(planned.job, limit_minutes=seconds / 60))


def test_digests_beyond_the_limit_are_sent_by_the_next_run(form: Form, work: JobContext, slack: SlackServer) -> None:
    configured = find_config_subscription(work.analyst)
    assert configured
    for cut in ("enterprise", "smb"):
        made = Subscription(0, "C0GENERAL", "U0ANN", cut, "", "digest", configured.schedule, "", configured.since)
        work.analyst.store.subscriptions.add(made)
    # The first one is under way when the time is over, and arrives.
    slack.draw_fault = lambda method: time.sleep(2) if method == "chat.postMessage" else None
    run_job(plan(work, "digests", 1.5), work, lambda: MONDAY)
    slack.draw_fault = lambda _: None
    assert len(slack.posted["C0GENERAL"]) == 1
    assert f"digests failed: {REASON}" in nrrbot("jobs", "--config", form.config).out
    run_job(plan(work, "digests"), work, lambda: MONDAY + dt.timedelta(seconds=20))
    assert work.runs.list_runs()["digests"].outcome == "done"
    first_lines = [read_blocks(message["blocks"]).splitlines()[0] for message in slack.posted["C0GENERAL"]]
    assert len(first_lines) == 9
    assert sorted(line.split(":")[0] for line in first_lines if "NRR" in line) == ["Enterprise", "Retention", "SMB"]


def test_alerts_beyond_the_limit_are_looked_for_by_the_next_run(form: Form, work: JobContext) -> None:
    run_job(plan(work, "alerts", 0), work, lambda: MONDAY)
    assert f"alerts failed: {REASON}" in nrrbot("jobs", "--config", form.config).out
    run_job(plan(work, "alerts"), work, lambda: MONDAY)
    assert work.runs.list_runs()["alerts"].outcome == "done"
