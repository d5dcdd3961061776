"""The listeners of Bolt: commands, buttons and mentions. Each is acknowledged first and answered on another thread."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.messages.kit.markup import unescape
from bot.messages.kit.message import Message
from bot.service.faults import report_fault
from bot.service.log import get_log
from bot.service.turns import Turns
from bot.slack.actions import ACTIONS, find_action, remove_public_buttons
from bot.slack.background.sharing import Sharing
from bot.slack.background.worker import Route, Worker
from bot.slack.client import check_response_url, post_message, post_to_person, send_file, send_response
from bot.slack.request import SLASH_COMMANDS, Request, split_command
from core.errors import NrrbotError

LOG = get_log("nrrbot.slack")
# After an outage Slack delivers events of hours ago; an answer to them would only surprise.
OLDEST_EVENT = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Listeners:
    """The listeners, and the objects that they work with.

    Attributes:
        app: the Bolt app.
        turns: the threads that answer, in turns by person.
        refusals: the thread that tells people of questions that are too many.
        worker: answers.
        sharing: posts answers in channels.
        clock: returns the present moment.

    """

    app: App
    turns: Turns
    refusals: Turns
    worker: Worker
    sharing: Sharing
    clock: Callable[[], dt.datetime]

    def register(self) -> None:
        """Register the listeners with Bolt.

        Each reads its request before it acknowledges it, as Bolt waits three seconds when a listener fails after that.
        """
        for command in SLASH_COMMANDS:
            self.app.command(command)(self.handle_command)
        for name in ACTIONS:
            self.app.action(re.compile(rf"{name}(:.*)?$"))(self.handle_button)
        # Any other button: Slack reports a press of one that is a link too.
        self.app.action(re.compile(""))(_acknowledge)
        self.app.event("app_mention")(self.handle_mention)
        self.app.error(_log_fault)

    def handle_command(self, ack: Ack, body: dict[str, Any]) -> None:
        """Answer a command to the person alone."""
        text = unescape(body.get("text", "")).strip()
        key = f"command {body['trigger_id']}"
        request = Request(body["command"], text, body["user_id"], body["channel_id"], key=key)
        route = self._route_to_url(body["response_url"])
        try:
            self.turns.submit(request.user, partial(self.worker.answer, "answer", request, route, route))
        except NrrbotError as error:
            # Only the acknowledgement of a command can carry a text.
            ack(self.worker.refuse(error, request).text)
        else:
            ack()

    def handle_button(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Do what a button says: for the person alone, or in the channel where its row says so."""
        row = find_action(action["action_id"])
        user, channel = body["user"]["id"], body["channel"]["id"]
        container = body.get("container") or {}
        thread = container.get("thread_ts") or ""
        key = f"action {action['action_ts']} {user} {container.get('message_ts')}"
        name = action["action_id"].partition(":")[0]
        request = Request("", "", user, channel, row.public, state=action.get("value", ""), action=name, key=key)
        url = body["response_url"]
        private = self._route_to_url(url, thread, user)
        public = self.sharing.build_route(request, url, thread) if row.public else private
        ack()
        self._submit(request, partial(self.worker.answer, row.calls, request, public, private), private)

    def handle_mention(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        """Answer a mention in its thread."""
        if "bot_id" in event:
            return  # two bots that mention each other would never stop
        if self._is_too_old(body):
            LOG.warning("an old event was not answered")
            return
        command, text = split_command(unescape(re.sub(r"\s*<@[^>]*>\s*", " ", event["text"])))
        user, channel, thread = event["user"], event["channel"], event.get("thread_ts") or ""
        is_external = bool(body.get("is_ext_shared_channel"))
        request = Request(
            command, text, user, channel, public=True, is_external=is_external, key=f"event {body['event_id']}"
        )
        client = self.app.client

        def send(message: Message) -> None:
            post_message(client, channel, remove_public_buttons(message), thread=thread or event["ts"])

        public = Route(channel, send)
        private = Route(user, lambda message: post_to_person(client, user, channel, message, thread=thread))
        self._submit(request, partial(self.worker.answer, "answer", request, public, private), private)

    def _submit(self, request: Request, work: Callable[[], None], private: Route) -> None:
        try:
            self.turns.submit(request.user, work)
        except NrrbotError as error:
            # This thread acknowledges, so it waits for nothing.
            refusal = partial(self.worker.deliver_refusal, error, request, private)
            with suppress(NrrbotError):
                self.refusals.submit(request.user, refusal)

    def _route_to_url(self, response_url: str, thread: str = "", user: str = "") -> Route:
        url = check_response_url(response_url, self.app.client.base_url)
        sent_files = set[str]()

        def send(message: Message) -> None:
            # Slack may ask to wait after the file: it is not sent again with the message.
            if message.file and message.file.name not in sent_files:
                send_file(self.app.client, user, message.file)
                sent_files.add(message.file.name)
            send_response(url, message, thread=thread)

        return Route(url, send)

    def _is_too_old(self, body: Mapping[str, Any]) -> bool:
        happened = body.get("event_time")
        return isinstance(happened, int) and self.clock().timestamp() - happened > OLDEST_EVENT.total_seconds()


def _acknowledge(ack: Ack) -> None:
    ack()


def _log_fault(error: Exception) -> None:
    report_fault(error, "a request before its answer")
