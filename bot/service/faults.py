"""Unexpected errors: logged under a short id, without secrets, and reported to the person by that id."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable
from secrets import token_hex

from core.errors import N_, NrrbotError

LOG = logging.getLogger("nrrbot.faults")
# Slack's tokens, and the response_urls that let their holder answer in the bot's name.
_SECRETS = re.compile(r"x(?:ox[a-z]|app)-[\w-]+|https://hooks\.slack\.com/\S+")


def report_fault(error: Exception, during: str, secrets: Iterable[str] = ()) -> NrrbotError:
    """Log an unexpected error under a short id and return the error to report.

    Args:
        error: the unexpected error.
        during: the task that failed.
        secrets: texts to keep out of the log, in addition to anything that looks like a token of Slack.

    """
    name = token_hex(4)
    text = "".join(traceback.format_exception(error))
    for secret in filter(None, secrets):
        text = text.replace(secret, "[secret]")
    LOG.error("%s: %r failed\n%s", name, during, _SECRETS.sub("[secret]", text))
    return NrrbotError(
        N_("An unexpected error stopped this; it is logged as {id}."),
        N_("Try again. If it fails again, give this id to the admin of nrrbot."),
        id=name,
    )
