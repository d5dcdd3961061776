"""Unexpected errors: logged under a short ID, and reported to the person by that ID."""

from __future__ import annotations

from bot.service.log import describe_error, get_log, get_request_id
from core.errors import N_, NrrbotError

LOG = get_log("nrrbot.faults")


def report_fault(error: Exception, during: str) -> NrrbotError:
    """Log an unexpected error under a short ID and return the error to report.

    Args:
        error: the unexpected error.
        during: the task that failed, in fixed words.

    """
    name = get_request_id()
    LOG.error("unexpected error", fault=name, during=during, error=describe_error(error))
    return NrrbotError(
        N_("An unexpected error stopped this; it is logged as {id}."),
        N_("Try again. If it fails again, give this id to the admin of nrrbot."),
        id=name,
    )
