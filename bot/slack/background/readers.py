"""The languages and time zones of those who read a message: a person by their own choice, a channel by its locale."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.locale.readers import Reader, choose_reader, is_zone
from bot.service.analyst import Analyst
from bot.service.log import get_log
from bot.service.memory import Memory
from bot.slack.background.lookups import Lookups
from bot.slack.request import Request
from core.errors import NrrbotError
from core.store.state.preferences import Preferences
from core.store.store import Store
from core.terms import LANGUAGES, Language

LOG = get_log("nrrbot.slack")
_MOST = 1000  # people whose choices are remembered


@dataclass(frozen=True, slots=True)
class ReaderChoices:
    """The choices that count more than Slack, and the default where there is neither.

    Attributes:
        store: has the choices of people.
        default: the language and the time zone of the company.
        channel_language: the language of all channels; None for that of each channel in Slack.

    """

    store: Store
    default: Reader
    channel_language: Language | None = None


def list_reader_choices(analyst: Analyst) -> ReaderChoices:
    """Return the choices about the readers of an analyst."""
    return ReaderChoices(analyst.store, analyst.default_reader, analyst.config.company.language or None)


@dataclass(frozen=True, slots=True)
class Readers:
    """Finds readers without asking Slack: by the last look-up of a person or a channel.

    Attributes:
        lookups: the look-ups.
        choices: the choices of people and of the company.

    """

    lookups: Lookups
    choices: ReaderChoices
    _own: Memory = field(default_factory=lambda: Memory(_MOST), init=False, repr=False, compare=False)

    def address(self, request: Request) -> Request:
        """Return a request with its readers."""
        asker = self.find_person(request.user)
        readers = self.find_channel(request.channel) if request.public else asker
        return replace(request, asker=asker, readers=readers)

    def find_person(self, user: str) -> Reader:
        """Return a person as a reader; the default where Slack was not asked about them."""
        person = self.lookups.recall_person(user)
        if person is None:
            return self.choices.default
        return choose_reader(person.locale, person.zone, self._find_choices(user), self.choices.default)

    def find_channel(self, channel_id: str) -> Reader:
        """Return the people of a channel as one reader; the default where Slack was not asked about it."""
        channel = self.lookups.recall_channel(channel_id)
        own = Preferences(self.choices.channel_language)
        return choose_reader(channel.locale if channel else "", "", own, self.choices.default)

    def choose(self, user: str, name: str, value: str) -> None:
        """Store a choice of a person; an empty one follows their Slack.

        Raises:
            StoreError: it cannot be stored.

        """
        store, team = self.choices.store, self.lookups.find_own_team()
        own = store.find_preferences(team, user)
        changes = {
            "language": replace(own, language=next((language for language in LANGUAGES if language == value), None)),
            "zone": replace(own, zone=value if is_zone(value) else ""),
            "segment": replace(own, segment=value),
        }
        store.save_preferences(team, user, changes[name])

    def _find_choices(self, user: str) -> Preferences:
        """Return the choices of a person, remembered while the store was not written."""
        store = self.choices.store
        try:
            team = self.lookups.find_own_team()
            return self._own.get((store.stamp(), team, user), lambda: store.find_preferences(team, user))
        except NrrbotError as error:
            LOG.warning("the choices of a person cannot be read", reason=str(error))
            return Preferences()
