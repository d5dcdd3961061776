"""The ways of a message to its readers: through a response_url, to one person of a channel, or into a conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.messages.kit.message import Message
from bot.slack.actions import remove_public_buttons
from bot.slack.client import WebClient, check_response_url, post_message, post_to_person, send_file, send_response
from bot.slack.request import is_direct
from core.errors import SlackError

# The codes of Slack for a response_url that takes no more answers.
_CLOSED = frozenset(("expired_url", "used_url"))


@dataclass(frozen=True, slots=True)
class Place:
    """The place where a button was pressed.

    Attributes:
        channel: the id of the channel.
        thread: the `ts` of the thread; empty outside of threads.
        url: the response_url; empty where the bot writes into the conversation itself.

    """

    channel: str
    thread: str
    url: str


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a message to its readers.

    Attributes:
        destination: where it goes: messages to one destination are sent one after the other.
        send: sends it.
        give_up: called with the error where it was not sent; without one where nrrbot stops before it is sent.

    """

    destination: str
    send: Callable[[Message], None]
    give_up: Callable[[Exception | None], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Routes:
    """Builds routes.

    Attributes:
        client: the client of the Web API.

    """

    client: WebClient

    def to_place(self, place: Place, user: str) -> Route:
        """Return the way to a person in a place.

        Raises:
            SlackError: the address is not Slack's.

        """
        if place.url:
            return self.to_url(place.url, user, place.channel, place.thread)
        return self.to_conversation(place.channel, user, place.thread)

    def to_url(self, response_url: str, user: str, channel: str, thread: str = "") -> Route:
        """Return the way to one person who sees the message alone, also after the response_url has closed.

        Raises:
            SlackError: the address is not Slack's.

        """
        url = check_response_url(response_url, self.client.base_url)
        send_attached = self._build_file_sender(user)

        def send(message: Message) -> None:
            send_attached(message)
            shown = remove_public_buttons(message) if is_direct(channel) else message
            try:
                send_response(url, shown, thread=thread)
            except SlackError as error:
                if error.values.get("code") not in _CLOSED:
                    raise
                post_to_person(self.client, user, channel, shown, thread=thread)

        return Route(url, send)

    def to_person(self, user: str, channel: str, thread: str = "") -> Route:
        """Return the way to one person of a channel, who sees the message alone."""
        return Route(user, lambda message: post_to_person(self.client, user, channel, message, thread=thread))

    def to_conversation(self, channel: str, user: str, thread: str = "") -> Route:
        """Return the way into a conversation, for all who read it; files go to the person who asked."""
        send_attached = self._build_file_sender(user)

        def send(message: Message) -> None:
            send_attached(message)
            post_message(self.client, channel, remove_public_buttons(message), thread=thread)

        return Route(channel, send)

    def _build_file_sender(self, user: str) -> Callable[[Message], None]:
        """Return the function that sends the file of a message, once: Slack may ask to wait with the message after."""
        sent_files = set[str]()

        def send(message: Message) -> None:
            if message.file and message.file.name not in sent_files:
                send_file(self.client, user, message.file)
                sent_files.add(message.file.name)

        return send
