"""Slack as a place to send to: a client with bounds, `post`, `respond`, and Slack's refusals in plain words."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
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
from slack_sdk.http_retry import HttpRequest, HttpResponse, RateLimitErrorRetryHandler, RetryState
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.messages.kit.markup import payload
from bot.messages.kit.message import Message
from core.config import Config, read_secret
from core.errors import N_, SlackError

API_URL = "https://slack.com/api/"
TIMEOUT = 10  # seconds for one request
PATIENCE = 30  # seconds: the longest Retry-After that is waited for

# At DEBUG slack_sdk and Bolt write response_urls, and at INFO whole requests, into the log. Both let a reader of
# the log post as the bot or read what was asked, so these two loggers stay at WARNING whatever the root is set to.
SDK_LOG = logging.getLogger("nrrbot.slack.sdk")
SDK_LOG.setLevel(logging.WARNING)
LOG = logging.getLogger("nrrbot.slack")

# Slack refuses these because of the blocks alone: the text can still be sent.
_BLOCK_CODES = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})

_TOKEN = N_("Copy the bot token (xoxb-...) anew from the Slack app's page, then run nrrbot doctor.")
_INSTALL = N_("Install the Slack app to the workspace again and copy its new token.")
_LATER = N_("Try again in a minute.")
_OURS = N_("This is a fault of nrrbot: please report it.")

# What Slack answers with, in the words of a person. Source: the error tables of docs.slack.dev/reference/methods.
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "not_authed": (N_("Slack was given no token."), _TOKEN),
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
    "not_in_channel": (N_("The bot is not in that channel."), N_("There, invite it with /invite @nrrbot.")),
    "is_archived": (N_("That channel is archived."), N_("Unarchive it, or name another channel in the config.")),
    "restricted_action": (
        N_("The workspace does not let the bot post in that channel."),
        N_("Ask an administrator, or name another channel."),
    ),
    "user_not_found": (N_("Slack knows no such person."), N_("Check the name; guests may be out of the bot's sight.")),
    "ratelimited": (N_("Slack asks the bot to slow down."), N_("Try again in {seconds} seconds.")),
    "rate_limited": (N_("Slack asks the bot to slow down."), N_("Try again in {seconds} seconds.")),
    "invalid_blocks": (N_("Slack refused the layout of a message."), _OURS),
    "invalid_blocks_format": (N_("Slack refused the layout of a message."), _OURS),
    "msg_blocks_too_long": (N_("The message was too long for Slack."), N_("Ask about fewer things at once.")),
    "msg_too_long": (N_("The message was too long for Slack."), N_("Ask about fewer things at once.")),
    "no_text": (N_("The message was empty."), _OURS),
    "used_url": (N_("Slack takes no more answers to that question."), N_("Ask again.")),
    "expired_url": (N_("Slack takes answers for 30 minutes only, and those are over."), N_("Ask again.")),
    "expired_trigger_id": (N_("The bot was too slow to open a window."), N_("Press the button again.")),
}
_TROUBLE = (N_("Slack has trouble just now (HTTP {status})."), _LATER)
_NOT_SLACK = (N_("What answered was not Slack (HTTP {status})."), N_("Check this machine's proxy."))
_UNKNOWN = (N_("Slack refused: {code}."), N_("Run nrrbot doctor; the code is explained on docs.slack.dev."))

# Every other foreign exception, nearest class first when looked up along the exception's own ancestry.
_FAILURES: Mapping[type[Exception], tuple[str, str]] = {
    BotUserAccessError: (N_("Slack does not let a bot token do this."), _TOKEN),
    SlackRequestError: (N_("A request to Slack could not be made."), _OURS),
    SlackClientNotConnectedError: (N_("The connection to Slack was lost."), _LATER),
    SlackObjectFormationError: (N_("A message for Slack was malformed."), _OURS),
    SlackClientConfigurationError: (N_("The connection to Slack is set up wrongly."), N_("Run nrrbot doctor.")),
    SlackClientError: (N_("Slack could not be used."), N_("Run nrrbot doctor.")),
    TimeoutError: (N_("Slack did not answer in time."), _LATER),
    URLError: (
        N_("Slack could not be reached: {reason}."),
        N_("Check this machine's connection to the internet and its proxy."),
    ),
    HTTPException: (N_("The connection to Slack broke off."), _LATER),
    OSError: (N_("The connection to Slack broke off."), _LATER),
}
FOREIGN = (SlackClientError, OSError, HTTPException)


class BoundedRateLimit(RateLimitErrorRetryHandler):
    """Wait as Slack asks, up to `PATIENCE` seconds at a time; a longer wait is an error at once."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        headers = {name.lower(): values for name, values in response.headers.items()}
        return int(headers.get("retry-after", ["1"])[0]) <= PATIENCE


# Not slack_sdk's default, which repeats a request when the connection breaks: Slack may have taken the first one,
# and a digest posted twice is worse than one that failed and says so.
def _retries() -> list[RateLimitErrorRetryHandler]:
    return [BoundedRateLimit(max_retry_count=2)]


def web_client(token: str | None, api_url: str = API_URL) -> WebClient:
    """Return the client of the Web API, with a time-out and a bound on waiting. It calls nothing yet."""
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT, logger=SDK_LOG, retry_handlers=[*_retries()])


def post(client: WebClient, channel: str, message: Message, *, thread: str = "") -> str:
    """Post `message` in `channel` (an id) and return its `ts`; without its blocks where Slack refuses those.

    Args:
        client: as `web_client` makes it.
        channel: a channel's id, or a person's for a direct message.
        message: what to post.
        thread: the `ts` of the message to answer under; empty for the channel itself.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    options: dict[str, Any] = {"channel": channel, "unfurl_links": False, "unfurl_media": False}
    if thread:
        options["thread_ts"] = thread
    try:
        try:
            answer = client.chat_postMessage(**options, **payload(message))
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if not message.blocks or code not in _BLOCK_CODES:
                raise
            _note_refused_blocks(code, error.response.get("response_metadata"))
            answer = client.chat_postMessage(**options, **payload(Message(message.text)))
    except FOREIGN as error:
        raise slack_error(error) from error
    return str(answer["ts"])


def respond(url: str, message: Message, *, in_channel: bool = False) -> None:
    """Answer through a response_url, to the one person or `in_channel`; text alone where the blocks are refused.

    Slack takes 5 answers in 30 minutes on one url.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    options = {"response_type": "in_channel" if in_channel else "ephemeral", "replace_original": False}
    answer = _send(url, {**payload(message), **options})
    if message.blocks and _code(answer) in _BLOCK_CODES:
        _note_refused_blocks(_code(answer), answer.body)
        answer = _send(url, {**payload(Message(message.text)), **options})
    _check(answer)


def withdraw(url: str) -> None:
    """Remove the message whose button was pressed, through that press's response_url.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    _check(_send(url, {"delete_original": True}))


def slack_error(error: Exception) -> SlackError:
    """Return the SlackError that says in plain words what `error`, one of `FOREIGN`, means."""
    if isinstance(error, SlackTokenRotationError):
        error = error.api_error
    if isinstance(error, SlackApiError):
        answer = error.response
        headers = {str(name).lower(): value for name, value in (getattr(answer, "headers", None) or {}).items()}
        return _refusal(
            str(answer.get("error")),
            status=getattr(answer, "status_code", 200),
            needed=str(answer.get("needed", "?")),
            seconds=str(headers.get("retry-after", "60")),
        )
    if isinstance(error, URLError) and isinstance(error.reason, TimeoutError):
        error = error.reason
    kind = next((kind for kind in type(error).__mro__ if kind in _FAILURES), SlackClientError)
    what, mend = _FAILURES[kind]
    return SlackError(what, mend, reason=getattr(error, "reason", ""))


def _refusal(code: str, *, status: int, needed: str = "?", seconds: str = "60") -> SlackError:
    # A proxy or a tired server answers with a page; slack_sdk then puts the page where the code should stand.
    what, mend = _REFUSALS.get(code, _UNKNOWN)
    if code not in _REFUSALS and status >= 500:
        what, mend = _TROUBLE
    elif not re.fullmatch(r"[a-z0-9_]{1,60}", code):
        what, mend = _NOT_SLACK
    return SlackError(what, mend, code=code, status=status, needed=needed, seconds=seconds)


def _send(url: str, body: dict[str, Any]) -> WebhookResponse:
    client = WebhookClient(url, timeout=TIMEOUT, logger=SDK_LOG, retry_handlers=[*_retries()])
    try:
        return client.send_dict(body)
    except FOREIGN as error:
        raise slack_error(error) from error


def _code(answer: WebhookResponse) -> str:
    """Return Slack's error code; empty when all is well. It comes as JSON or as the bare word, with any status."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = answer.body
    if isinstance(body, dict):
        return "" if body.get("ok") else str(body.get("error"))
    return "" if answer.status_code == 200 else str(body).strip()


def _check(answer: WebhookResponse) -> None:
    if code := _code(answer):
        seconds = str(answer.headers.get("Retry-After", "60"))
        raise _refusal(code, status=answer.status_code, seconds=seconds)


def _note_refused_blocks(code: str, details: object) -> None:
    LOG.warning("Slack refused the blocks of a message (%s), its text is sent alone: %s", code, details)


def bot_client(config: Config) -> WebClient:
    """Return the client of the Web API with the bot's token.

    Raises:
        ConfigError: there is no token.

    """
    from bot.slack.client import web_client

    return web_client(read_secret("SLACK_BOT_TOKEN", config.slack), config.slack.api_url)
