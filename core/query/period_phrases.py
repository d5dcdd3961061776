"""Words -> Said: what a phrase says of a period, by one table of patterns, English and French at once.

Nothing here knows a date: `core.periods` sets what was said against the fiscal calendar and the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain

from core.errors import N_
from core.months import PeriodKind
from core.text import fold

# The longest phrase, in words: "third quarter of 2024 to fourth quarter of 2025".
LONGEST = 9

# How many months each kind that has a name of its own is long.
LENGTHS: Mapping[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12, "fiscal_year": 12}

IMPOSSIBLE: Mapping[PeriodKind, str] = {
    "month": N_('There is no "{unknown}": months go from 1 to 12.'),
    "quarter": N_('There is no "{unknown}": quarters go from 1 to 4.'),
    "half": N_('There is no "{unknown}": half-years are 1 and 2.'),
    "range": N_('There is no "{unknown}": it takes one month or more.'),
}

MONTHS = (
    ("January", "janvier", "jan", "janv"),
    ("February", "février", "feb", "fev", "fevr"),
    ("March", "mars", "mar"),
    ("April", "avril", "apr", "avr"),
    ("May", "mai"),
    ("June", "juin", "jun"),
    ("July", "juillet", "jul", "juil"),
    ("August", "août", "aug", "aou"),
    ("September", "septembre", "sep", "sept"),
    ("October", "octobre", "oct"),
    ("November", "novembre", "nov"),
    ("December", "décembre", "dec"),
)
_MONTHS = {fold(name): number for number, names in enumerate(MONTHS, start=1) for name in names}
_PARTS: Mapping[str, PeriodKind] = {
    **dict.fromkeys(("q", "t", "quarter", "trimestre"), "quarter"),
    **dict.fromkeys(("h", "s", "half", "half-year", "semester", "semestre"), "half"),
}
_UNITS: Mapping[str, PeriodKind] = {
    **{word: kind for word, kind in _PARTS.items() if len(word) > 1},
    **dict.fromkeys(("month", "mois"), "month"),
    **dict.fromkeys(("year", "calendar year", "annee", "annee civile", "an"), "year"),
    **dict.fromkeys(("fiscal year", "financial year", "fy", "exercice", "annee fiscale"), "fiscal_year"),
}
_NUMBERS = {
    word: number
    for number, words in {
        1: ("first", "1st", "premier", "1er"),
        2: ("second", "2nd", "deuxieme", "2e", "2eme"),
        3: ("third", "3rd", "troisieme", "3e", "3eme", "three", "trois"),
        4: ("fourth", "4th", "quatrieme", "4e", "4eme"),
        6: ("six",),
        9: ("nine", "neuf"),
        12: ("twelve", "douze"),
    }.items()
    for word in words
}
LAST, THIS, NEXT = -1, 0, 1
_STEPS = {
    **dict.fromkeys(("last", "previous", "prior", "past", "dernier", "derniere", "precedent", "precedente"), LAST),
    **dict.fromkeys(("passe", "passee", "ecoule", "ecoulee"), LAST),
    **dict.fromkeys(("this", "current", "ce", "cet", "cette", "en cours", "actuel", "actuelle", "courant"), THIS),
    **dict.fromkeys(("next", "prochain", "prochaine"), NEXT),
}


@dataclass(frozen=True, slots=True)
class PeriodPhrase:
    """A period as it was said, before any calendar.

    Attributes:
        kind: what sort of period.
        number: which month, quarter or half; 0 where it has none.
        year: the year, None where none was said.
        step: -1 for "last", 0 for "this", 1 for "next", None where none of these was said.
        months: of "last 6 months", 6.
        first: of a range, what it begins with.
        last: of a range, what it ends with, None for "since"; of TTM, YTD and "last 6 months", what they end with.

    """

    kind: PeriodKind
    number: int = 0
    year: int | None = None
    step: int | None = None
    months: int = 0
    first: PeriodPhrase | None = None
    last: PeriodPhrase | None = None

    @property
    def impossible(self) -> PeriodKind | None:
        """The kind that the number does not fit, such as `quarter` for Q5; None when all is well."""
        if self.kind == "range" and not self.first:
            return None if self.months else "range"
        if self.kind in {"month", "quarter", "half"} and self.step is None:
            return None if 1 <= self.number <= 12 // LENGTHS[self.kind] else self.kind
        return next((said.impossible for said in (self.first, self.last) if said and said.impossible), None)

    @property
    def running(self) -> bool:
        """True for what ends wherever it is told to: TTM, YTD, "last 6 months"."""
        return self.kind in {"ttm", "ytd"} or bool(self.months)


def _year(text: str | None) -> int | None:
    return int(text) + (2000 if len(text) == 2 else 0) if text else None


def _number(text: str) -> int:
    return _NUMBERS.get(text) or int(text)


def _part(match: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase(_PARTS[match["part"]], _number(match["number"]), _year(match["year"]))


def _month(match: re.Match[str]) -> PeriodPhrase:
    named = _MONTHS.get(match["month"])
    return PeriodPhrase("month", int(match["month"]) if named is None else named, _year(match["year"]))


def _fiscal_year(match: re.Match[str]) -> PeriodPhrase | None:
    """Read FY25, or FY24/25, which is named after the year in which it ends."""
    before, year = _year(match["before"]), _year(match["year"])
    return PeriodPhrase("fiscal_year", year=year) if before is None or year == before + 1 else None


def _relative(match: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase(_UNITS[match["unit"]], step=_STEPS[match["step"]])


def _last_months(match: re.Match[str]) -> PeriodPhrase:
    months = _number(match["count"])
    return PeriodPhrase("ttm") if months == 12 else PeriodPhrase("range", months=months)


def _since(match: re.Match[str]) -> PeriodPhrase | None:
    first = _simple(match["rest"])
    return PeriodPhrase("range", first=first) if first and _dated(first) else None


def _any(words: Mapping[str, object]) -> str:
    """Return a pattern of any of `words`, longer ones first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


_FULL = r"(?:19|20)\d\d"
_SHORT = rf"(?:{_FULL}|\d\d)"
_GAP = r"[ ./'-]"
_FY = r"(?:fy|exercice(?: fiscal)?|fiscal(?: year)?|financial year|annee fiscale)"
_UNIT, _STEP, _NAME = _any(_UNITS), _any(_STEPS), _any(_MONTHS)
_RECENT, _COUNT = "(?:last|past|trailing|rolling|derniers)", "(?:three|trois|six|nine|neuf|twelve|douze)"
_LONG_PART = _any({word: kind for word, kind in _PARTS.items() if len(word) > 1})

# Folded words on the left, what they say on the right; the first that fits the whole phrase counts.
_TABLE: tuple[tuple[str, Callable[[re.Match[str]], PeriodPhrase | None]], ...] = (
    # Q3, T3 2025, H1-2025, Q3'25, Q3 FY25
    (rf"(?P<part>[qths]) ?(?P<number>\d{{1,2}})(?:(?:{_GAP}{{1,2}}|(?=fy))(?:{_FY} ?)?(?P<year>{_SHORT}))?", _part),
    # 3Q25, 1S 2025
    (rf"(?P<number>\d{{1,2}})(?P<part>[qths])(?:{_GAP}?(?P<year>{_SHORT}))?", _part),
    # 2025Q3, 2025-H1, FY25 Q3
    (rf"(?:{_FY} ?)?(?P<year>{_SHORT}){_GAP}?(?P<part>[qths])(?P<number>\d{{1,2}})", _part),
    # third quarter of 2025, 1er semestre 2025
    (
        rf"(?P<number>{_any(_NUMBERS)}) (?P<part>{_LONG_PART})(?: (?:of |de |du )?(?:{_FY} ?)?(?P<year>{_SHORT}))?",
        _part,
    ),
    # quarter 3, trimestre 3 2025
    (rf"(?P<part>{_LONG_PART}) (?P<number>\d{{1,2}})(?: (?P<year>{_FULL}))?", _part),
    # sept. 2025, Sep-25, mois de septembre
    (rf"(?:(?:month of|mois de|mois) )?(?P<month>{_NAME})\.?(?:{_GAP}{{1,2}}(?:de |of )?(?P<year>{_SHORT}))?", _month),
    # 2025 sept
    (rf"(?P<year>{_FULL}){_GAP}(?P<month>{_NAME})", _month),
    # 09/2025
    (rf"(?P<month>\d{{1,2}})[/.-](?P<year>{_FULL})", _month),
    # 2025-09
    (rf"(?P<year>{_FULL})[/.-](?P<month>\d{{1,2}})", _month),
    # 2025, annee 2025
    (
        rf"(?:(?:calendar )?year |annee (?:civile )?)?(?P<year>{_FULL})",
        lambda m: PeriodPhrase("year", year=_year(m["year"])),
    ),
    # FY25, exercice 2025, exercice 2024-2025
    (rf"{_FY}{_GAP}?(?:(?P<before>{_SHORT})[/-])?(?P<year>{_SHORT})", _fiscal_year),
    (r"fy|exercice", lambda _: PeriodPhrase("fiscal_year")),
    # last quarter, this fiscal year, ce trimestre, dernier mois
    (rf"(?P<step>{_STEP})(?: complete| full)? (?P<unit>{_UNIT})", _relative),
    # trimestre dernier, exercice en cours
    (rf"(?P<unit>{_UNIT}) (?P<step>{_STEP})", _relative),
    # TTM
    (r"ttm|ltm|[tl]12m|annee glissante", lambda _: PeriodPhrase("ttm")),
    # last 12 months, 6 derniers mois, 12 mois glissants
    (
        rf"(?:{_RECENT} )?(?P<count>\d{{1,3}}|{_COUNT}) (?:{_RECENT} )?(?:months?|mois)(?: (?:glissants|ecoules))?",
        _last_months,
    ),
    # YTD, depuis le debut de l'annee
    (
        r"f?ytd|(?:fiscal )?year[ -]to[ -]date|(?:depuis (?:le )?)?debut (?:de |d')?(?:annee|exercice)|annee a date",
        lambda _: PeriodPhrase("ytd"),
    ),
    (r"since (?:the )?(?:start|beginning) of (?:the )?(?:fiscal )?year", lambda _: PeriodPhrase("ytd")),
    # since January 2025
    (r"(?:since|depuis) (?P<rest>.+)", _since),
)
_PATTERNS = tuple((re.compile(pattern), make) for pattern, make in _TABLE)
_BETWEEN = re.compile(r"(?:between|entre) (.+) (?:and|et) (.+)")
_FROM = re.compile(r"^(?:from|de|du) ")
_TO = re.compile(r" ?(?:\.{2,3}|-+>?) ?| (?:to|until|till|through|thru|a|au|jusqu'(?:a|au|en)) ")

# What a misspelt period is compared with; each of these can be read.
NAMES: tuple[str, ...] = (
    *chain.from_iterable(names[:2] for names in MONTHS),
    *(f"{part}{number}" for part, count in (("Q", 4), ("T", 4), ("H", 2), ("S", 2)) for number in range(1, count + 1)),
    *("last quarter", "this quarter", "last month", "this month", "last year", "this year", "last 12 months"),
    *("trimestre dernier", "ce trimestre", "mois dernier", "ce mois", "année dernière", "cette année"),
    *("12 derniers mois", "TTM", "YTD", "year to date", "first quarter", "premier trimestre", "premier semestre"),
)


def _dated(said: PeriodPhrase) -> bool:
    return said.kind in LENGTHS and said.step is None


def _simple(phrase: str) -> PeriodPhrase | None:
    for pattern, make in _PATTERNS:
        match = pattern.fullmatch(phrase)
        if match:
            return make(match)
    return None


def _range(phrase: str) -> PeriodPhrase | None:
    """Read "2025-01..2025-06" or "de janvier a juin 2025"; both ends are of one kind."""
    both = _BETWEEN.fullmatch(phrase)
    bare = _FROM.sub("", phrase)
    pairs = [both.groups()] if both else [(bare[: to.start()], bare[to.end() :]) for to in _TO.finditer(bare)]
    for left, right in pairs:
        first, last = _simple(left), _simple(right)
        if first and last and first.kind == last.kind and _dated(first) and _dated(last):
            return PeriodPhrase("range", first=first, last=last)
    return None


def match_period(phrase: str) -> PeriodPhrase | None:
    """Return what a phrase of folded words says, None when it is no period. The number may be impossible (Q5)."""
    return _simple(phrase) or _range(phrase)
