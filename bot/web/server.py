"""Serve the Slack app in the background: over HTTP with signed requests, or over Socket Mode."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from threading import Thread
from typing import TYPE_CHECKING, Any

from bot.service.serving import Serving
from bot.slack.listeners import SlackApp
from core.errors import N_, ConfigError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/slack/events"
MAX_BODY = 1_000_000  # bytes; Slack's own requests stay far below


def serve_http(app: SlackApp, host: str = "127.0.0.1", port: int = 3000) -> Serving:
    """Serve Slack's signed requests at `/slack/events` and a plain `/healthz`, on threads in the background.

    Args:
        app: built with a signing secret.
        host: the address to listen on; in front of it stands a proxy that speaks HTTPS.
        port: 0 takes any free one, named by the result's `address`.

    Raises:
        ConfigError: there is no signing secret, or the port cannot be had.

    """
    from slack_bolt.adapter.wsgi import SlackRequestHandler
    from waitress.server import create_server
    from waitress.wasyncore import close_all

    if not app.signed:
        raise ConfigError(
            N_("Serving Slack over HTTP needs the signing secret of the Slack app."),
            N_("Copy it from Basic Information on the app's page, or use Socket Mode."),
        )
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError(
            N_("Cannot listen on {host}:{port}: {reason}."),
            N_("Name another port, or stop what uses it."),
            host=host,
            port=port,
            reason=error.strerror or str(error),
        ) from error
    channels: dict[int, Any] = {}
    server: Any = create_server(  # the stubs know neither its trigger nor its port
        _front(SlackRequestHandler(app, path=PATH)),
        map=channels,
        sockets=[listening],
        threads=8,
        max_request_body_size=MAX_BODY,
        ident=None,
    )
    thread = Thread(target=server.run, name="slack-http")
    thread.start()

    def stop() -> None:
        server.task_dispatcher.shutdown()  # what is being answered is finished first
        server.trigger.pull_trigger(lambda: close_all(channels))
        thread.join()
        app.finish()

    return Serving(f"http://{server.effective_host}:{server.effective_port}", stop)


def _front(bolt: WSGIApplication) -> WSGIApplication:
    """Return what answers in front of Bolt: the health check, and requests too broken for Bolt to look at."""

    def front(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def plain(status: str, text: str) -> Iterable[bytes]:
            start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
            return [text.encode()]

        if environ["PATH_INFO"] == "/healthz":
            return plain("200 OK", "ok\n")
        if environ["PATH_INFO"] != PATH:
            return plain("404 Not Found", "not found\n")  # Bolt would offer pages to install the app
        if not environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "0").isdecimal():
            return plain("401 Unauthorized", "invalid request\n")  # Bolt would stumble over it
        try:
            return bolt(environ, start_response)
        except ValueError:  # neither UTF-8 nor JSON: Bolt reads the body before it checks the signature
            return plain("400 Bad Request", "invalid request\n")

    return front
