"""Standard error without secrets: error messages, tracebacks, warnings and the log go through it."""

from __future__ import annotations

import io
from typing import TextIO

from core.redaction import redact


class RedactedStream(io.TextIOBase):
    """A text stream that redacts each text before it is written.

    It has no `buffer`, so that no library writes past it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute in typeshed
        """The encoding of the stream."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # a plain attribute in typeshed
        """The handling of characters that the encoding does not have."""
        return self._stream.errors

    def write(self, text: str) -> int:
        """Write `text`, redacted; return its length."""
        self._stream.write(redact(text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Return whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the stream's file."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Return True."""
        return True
