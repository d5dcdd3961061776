"""The program of the process in which jobs run that take memory and time: sync and write-back, and upkeep of the store.

A `JobOrder` comes as a line of JSON on standard input, and a `JobReport` goes to standard output for each
step. The process ends when standard input is closed, so it does not outlive the bot. It may be started long before its
order, with the modules to import meanwhile as arguments.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from bot.service.faults import report_fault
from bot.service.log import build_formatter, get_log
from bot.service.refresh.basis import stamp_code
from bot.service.refresh.limits import MEBIBYTE, set_memory_limit
from core.config import Config
from core.errors import NrrbotError
from core.store.program import hash_program

if TYPE_CHECKING:
    from bot.service.analyst import Analyst
    from sheets.workbook.port import Workbook

LOG = get_log("nrrbot.jobs")
Task = Literal["refresh", "write", "backup", "prune", "verify"]


class JobOrder(msgspec.Struct, frozen=True):
    """An order to run a job.

    Attributes:
        config: the config, with absolute paths.
        now: the moment of the job.
        limits_memory: whether the process limits its memory to `sync.memory_mb`; else the bot watches it.
        task: a key of `TASKS`.

    """

    config: Config
    now: dt.datetime
    limits_memory: bool
    task: Task = "refresh"


class JobReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step that was made, or the error that ended the job.

    Attributes:
        level: of a line of the log, its level; 0 if the report is none.
        logger: the name of its logger.
        details: its named values.
        text: the event of the line, or the problem of the error.
        snapshot: the number of the snapshot, once it is stored.
        changed: whether it is a new one.
        error: the name of the class of the error; empty if the report is none.
        fix: the fix of the error.
        values: the values of both texts of the error.

    """

    level: int = 0
    logger: str = ""
    details: dict[str, Any] = {}
    text: str = ""
    snapshot: int = 0
    changed: bool = False
    error: str = ""
    fix: str = ""
    values: dict[str, str | int] = {}


class Reports(Protocol):
    """Takes the reports of a job."""

    def send(self, report: JobReport) -> None:
        """Take a report."""


class _Reports(logging.Handler):
    """Sends reports, and the lines of the log as such."""

    def __init__(self) -> None:
        super().__init__()
        # Output of a library must not come between the reports.
        self._stream = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self.setFormatter(build_formatter())

    def emit(self, record: logging.LogRecord) -> None:
        line = json.loads(self.format(record))
        event, logger = line.pop("event"), line.pop("logger")
        details = {name: value for name, value in line.items() if name not in {"time", "level"}}
        self.send(JobReport(level=record.levelno, logger=logger, details=details, text=event))

    def send(self, report: JobReport) -> None:
        self._stream.write(msgspec.json.encode(report) + b"\n")


def main() -> None:
    """Carry out the order on standard input."""
    if hasattr(os, "nice"):
        os.nice(10)  # answers go first
    reports = _Reports()
    for module in sys.argv[1:]:
        importlib.import_module(module)
    # Once and for all, as an update would change the files and not the modules in memory.
    stamp_code()
    hash_program()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    order = msgspec.json.decode(line, type=JobOrder)
    if order.limits_memory:
        set_memory_limit(order.config.sync.memory_mb * MEBIBYTE)
    threading.Thread(target=_end_with_bot, daemon=True).start()
    logging.basicConfig(level=logging.INFO, handlers=[reports])
    try:
        TASKS[order.task](order, reports)
    except NrrbotError as error:
        reports.send(_describe_error(error))
    except MemoryError:
        reports.send(JobReport(error="MemoryError"))
    except Exception as error:  # noqa: BLE001 - the bot must learn of any error
        reports.send(_describe_error(report_fault(error, order.task)))


def _end_with_bot() -> None:
    # Not sys.stdin, whose lock this thread would hold while the interpreter ends.
    while os.read(0, 1):
        pass
    os._exit(1)


def _refresh(order: JobOrder, reports: Reports) -> None:
    from bot.messages.status.sync import FAR_AHEAD
    from sheets.connect import open_output, open_workbook

    analyst, config = _open_analyst(order), order.config
    output: Workbook | None = None
    if config.warehouse.has_tables:
        from bot.service.refresh.warehouse import sync_warehouse

        synced = sync_warehouse(analyst, order.now)
    else:
        from bot.service.refresh.reading import sync_workbook

        output = open_workbook(config)
        synced = sync_workbook(analyst, output, order.now, only_changes=True)
    reports.send(JobReport(snapshot=synced.snapshot.id, changed=synced.changed))
    if synced.is_far_ahead:
        LOG.warning("the clock is in doubt", reason=FAR_AHEAD)
    # A workbook next to a warehouse is opened once the figures are there, which do not need it.
    output = output or open_output(config)
    if output:
        _write_back(analyst, output)


def _write(order: JobOrder, _: Reports) -> None:
    from sheets.connect import open_workbook

    _write_back(_open_analyst(order), open_workbook(order.config))


def _write_back(analyst: Analyst, workbook: Workbook) -> None:
    from bot.locale.translator import get_translator
    from bot.messages.status.writeback import describe_write
    from bot.service.refresh.writeback import write_back

    written = write_back(analyst, workbook, only_changes=True)
    LOG.info("written back", result=describe_write(written, get_translator("en")))


def _back_up(order: JobOrder, _: Reports) -> None:
    from bot.service.history import back_up_daily

    if path := back_up_daily(_open_analyst(order), order.now):
        LOG.info("backup", path=str(path))


def _prune(order: JobOrder, _: Reports) -> None:
    from bot.service.history import prune_history

    LOG.info("pruned", snapshots=prune_history(_open_analyst(order), order.now))


def _verify(order: JobOrder, _: Reports) -> None:
    from bot.service.history import verify_store

    verified = verify_store(_open_analyst(order))
    LOG.info("verified", seals=verified.seals, snapshots=verified.snapshots, figures=verified.computed)


def _open_analyst(order: JobOrder) -> Analyst:
    from bot.service.analyst import Analyst

    return Analyst.open(order.config, lambda: order.now)


TASKS: Mapping[Task, Callable[[JobOrder, Reports], None]] = {
    "refresh": _refresh,
    "write": _write,
    "backup": _back_up,
    "prune": _prune,
    "verify": _verify,
}


def _describe_error(error: NrrbotError) -> JobReport:
    values = {name: value if isinstance(value, int) else str(value) for name, value in error.values.items()}
    return JobReport(error=type(error).__name__, text=error.problem, fix=error.fix, values=values)


if __name__ == "__main__":
    main()
