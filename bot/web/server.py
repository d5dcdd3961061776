"""One HTTP server for every route of the bot. It knows no route itself: its caller passes them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from bot.service.serving import Serving
from core.errors import N_, ConfigError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY = 1_000_000  # bytes; a larger request is refused before any route sees it


def serve_http(
    routes: Mapping[str, WSGIApplication],
    host: str = "127.0.0.1",
    port: int = 3000,
    *,
    finish: Callable[[], None] = lambda: None,
) -> Serving:
    """Serve WSGI applications by path, on threads in the background. Any other path is answered with 404.

    Args:
        routes: path -> application.
        host: the address to listen on; a proxy in front of it speaks HTTPS.
        port: 0 takes any free port; the result's `address` has its number.
        finish: called when the last request has been answered.

    Raises:
        ConfigError: the port is not free, or the address is not one of this machine.

    """
    from waitress.server import create_server
    from waitress.wasyncore import close_all, loop

    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError(
            N_("Cannot listen on {host}:{port}: {reason}."),
            N_("Choose another port, or stop the program that uses it."),
            host=host,
            port=port,
            reason=error.strerror or str(error),
        ) from error
    channels: dict[int, Any] = {}
    server: Any = create_server(  # waitress's stubs lack `trigger` and `effective_port`
        _route_by_path(routes),
        map=channels,
        sockets=[listener],
        threads=8,
        max_request_body_size=MAX_BODY,
        ident=None,
    )
    stopping = Event()

    def answer_until_stopped() -> None:
        while not stopping.is_set():
            loop(timeout=1, map=channels, count=1)

    thread = Thread(target=answer_until_stopped, name="http-server")
    thread.start()

    def stop() -> None:
        server.task_dispatcher.shutdown()  # finishes the requests under way
        stopping.set()
        server.trigger.pull_trigger()
        thread.join()
        close_all(channels)  # after the thread has ended: it must not close the pipe that wakes it while we write to it
        finish()

    return Serving(f"http://{server.effective_host}:{server.effective_port}", stop)


def _route_by_path(routes: Mapping[str, WSGIApplication]) -> WSGIApplication:
    def dispatch(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        application = routes.get(environ["PATH_INFO"])
        if application is None:
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"not found\n"]
        return application(environ, start_response)

    return dispatch
