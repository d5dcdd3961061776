"""One cell to an exact number: amounts with or without a currency, shares, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache

from core.errors import ConfigError
from core.money import find_currency
from core.text import plain_characters
from sheets.cells.text import LocaleFormat, UnreadableCell, read_text
from sheets.workbook.port import Cell

# The currencies of a mark. A mark never decides the currency; it must only not contradict it.
MARKS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"),
    "US$": ("USD",),
    "C$": ("CAD",),
    "CA$": ("CAD",),
    "A$": ("AUD",),
    "R$": ("BRL",),
    "HK$": ("HKD",),
    "S$": ("SGD",),
    "NZ$": ("NZD",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₪": ("ILS",),
    "zł": ("PLN",),
    "Kč": ("CZK",),
    "₺": ("TRY",),
    "₽": ("RUB",),
    "₴": ("UAH",),
    "₦": ("NGN",),
    "₱": ("PHP",),
    "₫": ("VND",),
    "฿": ("THB",),
    "₸": ("KZT",),
    **dict.fromkeys(("kr", "kr."), ("SEK", "NOK", "DKK", "ISK")),
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


def read_amount(cell: Cell, locale_format: LocaleFormat, currency: str) -> Decimal | UnreadableCell | None:
    """Return a cell as an exact amount in whole units, None if it is blank.

    Reads numbers as the sheet shows them (without their binary noise), and texts with thousands separators, a decimal
    comma or point, a currency before or after, (500) or 500- for a negative, 1.2k. The locale decides the meaning of
    a comma and a point.

    Args:
        cell: the cell.
        locale_format: the format of numbers in the workbook's locale.
        currency: the ISO code of the expected currency; a text that names another one is unreadable.

    """
    if cell is None:
        return None
    if isinstance(cell, str):
        return _read_written_amount(cell, locale_format, currency)
    return _read_exact_number(cell) if type(cell) in (int, float) else UnreadableCell("amount_unreadable")


@lru_cache(maxsize=4096)
def has_scale(cell: str) -> bool:
    """Tell whether a text is an amount with a scale, such as 12.5k: it needs no scale from its heading."""
    match = _AMOUNT.fullmatch(plain_characters(cell))
    return bool(match and match["scale"])


@lru_cache(maxsize=4096)
def find_currency_mark(cell: str) -> str:
    """Return the currency mark of a text that is an amount, such as the € of "1 200 €"; empty if it has none."""
    match = _AMOUNT.fullmatch(plain_characters(cell))
    return (match["before"] or match["after"] or "") if match else ""


def is_amount_text(cell: str) -> bool:
    """Tell whether a text is written like an amount, in any locale and currency."""
    return _AMOUNT.fullmatch(plain_characters(cell)) is not None


def read_scaled_amount(
    cell: Cell, locale_format: LocaleFormat, currency: str, scale: Fraction
) -> Decimal | UnreadableCell | None:
    """Return `read_amount` of a cell whose heading has a scale, to be multiplied by it.

    A text with a scale, such as 12.5k, is whole already: under a heading in k€ it is 12.5.
    """
    value = read_amount(cell, locale_format, currency)
    if scale == 1 or not isinstance(value, Decimal) or not isinstance(cell, str) or not has_scale(cell):
        return value
    return value * scale.denominator / scale.numerator


def read_number(cell: Cell, locale_format: LocaleFormat) -> Decimal | UnreadableCell | None:
    """Return a cell as an exact number without a currency, None if it is blank."""
    return read_amount(cell, locale_format, "")


def read_share(cell: Cell, locale_format: LocaleFormat, most: int = 1) -> Decimal | UnreadableCell | None:
    """Return a cell as a share from 0 to `most` (1 is 100%), None if it is blank.

    "10%" and 0.1 are the same; a number above `most` without % is unreadable, as 10 may mean 10% or a mistake.
    """
    percent = isinstance(cell, str) and plain_characters(cell).endswith("%")
    value = read_number(plain_characters(cell)[:-1] if isinstance(cell, str) and percent else cell, locale_format)
    if value is None and not percent:
        return None
    if not isinstance(value, Decimal):
        return UnreadableCell("share_unreadable")
    value = value.scaleb(-2) if percent else value
    return value if 0 <= value <= most else UnreadableCell("share_unreadable")


@cache
def plain_number_pattern(locale_format: LocaleFormat) -> re.Pattern[str]:
    """Return a pattern of plain numbers, which have one reading: digits, then the decimals of the locale, if any."""
    mark = locale_format.decimal
    return re.compile(rf"[0-9]+(?:{re.escape(mark)}[0-9]+)?" if mark in {".", ","} else "[0-9]+")


def read_currency_code(cell: Cell, reporting: str) -> str | UnreadableCell:
    """Return the ISO code in a Currency cell; `reporting` if the cell is blank, or a mark of that currency."""
    word = read_text(cell)
    if not word or reporting in MARKS.get(word, MARKS.get(word.casefold(), ())):
        return reporting
    codes = MARKS.get(word, MARKS.get(word.casefold(), (word,)))
    return codes[0].upper() if len(codes) == 1 and is_currency_code(codes[0]) else UnreadableCell("currency_unknown")


def _read_exact_number(value: Cell) -> Decimal | UnreadableCell:
    # repr returns the shortest decimal of a float: the number that a person typed or sees, without binary noise.
    number = Decimal(repr(value))
    return number if number.is_finite() else UnreadableCell("amount_unreadable")


@lru_cache(maxsize=4096)
def _read_written_amount(cell: str, locale_format: LocaleFormat, currency: str) -> Decimal | UnreadableCell | None:
    plain = plain_characters(cell)
    if not plain:
        return None
    if plain_number_pattern(locale_format).fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    match = _AMOUNT.fullmatch(plain)
    if not match or bool(match["open"]) != bool(match["close"]) or (match["before"] and match["after"]):
        return UnreadableCell("amount_unreadable")
    signs = [sign for sign in (match["open"], match["sign"], match["inner"], match["trail"]) if sign]
    mark = match["before"] or match["after"]
    problem = _check_currency_mark(mark, currency) if mark else None
    if len(signs) > 1 or problem:
        return problem or UnreadableCell("amount_unreadable")
    number = _read_digits(match["digits"].rstrip(), locale_format)
    if isinstance(number, UnreadableCell):
        return number
    return number * _SCALES[match["scale"]] * (1 if signs in ([], ["+"]) else -1)


def _check_currency_mark(mark: str, currency: str) -> UnreadableCell | None:
    """Return the problem of a currency mark if `currency` is expected; None if it fits."""
    codes = MARKS.get(mark, MARKS.get(mark.casefold(), (mark.upper(),)))
    if currency in codes:
        return None
    if not currency or not is_currency_code(codes[0]):
        return UnreadableCell("amount_unreadable")
    return UnreadableCell("currency_mismatch", {"currency": currency})


def is_currency_code(code: str) -> bool:
    """Tell whether a text is the ISO code of a currency."""
    try:
        find_currency(code)
    except ConfigError:
        return False
    return True


def _read_digits(digits: str, locale_format: LocaleFormat) -> Decimal | UnreadableCell:
    readings = set(_list_readings(digits, locale_format))
    if len(readings) == 1:
        return readings.pop()
    if readings:
        return UnreadableCell("amount_ambiguous", {"one": str(min(readings)), "other": str(max(readings))})
    # Without the rules of this locale: one reading means that the number is written for another locale.
    elsewhere = set(_list_readings(digits, LocaleFormat()))
    if len(elsewhere) != 1:
        return UnreadableCell("amount_unreadable")
    write = str(elsewhere.pop()).replace(".", locale_format.decimal)
    values = {"locale": locale_format.locale, "decimal": locale_format.decimal, "write": write}
    return UnreadableCell("amount_separator", values)


def _list_readings(digits: str, locale_format: LocaleFormat) -> Iterator[Decimal]:
    """Yield the numbers that `digits` can be, if no mark has a role that the locale gives to another mark."""
    for pattern, group, decimal in _build_patterns(locale_format):
        if pattern.fullmatch(digits):
            whole = digits.replace(group, "") if group else digits
            yield Decimal(whole.replace(decimal, ".") if decimal else whole)


@cache
def _build_patterns(locale_format: LocaleFormat) -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple(
        (_build_pattern(group, decimal), group, decimal)
        for decimal in ("", ".", ",")
        for group in ("", ",", ".", " ", "'")
        if (group != decimal or not group)
        and (not decimal or decimal != locale_format.group)
        and (not group or group != locale_format.decimal)
    )


def _build_pattern(group: str, decimal: str) -> re.Pattern[str]:
    mark = re.escape(group)
    # Indian grouping, 1,00,000, has one reading only, so it needs no locale.
    indian = "|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if group == "," else ""
    whole = f"(?:[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+{indian})" if group else "[0-9]*" if decimal else "[0-9]+"
    return re.compile(whole + (f"{re.escape(decimal)}[0-9]+" if decimal else ""))
