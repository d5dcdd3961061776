"""`nrrbot run`: the Slack app, the scheduler and their monitoring in one process, until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
from threading import Event, Thread
from time import monotonic, sleep
from types import FrameType
from typing import TYPE_CHECKING, Literal

from bot.jobs.administration import Administration
from bot.jobs.delivery.failures import DeadMansSwitch
from bot.jobs.monitoring import build_health, serve_monitor
from bot.jobs.processes.job_process import REFRESH_MODULES, JobProcess
from bot.jobs.schedule import SYNC, JobContext
from bot.jobs.slack_answers import SlackAnswers
from bot.jobs.sync_requests import RequestSync, SyncRequests, no_sync
from bot.jobs.table import PlannedJob, add_jobs
from bot.service.access.gate import Gate
from bot.service.access.viewer import NO_ONE
from bot.service.analyst import Analyst
from bot.service.buttons.once import Once
from bot.service.digests.requests import DigestRequests
from bot.service.log import configure_log, get_log
from bot.service.memory import limit_unused_memory
from bot.service.monitoring.health import Health
from bot.service.monitoring.job_runs import JobRuns
from bot.service.monitoring.metrics import observe_job
from bot.service.monitoring.systemd import find_watchdog_seconds, notify_systemd
from bot.service.serving import Serving
from bot.slack.app import build_app
from bot.slack.background.lookups import Lookups
from bot.slack.background.readers import list_reader_choices
from bot.slack.client import WebClient, build_bot_client, build_web_client, check_bot_token
from bot.slack.errors import is_answer_of_slack
from bot.slack.socket import serve_socket
from bot.slack.wsgi import EVENTS_PATH, build_wsgi_app
from bot.web.addin.app import build_routes
from bot.web.addin.authentication import Authentication
from bot.web.server import serve_http
from core.config import read_secret
from core.errors import SlackError
from core.store.requests.handled import HandledRequests
from core.store.state.job_runs import load_runs
from sheets.connect import Source

if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler

LOG = get_log("nrrbot")
# `docker stop` kills after 10 seconds, other supervisors later.
STOP_SECONDS = 9.0


# How often the main thread looks after the others.
_WATCH_SECONDS = 1.0
Slack = Literal["http", "socket"]


def start(analyst: Analyst, bot_token: str, *, http: bool, request_sync: RequestSync = no_sync) -> Serving:
    """Serve the Slack app in the background: over HTTP, with the add-in, or over Socket Mode.

    Args:
        analyst: the analyst.
        bot_token: the bot token.
        http: whether to serve over HTTP.
        request_sync: asks for a sync, and calls the given function at its end.

    Raises:
        ConfigError: a secret is missing, or the port is not free.
        SlackError: Slack refused the token, or could not be reached.

    """
    limit_unused_memory()
    settings = analyst.config.slack
    client = build_web_client(bot_token, settings.api_url)
    unserved = analyst.serve(NO_ONE)  # no figure without a viewer: each request gives the analyst its own
    gate = Gate(analyst.config.access, Lookups(client, analyst.clock), analyst.audit)
    digests = DigestRequests(unserved, lambda channel: gate.admit_channel(channel, "subscribe", posts=True))
    app = build_app(
        SlackAnswers(unserved, Administration(unserved, request_sync), digests).list_builders(),
        Once(HandledRequests(analyst.store.path), analyst.clock),
        lambda directory: Gate(analyst.config.access, directory, analyst.audit),
        list_reader_choices(analyst),
        bot_token=bot_token,
        signing_secret=read_secret("SLACK_SIGNING_SECRET", settings) if http else None,
        api_url=settings.api_url,
    )
    if http:
        routes = {EVENTS_PATH: build_wsgi_app(app)}
        routes |= build_routes(analyst, request_sync, Authentication(analyst, app.gate))
        serving = serve_http(routes, settings.host, settings.port, finish=app.finish)
    else:
        serving = serve_socket(app, read_secret("SLACK_APP_TOKEN", settings))
    serving.count_waiting = app.count_waiting
    return serving


def run(analyst: Analyst, source: Source, output: Source | None = None, *, slack: Slack | None) -> None:
    """Serve Slack, run the scheduled jobs and answer monitors until SIGINT or SIGTERM.

    Work under way is then finished within some seconds; what is not is logged and given up.

    Args:
        analyst: the analyst.
        source: the workbook, or the warehouse.
        output: the workbook next to a warehouse that gets the bot's tabs; None without one.
        slack: how Slack is served; None for the jobs that need no Slack alone.

    Raises:
        ConfigError: a secret is missing, the time zone is unknown, or a port is not free.
        SlackError: Slack refused the token, or could not be reached.

    """
    from apscheduler.schedulers.background import BackgroundScheduler

    configure_log()
    stopping = Event()
    client = build_bot_client(analyst.config, stopping) if slack else None
    scheduler = BackgroundScheduler()
    runs, switch = JobRuns(analyst.store.path, observe_job), DeadMansSwitch(analyst.config.monitor.ping_url)
    # Next to a file or a warehouse the modules of Google would take memory for nothing.
    process = JobProcess(modules_ahead=REFRESH_MODULES if source.source.startswith("google:") else ())
    context = JobContext(analyst, source, client, runs, process, switch=switch, stopping=stopping, output=output)
    planned = add_jobs(scheduler, context, analyst.clock, load_runs(analyst.store.path))
    syncs = SyncRequests(scheduler, SYNC, analyst.clock, context.asked)
    serving = Serving("none", lambda: None)
    if client:
        _refuse_wrong_token(client)
        serving = start(analyst, str(client.token), http=slack == "http", request_sync=syncs.request)
    health = build_health(context, serving.is_connected)
    try:
        monitor = serve_monitor(context, health, serving.count_waiting)
    except BaseException:
        serving.stop()
        raise
    signals = Signals()
    with analyst.store.hold():
        scheduler.start()
        _log_start(planned, serving, monitor)
        notify_systemd("READY=1")
        signals.wait(health)
        LOG.info("stopping")
        notify_systemd("STOPPING=1")
        stopping.set()
        # Both at once: a sync that is stopped frees the scheduler's thread while answers are finished.
        works = {
            "a scheduled job": Thread(target=_end_jobs, args=(context, scheduler), daemon=True),
            "requests": Thread(target=serving.stop, daemon=True),
            "monitors": Thread(target=monitor.stop, daemon=True),
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


def _log_start(planned: list[PlannedJob], serving: Serving, monitor: Serving) -> None:
    for plan in planned:
        LOG.info("scheduled", job=plan.job.name, when=plan.job.when, next=plan.first and plan.first.isoformat())
    LOG.info("answering monitors", address=monitor.address)
    LOG.info("serving Slack", address=serving.address)


def _refuse_wrong_token(client: WebClient) -> None:
    """Check the bot token before anything is served; while Slack cannot be reached, a restart must be possible.

    Raises:
        SlackError: Slack does not accept the token.

    """
    try:
        check_bot_token(client)
    except SlackError as error:
        if isinstance(error.__cause__, Exception) and is_answer_of_slack(error.__cause__):
            raise
        LOG.warning("the bot token was not checked", reason=str(error))


def _end_jobs(context: JobContext, scheduler: BaseScheduler) -> None:
    context.stop()
    scheduler.shutdown()


class Signals:
    """SIGINT and SIGTERM, each of which asks the program to stop."""

    def __init__(self) -> None:
        self._is_stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def wait(self, health: Health) -> None:
        """Block until one has come; meanwhile watch the connection, and tell systemd that the scheduler works."""
        # No threading.Event: `set` in a signal handler can deadlock with the `wait` that it interrupts.
        watchdog_seconds = find_watchdog_seconds() / 2
        watched = notified = monotonic()
        while not self._is_stopping:
            sleep(0.1)
            now = monotonic()
            if now - watched >= _WATCH_SECONDS:
                watched = now
                health.watch()
            if watchdog_seconds and now - notified >= watchdog_seconds and health.is_scheduling:
                notified = now
                notify_systemd("WATCHDOG=1")

    def _note(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal's signature
        self._is_stopping = True
