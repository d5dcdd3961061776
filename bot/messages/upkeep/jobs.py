"""The scheduled jobs, as a table: their next and last runs, results and durations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.locale.translator import Translator
from core.errors import N_
from core.store.state.job_runs import JobRun

_OUTCOMES: Mapping[str, str] = {
    "": N_("not yet"),
    "done": N_("done"),
    "failed": N_("failed"),
    "missed": N_("missed"),
    "running": N_("running"),
}


def list_jobs(
    planned: Mapping[str, dt.datetime | None],
    runs: Mapping[str, JobRun],
    now: dt.datetime,
    zone: ZoneInfo,
    translate: Translator,
) -> str:
    """Return the table, and why jobs have failed.

    Args:
        planned: job -> its next run if nrrbot started now; None if it follows another job.
        runs: the recorded runs by job.
        now: the present moment.
        zone: the time zone of the schedule.
        translate: the language.

    """
    rows = [[translate(text) for text in (N_("Job"), N_("Next run"), N_("Last run"), N_("Result"), N_("Seconds"))]]
    reasons = []
    for job, first in planned.items():
        run = runs.get(job, JobRun())
        outcome = "running" if run.is_running else run.outcome
        next_at = _choose_next(run, first, now)
        rows.append(
            [
                job,
                _format_moment(next_at, zone) or translate(N_("after sync")),
                _format_moment(run.started_at, zone) or "-",
                translate(_OUTCOMES[outcome]),
                translate.format_decimal(Decimal(f"{run.seconds:.1f}")) if run.outcome in {"done", "failed"} else "-",
            ]
        )
        if run.reason:
            reasons.append(translate(N_("{job} failed: {reason}"), job=job, reason=run.reason))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if not runs:
        lines.append(translate(N_("nrrbot run has not run yet; these times are those of a start now.")))
    return "\n".join([*lines, *reasons])


def build_jobs_json(
    planned: Mapping[str, dt.datetime | None], runs: Mapping[str, JobRun], now: dt.datetime
) -> list[dict[str, object]]:
    """Return the jobs as JSON can hold them; the arguments are those of `list_jobs`."""
    rows: list[dict[str, object]] = []
    for job, first in planned.items():
        run = runs.get(job, JobRun())
        next_at = _choose_next(run, first, now)
        rows.append(
            {
                "job": job,
                "next_at": next_at.isoformat() if next_at else None,
                "started_at": run.started_at.isoformat() if run.started_at else None,
                "seconds": run.seconds,
                "outcome": run.outcome or None,
                "reason": run.reason,
                "is_running": run.is_running,
            }
        )
    return rows


def _choose_next(run: JobRun, first: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """Return the next run: the recorded one, unless it is over, as it is where nrrbot does not run."""
    return run.next_at if run.next_at and run.next_at > now else first


def _format_moment(moment: dt.datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if moment else ""
