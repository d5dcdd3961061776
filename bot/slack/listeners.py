"""The listeners of Bolt: commands, buttons, mentions, messages, modals, App Home. Each is acknowledged at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.messages.asking.question_modal import CALLBACK, SEGMENT
from bot.messages.corrections.wrong_figure import WRONG_FIGURE
from bot.messages.kit.markup import read_typed
from bot.service.faults import report_fault
from bot.service.log import get_log
from bot.service.turns import Turns
from bot.slack.actions import ACTIONS, Call, find_action, split_action
from bot.slack.background.routes import Place, Route, Routes
from bot.slack.background.sharing import Sharing
from bot.slack.background.worker import Worker
from bot.slack.home import Homes
from bot.slack.modals import Modals
from bot.slack.request import SLASH_COMMANDS, Choice, Request, is_direct, split_command
from core.errors import NrrbotError

LOG = get_log("nrrbot.slack")
# After an outage Slack delivers events of hours ago; an answer to them would only surprise.
OLDEST_EVENT = dt.timedelta(minutes=10)
# Messages that a person has written: with a file, or in a thread and at the same time in the conversation.
_WRITTEN = frozenset((None, "file_share", "thread_broadcast"))


@dataclass(frozen=True, slots=True)
class Listeners:
    """The listeners, and the objects that they work with.

    Attributes:
        app: the Bolt app.
        refusals: the thread that tells people of questions that are too many.
        worker: answers.
        sharing: posts answers in channels.
        modals: opens modals, and fills the menus.
        homes: publishes the pages of App Home.
        routes: builds the ways of messages.
        clock: returns the present moment.

    """

    app: App
    refusals: Turns
    worker: Worker
    sharing: Sharing
    modals: Modals
    homes: Homes
    routes: Routes
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
        self.app.options(re.compile(rf"({SEGMENT}|setting)(:.*)?$"))(self.modals.handle_options)
        self.app.view(CALLBACK)(self.handle_submission)
        self.app.view(WRONG_FIGURE)(self.handle_doubt)
        self.app.event("app_mention")(self.handle_mention)
        self.app.event("app_home_opened")(self.handle_home)
        self.app.event("message")(self.handle_direct_message)
        self.app.error(_log_fault)

    def handle_command(self, ack: Ack, body: dict[str, Any]) -> None:
        """Answer a command to the person alone."""
        text = read_typed(body.get("text", "")).strip()
        key = f"command {body['trigger_id']}"
        request = Request(body["command"], text, body["user_id"], body["channel_id"], key=key)
        route = self.routes.to_url(body["response_url"], request.user, request.channel)
        try:
            self.worker.turns.submit(request.user, partial(self.worker.answer, "answer", request, route, route))
        except NrrbotError as error:
            # Only the acknowledgement of a command can carry a text.
            ack(self.worker.refuse(error, request).text)
        else:
            ack()

    def handle_button(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Do what a button or a menu says: for the person alone, or in the channel where its row says so."""
        row = find_action(action["action_id"])
        container, user = body.get("container") or {}, body["user"]["id"]
        # In App Home there is no channel: answers to its buttons are direct messages.
        channel = (body.get("channel") or {}).get("id") or user
        thread, url = container.get("thread_ts") or "", body.get("response_url", "")
        is_in_conversation = is_direct(channel) and not container.get("is_ephemeral")
        place = Place(channel, thread, "" if is_in_conversation else url)
        key = f"action {action['action_ts']} {user} {container.get('message_ts')}"
        choice = _read_choice(action) if row.calls in {"choose", "setting"} else None
        request = Request(
            *("", "", user, channel, row.public),
            state=action.get("value", ""),
            action=action["action_id"].partition(":")[0],
            choice=choice,
            key=key,
            at=self.clock(),
        )
        private = self.routes.to_place(place, user)
        public = self.sharing.build_route(request, url, thread) if row.public else private
        ack()
        if row.calls == "setting":
            self._show_home(row.calls, request)
        elif row.calls in self.modals.views:
            self.modals.open(row.calls, body["trigger_id"], request, place, private)
        else:
            self._submit(request, partial(self.worker.answer, row.calls, request, public, private), private)

    def handle_submission(self, ack: Ack, body: dict[str, Any]) -> None:
        """Answer the question of a modal in the place where it was opened."""
        request, private = self.modals.read_submission(body)
        ack()
        self._submit(request, partial(self.worker.answer, "choose", request, private, private), private)

    def handle_doubt(self, ack: Ack, body: dict[str, Any]) -> None:
        """Send a reader's words about an answer to the administrators."""
        request, private = self.modals.read_doubt(body)
        ack()
        self._submit(request, partial(self.worker.answer, "doubt", request, private, private), private)

    def handle_home(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        """Publish the page of a person who opens App Home."""
        if event.get("tab") == "home" and not self._is_too_old(body):
            self._show_home("home", Request("", "", event["user"], "", key=f"event {body['event_id']}"))

    def _show_home(self, call: Call, request: Request) -> None:
        with suppress(NrrbotError):  # too many at once: the page stays as it is
            self.worker.turns.submit(request.user, partial(self.homes.show, call, request))

    def handle_mention(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        """Answer a mention in its thread."""
        if not _is_written(event):
            return
        user, channel, thread = event["user"], event["channel"], event.get("thread_ts") or ""
        is_external = bool(body.get("is_ext_shared_channel"))
        public = self.routes.to_conversation(channel, user, thread or event["ts"])
        private = self.routes.to_person(user, channel, thread)
        self._answer_event(body, event, public, private, is_public=True, is_external=is_external)

    def handle_direct_message(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        """Answer a message to the bot where it was written: in the conversation, or in a thread of it."""
        if event.get("channel_type") != "im" or not _is_written(event):
            return
        route = self.routes.to_conversation(event["channel"], event["user"], event.get("thread_ts") or "")
        self._answer_event(body, event, route, route, is_public=False)

    def _answer_event(
        self,
        body: Mapping[str, Any],
        event: Mapping[str, Any],
        public: Route,
        private: Route,
        *,
        is_public: bool,
        is_external: bool = False,
    ) -> None:
        if self._is_too_old(body):
            LOG.warning("an old event was not answered")
            return
        command, text = split_command(read_typed(re.sub(r"\s*<@[^>]*>\s*", " ", event["text"])))
        key = f"event {body['event_id']}"
        request = Request(command, text, event["user"], event["channel"], is_public, is_external, key=key)
        self._submit(request, partial(self.worker.answer, "answer", request, public, private), private)

    def _submit(self, request: Request, work: Callable[[], None], private: Route) -> None:
        try:
            self.worker.turns.submit(request.user, work)
        except NrrbotError as error:
            # This thread acknowledges, so it waits for nothing.
            refusal = partial(self.worker.deliver_refusal, error, request, private)
            with suppress(NrrbotError):
                self.refusals.submit(request.user, refusal)

    def _is_too_old(self, body: Mapping[str, Any]) -> bool:
        happened = body.get("event_time")
        return isinstance(happened, int) and self.clock().timestamp() - happened > OLDEST_EVENT.total_seconds()


def _is_written(event: Mapping[str, Any]) -> bool:
    """Return whether a person has written a message now: two bots that answer each other would never stop."""
    return event.get("subtype") in _WRITTEN and "bot_id" not in event and bool(event.get("user"))


def _read_choice(action: Mapping[str, Any]) -> Choice:
    """Return the choice in a menu, whose id has the question, or the name of a setting: `segment:nrr enterprise`."""
    command, _, line = split_action(action["action_id"]).partition(" ")
    value = (action.get("selected_option") or {}).get("value", "")
    return Choice(value, command=f"/{command}", line=line)


def _acknowledge(ack: Ack) -> None:
    ack()


def _log_fault(error: Exception) -> None:
    report_fault(error, "a request before its answer")
