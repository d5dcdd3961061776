"""Sharing an answer: the bot posts it in the channel, once within 24 hours."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.messages.kit.message import Message
from bot.service.buttons.once import Once
from bot.service.log import get_log
from bot.slack.actions import remove_public_buttons
from bot.slack.background.lookups import Lookups
from bot.slack.background.outbox import PATIENCE, Outbox
from bot.slack.background.routes import Route
from bot.slack.background.worker import BuildResponse
from bot.slack.client import WebClient, delete_original, find_link, post_message
from bot.slack.errors import was_refused
from bot.slack.request import Request, Response
from core.errors import N_, AccessError, NrrbotError, Sentence, SlackError, StoreError
from core.store.requests.handled import UNKNOWN, Handled
from core.store.requests.shares import Share, SharedAnswers

LOG = get_log("nrrbot.slack")
Outcome = Literal["posted", "waiting", "uncertain"]
# A share of which nothing was heard for this time waits no more: its process was killed. One that waits for Slack is
# heard of before that.
_LONGEST_WAIT = dt.timedelta(seconds=PATIENCE) + dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Shared:
    """An answer that was shared before.

    Attributes:
        person: the id of the person who shared it.
        name: the person's name; empty where Slack does not say it.
        link: the address of the message; empty where it is not known.
        outcome: whether Slack has confirmed the message, it is on its way, or it may be lost.

    """

    person: str
    name: str
    link: str
    outcome: Outcome


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

        One that may be lost is posted again for the person who asks for that.

        Raises:
            NrrbotError: it cannot be shared.

        """
        key = _build_key(request)
        earlier = self.once.claim(key, request.user, request.at)
        if earlier and request.action == "again" and self._find_outcome(earlier) == "uncertain":
            earlier = self.once.claim(key, request.user, request.at, instead=earlier)
        if earlier:
            return Response(self.describe(self._find_shared(request.channel, earlier), request), is_private=True)
        try:
            response = self.answer(request)
        except BaseException:
            self.once.release(key, request.at)
            raise
        if response.is_private:
            self.once.release(key, request.at)
        return response

    def build_route(self, request: Request, url: str, thread: str) -> Route:
        """Return the way into the channel, which removes the private copy behind `url` in the end.

        Right before a message is posted its claim is renewed: one that was posted at another press meanwhile is not.
        """
        key, at = _build_key(request), request.at

        def send(message: Message) -> None:
            nonlocal at
            renewed = self.once.renew(key, at)
            if renewed is None:
                raise _build_overtaken()
            at = renewed
            try:
                ts = post_message(self.client, request.channel, remove_public_buttons(message), thread=thread)
            except SlackError as error:
                if was_refused(error):
                    raise
                self.once.confirm(key, at, UNKNOWN)
                raise _build_doubt(error) from error.__cause__
            self.once.confirm(key, at, ts)
            self._record(Share(request.channel, ts, thread or ts, request.state))
            self.outbox.submit(url, lambda: delete_original(url), _log_copy)

        def give_up(error: Exception | None) -> None:
            # After any other error the message may be in the channel.
            if error is None or isinstance(error, AccessError | SlackError):
                self.once.release(key, at)

        return Route(request.channel, send, give_up)

    def _record(self, share: Share) -> None:
        """Remember a share: where a later snapshot changes it, its thread has a reply."""
        try:
            SharedAnswers(self.once.requests).record(share, self.once.clock())
        except StoreError as error:
            LOG.warning("a shared answer is not compared with later data", reason=str(error))

    def _find_shared(self, channel: str, earlier: Handled) -> Shared:
        link, outcome = "", self._find_outcome(earlier)
        if outcome == "posted":
            try:
                link = find_link(self.lookups.client, channel, earlier.message)
            except SlackError as error:
                LOG.warning("the link of a shared answer is not known", reason=str(error))
        return Shared(earlier.person, self.lookups.find_name(earlier.person), link, outcome)

    def _find_outcome(self, earlier: Handled) -> Outcome:
        if earlier.message:
            return "uncertain" if earlier.message == UNKNOWN else "posted"
        return "waiting" if self.once.clock() - earlier.at <= _LONGEST_WAIT else "uncertain"


def _build_key(request: Request) -> str:
    return f"share {request.channel} {hashlib.sha256(request.state.encode()).hexdigest()}"


def _build_overtaken() -> NrrbotError:
    return NrrbotError(
        N_("Your answer waited so long that another press has taken its place, so it was not posted."),
        N_("If it is not in the channel, press Share again."),
    )


def _build_doubt(error: SlackError) -> NrrbotError:
    return NrrbotError(
        N_("It is not known whether your answer has reached the channel. {reason}"),
        N_("If it is not there, press Share again."),
        reason=Sentence(error.problem, error.values),
    )


def _log_copy(error: Exception) -> None:
    # It was shared: a failure reported to the person would only have them share it again.
    LOG.warning("the private copy of a shared answer was not removed", reason=str(error))
