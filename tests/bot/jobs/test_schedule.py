"""Scheduled work: the table of jobs and when they run; `nrrbot run` as a process."""

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

import msgspec
import openpyxl
import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client.parser import text_string_to_metric_families

from bot.jobs.schedule import JobContext, run_backup, run_prune, run_refresh, run_verify
from bot.jobs.table import JOBS, add_jobs, plan_jobs, run_job
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from core.config import SECRETS
from core.errors import ConfigError, NoSnapshotError, StoreError
from core.store.store import Store
from sheets.workbook.port import Workbook
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany, write_config
from tests.support.logs import read_log
from tests.support.samples.snapshots import open_raw
from tests.support.slack.server import Fault, SlackServer, rate_limited, request

NRRBOT = Path(sys.executable).with_name("nrrbot")
MONDAY = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url)
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MONDAY - dt.timedelta(minutes=1))
    return form


def digests(slack: SlackServer) -> list[dict[str, Any]]:
    return [message for message in slack.posted.get("C0GENERAL", []) if "thread_ts" not in message]


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
    assert digest["event"] == "not delivered"
    assert digest["reason"].startswith("That channel is archived.")
    assert not any(record.exc_info for record in caplog.records)
    runs = parts.runs.list_runs()
    assert {name: run.reason for name, run in runs.items()} == {"sync": refresh["reason"], "digests": ""}
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


def test_refresh_picks_up_what_was_edited_and_warms_it_before_anyone_asks(form: Form) -> None:
    built, refreshing, answering = work(form), threading.get_ident(), list[int]()

    def read_clock() -> dt.datetime:
        # Once the snapshot is stored and before it is warmed, a reader asks.
        newest = built.analyst.store.find_latest_snapshot()
        if threading.get_ident() == refreshing and not answering and newest and newest.id == 2:
            answering.append(0)
            with ThreadPoolExecutor(1) as threads:
                reply = threads.submit(parts.analyst.reply, "/nrr", "Q3").result(20)
            answering[:] = [int(reply.json()["snapshot"]["id"])]
        return MONDAY

    parts = replace(built, analyst=replace(built.analyst, clock=read_clock))
    parts.analyst.warm()
    form.put("MRR", 5, 17, 1600)
    run_refresh(parts, MONDAY)
    assert answering == [1]
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


def test_every_job_of_the_table_is_scheduled_with_grace_and_without_a_flood(planned: Planned) -> None:
    jobs = planned(MONDAY, grace_minutes=90, poll_seconds=15)
    assert [job.name for job in JOBS] == ["sync", "write-back", "digests", "alerts", "backup", "prune", "verify"]
    assert set(jobs) == {"sync", "digests", "alerts", "prune", "verify"}
    for name, job in jobs.items():
        grace = 5 if name == "alerts" else 90
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (grace * 60, True, 1)
    assert [jobs[name].trigger.interval.seconds for name in ("sync", "alerts", "digests")] == [15, 15, 10]
    # Digests and alerts have a thread that no sync and no upkeep runs on.
    lanes = {lane: {name for name, job in jobs.items() if job.executor == lane} for lane in ("workbook", "messages")}
    assert lanes == {"workbook": {"sync"}, "messages": {"digests", "alerts"}}


def test_a_time_zone_that_does_not_exist_is_named(planned: Planned) -> None:
    with pytest.raises(ConfigError, match=r"Europe/Pariss.*schedule\.time_zone"):
        planned(MONDAY, time_zone="Europe/Pariss")


@pytest.mark.slow
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
        slack.messages("C0GENERAL", 1, 30)
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
    assert metrics["nrrbot_job_runs_total", (("job", "digests"), ("outcome", "done"))] >= 1  # one each minute
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
