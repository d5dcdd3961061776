"""How long a call to Google is repeated: after a 429, a server error or a lost connection.

At most `ATTEMPTS` attempts, within the time limit of `google.retry_seconds` of the config. Each wait is as long as
Google asks, else longer with each attempt; with jitter, so that several clients do not return at the same moment.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

import tenacity
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from core.errors import N_, Sentence
from sheets.google.errors import FOREIGN_ERRORS, get_response, is_transient, map_error

ATTEMPTS = 8
# The shortest wait that is reported, in seconds.
MIN_REPORTED_WAIT = 1.0

_log = logging.getLogger(__name__)
_backoff = tenacity.wait_random_exponential(multiplier=0.5, max=30)
_jitter = tenacity.wait_random(0, 0.5)


def build_retrying(
    retry_seconds: float, account: str, report_wait: Callable[[Sentence], None] | None = None
) -> tenacity.Retrying:
    """Return the retry policy of one workbook. It repeats transient errors and raises the last one unchanged.

    Args:
        retry_seconds: the time limit of all attempts of a call; a wait that would exceed it is not begun.
        account: the e-mail address of the service account, for the texts of errors.
        report_wait: receives a sentence with reason and duration before each wait; None sends it to the log.

    """
    send_wait = report_wait or _log_wait

    def report_next_wait(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        if isinstance(error, FOREIGN_ERRORS) and seconds >= MIN_REPORTED_WAIT:
            mapped = map_error(error, account)
            why = Sentence(mapped.problem, mapped.values)
            send_wait(Sentence(N_("{why} Trying again in {seconds} s."), {"why": why, "seconds": math.ceil(seconds)}))

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(is_transient),
        wait=_compute_wait,
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay(retry_seconds),
        before_sleep=report_next_wait,
        reraise=True,
    )


def _compute_wait(state: tenacity.RetryCallState) -> float:
    """Return the seconds to wait: as Google asks, else longer with each attempt; with jitter for each client."""
    response = get_response(state.outcome.exception()) if state.outcome else None
    try:
        retry_after = Retry().get_retry_after(response.raw) if response is not None else None
    except InvalidHeader:
        retry_after = None
    return _backoff(state) if retry_after is None else retry_after + _jitter(state)


def _log_wait(sentence: Sentence) -> None:
    _log.info("%s", sentence)
