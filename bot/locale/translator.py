"""Sentences, numbers, money, dates and periods in the reader's language. Nothing is rounded here."""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Self
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, parse_pattern

from core.errors import N_, NrrbotError, Sentence
from core.money import Currency, to_short_units, to_units, to_whole_units
from core.months import Month, Period
from core.terms import Language


class Figure(str):
    """A formatted number that keeps its value: a column of them can be sorted by number."""

    __slots__ = ("value",)

    value: Decimal

    def __new__(cls, text: str, value: Decimal) -> Self:
        """Return the text with its value."""
        figure = super().__new__(cls, text)
        figure.value = value
        return figure


class Translator:
    """One language. Call it with a template to get a sentence; its methods format figures, dates and names."""

    def __init__(self, language: Language, catalogue: gettext.NullTranslations, zone: ZoneInfo | None = None) -> None:
        """Translate into a language.

        Args:
            language: the language.
            catalogue: the sentences in it.
            zone: the time zone of the reader; None for moments as they are.

        """
        self.language = language
        self._catalogue = catalogue
        self._zone = zone
        self._locale = Locale.parse(language)

    def __call__(self, template: str, /, **values: object) -> str:
        """Return the sentence of `template` in this language with its places filled.

        A text that is not in the catalogue, such as a heading of the sheet, is returned unchanged.
        """
        # gettext returns the catalogue's header for the empty text.
        text = self._catalogue.gettext(template) if template else ""
        return text.format(**self._format_values(values)) if values else text

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the sentence for `count` things; both templates may use `{count}`."""
        text = self._catalogue.ngettext(one, many, count)
        return text.format(count=self.format_count(count), **self._format_values(values))

    def format_error(self, error: NrrbotError) -> str:
        """Return the sentences of an error: the problem, then the fix."""
        return " ".join(self(part, **error.values) for part in (error.problem, error.fix) if part)

    def format_sentence(self, sentence: Sentence) -> str:
        """Return a sentence that core or sheets wrote as a template."""
        return self(sentence.template, **sentence.values)

    def _format_values(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self._format_value(value) for name, value in values.items()}

    def _format_value(self, value: object) -> object:
        match value:
            case Month():
                return self.format_month(value)
            case Period():
                return self.format_period(value)
            case dt.datetime():
                return self.format_moment(value)
            case dt.date():
                return self.format_date(value)
            case Sentence():
                return self.format_sentence(value)
            case Decimal():
                return self._format_number(value)
            case _:
                return value

    @property
    def decimal_mark(self) -> str:
        """The mark before the decimals: a point or a comma."""
        return str(get_decimal_symbol(self._locale))

    def format_time(self, hour: int, minute: int) -> str:
        """Return a time of day: 9:00, or 9 h 00."""
        return self(N_("{hour}:{minute}"), hour=hour, minute=f"{minute:02}")

    def format_count(self, value: int) -> str:
        """Return a count: 1,204 or 1 204."""
        return Figure(format_decimal(value, locale=self._locale), Decimal(value))

    def format_decimal(self, value: Decimal) -> str:
        """Return a number, already rounded, with one decimal: 8.4 or 8,4."""
        return str(format_decimal(value, "#,##0.0", locale=self._locale))

    def format_percent(self, value: Decimal) -> str:
        """Return a percentage, already rounded, with one decimal: 103.6% or 103,6 %."""
        return self._format_percent(value, 1)

    def format_short_percent(self, value: Decimal) -> str:
        """Return a percentage that was set, such as a target, with a decimal only where it has one: 110% or 97.5%."""
        return self._format_percent(value, 0 if value == value.to_integral_value() else 1)

    def format_percent_range(self, low: Decimal, high: Decimal) -> str:
        """Return two percentages with one sign: 110–130% or 110–130 %, with a decimal only where one has it."""
        decimals = 0 if all(edge == edge.to_integral_value() for edge in (low, high)) else 1
        if low == high:
            return self._format_percent(low, decimals)
        number = format_decimal(low, "#,##0.0" if decimals else "#,##0", locale=self._locale)
        return f"{number}–{self._format_percent(high, decimals)}"

    def format_exact_percent(self, value: Decimal) -> str:
        """Return a percentage with the decimals that it has: 104%, 104.0% or 104.12%."""
        return self._format_percent(value, max(-int(value.as_tuple().exponent), 0))

    def _format_percent(self, value: Decimal, decimals: int) -> str:
        pattern = parse_pattern(self._locale.percent_formats[None].pattern)
        pattern.frac_prec = (decimals, decimals)
        return Figure(pattern.apply(value.scaleb(-2), self._locale), value)

    def format_points(self, value: Decimal) -> str:
        """Return the distance between two percentages, without the sign: 2.9 points."""
        number = format_decimal(abs(value), "#,##0.0", locale=self._locale)
        # Plural by the whole points: French has "1,9 point", as its plural begins at 2.
        return self.plural(N_("{number} points"), N_("{number} points"), int(abs(value)), number=number)

    def format_signed_points(self, value: Decimal) -> str:
        """Return a difference of percentages, already rounded, with its sign: +0.4."""
        return Figure(format_decimal(value, "+#,##0.0;−#,##0.0", locale=self._locale), value)

    def format_point_change(self, value: Decimal) -> str:
        """Return a difference of percentages, already rounded, with its sign and noun: −8.7 points, or −1,8 point."""
        number = self.format_signed_points(value)
        return self.plural(N_("{number} points"), N_("{number} points"), int(abs(value)), number=number)

    def format_money(self, minor: int, currency: Currency, *, cents: bool = False, signed: bool = False) -> str:
        """Return an amount of minor units in whole units, or with all its decimals when `cents`."""
        value = to_units(minor, currency.exponent) if cents else Decimal(to_whole_units(minor, currency.exponent))
        digits = currency.exponent if cents else 0
        pattern = parse_pattern(self._locale.currency_formats["standard"].pattern)
        pattern.frac_prec = (digits, digits)
        text = str(pattern.apply(value, self._locale, currency=currency.code, currency_digits=False))
        # Babel omits the space that CLDR puts between letters and digits: CHF 1,200.
        text = re.sub(r"(?<=[^\W\d])(?=\d)", "\u00a0", text).replace("-", "−")
        return Figure(f"+{text}" if signed and minor > 0 else text, value)

    def format_short_money(self, minor: int, currency: Currency, *, signed: bool = False) -> str:
        """Return an amount of minor units as it is read at a glance: €40.8k or 40,8 k€; below 10,000 in whole units."""
        value, letter = to_short_units(minor, currency.exponent)
        if not letter:
            return self.format_money(minor, currency, signed=signed)
        pattern = parse_pattern(self._locale.currency_formats["standard"].pattern)
        pattern.frac_prec = (1, 1)
        text = str(pattern.apply(value, self._locale, currency=currency.code, currency_digits=False))
        text = re.sub(r"(?<=[^\W\d])(?=\d)", "\u00a0", text)
        # After the number, so before a currency that follows it.
        text = re.sub(r"(?<=\d)(\s?)(?=\D*$)", rf"\1{letter}", text, count=1).replace("-", "−")
        text = f"+{text}" if signed and minor > 0 else text
        return Figure(text, to_units(minor, currency.exponent))

    def format_amount(self, minor: int, currency: Currency) -> str:
        """Return an amount of minor units with all its decimals and without its currency: 1,200.00."""
        return self._format_number(to_units(minor, currency.exponent))

    def _format_number(self, value: Decimal) -> str:
        """Return a number with the decimals that it has: 1,200.00 or 1 200,00."""
        decimals = -int(value.as_tuple().exponent)
        pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
        return str(format_decimal(value, pattern, locale=self._locale))

    def format_month(self, month: Month) -> str:
        """Return a month in full: September 2025."""
        return format_date(month.first_day, "MMMM y", locale=self._locale)

    def format_month_name(self, month: Month) -> str:
        """Return a month without its year: September."""
        return format_date(month.first_day, "MMMM", locale=self._locale)

    def format_short_month(self, month: Month) -> str:
        """Return a month in short, for tables: Sep 2025."""
        return format_date(month.first_day, "MMM y", locale=self._locale)

    def format_weekday(self, number: int) -> str:
        """Return `Monday`, the day 0 of a week."""
        return str(self._locale.days["format"]["wide"][number])

    def format_date(self, day: dt.date) -> str:
        """Return a day: 6 October 2025 or 6 octobre 2025."""
        return self._format_day(day, "MMMM y")

    def format_short_date(self, day: dt.date) -> str:
        """Return a day in short, without its year: 6 Oct or 6 oct."""
        return self._format_day(day, "MMM")

    def format_moment(self, moment: dt.datetime) -> str:
        """Return a moment with its time zone, to the minute: 5 Oct 2026, 07:00 UTC or 5 oct. 2026 à 07:00 UTC."""
        moment = moment.astimezone(self._zone) if self._zone else moment
        day, time = self._format_day(moment, "MMM y"), f"{moment:%H:%M}"
        return self(N_("{day}, {time} {zone}"), day=day, time=time, zone=moment.tzname() or "UTC")

    def _format_day(self, day: dt.date, pattern_suffix: str) -> str:
        first = self.language == "fr" and day.day == 1
        return format_date(day, ("d'er' " if first else "d ") + pattern_suffix, locale=self._locale)

    def format_list(self, items: Iterable[str]) -> str:
        """Return a list as a phrase: A, B, and C."""
        return format_list(list(items), locale=self._locale)

    def format_period(self, period: Period) -> str:
        """Return the name of a period: Q3 2025, T3 2025; an unfinished one is "to date"."""
        begin, end = self.format_month(period.window.start + 1), self.format_month(period.window.end)
        name = self(_PERIODS[period.kind], number=period.number, year=period.year, begin=begin, end=end)
        if period.kind in _PARTS and period.window.start + 1 != _first_month_in_calendar(period):
            # A fiscal quarter: name its months too, as a reader may think of the calendar's quarter.
            template = (
                N_("{period} ({begin} to {end})") if period.complete else N_("{period} to date ({begin} to {end})")
            )
            return self(template, period=name, begin=begin, end=end)
        return name if period.complete else self(N_("{period} to date (to {end})"), period=name, end=end)


# The periods that are parts of a year, with their lengths in months.
_PARTS = {"quarter": 3, "half": 6}


def _first_month_in_calendar(period: Period) -> Month:
    """Return the first month of the calendar's quarter or half with that name."""
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
def get_translator(language: Language, zone: str = "") -> Translator:
    """Return the translator of a language, and of the time zone of a reader where that is known."""
    return Translator(language, _load_catalogue(language), ZoneInfo(zone) if zone else None)


@cache
def _load_catalogue(language: Language) -> gettext.NullTranslations:
    """Return the sentences of a language, compiled in memory; English has none."""
    if language == "en":
        return gettext.NullTranslations()
    source = resources.files("bot.locale").joinpath(f"{language}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
