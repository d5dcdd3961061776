"""One HTTP server for every route of the bot. It knows no route itself: its caller passes them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from bot.service.log import limit_rate
from bot.service.serving import Serving
from core.errors import N_, ConfigError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY = 1_000_000  # bytes; a larger request is refused before any route sees it
MAX_HEADER = 16_384  # bytes
MAX_CONNECTIONS = 1200  # Slack needs a few; the others are those that someone else keeps open
IDLE_SECONDS = 60  # between two requests of a connection
REQUEST_SECONDS = 10.0  # from the first byte of a request to its last
# Open files that are left for anything but connections.
_OTHER_FILES = 200


def serve_http(
    routes: Mapping[str, WSGIApplication],
    host: str = "127.0.0.1",
    port: int = 3000,
    *,
    finish: Callable[[], None] = lambda: None,
    threads: int = 8,
    request_seconds: float = REQUEST_SECONDS,
) -> Serving:
    """Serve WSGI applications by path, on threads in the background. Any other path is answered with 404.

    Args:
        routes: path -> application.
        host: the address to listen on; a proxy in front of it speaks HTTPS.
        port: 0 takes any free port; the result's `address` has its number.
        finish: called when the last request has been answered.
        threads: how many requests are answered at once.
        request_seconds: the longest time that a request may take to arrive.

    Raises:
        ConfigError: the port is not free, or the address is not one of this machine.

    """
    from waitress.server import create_server
    from waitress.wasyncore import close_all, loop

    from bot.web.channel import TimedChannel

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
        threads=threads,
        max_request_body_size=MAX_BODY,
        inbuf_overflow=131_072,  # bytes; a larger body waits in a temporary file
        max_request_header_size=MAX_HEADER,
        connection_limit=min(MAX_CONNECTIONS, _allow_open_files(MAX_CONNECTIONS + _OTHER_FILES) - _OTHER_FILES),
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        clear_untrusted_proxy_headers=False,  # the add-in reads X-Forwarded-Proto, of trusted addresses only
        ident=None,
    )
    server.channel_class = type("Channel", (TimedChannel,), {"request_seconds": request_seconds})
    for name in ("waitress", "waitress.queue"):
        limit_rate(name)  # one line for each connection or request that waits would fill the disk
    stopping = Event()

    def answer_until_stopped() -> None:
        while not stopping.is_set():
            loop(timeout=1, use_poll=True, map=channels, count=1)  # select() ends at the 1024th open file

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


def _allow_open_files(number: int) -> int:
    """Raise this process's limit of open files to `number` where the system allows it; return the limit."""
    try:
        import resource
    except ImportError:  # Windows
        return number
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return number
    if soft < number:
        soft = number if hard == resource.RLIM_INFINITY else min(number, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def _route_by_path(routes: Mapping[str, WSGIApplication]) -> WSGIApplication:
    def dispatch(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        application = routes.get(environ["PATH_INFO"])
        if application is None:
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"not found\n"]
        return application(environ, start_response)

    return dispatch
