"""The log: events in fixed words with named values, without names of accounts, amounts or questions as typed.

A logger is one of the standard library, called through structlog, so that the records of libraries become the same
lines. `nrrbot run` writes one JSON object a line to stderr; other commands write no log.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import structlog
from structlog import contextvars, stdlib

from core.errors import NrrbotError, WorkbookLayoutError

_ROOT = Path(__file__).parents[2]

structlog.configure(
    processors=[stdlib.filter_by_level, contextvars.merge_contextvars, stdlib.render_to_log_kwargs],
    logger_factory=stdlib.LoggerFactory(),
    wrapper_class=stdlib.BoundLogger,
)


def get_log(name: str) -> stdlib.BoundLogger:
    """Return the logger of this name: `LOG.info("an event in fixed words", key=value)`."""
    logger: stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def configure_log() -> None:
    """Write all records from INFO on to stderr, as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(build_formatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # apscheduler reports each run of each job at INFO.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def build_formatter() -> logging.Formatter:
    """Return the formatter that makes a line of a record."""
    return stdlib.ProcessorFormatter(
        foreign_pre_chain=[stdlib.ExtraAdder()],
        processors=[_build_line, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)],
    )


def _build_line(_: object, __: str, values: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the values of a line in order: time, level, event, request, command, milliseconds, outcome, others."""
    record: logging.LogRecord = values.pop("_record")
    _, error, _ = values.pop("exc_info", None) or (None, None, None)
    line = {
        "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": values.pop("event"),
        **{key: values.pop(key) for key in ("request", "command", "milliseconds", "outcome") if key in values},
        "logger": record.name,
        **{key: value for key, value in values.items() if not key.startswith("_") and key != "message"},
    }
    return line | {"error": describe_error(error)} if error else line


def limit_rate(name: str) -> None:
    """Drop the records of this logger that repeat an event within a minute."""
    logger = logging.getLogger(name)
    if not any(isinstance(rule, _OnceAMinute) for rule in logger.filters):
        logger.addFilter(_OnceAMinute())


class _OnceAMinute(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self._last = dict[str, float]()

    def filter(self, record: logging.LogRecord) -> bool:
        event = str(record.msg)
        if record.created - self._last.get(event, 0) < 60:
            return False
        self._last[event] = record.created
        return True


@contextmanager
def open_request() -> Iterator[None]:
    """Give all records within it, on this thread, the ID of a new request."""
    contextvars.clear_contextvars()
    contextvars.bind_contextvars(request=token_hex(4))
    try:
        yield
    finally:
        contextvars.clear_contextvars()


def name_command(command: str) -> None:
    """Give all later records of the request the name of its sub-command."""
    contextvars.bind_contextvars(command=command)


def get_command() -> str:
    """Return the name of the sub-command of the request under way; empty while it is not known."""
    return str(contextvars.get_contextvars().get("command") or "")


def get_request_id() -> str:
    """Return the ID of the request under way, or a new ID."""
    return str(contextvars.get_contextvars().get("request") or token_hex(4))


def describe_reason(error: NrrbotError) -> str:
    """Return the sentence of an error; of one about the content of the sheet without what it quotes from there."""
    return error.problem if isinstance(error, WorkbookLayoutError) else str(error)


def describe_error(error: BaseException) -> list[str]:
    """Return where an error was raised, and its kind, the cause first.

    Its message is left out: it can have the name of an account, an amount or a question.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = describe_error(cause) if cause else []
    frames = traceback.extract_tb(error.__traceback__)
    lines += [f"{_shorten_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return [*lines, f"{type(error).__module__}.{type(error).__qualname__}"]


def _shorten_path(name: str) -> str:
    """Return the path of a file from its package on."""
    path = Path(name)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return path.relative_to(_ROOT).as_posix()
    return "/".join(path.parts[-3:])
