"""The HTTP server: it serves the routes that its caller passes, and nothing else."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import waitress.trigger

from bot.service.serving import Serving
from bot.web.health import HEALTH_PATH, answer_health_check
from bot.web.server import MAX_BODY, serve_http
from core.errors import ConfigError
from tests.support.slack.server import request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


@pytest.fixture
def serving() -> Iterator[Serving]:
    serving = serve_http({"/echo": echo, HEALTH_PATH: answer_health_check}, port=0)
    yield serving
    serving.stop()


def test_each_path_is_answered_by_its_route_and_any_other_is_not_found(serving: Serving) -> None:
    assert request(f"{serving.address}/echo", b"body", {}) == (200, "body")
    assert request(f"{serving.address}{HEALTH_PATH}", None, {}) == (200, "ok\n")
    assert request(f"{serving.address}/slack/events", None, {}) == (404, "not found\n")
    assert request(f"{serving.address}/echo/more", None, {})[0] == 404


def test_a_body_that_is_too_large_reaches_no_route(serving: Serving) -> None:
    assert request(f"{serving.address}/echo", b"", {"Content-Length": str(MAX_BODY + 1)})[0] == 413


def test_it_listens_on_loopback_until_stopped_and_the_port_is_free_again(serving: Serving) -> None:
    assert serving.address.startswith("http://127.0.0.1:")
    port = int(serving.address.rpartition(":")[2])
    with pytest.raises(ConfigError, match=f"Cannot listen on 127.0.0.1:{port}"):
        serve_http({}, port=port)
    waiting = threading.Thread(target=serving.wait)
    waiting.start()
    serving.stop()
    serving.stop()
    waiting.join(5)
    assert not waiting.is_alive()
    assert [one.name for one in threading.enumerate() if one.name.startswith(("waitress", "http-"))] == []
    serve_http({}, port=port).stop()


def test_the_caller_is_told_once_the_last_request_is_answered() -> None:
    events: list[str] = []
    arrived, release = threading.Event(), threading.Event()

    def slow(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        arrived.set()
        release.wait(10)
        events.append("answered")
        start_response("200 OK", [])
        return []

    serving = serve_http({"/": slow}, port=0, finish=lambda: events.append("finished"))
    asking = threading.Thread(target=request, args=(f"{serving.address}/", None, {}))
    asking.start()
    assert arrived.wait(10)
    threading.Timer(0.2, release.set).start()
    serving.stop()
    asking.join(5)
    assert events == ["answered", "finished"]


def test_it_stops_though_a_thread_that_answered_wakes_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def wake_twice(trigger: Any) -> None:
        os.write(trigger.trigger, b"x")
        time.sleep(0.1)
        os.write(trigger.trigger, b"x")

    monkeypatch.setattr(waitress.trigger.trigger, "_physical_pull", wake_twice)
    serving = serve_http({"/echo": echo}, port=0)
    assert request(f"{serving.address}/echo", b"body", {}) == (200, "body")
    serving.stop()
    assert [one.name for one in threading.enumerate() if one.name.startswith(("waitress", "http-"))] == []
