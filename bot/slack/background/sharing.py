"""Sharing an answer: the bot posts it in the channel, once within 24 hours."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from bot.messages.kit.message import Message
from bot.service.buttons.once import Once
from bot.service.log import get_log
from bot.slack.actions import remove_public_buttons
from bot.slack.background.lookups import Lookups
from bot.slack.background.outbox import Outbox
from bot.slack.background.routes import Route
from bot.slack.background.worker import BuildResponse
from bot.slack.client import WebClient, delete_original, find_link, post_message
from bot.slack.errors import was_refused
from bot.slack.request import Request, Response
from core.errors import AccessError, SlackError, StoreError
from core.store.requests.handled import Handled
from core.store.requests.shares import Share, SharedAnswers

LOG = get_log("nrrbot.slack")


@dataclass(frozen=True, slots=True)
class Shared:
    """An answer that was shared before.

    Attributes:
        person: the id of the person who shared it.
        name: the person's name; empty where Slack does not say it.
        link: the address of the message; empty where it is not known.
        is_posted: whether Slack has confirmed the message.

    """

    person: str
    name: str
    link: str
    is_posted: bool


DescribeShared = Callable[[Shared, Request], Message]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Shares answers.

    Attributes:
        answer: builds the answer of a button.
        describe: builds the message that an answer was shared before.
        once: remembers what was shared.
        client: the client of the Web API.
        lookups: looks up channels and people.
        outbox: sends messages.

    """

    answer: BuildResponse
    describe: DescribeShared
    once: Once
    client: WebClient
    lookups: Lookups
    outbox: Outbox

    def build(self, request: Request) -> Response:
        """Return the message to post; where it was posted already, a private one that says by whom.

        Raises:
            NrrbotError: it cannot be shared.

        """
        key = _build_key(request)
        if earlier := self.once.claim(key, request.user):
            return Response(self.describe(self._find_shared(request.channel, earlier), request), is_private=True)
        try:
            response = self.answer(request)
        except BaseException:
            self.once.release(key)
            raise
        if response.is_private:
            self.once.release(key)
        return response

    def build_route(self, request: Request, url: str, thread: str) -> Route:
        """Return the way into the channel, which removes the private copy behind `url` in the end."""

        def send(message: Message) -> None:
            ts = post_message(self.client, request.channel, remove_public_buttons(message), thread=thread)
            self.once.confirm(_build_key(request), ts)
            self._record(Share(request.channel, ts, thread or ts, request.state))
            self.outbox.submit(url, lambda: delete_original(url), _log_copy)

        def give_up(error: Exception) -> None:
            if isinstance(error, AccessError) or (isinstance(error, SlackError) and was_refused(error)):
                self.once.release(_build_key(request))

        return Route(request.channel, send, give_up)

    def _record(self, share: Share) -> None:
        """Remember a share: where a later snapshot changes it, its thread has a reply."""
        try:
            SharedAnswers(self.once.requests).record(share, self.once.clock())
        except StoreError as error:
            LOG.warning("a shared answer is not compared with later data", reason=str(error))

    def _find_shared(self, channel: str, earlier: Handled) -> Shared:
        link = name = ""
        if earlier.message:
            try:
                link = find_link(self.client, channel, earlier.message)
            except SlackError as error:
                LOG.warning("the link of a shared answer is not known", reason=str(error))
        try:
            name = self.lookups.find_person(earlier.person).name
        except AccessError as error:
            LOG.warning("the name of a person is not known", reason=str(error))
        return Shared(earlier.person, name, link, bool(earlier.message))


def _build_key(request: Request) -> str:
    return f"share {request.channel} {hashlib.sha256(request.state.encode()).hexdigest()}"


def _log_copy(error: Exception) -> None:
    # It was shared: a failure reported to the person would only have them share it again.
    LOG.warning("the private copy of a shared answer was not removed", reason=str(error))
