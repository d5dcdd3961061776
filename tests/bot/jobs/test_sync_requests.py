"""Syncs that are asked for, with the real scheduler: at once, one at a time, and once more after an edit."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from queue import Queue

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.jobs.sync_requests import SyncRequests


def read_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Sync:
    """A job that runs until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.fails = False

    def run(self) -> None:
        self.begun.release()
        assert self.go.acquire(timeout=20)
        if self.fails:
            raise RuntimeError("the sheet is away")


@pytest.fixture
def scheduler() -> Iterator[BackgroundScheduler]:
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)})
    scheduler.start()
    yield scheduler
    scheduler.shutdown()


def test_requests_during_a_sync_are_one_sync_after_it(scheduler: BackgroundScheduler) -> None:
    sync = Sync()
    scheduler.add_job(sync.run, "interval", hours=1, id="refresh", misfire_grace_time=None)
    requests = SyncRequests(scheduler, "refresh", read_clock)
    ended = threading.Semaphore(0)
    scheduler.add_listener(lambda _: ended.release(), EVENT_JOB_EXECUTED)  # after the one of the requests
    results: Queue[str] = Queue()
    assert requests.request(lambda: results.put("first")) == "started"
    assert sync.begun.acquire(timeout=20)
    assert [requests.request(lambda: results.put("second")) for _ in range(3)] == ["due", None, None]
    assert results.empty()
    sync.go.release()
    assert sync.begun.acquire(timeout=20)  # the second one
    # The requests during the first one have no result yet.
    assert results.get(timeout=20) == "first"
    assert results.empty()
    sync.go.release()
    assert [results.get(timeout=20) for _ in range(3)] == ["second"] * 3
    for _ in range(2):
        assert ended.acquire(timeout=20)
    assert requests.request() == "started"
    sync.go.release()


def test_after_a_sync_that_failed_the_next_one_starts(
    scheduler: BackgroundScheduler, caplog: pytest.LogCaptureFixture
) -> None:
    sync = Sync()
    sync.fails, ended_for = True, threading.Event()
    scheduler.add_job(sync.run, "interval", hours=1, id="refresh", misfire_grace_time=None)
    requests = SyncRequests(scheduler, "refresh", read_clock)
    assert requests.request(ended_for.set) == "started"
    assert sync.begun.acquire(timeout=20)
    ended = threading.Event()
    scheduler.add_listener(lambda _: ended.set(), EVENT_JOB_ERROR)  # after the one of the requests
    sync.go.release()
    assert ended.wait(20)
    assert ended_for.wait(20)
    assert requests.request() == "started"
    assert sync.begun.acquire(timeout=20)
    sync.go.release()
    caplog.clear()
