"""The unit of a tab's amounts, from the words nearest to them.

The order is the config, the known unit of an export, the headings of the amounts, the titles above the header row, the
title of the tab, the number formats. Period, scale and currency are tab_unit one by one, as "ARR" can be in the heading
and "in k€" in the title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, NamedTuple, TypeVar

from core.errors import N_, Sentence, WorkbookLayoutError
from sheets.cells.dates import FIRST_YEAR, LAST_YEAR
from sheets.cells.numbers import is_amount_text
from sheets.cells.text import fold_cell, is_blank, read_text
from sheets.cells.units import (
    HALF,
    MILLION,
    MINOR,
    MONTH,
    QUARTER,
    TERM,
    THOUSAND,
    WEEK,
    YEAR,
    AmountUnit,
    Period,
    UnitWords,
    is_revenue_heading,
    read_configured_unit,
    read_unit_words,
)
from sheets.tabs.number_formats import list_format_words
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

T = TypeVar("T")
Place = tuple[int, int] | None
Level = Literal["config", "export", "heading", "title", "tab", "format"]

_PERIOD_STATEMENTS: Mapping[Period, str] = {
    MONTH: N_("Amounts are read as MRR, because of “{text}”."),
    YEAR: N_("Amounts are read as yearly and divided by 12, because of “{text}”."),
    TERM: N_("Amounts are read as totals of their lines and divided by the months of each, because of “{text}”."),
    QUARTER: N_("Amounts are read as quarterly and divided by 3, because of “{text}”."),
    HALF: N_("Amounts are read as half-yearly and divided by 6, because of “{text}”."),
    WEEK: N_("Amounts are read as weekly, multiplied by 52 and divided by 12, because of “{text}”."),
}
_AS_MRR = N_("Amounts are read as MRR, as no heading, title or tab name says otherwise.")
_AS_RECOGNISED = N_(
    "Amounts are read as MRR, but “{text}” speaks of recognised revenue, which can have one-off fees and parts of "
    "months."
)
_AS_REVENUE = N_("Amounts under “{text}” are read as MRR, though revenue can have one-off fees and parts of months.")
_RECOGNISED = re.compile(
    r"\brecogni[sz]ed\b|\brevenue recognition\b|\bdeferred (?:revenue|balance)\b|\b(?:revenus?|ca) reconnus?\b"
    r"|\bproduits? constates? d avance\b|\breconnaissance du revenu\b"
)
_SCALE_STATEMENTS: Mapping[Fraction, str] = {
    THOUSAND: N_("Amounts are read as thousands and multiplied by 1,000, because of “{text}”."),
    MILLION: N_("Amounts are read as millions and multiplied by 1,000,000, because of “{text}”."),
    MINOR: N_("Amounts are read as minor units of their currency, such as cents, because of “{text}”."),
}
# The periods of `workbook.amount_is`.
CONFIGURED_PERIODS: Mapping[str, Period] = {"month": MONTH, "year": YEAR, "term": TERM}


class UnitText(NamedTuple):
    """A text with words of a unit: its level, the text, its cell as in `TabReader.decide`, and its words."""

    level: Level
    text: str
    cell: Place
    words: UnitWords


@dataclass(frozen=True, slots=True)
class Reason:
    """The text that gave a part of the unit; its cell is the row (counted as in `TabReader.report`) and column."""

    level: Level
    text: str
    cell: Place


@dataclass(frozen=True, slots=True)
class TabUnit:
    """The unit of a tab's amounts and its reasons.

    Attributes:
        unit: the unit.
        period: the reason of the period; None if nothing states it.
        scale: the reason of the scale; None if nothing states it.
        currency: the reason of the currency; None if nothing states it.
        is_doubted: True if the period rests on a word such as "annual" in a title alone.
        is_measure: True if the heading itself names a measure such as MRR or ARR.

    """

    unit: AmountUnit
    period: Reason | None = None
    scale: Reason | None = None
    currency: Reason | None = None
    is_doubted: bool = False
    is_measure: bool = False

    @property
    def states_own_period(self) -> bool:
        """Tell whether the period is that of the amounts themselves, so that no Interval column divides them."""
        return self.period is not None and self.period.level in {"config", "export", "heading"}

    def with_period(self, period: Period, reason: Reason, *, is_doubted: bool = False) -> TabUnit:
        """Return the unit with another period."""
        unit = replace(self.unit, months=period.months, is_term=period.is_term)
        return replace(self, unit=unit, period=reason, is_doubted=is_doubted)


def find_tab_unit(reader: TabReader, columns: Sequence[int]) -> TabUnit:
    """Return the unit of the amounts in `columns`, and where each part of it is stated.

    Raises:
        ConfigError: `workbook.unit` names no unit.
        WorkbookLayoutError: the nearest words contradict each other.

    """
    texts = [*_list_configured(reader, columns), *list_unit_texts(reader, columns)]
    period, period_text = _choose(reader, _drop_vague_titles(texts), lambda words: words.periods)
    scale, scale_text = _choose(reader, texts, lambda words: words.scales)
    currency, currency_text = _choose_currency(texts)
    unit = AmountUnit(
        months=period.months if period else None,
        is_term=bool(period and period.is_term),
        scale=scale or Fraction(1),
        currency=currency,
    )
    is_vague = period_text is not None and period_text.level in {"title", "tab"} and not period_text.words.is_measure
    return TabUnit(
        unit,
        _to_reason(period_text),
        _to_reason(scale_text),
        _to_reason(currency_text),
        is_doubted=is_vague and period != MONTH,
        is_measure=period_text is not None and period_text.level == "heading" and period_text.words.is_measure,
    )


def read_monthly_unit(reader: TabReader, columns: Sequence[int]) -> AmountUnit:
    """Return the unit of amounts that belong to months or days, such as those of MRR wide, and record it.

    An amount without a period is MRR, unless `workbook.amount_is` says "year".

    Raises:
        ConfigError: `workbook.unit` names no unit.
        WorkbookLayoutError: the nearest words contradict each other, or the amounts are totals of terms.

    """
    return settle_monthly_unit(reader, find_tab_unit(reader, columns))


def settle_monthly_unit(reader: TabReader, tab_unit: TabUnit) -> AmountUnit:
    """Return the unit of amounts that belong to months, given what the tab says about it, and record it.

    Raises:
        WorkbookLayoutError: the amounts are totals of terms.

    """
    if tab_unit.period is None and reader.options.amount_is:
        tab_unit = apply_configured_period(reader, tab_unit)
    if tab_unit.unit.is_term:
        raise WorkbookLayoutError(
            N_("The amounts of the tab “{tab}” are totals of contracts (“{text}”), and the tab has no start and end."),
            N_("Add the columns Start and End; or, if they are no totals, name their unit in workbook.unit."),
            tab=reader.title,
            text=tab_unit.period.text if tab_unit.period else "",
        )
    record_unit(reader, tab_unit)
    return tab_unit.unit


def apply_configured_period(reader: TabReader, tab_unit: TabUnit) -> TabUnit:
    """Return the unit with the period of `workbook.amount_is`, which must not be empty."""
    line = f'workbook.amount_is = "{reader.options.amount_is}"'
    return tab_unit.with_period(CONFIGURED_PERIODS[reader.options.amount_is], Reason("config", line, None))


def record_unit(reader: TabReader, tab_unit: TabUnit) -> None:
    """Record the unit that is applied, as decisions of the reader."""
    unit = tab_unit.unit
    line = f'workbook.unit = "{replace(unit, currency="").words}"'
    if tab_unit.period is None:
        recognised, revenue = _find_recognised(reader), _find_revenue(reader)
        template = _AS_RECOGNISED if recognised else _AS_REVENUE if revenue else _AS_MRR
        text = recognised or revenue
        reader.decide(
            "unit", Sentence(template, {"text": text} if text else {}), config_line=line, is_doubted=bool(text)
        )
    else:
        statement = Sentence(_PERIOD_STATEMENTS[Period(unit.months, unit.is_term)], {"text": tab_unit.period.text})
        reader.decide("unit", statement, tab_unit.period.cell, config_line=line, is_doubted=tab_unit.is_doubted)
    if tab_unit.scale is not None:
        statement = Sentence(_SCALE_STATEMENTS[unit.scale], {"text": tab_unit.scale.text})
        reader.decide("unit", statement, tab_unit.scale.cell, config_line=line)


def _find_revenue(reader: TabReader) -> str:
    """Return the heading of the amounts if it names revenue; empty if it does not."""
    column = reader.header.columns.get("amount")
    heading = "" if column is None else reader.header.heading(column)
    return heading if is_revenue_heading(heading) else ""


def _find_recognised(reader: TabReader) -> str:
    """Return the title or heading that speaks of recognised revenue; empty if none does."""
    titles = [text.text for text in list_unit_texts(reader, []) if text.level != "format"]
    headings = [reader.header.heading(column) for column in reader.header.others]
    return next((text for text in [*titles, *headings] if _RECOGNISED.search(fold_cell(text))), "")


def _list_configured(reader: TabReader, columns: Sequence[int]) -> Iterator[UnitText]:
    """Yield the unit in the config, and the known unit of an export."""
    if reader.options.unit:
        words = _to_words(read_configured_unit(reader.options.unit))
        yield UnitText("config", f'workbook.unit = "{reader.options.unit}"', None, words)
    if reader.stated_unit:
        heading = reader.header.heading(columns[0]) if columns else reader.title
        yield UnitText("export", heading, None, _to_words(reader.stated_unit))


def list_unit_texts(reader: TabReader, columns: Sequence[int]) -> Iterator[UnitText]:
    """Yield the headings, the titles above, the tab's title, and the literal texts of the number formats."""
    rows, header = reader.grid.rows, reader.header
    written = rows[header.row] if header.row < len(rows) else ()
    for column in columns:
        # A heading of two rows, or with a meaning of the config, differs from the cell.
        raw = read_text(written[column]) if column < len(written) else ""
        for text in dict.fromkeys((raw, header.heading(column))):
            if text:
                yield UnitText("heading", text, (-1, column), read_unit_words(text, is_heading=True))
    for row in range(min(header.row, len(rows))):
        for column, cell in enumerate(rows[row]):
            text = read_text(cell) if isinstance(cell, str) else ""
            if text and column not in header.other_measures and not _labels_number(rows[row][column + 1 :]):
                place = (row - reader.first_row, column)
                yield UnitText("title", text, place, read_unit_words(text, is_heading=False))
    yield UnitText("tab", reader.title, None, read_unit_words(reader.title, is_heading=False))
    for text, place, words in list_format_words(reader, columns):
        yield UnitText("format", text, place, words)


def _labels_number(cells: Sequence[Cell]) -> bool:
    """Tell whether the next cell of a row is a number: the text before it is its label, as in "Total ARR", 120,000."""
    following = next((cell for cell in cells if not is_blank(cell)), None)
    if isinstance(following, str):
        return is_amount_text(following)
    return isinstance(following, int | float) and not FIRST_YEAR <= following <= LAST_YEAR


def _drop_vague_titles(texts: Sequence[UnitText]) -> list[UnitText]:
    """Return the texts without titles such as "Annual revenue" if the tab's title is a measure such as MRR."""
    if not any(text.level == "tab" and text.words.is_measure for text in texts):
        return list(texts)
    return [text for text in texts if text.level != "title" or text.words.is_measure]


def _choose(
    reader: TabReader, texts: Sequence[UnitText], part: Callable[[UnitWords], Iterable[T]]
) -> tuple[T | None, UnitText | None]:
    """Return the nearest value of a part of the unit and its text.

    Raises:
        WorkbookLayoutError: the nearest level has two values.

    """
    for level in dict.fromkeys(text.level for text in texts):
        stating = [text for text in texts if text.level == level and any(True for _ in part(text.words))]
        values = {value: text for text in reversed(stating) for value in part(text.words)}
        if len(values) > 1:
            raise WorkbookLayoutError(
                N_("The tab “{tab}” names two units of its amounts: {texts}. It is not read."),
                N_("Name the unit in the config, such as: workbook.unit = {example}."),
                tab=reader.title,
                texts=" / ".join(dict.fromkeys(text.text for text in stating)),
                example='"ARR"',
            )
        if values:
            return next(iter(values.items()))
    return None, None


def _choose_currency(texts: Sequence[UnitText]) -> tuple[str, UnitText | None]:
    """Return the nearest currency and its text; a level that names two, as a list of them does, states none."""
    for level in dict.fromkeys(text.level for text in texts if text.level != "format"):
        codes = {code: text for text in texts if text.level == level for code in text.words.currencies}
        if len(codes) == 1:
            return next(iter(codes.items()))
    return "", None


def _to_words(unit: AmountUnit) -> UnitWords:
    period = Period(unit.months, unit.is_term)
    return UnitWords(
        frozenset({period} if unit.months or unit.is_term else ()),
        frozenset({unit.scale} if unit.scale != 1 else ()),
        frozenset({unit.currency} if unit.currency else ()),
        is_measure=True,
    )


def _to_reason(text: UnitText | None) -> Reason | None:
    return Reason(text.level, text.text, text.cell) if text else None
