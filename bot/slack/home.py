"""App Home: the page of each person, published when they open it and when they change a setting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.messages.kit.message import Message
from bot.service.faults import report_fault
from bot.service.log import get_log
from bot.slack.actions import Call
from bot.slack.background.readers import Readers
from bot.slack.background.routes import Route
from bot.slack.background.worker import Worker
from bot.slack.client import WebClient, publish_home
from bot.slack.request import Request
from core.errors import NrrbotError, StoreError
from core.store.requests.homes import HomeReaders

LOG = get_log("nrrbot.slack")


@dataclass(frozen=True, slots=True)
class HomeBuilders:
    """The functions for App Home.

    Attributes:
        build_view: builds the page of a person, below an error where there was one.
        build_message_view: builds the page that has a message alone, such as an error.
        read_setting: returns the name and the value of a setting that a person chose.
        find_shown: returns the data that a page shows now.

    """

    build_view: Callable[[Request, Message | None], dict[str, Any]]
    build_message_view: Callable[[Message], dict[str, object]]
    read_setting: Callable[[Request], tuple[str, str]]
    find_shown: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Homes:
    """Publishes the pages.

    Attributes:
        builders: builds them.
        client: the client of the Web API.
        worker: checks whose page it is, and reports errors.
        readers: the languages, time zones and settings of people.
        opened: remembers who opened their page.

    """

    builders: HomeBuilders
    client: WebClient
    worker: Worker
    readers: Readers
    opened: HomeReaders

    def show(self, call: Call, request: Request) -> None:
        """Publish the page of a person, after the change of a setting that the request may have; also an error.

        What went wrong with a setting is above the page.
        """
        user = request.user

        def build(request: Request) -> dict[str, object]:
            failure = None
            if request.choice:
                failure = self._change_setting(request)
                request = self.readers.address(request)
            else:
                self._record(user)
            view = self.builders.build_view(request, failure)
            self.worker.gate.audit.record(request.viewer, "answered")
            return view

        def publish(view: dict[str, object]) -> None:
            publish_home(self.client, user, view)

        def submit(view: dict[str, object]) -> None:
            # The outbox waits as Slack asks.
            self.worker.outbox.submit(route.destination, lambda: publish(view), _log_failure)

        route = Route(f"home {user}", lambda message: publish(self.builders.build_message_view(message)))
        self.worker.open_view(call, build, request, route, submit)

    def _change_setting(self, request: Request) -> Message | None:
        """Store the setting that a person chose; return the error where that failed."""
        try:
            self.readers.choose(request.user, *self.builders.read_setting(request))
        except NrrbotError as error:
            LOG.warning("a setting was not changed", kind=type(error).__name__, reason=error.problem)
            return self.worker.build_error(error, request)
        return None

    def _record(self, user: str) -> None:
        try:
            self.opened.record(user, self.builders.find_shown(), self.worker.once.clock())
        except StoreError as error:
            LOG.warning("a page is not renewed after a sync", reason=str(error))


def _log_failure(error: Exception) -> None:
    if isinstance(error, NrrbotError):
        LOG.warning("a page was not published", kind=type(error).__name__, reason=str(error))
    else:
        report_fault(error, "a page")
