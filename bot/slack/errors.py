"""Slack's refusals and the errors of slack_sdk as SlackErrors in plain words."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from http.client import HTTPException
from math import isfinite
from urllib.error import URLError

from slack_sdk.errors import (
    BotUserAccessError,
    SlackApiError,
    SlackClientConfigurationError,
    SlackClientError,
    SlackClientNotConnectedError,
    SlackObjectFormationError,
    SlackRequestError,
    SlackTokenRotationError,
)

from core.errors import N_, NrrbotError, SlackError

_TOKEN = N_("Copy the bot token (xoxb-...) again from the Slack app's page, then run nrrbot doctor.")
_INSTALL = N_("Install the Slack app to the workspace again and copy its new token.")
_LATER = N_("Try again in a minute.")
_REPORT = N_("This is a bug in nrrbot: please report it.")

# Slack's error codes in plain words. Source: the error tables of docs.slack.dev/reference/methods.
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "not_authed": (N_("The request to Slack had no token."), _TOKEN),
    "invalid_auth": (N_("Slack does not accept the token."), _TOKEN),
    "not_allowed_token_type": (
        N_("Slack does not accept this kind of token here."),
        N_("The bot token begins with xoxb-, the app-level token for Socket Mode with xapp-."),
    ),
    "token_revoked": (N_("The Slack token was revoked."), _INSTALL),
    "token_expired": (N_("The Slack token has expired."), _INSTALL),
    "account_inactive": (N_("The Slack app was removed from the workspace."), _INSTALL),
    "missing_scope": (
        N_("The Slack app lacks the scope {needed}."),
        N_("Add it on the app's page under OAuth & Permissions, then install the app again."),
    ),
    "channel_not_found": (
        N_("Slack knows no such channel, or it is private and the bot is not in it."),
        N_("Check the channel in the config; in a private one, invite it with /invite @nrrbot."),
    ),
    "not_in_channel": (N_("The bot is not in that channel."), N_("Invite it there with /invite @nrrbot.")),
    "is_archived": (N_("That channel is archived."), N_("Unarchive it, or name another channel in the config.")),
    "restricted_action": (
        N_("The workspace does not let the bot post in that channel."),
        N_("Ask an administrator, or name another channel."),
    ),
    "user_not_found": (N_("Slack knows no such person."), N_("Check the name; the bot may not see guests.")),
    "ratelimited": (N_("Slack asks the bot to slow down."), N_("Try again in {seconds} seconds.")),
    "rate_limited": (N_("Slack asks the bot to slow down."), N_("Try again in {seconds} seconds.")),
    "invalid_blocks": (N_("Slack refused the layout of a message."), _REPORT),
    "invalid_blocks_format": (N_("Slack refused the layout of a message."), _REPORT),
    "msg_blocks_too_long": (N_("The message was too long for Slack."), N_("Ask about fewer things at once.")),
    "msg_too_long": (N_("The message was too long for Slack."), N_("Ask about fewer things at once.")),
    "no_text": (N_("The message was empty."), _REPORT),
    "used_url": (N_("Slack accepts no more answers to that question."), N_("Ask again.")),
    "expired_url": (N_("Slack accepts answers for 30 minutes, and these have passed."), N_("Ask again.")),
    "messages_tab_disabled": (
        N_("The Messages tab of the Slack app is switched off, so the bot cannot write to people."),
        N_("On the app's page under App Home, switch on the Messages tab and allow people to write in it."),
    ),
    "expired_trigger_id": (N_("The bot was too slow to open a window."), N_("Press the button again.")),
}
_TROUBLE = (N_("Slack has trouble just now (HTTP {status})."), _LATER)
_NOT_SLACK = (N_("The answer did not come from Slack (HTTP {status})."), N_("Check this machine's proxy."))
_UNKNOWN = (N_("Slack refused: {code}."), N_("Run nrrbot doctor; the code is explained on docs.slack.dev."))

# Every other foreign exception. It is looked up along the exception's ancestry, so the nearest class wins.
_FAILURES: Mapping[type[Exception], tuple[str, str]] = {
    BotUserAccessError: (N_("Slack does not let a bot token do this."), _TOKEN),
    SlackRequestError: (N_("A request to Slack could not be made."), _REPORT),
    SlackClientNotConnectedError: (N_("The connection to Slack was lost."), _LATER),
    SlackObjectFormationError: (N_("A message for Slack was malformed."), _REPORT),
    SlackClientConfigurationError: (N_("The connection to Slack is set up wrongly."), N_("Run nrrbot doctor.")),
    SlackClientError: (N_("The request to Slack failed."), N_("Run nrrbot doctor.")),
    TimeoutError: (N_("Slack did not answer in time."), _LATER),
    URLError: (
        N_("Slack could not be reached: {reason}."),
        N_("Check this machine's connection to the internet and its proxy."),
    ),
    HTTPException: (N_("The connection to Slack broke off."), _LATER),
    OSError: (N_("The connection to Slack broke off."), _LATER),
}
FOREIGN_ERRORS = (SlackClientError, OSError, HTTPException)


# Slack's codes for trouble on its side: the same call may succeed later.
_TRANSIENT = frozenset(
    ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
)
# Codes after which "it is possible some aspect of the operation succeeded" (docs.slack.dev, chat.postMessage).
_HALF_DONE = frozenset(("internal_error", "fatal_error"))
_MOST_SECONDS = 24 * 60 * 60


def is_answer_of_slack(error: Exception) -> bool:
    """Return whether Slack itself refused, for a reason that will not pass within the minute."""
    if not isinstance(error, SlackApiError):
        return False
    return getattr(error.response, "status_code", 200) < 400 and error.response.get("error") not in _TRANSIENT


def may_pass(error: NrrbotError) -> bool:
    """Return whether an error is trouble with Slack, or on the way to it, that may soon pass."""
    cause = error.__cause__
    return isinstance(cause, FOREIGN_ERRORS) and not is_answer_of_slack(cause)


def find_wait(error: NrrbotError) -> float | None:
    """Return the seconds that Slack asks to wait; None where it refused for another reason."""
    cause = error.__cause__
    if not isinstance(error, SlackError) and isinstance(cause, FOREIGN_ERRORS):
        error = map_slack_error(cause)  # that of a look-up
    if error.values.get("status") != 429 and error.values.get("code") not in {"ratelimited", "rate_limited"}:
        return None
    return read_seconds(str(error.values.get("seconds")))


def read_seconds(text: str) -> float:
    """Return the seconds of a Retry-After, from one second to a day; one where it is not a number."""
    try:
        seconds = float(text)
    except ValueError:
        return 1.0
    return min(max(seconds, 1.0), _MOST_SECONDS) if isfinite(seconds) else 1.0


# The error codes of Slack.
_CODE = re.compile(r"[a-z0-9_]{1,60}")


def was_refused(error: SlackError) -> bool:
    """Return whether a message cannot have arrived: Slack refused it, or no connection was made."""
    reason = getattr(error.__cause__, "reason", None)
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return True
    code, status = error.values.get("code"), error.values.get("status", 500)
    if code is None or code in _HALF_DONE or not isinstance(status, int) or status >= 500:
        return False
    # A page with the status of a success is no answer of Slack, which may have taken the message.
    return status >= 400 or bool(_CODE.fullmatch(str(code)))


def map_slack_error(error: Exception) -> SlackError:
    """Return the SlackError for `error`, one of `FOREIGN`, in plain words."""
    if isinstance(error, SlackTokenRotationError):
        error = error.api_error
    if isinstance(error, SlackApiError):
        answer = error.response
        headers = {str(name).lower(): value for name, value in (getattr(answer, "headers", None) or {}).items()}
        return build_refusal(
            str(answer.get("error")),
            status=getattr(answer, "status_code", 200),
            needed=str(answer.get("needed", "?")),
            seconds=str(headers.get("retry-after", "60")),
        )
    if isinstance(error, URLError) and isinstance(error.reason, TimeoutError):
        error = error.reason
    kind = next((kind for kind in type(error).__mro__ if kind in _FAILURES), SlackClientError)
    problem, fix = _FAILURES[kind]
    return SlackError(problem, fix, reason=getattr(error, "reason", ""))


def build_refusal(code: str, *, status: int, needed: str = "?", seconds: str = "60") -> SlackError:
    """Return the SlackError for Slack's error `code`, or for an answer that is not Slack's."""
    # A proxy or a failing server answers with a page, which slack_sdk then returns as the code.
    problem, fix = _REFUSALS.get(code, _UNKNOWN)
    if code not in _REFUSALS and status >= 500:
        problem, fix = _TROUBLE
    elif not _CODE.fullmatch(code):
        problem, fix = _NOT_SLACK
    return SlackError(problem, fix, code=code, status=status, needed=needed, seconds=seconds)
