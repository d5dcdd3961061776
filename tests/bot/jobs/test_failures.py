"""Failures that last: people are told once, then daily, and once they are over, with Slack up and down."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.jobs.delivery.failures import STALE, DeadMansSwitch, close_failure, name_notice_kind, report_open
from bot.jobs.delivery.recipients import Recipients
from bot.jobs.schedule import JobContext, run_alerts, run_digests, run_refresh, run_verify
from bot.service.monitoring.job_runs import JobRuns
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client, build_web_client
from core.errors import Sentence, StoreError
from core.schedules import Schedule
from core.store.outgoing.subscriptions import Subscription
from tests.support.company import Form, MakeCompany, Medium
from tests.support.golden import read_blocks
from tests.support.google.server import ROBOT
from tests.support.logs import read_log
from tests.support.slack.server import Fault, SlackServer, rate_limited

MONDAY = dt.datetime(2025, 10, 6, 6, 0, tzinfo=dt.UTC)  # when the digest is due
MINUTE, HOUR, DAY, WEEK = (dt.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days", "weeks"))


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
def form(request: pytest.FixtureRequest, company: MakeCompany, slack: SlackServer) -> Form:
    slack.users["U0LEA"].locale = "en-US"
    form = company("wide", getattr(request.node, "medium", "xlsx"), slack_api=slack.api_url)
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
    """Run the jobs as the table of jobs does: no error gets out of one."""
    with suppress(StoreError):
        run_refresh(work, now)
    run_messages(work, now)


def run_messages(work: JobContext, now: dt.datetime) -> None:
    """Run the two jobs that send messages."""
    for job in (run_alerts, run_digests):
        with suppress(StoreError):
            job(work, now)


def told(slack: SlackServer) -> list[str]:
    return [message["blocks"][0]["text"]["text"] for message in slack.posted.get("D0LEA", [])]


def keep_fresh(work: JobContext, now: dt.datetime) -> None:
    snapshot = work.analyst.find_snapshot()
    assert snapshot
    work.analyst.store.record_checked(snapshot, now)


@dataclass(frozen=True)
class Trouble:
    """A failure that lasts.

    Attributes:
        headline: the first line of the message about it.
        fixed: that of the message once it is over.
        begin: makes it fail.
        end: fixes it.
        noticed: how long it may last before anyone is notified.
        medium: the workbook.
        late: how long after the fix it is noticed; a digest that is too old is posted again with the next one.

    """

    headline: str
    fixed: str
    begin: Callable[[Form, SlackServer], object]
    end: Callable[[Form, SlackServer], object]
    noticed: dt.timedelta = dt.timedelta(0)
    medium: Medium = "xlsx"
    late: dt.timedelta = MINUTE


def change_editors(form: Form, editors: set[str]) -> None:
    form.google.spreadsheets[form.sheet].editors = editors


def damage(form: Form) -> None:
    path = form.config.parent / "nrrbot.db"
    for file in path.parent.glob("nrrbot.db-[ws]*"):
        file.unlink()
    shutil.copyfile(path, path.with_name("copy"))
    path.write_bytes(b"x" * path.stat().st_size)


UNREADABLE = ("nrrbot cannot read the data", "nrrbot can read the data again")
NO_DIGEST = ("A digest could not be posted", "The digest is posted again")
TROUBLES = {
    "unreadable": Trouble(
        *UNREADABLE, lambda form, _: form.google.revoke(),
        lambda form, _: form.google.service_account_file(form.config.parent), 15 * MINUTE, "google",
    ),
    "unshared": Trouble(
        *UNREADABLE, lambda form, _: change_editors(form, set()), lambda form, _: change_editors(form, {ROBOT}),
        15 * MINUTE, "google",
    ),
    "archived": Trouble(
        *NO_DIGEST, lambda _, slack: setattr(slack.channels["C0GENERAL"], "archived", True),
        lambda _, slack: setattr(slack.channels["C0GENERAL"], "archived", False), late=WEEK - DAY,
    ),
    "removed": Trouble(
        *NO_DIGEST, lambda _, slack: setattr(slack.channels["C0GENERAL"], "member", False),
        lambda _, slack: setattr(slack.channels["C0GENERAL"], "member", True), late=WEEK - DAY,
    ),
    "damaged": Trouble(
        "nrrbot cannot use its store", "nrrbot can use its store again", lambda form, _: damage(form),
        lambda form, _: (form.config.parent / "copy").rename(form.config.parent / "nrrbot.db"),
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.parametrize("is_down", [False, True])
def test_a_failure_is_told_once_then_daily_and_once_when_it_is_over(
    request: pytest.FixtureRequest, slack: SlackServer, caplog: pytest.LogCaptureFixture, name: str, *, is_down: bool
) -> None:
    trouble = TROUBLES[name]
    go = run if trouble.fixed == UNREADABLE[1] else run_messages
    request.node.medium = trouble.medium
    form, work, pings = (request.getfixturevalue(fixture) for fixture in ("form", "work", "pings"))
    run_messages(work, MONDAY - 2 * MINUTE)
    assert (told(slack), pings) == ([], ["/abc"])
    trouble.begin(form, slack)
    slack.revoked = "token_revoked" if is_down else ""
    go(work, MONDAY)
    noticed = MONDAY + trouble.noticed
    # Of itself within two runs, and not again by the next ones.
    for minutes in range(4):
        go(work, noticed + minutes * MINUTE)
        if minutes == 1:
            assert (told(slack), pings.count("/abc/fail") > 0) == (
                ([], True) if is_down else ([trouble.headline], name == "damaged")
            )
    # Slack fails first, and the sheet later.
    failures = 1 + (go is run) if is_down else name == "damaged"
    assert pings.count("/abc/fail") == failures
    assert ("people cannot be notified of a failure" in read_events(caplog)) == (is_down or name == "damaged")
    if is_down:
        # As soon as Slack takes messages again, at last an hour later.
        slack.revoked = ""
        go(work, noticed + 65 * MINUTE)
    assert [line for line in told(slack) if line == trouble.headline] == [trouble.headline]
    day_after = noticed + DAY + 70 * MINUTE
    go(work, day_after)
    go(work, day_after + MINUTE)
    assert told(slack).count(trouble.headline) == 2
    trouble.end(form, slack)
    over = day_after + MINUTE + trouble.late
    before = len(told(slack))
    for minutes in range(4):
        go(work, over + minutes * MINUTE)
    # The notice of the last day is sent beside the digest that arrives again, which cancels it if it is quicker.
    last_days = [[], [trouble.headline]] if trouble.late > DAY else [[]]
    assert told(slack)[before:] in [[*last_day, trouble.fixed] for last_day in last_days]


def read_events(caplog: pytest.LogCaptureFixture) -> set[str]:
    return {line["event"] for line in read_log(caplog)}


@pytest.mark.slow
@pytest.mark.parametrize("is_down", [False, True])
def test_data_that_is_old(form: Form, work: JobContext, slack: SlackServer, pings: list[str], *, is_down: bool) -> None:
    """It is old where the job that reads the workbook does not run; that job would say why it cannot."""
    form.put("MRR", 5, 17, 1600)  # a file that is as it was read is never old
    old = MONDAY + dt.timedelta(hours=work.analyst.config.schedule.stale_hours)
    for late in (-1, 1, 2, 3):
        slack.revoked = "token_revoked" if is_down and late > 0 else ""
        run_messages(work, old + late * MINUTE)
    assert told(slack) == ([] if is_down else ["The data of nrrbot is old"])
    assert pings.count("/abc/fail") == is_down
    slack.revoked = ""
    run_messages(work, old + 70 * MINUTE)
    run_messages(work, old + 25 * HOUR)
    assert told(slack) == ["The data of nrrbot is old"] * 2
    for late in range(3):
        run(work, old + 26 * HOUR + late * MINUTE)
    assert told(slack)[2:] == ["The data of nrrbot is up to date again"]


def test_where_slack_is_the_trouble_the_monitor_is_told(work: JobContext, slack: SlackServer, pings: list[str]) -> None:
    run_messages(work, MONDAY - MINUTE)
    slack.revoked = "token_revoked"
    for minutes in range(3):
        run_messages(work, MONDAY + minutes * MINUTE)
    assert pings == ["/abc", "/abc/fail"]
    run_messages(work, MONDAY + DAY)
    slack.revoked = ""
    for minutes in (2, 3):  # the notices that were refused arrive first
        run_messages(work, MONDAY + DAY + minutes * MINUTE)
    assert pings == ["/abc", "/abc/fail", "/abc/fail", "/abc"]


def test_a_digest_that_fails_three_times_is_paused(work: JobContext, slack: SlackServer) -> None:
    slack.channels["C0GENERAL"].archived = True
    for week in range(5):
        now = MONDAY + week * 7 * DAY + dt.timedelta(hours=2)  # summer time ends
        keep_fresh(work, now)
        run_messages(work, now)
    assert told(slack).count("A digest was paused") == 1
    [subscription] = work.analyst.store.subscriptions.list_all()
    assert subscription.state == "paused"


def test_a_paused_digest_is_reported_no_more(work: JobContext, slack: SlackServer) -> None:
    slack.channels["C0GENERAL"].archived = True
    run_messages(work, MONDAY)
    [notice] = slack.posted["D0LEA"]
    assert "The whole company, in #general." in read_blocks(notice["blocks"])
    store = work.analyst.store
    [subscription] = store.subscriptions.list_all()
    store.subscriptions.set_state(subscription.id, "paused", MONDAY + MINUTE)
    store.deliveries.cancel(subscription.kind)
    for days in (1, 2):
        keep_fresh(work, MONDAY + days * DAY + MINUTE)
        run_messages(work, MONDAY + days * DAY + MINUTE)
    assert len(told(slack)) == 1


def test_a_digest_that_slack_limits_until_it_is_too_old(work: JobContext, slack: SlackServer) -> None:
    slack.fail("chat.postMessage", *[rate_limited(3600)] * 20)
    for hours in (0, 2, 4, 8, 11):
        run_messages(work, MONDAY + hours * HOUR)
    assert told(slack) == []
    slack.faults.clear()
    for minutes in (1, 2):
        run_messages(work, MONDAY + 12 * HOUR + minutes * MINUTE)
    [notice] = slack.posted["D0LEA"]
    assert "Slack asks the bot to slow down." in read_blocks(notice["blocks"])
    [delivery] = work.analyst.store.deliveries.list_kind("digest:1")
    assert (delivery.state, delivery.body) == ("refused", "")


def test_a_person_who_left_gets_no_digest_and_the_administrators_know(work: JobContext, slack: SlackServer) -> None:
    schedule = Schedule("weekly", 0, 6, 0, "UTC")
    work.analyst.store.subscriptions.add(
        Subscription(0, "U0ANN", "U0ANN", "", "", "digest", schedule, "", MONDAY - DAY)
    )
    slack.users["U0ANN"].deleted = True
    run_messages(work, MONDAY)
    run_messages(work, MONDAY + MINUTE)
    [notice] = slack.posted["D0LEA"]
    assert "as direct messages to Ann" in read_blocks(notice["blocks"])


def test_a_notice_that_may_not_have_arrived_is_sent_again(work: JobContext, slack: SlackServer) -> None:
    slack.channels["C0GENERAL"].archived = True
    slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "is_archived"}), Fault(503, "x"))
    for minutes in range(3):
        run_messages(work, MONDAY + minutes * MINUTE)
    assert told(slack) == ["A digest could not be posted"]


def test_where_no_administrator_can_be_notified_the_monitor_is(
    work: JobContext, slack: SlackServer, pings: list[str]
) -> None:
    slack.users["U0LEA"].deleted = True
    slack.channels["C0GENERAL"].archived = True
    for minutes in (0, 2, 60 * 24 + 1, 60 * 24 + 3):
        keep_fresh(work, MONDAY + minutes * MINUTE)
        run_messages(work, MONDAY + minutes * MINUTE)
    assert pings == ["/abc", "/abc/fail", "/abc/fail"]


def test_without_slack_the_monitor_is_told(form: Form, work: JobContext, pings: list[str]) -> None:
    form.put("MRR", 5, 17, 1600)
    alone = replace(work, client=None)
    run_messages(alone, MONDAY)
    run_messages(alone, MONDAY + dt.timedelta(hours=work.analyst.config.schedule.stale_hours))
    assert pings == ["/abc", "/abc/fail"]


def test_damage_that_a_check_finds(work: JobContext, slack: SlackServer) -> None:
    with sqlite3.connect(work.analyst.store.path) as connection:
        connection.execute("UPDATE recorded SET churned = churned + 1")
    with pytest.raises(StoreError):
        run_verify(work, MONDAY - 2 * HOUR)
    run_messages(work, MONDAY - HOUR)
    with sqlite3.connect(work.analyst.store.path) as connection:
        connection.execute("UPDATE recorded SET churned = churned - 1")
    run_verify(work, MONDAY - MINUTE)
    run_messages(work, MONDAY - MINUTE)
    assert told(slack) == ["The store of nrrbot is damaged", "The store of nrrbot is sound again"]


def test_a_store_that_was_restored_before_a_new_start(form: Form, work: JobContext, slack: SlackServer) -> None:
    path = work.analyst.store.path
    run_messages(work, MONDAY - MINUTE)
    content = path.read_bytes()
    for hours in (0, 1):
        for file in path.parent.glob("nrrbot.db-[ws]*"):
            file.unlink()
        path.write_bytes(b"x" * len(content))
        run_messages(work, MONDAY + hours * HOUR)
        path.write_bytes(content)
        setup = form.setup()
        work = JobContext(setup.analyst, setup.workbook, work.client)
        keep_fresh(work, MONDAY + hours * HOUR)
        run_messages(work, MONDAY + hours * HOUR + MINUTE)
    texts = [text for text in told(slack) if "store" in text]
    assert texts == ["nrrbot cannot use its store", "nrrbot can use its store again"] * 2


def test_a_notice_that_may_be_lost_is_sent_once_more(form: Form, work: JobContext, slack: SlackServer) -> None:
    form.put("MRR", 5, 17, 1600)
    run_messages(work, MONDAY)
    slack.fail("chat.postMessage", Fault(drop=True))
    old = MONDAY + dt.timedelta(hours=work.analyst.config.schedule.stale_hours)
    for minutes in range(1, 4):
        run_messages(work, old + minutes * MINUTE)
    assert told(slack) == ["The data of nrrbot is old"]


def test_a_zone_that_this_machine_does_not_have_stops_no_other_digest(work: JobContext, slack: SlackServer) -> None:
    moved = Schedule("weekly", 0, 6, 0, "Mars/Olympus")
    work.analyst.store.subscriptions.add(
        Subscription(0, "U0LEA", "U0LEA", "", "", "digest", moved, "", MONDAY - 8 * DAY)
    )
    for minutes in range(3):
        run_messages(work, MONDAY + minutes * MINUTE)
    [notice] = slack.posted["D0LEA"]
    assert "The time zone Mars/Olympus does not exist on this machine." in read_blocks(notice["blocks"])
    assert "Retention: NRR" in slack.posted["C0GENERAL"][0]["text"]


def test_a_job_that_fails_again_and_again_is_reported(work: JobContext, slack: SlackServer) -> None:
    run_messages(work, MONDAY)
    runs = JobRuns(work.analyst.store.path)
    work = replace(work, runs=runs)
    for minutes, reason in ((1, "x {y}"), (10, "x {y}"), (17, "x {y}"), (18, "x {y}"), (19, ""), (20, "")):
        runs.begin("backup", MONDAY + minutes * MINUTE)
        runs.end("backup", reason)
        run_messages(work, MONDAY + minutes * MINUTE)
    assert told(slack) == ["A job of nrrbot fails", "A job of nrrbot works again"]
    assert "The job backup." in read_blocks(slack.posted["D0LEA"][0]["blocks"])
    assert "x {y} See the log" in read_blocks(slack.posted["D0LEA"][0]["blocks"])


def test_a_notice_that_is_on_its_way_is_followed_by_that_of_the_fix(work: JobContext, slack: SlackServer) -> None:
    recipients = Recipients.build(work.analyst, build_web_client(slack.bot_token, slack.api_url), lambda: MONDAY)
    store, kind = work.analyst.store, name_notice_kind(STALE, "U0LEA")
    store.failures.open(STALE, Sentence("The data is old."), "", ["U0LEA"], MONDAY)
    report_open(recipients, MONDAY)
    [planned] = store.deliveries.list_kind(kind)
    claimed = store.deliveries.claim(kind, planned.key, MONDAY)
    assert claimed
    store.deliveries.begin_sending(claimed, MONDAY)
    close_failure(recipients, STALE, MONDAY + MINUTE)
    run_digests(work, MONDAY + MINUTE)
    assert told(slack) == ["The data of nrrbot is up to date again"]
