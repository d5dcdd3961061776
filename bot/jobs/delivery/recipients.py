"""Those who get messages unasked: what they may see, and their languages, a channel's or a person's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bot.locale.readers import Reader
from bot.locale.translator import Translator
from bot.service.access.viewer import Viewer
from bot.service.analyst import Analyst
from core.errors import AccessError

if TYPE_CHECKING:
    from bot.slack.background.lookups import Lookups
    from bot.slack.client import WebClient


# Slack takes about 50 look-ups a minute: one serves all messages of a run to a channel.
CHANNEL_FRESH = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Finds the readers of messages.

    Attributes:
        analyst: has the defaults, and the choices of people.
        lookups: asks Slack about people and channels.

    """

    analyst: Analyst
    lookups: Lookups

    @classmethod
    def build(cls, analyst: Analyst, client: WebClient, clock: Callable[[], dt.datetime]) -> Self:
        """Return the recipients of a run; its look-ups never wait where Slack asks to."""
        from bot.slack.background.lookups import Lookups
        from bot.slack.client import build_web_client

        return cls(analyst, Lookups(build_web_client(client.token, client.base_url), clock, CHANNEL_FRESH))

    def admit(self, recipient: str, action: str) -> Viewer:
        """Return a person, or the people of a channel, as the viewer of a message that no one asked for.

        Args:
            recipient: the id of the person or of the channel.
            action: what the bot does, as the audit calls it.

        Raises:
            AccessError: they may see no figures, or Slack cannot say who they are.

        """
        from bot.service.access.gate import Gate

        gate = Gate(self.analyst.config.access, self.lookups, self.analyst.audit)
        return gate.admit_person(recipient, action) if is_person(recipient) else gate.admit_channel(recipient, action)

    def may_admit(self, recipient: str) -> bool:
        """Return whether a person or channel may see figures; True where Slack cannot say now."""
        from bot.slack.errors import may_pass

        try:
            self.admit(recipient, "delivery")
        except AccessError as error:
            return may_pass(error)
        return True

    def serve(self, recipient: str, action: str) -> Analyst:
        """Return the analyst of a message that no one asked for, in the language of its readers.

        Raises:
            AccessError: they may see no figures, or Slack cannot say who they are.

        """
        return self.analyst.serve(self.admit(recipient, action)).speak(self.find_translator(recipient))

    def find_reader(self, recipient: str) -> Reader:
        """Return a person or the people of a channel as a reader; the default where Slack cannot say."""
        from bot.slack.background.readers import Readers, list_reader_choices

        readers = Readers(self.lookups, list_reader_choices(self.analyst))
        if is_person(recipient):
            with suppress(AccessError):
                self.lookups.find_person(recipient)
            return readers.find_person(recipient)
        with suppress(AccessError):
            self.find_channel_name(recipient)
        return readers.find_channel(recipient)

    def find_channel_name(self, channel: str) -> str:
        """Return the name of a channel; the last look-up of the run serves, as no figures depend on it.

        Raises:
            AccessError: Slack cannot say.

        """
        return (self.lookups.recall_channel(channel) or self.lookups.find_channel(channel)).name

    def find_name(self, recipient: str) -> str:
        """Return the name of a person or channel; the id where Slack cannot say it."""
        with suppress(AccessError):
            if is_person(recipient):
                return self.lookups.find_person(recipient).name
            return self.find_channel_name(recipient)
        return recipient

    def find_translator(self, recipient: str) -> Translator:
        """Return the translator of a person, or of the people of a channel."""
        return self.find_reader(recipient).translate


def is_person(recipient: str) -> bool:
    """Tell whether an id is that of a person."""
    return recipient.startswith(("U", "W"))
