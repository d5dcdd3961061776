"""A refresh in a separate process: its limits, its errors, its end, and that the last snapshot answers meanwhile."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from bot.jobs.processes import job_process
from bot.jobs.processes.job_process import JobProcess, read_memory
from core.config import SECRETS, Config, Source, Store, Sync
from core.errors import WorkbookBusyError, WorkbookError, WorkbookLayoutError
from tests.support.company import Form, MakeCompany
from tests.support.google.server import Fault

NOW = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)
ROOT = Path(__file__).parents[3]


def ignore(number: int, is_new: bool) -> None:
    del number, is_new


def config_of(form: Form, **limits: int) -> Config:
    return msgspec.structs.replace(form.setup().config, sync=Sync(**limits))


def write_large(folder: Path, rows: int) -> Config:
    """Write a text file of 30 cells a row, and return its config."""
    path = folder / "large.csv"
    months = ",".join(f"20{year}-{month:02}" for year in (23, 24, 25) for month in range(1, 11))
    lines = "".join(f"A-{number},{','.join(str(number + month) for month in range(30))}\n" for number in range(rows))
    path.write_text(f"Account ID,{months}\n{lines}", encoding="utf-8")
    return Config(
        workbook=Source(path=str(path)), store=Store(path=str(folder / "nrrbot.db")), sync=Sync(memory_mb=512)
    )


@contextlib.contextmanager
def hanging(form: Form) -> Iterator[None]:
    """Let Google answer no call to Sheets while the block runs."""
    form.google.fail(*(Fault(service="sheets", hang=30) for _ in range(9)))
    yield
    form.google.faults.clear()


def find_children(parent: int) -> list[int]:
    """Return the refresh processes of a process."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, check=True, text=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, owner, command in rows if int(owner) == parent and "job_child" in command]


def wait_for_child(parent: int) -> int:
    while not (children := find_children(parent)):  # pytest-timeout bounds it
        time.sleep(0.05)
    return children[0]


def test_a_refresh_stores_a_snapshot_and_reports_it_before_it_writes(company: MakeCompany) -> None:
    form = company("wide", "google")
    written: list[bool] = []

    def report(number: int, is_new: bool) -> None:
        assert (number, is_new) == (1, True)
        assert form.setup().analyst.load_newest().snapshot.id == 1
        written.append("NRR Metrics" in form.tabs())

    JobProcess().run(config_of(form), NOW, report)
    assert written == [False] or "NRR Metrics" in form.tabs()
    assert "NRR Metrics" in form.tabs()


def test_an_error_arrives_as_it_is(company: MakeCompany) -> None:
    form = company("wide", "google", content={"Notes": [["Ask Ann", 42]]})
    with pytest.raises(WorkbookLayoutError, match="No tab holds revenue") as caught:
        JobProcess().run(config_of(form), NOW, ignore)
    assert caught.value.fix


@pytest.mark.slow
@pytest.mark.parametrize("limits_itself", [True, False])
def test_a_workbook_that_takes_too_much_memory_ends_the_process_alone(tmp_path: Path, *, limits_itself: bool) -> None:
    config, numbers = write_large(tmp_path, 150_000), list[int]()
    # The second process is started before its order, and limited by it.
    process = JobProcess(limits_itself=limits_itself, modules_ahead=["bot.service.refresh.reading"])
    process.run(msgspec.structs.replace(config, sync=Sync()), NOW, lambda number, _: numbers.append(number))
    assert numbers == [1]
    with pytest.raises(WorkbookError, match=r"more than 512 MB of memory.*sync\.memory_mb"):
        process.run(config, NOW, ignore)
    process.stop()


def test_a_reading_that_takes_too_long_is_stopped(company: MakeCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    form = company("wide", "google")
    monkeypatch.setattr(job_process, "_MINUTE", 3)
    with hanging(form), pytest.raises(WorkbookError, match=r"more than 1 minutes.*sync\.minutes"):
        JobProcess().run(config_of(form, minutes=1), NOW, ignore)
    assert find_children(os.getpid()) == []


def run_aside(work: Callable[[], None]) -> tuple[threading.Thread, list[Exception]]:
    """Run `work` on another thread, and return the thread and its error."""
    failures: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - any error is the result
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failures


def test_the_bot_stops_without_waiting_for_a_reading(company: MakeCompany) -> None:
    form = company("wide", "google")
    process = JobProcess()
    with hanging(form):
        thread, failures = run_aside(lambda: process.run(config_of(form), NOW, ignore))
        wait_for_child(os.getpid())
        process.stop()
        thread.join(5)
    assert not thread.is_alive()
    assert [type(failure) for failure in failures] == [WorkbookBusyError]
    with pytest.raises(WorkbookBusyError, match="is stopping"):
        process.run(config_of(form), NOW, ignore)


def test_the_next_process_waits_for_its_order_and_is_replaced_if_it_ended(company: MakeCompany) -> None:
    form, me = company("wide", "google"), os.getpid()
    process = JobProcess(modules_ahead=("bot.service.refresh.reading",))
    process.run(config_of(form), NOW, ignore)
    [waiting] = find_children(me)
    os.kill(waiting, signal.SIGKILL)
    while read_memory(waiting):  # pytest-timeout bounds it
        time.sleep(0.05)
    process.run(config_of(form), NOW, ignore)
    [waiting] = find_children(me)
    form.google.calls.clear()
    with hanging(form):
        thread, failures = run_aside(lambda: process.run(config_of(form), NOW, ignore))
        while not form.google.calls:  # pytest-timeout bounds it
            time.sleep(0.05)
        assert find_children(me) == [waiting]
        process.stop()
        thread.join(5)
    assert [type(failure) for failure in failures] == [WorkbookBusyError]
    assert find_children(me) == []


def test_a_process_that_waits_for_its_order_ends_with_the_bot() -> None:
    waiting = job_process._start_process("decimal")
    assert waiting.stdin
    waiting.stdin.close()
    assert waiting.wait(20) == 0
    job_process._end_process(waiting)


def test_a_killed_reading_is_reported_and_the_last_snapshot_answers(company: MakeCompany) -> None:
    form = company("wide", "google")
    JobProcess().run(config_of(form), NOW, ignore)
    with hanging(form):
        thread, failures = run_aside(lambda: JobProcess().run(config_of(form), NOW, ignore))
        os.kill(wait_for_child(os.getpid()), signal.SIGKILL)
        thread.join(5)
    assert "ended before it was done (code -9). Run nrrbot sync to see why." in str(failures[0])
    assert form.setup().analyst.reply("/nrr", "Q3").json()["window"]["starting_mrr"] == 564050


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_the_process_has_no_secret_of_slack_and_gives_way(
    company: MakeCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "xoxb-secret")
    form = company("wide", "google")
    process = JobProcess()
    with hanging(form):
        thread, _ = run_aside(lambda: process.run(config_of(form), NOW, ignore))
        child = wait_for_child(os.getpid())
        environment = Path(f"/proc/{child}/environ").read_bytes()
        # Linux compares the priorities of one session; Ctrl-C reaches a group.
        assert (os.getsid(child), os.getpgid(child)) == (os.getsid(0), child)
        while os.getpriority(os.PRIO_PROCESS, child) <= os.getpriority(os.PRIO_PROCESS, 0):
            time.sleep(0.05)  # pytest-timeout bounds it
        process.stop()
        thread.join(5)
    assert b"PATH=" in environment
    assert b"xoxb-secret" not in environment


def test_the_process_does_not_outlive_the_bot(company: MakeCompany) -> None:
    form = company("wide", "google")
    script = (
        "import datetime as dt, pathlib, sys; from core.config import load_config;"
        "from bot.jobs.processes.job_process import JobProcess;"
        "config = load_config(pathlib.Path(sys.argv[1]));"
        "JobProcess().run(config, dt.datetime.now(dt.UTC), lambda number, is_new: None)"
    )
    with hanging(form):
        bot = subprocess.Popen([sys.executable, "-c", script, str(form.config)], cwd=ROOT)
        child = wait_for_child(bot.pid)
        bot.kill()
        bot.wait()
        # Long before the call that hangs is given up.
        for _ in range(100):
            if not read_memory(child):
                break
            time.sleep(0.1)
        assert not read_memory(child)


# What the process imports last before it reads a file: its import fails, and writes everywhere before.
BROKEN = """
import logging, os, sys, warnings
words = "Castelmur Banque paid 91148; xoxb-1-Planted, -----BEGIN PRIVATE KEY-----MIIEplanted"
logging.getLogger("urllib3").warning("retrying after %s", "xoxb-1-Planted")
warnings.warn(words)
print(words)
print(words, file=sys.stderr)
os.write(1, words.encode())
raise RuntimeError(words)
"""


def test_the_log_of_the_process_is_that_of_the_bot_without_secrets_and_names(
    company: MakeCompany, tmp_path: Path
) -> None:
    form = company("wide", "xlsx")
    (tmp_path / "openpyxl").mkdir()
    (tmp_path / "openpyxl" / "__init__.py").write_text(BROKEN, encoding="utf-8")
    script = (
        "import contextlib, datetime as dt, pathlib, sys; from bot.cli.stderr import RedactedStream;"
        "from bot.jobs.processes.job_process import JobProcess; from bot.service.log import configure_log;"
        "from core.config import load_config; sys.stderr = RedactedStream(sys.stderr); configure_log();"
        "JobProcess().run(load_config(pathlib.Path(sys.argv[1])), dt.datetime.now(dt.UTC), print)"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-c", script, str(form.config)]
    bot = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert bot.stdout == ""
    assert not [word for word in ("Castelmur", "91148", "Planted", "planted") if word in bot.stderr]
    lines = [json.loads(line) for line in bot.stderr.splitlines() if line.startswith("{")]
    retry, fault = lines
    assert (retry["logger"], retry["level"], retry["event"]) == ("urllib3", "warning", "retrying after [secret]")
    assert list(fault)[:3] == ["time", "level", "event"]
    assert (fault["logger"], fault["during"]) == ("nrrbot.faults", "refresh")
    assert fault["error"][-1] == "builtins.RuntimeError"
    # The id that people see is that of the line.
    assert f"An unexpected error stopped this; it is logged as {fault['fault']}." in bot.stderr
