"""`nrrbot run`: the Slack app and the scheduler in one process, until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
from threading import Event, Thread
from time import monotonic, sleep
from types import FrameType
from typing import TYPE_CHECKING

from bot.jobs.schedule import REFRESH, JobContext, add_jobs
from bot.jobs.slack_answers import SlackAnswers
from bot.jobs.sync_requests import SyncRequests
from bot.service.access.gate import Gate
from bot.service.access.viewer import NO_ONE
from bot.service.analyst import Analyst
from bot.service.buttons.once import Once
from bot.service.log import configure_log, get_log
from bot.service.serving import Serving
from bot.slack.app import build_app
from bot.slack.client import build_bot_client
from bot.slack.socket import serve_socket
from bot.slack.wsgi import EVENTS_PATH, build_wsgi_app
from bot.web.addin.app import build_routes
from bot.web.addin.authentication import Authentication
from bot.web.addin.handlers import RequestSync
from bot.web.health import HEALTH_PATH, answer_health_check
from bot.web.server import serve_http
from core.config import read_secret
from core.store.requests.handled import HandledRequests
from sheets.workbook.port import Workbook

if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler

LOG = get_log("nrrbot")
# `docker stop` kills after 10 seconds, other supervisors later.
STOP_SECONDS = 9.0


def start(analyst: Analyst, bot_token: str, *, http: bool, request_sync: RequestSync = lambda: None) -> Serving:
    """Serve the Slack app in the background: over HTTP, with the health check and the add-in, or over Socket Mode.

    Args:
        analyst: the analyst.
        bot_token: the bot token.
        http: whether to serve over HTTP.
        request_sync: asks for a sync.

    Raises:
        ConfigError: a secret is missing, or the port is not free.
        SlackError: Slack refused the token, or could not be reached.

    """
    settings = analyst.config.slack
    app = build_app(
        # No figure without a viewer: each request gives the analyst its own.
        SlackAnswers(analyst.serve(NO_ONE), request_sync).list_builders(),
        Once(HandledRequests(analyst.store.path), analyst.clock),
        lambda directory: Gate(analyst.config.access, directory, analyst.audit),
        bot_token=bot_token,
        signing_secret=read_secret("SLACK_SIGNING_SECRET", settings) if http else None,
        api_url=settings.api_url,
    )
    if http:
        routes = {EVENTS_PATH: build_wsgi_app(app), HEALTH_PATH: answer_health_check}
        routes |= build_routes(analyst, request_sync, Authentication(analyst, app.gate))
        return serve_http(routes, settings.host, settings.port, finish=app.finish)
    return serve_socket(app, read_secret("SLACK_APP_TOKEN", settings))


def run(analyst: Analyst, workbook: Workbook, *, http: bool) -> None:
    """Serve Slack and run the scheduled jobs until SIGINT or SIGTERM.

    Work under way is then finished within some seconds; what is not is logged and given up.

    Raises:
        ConfigError: a secret is missing, the time zone is unknown, or the port is not free.
        SlackError: Slack refused the token, or could not be reached.

    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    configure_log()
    stopping = Event()
    client = build_bot_client(analyst.config, stopping)
    # One thread: the jobs share a workbook, and none of them is urgent.
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)})
    context = JobContext(analyst, workbook, client)
    add_jobs(scheduler, context, analyst.clock)
    syncs = SyncRequests(scheduler, REFRESH, analyst.clock)
    serving = start(analyst, str(client.token), http=http, request_sync=syncs.request)
    signals = Signals()
    with analyst.store.hold():
        scheduler.start()
        LOG.info("serving Slack", address=serving.address)
        signals.wait()
        LOG.info("stopping")
        stopping.set()
        # Both at once: a sync that is stopped frees the scheduler's thread while answers are finished.
        works = {
            "a scheduled job": Thread(target=_end_jobs, args=(context, scheduler), daemon=True),
            "requests": Thread(target=serving.stop, daemon=True),
        }
        deadline = monotonic() + STOP_SECONDS
        for thread in works.values():
            thread.start()
        for thread in works.values():
            thread.join(max(0.0, deadline - monotonic()))
    given_up = [name for name, thread in works.items() if thread.is_alive()]
    if given_up:
        LOG.warning("stopped before all was done", given_up=given_up)
        # The threads at work would keep the process alive for as long as they take.
        logging.shutdown()
        os._exit(0)


def _end_jobs(context: JobContext, scheduler: BaseScheduler) -> None:
    context.process.stop()
    scheduler.shutdown()


class Signals:
    """SIGINT and SIGTERM, each of which asks the program to stop."""

    def __init__(self) -> None:
        self._is_stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def wait(self) -> None:
        """Block until one has come."""
        # No threading.Event: `set` in a signal handler can deadlock with the `wait` that it interrupts.
        while not self._is_stopping:
            sleep(0.1)

    def _note(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal's signature
        self._is_stopping = True
