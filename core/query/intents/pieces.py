"""The pieces of a sentence: words, numbers with their units, quoted texts; mentions of people are dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from core.months import month_names
from core.text import clean_text, fold

_MENTION = re.compile(
    r"\bcc\b(?:\s*[:,]?\s*@?[\w.-]+(?:\s*(?:,|&|and|et)\s*@[\w.-]+)*)?|<[@#!][^>]*>|@[\w.-]+", re.IGNORECASE
)
_PIECE = re.compile(
    r"""
      "(?P<quoted>[^"]*)"
    | (?P<number>
          [€$£]?(?<![\w.])[+-]?\d{1,3}(?:[ ,']\d{3})+(?:\.\d+)?(?![\w])
        | [€$£]?(?<![\w.-])[+-]?\d+(?:[.,]\d+)?
      )\ ?
      (?P<unit>
          % | k€ | m€ | € | \$ | £
        | (?: percent | per\ cent | pct | pour\ cent | pourcent
            | k | m | mn | bn | ke | keur | eur | euros? | usd | dollars? | millions? | mille | thousand
          )(?![\w])
      )?(?![\w/-])
    | (?P<sign>!=|<>|>=|<=|=|<|>)
    | (?P<word>[^\W_](?:[^\s"'=<>,;:()\[\]{}?!*`]*[^\W_%+#])?[%+#]?|&|\+)
    | (?P<comma>[,;])
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Compounds are separate words ("peux-tu", "12-month"); codes such as A-0082 and 2026-09 stay whole.
_COMPOUND = re.compile(r"(?<=[^\W\d_])[-/](?=[^\W\d_])|(?<=\d)-(?=[^\W\d_]{3,})")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[ ,']\d{3})+(?:\.\d+)?")
_ABBREVIATIONS: Mapping[str, str] = {
    "ds": "dans",
    "teh": "the",
    "cptes": "comptes",
    "cpte": "compte",
    "lannee": "annee",
    "ke": "que",
    "cmb": "combien",
    "pr": "pour",
    "qd": "quand",
    "bcp": "beaucoup",
    "ns": "nous",
    "grds": "grands",
    "grd": "grand",
    "trim": "trimestre",
    "qtrs": "quarters",
    "o": "au",
    "kelle": "quelle",
    "kelles": "quelles",
    "avc": "avec",
    "tt": "tout",
    "ts": "tous",
    "mtn": "maintenant",
    "mth": "month",
    "mths": "months",
    "mnth": "month",
    "mnths": "months",
    "qtr": "quarter",
    "yr": "year",
    "yrs": "years",
    "wk": "week",
    "wks": "weeks",
    "btwn": "between",
    "abt": "about",
    "rev": "revenue",
    "revs": "revenues",
    "cust": "customer",
    "accts": "accounts",
    "acct": "account",
    "em": "them",
    "dps": "depuis",
    "nvx": "nouveaux",
    "nvlle": "nouvelle",
    "clts": "clients",
    "clt": "client",
    "sgmt": "segment",
    "ytdate": "ytd",
}
# "100k+" is "> 100k"; "3+ years" is "over 3 years"; "Jan-Sep" is "Jan to Sep".
_OR_MORE = re.compile(r"(?<![\w.-])([€$£]?\d[\d.,]*(?: ?(?:k|m|k€|m€|€))?)\+(?=\s|$)", re.IGNORECASE)
_OR_MORE_YEARS = re.compile(r"\b(\d+)\+ ?(?=(?:years?|yrs?|ans)\b)", re.IGNORECASE)
# "w/o SMB" and "w/ SMB"; "-SMB" and "!SMB" leave it out.
_WITHOUT = re.compile(r"(?<![\w/])w/o(?![\w/])|(?<![^\s(,])[-!](?=[^\W\d_]{2})", re.IGNORECASE)
_WITH = re.compile(r"(?<![\w/])w/(?=\s|[^\W\d_]{3})", re.IGNORECASE)
# "% of MRR" is the percentage of it.
_SHARE = re.compile(r"(?<!\S)%(?= (?:d|de|du|des|of)\b)", re.IGNORECASE)
# "FY24 → FY25" compares two years; any other arrow is "to".
# "At 3pm", "avant 15h": the time of a meeting.
_CLOCK = re.compile(
    r"(?<!\w)(?:at|by|before|à|a|de|avant|vers) (?:(?:[3-9]|1\d|2[0-3]) ?h(?:\d\d)?|\d{1,2}(?::\d\d)? ?[ap]m)(?!\w)",
    re.IGNORECASE,
)
_ONE_ON_ONE = re.compile(r"(?<![\w:.,-])1[:-]1(?![\w:.,%-])")
_ARROW_OF_YEARS = re.compile(r"\b((?:fy ?)(?:20)?\d\d|20\d\d)\s*(?:→|⇒|[-=]+>)\s*(?=fy ?\d\d|20\d\d\b)", re.IGNORECASE)
_ARROW = re.compile(r"\s*(?:→|⇒|[-=]+>)\s*(?=\w)")
# The signs between two clauses.
_CLAUSE_END = re.compile(r"[.!?:,;\n]|\s[-–—]\s")
# Unit -> the power of ten.
_THOUSANDS: Mapping[str, int] = {
    **dict.fromkeys(("k", "ke", "k€", "keur", "thousand", "mille"), 3),
    **dict.fromkeys(("m", "mn", "m€", "million", "millions"), 6),
    "bn": 9,
}
_PERCENT = ("%", "percent", "per cent", "pct", "pour cent", "pourcent")
# Numbers as words, by their value: those that count alone, and the tens and ones of "forty five".
_ONES: Mapping[int, str] = {
    1: "one un une",
    2: "two deux",
    3: "three trois",
    4: "four quatre",
    5: "five cinq",
    6: "six",
    7: "seven sept",
    8: "eight huit",
    9: "nine neuf",
}
_TEENS: Mapping[int, str] = {
    10: "ten dix",
    11: "eleven onze",
    12: "twelve douze",
    13: "thirteen treize",
    14: "fourteen quatorze",
    15: "fifteen quinze",
    16: "sixteen seize",
    17: "seventeen",
    18: "eighteen",
    19: "nineteen",
}
_TENS: Mapping[int, str] = {
    20: "twenty vingt vingts",
    30: "thirty trente",
    40: "forty fourty quarante",
    50: "fifty cinquante",
    60: "sixty soixante",
    70: "seventy septante",
    80: "eighty",
    90: "ninety nonante",
}
_NUMBERS: Mapping[str, int] = {
    word: value for words in (_ONES, _TEENS, _TENS) for value, text in words.items() for word in text.split()
}
_TIMES: Mapping[str, int] = {
    **dict.fromkeys(("hundred", "cent", "cents"), 100),
    **dict.fromkeys(("thousand", "mille", "k"), 1_000),
    **dict.fromkeys(("million", "millions"), 1_000_000),
}
# Words that are other words too when they are no part of a longer number: the month, "new", "a".
_NO_NUMBERS = frozenset(("un", "une", "sept", "neuf", "k", "cent", "cents", "million", "millions", "vingts"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a number or a quoted text of a sentence.

    Attributes:
        text: as typed.
        word: folded; empty for a quoted text.
        quoted: True for a text in quotes.
        amount: the value of a number, with its thousands; None for a word.
        unit: `%` after a number, `money` for an amount of money, else empty.
        clause: the number of its clause.

    """

    text: str
    word: str
    quoted: bool = False
    amount: Decimal | None = None
    unit: str = ""
    clause: int = 0


def remove_mentions(text: str) -> str:
    """Return a text without "cc @name", "@name" and Slack's own marks of people and channels."""
    return _MENTION.sub(" ", text)


def split_pieces(text: str) -> list[Piece]:
    """Return the pieces of a text; elisions and compounds become separate words: "l'offre", "peux-tu"."""
    plain = _SHARE.sub("percentage", clean_text(text).replace("'", " "))
    plain = _ONE_ON_ONE.sub("one on one", _CLOCK.sub(" ", plain))
    plain = _ARROW.sub(" to ", _ARROW_OF_YEARS.sub(r"\1 vs ", plain))
    plain = _WITH.sub("with ", _WITHOUT.sub("without ", plain))
    plain = _OR_MORE.sub(r"> \1", _OR_MORE_YEARS.sub(r"over \1 ", plain))
    plain = _COMPOUND.sub(" ", _month_range().sub(r"\1 to \2", plain) if "-" in plain else plain)
    pieces: list[Piece] = []
    clause = at = 0
    for match in _PIECE.finditer(plain):
        clause += bool(match["comma"] or _CLAUSE_END.search(plain, at, match.start()))
        at = match.end()
        if match["quoted"] is not None:
            if match["quoted"].strip():
                pieces.append(Piece(match["quoted"].strip(), "", quoted=True, clause=clause))
        elif match["number"]:
            pieces.append(replace(_read_number(match), clause=clause))
        elif match["sign"] or match["comma"]:
            pieces.append(Piece(match[0], match[0], clause=clause))
        else:
            word = fold(match[0]).strip(".-/'")
            pieces.append(Piece(match[0], _ABBREVIATIONS.get(word, word), clause=clause))
    return pieces


@cache
def _month_range() -> re.Pattern[str]:
    """Return the pattern of two months with a dash between them. Built when needed, as the names need Babel."""
    names = "|".join(sorted(map(re.escape, month_names()), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({names})-({names})(?![\w-])", re.IGNORECASE)


def _read_number(match: re.Match[str]) -> Piece:
    digits = match["number"].lstrip("€$£")
    plain = re.sub(r"[ ,']", "", digits) if _GROUPED.fullmatch(digits) else digits.replace(",", ".")
    unit = (match["unit"] or "").lower()
    is_money = match["number"][0] in "€$£" or (unit and unit not in _PERCENT)
    text = match[0].strip()
    amount = Decimal(plain).scaleb(_THOUSANDS.get(unit, 0))
    return Piece(text, fold(text), amount=amount, unit="%" if unit in _PERCENT else "money" if is_money else "")


def read_number_words(words: Sequence[str], at: int) -> tuple[int, Decimal | None, str]:
    """Return (words, number, unit) of a number as words: "forty five", "deux mille", "three percent".

    (0, None, "") where no number begins at `at`; the unit is `%` or empty.
    """
    total = group = 0
    place = at
    # "A thousand"
    if words[at] in {"a", "un", "une"} and at + 1 < len(words) and words[at + 1] in {"hundred", "thousand", "million"}:
        place = at + 1
    while place < len(words):
        word = words[place]
        is_joined = place > at and word in {"and", "et"} and _is_number(words, place + 1)
        if word in _NUMBERS and _fits(group, _NUMBERS[word]):
            group = 80 if group % 100 == 4 and word in {"vingt", "vingts"} else group + _NUMBERS[word]
        elif word in _TIMES and (place > at or word not in _NO_NUMBERS or _is_number(words, at + 1)):
            factor = _TIMES[word]
            total, group = (total, max(group, 1) * factor) if factor == 100 else (total + max(group, 1) * factor, 0)
        elif not is_joined:
            break
        place += 1
    if place == at:
        return 0, None, ""
    value = total + group
    unit = next(
        (words[place : place + size] for size in (2, 1) if " ".join(words[place : place + size]) in _PERCENT), ()
    )
    is_number = value > 0 and not (place == at + 1 and words[at] in _NO_NUMBERS and not unit)
    return (place + len(unit) - at, Decimal(value), "%" if unit else "") if is_number else (0, None, "")


def _is_number(words: Sequence[str], at: int) -> bool:
    return at < len(words) and (words[at] in _NUMBERS or words[at] in _TIMES)


def _fits(group: int, number: int) -> bool:
    """Tell whether a number may follow in the same group: 5 after 40, 12 after 60 ("soixante-douze"), 20 after 4."""
    rest = group % 100
    return (
        rest == 0
        or (rest % 10 == 0 and number < 10 <= rest)
        or (rest in {60, 80} and number < 20)
        or (rest == 4 and number == 20)
    )
