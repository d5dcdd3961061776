"""The listeners of Bolt: commands, buttons and mentions. Each is acknowledged first and answered on another thread."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any

from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware

from bot.messages.kit.markup import unescape
from bot.messages.kit.message import Message
from bot.service.faults import report_fault
from bot.service.log import get_log
from bot.service.turns import Turns
from bot.slack.actions import ACTIONS, find_action, remove_public_buttons
from bot.slack.client import WebClient, check_response_url, delete_original, post_message, send_file, send_response
from bot.slack.request import SLASH_COMMANDS, Request, split_command
from bot.slack.worker import Worker
from core.errors import NrrbotError, SlackError

LOG = get_log("nrrbot.slack")


def register_listeners(app: App, turns: Turns, refusals: Turns, worker: Worker) -> None:
    """Register the listeners with Bolt; each passes its work to `worker` in the person's turn, or else a refusal.

    A request is read before it is acknowledged, as Bolt waits three seconds when a listener fails after that.
    """

    def submit(request: Request, work: Callable[[], None], deliver: Callable[[Message], None]) -> None:
        try:
            turns.submit(request.user, work)
        except NrrbotError as error:
            # Only the acknowledgement of a command can carry a text. A call of Slack may wait, so it is no work for
            # this thread, which acknowledges; nor is it for those that answer.
            refusal = worker.refuse(error, request)
            with suppress(NrrbotError):
                refusals.submit(request.user, partial(worker.deliver_refusal, refusal, deliver))

    def handle_command(ack: Ack, body: dict[str, Any]) -> None:
        text = unescape(body.get("text", "")).strip()
        request = Request(body["command"], text, body["user_id"], body["channel_id"], body["team_id"])
        deliver = partial(send_response, check_response_url(body["response_url"], app.client.base_url))
        try:
            turns.submit(request.user, partial(worker.answer, "answer", request, deliver, deliver))
        except NrrbotError as error:
            ack(worker.refuse(error, request).text)
        else:
            ack()

    def handle_button(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        row = find_action(action["action_id"])
        command, text = split_command(action.get("value", ""))
        team = (body.get("team") or {}).get("id", "")  # absent where an organisation installed the app
        request = Request(command, text, body["user"]["id"], body["channel"]["id"], team, public=row.public)
        url = check_response_url(body["response_url"], app.client.base_url)
        deliver_privately = partial(send_response, url)
        deliver = deliver_privately
        if row.public:
            deliver = partial(_share_in_channel, url)
        elif row.calls == "csv":
            deliver = partial(_send_file, app.client, request.user, deliver_privately)
        ack()
        submit(request, partial(worker.answer, row.calls, request, deliver, deliver_privately), deliver_privately)

    def handle_mention(body: dict[str, Any], event: dict[str, Any]) -> None:
        if "bot_id" in event:
            return  # two bots that mention each other would never stop
        command, text = split_command(unescape(re.sub(r"\s*<@[^>]*>\s*", " ", event["text"])))
        request = Request(command, text, event["user"], event["channel"], body["team_id"], public=True)
        thread = event.get("thread_ts") or event["ts"]

        def deliver(message: Message) -> None:
            post_message(app.client, event["channel"], remove_public_buttons(message), thread=thread)

        submit(request, partial(worker.answer, "answer", request, deliver, deliver), deliver)

    def acknowledge(ack: Ack) -> None:
        ack()

    def log_fault(error: Exception) -> None:
        report_fault(error, "a request before its answer")

    app.use(_DropRepeatedEvents())
    for command in SLASH_COMMANDS:
        app.command(command)(handle_command)
    for name in ACTIONS:
        app.action(re.compile(rf"{name}(:.*)?$"))(handle_button)
    app.action(re.compile(""))(acknowledge)  # any other button: Slack reports a press of one that is a link too
    app.event("app_mention")(handle_mention)
    app.error(log_fault)


def _share_in_channel(url: str, message: Message) -> None:
    """Post the private answer in the channel, then remove the private copy."""
    send_response(url, remove_public_buttons(message), in_channel=True)
    try:
        delete_original(url)
    except SlackError as error:  # it was shared: a failure reported now would only have it shared twice
        LOG.warning("the private copy of a shared answer was not removed", reason=str(error))


def _send_file(client: WebClient, user: str, deliver: Callable[[Message], None], message: Message) -> None:
    """Send the file of a message to a person, then the message itself, which says so."""
    if message.file:
        send_file(client, user, message.file)
    deliver(message)


class _DropRepeatedEvents(Middleware):
    """Drops an event that arrived before: Slack repeats those that it believes lost, up to three times."""

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's signature
        next: Callable[[], BoltResponse],  # noqa: A002 - Bolt's name
    ) -> BoltResponse:
        event = req.body.get("event_id")
        if event is None or self._is_new(event):
            return next()
        return BoltResponse(status=200)

    def _is_new(self, event: str) -> bool:
        with self._lock:
            if event in self._seen:
                return False
            self._seen[event] = None
            if len(self._seen) > self._limit:
                self._seen.popitem(last=False)
            return True
