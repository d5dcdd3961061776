"""The last run of each scheduled job, in a file next to the store.

It is a separate file, so that the store is as it was read while people ask.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

FILE_ENDING = "-jobs"
Outcome = Literal["", "done", "failed", "missed"]


class JobRun(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last run of a job, and the next one.

    Attributes:
        next_at: when it runs next; None if it follows another job.
        started_at: when it last began; None before the first run.
        seconds: how long the last run that has ended took.
        outcome: how that run ended; empty before the first. One is missed if it was due for longer than its grace.
        reason: why it failed, one sentence.
        is_running: whether it is running now.
        failed_since: the end of the first of its last runs that have failed; None where the last one has not.

    """

    next_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    seconds: float = 0.0
    outcome: Outcome = ""
    reason: str = ""
    is_running: bool = False
    failed_since: dt.datetime | None = None


def load_runs(store_path: Path) -> Mapping[str, JobRun]:
    """Return the runs by job that `nrrbot run` has recorded; empty without any."""
    try:
        return msgspec.json.decode(_find_file(store_path).read_bytes(), type=dict[str, JobRun])
    except (OSError, msgspec.MsgspecError):
        return {}


def save_runs(store_path: Path, runs: Mapping[str, JobRun]) -> None:
    """Write the runs, readable by the owner only, so that no reader sees half a file; what cannot be is not kept."""
    path = _find_file(store_path)
    new = path.with_name(f"{path.name}.new")
    with suppress(OSError):
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(runs))
        new.replace(path)


def remove_runs(store_path: Path) -> None:
    """Remove the recorded runs, whose reasons may quote the sheet."""
    _find_file(store_path).unlink(missing_ok=True)


def _find_file(store_path: Path) -> Path:
    return store_path.with_name(store_path.name + FILE_ENDING)
