"""Words -> PeriodPhrase, by one table of patterns for English and French.

A phrase has no dates yet: `core.query.periods` resolves it with the fiscal calendar and the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from core.errors import N_
from core.months import PeriodKind, full_month_names, month_names

# Words in the longest phrase: "third quarter of 2024 to fourth quarter of 2025".
MOST_WORDS = 9

# The length in months of each kind of named period.
LENGTHS: Mapping[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12, "fiscal_year": 12}

IMPOSSIBLE_PERIODS: Mapping[PeriodKind, str] = {
    "month": N_('There is no "{unknown}": months go from 1 to 12.'),
    "quarter": N_('There is no "{unknown}": quarters go from 1 to 4.'),
    "half": N_('There is no "{unknown}": half-years are 1 and 2.'),
    "range": N_('There is no "{unknown}": a period has one month or more.'),
}

_PARTS: Mapping[str, PeriodKind] = {
    **dict.fromkeys(("q", "t", "quarter", "qtr", "trimestre"), "quarter"),
    **dict.fromkeys(("h", "s", "half", "half-year", "semester", "semestre", "moitie"), "half"),
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
        1: ("first", "1st", "premier", "premiere", "1er", "1ere", "front", "opening"),
        2: ("second", "2nd", "seconde", "deuxieme", "2e", "2eme", "two", "deux", "back", "latter"),
        3: ("third", "3rd", "troisieme", "3e", "3eme", "three", "trois"),
        4: ("fourth", "4th", "quatrieme", "4e", "4eme", "four", "quatre"),
        5: ("five", "cinq"),
        6: ("six",),
        8: ("eight", "huit"),
        9: ("nine", "neuf"),
        12: ("twelve", "douze"),
    }.items()
    for word in words
}
BEFORE_LAST, LAST, THIS, NEXT = -2, -1, 0, 1
_STEPS = {
    **dict.fromkeys(("last", "previous", "prior", "past", "dernier", "derniere", "precedent", "precedente"), LAST),
    **dict.fromkeys(("latest", "most recent"), LAST),
    **dict.fromkeys(("avant dernier", "avant-dernier", "avant derniere", "before last", "penultimate"), BEFORE_LAST),
    **dict.fromkeys(("passe", "passee", "ecoule", "ecoulee"), LAST),
    **dict.fromkeys(("this", "current", "ce", "cet", "cette", "en cours", "actuel", "actuelle", "courant"), THIS),
    **dict.fromkeys(("next", "prochain", "prochaine", "pro"), NEXT),
}


@dataclass(frozen=True, slots=True)
class PeriodPhrase:
    """The words for a period, before any calendar.

    Attributes:
        kind: the kind of period.
        number: the number of the month, quarter or half; 0 for other kinds.
        year: the year; None if the words name no year.
        step: -2 for "before last", -1 for "last", 0 for "this", 1 for "next"; None without these words.
        months: 6 for "last 6 months"; 0 without a count.
        first: the first period of a range.
        last: the last period of a range, None for "since"; or the end of TTM, YTD and "last 6 months".
        day: the day of the month that the words name; 0 for none.

    """

    kind: PeriodKind
    number: int = 0
    year: int | None = None
    step: int | None = None
    months: int = 0
    first: PeriodPhrase | None = None
    last: PeriodPhrase | None = None
    day: int = 0

    @property
    def impossible_kind(self) -> PeriodKind | None:
        """The kind that the number does not fit, such as `quarter` for Q5; None when the number fits."""
        if self.kind == "range" and not self.first:
            return None if self.months else "range"
        if self.kind in {"month", "quarter", "half"} and self.step is None:
            return None if 1 <= self.number <= 12 // LENGTHS[self.kind] else self.kind
        ends = (self.first, self.last)
        return next((phrase.impossible_kind for phrase in ends if phrase and phrase.impossible_kind), None)

    @property
    def is_rolling(self) -> bool:
        """True for a period that can end with any month: TTM, YTD, "last 6 months"."""
        return self.kind in {"ttm", "ytd"} or bool(self.months)


def _parse_year(text: str | None) -> int | None:
    """Return the year written with four or two digits; None for no text."""
    return int(text) + (2000 if len(text) == 2 else 0) if text else None


def _parse_number(text: str) -> int:
    """Return a number written in digits or as a word."""
    return 2 if text == "couple" else _NUMBERS.get(text) or int(text)


def _read_part(match: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase(_PARTS[match["part"]], _parse_number(match["number"]), _parse_year(match["year"]))


def _read_final_part(match: re.Match[str]) -> PeriodPhrase | None:
    kind = _UNITS[match["part"]]
    if kind == "month":
        return None if match["fiscal"] else PeriodPhrase("month", 12, _parse_year(match["year"]))
    return PeriodPhrase(kind, 12 // LENGTHS[kind], _parse_year(match["year"]))


def _read_month(match: re.Match[str]) -> PeriodPhrase:
    number = month_names().get(match["month"])
    return PeriodPhrase("month", int(match["month"]) if number is None else number, _parse_year(match["year"]))


def _read_day(match: re.Match[str]) -> PeriodPhrase:
    return replace(_read_month(match), day=int(re.sub(r"\D", "", match["day"])))


def _read_fiscal_year(match: re.Match[str]) -> PeriodPhrase | None:
    """Read FY25, or FY24/25, which is named after the year in which it ends."""
    before, year = _parse_year(match["before"]), _parse_year(match["year"])
    return PeriodPhrase("fiscal_year", year=year) if before is None or year == before + 1 else None


def _read_relative(match: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase(_UNITS[match["unit"]], step=_STEPS[match["step"]])


def _read_month_of_day(match: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase("month", month_names()[match["month"] or match["month2"]], _parse_year(match["year"]))


def _read_last_unit(match: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase(_UNITS[match["unit"]], step=LAST)


def _read_ttm(_: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase("ttm")


def _read_ttm_to(match: re.Match[str]) -> PeriodPhrase | None:
    last = _match_simple(match["end"])
    return PeriodPhrase("ttm", last=last) if last and last.kind == "month" else None


def _read_ytd(_: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase("ytd")


def _read_short_months(match: re.Match[str]) -> PeriodPhrase:
    months = int(match["count"] or 12)
    return PeriodPhrase("ttm") if months == 12 else PeriodPhrase("range", months=months)


def _read_year_end(match: re.Match[str]) -> PeriodPhrase | None:
    step = _STEPS.get(match["step"] or match["step2"])
    return PeriodPhrase(_UNITS[match["unit"]], step=LAST) if step == LAST else None


def _read_last_months(match: re.Match[str]) -> PeriodPhrase:
    months = _parse_number(match["count"])
    months *= next((length for name, length in _UNIT_MONTHS.items() if match["unit"].startswith(name)), 1)
    return PeriodPhrase("ttm") if months == 12 else PeriodPhrase("range", months=months)


def _read_first_months(match: re.Match[str]) -> PeriodPhrase | None:
    """Read months in quarters, as these begin with the fiscal year."""
    months = _parse_number(match["count"]) * (3 if match["quarters"] else 1)
    if months not in {3, 6, 9}:
        return None
    year = _parse_year(match["year"])
    first, last = (PeriodPhrase("quarter", number, year) for number in (1, months // 3))
    return first if first == last else PeriodPhrase("range", first=first, last=last)


def _read_last_month(match: re.Match[str]) -> PeriodPhrase:
    return PeriodPhrase("month", month_names()[match["month"] or match["month2"]])


def _read_since(match: re.Match[str]) -> PeriodPhrase | None:
    rest = _FROM_END.sub("", match["rest"])
    first = _match_simple(rest) if rest == match["rest"] else _match_after(rest)
    return PeriodPhrase("range", first=first) if first and _names_dates(first) else None


def _match_any(words: Iterable[str]) -> str:
    """Return a pattern that matches any of `words`, longer ones first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


_UNIT_MONTHS = {"quarter": 3, "trimestre": 3, "year": 12, "an": 12}
_FULL = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er)?"
_FISCAL = "(?:fiscal )?"
_SHORT = rf"(?:{_FULL}|\d\d)"
_GAP = r"[ ./'-]"
_FY = r"(?:fy|exercice(?: fiscal)?|fiscal(?: year)?|financial year|annee fiscale)"
_UNIT, _STEP, _NUMBER = _match_any(_UNITS), _match_any(_STEPS), _match_any(_NUMBERS)
_RECENT = "(?:last|past|trailing|rolling|previous|derniers|dernieres)"
_CARDINALS = ("two", "three", "four", "five", "six", "eight", "nine", "twelve")
_COUNT = rf"(?:\d{{1,3}}|{_match_any((*_CARDINALS, 'deux', 'trois', 'quatre', 'cinq', 'huit', 'neuf', 'douze'))})"
_LONG_UNIT = "(?:quarters?|trimestres?|years?|ans|annees)"
_JUST = "(?:just|vient de|venons de)(?: just)?(?: has)?"
_ENDED = "(?:se |s'|s )?(?:ended|finished|closed|passed|gone|terminer|finir|achever|passer|clore)"
_END_OF = "(?:end of (?:the )?|fin (?:d'|de )?)"
_ONE_YEAR = "(?:a|one|the (?:last|past)|the trailing|1|12|a full|a whole)"
_NEW_YEAR = r"new years?(?:'s)?(?: day| eve)?|nouvel an|(?:jour|premier) de (?:l'?)?an|reveillon"
_COUNTED = rf"(?P<count>{_COUNT}) (?:months|(?P<quarters>quarters))"
_COUNTED_IN_FRENCH = rf"(?P<count>{_COUNT}) premiers (?:mois|(?P<quarters>trimestres))"
_FINAL = "(?:last|final|closing|dernier|derniere|ultime)"
_LONG_PART = _match_any(word for word in _PARTS if len(word) > 1)

# A pattern of folded words, and the function that reads its match; the first pattern that fits the whole phrase counts.
# `NAME` is the place of the names of months.
_TABLE: tuple[tuple[str, Callable[[re.Match[str]], PeriodPhrase | None]], ...] = (
    # Q3, T3 2025, H1-2025, Q3'25, Q3 FY25, fiscal Q3
    (
        rf"{_FISCAL}(?P<part>[qths]) ?(?P<number>\d{{1,2}})(?:(?:{_GAP}{{1,2}}|(?=fy))(?:{_FY} ?)?(?P<year>{_SHORT}))?",
        _read_part,
    ),
    # 3Q25, 1S 2025
    (rf"(?P<number>\d{{1,2}})(?P<part>[qths])(?:{_GAP}?(?P<year>{_SHORT}))?", _read_part),
    # 2025Q3, 2025-H1, FY25 Q3
    (rf"(?:{_FY} ?)?(?P<year>{_SHORT}){_GAP}?(?P<part>[qths])(?P<number>\d{{1,2}})", _read_part),
    # third quarter of 2025, 1er semestre 2025
    (
        rf"(?P<number>{_NUMBER}) (?P<part>{_LONG_PART})(?: (?:of |de |du )?(?:{_FY} ?)?(?P<year>{_SHORT}))?",
        _read_part,
    ),
    # final quarter of 2025, dernier trimestre 2025, last month of FY25
    (
        rf"{_FINAL} (?P<part>{_LONG_PART}|month|mois) (?:of |in |de )?(?P<fiscal>{_FY} ?)?(?P<year>{_SHORT})",
        _read_final_part,
    ),
    # quarter 3, trimestre 3 2025
    (rf"(?P<part>{_LONG_PART}) (?P<number>\d{{1,2}})(?: (?P<year>{_FULL}))?", _read_part),
    (rf"(?P<month>NAME)\.? (?P<day>{_DAY}) (?P<year>{_FULL})|(?P<month2>NAME) (?:30|31)(?:st|th)?", _read_month_of_day),
    # sept. 2025, Sep-25, mois de septembre
    (
        rf"(?:(?:month of|mois de|mois) )?(?P<month>NAME)\.?(?:{_GAP}{{1,2}}(?:de |of )?(?P<year>{_SHORT}))?",
        _read_month,
    ),
    # 2025 sept
    (rf"(?P<year>{_FULL}){_GAP}(?P<month>NAME)", _read_month),
    # 09/2025
    (rf"(?P<month>\d{{1,2}})[/.-](?P<year>{_FULL})", _read_month),
    # 2025-09
    (rf"(?P<year>{_FULL})[/.-](?P<month>\d{{1,2}})", _read_month),
    # 2025, annee 2025
    (
        rf"(?:(?:calendar )?year |(?:sur |en |pour )?annee (?:civile )?)?(?P<year>{_FULL})",
        lambda match: PeriodPhrase("year", year=_parse_year(match["year"])),
    ),
    # FY25, exercice 2025, exercice 2024-2025
    (rf"{_FY}{_GAP}?(?:(?P<before>{_SHORT})[/-])?(?P<year>{_SHORT})", _read_fiscal_year),
    (r"fy|exercice", lambda _: PeriodPhrase("fiscal_year")),
    # first nine months of 2025, neuf premiers mois de l'annee
    (rf"first {_COUNTED}(?: of (?:the year|this year|(?P<year>{_FULL})))?", _read_first_months),
    (
        rf"{_COUNTED_IN_FRENCH}(?: (?:de |d'|de l')?(?:annee|cette annee|(?P<year>{_FULL})))?",
        _read_first_months,
    ),
    # last quarter, this fiscal year, ce trimestre, dernier mois, ce mois-ci
    (r"ce mois ci", lambda _: PeriodPhrase("month", step=THIS)),
    (r"ce trimestre ci", lambda _: PeriodPhrase("quarter", step=THIS)),
    (rf"(?P<step>{_STEP})(?: complete| completed| full| closed)? (?P<unit>{_UNIT})", _read_relative),
    # trimestre dernier, exercice en cours
    (rf"(?P<unit>{_UNIT}) (?P<step>{_STEP})", _read_relative),
    # quarter that just ended, trimestre qui vient de se terminer, dernier trimestre clos
    (rf"(?P<unit>{_UNIT}) (?:(?:that|which|we|has|have|qui) ){{0,3}}{_JUST} {_ENDED}", _read_last_unit),
    (rf"(?:{_STEP} )?(?P<unit>{_UNIT}) (?:clos|complet|acheve|termine)", _read_last_unit),
    # 31 December 2025, Dec 31st, 2025-12-31, 31/12/2025: the month of a day, for figures at its close
    (rf"(?P<day>{_DAY}) (?P<month>NAME)\.?(?: (?P<year>{_FULL}))?", _read_day),
    (rf"(?P<year>{_FULL})-(?P<month>\d\d)-(?P<day>{_DAY})", _read_day),
    (rf"(?P<day>{_DAY})/(?P<month>\d\d)/(?P<year>{_FULL})", _read_day),
    # end of last year, fin d'annee derniere
    (rf"{_END_OF}(?:(?P<step>{_STEP}) )?(?P<unit>year|annee|an|exercice)(?: (?P<step2>{_STEP}))?", _read_year_end),
    # trailing 12m, trailing 12, 12m glissants, last 12 mo, depuis un an
    (
        r"(?:trailing |last |past |rolling )?(?P<count>12|6|3|9)m(?: glissants?)?|(?:trailing|rolling) (?:twelve|12)",
        _read_short_months,
    ),
    (r"(?:trailing|last|past|rolling) (?P<count>12|6|3|9) ?mos?", _read_short_months),
    (r"(?:depuis|since) (?:un|1|one|a) (?:an|year)", _read_ttm),
    # year ended June 2026, douze mois a fin juin 2026
    (
        r"(?:year|12 months|twelve months|annee|12 mois|douze mois) (?:ended|ending|a fin) (?P<end>.+)",
        _read_ttm_to,
    ),
    (rf"(?:year|12 months|twelve months) (?:up )?to (?:the )?(?:end of )?(?P<end>NAME\.?(?: {_FULL})?)", _read_ttm_to),
    (
        rf"(?:annee|12 mois|douze mois) (?:a|au|jusqu'a|jusqu a) (?:la )?(?:fin )?(?:de )?(?P<end>NAME(?: {_FULL})?)",
        _read_ttm_to,
    ),
    # last June, juin dernier
    (r"(?:last|this past) (?P<month>NAME)|(?P<month2>NAME) dernier", _read_last_month),
    # TTM, over a year, annual, sur un an
    (r"ttm|ltm|[tl]12m|annee glissante|past year|a year|(?:rolling|trailing) year", _read_ttm),
    (rf"(?:over|for|across|on|in) {_ONE_YEAR} (?:year|months|month basis)", _read_ttm),
    (r"annual|annually|yearly|annualised|annualized|ann?uel(?:le)?s?|sur annee|a annee", _read_ttm),
    (r"sur (?:un|1|une) an(?:nee)?(?: glissante?)?|(?:au cours|lors) (?:des|de) (?:12|douze) derniers mois", _read_ttm),
    # last 12 months, 6 derniers mois, 12 mois glissants
    (
        rf"(?:{_RECENT} )?(?P<count>{_COUNT}) (?:{_RECENT} )?(?P<unit>months?|mois)(?: (?:glissants|ecoules|passes))?",
        _read_last_months,
    ),
    # glissant 6 mois, L6M
    (rf"(?:en )?(?:glissant|glissants) (?:sur )?(?:les )?(?P<count>{_COUNT}) (?P<unit>mois|months)", _read_last_months),
    (r"[lrt](?P<count>3|6|9|12)m", _read_short_months),
    # last 4 quarters, 2 dernieres annees
    (rf"{_RECENT} (?P<count>{_COUNT}) (?P<unit>{_LONG_UNIT})", _read_last_months),
    (rf"{_RECENT} (?P<count>couple) (?:of )?(?P<unit>months|quarters|years)", _read_last_months),
    (rf"(?P<count>{_COUNT}) {_RECENT} (?P<unit>{_LONG_UNIT})", _read_last_months),
    # YTD, depuis le debut de l'annee
    (r"f?ytd|(?:fiscal )?year[ -]to[ -]date|annee a date|(?:this )?year so far|so far this year", _read_ytd),
    (r"(?:depuis (?:le )?)?debut (?:de |d')?(?:annee|exercice)", _read_ytd),
    (r"(?:cette )?annee jusqu'?a? (?:present|maintenant|ici)", _read_ytd),
    (r"since (?:the )?(?:start|beginning) of (?:the )?(?:fiscal )?year", _read_ytd),
    # since Jan 1, depuis le 1er janvier
    (rf"(?:since|depuis) (?:the |le )?(?:{_NEW_YEAR})", _read_ytd),
    (r"since (?:the )?(?:turn of the year|year (?:began|started|opened))", _read_ytd),
    (r"depuis que (?:l'?)?(?:annee|exercice) a (?:commence|debute|demarre)", _read_ytd),
    (r"(?:since|depuis) (?:le )?(?:jan(?:uary)?\.? 1(?:st)?|1(?:st|er)? (?:of )?jan(?:uary|vier|v)?)", _read_ytd),
    # since January 2025
    (r"(?:since|depuis) (?:the |le |la )?(?P<rest>.+)", _read_since),
)
_BETWEEN = re.compile(r"(?:between|entre) (.+) (?:and|et) (.+)")
_FROM = re.compile(r"^(?:from|de|du) ")
_TO = re.compile(r" ?(?:\.{2,3}|-+>?) ?| (?:to|until|till|through|thru|a|au|jusqu'(?:a|au|en)) ")

_FROM_START = re.compile(r"^(?:the |le )?(?:start|beginning|debut) (?:of |de |d')?(?:the )?")
_FROM_END = re.compile(rf"^(?:the |la )?{_END_OF}")
# Q3, T3, H1, FY25
_CODE = re.compile(r"[qthsflr]\w?\d")
_LETTERS = re.compile(r"[^\W\d_]+")
# The words of the patterns above, and those that the table writes with optional letters.
_RANGE_WORDS = frozenset(
    """
    between and entre from until till through thru jusqu jusqua lannee lexercice start beginning debut end fin the
    """.split()  # noqa: SIM905
)
# A shorter word may be a beginning or an end that the table has as a part of a pattern.
_LEAST_LETTERS = 4

# Names of periods other than months; `match_period` reads each of them.
_PERIOD_NAMES = (
    *(f"{part}{number}" for part, count in (("Q", 4), ("T", 4), ("H", 2), ("S", 2)) for number in range(1, count + 1)),
    *("last quarter", "this quarter", "last month", "this month", "last year", "this year", "last 12 months"),
    *("trimestre dernier", "ce trimestre", "mois dernier", "ce mois", "année dernière", "cette année"),
    *("12 derniers mois", "TTM", "YTD", "year to date", "first quarter", "premier trimestre", "premier semestre"),
)


@cache
def _any_pattern() -> re.Pattern[str]:
    """Return one pattern that matches what any of the table matches, whose place is the number of the group."""
    patterns = (re.sub(r"\?P<\w+>", "?:", _name_months(pattern)) for pattern, _ in _TABLE)
    return re.compile("|".join(f"({pattern})" for pattern in patterns))


@cache
def _compile_pattern(place: int) -> re.Pattern[str]:
    return re.compile(_name_months(_TABLE[place][0]))


@cache
def _match_month() -> str:
    return _match_any(month_names())


def _name_months(pattern: str) -> str:
    """Return a pattern of the table with the names of months. At the first question, as these need Babel."""
    return pattern.replace("NAME", _match_month())


def list_period_names() -> tuple[str, ...]:
    """Return the names that a misspelt period is compared with; `match_period` reads each of them."""
    return (*full_month_names(), *_PERIOD_NAMES)


def _names_dates(phrase: PeriodPhrase) -> bool:
    """Return whether a phrase names a period by its dates, not by "last" or as TTM."""
    return phrase.kind in LENGTHS and phrase.step is None


# A question tries each run of its words, and most runs occur in many questions.
@lru_cache(maxsize=8192)
def _match_simple(phrase: str) -> PeriodPhrase | None:
    """Return the period of a phrase that is not a range."""
    # Most phrases match none. Only the pattern that does is compiled by itself.
    matched = _any_pattern().fullmatch(phrase)
    if not matched or not matched.lastindex:
        return None
    place = matched.lastindex - 1
    match = _compile_pattern(place).fullmatch(phrase)
    return _TABLE[place][1](match) if match else None


def _match_after(phrase: str) -> PeriodPhrase | None:
    """Return the month, quarter, half or year that follows a period: what begins at its end."""
    before = _match_simple(phrase)
    if before is None or not _names_dates(before):
        return None
    if before.kind in {"year", "fiscal_year"}:
        return replace(before, year=before.year + 1) if before.year else None
    is_last = before.number == 12 // LENGTHS[before.kind]
    year = before.year + 1 if before.year and is_last else before.year
    return replace(before, number=1 if is_last else before.number + 1, year=year, day=0)


def _match_range(phrase: str) -> PeriodPhrase | None:
    """Read "2025-01..2025-06" or "de janvier a juin 2025"; both ends are of one kind."""
    between = _BETWEEN.fullmatch(phrase)
    bare = _FROM.sub("", phrase)
    # "a" is also a word inside phrases ("annee a date"): try each place where the range could be split.
    pairs = [between.groups()] if between else [(bare[: to.start()], bare[to.end() :]) for to in _TO.finditer(bare)]
    for left, right in pairs:
        from_start = _FROM_START.sub("", left)
        from_end, to_end = (_FROM_END.sub("", text) for text in (left, right))
        if from_start != left and to_end != right:
            first, last = _match_simple(from_start), _match_simple(to_end)
        elif from_end != left and to_end != right:
            first, last = _match_after(from_end), _match_simple(to_end)
        else:
            first, last = _match_simple(left), _match_simple(right)
        if first and last and first.kind == last.kind and _names_dates(first) and _names_dates(last):
            return PeriodPhrase("range", first=first, last=last)
    return None


def match_period(phrase: str) -> PeriodPhrase | None:
    """Return the period of a phrase of folded words; None when it is no period. The number may be impossible (Q5)."""
    if not can_begin_period(phrase.partition(" ")[0]):
        return None
    return _match_simple(phrase) or _match_range(phrase)


@lru_cache(maxsize=4096)
def can_begin_period(word: str) -> bool:
    """Return whether a phrase of a period can begin with a folded word: quick, for most words cannot."""
    letters = _LETTERS.match(word)
    return bool(letters and letters[0] in _period_words()) or word[:1].isdigit() or bool(_CODE.match(word))


def count_period_words(words: Sequence[str]) -> int:
    """Return how many of the first of some folded words can be a phrase of a period together."""
    if not words or not can_begin_period(words[0]):
        return 0
    return next((count for count, word in enumerate(words) if not _can_be_in_period(word)), len(words))


@lru_cache(maxsize=4096)
def _can_be_in_period(word: str) -> bool:
    """Return whether a folded word can be in a phrase of a period; short words and those with a digit or a sign can."""
    return len(word) < _LEAST_LETTERS or not word.isalpha() or word in _period_words() or word in _RANGE_WORDS


@cache
def _period_words() -> frozenset[str]:
    return frozenset(list_period_words())


@cache
def list_period_words() -> tuple[str, ...]:
    """Return the words that can begin a phrase of a period, apart from digits and codes such as Q3."""
    words = {word for word in re.findall(r"[a-z]+", " ".join(pattern for pattern, _ in _TABLE)) if len(word) > 1}
    words |= {word for name in (*_STEPS, *_UNITS, *_NUMBERS) for word in name.split()}
    words |= {"annuel", "annuels", "anuel", "anuelle", "anuels", "annuelle", "annuelles", "anuelles"}
    words |= {"fytd", "1st", "jan", "feb"}
    return tuple(sorted(words | set(month_names()) | {"between", "entre", "from", "de", "du", "a"}))
