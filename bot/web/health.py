"""The answers to monitors: whether the process lives, whether it does its work, and its metrics. WSGI applications."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH_PATH, LIVE_PATH, METRICS_PATH = "/healthz", "/livez", "/metrics"
_JSON = "application/json"


def build_monitor_routes(
    list_reasons: Callable[[], list[dict[str, str]]], write_metrics: Callable[[], bytes], metrics_type: str
) -> Mapping[str, WSGIApplication]:
    """Return path -> application.

    Args:
        list_reasons: returns why the bot is not healthy; empty if it is.
        write_metrics: returns the metrics as text.
        metrics_type: the content type of that text.

    """

    def answer_health(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:  # noqa: ARG001 - WSGI's signature
        reasons = list_reasons()
        start_response("503 Service Unavailable" if reasons else "200 OK", [("Content-Type", _JSON)])
        return [_encode({"status": "unhealthy" if reasons else "ok", "reasons": reasons})]

    def answer_live(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:  # noqa: ARG001 - as above
        start_response("200 OK", [("Content-Type", _JSON)])
        return [_encode({"status": "ok"})]

    def answer_metrics(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:  # noqa: ARG001 - as above
        start_response("200 OK", [("Content-Type", metrics_type)])
        return [write_metrics()]

    return {HEALTH_PATH: answer_health, LIVE_PATH: answer_live, METRICS_PATH: answer_metrics}


def _encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
