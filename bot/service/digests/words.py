"""The words after `/nrr digest`: an action, and a subscription in any order of words, English or French."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
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
_FILLERS = frozenset(("at", "on", "of", "the", "every", "each", "in", "a", "le", "du", "en", "chaque"))
_OWN = frozenset(("me", "moi", "dm"))
_TIME = re.compile(r"(\d{1,2})(?:[:h](\d{2})?)?(am|pm)?")
# "9 am" and "9 h" are one word.
_SPACED_TIME = re.compile(r"\b(\d{1,2}(?::\d{2})?) (am|pm|h)\b", re.IGNORECASE)
_EVERY = (
    (re.compile(r"\b(?:every day|(?:tous les|chaque) jours?)\b", re.IGNORECASE), "daily"),
    (re.compile(r"\b(?:every week|toutes les semaines|chaque semaine)\b", re.IGNORECASE), "weekly"),
    (re.compile(r"\b(?:every month|(?:tous les|chaque) mois)\b", re.IGNORECASE), "monthly"),
)
_DAY_OF_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)?")
# What is in quotes is part of the cut: a segment "French".
_WORD = re.compile(r"[“\"][^”\"]*[”\"]|\S+")
_ONE_TIME = N_("“{first}” and “{second}”: a digest comes at one time.")
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
    for every, word in _EVERY:
        other_words = every.sub(word, other_words)
    first, *words = _WORD.findall(_SPACED_TIME.sub(r"\1\2", other_words)) or ["preview"]
    verb = _VERBS.get(fold(first).replace("'", "").replace("’", ""))
    if verb is None:
        raise QuestionError(
            N_("“{word}” is nothing that a digest does."),
            N_("Try: {examples}."),
            word=first[:60],
            examples="/nrr digest subscribe enterprise weekly monday 9:00, /nrr digest list, /nrr digest now",
        )
    number = int(words[0]) if words and words[0].isdigit() and verb != "subscribe" else 0
    reader = _WordReader(default, is_monthly=any(_FREQUENCIES.get(fold(word)) == "monthly" for word in words))
    for word in words[1:] if number else words:
        reader.read(word)
    cut, column = reader.split_rest()
    return DigestWords(verb, number, reader.channel, is_own, cut, column, reader.schedule, reader.language)


class _WordReader:
    """Reads the words of a subscription one by one."""

    def __init__(self, default: Schedule, *, is_monthly: bool) -> None:
        self.schedule = default
        self.channel = ""
        self.language: Language | None = None
        self._is_monthly = is_monthly
        self._rest: list[str] = []
        self._given: dict[str, str] = {}

    def read(self, word: str) -> None:
        name = fold(word.strip(","))
        if channel := _CHANNEL.fullmatch(word):
            self.channel = channel[1]
        elif name in _OWN:
            self.channel = "me"
        elif name in _FREQUENCIES:
            self._note("frequency", word)
            self._set_frequency(_FREQUENCIES[name])
        elif name in _WEEKDAYS:
            self._note("day", word)
            self.schedule = replace(self.schedule, every="weekly", day=_WEEKDAYS[name])
        elif self._is_monthly and (day := _DAY_OF_MONTH.fullmatch(name)) and 1 <= int(day[1]) <= 31:
            self._note("day", word)
            self.schedule = replace(self.schedule, every="monthly", day=int(day[1]))
        elif (time := _TIME.fullmatch(name)) and not name.isdigit():
            self._note("time", word)
            self._set_time(time, word)
        elif zone := _list_zones().get(name):
            self._note("zone", word)
            self.schedule = replace(self.schedule, time_zone=zone)
        elif name in _LANGUAGES:
            self.language = _LANGUAGES[name]
        elif name not in _FILLERS:
            self._rest.append(word)

    def _note(self, kind: str, word: str) -> None:
        """Note that a part of the schedule is given; a second one is refused."""
        if kind in self._given:
            raise QuestionError(_ONE_TIME, N_("Subscribe twice for two times."), first=self._given[kind], second=word)
        self._given[kind] = word

    def split_rest(self) -> tuple[str, str]:
        """Return the words of the cut and of the column."""
        names = [fold(word) for word in self._rest]
        place = next((place for place, name in enumerate(names) if name in _BY), len(names))
        return " ".join(self._rest[:place]), " ".join(self._rest[place + 1 :])

    def _set_frequency(self, every: Frequency) -> None:
        if "day" in self._given:
            # "15 monthly", "monday weekly".
            self.schedule = replace(self.schedule, every=every)
            return
        day = {"daily": 0, "weekly": self.schedule.day if self.schedule.every == "weekly" else 0, "monthly": 1}[every]
        self.schedule = replace(self.schedule, every=every, day=day)

    def _set_time(self, time: re.Match[str], word: str) -> None:
        hour, minute = int(time[1]), int(time[2] or 0)
        if time[3]:
            hour = hour % 12 + (12 if time[3] == "pm" else 0)
        if hour > 23 or minute > 59:
            raise QuestionError(N_("There is no time {word}."), N_("Write it as 9:00 or 17:30."), word=word)
        self.schedule = replace(self.schedule, hour=hour, minute=minute)


@cache
def _list_zones() -> Mapping[str, str]:
    """Return folded name -> name of the time zones; "Japan" alone is a country, and a segment."""
    return {fold(zone): zone for zone in available_timezones() if "/" in zone or zone == "UTC"}
