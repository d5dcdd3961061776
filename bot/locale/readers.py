"""The reader of a message: their language and time zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.locale.translator import Translator, get_translator
from core.store.state.preferences import Preferences
from core.terms import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, or the readers of a channel.

    Attributes:
        language: the language of their messages.
        zone: the name of their time zone; empty for moments as they are stored.
        own: their own choices.

    """

    language: Language = "en"
    zone: str = ""
    own: Preferences = field(default=Preferences(), compare=False)

    @property
    def translate(self) -> Translator:
        """The translator of their messages."""
        return get_translator(self.language, self.zone)


def choose_reader(locale: str, zone: str, own: Preferences, default: Reader) -> Reader:
    """Return a reader by their own choice, else by their Slack, else by the default.

    Args:
        locale: the locale of Slack, as `fr-FR`; empty where it is not known.
        zone: the time zone of Slack; empty where it is not known.
        own: the choices of the person.
        default: the language and the time zone where neither is known, or nrrbot does not have it.

    """
    spoken = locale.partition("-")[0]
    own_language: Language = next((name for name in LANGUAGES if name == spoken), default.language)
    return Reader(own.language or own_language, next(filter(is_zone, (own.zone, zone)), default.zone), own)


def is_zone(name: str) -> bool:
    """Return whether a time zone has that name."""
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
