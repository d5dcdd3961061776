"""One cell to an exact number: amounts with or without a currency, shares, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache

from core.errors import ConfigError
from core.money import currency as find_currency
from core.text import plain_characters
from sheets.cells.text import Style, Unreadable, text
from sheets.workbook.port import Cell

# The currencies that a mark may stand for. A mark never decides which; it only must not contradict.
MARKS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"),
    "US$": ("USD",),
    "C$": ("CAD",),
    "CA$": ("CAD",),
    "A$": ("AUD",),
    "R$": ("BRL",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₪": ("ILS",),
    "zł": ("PLN",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "Fr.": ("CHF",),
    "euro": ("EUR",),
    "euros": ("EUR",),
}
_SCALES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6}

_MARK = "|".join([*map(re.escape, sorted(MARKS, key=len, reverse=True)), "[A-Za-z]{3}"])
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-]?)\s*(?P<before>{_MARK})?\s*(?P<inner>[+-]?)\s*"
    rf"(?P<digits>[0-9][0-9 .,']*|[.,][0-9]+)(?P<scale>[kKM]?)\s*(?P<after>{_MARK})?\s*(?P<trail>-?)\s*(?P<close>\))?"
)


def read_amount(cell: Cell, style: Style, currency: str) -> Decimal | Unreadable | None:
    """Return a cell as an exact amount in whole units, None where it is blank.

    Reads numbers as the sheet shows them (never their binary noise), and texts with thousands separators, a decimal
    comma or point, a currency before or after, (500) or 500- for a negative, 1.2k. The locale decides what a comma
    and a point mean.

    Args:
        cell: the cell.
        style: how numbers are written in the workbook's locale.
        currency: the ISO code that the amount is expected in; a text that names another is unreadable.

    """
    if cell is None:
        return None
    if isinstance(cell, str):
        return _amount_of_text(cell, style, currency)
    return _exact(cell) if type(cell) in (int, float) else Unreadable("amount_unreadable")


def read_number(cell: Cell, style: Style) -> Decimal | Unreadable | None:
    """Return a cell as an exact number without a currency, None where it is blank."""
    return read_amount(cell, style, "")


def read_share(cell: Cell, style: Style, most: int = 1) -> Decimal | Unreadable | None:
    """Return a cell as a share from 0 to `most` (1 is 100%), None where it is blank.

    "10%" and 0.1 are the same; a number above `most` without % is unreadable, as 10 may mean 10% or a mistake.
    """
    percent = isinstance(cell, str) and plain_characters(cell).endswith("%")
    value = read_number(plain_characters(cell)[:-1] if isinstance(cell, str) and percent else cell, style)
    if value is None and not percent:
        return None
    if not isinstance(value, Decimal):
        return Unreadable("share_unreadable")
    value = value.scaleb(-2) if percent else value
    return value if 0 <= value <= most else Unreadable("share_unreadable")


@cache
def plain_text(style: Style) -> re.Pattern[str]:
    """Match what most texts are, and what has one reading only: digits, then the locale's decimals if any."""
    return re.compile(rf"[0-9]+(?:{re.escape(style.decimal)}[0-9]+)?" if style.decimal in {".", ","} else "[0-9]+")


def read_currency_code(cell: Cell, reporting: str) -> str | Unreadable:
    """Return the ISO code in a cell of a Currency column; `reporting` where it is blank or a mark that may mean it."""
    word = text(cell)
    if not word or reporting in MARKS.get(word, MARKS.get(word.casefold(), ())):
        return reporting
    codes = MARKS.get(word, MARKS.get(word.casefold(), (word,)))
    return codes[0].upper() if len(codes) == 1 and _is_currency(codes[0]) else Unreadable("currency_unknown")


def _exact(value: Cell) -> Decimal | Unreadable:
    # repr gives the shortest decimal that is this float: what a person typed or sees, without binary noise.
    found = Decimal(repr(value))
    return found if found.is_finite() else Unreadable("amount_unreadable")


@lru_cache(maxsize=4096)
def _amount_of_text(cell: str, style: Style, currency: str) -> Decimal | Unreadable | None:
    plain = plain_characters(cell)
    if not plain:
        return None
    if plain_text(style).fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    match = _AMOUNT.fullmatch(plain)
    if not match or bool(match["open"]) != bool(match["close"]) or (match["before"] and match["after"]):
        return Unreadable("amount_unreadable")
    signs = [sign for sign in (match["open"], match["sign"], match["inner"], match["trail"]) if sign]
    mark = match["before"] or match["after"]
    wrong = _contradiction(mark, currency) if mark else None
    if len(signs) > 1 or wrong:
        return wrong or Unreadable("amount_unreadable")
    found = _decimal(match["digits"].rstrip(), style)
    if isinstance(found, Unreadable):
        return found
    return found * _SCALES[match["scale"]] * (1 if signs in ([], ["+"]) else -1)


def _contradiction(mark: str, currency: str) -> Unreadable | None:
    """Return what is wrong with a currency mark where `currency` is expected; None where it fits."""
    codes = MARKS.get(mark, MARKS.get(mark.casefold(), (mark.upper(),)))
    if currency in codes:
        return None
    if not currency or not _is_currency(codes[0]):
        return Unreadable("amount_unreadable")
    return Unreadable("currency_mismatch", {"currency": currency})


def _is_currency(code: str) -> bool:
    try:
        find_currency(code)
    except ConfigError:
        return False
    return True


def _decimal(digits: str, style: Style) -> Decimal | Unreadable:
    readings = set(_readings(digits, style))
    if len(readings) == 1:
        return readings.pop()
    if readings:
        return Unreadable("amount_ambiguous", {"one": str(min(readings)), "other": str(max(readings))})
    elsewhere = set(_readings(digits, Style()))
    if len(elsewhere) != 1:
        return Unreadable("amount_unreadable")
    write = str(elsewhere.pop()).replace(".", style.decimal)
    return Unreadable("amount_separator", {"locale": style.locale, "decimal": style.decimal, "write": write})


def _readings(digits: str, style: Style) -> Iterator[Decimal]:
    """Yield what `digits` can mean where no mark takes a part that the locale gives to another mark."""
    for pattern, group, decimal in _patterns(style):
        if pattern.fullmatch(digits):
            whole = digits.replace(group, "") if group else digits
            yield Decimal(whole.replace(decimal, ".") if decimal else whole)


@cache
def _patterns(style: Style) -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple(
        (_pattern(group, decimal), group, decimal)
        for decimal in ("", ".", ",")
        for group in ("", ",", ".", " ", "'")
        if (group != decimal or not group)
        and (not decimal or decimal != style.group)
        and (not group or group != style.decimal)
    )


def _pattern(group: str, decimal: str) -> re.Pattern[str]:
    mark = re.escape(group)
    # Indian grouping, 1,00,000, has one reading only, so it needs no locale.
    indian = "|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if group == "," else ""
    whole = f"(?:[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+{indian})" if group else "[0-9]*" if decimal else "[0-9]+"
    return re.compile(whole + (f"{re.escape(decimal)}[0-9]+" if decimal else ""))
