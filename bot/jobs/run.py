"""`nrrbot run`: the Slack app and the scheduler in one process, until it is stopped."""

from __future__ import annotations

import signal
from dataclasses import replace
from functools import partial
from types import FrameType

from bot.jobs.schedule import REFRESH, JobContext, add_jobs
from bot.jobs.sync_requests import SyncRequests
from bot.messages.kit.markup import escape
from bot.messages.kit.message import Message
from bot.messages.status.errors import build_error_message
from bot.service.analyst import Analyst
from bot.service.log import configure_log, get_log, name_command
from bot.service.serving import Serving
from bot.slack.app import build_app
from bot.slack.client import build_bot_client
from bot.slack.request import Request
from bot.slack.socket import serve_socket
from bot.slack.wsgi import EVENTS_PATH, build_wsgi_app
from bot.web.addin.app import build_routes
from bot.web.addin.handlers import RequestSync
from bot.web.health import HEALTH_PATH, answer_health_check
from bot.web.server import serve_http
from core.config import read_secret
from core.errors import N_
from sheets.workbook.port import Workbook

LOG = get_log("nrrbot")


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
        partial(_answer, analyst),
        lambda request: analyst.define(request.command, request.text),
        lambda request: analyst.write_csv(request.command, request.text),
        lambda error, _: build_error_message(error, analyst.translate),
        bot_token=bot_token,
        signing_secret=read_secret("SLACK_SIGNING_SECRET", settings) if http else None,
        api_url=settings.api_url,
    )
    if http:
        routes = {EVENTS_PATH: build_wsgi_app(app), HEALTH_PATH: answer_health_check}
        routes |= build_routes(analyst, request_sync)
        return serve_http(routes, settings.host, settings.port, finish=app.finish)
    return serve_socket(app, read_secret("SLACK_APP_TOKEN", settings))


def _answer(analyst: Analyst, request: Request) -> Message:
    """Answer a request; where the whole channel reads the answer, name the person who asked."""
    reply = analyst.reply(request.command, request.text)
    name_command(reply.command)
    message = reply.message()
    if not request.public or not message.blocks:
        return message
    attribution = analyst.translate(
        N_("{person} asked: {question}"), person=f"<@{request.user}>", question=escape(request.question)
    )
    note = {"type": "context", "elements": [{"type": "mrkdwn", "text": attribution}]}
    return replace(message, blocks=(*message.blocks, note))


def run(analyst: Analyst, workbook: Workbook, *, http: bool) -> None:
    """Serve Slack and run the scheduled jobs until SIGINT or SIGTERM; work under way is finished first.

    Raises:
        ConfigError: a secret is missing, the time zone is unknown, or the port is not free.
        SlackError: Slack refused the token, or could not be reached.

    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    configure_log()
    client = build_bot_client(analyst.config)
    # One thread: the jobs share a workbook, and none of them is urgent.
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)})
    context = JobContext(analyst, workbook, client)
    add_jobs(scheduler, context, analyst.clock)
    syncs = SyncRequests(scheduler, REFRESH, analyst.clock)
    serving = start(analyst, str(client.token), http=http, request_sync=syncs.request)

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
        LOG.info("stopping")
        serving.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    with analyst.store.hold():
        scheduler.start()
        LOG.info("serving Slack", address=serving.address)
        try:
            serving.wait()
        finally:
            context.process.stop()
            scheduler.shutdown()
