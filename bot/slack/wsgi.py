"""Slack over HTTP: the app's signed requests as a WSGI application, for a server to route to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.slack.app import SlackApp
from core.errors import N_, ConfigError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

EVENTS_PATH = "/slack/events"


def build_wsgi_app(app: SlackApp) -> WSGIApplication:
    """Return the application that answers Slack's requests at `EVENTS_PATH`.

    Raises:
        ConfigError: the app has no signing secret, so its requests cannot be verified.

    """
    from slack_bolt.adapter.wsgi import SlackRequestHandler

    if not app.signed:
        raise ConfigError(
            N_("Slack over HTTP needs the signing secret of the Slack app."),
            N_("Copy it from Basic Information on the app's page, or use Socket Mode."),
        )
    return _refuse_malformed(SlackRequestHandler(app, path=EVENTS_PATH))


def _refuse_malformed(bolt: WSGIApplication) -> WSGIApplication:
    """Answer requests that Bolt would fail on with 401 or 400, and pass on the others."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def refuse(status: str) -> Iterable[bytes]:
            start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
            return [b"invalid request\n"]

        if not environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "0").isdecimal():
            return refuse("401 Unauthorized")  # Bolt would raise on it
        try:
            return bolt(environ, start_response)
        except ValueError:  # neither UTF-8 nor JSON: Bolt reads the body before it checks the signature
            return refuse("400 Bad Request")

    return application
