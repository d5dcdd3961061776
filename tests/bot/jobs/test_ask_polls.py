"""From an edit in NRR Ask to its answer: the real scheduler and the process that it starts, on a loopback Google."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from bot.jobs.schedule import JobContext
from bot.jobs.table import add_jobs
from bot.service.refresh.ask.ask_tab import add_ask_tab
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from core.config import Config
from sheets.writeback.ask_tab import ASK_TAB, COLUMNS
from tests.support.company import Form, MakeCompany
from tests.support.slack.server import SlackServer

KEYS = list(COLUMNS)
TOP = 3
VERSION = "drive.files.get"


@contextmanager
def polling(form: Form) -> Iterator[None]:
    """Run the jobs of a bot whose sheet has the tab already."""
    setup = form.setup(None)
    now = dt.datetime.now(dt.UTC)
    sync_workbook(setup.analyst, setup.workbook, now, trust_clock=True)
    add_ask_tab(setup.analyst, setup.workbook)
    context = JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config))
    scheduler = BackgroundScheduler()
    add_jobs(scheduler, context, lambda: dt.datetime.now(dt.UTC))
    scheduler.start()
    try:
        yield
    finally:
        context.process.stop()
        scheduler.shutdown()


def wait_for(form: Form, is_there: Callable[[list[dict[str, object]]], bool]) -> list[dict[str, object]]:
    """Return the rows of the tab once they are as expected."""
    until = time.monotonic() + 60
    rows: list[dict[str, object]] = []
    while time.monotonic() < until:
        cells = form.google.rows(form.sheet, ASK_TAB)[TOP - 1 :]
        rows = [dict(zip(KEYS, [*row, *[""] * len(KEYS)], strict=False)) for row in cells]
        if is_there(rows):
            return rows
        time.sleep(0.05)
    raise AssertionError(rows)


def wait_until_quiet(form: Form) -> None:
    """Wait for polls that ask for the version and for nothing else: what the bot wrote causes no reading."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        form.google.calls.clear()
        while form.google.counts().get(VERSION, 0) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        if {*form.google.counts()} == {VERSION}:
            return
    raise AssertionError(form.google.counts())


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_an_edit_is_answered_by_a_poll_and_a_frozen_row_notes_a_restatement(
    company: MakeCompany, slack: SlackServer
) -> None:
    # The default polls once a minute, and an edit is in the next poll or the one after: two minutes.
    assert Config().schedule.poll_seconds * 2 <= 120
    form = company("wide", "google", slack_api=slack.api_url, poll_seconds=1, digest_channel="")
    with polling(form):
        form.put(ASK_TAB, TOP, 1, "what about enterprise in Q3 2025?")
        [first] = wait_for(form, lambda rows: bool(rows and rows[0]["receipt"]))
        assert (first["read_as"], first["value"]) == ("enterprise Q3 2025", 0.909)
        form.put(ASK_TAB, TOP, KEYS.index("freeze") + 1, "frozen")
        form.put("MRR", 2, 17, 1300)  # E-1 in September
        form.put(ASK_TAB, TOP + 1, 1, "enterprise Q3 2025")
        frozen, second = wait_for(form, lambda rows: len(rows) > 1 and bool(rows[1]["receipt"] and rows[0]["restated"]))
        assert (frozen["value"], second["value"]) == (0.909, 0.927)
        assert frozen["restated"] == "enterprise Q3 2025 is restated: 92.7% now, GRR 87.3%, base €5,501."
        wait_until_quiet(form)
