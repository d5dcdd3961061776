"""How long many people wait: all at once, and in a busy minute while a sheet is read.

As a program: serve Slack until standard input is closed, and print the address first. STORE API_URL, or FOLDER API_URL
to serve from a Google Sheet that is edited and read again without a pause.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.jobs.processes.job_process import REFRESH_MODULES, JobProcess
from bot.jobs.run import start
from bot.service.analyst import Analyst
from core.config import SECRETS, Config, Slack, Store, read_secret
from tests.measured.sheet_process import serve_sheet
from tests.support.slack.server import Sent, SlackServer, User

PEOPLE, ROUNDS = 200, 7
EACH_SECOND, SECONDS = 20, 60
ACCOUNTS, MONTHS = 100_000, 25
# As many as fill the memory with the snapshots that it keeps.
SYNCS_BEFORE = 3
QUESTIONS = ("", "SMB", "enterprise Q3", "by industry", "trend", "risks", "region=France", "accounts")


@dataclass(frozen=True, slots=True)
class BusyMinute:
    """What people waited for, in seconds, and the memory of the bot.

    Attributes:
        acknowledged: the seconds until 99 of 100 commands were acknowledged.
        answered: the seconds until 99 of 100 people had their answer.
        growth: the bot's memory at the end, next to that after a quarter of the minute.
        syncs: how often the sheet was read meanwhile.

    """

    acknowledged: float
    answered: float
    growth: float
    syncs: int


def measure_crowd(path: Path) -> float:
    """Return the seconds in which 99 of 100 people have their answer, of the fastest round."""
    with SlackServer() as slack, _serving(path, slack) as (address, _):
        return min(_ask_at_once(slack, address) for _ in range(ROUNDS))


def measure_busy_minute(folder: Path) -> BusyMinute:
    """Ask at a steady pace while a sheet of 2.5 million cells is read and its figures change."""
    with SlackServer() as slack, _serving(folder, slack) as (address, server):
        _ask_at_once(slack, address)
        begun, asked, memory = time.monotonic(), list[tuple[float, Sent]](), list[int]()
        with ThreadPoolExecutor(PEOPLE) as pool:
            waiting = []
            for number in range(EACH_SECOND * SECONDS):
                time.sleep(max(0.0, begun + number / EACH_SECOND - time.monotonic()))
                waiting.append(pool.submit(_ask, slack, address, number))
                if number % EACH_SECOND == 0:
                    memory.append(_read_memory(server.pid))
            asked = [future.result() for future in waiting]
        waits = _wait_for_answers(slack, asked)
        acknowledged = sorted(sent.seconds for _, sent in asked)
        printed, _ = server.communicate()
        return BusyMinute(
            _find_99th(acknowledged), _find_99th(waits), max(memory[-5:]) / max(memory[: SECONDS // 4]), int(printed)
        )


@contextmanager
def _serving(path: Path, slack: SlackServer) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield the address of a bot in its own process, and the process."""
    slack.users |= {_name(number): User(_name(number), f"person{number}") for number in range(PEOPLE)}
    secrets = dict(zip(SECRETS, (slack.bot_token, slack.app_token, slack.signing_secret), strict=True))
    with subprocess.Popen(
        [sys.executable, "-m", "tests.measured.crowd", str(path), slack.api_url],
        env=os.environ | secrets,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            yield server.stdout.readline().strip() if server.stdout else "", server
        finally:
            if server.poll() is None:
                server.communicate()


def _name(number: int) -> str:
    return f"U0P{number:03d}"


def _ask(slack: SlackServer, address: str, number: int) -> tuple[float, Sent]:
    asked = time.monotonic()
    question = QUESTIONS[number % len(QUESTIONS)]
    return asked, slack.command("/nrr", question, to=address, user=_name(number % PEOPLE))


def _ask_at_once(slack: SlackServer, address: str) -> float:
    with ThreadPoolExecutor(PEOPLE) as pool:
        commands = list(pool.map(lambda number: _ask(slack, address, number), range(PEOPLE)))
    return _find_99th(_wait_for_answers(slack, commands))


def _wait_for_answers(slack: SlackServer, commands: Sequence[tuple[float, Sent]]) -> list[float]:
    """Return how long each person waited for the answer, the shortest first."""
    places = [(asked, slack.response_urls[sent.response_url]) for asked, sent in commands]
    slack.wait_until(lambda: all(place.posted for _, place in places), 60, "all answers")
    return sorted(place.posted[0] - asked for asked, place in places)


def _find_99th(seconds: Sequence[float]) -> float:
    return seconds[len(seconds) * 99 // 100]


def _read_memory(process: int) -> int:
    """Return the memory of a process in pages."""
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])


def main(path: str, api_url: str) -> None:
    place = Path(path)
    if place.is_dir():
        serve_edited(place, api_url)
    else:
        serve(Config(slack=Slack(api_url=api_url, port=0), store=Store(path)))


def serve(config: Config) -> None:
    """Serve Slack from the store of a config until standard input is closed."""
    analyst = Analyst.open(config, lambda: dt.datetime.now(dt.UTC))
    analyst.warm()
    serving = start(analyst, read_secret("SLACK_BOT_TOKEN", config.slack), http=True)
    print(serving.address, flush=True)  # noqa: T201 - the result
    sys.stdin.read()
    serving.stop()


def serve_edited(folder: Path, api_url: str) -> None:
    """Serve from a large sheet; print how often it was read at the end."""
    with serve_sheet(folder, ACCOUNTS, MONTHS) as sheet:
        config = sheet.configure(folder / "busy.db", Slack(api_url=api_url, port=0))
        process, is_over, syncs = JobProcess(modules_ahead=REFRESH_MODULES), threading.Event(), list[int]()
        analyst = Analyst.open(config, lambda: dt.datetime.now(dt.UTC))

        def warm(number: int, is_new: bool) -> None:
            del is_new
            analyst.warm()
            syncs.append(number)

        def edit_and_read() -> None:
            sheet.edit(1000 + len(syncs))
            with analyst.expect_snapshot():
                process.run(config, dt.datetime.now(dt.UTC), warm)

        def read_on() -> None:
            while not is_over.is_set():
                edit_and_read()

        for _ in range(SYNCS_BEFORE):
            edit_and_read()
        thread = threading.Thread(target=read_on)
        serving = start(analyst, read_secret("SLACK_BOT_TOKEN", config.slack), http=True)
        thread.start()
        print(serving.address, flush=True)  # noqa: T201 - the result
        sys.stdin.read()
        is_over.set()
        thread.join()
        process.stop()
        serving.stop()
        print(len(syncs) - SYNCS_BEFORE)  # noqa: T201 - the result


if __name__ == "__main__":
    main(*sys.argv[1:])
