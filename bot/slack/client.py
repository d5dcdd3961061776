"""Sending to Slack: a client with time-outs and bounded waits, messages to channels and to response_urls."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable
from functools import cache
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import (
    SlackApiError,
)
from slack_sdk.http_retry import HttpRequest, HttpResponse, RateLimitErrorRetryHandler, RetryState
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.messages.kit.message import Attachment, Message
from bot.messages.kit.payload import build_payloads
from bot.service.log import get_log
from bot.slack.errors import FOREIGN_ERRORS, build_refusal, is_answer_of_slack, map_slack_error, read_seconds
from core.config import Config, read_secret
from core.errors import N_, NrrbotError, SlackError

# slack_sdk is imported in bot.slack only; other packages take the types that they name from here.
__all__ = ["API_URL", "SlackResponse", "WebClient", "build_bot_client", "build_web_client"]

API_URL = "https://slack.com/api/"
TIMEOUT = 10  # seconds for one request
LOOK_UP_TIMEOUT = 3  # for one about a person or a channel, for whose answer a question waits
_RESPONSE_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
PATIENCE = 30  # seconds: the longest Retry-After that is obeyed

# slack_sdk and Bolt log response_urls at DEBUG and whole requests at INFO. A reader of the log could post as the bot
# or read the questions, so these two loggers stay at WARNING whatever the root logger is set to.
SDK_LOG = logging.getLogger("nrrbot.slack.sdk")
SDK_LOG.setLevel(logging.WARNING)
LOG = get_log("nrrbot.slack")

# Refusals that are due to the blocks alone: the text can still be sent.
_BLOCK_CODES = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})


class BoundedRateLimit(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks, up to `PATIENCE` seconds at a time; a longer wait is an error at once."""

    def __init__(self, max_retry_count: int, stopping: Event) -> None:
        """Wait at most `max_retry_count` times, and no longer than until `stopping` is set."""
        super().__init__(max_retry_count)
        self._stopping = stopping

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
        return self._read_wait(response) <= PATIENCE and not self._stopping.is_set()

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002 - the signature of slack_sdk
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - as above
    ) -> None:
        """Wait, as slack_sdk asks before it repeats a request."""
        state.next_attempt_requested = True
        if response:
            self._stopping.wait(self._read_wait(response))
        state.increment_current_attempt()

    @staticmethod
    def _read_wait(response: HttpResponse) -> float:
        headers = {name.lower(): values for name, values in response.headers.items()}
        return read_seconds(headers.get("retry-after", ["1"])[0])


# slack_sdk's default repeats a request when the connection breaks. Slack may have taken the first one, and a digest
# posted twice is worse than a failure that is reported.
def build_web_client(token: str | None, api_url: str = API_URL, timeout: int | None = None) -> WebClient:
    """Return a client of the Web API with a time-out, which never waits or repeats. Makes no network call."""
    return WebClient(
        token=token,
        base_url=api_url,
        timeout=timeout or TIMEOUT,
        ssl=get_tls_context(),
        logger=SDK_LOG,
        retry_handlers=[],
    )


@cache
def get_tls_context() -> ssl.SSLContext:
    """Return the one TLS context of all calls: making one costs as much time as an answer."""
    return ssl.create_default_context()


def check_response_url(url: str, api_url: str) -> str:
    """Return a response_url, after checking that it is Slack's own: answers have customers' names and revenue.

    Args:
        url: the response_url of a request.
        api_url: the address of the Web API, whose host is Slack too.

    Raises:
        SlackError: it is an address of someone else.

    """
    parts, own = urlsplit(url), urlsplit(api_url)
    is_slack = parts.scheme == "https" and parts.netloc in _RESPONSE_HOSTS
    if not is_slack and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        raise SlackError(
            N_("The answer was not sent, as its address is not Slack's."),
            N_("Check the signing secret of the Slack app: someone else may have it."),
        )
    return url


def post_message(client: WebClient, channel: str, message: Message, *, thread: str = "") -> str:
    """Post `message` in `channel` (an id) and return its `ts`; in simpler forms where Slack refuses its blocks.

    Args:
        client: the client, as `build_web_client` returns it.
        channel: a channel's id, or a person's for a direct message.
        message: the message.
        thread: the `ts` of the message to reply to; empty to post in the channel itself.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    return post_and_locate(client, channel, message, thread=thread)[1]


def post_and_locate(client: WebClient, channel: str, message: Message, *, thread: str = "") -> tuple[str, str]:
    """Post `message` as `post_message` does; return the channel's id, for a person that of their messages, and `ts`.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    options: dict[str, Any] = {"channel": channel, "unfurl_links": False, "unfurl_media": False}
    if thread:
        options["thread_ts"] = thread
    answer = _post(client.chat_postMessage, options, message)
    return str(answer["channel"]), str(answer["ts"])


def send_file(client: WebClient, user: str, file: Attachment) -> None:
    """Send a file to a person, as a direct message.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    try:
        channel = client.conversations_open(users=user)["channel"]["id"]
        client.files_upload_v2(
            channel=channel, filename=file.name, content=file.content, title=file.title, alt_txt=file.title
        )
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error


def post_to_person(client: WebClient, user: str, channel: str, message: Message, *, thread: str = "") -> None:
    """Show `message` to one person of a channel; where that is impossible, send it as a direct message.

    Args:
        client: the client, as `build_web_client` returns it.
        user: the person's id.
        channel: the channel's id.
        message: the message.
        thread: the `ts` of the thread that the person is in. Slack does not show an ephemeral message in a thread
            that has no message yet.

    Raises:
        SlackError: Slack refused both, or could not be reached.

    """
    options = {"channel": channel, "user": user} | ({"thread_ts": thread} if thread else {})
    try:
        _post(client.chat_postEphemeral, options, message)
    except SlackError as error:
        cause = error.__cause__
        if not isinstance(cause, Exception) or not is_answer_of_slack(cause):
            raise
        post_message(client, user, message)


def find_link(client: WebClient, channel: str, ts: str) -> str:
    """Return the address of a message.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    try:
        return str(client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error


def open_modal(client: WebClient, trigger: str, view: dict[str, Any]) -> None:
    """Open a modal, within three seconds of the press that has this trigger.

    Raises:
        NrrbotError: the press was longer ago.
        SlackError: Slack refused, or could not be reached.

    """
    try:
        client.views_open(trigger_id=trigger, view=view)
    except FOREIGN_ERRORS as error:
        refusal = map_slack_error(error)
        if refusal.values.get("code") == "expired_trigger_id":
            raise NrrbotError(refusal.problem, refusal.fix) from error  # the reader repairs it, no admin
        raise refusal from error


def publish_home(client: WebClient, user: str, view: dict[str, Any]) -> None:
    """Publish the page of a person in App Home; without its charts where Slack refuses them.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    try:
        try:
            client.views_publish(user_id=user, view=view)
        except SlackApiError as error:
            plain = [block for block in view["blocks"] if block["type"] != "data_visualization"]
            if error.response.get("error") != "invalid_arguments" or plain == view["blocks"]:
                raise
            _log_refused_blocks("invalid_arguments", error.response.get("response_metadata"))
            client.views_publish(user_id=user, view={**view, "blocks": plain})
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error


def find_refused_blocks(client: WebClient, sample: dict[str, Any]) -> list[str]:
    """Ask Slack whether it would take a `message` or a `view`; return its reasons against it, none where it would.

    Raises:
        SlackError: Slack does not say, or could not be reached.

    """
    try:
        client.api_call("blocks.validate", json=sample)
    except SlackApiError as error:
        code = str(error.response.get("error"))
        if code not in _BLOCK_CODES:
            raise map_slack_error(error) from error
        details = error.response.get("response_metadata") or {}
        return [str(reason) for reason in details.get("messages") or [code]]
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
    return []


def check_bot_token(client: WebClient) -> None:
    """Check that Slack accepts the bot token.

    Raises:
        SlackError: it does not, or could not be reached.

    """
    try:
        client.auth_test()
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error


def _post(method: Callable[..., SlackResponse], options: dict[str, Any], message: Message) -> SlackResponse:
    """Post a message by a method of the Web API; in simpler forms where Slack refuses its blocks."""
    bodies = build_payloads(message)
    body = next(bodies)
    while True:
        try:
            return method(**options, **body)
        except FOREIGN_ERRORS as error:
            refusal = error.response if isinstance(error, SlackApiError) else {}
            code = str(refusal.get("error"))
            if "blocks" not in body or code not in _BLOCK_CODES:
                raise map_slack_error(error) from error
            _log_refused_blocks(code, refusal.get("response_metadata"))
        body = next(bodies)


def send_response(url: str, message: Message, *, thread: str = "") -> None:
    """Answer through a response_url, to the person alone; in simpler forms where Slack refuses the blocks.

    Slack accepts 5 answers within 30 minutes on one url.

    Args:
        url: the response_url.
        message: the message.
        thread: the `ts` of the thread in which a button was pressed; empty outside of threads.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    options: dict[str, Any] = {"response_type": "ephemeral", "replace_original": False}
    if thread:
        options["thread_ts"] = thread
    for body in build_payloads(message):
        answer = _send_to_url(url, {**body, **options})
        code = _read_error_code(answer)
        if "blocks" not in body or code not in _BLOCK_CODES:
            _raise_refusal(answer)
            return
        _log_refused_blocks(code, answer.body)


def delete_original(url: str) -> None:
    """Delete the message whose button was pressed, through the response_url of that press.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    _raise_refusal(_send_to_url(url, {"delete_original": True}))


def _send_to_url(url: str, body: dict[str, Any]) -> WebhookResponse:
    client = WebhookClient(url, timeout=TIMEOUT, ssl=get_tls_context(), logger=SDK_LOG, retry_handlers=[])
    try:
        return client.send_dict(body)
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error


def _read_error_code(answer: WebhookResponse) -> str:
    """Return Slack's error code, empty on success. It comes as JSON or as a bare word, with any status."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = answer.body
    if isinstance(body, dict):
        return "" if body.get("ok") else str(body.get("error"))
    return "" if answer.status_code == 200 else str(body).strip()


def _raise_refusal(answer: WebhookResponse) -> None:
    if code := _read_error_code(answer):
        seconds = str(answer.headers.get("Retry-After", "60"))
        raise build_refusal(code, status=answer.status_code, seconds=seconds)


def _log_refused_blocks(code: str, details: object) -> None:
    LOG.warning("Slack refused the blocks of a message; a simpler form of it was sent", code=code, details=details)


def build_bot_client(config: Config, stopping: Event | None = None) -> WebClient:
    """Return the client of the Web API with the bot's token. It waits as Slack asks, until `stopping` is set.

    Raises:
        ConfigError: there is no token.

    """
    client = build_web_client(read_secret("SLACK_BOT_TOKEN", config.slack), config.slack.api_url)
    client.retry_handlers.append(BoundedRateLimit(2, stopping or Event()))
    return client
