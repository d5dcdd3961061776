"""What a reader's language makes of sentences, numbers, money, months and periods. It rounds nothing."""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, parse_pattern

from core.errors import N_, NrrbotError, Sentence
from core.money import Currency, to_units, whole_units
from core.months import Month, Period

Language = Literal["en", "fr"]


class Translator:
    """One language: call it with a template for a sentence; its methods write figures the way its readers do."""

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue
        self._locale = Locale.parse(language)

    def __call__(self, template: str, /, **values: object) -> str:
        """Return the sentence of `template` in this language with its places filled.

        A text that no catalogue has, such as a heading of the sheet, is returned as it is, braces and all.
        """
        # gettext answers the empty text with the head of its catalogue.
        text = self._catalogue.gettext(template) if template else ""
        return text.format(**{key: self._show(value) for key, value in values.items()}) if values else text

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the sentence for `count` things; both templates may use `{count}`."""
        text = self._catalogue.ngettext(one, many, count)
        return text.format(count=self.integer(count), **{key: self._show(value) for key, value in values.items()})

    def error(self, error: NrrbotError) -> str:
        """Return the text of an error in this language."""
        return " ".join(self(part, **error.values) for part in (error.problem, error.fix) if part)

    def sentence(self, sentence: Sentence) -> str:
        """Return a sentence that another room has left to be translated."""
        return self(sentence.template, **sentence.values)

    def _show(self, value: object) -> object:
        match value:
            case Month():
                return self.month(value)
            case Period():
                return self.period(value)
            case dt.datetime():
                return self.moment(value)
            case Sentence():
                return self.sentence(value)
            case _:
                return value

    def integer(self, value: int) -> str:
        """Return a count: 1,204 or 1 204."""
        return str(format_decimal(value, locale=self._locale))

    def percent(self, value: Decimal) -> str:
        """Return a percentage that has one decimal already: 103.6% or 103,6 %."""
        return self._percent(value, 1)

    def limit(self, value: Decimal) -> str:
        """Return a percentage that was chosen, not measured, without decimals that nobody chose: 110%."""
        return self._percent(value, 0 if value == value.to_integral_value() else 1)

    def _percent(self, value: Decimal, decimals: int) -> str:
        pattern = parse_pattern(self._locale.percent_formats[None].pattern)
        pattern.frac_prec = (decimals, decimals)
        return str(pattern.apply(value.scaleb(-2), self._locale))

    def distance(self, value: Decimal) -> str:
        """Return how far two percentages are apart, without the sign: 2.9 points."""
        number = format_decimal(abs(value), "#,##0.0", locale=self._locale)
        # Two templates, as French has "1,9 point": its plural begins at 2.
        return self.plural(N_("{number} points"), N_("{number} points"), int(abs(value)), number=number)

    def points(self, value: Decimal) -> str:
        """Return a difference of percentages that has one decimal already, with its sign: +0.4."""
        return str(format_decimal(value, "+#,##0.0;-#,##0.0", locale=self._locale))

    def money(self, minor: int, currency: Currency, *, cents: bool = False, signed: bool = False) -> str:
        """Return an amount in whole units, or with all its decimals when `cents`."""
        value = to_units(minor, currency.exponent) if cents else Decimal(whole_units(minor, currency.exponent))
        digits = currency.exponent if cents else 0
        pattern = parse_pattern(self._locale.currency_formats["standard"].pattern)
        pattern.frac_prec = (digits, digits)
        text = str(pattern.apply(value, self._locale, currency=currency.code, currency_digits=False))
        # Babel leaves out the space that CLDR puts between letters and digits: CHF 1,200.
        text = re.sub(r"(?<=[^\W\d])(?=\d)", "\u00a0", text)
        return f"+{text}" if signed and minor > 0 else text

    def month(self, month: Month) -> str:
        """Return a month in full: September 2025."""
        return format_date(month.first_day, "MMMM y", locale=self._locale)

    def short_month(self, month: Month) -> str:
        """Return a month where there is little room: Sep 2025."""
        return format_date(month.first_day, "MMM y", locale=self._locale)

    def date(self, day: dt.date) -> str:
        """Return a day: 6 October 2025 or 6 octobre 2025."""
        return self._day(day, "MMMM y")

    def moment(self, moment: dt.datetime) -> str:
        """Return a moment with its time zone, to the minute: 5 Oct 2026, 07:00 UTC or 5 oct. 2026 à 07:00 UTC."""
        day, time = self._day(moment, "MMM y"), f"{moment:%H:%M}"
        return self(N_("{day}, {time} {zone}"), day=day, time=time, zone=moment.tzname() or "UTC")

    def _day(self, day: dt.date, rest: str) -> str:
        first = self.language == "fr" and day.day == 1
        return format_date(day, ("d'er' " if first else "d ") + rest, locale=self._locale)

    def names(self, items: Iterable[str]) -> str:
        """Return a list in words: A, B, and C."""
        return format_list(list(items), locale=self._locale)

    def period(self, period: Period) -> str:
        """Return what a period is called: Q3 2025, T3 2025; one still running is "to date"."""
        begin, end = self.month(period.window.start + 1), self.month(period.window.end)
        name = self(_PERIODS[period.kind], number=period.number, year=period.year, begin=begin, end=end)
        if period.kind in _PARTS and period.window.start + 1 != _calendar_begin(period):
            # A fiscal quarter: its months say which it is, for whoever thinks of the calendar's.
            template = (
                N_("{period} ({begin} to {end})") if period.complete else N_("{period} to date ({begin} to {end})")
            )
            return self(template, period=name, begin=begin, end=end)
        return name if period.complete else self(N_("{period} to date (to {end})"), period=name, end=end)


# The periods that are parts of a year, and how many months they have.
_PARTS = {"quarter": 3, "half": 6}


def _calendar_begin(period: Period) -> Month:
    """Return with which month a part of the calendar year of that name begins."""
    return Month.of(period.year, 1) + _PARTS[period.kind] * (period.number - 1)


_PERIODS = {
    "month": N_("{end}"),
    "quarter": N_("Q{number} {year}"),
    "half": N_("H{number} {year}"),
    "year": N_("{year}"),
    "fiscal_year": N_("fiscal year {year}"),
    "ttm": N_("twelve months to {end}"),
    "ytd": N_("year to {end}"),
    "range": N_("{begin} to {end}"),
}


@cache
def translator(language: Language) -> Translator:
    """Return the words of a language. Its catalogue is compiled in memory, once; English needs none."""
    if language == "en":
        return Translator("en", gettext.NullTranslations())
    source = resources.files("bot.locale").joinpath(f"{language}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=language))
    compiled.seek(0)
    return Translator(language, gettext.GNUTranslations(compiled))
