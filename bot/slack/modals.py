"""The modal of a segment and a period, and the menus of segments: shown within the three seconds that Slack waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.messages.asking.question_modal import PERIOD, SEGMENT
from bot.service.turns import Turns
from bot.slack.actions import find_action
from bot.slack.background.routes import Route, Routes
from bot.slack.background.worker import BuildView, ListOptions, Worker
from bot.slack.client import WebClient, open_modal
from bot.slack.request import Choice, Request, is_direct
from core.errors import NrrbotError

# Seconds that a menu waits for its options, of the three that Slack waits.
OPTIONS_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Modals:
    """Opens the modal, reads what was submitted, and fills the menus.

    Attributes:
        build_view: builds the modal about the answer of a button.
        list_options: lists the options of a menu for the words that were typed into it.
        client: the client of the Web API.
        worker: checks who asks, and reports errors.
        routes: builds the ways of messages.
        turns: the threads that open modals and fill menus; no answer keeps them waiting.

    """

    build_view: BuildView
    list_options: ListOptions
    client: WebClient
    worker: Worker
    routes: Routes
    turns: Turns

    def open(self, body: Mapping[str, Any], request: Request, thread: str, private: Route) -> None:
        """Open the modal about the answer of a button that was pressed."""
        is_ephemeral = bool((body.get("container") or {}).get("is_ephemeral"))
        url = "" if is_direct(request.channel) and not is_ephemeral else body["response_url"]
        place = {"channel": request.channel, "thread": thread, "url": url}

        def open_it(view: dict[str, Any]) -> None:
            metadata = {**json.loads(view["private_metadata"]), **place}
            open_modal(self.client, body["trigger_id"], {**view, "private_metadata": json.dumps(metadata)})

        work = partial(self.worker.open_view, self.build_view, request, private, open_it)
        try:
            self.turns.submit(request.user, work)
        except NrrbotError as error:
            self.worker.deliver_refusal(error, request, private)

    def read_submission(self, body: Mapping[str, Any]) -> tuple[Request, Route]:
        """Return the question of a modal, and the way to the place where it was opened."""
        view, user = body["view"], body["user"]["id"]
        metadata = json.loads(view["private_metadata"])
        segment, period = (_read_choice(view["state"]["values"], name) for name in (SEGMENT, PERIOD))
        choice = Choice(metadata["command"], metadata["line"], segment, period)
        channel, thread, url = metadata["channel"], metadata["thread"], metadata["url"]
        request = Request("", "", user, channel, choice=choice, key=f"view {view['id']}")
        if url:
            return request, self.routes.to_url(url, user, channel, thread)
        return request, self.routes.to_conversation(channel, user, thread)

    def handle_options(self, ack: Ack, body: dict[str, Any]) -> None:
        """Fill a menu with the segments that match the words typed into it."""
        if find_action(body["action_id"]).calls != "choose":
            ack(options=[])
            return
        channel = (body.get("channel") or {}).get("id", "")
        request = Request("", body.get("value", ""), body["user"]["id"], channel)
        options = Future[list[dict[str, Any]]]()

        def fill() -> None:
            options.set_result(list(self.worker.list_options(self.list_options, request)))

        try:
            self.turns.submit(request.user, fill)
            ack(options=options.result(OPTIONS_SECONDS))
        except (NrrbotError, TimeoutError):
            ack(options=[])


def _read_choice(values: Mapping[str, Any], name: str) -> str:
    """Return the value of the option that was chosen in a menu; empty where none was."""
    option = values.get(name, {}).get(name, {}).get("selected_option") or {}
    return str(option.get("value", ""))
