"""The modals that buttons open, and the menus of segments: shown within the three seconds that Slack waits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.messages.asking.question_modal import PERIOD, SEGMENT
from bot.messages.corrections.wrong_figure import WORDS
from bot.service.turns import Turns
from bot.slack.actions import Call
from bot.slack.background.routes import Place, Route, Routes
from bot.slack.background.worker import BuildView, ListOptions, Worker
from bot.slack.client import WebClient, open_modal
from bot.slack.request import Choice, Request
from core.errors import NrrbotError

# Seconds that a menu waits for its options, of the three that Slack waits.
OPTIONS_SECONDS = 2.5
MOST_MENUS = 1  # that wait for a person of whom Slack has to be asked


@dataclass(frozen=True, slots=True)
class Modals:
    """Opens modals, reads what was submitted, and fills the menus.

    Attributes:
        views: by the call of an action, the function that builds the modal about the answer of a button.
        list_options: lists the options of a menu for the words that were typed into it.
        client: the client of the Web API.
        worker: checks who asks, and reports errors.
        routes: builds the ways of messages.
        turns: the threads that open modals and fill menus; no answer keeps them waiting.

    """

    views: Mapping[Call, BuildView]
    list_options: ListOptions
    client: WebClient
    worker: Worker
    routes: Routes
    turns: Turns

    def open(self, call: Call, trigger: str, request: Request, place: Place, private: Route) -> None:
        """Open the modal about the answer of a button that was pressed.

        Args:
            call: the call of its action.
            trigger: the trigger_id of the press.
            request: the request, with the value of the button.
            place: the place where it was pressed.
            private: the way to the person, for an error.

        """
        metadata = json.dumps({"state": request.state, **asdict(place)}, ensure_ascii=False)

        def show(view: dict[str, Any]) -> None:
            open_modal(self.client, trigger, {**view, "private_metadata": metadata})

        work = partial(self.worker.open_view, call, self.views[call], request, private, show, self.turns)
        try:
            self.turns.submit(request.user, work)
        except NrrbotError as error:
            self.worker.deliver_refusal(error, request, private)

    def read_submission(self, body: Mapping[str, Any]) -> tuple[Request, Route]:
        """Return the question of a modal, and the way to the place where it was opened."""
        request, route = self._read_opener(body)
        values = body["view"]["state"]["values"]
        return replace(request, choice=Choice(*(_read_choice(values, name) for name in (SEGMENT, PERIOD)))), route

    def read_doubt(self, body: Mapping[str, Any]) -> tuple[Request, Route]:
        """Return the words about an answer, and the way to the place where the modal was opened."""
        request, route = self._read_opener(body)
        words = body["view"]["state"]["values"].get(WORDS, {}).get(WORDS, {}).get("value")
        return replace(request, text=str(words or "").strip()), route

    def _read_opener(self, body: Mapping[str, Any]) -> tuple[Request, Route]:
        """Return the button that opened a modal, and the way to the place where it was pressed."""
        view, user = body["view"], body["user"]["id"]
        metadata = json.loads(view["private_metadata"])
        state, place = metadata.pop("state"), Place(**metadata)
        request = Request("", "", user, place.channel, state=state, key=f"view {view['id']}")
        return request, self.routes.to_place(place, user)

    def handle_options(self, ack: Ack, body: dict[str, Any]) -> None:
        """Fill a menu with the options that match the words typed into it."""
        channel = (body.get("channel") or {}).get("id", "")
        request = Request("", body.get("value", ""), body["user"]["id"], channel, state=body["action_id"])
        options = Future[Sequence[dict[str, Any]]]()
        work = partial(self.worker.list_options, self.list_options, request, self.turns, options.set_result)
        try:
            # This thread acknowledges: one person who types must not hold up many.
            self.worker.looking.check_room(request.user, MOST_MENUS)
            self.turns.submit(request.user, work)
            ack(options=options.result(OPTIONS_SECONDS))
        except (NrrbotError, TimeoutError):
            ack(options=[])


def _read_choice(values: Mapping[str, Any], name: str) -> str:
    """Return the value of the option that was chosen in a menu; empty where none was."""
    option = values.get(name, {}).get(name, {}).get("selected_option") or {}
    return str(option.get("value", ""))
