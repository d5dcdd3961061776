"""The words after `/nrr digest`: an action, and a subscription in any order of words, English or French."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import available_timezones

from bot.service.access.own_accounts import take_own_accounts
from core.errors import N_, QuestionError
from core.schedules import Frequency, Schedule
from core.terms import Language
from core.text import fold

Verb = Literal["subscribe", "list", "pause", "resume", "stop", "preview", "now"]
_VERBS: dict[str, Verb] = {
    **dict.fromkeys(("subscribe", "abonner", "abonne", "sabonner"), "subscribe"),
    **dict.fromkeys(("list", "liste", "settings", "reglages"), "list"),
    **dict.fromkeys(("pause", "suspendre"), "pause"),
    **dict.fromkeys(("resume", "reprendre"), "resume"),
    **dict.fromkeys(("stop", "unsubscribe", "desabonner", "arreter"), "stop"),
    **dict.fromkeys(("preview", "apercu"), "preview"),
    **dict.fromkeys(("now", "maintenant"), "now"),
}
_FREQUENCIES: dict[str, Frequency] = {
    **dict.fromkeys(("daily", "quotidien", "quotidienne", "jour", "day"), "daily"),
    **dict.fromkeys(("weekly", "hebdomadaire", "semaine", "week"), "weekly"),
    **dict.fromkeys(("monthly", "mensuel", "mensuelle", "mois", "month"), "monthly"),
}
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FRENCH = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_WEEKDAYS = {
    name: number
    for names in (_ENGLISH, _FRENCH, tuple(name[:3] for name in _ENGLISH))
    for number, name in enumerate(names)
}
_LANGUAGES: dict[str, Language] = {"english": "en", "anglais": "en", "french": "fr", "francais": "fr"}
_FILLERS = frozenset(("at", "on", "every", "each", "in", "a", "le", "en", "chaque"))
_OWN = frozenset(("me", "moi", "dm"))
_TIME = re.compile(r"(\d{1,2})(?:[:h](\d{2})?)?(am|pm)?")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
_BY = frozenset(("by", "par"))


@dataclass(frozen=True, slots=True)
class DigestWords:
    """A request about digests.

    Attributes:
        verb: the action.
        number: the number of a subscription; 0 where none is named.
        channel: the id of the channel that is named, `me` for the person, empty for where it is asked.
        is_own: whether it is about the accounts of the person.
        cut: the words of the cut.
        column: the words of the column; empty where none is named.
        schedule: when; its time zone is empty where none is named.
        language: the language; None where none is named.

    """

    verb: Verb
    number: int
    channel: str
    is_own: bool
    cut: str
    column: str
    schedule: Schedule
    language: Language | None


def read_digest_words(text: str, default: Schedule) -> DigestWords:
    """Return the request in the words after `/nrr digest`.

    Raises:
        QuestionError: they begin with no verb, or name a time that does not exist.

    """
    other_words, is_own = take_own_accounts(text)
    first, *words = other_words.split() or ["preview"]
    verb = _VERBS.get(fold(first).replace("'", ""))
    if verb is None:
        raise QuestionError(
            N_("“{word}” is nothing that a digest does."),
            N_("Try: {examples}."),
            word=first[:60],
            examples="/nrr digest subscribe enterprise weekly monday 9:00, /nrr digest list, /nrr digest now",
        )
    number = int(words[0]) if words and words[0].isdigit() and verb != "subscribe" else 0
    reader = _WordReader(default)
    for word in words[1:] if number else words:
        reader.read(word)
    cut, column = reader.split_rest()
    return DigestWords(verb, number, reader.channel, is_own, cut, column, reader.schedule, reader.language)


class _WordReader:
    """Reads the words of a subscription one by one."""

    def __init__(self, default: Schedule) -> None:
        self.schedule = default
        self.channel = ""
        self.language: Language | None = None
        self._rest: list[str] = []
        self._needs_day = False

    def read(self, word: str) -> None:
        name = fold(word.strip(","))
        if channel := _CHANNEL.fullmatch(word):
            self.channel = channel[1]
        elif name in _OWN:
            self.channel = "me"
        elif name in _FREQUENCIES:
            self._set_frequency(_FREQUENCIES[name])
        elif name in _WEEKDAYS:
            self.schedule = replace(self.schedule, every="weekly", day=_WEEKDAYS[name])
        elif self._needs_day and name.isdigit() and 1 <= int(name) <= 31:
            self.schedule, self._needs_day = replace(self.schedule, day=int(name)), False
        elif (time := _TIME.fullmatch(name)) and not name.isdigit():
            self._set_time(time, word)
        elif word in available_timezones():
            self.schedule = replace(self.schedule, time_zone=word)
        elif name in _LANGUAGES:
            self.language = _LANGUAGES[name]
        elif name not in _FILLERS:
            self._rest.append(word)

    def split_rest(self) -> tuple[str, str]:
        """Return the words of the cut and of the column."""
        names = [fold(word) for word in self._rest]
        place = next((place for place, name in enumerate(names) if name in _BY), len(names))
        return " ".join(self._rest[:place]), " ".join(self._rest[place + 1 :])

    def _set_frequency(self, every: Frequency) -> None:
        day = {"daily": 0, "weekly": self.schedule.day if self.schedule.every == "weekly" else 0, "monthly": 1}[every]
        self.schedule, self._needs_day = replace(self.schedule, every=every, day=day), every == "monthly"

    def _set_time(self, time: re.Match[str], word: str) -> None:
        hour, minute = int(time[1]), int(time[2] or 0)
        if time[3]:
            hour = hour % 12 + (12 if time[3] == "pm" else 0)
        if hour > 23 or minute > 59:
            raise QuestionError(N_("There is no time {word}."), N_("Write it as 9:00 or 17:30."), word=word)
        self.schedule = replace(self.schedule, hour=hour, minute=minute)
