"""A figure that a reader takes for wrong: their words go to the administrators, as direct messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.locale.readers import Reader
from bot.messages.kit.message import Message
from bot.service.access.gate import check_person
from bot.service.log import get_log
from bot.slack.background.readers import Readers
from bot.slack.client import WebClient, post_message
from bot.slack.request import Request, Response
from core.errors import N_, AccessError, NrrbotError

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
        describe: builds the message to one of them.
        build_receipt: builds the message to the reader.

    """

    administrators: Sequence[str]
    describe: DescribeDoubt
    build_receipt: BuildReceipt


@dataclass(frozen=True, slots=True)
class Doubts:
    """Sends doubts to the administrators.

    Attributes:
        builders: builds the messages.
        client: the client of the Web API.
        readers: finds the people and their languages.

    """

    builders: DoubtBuilders
    client: WebClient
    readers: Readers

    def build(self, request: Request) -> Response:
        """Send the words of a reader to each administrator, and return who was sent them.

        Raises:
            NrrbotError: no one was sent them.

        """
        if not self.builders.administrators:
            raise AccessError(
                N_("Your words were sent to no one, as nrrbot has no administrators."),
                N_("Ask the person who runs nrrbot to name them in access.administrators of its config."),
            )
        lookups = self.readers.lookups
        asker = lookups.find_person(request.user).name
        notified, missed, failure = list[str](), list[str](), None
        for user in self.builders.administrators:
            name = user
            try:
                person = lookups.find_person(user)
                name = person.name
                check_person(person, lookups.find_own_team())
                message = self.builders.describe(request, asker, self.readers.find_person(user))
                post_message(self.client, user, message)
            except NrrbotError as error:
                LOG.error("an administrator did not receive a doubt", kind=type(error).__name__, reason=str(error))  # noqa: TRY400 - in words
                missed.append(name)
                failure = error
            else:
                notified.append(name)
        if failure and not notified:
            raise failure
        return Response(self.builders.build_receipt(request, notified, missed))
