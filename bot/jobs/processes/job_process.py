"""The process of a job, seen from the bot: started when there is work, limited in memory and time, and followed.

Answers do not share its interpreter, and a workbook that takes all memory or time ends that process alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence

import msgspec

from bot.jobs.processes.job_child import JobOrder, JobReport, Task
from bot.service.log import get_log
from bot.service.refresh.limits import LIMITS_ITSELF, MEBIBYTE, build_memory_error, build_time_error
from core import errors
from core.config import SECRETS, Config
from core.errors import N_, NrrbotError, WorkbookBusyError, WorkbookError

_WATCH_SECONDS = 0.5
_MINUTE = 60.0
# What a refresh of a Google Sheet imports; numpy.ma is part of np.unique.
REFRESH_MODULES = (
    "bot.messages.status.sync",
    "bot.messages.status.writeback",
    "bot.service.refresh.reading",
    "bot.service.refresh.writeback",
    "numpy.ma",
    "sheets.google.workbook",
)


class JobProcess:
    """Runs one job at a time in a separate process."""

    def __init__(self, *, limits_itself: bool = LIMITS_ITSELF, modules_ahead: Sequence[str] = ()) -> None:
        """Start nothing yet.

        Args:
            limits_itself: whether the process limits its memory, else it is watched.
            modules_ahead: the modules that the process of the next job imports after each job, while it waits for its
                order; without any it is started with its order.

        """
        self._limits_itself = limits_itself
        self._modules_ahead = modules_ahead
        self._process: subprocess.Popen[bytes] | None = None
        self._next: subprocess.Popen[bytes] | None = None
        self._is_stopped = False
        self._lock = threading.Lock()

    def run(
        self,
        config: Config,
        now: dt.datetime,
        report_snapshot: Callable[[int, bool], None] = lambda *_: None,
        *,
        task: Task = "refresh",
        minutes: int | None = None,
    ) -> None:
        """Run a job, and return when it is done.

        Args:
            config: the config.
            now: the present moment.
            report_snapshot: called with the number of the snapshot, and whether it is new, once it is stored.
            task: the job.
            minutes: the longest that it, and after the snapshot the write-back, may take; None for `sync.minutes`.

        Raises:
            NrrbotError: the error that ended the job, or it took more time than it may.
            WorkbookError: it took more than `sync.memory_mb` or `sync.minutes`.
            WorkbookBusyError: the bot was stopped.

        """
        order = JobOrder(config, now, self._limits_itself, task)
        process = self._choose_process()
        watch = _Watch(process, config, minutes or config.sync.minutes, watches_memory=not self._limits_itself)

        def report(number: int, is_new: bool) -> None:
            watch.restart()
            report_snapshot(number, is_new)

        try:
            if process.stdin and process.stdout:
                process.stdin.write(msgspec.json.encode(order) + b"\n")
                process.stdin.flush()
                failure = self._follow(process.stdout, report)
            process.wait()
        except BrokenPipeError:
            failure = None
        finally:
            watch.stop()
            _end_process(process)
            self._prepare_next()
        if failure is None and process.returncode == 0:
            return
        if watch.exceeded == "time" and minutes:
            raise NrrbotError(N_("It took more than {minutes} minutes, so it was stopped."), minutes=minutes)
        raise self._explain(failure, watch.exceeded, process.returncode, config)

    def stop(self) -> None:
        """End a job that is running, and begin no other. A part that is not stored yet is read again later."""
        with self._lock:
            self._is_stopped = True
            if self._process:
                self._process.kill()
            if self._next:
                _end_process(self._next)

    def _choose_process(self) -> subprocess.Popen[bytes]:
        """Return the process that waits for an order, or else a new one."""
        with self._lock:
            if self._is_stopped:
                raise _build_stop_error()
            if self._next and self._next.poll() is not None:
                _end_process(self._next)
                self._next = None
            self._process, self._next = self._next or _start_process(), None
            return self._process

    def _prepare_next(self) -> None:
        """Start the process of the next job, which then need not import anything."""
        with self._lock:
            self._process = None
            if self._modules_ahead and not self._is_stopped:
                self._next = _start_process(*self._modules_ahead)

    def _follow(self, reports: Iterable[bytes], report_snapshot: Callable[[int, bool], None]) -> JobReport | None:
        """Carry out the reports as they come, and return the error that ended the refresh; None without one."""
        failure = None
        for line in reports:
            report = msgspec.json.decode(line, type=JobReport)
            if report.error:
                failure = report
            elif report.level:
                get_log(report.logger).log(report.level, report.text, **report.details)
            else:
                report_snapshot(report.snapshot, report.changed)
        return failure

    def _explain(self, failure: JobReport | None, exceeded: str, code: int, config: Config) -> NrrbotError:
        """Return the error of a job that failed."""
        if failure and failure.error != "MemoryError":
            kind: type[NrrbotError] = getattr(errors, failure.error)
            return kind(failure.text, failure.fix, **failure.values)
        if self._is_stopped:
            return _build_stop_error()
        if exceeded == "time":
            return build_time_error(config.sync)
        if exceeded == "memory" or failure:
            return build_memory_error(config.sync)
        return WorkbookError(
            N_("The process that reads the data ended before it was done (code {code})."),
            N_("Run nrrbot sync to see why."),
            code=code,
        )


def _start_process(*modules: str) -> subprocess.Popen[bytes]:
    """Start a process that imports modules and waits for its order."""
    return subprocess.Popen(  # noqa: S603 - our own program and modules
        [sys.executable, "-m", "bot.jobs.processes.job_child", *modules],
        # No secret of Slack is needed to read a workbook.
        env={name: value for name, value in os.environ.items() if name not in SECRETS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for the bot, which ends it. Across sessions, Linux would take no account of `nice`.
        process_group=0,
    )


def _end_process(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


class _Watch:
    """Ends a process that takes more time, or where that is watched more memory, than the config allows.

    Attributes:
        exceeded: `time` or `memory`, if the process was ended for it.

    """

    def __init__(self, process: subprocess.Popen[bytes], config: Config, minutes: int, *, watches_memory: bool) -> None:
        self.exceeded = ""
        self._process = process
        self._seconds = self._left = minutes * _MINUTE
        self._most = config.sync.memory_mb * MEBIBYTE if watches_memory else 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def restart(self) -> None:
        """Give the process its time again, for the next step."""
        self._left = self._seconds

    def _watch(self) -> None:
        step = min(_WATCH_SECONDS, self._seconds)
        while not self._done.wait(step):
            self._left -= step
            if self._left <= 0:
                self.exceeded = "time"
            elif self._most and read_memory(self._process.pid) > self._most:
                self.exceeded = "memory"
            if self.exceeded:
                self._process.kill()
                return


def read_memory(pid: int) -> int:
    """Return the memory that a process holds, in bytes; 0 if that is not known."""
    try:
        answer = subprocess.run(  # noqa: S603 - a number alone
            ["ps", "-o", "rss=", "-p", str(pid)],  # noqa: S607 - where it is differs by system
            capture_output=True,
            check=True,
            timeout=5,
        )
        return int(answer.stdout) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _build_stop_error() -> WorkbookBusyError:
    return WorkbookBusyError(N_("The reading of the data was stopped, as nrrbot is stopping."))
