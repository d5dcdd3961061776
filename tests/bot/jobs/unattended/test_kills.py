"""Processes killed at random moments: no digest is posted twice and each doubt is a question; no workbook is damaged.

Those killed in a sync are in tests/core/store/test_store.py.
"""

from __future__ import annotations

import datetime as dt
import random
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from core.schedules import Schedule
from core.store.outgoing.subscriptions import Subscription
from tests.support.company import Form, MakeCompany, Medium
from tests.support.forks import Forks, forking
from tests.support.slack.server import SlackServer

START = dt.datetime(2025, 10, 6, 6, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
# Of each kind.
KILLS = 200
# A poll completes what was killed; not after each kill, so that one finds the rest of others.
POLLED = 3
# The tabs of people.
OWN_TABS = ("Customers", "MRR", "Notes")


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


@pytest.fixture
def forks(form: Form) -> Iterator[Forks]:
    with forking(form.config, "send") as forks:
        forks.run(START - 2 * DAY)
        yield forks


def list_digests(slack: SlackServer) -> list[str]:
    return [message["ts"] for message in slack.posted.get("C0GENERAL", []) if "thread_ts" not in message]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("processes", [1, 2])
def test_of_200_kills_none_doubles_a_digest_and_each_doubt_is_asked_about(
    form: Form, forks: Forks, slack: SlackServer, processes: int
) -> None:
    analyst: Analyst = form.setup().analyst
    [subscription] = analyst.store.subscriptions.list_all()
    chance, states, kills = random.Random(processes), Counter[str](), 0  # noqa: S311 - no secret
    began = time.monotonic()
    forks.run(START)
    longest = time.monotonic() - began
    number = 0
    while kills < KILLS:
        number += 1
        now, before, asked = START + number * DAY, len(list_digests(slack)), len(slack.posted.get("D0ANN", []))
        kills += forks.run(now, processes, kill_after=chance.uniform(0, longest * 1.2))
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
    assert states["confirmed"] > number / 2


def describe_book(form: Form) -> dict[str, Any]:
    """Return the checksums of the parts of a file, or the tabs of a Google Sheet with all that was added to them."""
    if form.path:
        with zipfile.ZipFile(form.path) as file:
            return {part.filename: part.CRC for part in file.infolist() if part.filename != "docProps/core.xml"}
    spreadsheet = form.google.spreadsheets[form.sheet]
    named = {"named ranges": sorted(entry["name"] for entry in spreadsheet.named_ranges)}
    parts = {
        f"{sheet.title}, {name}": len(items)
        for sheet in spreadsheet.sheets
        for name, items in sheet.extra.items()
        if items
    }
    return {**form.tabs(), **named, **parts}


class Edits:
    """Two edits of one amount in turn, each made once where it is a file: openpyxl takes longer than all the rest."""

    def __init__(self, form: Form) -> None:
        self._form, self._setup, self._files = form, form.setup(), dict[int, bytes]()

    def make(self, turn: int) -> None:
        """Edit the workbook and read it."""
        path = self._form.path
        if path and turn in self._files:
            path.write_bytes(self._files[turn])
            # The tabs of the bot are those of that file, and not those that were written last.
            self._setup.analyst.store.record_own_write(self._setup.workbook.source, "", "")
        else:
            self._form.put("MRR", 5, 17, 1600 + turn)
        sync_workbook(self._setup.analyst, self._setup.workbook, START)

    def keep(self, turn: int) -> None:
        """Keep the file with the edit."""
        if self._form.path:
            self._files[turn] = self._form.path.read_bytes()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("medium", ["xlsx", "google"])
def test_of_200_kills_in_writes_none_damages_the_workbook(company: MakeCompany, medium: Medium) -> None:
    """Two contents are written in turn. After a kill a file is as before or whole; the next poll writes the rest."""
    form = company("wide", medium)
    chance, kills, number, edits = random.Random(2), 0, 0, Edits(form)  # noqa: S311 - no secret
    with forking(form.config, "write") as forks:
        whole, longest = [], 0.0
        for turn in (1, 0, 1, 0):
            edits.make(turn)
            edits.keep(turn)
            began = time.monotonic()
            assert forks.run(START) == 0
            longest = time.monotonic() - began
            whole.append(describe_book(form))
        assert whole[:2] == whole[2:]
        assert whole[0] != whole[1]
        while kills < KILLS // 2:
            number += 1
            turn = number % 2
            edits.make(turn)
            before = describe_book(form)
            kills += forks.run(START, kill_after=chance.uniform(0, longest * 1.2))
            after = describe_book(form)
            if form.path:
                assert after in (before, whole[1 - turn]), number
            assert [after.get(title) for title in OWN_TABS] == [before.get(title) for title in OWN_TABS]
            if number % POLLED == 0:
                assert forks.run(START) == 0
                assert describe_book(form) == whole[1 - turn], number
    assert form.setup().analyst.store.check()
