"""Failures that last: people are told once, then daily, and once they are over, with Slack up and down."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.jobs.delivery.failures import DeadMansSwitch
from bot.jobs.schedule import JobContext, run_alerts, run_digests
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from core.errors import StoreError
from tests.support.company import Form, MakeCompany
from tests.support.slack.server import SlackServer

MONDAY = dt.datetime(2025, 10, 6, 6, 0, tzinfo=dt.UTC)  # when the digest is due
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def pings() -> Iterator[list[str]]:
    """Serve an address that is pinged; give the paths."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            paths.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        paths.append(f"http://127.0.0.1:{server.server_port}/abc")
        yield paths
        server.shutdown()
        thread.join()


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    slack.users["U0LEA"].locale = "en-US"
    form = company(slack_api=slack.api_url)
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0LEA"]\n')
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MONDAY - MINUTE)
    return form


@pytest.fixture
def work(form: Form, pings: list[str]) -> JobContext:
    setup = form.setup()
    switch = DeadMansSwitch(pings.pop())
    return JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config), switch=switch)


def run(work: JobContext, now: dt.datetime) -> None:
    """Run the two jobs that send messages, as the table of jobs does: no error gets out of one."""
    for job in (run_alerts, run_digests):
        with suppress(StoreError):
            job(work, now)


def told(slack: SlackServer) -> list[str]:
    return [message["blocks"][0]["text"]["text"] for message in slack.posted.get("D0LEA", [])]


def keep_fresh(work: JobContext, now: dt.datetime) -> None:
    snapshot = work.analyst.find_snapshot()
    assert snapshot
    work.analyst.store.record_checked(snapshot, now)


@pytest.mark.parametrize("what", ["archived", "removed"])
@pytest.mark.parametrize("is_down", [False, True])
def test_a_channel_that_takes_no_digest(work: JobContext, slack: SlackServer, what: str, *, is_down: bool) -> None:
    channel = slack.channels["C0GENERAL"]
    channel.archived, channel.member = what == "archived", what != "removed"
    if is_down:
        run(work, MONDAY - MINUTE)
        slack.revoked = "token_revoked"
    for minutes in range(3):
        run(work, MONDAY + minutes * MINUTE)
    assert told(slack) == ([] if is_down else ["A digest could not be posted"])
    slack.revoked = ""
    for minutes in range(10, 80, 10):
        run(work, MONDAY + minutes * MINUTE)
    assert told(slack) == ["A digest could not be posted"]
    channel.archived, channel.member = False, True
    for minutes in range(80, 200, 20):
        keep_fresh(work, MONDAY + minutes * MINUTE)
        run(work, MONDAY + minutes * MINUTE)
    assert told(slack) == ["A digest could not be posted", "The digest is posted again"]


def test_data_that_is_old(form: Form, work: JobContext, slack: SlackServer) -> None:
    form.put("MRR", 5, 17, 1600)  # a file that is as it was read is never old
    hours = work.analyst.config.schedule.stale_hours
    for late in (-1, 1, 2, 3):
        run(work, MONDAY + dt.timedelta(hours=hours) + late * MINUTE)
    assert told(slack) == ["The data of nrrbot is old"]
    run(work, MONDAY + dt.timedelta(hours=hours + 25))
    keep_fresh(work, MONDAY + dt.timedelta(hours=hours + 26))
    for late in range(2):
        run(work, MONDAY + dt.timedelta(hours=hours + 26) + late * MINUTE)
    assert told(slack) == [*["The data of nrrbot is old"] * 2, "The data of nrrbot is up to date again"]


def test_where_slack_is_the_trouble_the_monitor_is_told(work: JobContext, slack: SlackServer, pings: list[str]) -> None:
    run(work, MONDAY - MINUTE)
    slack.revoked = "token_revoked"
    for minutes in range(3):
        run(work, MONDAY + minutes * MINUTE)
    assert pings == ["/abc", "/abc/fail"]
    run(work, MONDAY + DAY)
    slack.revoked = ""
    run(work, MONDAY + DAY + MINUTE)
    assert pings == ["/abc", "/abc/fail", "/abc/fail", "/abc"]


def test_a_store_that_is_damaged(work: JobContext, slack: SlackServer, pings: list[str]) -> None:
    path = work.analyst.store.path
    run(work, MONDAY - MINUTE)
    content = path.read_bytes()
    for file in path.parent.glob("nrrbot.db-[ws]*"):
        file.unlink()
    path.write_bytes(b"x" * len(content))
    for minutes in range(3):
        run(work, MONDAY + minutes * MINUTE)
    assert told(slack) == ["nrrbot cannot use its store"]
    run(work, MONDAY + DAY + MINUTE)
    assert told(slack) == ["nrrbot cannot use its store"] * 2
    path.write_bytes(content)
    for minutes in range(2):
        run(work, MONDAY + DAY + (2 + minutes) * MINUTE)
    assert told(slack)[2:3] == ["nrrbot can use its store again"]
    assert told(slack).count("nrrbot can use its store again") == 1
    assert pings[:3] == ["/abc", "/abc/fail", "/abc/fail"]


def test_a_digest_that_fails_three_times_is_paused(work: JobContext, slack: SlackServer) -> None:
    slack.channels["C0GENERAL"].archived = True
    for week in range(5):
        now = MONDAY + week * 7 * DAY + dt.timedelta(hours=2)  # summer time ends
        keep_fresh(work, now)
        run(work, now)
    assert told(slack).count("A digest was paused") == 1
    [subscription] = work.analyst.store.subscriptions.list_all()
    assert subscription.state == "paused"
