"""How long many people wait who ask at once: signed commands over HTTP to a bot in its own process.

As a program: serve Slack from a snapshot until standard input is closed, and print the address first. STORE API_URL.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.jobs.run import start
from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from core.config import SECRETS, Config, Slack, load_company_playbook, read_secret
from core.store.store import Store
from tests.support.slack.server import Sent, SlackServer

PEOPLE, ROUNDS = 200, 7
QUESTIONS = ("", "SMB", "enterprise Q3", "by industry", "trend", "risks", "region=France", "accounts")


def measure_crowd(path: Path) -> float:
    """Return the seconds in which 99 of 100 people have their answer, of the fastest round."""
    with SlackServer() as slack:
        secrets = dict(zip(SECRETS, (slack.bot_token, slack.app_token, slack.signing_secret), strict=True))
        command = [sys.executable, "-m", "tests.measured.crowd", str(path), slack.api_url]
        with subprocess.Popen(
            command,
            env=os.environ | secrets,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            try:
                address = server.stdout.readline().strip() if server.stdout else ""
                return min(_ask_at_once(slack, address) for _ in range(ROUNDS))
            finally:
                server.communicate()


def _ask_at_once(slack: SlackServer, address: str) -> float:
    def ask(number: int) -> tuple[float, Sent]:
        asked = time.monotonic()
        return asked, slack.command("/nrr", QUESTIONS[number % len(QUESTIONS)], to=address)

    with ThreadPoolExecutor(PEOPLE) as pool:
        commands = list(pool.map(ask, range(PEOPLE)))
    places = [(asked, slack.response_urls[sent.response_url]) for asked, sent in commands]
    slack.wait_until(lambda: all(place.posted for _, place in places), 60)
    waited = sorted(place.posted[0] - asked for asked, place in places)
    return waited[PEOPLE * 99 // 100]


def main(path: str, api_url: str) -> None:
    config = Config(slack=Slack(api_url=api_url, port=0))
    analyst = Analyst(
        config,
        Store(Path(path)),
        None,
        load_company_playbook(config),
        get_translator("en"),
        lambda: dt.datetime.now(dt.UTC),
    )
    analyst.warm()
    serving = start(analyst, read_secret("SLACK_BOT_TOKEN", config.slack), http=True)
    print(serving.address, flush=True)  # noqa: T201 - the result
    sys.stdin.read()
    serving.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
