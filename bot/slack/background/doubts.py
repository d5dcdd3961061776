"""A figure that a reader takes for wrong: their words go to the administrators, as direct messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.locale.readers import Reader
from bot.messages.kit.message import Message
from bot.service.access.gate import Gate
from bot.service.log import get_log
from bot.slack.background.readers import Readers
from bot.slack.background.worker import BuildView
from bot.slack.client import WebClient, post_message
from bot.slack.request import Request, Response
from core.errors import N_, AccessError, NrrbotError, QuestionError

LOG = get_log("nrrbot.slack")

# Builds the message to an administrator, given the request with the words, the name of its person, the administrator.
DescribeDoubt = Callable[[Request, str, Reader], Message]
# Builds the receipt for the reader: the names of those who were sent it, and of those whom Slack did not let it reach.
BuildReceipt = Callable[[Request, Sequence[str], Sequence[str]], Message]


@dataclass(frozen=True, slots=True)
class DoubtBuilders:
    """The functions for figures that readers take for wrong.

    Attributes:
        administrators: the ids of the people who are sent the words of readers.
        build_modal: builds the modal in which a reader writes them.
        describe: builds the message to one of them.
        build_receipt: builds the message to the reader.

    """

    administrators: Sequence[str]
    build_modal: BuildView
    describe: DescribeDoubt
    build_receipt: BuildReceipt


@dataclass(frozen=True, slots=True)
class Doubts:
    """Sends doubts to the administrators.

    Attributes:
        builders: builds the messages.
        client: the client of the Web API.
        readers: finds the people and their languages.
        gate: decides what each administrator may see.

    """

    builders: DoubtBuilders
    client: WebClient
    readers: Readers
    gate: Gate

    def build_modal(self, request: Request) -> dict[str, Any]:
        """Return the modal in which a reader writes.

        Raises:
            AccessError: no one would read it.

        """
        self._require_administrators()
        return self.builders.build_modal(request)

    def build(self, request: Request) -> Response:
        """Send the words of a reader to each administrator, and return who was sent them.

        Raises:
            NrrbotError: no one was sent them.

        """
        self._require_administrators()
        if not request.text:
            raise QuestionError(N_("You wrote nothing, so nothing was sent."), N_("Press Wrong figure? again."))
        asker = self.readers.lookups.find_person(request.user).name
        notified, missed, failure = list[str](), list[str](), None
        for user in self.builders.administrators:
            name = user
            try:
                name = self.readers.lookups.find_person(user).name
                # They see the answer, as they may see it.
                seen = replace(request, viewer=self.gate.admit_person(user, "doubt"))
                post_message(self.client, user, self.builders.describe(seen, asker, self.readers.find_person(user)))
            except NrrbotError as error:
                LOG.error("an administrator did not receive a doubt", kind=type(error).__name__, reason=str(error))  # noqa: TRY400 - in words
                missed.append(name)
                failure = error
            else:
                notified.append(name)
        self.gate.audit.record(request.viewer, "done" if notified else "not answered")
        if failure and not notified:
            raise failure
        return Response(self.builders.build_receipt(request, notified, missed))

    def _require_administrators(self) -> None:
        if not self.builders.administrators:
            raise AccessError(
                N_("nrrbot has no administrators, so no one would read what you write."),
                N_("Ask the person who runs nrrbot to name them in access.administrators of its config."),
            )
