"""The connections of the HTTP server: a request must be complete in time, and what is no request is a 400."""

from __future__ import annotations

from time import monotonic
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import BadRequest, RequestEntityTooLarge


class StrictParser(HTTPRequestParser):
    """A parser whose only errors are 400 and 413."""

    def received(self, data: bytes) -> int:
        """Read a part of a request; return the number of bytes read."""
        count: int = super().received(data)
        if self.error and not isinstance(self.error, RequestEntityTooLarge):
            self.error = BadRequest(self.error.body)
        return count


class TimedChannel(HTTPChannel):
    """A connection that is closed when a request is incomplete `request_seconds` after its first byte.

    waitress counts only idleness, so one byte a minute would keep a connection forever. For the first request the time
    runs from the beginning of the connection.
    """

    parser_class = StrictParser
    request_seconds: float

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._begun: float | None = monotonic()  # when the incomplete request began; None between requests
        super().__init__(*arguments, **options)

    def received(self, data: bytes) -> bool:
        """Take bytes, on the server's thread."""
        accepted: bool = super().received(data)
        if self.request is not None and self._begun is None:
            self._begun = monotonic()
        return accepted

    def service(self) -> None:
        """Answer the complete requests, on an answering thread."""
        self._begun = None
        super().service()

    def readable(self) -> bool:
        """Return whether to wait for bytes; asked at each turn of the server's loop, before `writable`."""
        if self._begun is not None and not self.requests and monotonic() - self._begun > self.request_seconds:
            self.will_close = True
        return bool(super().readable())
