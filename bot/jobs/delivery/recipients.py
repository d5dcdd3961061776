"""The languages of those who get messages unasked: a channel's, or a person's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bot.locale.readers import Reader
from bot.locale.translator import Translator
from bot.service.analyst import Analyst
from core.errors import AccessError

if TYPE_CHECKING:
    from bot.slack.background.lookups import Lookups
    from bot.slack.client import WebClient


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

        return cls(analyst, Lookups(build_web_client(client.token, client.base_url), clock))

    def find_reader(self, recipient: str) -> Reader:
        """Return a person or the people of a channel as a reader; the default where Slack cannot say."""
        from bot.slack.background.readers import Readers, list_reader_choices

        readers = Readers(self.lookups, list_reader_choices(self.analyst))
        is_person = recipient.startswith(("U", "W"))
        with suppress(AccessError):
            self.lookups.find_person(recipient) if is_person else self.lookups.find_channel(recipient)
        return readers.find_person(recipient) if is_person else readers.find_channel(recipient)

    def find_translator(self, recipient: str) -> Translator:
        """Return the translator of a person, or of the people of a channel."""
        return self.find_reader(recipient).translate
