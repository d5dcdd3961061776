"""`nrrbot run`: the Slack app and the scheduler, until somebody stops them."""

from __future__ import annotations

import logging
import signal
from dataclasses import replace
from functools import partial
from types import FrameType

from bot.jobs.schedule import JobContext, add_jobs
from bot.messages.kit.markup import escape
from bot.messages.kit.message import Message
from bot.service.analyst import Analyst
from bot.service.serving import Serving
from bot.slack.client import bot_client
from bot.slack.listeners import Request, build
from bot.slack.socket import serve_socket
from bot.web.server import serve_http
from core.config import read_secret
from core.errors import N_, NrrbotError
from sheets.workbook.port import Workbook

LOG = logging.getLogger("nrrbot")


def start(analyst: Analyst, client_token: str, *, http: bool) -> Serving:
    """Serve the Slack app in the background.

    Raises:
        ConfigError: a secret is missing, or the port cannot be had.
        SlackError: Slack refused the token, or could not be reached.

    """
    settings = analyst.config.slack
    app = build(
        partial(_reply, analyst),
        lambda request: analyst.define(request.command, request.text),
        partial(_say, analyst),
        bot_token=client_token,
        signing_secret=read_secret("SLACK_SIGNING_SECRET", settings) if http else None,
        api_url=settings.api_url,
    )
    if http:
        return serve_http(app, settings.host, settings.port)
    return serve_socket(app, read_secret("SLACK_APP_TOKEN", settings))


def _reply(analyst: Analyst, request: Request) -> Message:
    """Answer; in a channel, say for whom, as everybody reads it."""
    message = analyst.reply(request.command, request.text).message()
    if not request.public or not message.blocks:
        return message
    asked = analyst.translate(
        N_("{person} asked: {question}"), person=f"<@{request.user}>", question=escape(request.question)
    )
    note = {"type": "context", "elements": [{"type": "mrkdwn", "text": asked}]}
    return replace(message, blocks=(*message.blocks, note))


def _say(analyst: Analyst, error: NrrbotError, request: Request) -> Message:  # noqa: ARG001 - the app's signature
    return Message(analyst.translate.error(error))


def run(analyst: Analyst, workbook: Workbook, *, http: bool) -> None:
    """Serve Slack and do the scheduled work until SIGINT or SIGTERM; what is under way is finished first.

    Raises:
        ConfigError: a secret is missing, the time zone is unknown, or the port cannot be had.
        SlackError: Slack refused the token, or could not be reached.

    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    client = bot_client(analyst.config)
    # One thread: the jobs share a workbook, and none of them is in a hurry.
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)})
    add_jobs(scheduler, JobContext(analyst, workbook, client), analyst.clock)
    serving = start(analyst, str(client.token), http=http)

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
        LOG.info("stopping")
        serving.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    scheduler.start()
    LOG.info("serving Slack: %s", serving.address)
    try:
        serving.wait()
    finally:
        scheduler.shutdown()
