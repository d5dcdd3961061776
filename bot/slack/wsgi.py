"""Slack over HTTP: the app's signed requests as a WSGI application, for a server to route to."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from slack_sdk.signature import SignatureVerifier

from bot.service.faults import report_fault
from bot.service.log import get_log, limit_rate
from bot.slack.app import SlackApp
from core.errors import N_, ConfigError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

EVENTS_PATH = "/slack/events"
LOG = get_log("nrrbot.slack.unsigned")

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class RawVerifier(SignatureVerifier):
    """Verifies the signature over the bytes of a body, which may be no text."""

    def generate_signature(self, *, timestamp: str, body: str | bytes) -> str:
        """Return the signature of a body."""
        raw = body if isinstance(body, bytes) else body.encode()
        signed = b"v0:" + timestamp.encode() + b":" + raw
        return "v0=" + hmac.new(self.signing_secret.encode(), signed, hashlib.sha256).hexdigest()


def build_wsgi_app(app: SlackApp) -> WSGIApplication:
    """Return the application that answers Slack's requests at `EVENTS_PATH`.

    Timestamp and signature are verified over the raw body before anything of it is parsed: any other request is 401.

    Raises:
        ConfigError: the app has no signing secret, so its requests cannot be verified.

    """
    from slack_bolt.adapter.wsgi import SlackRequestHandler

    if not app.signing_secret:
        raise ConfigError(
            N_("Slack over HTTP needs the signing secret of the Slack app."),
            N_("Copy it from Basic Information on the app's page, or use Socket Mode."),
        )
    limit_rate(LOG.name)
    verifier = RawVerifier(app.signing_secret)
    bolt = SlackRequestHandler(app, path=EVENTS_PATH)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        if not _is_signed(environ, body, verifier):
            LOG.warning("refused requests that Slack did not sign", fix="If Slack sent them, compare the secret.")
            return _refuse("401 Unauthorized", start_response)
        if not _is_request(body, environ.get("CONTENT_TYPE", "")):
            return _refuse("400 Bad Request", start_response)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        return _answer(bolt, environ, start_response)

    return application


def _is_signed(environ: WSGIEnvironment, body: bytes, verifier: RawVerifier) -> bool:
    timestamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
    signature = environ.get("HTTP_X_SLACK_SIGNATURE", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return False  # the verifier would raise on some of them
    return verifier.is_valid(body, timestamp, signature)


def _is_request(body: bytes, content_type: str) -> bool:
    """Return whether a body is in one of Slack's two forms: an object in JSON, or a form with or without a payload."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        text = body.decode()
        if kind == "application/json":
            return isinstance(json.loads(text), dict)
        payloads = parse_qs(text, encoding="utf-8", errors="strict").get("payload", [])
        is_form = kind == "application/x-www-form-urlencoded"
        return is_form and all(isinstance(json.loads(payload), dict) for payload in payloads)
    except (ValueError, RecursionError):
        return False


def _answer(bolt: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Pass a request to Bolt; where it fails on the request, log the fault and answer 400."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        # Slack repeats an event after any error; 400 says that the request was at fault.
        return start_response("400 Bad Request" if status.startswith("5") else status, headers, *more)

    try:
        return bolt(environ, start)
    except Exception as error:  # noqa: BLE001 - the server would write a traceback
        report_fault(error, "a request before its answer")
        return _refuse("400 Bad Request", start_response)


def _refuse(status: str, start_response: StartResponse) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [b"invalid request\n"]
