"""Processes that send digests, killed at random moments: no digest is posted twice, and each question is asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from core.schedules import Schedule
from core.store.outgoing.subscriptions import Subscription
from tests.support.company import Form, MakeCompany
from tests.support.slack.server import SlackServer

START = dt.datetime(2025, 10, 6, 6, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
KILLS = 200


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url, digest_channel="")
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, START - DAY)
    schedule = Schedule("daily", 0, 6, 0, "UTC")
    setup.analyst.store.subscriptions.add(
        Subscription(0, "C0GENERAL", "U0ANN", "", "", "digest", schedule, "en", START - DAY)
    )
    return form


class Forks:
    """The program that forks, and its children."""

    def __init__(self, form: Form) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.digest_forks", str(form.config)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.run(START - 2 * DAY)

    def run(self, now: dt.datetime, count: int = 1, kill_after: float | None = None) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{now.isoformat()} {count}\n")
        self._process.stdin.flush()
        children = list(map(int, self._process.stdout.readline().split()))
        assert len(children) == count
        for child in children if kill_after is not None else ():
            time.sleep((kill_after or 0) / count)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        assert self._process.stdout.readline() == "\n"

    def stop(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture
def forks(form: Form) -> Iterator[Forks]:
    forks = Forks(form)
    yield forks
    forks.stop()


def list_digests(slack: SlackServer) -> list[str]:
    return [message["ts"] for message in slack.posted.get("C0GENERAL", []) if "thread_ts" not in message]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("processes", [1, 2])
def test_of_200_kills_none_doubles_a_digest_and_each_doubt_is_asked_about(
    form: Form, forks: Forks, slack: SlackServer, processes: int
) -> None:
    analyst: Analyst = form.setup().analyst
    [subscription] = analyst.store.subscriptions.list_all()
    chance, states = random.Random(processes), Counter[str]()  # noqa: S311 - no secret
    began = time.monotonic()
    forks.run(START)
    longest = time.monotonic() - began
    for number in range(1, KILLS // processes + 1):
        now, before, asked = START + number * DAY, len(list_digests(slack)), len(slack.posted.get("D0ANN", []))
        forks.run(now, processes, kill_after=chance.uniform(0, longest * 1.2))
        # A request that was interrupted is a question within a minute; what was not sent is taken over.
        if analyst.store.deliveries.list_interrupted(now + dt.timedelta(hours=1)):
            forks.run(now + dt.timedelta(seconds=50))
        if analyst.store.deliveries.list_due(now + dt.timedelta(hours=1)):
            forks.run(now + dt.timedelta(minutes=3))
        delivery = analyst.store.deliveries.find(subscription.kind, now.date().isoformat())
        if delivery is None:  # it was killed before it planned anything
            forks.run(now + dt.timedelta(minutes=3))
            delivery = analyst.store.deliveries.find(subscription.kind, now.date().isoformat())
        assert delivery
        states[delivery.state] += 1
        new = len(list_digests(slack)) - before
        questions = len(slack.posted.get("D0ANN", [])) - asked
        if delivery.state == "confirmed":
            doubts = [entry for entry in analyst.store.deliveries.list_uncertain() if entry.key[:10] == delivery.key]
            assert (new, questions) == (1, len(doubts)), (number, delivery)
            assert {entry.kind for entry in doubts} <= {f"thread:{subscription.kind}"}
        else:
            assert (delivery.state, questions) == ("uncertain", 1), (number, delivery)
            assert new <= 1
    threads = Counter(
        (message["thread_ts"], message["text"]) for message in slack.posted["C0GENERAL"] if "thread_ts" in message
    )
    assert set(threads.values()) == {1}
    assert analyst.store.check()
    assert states["confirmed"] > KILLS / processes / 2
