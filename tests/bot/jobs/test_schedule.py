"""Scheduled work: the digest through the real slack_sdk, once a week whatever happens; `nrrbot run` as a process."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError

import msgspec
import openpyxl
import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client.parser import text_string_to_metric_families

from bot.jobs.digest_delivery import post_digest
from bot.jobs.schedule import JobContext, run_backup, run_prune, run_refresh, run_verify
from bot.jobs.table import JOBS, add_jobs, plan_jobs, run_job
from bot.service.analyst import Analyst
from bot.service.digests import build_weekly_digest
from bot.service.refresh.reading import sync_workbook
from bot.slack import client as slack_client
from bot.slack.client import build_bot_client
from core.config import SECRETS
from core.errors import AccessError, ConfigError, NoSnapshotError, SlackError, StoreError
from core.store.store import Store
from sheets.workbook.port import Workbook
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany, tabs, wide, write_config
from tests.support.golden import count_words, read_blocks
from tests.support.logs import read_log
from tests.support.samples.snapshots import open_raw
from tests.support.slack.block_kit import unescaped_in
from tests.support.slack.server import Fault, SlackServer, rate_limited, request

NRRBOT = Path(sys.executable).with_name("nrrbot")
MONDAY = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)
POSTED, BEFORE = "Posted the digest of week {}.", "The digest of week {} was already posted."
BEGUN = (
    "Posting the digest of week {} was started earlier, and Slack did not confirm it. Check the channel; "
    "if the digest is not there, run nrrbot digest --again."
)


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url)
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MONDAY - dt.timedelta(minutes=1))
    return form


def post(analyst: Analyst, now: dt.datetime = MONDAY) -> str:
    return str(post_digest(analyst, build_bot_client(analyst.config), now))


def digests(slack: SlackServer) -> list[dict[str, Any]]:
    return slack.posted.get("C0GENERAL", [])


def test_a_week_is_posted_once(form: Form, slack: SlackServer) -> None:
    with form.config.open("a") as file:
        file.write('\n[access]\nname_channels = ["C0GENERAL"]\n')
    setup = form.setup()
    analyst = setup.analyst
    # As of the moment of the answers, whose data would be called old otherwise.
    sync_workbook(analyst, setup.workbook, analyst.clock(), trust_clock=True)
    assert post(analyst) == POSTED.format("2025-W41")
    assert post(analyst, MONDAY + dt.timedelta(days=6, hours=13)) == BEFORE.format("2025-W41")
    [message] = digests(slack)
    assert message["blocks"][0]["text"]["text"] == "Retention: NRR 101.1%, GRR 90.6%"
    assert not unescaped_in(message)
    children = [child for block in message["blocks"] for child in block.get("child_blocks", ())]
    tables = [child for child in children if child["type"] == "table"]
    assert [table["rows"][1][0] for table in tables] == [{"type": "raw_text", "text": "SMB"}]
    printed = nrrbot("digest", "--preview", "--config", form.config, "--today", "2025-10-06").out
    assert count_words(read_blocks(message["blocks"])) == count_words(printed)
    assert len(message["text"]) <= 200


def test_the_week_begins_on_monday_in_the_schedules_time_zone(form: Form, slack: SlackServer) -> None:
    analyst = form.setup().analyst
    # 22:30 on Sunday in London is 00:30 on Monday in Paris.
    assert post(analyst, dt.datetime(2025, 10, 5, 21, 0, tzinfo=dt.UTC)) == POSTED.format("2025-W40")
    assert post(analyst, dt.datetime(2025, 10, 5, 22, 30, tzinfo=dt.UTC)) == POSTED.format("2025-W41")
    assert len(digests(slack)) == 2


def test_the_next_week_says_what_changed_and_by_how_much(form: Form, slack: SlackServer) -> None:
    analyst = form.setup().analyst
    post(analyst)
    # E-4 from 1500.50 to 1778.53 in September: (5620.50 + 278.03) / 5560.50 = 106.079%, before it was 101.079%.
    form.put("MRR", 5, 17, 1778.53)
    nrrbot("sync", "--config", form.config)
    assert post(analyst, MONDAY + WEEK) == POSTED.format("2025-W42")
    # One of nine accounts is left out, so the digest has figures and no verdict.
    assert "NRR 101.1%, GRR 90.6%" in digests(slack)[0]["text"]
    message_text = read_blocks(digests(slack)[1]["blocks"])
    assert message_text.startswith("Retention: NRR 106.1%, GRR 90.6%")
    assert "NRR +5.0, GRR +0.0: no month has closed (September 2025 is the last)." in message_text
    # Enterprise, over 5400.50: 278.03 is 5.1 points; SMB has not changed.
    cells = message_text.splitlines()
    assert cells[cells.index("Enterprise") + 1] == "106.1% (+5.1)"
    assert cells[cells.index("SMB") + 1] == "106.3%"


def test_a_third_week_compares_with_the_last_one_posted(form: Form, slack: SlackServer) -> None:
    analyst = form.setup().analyst
    for number in range(3):
        post(analyst, MONDAY + number * WEEK)
    assert "Since the last digest" not in read_blocks(digests(slack)[0]["blocks"])
    for later in digests(slack)[1:]:
        assert "NRR +0.0, GRR +0.0: no month has closed" in read_blocks(later["blocks"])
    assert (
        build_weekly_digest(analyst, MONDAY + WEEK).previous == build_weekly_digest(analyst, MONDAY + 5 * WEEK).previous
    )


@pytest.mark.parametrize("shared", [True, False])
def test_of_many_that_race_one_posts(form: Form, slack: SlackServer, *, shared: bool) -> None:
    analyst = form.setup().analyst
    together = threading.Barrier(6)
    outcomes: list[str] = []

    def race() -> None:
        mine = analyst if shared else form.setup().analyst
        together.wait(10)
        outcomes.append(post(mine))

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(outcomes) == 6
    assert outcomes.count(POSTED.format("2025-W41")) == 1
    assert len(digests(slack)) == 1


@pytest.mark.installed
def test_of_two_processes_one_posts(form: Form, slack: SlackServer) -> None:
    command = [str(NRRBOT), "digest", "--config", str(form.config)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=30) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert len(digests(slack)) == 1
    assert sum(out.startswith("Posted") for out, _ in outputs) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("archived", "That channel is archived. Unarchive it, or name another channel in the config."),
        ("member", "The bot is not in that channel. Invite it there with /invite @nrrbot."),
        ("revoked", "The Slack token was revoked."),
        ("scopes", "The Slack app lacks the scope chat:write."),
        ("limit", "Slack asks the bot to slow down."),
    ],
)
def test_what_slack_refuses_is_posted_once_it_is_mended(form: Form, slack: SlackServer, wrong: str, says: str) -> None:
    analyst, channel = form.setup().analyst, slack.channels["C0GENERAL"]
    channel.archived, channel.member = wrong == "archived", wrong != "member"
    slack.revoked = "token_revoked" if wrong == "revoked" else ""
    if wrong == "scopes":
        slack.scopes.remove("chat:write")
    if wrong == "limit":
        slack.fail("chat.postMessage", rate_limited(slack_client.PATIENCE + 1))
    with pytest.raises(SlackError if wrong != "revoked" else AccessError, match=re.escape(says)):
        post(analyst)
    assert not digests(slack)
    channel.archived, channel.member, slack.revoked = False, True, ""
    slack.scopes.append("chat:write")
    assert post(analyst) == POSTED.format("2025-W41")
    assert len(digests(slack)) == 1


def test_a_channel_that_is_not_there(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url, digest_channel="C0WRONG")
    nrrbot("sync", "--config", form.config)
    ran = nrrbot("digest", "--config", form.config)
    assert (ran.code, ran.out) == (1, "")
    assert "nrrbot cannot see this channel" in ran.err


def test_where_no_connection_is_made_nothing_arrived(company: MakeCompany, slack: SlackServer) -> None:
    with SlackServer() as gone:
        form = company(slack_api=gone.api_url)
    nrrbot("sync", "--config", form.config)
    analyst = form.setup().analyst
    with pytest.raises(AccessError, match="could not be reached") as caught:
        post(analyst)
    assert isinstance(caught.value.__cause__, URLError)
    back = build_bot_client(analyst.config)
    back.base_url = slack.api_url
    assert str(post_digest(analyst, back, MONDAY)) == POSTED.format("2025-W41")


@pytest.mark.parametrize(
    "fault", [Fault(drop=True, taken=True), Fault(drop=True), Fault(delay=1.5, taken=True), Fault(503, "<html>")]
)
def test_what_may_have_arrived_is_never_sent_again(
    form: Form, slack: SlackServer, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    analyst = form.setup().analyst
    slack.fail("chat.postMessage", fault)
    with monkeypatch.context() as impatient:
        impatient.setattr(slack_client, "TIMEOUT", 1)
        with pytest.raises(SlackError, match=r"Slack .*Try again in a minute"):
            post(analyst)
    assert post(analyst) == BEGUN.format("2025-W41")
    slack.wait_until(lambda: len(digests(slack)) == int(fault.taken))
    # The next week has nothing to compare with, as nobody knows what people have read.
    assert post(analyst, MONDAY + WEEK) == POSTED.format("2025-W42")
    assert "Since the last digest" not in read_blocks(digests(slack)[-1]["blocks"])


def test_nothing_to_post(company: MakeCompany, slack: SlackServer) -> None:
    analyst = company(slack_api=slack.api_url).setup().analyst
    with pytest.raises(NoSnapshotError, match="nrrbot sync"):
        post(analyst)
    nowhere = company("subscriptions", slack_api=slack.api_url, digest_channel="").setup().analyst
    with pytest.raises(ConfigError, match=r"schedule\.digest_channel"):
        post(nowhere)
    assert not slack.calls


# The jobs, and when they run.


def work(form: Form) -> JobContext:
    setup = form.setup()
    workbook: Workbook = setup.workbook
    return JobContext(setup.analyst, workbook, build_bot_client(setup.config))


def test_a_job_that_fails_is_logged_in_a_sentence_and_the_last_snapshot_serves(
    form: Form, slack: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    parts = work(form)
    assert form.path
    form.path.write_bytes(b"not a workbook")
    slack.channels["C0GENERAL"].archived = True
    config = parts.analyst.config
    plans = {plan.job.name: plan for plan in plan_jobs(config, parts.analyst.zone, MONDAY, {})}
    for name in ("sync", "digests"):
        run_job(plans[name], parts, lambda: MONDAY)
    refresh, digest = read_log(caplog)
    assert "Retention.xlsx" in refresh["reason"]
    assert (digest["event"], digest["job"]) == ("a job failed", "digests")
    assert digest["reason"].startswith("That channel is archived.")
    assert not any(record.exc_info for record in caplog.records)
    runs = parts.runs.list_runs()
    assert {name: run.reason for name, run in runs.items()} == {"sync": refresh["reason"], "digests": digest["reason"]}
    assert parts.analyst.reply("/nrr", "Q3").json()["window"]["starting_mrr"] == 564050
    slack.channels["C0GENERAL"].archived = False
    assert nrrbot("digest", "--config", form.config, "--today", "2025-10-06").out.startswith("Posted")
    assert len(digests(slack)) == 1


@pytest.mark.usefixtures("slack")
def test_the_log_quotes_nothing_from_a_sheet_that_is_refused(
    company: MakeCompany, caplog: pytest.LogCaptureFixture
) -> None:
    """With customers across, the headings are their names."""
    form = company("wide", "xlsx", content={"Notes": [["Month", "Castelmur Banque", "Acme"], ["x", "y", "z"]]})
    run_refresh(work(form), MONDAY)
    [line] = read_log(caplog)
    assert (line["kind"], line["reason"][:20]) == ("WorkbookLayoutError", "No tab holds revenue")
    assert not [word for word in ("Castelmur", "Acme") if word in str(line)]
    # The admin sees them where they were asked for.
    assert "Castelmur Banque" in nrrbot("sync", "--config", form.config).err


def test_refresh_picks_up_what_was_edited(form: Form) -> None:
    parts = work(form)
    form.put("MRR", 5, 17, 1600)
    run_refresh(parts, MONDAY)
    snapshot = parts.analyst.load_newest().snapshot
    assert snapshot.id == 2
    run_refresh(parts, MONDAY + dt.timedelta(hours=1))
    assert parts.analyst.load_newest().snapshot.id == 2
    synced_at = parts.analyst.reply("/nrr", "Q3").json()["snapshot"]["synced_at"]
    assert dt.datetime.fromisoformat(synced_at) == MONDAY + dt.timedelta(hours=1)


Planned = Callable[..., dict[str, Any]]


@pytest.fixture
def planned(company: MakeCompany, slack: SlackServer) -> Iterator[Planned]:
    """Return the jobs of a scheduler that is started paused, as it would run them."""
    schedulers = []

    def planned(now: dt.datetime, **settings: object) -> dict[str, Any]:
        form = company(slack_api=slack.api_url, **settings)
        scheduler = BackgroundScheduler()
        add_jobs(scheduler, work(form), lambda: now)
        scheduler.start(paused=True)
        schedulers.append(scheduler)
        return {job.id: job for job in scheduler.get_jobs()}

    yield planned
    for scheduler in schedulers:
        scheduler.shutdown()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        # The digest is due on Mondays at 09:30 in Paris, grace 3 hours. 2025-10-06 is a Monday, in summer time.
        ("2025-10-06 07:29", "2025-10-06 07:30"),
        ("2025-10-06 07:30", "2025-10-06 07:30"),
        ("2025-10-06 09:30", "2025-10-06 09:30"),  # down for two hours: now
        ("2025-10-06 10:30", "2025-10-06 10:30"),
        ("2025-10-06 10:31", "2025-10-13 07:30"),  # beyond grace: next week
        ("2025-10-21 12:00", "2025-10-27 08:30"),  # summer time has ended
    ],
)
def test_when_the_digest_is_due(planned: Planned, now: str, due: str) -> None:
    moment = dt.datetime.fromisoformat(f"{now}+00:00")
    jobs = planned(moment, digest_hour=9, digest_minute=30, grace_minutes=180)
    assert jobs["digests"].next_run_time == dt.datetime.fromisoformat(f"{due}+00:00")
    assert jobs["sync"].next_run_time == moment


def test_every_job_of_the_table_is_scheduled_with_grace_and_without_a_flood(planned: Planned) -> None:
    jobs = planned(MONDAY, grace_minutes=90, poll_seconds=15)
    assert [job.name for job in JOBS] == ["sync", "write-back", "digests", "alerts", "backup", "prune", "verify"]
    assert set(jobs) == {"sync", "digests", "alerts", "prune", "verify"}
    for name, job in jobs.items():
        grace = 5 if name == "alerts" else 90
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (grace * 60, True, 1)
    assert jobs["sync"].trigger.interval == dt.timedelta(seconds=15)
    # Digests and alerts have a thread that no sync and no upkeep runs on.
    lanes = {lane: {name for name, job in jobs.items() if job.executor == lane} for lane in ("workbook", "messages")}
    assert lanes == {"workbook": {"sync"}, "messages": {"digests", "alerts"}}


def test_without_a_channel_there_is_no_digest(planned: Planned) -> None:
    assert "digests" not in planned(MONDAY, digest_channel="")


def test_a_time_zone_that_does_not_exist_is_named(planned: Planned) -> None:
    with pytest.raises(ConfigError, match=r"Europe/Pariss.*schedule\.time_zone"):
        planned(MONDAY, time_zone="Europe/Pariss")


def test_a_scheduler_that_starts_late_posts_once(company: MakeCompany, slack: SlackServer) -> None:
    now = dt.datetime.now(dt.UTC)
    due = now - dt.timedelta(hours=2)
    form = company(
        slack_api=slack.api_url, time_zone="UTC", digest_day=f"{due:%a}".lower(), digest_hour=due.hour,
        digest_minute=due.minute, sync_minutes=60,
    )  # fmt: skip
    for _ in range(2):  # and a second start posts nothing
        scheduler = BackgroundScheduler()
        add_jobs(scheduler, work(form), lambda: dt.datetime.now(dt.UTC))
        scheduler.start()
        slack.messages("C0GENERAL")
        scheduler.shutdown()
    assert len(digests(slack)) == 1
    assert Store(form.config.parent / "nrrbot.db").find_latest_snapshot() is not None


# `nrrbot run` as a process.


@contextlib.contextmanager
def running(form: Form, *options: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """Run `nrrbot run` until the block ends; give the process, its address and its log."""
    log: list[str] = []
    process = subprocess.Popen(
        [NRRBOT, "run", "--config", form.config, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=form.config.parent,
    )  # fmt: skip
    serving = threading.Event()

    def follow() -> None:
        for line in process.stderr or ():
            log.append(line)
            if "serving Slack" in line:
                serving.set()

    reader = threading.Thread(target=follow)
    reader.start()
    try:
        assert serving.wait(30), log
        yield process, next(json.loads(line)["address"] for line in log if "serving Slack" in line), log
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        reader.join(10)
        assert process.stdout
        assert process.stdout.read() == ""
        process.stdout.close()
        assert process.stderr
        process.stderr.close()


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    began = time.monotonic()
    process.send_signal(number)
    code = process.wait(20)
    assert time.monotonic() - began < 10
    return code


def find_monitor(log: list[str]) -> str:
    """Return the address that a process answers monitors on."""
    return str(next(json.loads(line)["address"] for line in log if "answering monitors" in line))


def assert_monitored(address: str, log: list[str]) -> None:
    """Check what monitors read of a process that has answered a question and posted a digest."""
    monitor = find_monitor(log)
    assert monitor.startswith("http://127.0.0.1:")
    assert json.loads(request(f"{monitor}/healthz", None, {})[1]) == {"status": "ok", "reasons": []}
    assert request(f"{monitor}/livez", None, {})[0] == 200
    assert [request(f"{address}{path}", None, {})[0] for path in ("/healthz", "/livez", "/metrics")] == [404] * 3
    metrics = parse_metrics(request(f"{monitor}/metrics", None, {})[1])
    assert metrics["nrrbot_requests_total", (("command", "answer"), ("outcome", "answered"))] == 1
    assert metrics["nrrbot_job_runs_total", (("job", "digests"), ("outcome", "done"))] == 1
    assert metrics["nrrbot_job_seconds_count", (("job", "sync"),)] == 1
    assert metrics["nrrbot_deliveries", (("state", "confirmed"),)] == 1
    assert (metrics["nrrbot_ack_seconds_count", ()], metrics["nrrbot_answer_seconds_count", ()]) == (1, 1)
    assert metrics["nrrbot_queue", (("queue", "questions"),)] == 0
    assert 0 <= metrics["nrrbot_sync_age_seconds", ()] < 120
    assert metrics["nrrbot_store_bytes", ()] > 0
    assert {name for _, labels in metrics for name, _ in labels} == {
        "command",
        "outcome",
        "job",
        "state",
        "queue",
        "le",
    }
    scheduled = {line["job"]: line["next"] for line in map(json.loads, log) if line["event"] == "scheduled"}
    assert list(scheduled) == ["sync", "write-back", "digests", "alerts", "prune", "verify"]


def parse_metrics(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return name and labels -> value, as Prometheus would read it."""
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in samples}


@pytest.mark.installed
def test_run_over_http_answers_posts_and_stops_when_told(company: MakeCompany, slack: SlackServer) -> None:
    due = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    form = company(
        slack_api=slack.api_url, time_zone="UTC", digest_day=f"{due:%a}".lower(), digest_hour=due.hour,
        digest_minute=due.minute,
    )  # fmt: skip
    with running(form, "--http") as (process, address, log):
        [digest] = slack.messages("C0GENERAL", 1, 30)
        sent = slack.command("/nrr", "enterprise Q3 2025", to=address)
        [answer] = slack.answers(sent.response_url)
        assert slack.command("/nrr", "Q3", to=address, secret="wrong").status == 401
        assert_monitored(address, log)
        assert stop(process) == 0
    assert digest["text"].startswith("Retention: NRR")
    assert "NRR 90.9%, GRR 87.3%" in answer["text"]
    assert "NRR Metrics" in openpyxl.load_workbook(str(form.path)).sheetnames
    text = "".join(log)
    for secret in (slack.bot_token, slack.app_token, slack.signing_secret, sent.response_url):
        assert secret not in text
    assert "enterprise" not in text
    assert "Traceback" not in text
    lines = list(map(json.loads, log))
    [answered] = [line for line in lines if line["event"] == "request"]
    assert list(answered)[:7] == ["time", "level", "event", "request", "command", "milliseconds", "outcome"]
    assert (answered["command"], answered["outcome"]) == ("answer", "answered")
    assert dt.datetime.fromisoformat(answered["time"]) > due
    assert "stopping" in [line["event"] for line in lines[-2:]]  # a refresh under way is ended


@pytest.mark.slow
@pytest.mark.installed
def test_an_edit_that_the_add_in_reports_is_read_at_once(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url, digest_channel="")
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[addin]\nurl = "https://nrr.example.com"\n')
    key = nrrbot("addin", "key", "add", "Board", "--scope", "sync", "--config", form.config).out.strip()
    headers = {"Authorization": f"Bearer {key}", "X-Forwarded-Proto": "https"}

    def ask(address: str, path: str, body: Any) -> Any:
        status, text = request(f"{address}/addin/v1/{path}", json.dumps(body).encode(), headers)
        assert status == 200, text
        return json.loads(text)

    def find_snapshot(store: Store, number: int) -> None:
        while (snapshot := store.find_latest_snapshot()) is None or snapshot.id < number:  # pytest-timeout bounds it
            time.sleep(0.05)

    question = {"questions": [{"metric": "ending_mrr", "segment": "enterprise", "period": "Q3 2025"}]}
    store = Store(form.config.parent / "nrrbot.db")
    with running(form, "--http") as (process, address, log):
        find_snapshot(store, 1)
        before = ask(address, "metrics", question)["answers"][0]["value"]
        while not any("NRR Metrics" in line or "wrote" in line.lower() for line in log):  # the write-back has ended
            time.sleep(0.05)
        workbook = openpyxl.load_workbook(str(form.path))
        row = next(row for row in workbook["MRR"].iter_rows() if row[0].value == "E-1")
        amount = row[-1].value
        assert isinstance(amount, int)
        row[-1].value = amount + 1000
        workbook.save(str(form.path))
        assert ask(address, "changed", {"tab": "MRR", "range": row[-1].coordinate})["state"] in {"started", "due"}
        find_snapshot(store, 2)
        while (answered := ask(address, "metrics", question))["origin"]["snapshot"] < 2:  # the snapshot is being warmed
            time.sleep(0.05)
        assert answered["answers"][0]["value"] == before + 1000
        assert stop(process) == 0
    assert key not in "".join(log)


@pytest.mark.slow
@pytest.mark.installed
@pytest.mark.parametrize("mode", ["--http", ""])
def test_run_stops_in_time_while_slack_holds_a_channel_and_says_so(
    company: MakeCompany, slack: SlackServer, mode: str
) -> None:
    form = company(slack_api=slack.api_url, digest_channel="")
    nrrbot("sync", "--config", form.config)
    slack.fail("chat.postMessage", *[rate_limited(20)] * 9, Fault(delay=60))
    with running(form, *filter(None, [mode])) as (process, address, log):
        to = address if mode else ""
        for number in range(3):
            ts = slack.say("C0GENERAL", f"<@U0BOT> Q{number + 1}")
            event = {"type": "app_mention", "user": "U0ANN", "channel": "C0GENERAL", "text": "<@U0BOT> Q3", "ts": ts}
            slack.event(event, to=to)
        slack.wait_until(lambda: slack.called("chat.postMessage"), 30)
        sent = slack.command("/nrr", "Q3", to=to, user="U0LEA")
        assert len(slack.answers(sent.response_url)) == 1
        assert stop(process) == 0
    lines = list(map(json.loads, log))
    assert [line["event"] for line in lines].count("a message was given up, as nrrbot is stopping") == 3
    assert lines[-1]["event"] == "stopped before all was done"
    assert lines[-1]["messages_given_up"] == 3


@pytest.mark.slow
@pytest.mark.installed
def test_run_over_socket_mode_and_ctrl_c(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url, digest_channel="")
    with running(form) as (process, _, log):
        while Store(form.config.parent / "nrrbot.db").find_latest_snapshot() is None:  # pytest-timeout bounds it
            time.sleep(0.05)
        [answer] = slack.answers(slack.command("/grr", "enterprise Q3 2025").response_url)
        assert stop(process, signal.SIGINT) == 0
    assert "GRR 87.3%, NRR 90.9%" in answer["text"]
    assert "Socket Mode" in "".join(log)


@pytest.mark.installed
def test_without_slack_it_syncs_and_writes_back(company: MakeCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    form = company(poll_seconds=1)
    systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.bind(str(form.config.parent / "notify"))
    systemd.settimeout(20)
    monkeypatch.setenv("NOTIFY_SOCKET", str(form.config.parent / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    with systemd, running(form, "--no-slack") as (process, _, log):
        assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        monitor = find_monitor(log)
        while not any("written back" in line for line in log):  # pytest-timeout bounds it
            time.sleep(0.05)
        while request(f"{monitor}/healthz", None, {})[0] != 200:
            time.sleep(0.05)
        done, listed = set[str](), list[dict[str, Any]]()
        while not done >= {"sync", "write-back"}:  # recorded just after the log has it
            listed = json.loads(nrrbot("jobs", "--json", "--config", form.config).out)
            done = {row["job"] for row in listed if row["outcome"] == "done"}
        with ThreadPoolExecutor(1) as threads:
            heard = threads.submit(list, iter(lambda: systemd.recv(100), b"STOPPING=1"))
            assert stop(process) == 0
            assert set(heard.result(20)) == {b"WATCHDOG=1"}
    assert "NRR Metrics" in form.tabs()
    rows = {row["job"]: row for row in listed}
    assert rows["write-back"]["seconds"] > 0
    assert rows["sync"]["next_at"]
    lines = nrrbot("jobs", "--config", form.config).out.splitlines()
    assert lines[0].split() == ["Job", "Next", "run", "Last", "run", "Result", "Seconds"]
    assert re.fullmatch(r"write-back +after sync +20\d\d-\S+ \S+ +done +\d+\.\d", lines[2])
    assert [line.split()[0] for line in lines[1:]] == ["sync", "write-back", "digests", "alerts", "prune", "verify"]


@pytest.mark.parametrize(
    ("missing", "options", "key"),
    [
        ("SLACK_BOT_TOKEN", ("--http",), "slack.bot_token_file"),
        ("SLACK_SIGNING_SECRET", ("--http",), "slack.signing_secret_file"),
        ("SLACK_APP_TOKEN", (), "slack.app_token_file"),
    ],
)
def test_run_without_a_secret_names_it(
    form: Form, monkeypatch: pytest.MonkeyPatch, missing: str, options: tuple[str, ...], key: str
) -> None:
    monkeypatch.delenv(missing)
    ran = nrrbot("run", "--config", form.config, *options)
    assert (ran.code, ran.out) == (2, "")
    assert missing in ran.err
    assert key in ran.err


def test_run_refuses_a_wrong_bot_token_before_anything_is_served(
    form: Form, slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    ran = nrrbot("run", "--config", form.config)
    assert (ran.code, ran.out) == (1, "")
    assert "Slack does not accept the token." in ran.err
    assert [call.method for call in slack.calls] == ["auth.test"]


def test_run_on_a_port_that_is_taken_says_so(form: Form) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        form.config.write_text(form.config.read_text().replace("port = 0", f"port = {port}"))
        ran = nrrbot("run", "--http", "--config", form.config)
    assert (ran.code, ran.out) == (2, "")
    assert str(port) in ran.err


def test_a_secret_may_stand_in_a_file(
    company: MakeCompany, slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = company(slack_api=slack.api_url)
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    folder = form.config.parent
    (folder / "token").write_text(f"{slack.bot_token}\n")
    config = write_config(
        folder / "other.toml",
        workbook={"path": "Retention.xlsx"},
        slack={"api_url": slack.api_url, "bot_token_file": "token"},
        schedule={"digest_channel": "C0GENERAL"},
    )
    assert nrrbot("digest", "--config", config).out.startswith("Posted the digest")
    assert os.environ.get("SLACK_BOT_TOKEN") is None


def test_a_company_without_history_still_has_a_digest(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url, content={**tabs("wide"), "MRR": wide("E-1 | 100\nS-1 | 50", "2025-09")})
    nrrbot("sync", "--config", form.config)
    assert post(form.setup().analyst) == POSTED.format("2025-W41")
    assert "needs 13 month closes, there are 1" in read_blocks(digests(slack)[0]["blocks"])


def test_the_store_is_copied_once_a_day_into_the_folder_of_the_config(form: Form, tmp_path: Path) -> None:
    parts = work(form)
    settings = parts.analyst.config.store
    store = msgspec.structs.replace(settings, backup_folder=str(tmp_path / "backups"), keep_backups=1)
    config = msgspec.structs.replace(parts.analyst.config, store=store)
    parts = replace(parts, analyst=replace(parts.analyst, config=config))
    for day in range(2):
        for hour in (0, 5):
            run_backup(parts, MONDAY + dt.timedelta(days=day, hours=hour))
    names = [path.name for path in parts.analyst.store.list_backups(tmp_path / "backups")]
    assert [name.rpartition("-2025-")[2] for name in names] == ["10-07T080000Z.db"]


def test_the_store_is_pruned_and_verified_in_a_process(form: Form) -> None:
    parts = work(form)
    form.put("MRR", 5, 17, 1600)
    run_refresh(parts, MONDAY)
    store = msgspec.structs.replace(parts.analyst.config.store, keep_days=1)
    config = msgspec.structs.replace(parts.analyst.config, store=store)
    parts = replace(parts, analyst=replace(parts.analyst, config=config))
    run_prune(parts, MONDAY + dt.timedelta(days=2))
    with pytest.raises(NoSnapshotError, match="was pruned"):
        parts.analyst.store.load(1)
    assert parts.analyst.store.load(2).accounts.count
    run_verify(parts, MONDAY)
    with open_raw(parts.analyst.store.path) as connection:
        connection.execute("UPDATE recorded SET churn = churn + 1")
    with pytest.raises(StoreError, match="is damaged"):
        run_verify(parts, MONDAY)


@pytest.mark.parametrize("folder", ["", "backups"])
def test_a_backup_is_planned_at_night_where_the_config_names_a_folder(form: Form, folder: str) -> None:
    parts = work(form)
    store = msgspec.structs.replace(parts.analyst.config.store, backup_folder=folder)
    config = msgspec.structs.replace(parts.analyst.config, store=store)
    scheduler = BackgroundScheduler()
    add_jobs(scheduler, replace(parts, analyst=replace(parts.analyst, config=config)), lambda: MONDAY)
    scheduler.start(paused=True)
    job = scheduler.get_job("backup")
    scheduler.shutdown()
    assert (job is not None) == bool(folder)
    # The run of last night was missed by less than the grace time.
    assert job is None or job.next_run_time == MONDAY


def test_a_copy_that_cannot_be_written_is_an_error_in_a_sentence(form: Form, tmp_path: Path) -> None:
    parts = work(form)
    (tmp_path / "file").touch()
    store = msgspec.structs.replace(parts.analyst.config.store, backup_folder=str(tmp_path / "file"))
    config = msgspec.structs.replace(parts.analyst.config, store=store)
    with pytest.raises(StoreError, match="Check that its folder exists"):
        run_backup(replace(parts, analyst=replace(parts.analyst, config=config)), MONDAY)


@pytest.mark.parametrize("mark", ["external", "pending"])
def test_a_digest_never_goes_where_another_company_reads(form: Form, slack: SlackServer, mark: str) -> None:
    analyst, channel = form.setup().analyst, slack.channels["C0GENERAL"]
    setattr(channel, mark, True)
    with pytest.raises(AccessError, match="Another company reads #general"):
        post(analyst)
    slack.fail("conversations.info", Fault(503, "<html>"))
    with pytest.raises(AccessError, match="cannot say now whether another company reads"):
        post(analyst)
    assert not digests(slack)
    setattr(channel, mark, False)
    assert post(analyst) == POSTED.format("2025-W41")
