"""The HTTP server: it serves the routes that its caller passes, and nothing else."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import waitress.trigger

from bot.service.serving import Serving
from bot.web.server import MAX_BODY, MAX_HEADER, serve_http
from core.errors import ConfigError
from tests.support.slack.server import request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


def answer_ok(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok\n"]


@pytest.fixture
def serving() -> Iterator[Serving]:
    serving = serve_http({"/echo": echo, "/ok": answer_ok}, port=0)
    yield serving
    serving.stop()


def test_each_path_is_answered_by_its_route_and_any_other_is_not_found(serving: Serving) -> None:
    assert request(f"{serving.address}/echo", b"body", {}) == (200, "body")
    assert request(f"{serving.address}/ok", None, {}) == (200, "ok\n")
    assert request(f"{serving.address}/slack/events", None, {}) == (404, "not found\n")
    assert request(f"{serving.address}/echo/more", None, {})[0] == 404


def test_a_body_that_is_too_large_reaches_no_route(serving: Serving) -> None:
    assert request(f"{serving.address}/echo", b"", {"Content-Length": str(MAX_BODY + 1)})[0] == 413


def list_threads() -> set[threading.Thread]:
    """Return the threads of servers, also those of other tests."""
    return {one for one in threading.enumerate() if one.name.startswith(("waitress", "http-"))}


def test_it_listens_on_loopback_until_stopped_and_the_port_is_free_again() -> None:
    before = list_threads()
    serving = serve_http({"/echo": echo}, port=0)
    assert serving.address.startswith("http://127.0.0.1:")
    port = int(serving.address.rpartition(":")[2])
    with pytest.raises(ConfigError, match=f"Cannot listen on 127.0.0.1:{port}"):
        serve_http({}, port=port)
    serving.stop()
    serving.stop()
    assert list_threads() <= before
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

    before = list_threads()
    monkeypatch.setattr(waitress.trigger.trigger, "_physical_pull", wake_twice)
    serving = serve_http({"/echo": echo}, port=0)
    assert request(f"{serving.address}/echo", b"body", {}) == (200, "body")
    serving.stop()
    assert list_threads() <= before


def send_slowly(address: str, data: bytes, seconds: float) -> float:
    """Send `data` a byte at a time until the server closes the connection; return how long that took."""
    host, port = address.removeprefix("http://").split(":")
    began = time.monotonic()
    with socket.create_connection((host, int(port)), timeout=0.05) as connection:
        while time.monotonic() - began < seconds:
            try:
                connection.sendall(data[:1])
                data = data[1:] or data
                if connection.recv(1000) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    return time.monotonic() - began


def open_connections(address: str, count: int, data: bytes = b"") -> list[socket.socket]:
    host, port = address.removeprefix("http://").split(":")
    connections = [socket.create_connection((host, int(port)), timeout=10) for _ in range(count)]
    for connection in connections:
        connection.sendall(data)
    return connections


@pytest.mark.parametrize("data", [b"", b"POST /echo HTTP/1.1\r\nContent-Length: 1000\r\n\r\nx"])
def test_connections_without_a_complete_request_do_not_stop_others(serving: Serving, data: bytes) -> None:
    connections = open_connections(serving.address, 150, data)
    assert request(f"{serving.address}/echo", b"body", {}) == (200, "body")
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(
    "data",
    [
        b"POST /echo HTTP/1.1\r\nX: " + b"x" * 1000,
        b"POST /echo HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + b"x" * 900,
        b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 900,
        b"\r\n" * 500,
    ],
)
def test_a_request_that_does_not_end_is_closed_however_often_a_byte_comes(data: bytes) -> None:
    serving = serve_http({"/echo": echo}, port=0, request_seconds=1)
    assert send_slowly(serving.address, data, 20) < 15
    serving.stop()


@pytest.mark.slow
def test_a_connection_may_be_idle_between_requests_and_while_it_is_answered() -> None:
    def slow(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(2.5)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    serving = serve_http({"/slow": slow, "/ok": answer_ok}, port=0, request_seconds=1)
    connection = http.client.HTTPConnection(serving.address.removeprefix("http://"), timeout=10)
    for path in ("/slow", "/ok"):
        connection.request("GET", path)
        assert connection.getresponse().read() == (b"ok\n" if path == "/ok" else b"")
        time.sleep(2.5)
    connection.request("GET", "/ok")
    assert connection.getresponse().status == 200
    connection.close()
    serving.stop()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEADER + b"\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_a_bad_request(serving: Serving, head: bytes, status: bytes) -> None:
    [connection] = open_connections(serving.address, 1, head)
    assert connection.recv(1000).split()[1] == status
    connection.close()


@pytest.mark.slow
def test_many_trickling_connections_do_not_stop_others(serving: Serving) -> None:
    head = b"POST /echo HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
    connections = open_connections(serving.address, 500, head)
    for _ in range(5):
        for connection in connections:
            connection.sendall(b"x")
        assert request(f"{serving.address}/echo", b"body", {}) == (200, "body")
    for connection in connections:
        connection.close()
