"""The limits of a reading in memory and time, `[sync]` of the config, in the process that reads the workbook."""

from __future__ import annotations

import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.config import Sync
from core.errors import N_, WorkbookError

MEBIBYTE = 2**20
# RLIMIT_AS is exact on Linux; elsewhere it is missing or has no effect.
LIMITS_ITSELF = sys.platform == "linux"
_MINUTE = 60.0
_WATCH_SECONDS = 0.5


@contextmanager
def limit_reading(settings: Sync) -> Iterator[None]:
    """Limit what the block may take in addition to what this process has taken so far.

    Where the system does not limit memory, the memory that is held is looked at twice a second. Time is limited on the
    main thread only, and Windows limits neither.

    Raises:
        WorkbookError: the block took more than `sync.memory_mb` or `sync.minutes`.

    """
    try:
        with _limit_memory(settings.memory_mb), _limit_time(settings):
            yield
    except MemoryError as error:
        # The frames of the reading hold all that it has read.
        traceback.clear_frames(error.__traceback__)
        raise build_memory_error(settings) from None


@contextmanager
def _limit_memory(mebibytes: int) -> Iterator[None]:
    if not LIMITS_ITSELF:
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    set_memory_limit(_measure_reserved() + mebibytes * MEBIBYTE)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _limit_time(settings: Sync) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    end, memory = time.monotonic() + settings.minutes * _MINUTE, _measure_peak() + settings.memory_mb * MEBIBYTE

    def check(*_: object) -> None:
        if time.monotonic() > end:
            raise build_time_error(settings)
        if not LIMITS_ITSELF and _measure_peak() > memory:
            raise build_memory_error(settings)

    before = signal.signal(signal.SIGALRM, check)
    # Again and again, as an exception is lost in a callback of a library.
    signal.setitimer(signal.ITIMER_REAL, _WATCH_SECONDS, _WATCH_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _measure_reserved() -> int:
    """Return the memory that Linux counts against the limit, in bytes; 0 where /proc is missing."""
    import resource

    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _measure_peak() -> int:
    """Return the most memory that this process has held, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def set_memory_limit(most: int) -> None:
    """Limit the memory of this process to `most` bytes, or to the limit that it has. More raises MemoryError."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def build_time_error(settings: Sync) -> WorkbookError:
    """Return the error of a reading that took too long."""
    return WorkbookError(
        N_("Reading the data took more than {minutes} minutes, so it was stopped."),
        N_("Raise sync.minutes, or remove the columns that it does not need."),
        minutes=settings.minutes,
    )


def build_memory_error(settings: Sync) -> WorkbookError:
    """Return the error of a reading that took too much memory."""
    return WorkbookError(
        N_("Reading the data took more than {megabytes} MB of memory, so it was stopped."),
        N_("Raise sync.memory_mb, or remove the tabs that it does not need."),
        megabytes=settings.memory_mb,
    )
