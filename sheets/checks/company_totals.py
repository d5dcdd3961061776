"""The rows and columns of a waterfall or a table of KPIs that hold figures of the whole company, by period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.months import Period
from core.text import fold
from sheets.cells.currency_words import find_currencies, read_format_literals, resolve_mark
from sheets.cells.dates import read_month, read_period_close
from sheets.cells.text import LocaleFormat, is_blank
from sheets.checks.sheet_totals import Figure, build_period
from sheets.workbook.port import Cell, Grid

_LEAST_PERIODS = 2
# Fewer numbers may look like months or years by chance.
_LEAST_NUMBERS = 3
_FACTORS: Mapping[str, int] = {"mrr": 1, "arr": 12}
_WORDS = re.compile(r"[^\W_]+")
_LONG_NAMES = (
    (re.compile(r"monthly recurring revenue|revenus? mensuels? recurrents?|revenus? recurrents? mensuels?"), "mrr"),
    (re.compile(r"annual recurring revenue|revenus? annuels? recurrents?|revenus? recurrents? annuels?"), "arr"),
)
# The words of each figure, and words that change nothing. With any other word, as in "MRR growth", an amount is
# something else.
_FIGURE_WORDS: Mapping[Figure, frozenset[str]] = {
    "close": frozenset({"ending", "end", "closing", "close", "final", "finale", "fin", "cloture", "eom", "eop"}),
    "opening": frozenset(
        {"opening", "open", "starting", "start", "beginning", "begin", "bom", "bop", "initial", "initiale"}
        | {"debut", "ouverture"}
    ),
    "new": frozenset({"new", "nouveau", "nouveaux", "nouvelle", "nouvelles"}),
    "reactivation": frozenset({"reactivation", "reactivations", "reactivated", "winback", "reactive", "reactives"}),
    "expansion": frozenset({"expansion", "expansions", "upgrade", "upgrades", "hausse", "hausses"}),
    "contraction": frozenset(
        {"contraction", "contractions", "downgrade", "downgrades", "downsell", "baisse", "baisses"}
    ),
    "churn": frozenset(
        {"churn", "churned", "lost", "attrition", "perdu", "perdus", "perdue", "perdues", "resilie", "resilies"}
        | {"cancelled", "canceled"}
    ),
}
_NET_WORDS = frozenset({"net", "nette"})
_TOTAL_WORDS = frozenset({"total", "totals", "totaux"})
# In "MRR of new customers"; without MRR in the label it is a number of customers.
_CUSTOMER_WORDS = frozenset({"customer", "customers", "client", "clients", "account", "accounts", "compte", "comptes"})
_NEUTRAL_WORDS = frozenset(
    {"of", "at", "the", "in", "from", "de", "du", "des", "la", "le", "en", "a", "month", "mois", "period", "periode"}
    | {"balance", "solde", "monthly", "mensuel", "company", "overall", "global", "k", "keur", "thousands", "milliers"}
    | {"quarter", "trimestre"}
)
# "MRR by region": what follows says how the total is split.
_SPLIT = re.compile(r"\b(?:by|per|par)\b.*")


@dataclass(frozen=True, slots=True)
class CompanyTotal:
    """A figure of the whole company in several periods, as a tab has it.

    Attributes:
        row: the row of its label, from 0.
        column: the column of its label, from 0.
        figure: the figure.
        factor: 1 for MRR, 12 for ARR.
        places: period -> row and column of the amount.

    """

    row: int
    column: int
    figure: Figure
    factor: int
    places: Mapping[Period, tuple[int, int]]


def find_company_totals(grid: Grid, currency: str, fiscal_year_starts: int) -> Iterator[CompanyTotal]:
    """Yield the totals of a tab, with the periods across or down; none of a tab that names another currency.

    Args:
        grid: the tab.
        currency: the code of the reporting currency; labels and amounts in another one are skipped.
        fiscal_year_starts: the first month of the fiscal year. If it is not January, a quarter may be one of the
            fiscal year or of the calendar, and is skipped.

    """
    if _names_other_currency(grid.tab.title, currency):
        return
    title = _extend_title(grid, currency)
    periods: Mapping[int, Period] = {}
    for row, cells in enumerate(grid.rows):
        labels = {
            column: label
            for column, cell in enumerate(cells)
            if isinstance(cell, str) and (label := _read_label(cell, title, currency))
        }
        first = next((column for column, cell in enumerate(cells) if not is_blank(cell)), -1)
        places: Mapping[Period, tuple[int, int]] = {}
        if periods and first in labels:
            places = {period: (row, column) for column, period in periods.items()}
            yield from _build_totals(grid, row, {first: labels[first]}, {first: places}, currency)
            continue
        headings = _read_periods(cells, fiscal_year_starts, is_first=not periods)
        if len(headings) >= _LEAST_PERIODS:
            periods = headings
        elif labels and (rows := _read_periods_below(grid, row, fiscal_year_starts)):
            below = {column: {period: (number, column) for number, period in rows.items()} for column in labels}
            yield from _build_totals(grid, row, labels, below, currency)
        elif not periods and any(isinstance(cell, str) and _names_other_currency(cell, currency) for cell in cells):
            # A title above the table.
            return


def may_hold_totals(head: Grid) -> bool:
    """Tell whether a tab has periods across or down in its first rows, so that the rows below may hold totals."""
    if any(len(_read_periods(cells, 1, is_first=True)) >= _LEAST_PERIODS for cells in head.rows):
        return True
    labels = (next((cell for cell in cells if not is_blank(cell)), None) for cells in head.rows)
    return sum(_read_period(label, 1) is not None for label in labels) >= _LEAST_PERIODS


def _build_totals(
    grid: Grid,
    row: int,
    labels: Mapping[int, tuple[Figure, int]],
    places: Mapping[int, Mapping[Period, tuple[int, int]]],
    currency: str,
) -> Iterator[CompanyTotal]:
    others = {
        (number, run.column)
        for run in grid.formats
        if resolve_mark(read_format_literals(run.code)[0], currency) not in ("", currency)
        for number in range(run.top, min(run.bottom, len(grid.rows)))
    }
    for column, (figure, factor) in labels.items():
        own = {period: place for period, place in places[column].items() if place not in others}
        if own:
            yield CompanyTotal(row, column, figure, factor, own)


def _extend_title(grid: Grid, currency: str) -> str:
    """Return the tab's title, with the measure of its labels if that is one and the tab is a waterfall."""
    labels = [cell for cells in grid.rows for cell in cells if isinstance(cell, str)]
    read = [label for cell in labels if (label := _read_label(cell, grid.tab.title, currency))]
    factors = {factor for _, factor in read}
    if len(factors) > 1 or "opening" not in {figure for figure, _ in read}:
        return grid.tab.title
    (measure,) = (name for name, factor in _FACTORS.items() if factor in factors)
    return f"{grid.tab.title} {measure}"


def _names_other_currency(text: str, currency: str) -> bool:
    named = set(find_currencies(text, is_heading=False))
    return bool(named) and currency not in named


def _read_periods(cells: Sequence[Cell], fiscal_year_starts: int, *, is_first: bool) -> dict[int, Period]:
    """Return column -> period of a row of headings; nothing for a row of amounts that only look like months."""
    read = {column: _read_period(cell, fiscal_year_starts) for column, cell in enumerate(cells)}
    periods = {column: period for column, period in read.items() if period}
    if all(isinstance(cells[column], int | float) for column in periods):
        closes = [period.window.end for period in periods.values()]
        steps = {one.until(other) for one, other in pairwise(closes)}
        if len(steps) > 1 or min(steps, default=0) < 1 or not (is_first or len(closes) >= _LEAST_NUMBERS):
            return {}
    return periods


def _read_period(cell: Cell, fiscal_year_starts: int) -> Period | None:
    if is_blank(cell):
        return None
    close = read_period_close(cell)
    if close is None:
        month = read_month(cell, LocaleFormat())
        return build_period(month) if month else None
    return build_period(*close) if fiscal_year_starts == 1 else None


def _read_periods_below(grid: Grid, header_row: int, fiscal_year_starts: int) -> dict[int, Period]:
    """Return row -> period of the rows under a header row, if each begins with another period; else nothing."""
    periods: dict[int, Period] = {}
    for row in range(header_row + 1, len(grid.rows)):
        label = next((cell for cell in grid.rows[row] if not is_blank(cell)), None)
        period = _read_period(label, fiscal_year_starts)
        if period is None:
            break
        periods[row] = period
    is_table = len(periods) >= _LEAST_PERIODS and len(set(periods.values())) == len(periods)
    return periods if is_table else {}


def _read_label(label: str, title: str, currency: str) -> tuple[Figure, int] | None:
    """Return the figure of a label and its factor to MRR; None if it is no MRR or ARR of the whole company.

    A label without MRR or ARR, such as that of a closing or a total, takes it from the tab's title.
    """
    if "%" in label:
        return None
    words = _split_words(label)
    measures = words & _FACTORS.keys()
    others = words - measures - _NEUTRAL_WORDS - {currency.casefold()}
    if measures:
        others -= _CUSTOMER_WORDS
    figure = _find_figure(others - _TOTAL_WORDS)
    if figure is None:
        return None
    if not measures and others:
        title_words = _split_words(_SPLIT.sub("", fold(title)))
        # A total may be that of anything in the tab, a closing only that of what the tab is about.
        is_plain_title = not title_words - _FACTORS.keys() - _NEUTRAL_WORDS - _TOTAL_WORDS
        if others - _TOTAL_WORDS or is_plain_title:
            measures = title_words & _FACTORS.keys()
    return (figure, _FACTORS[measures.pop()]) if len(measures) == 1 else None


def _find_figure(words: set[str]) -> Figure | None:
    """Return the figure that all words of a label name; no word is the close."""
    if not words:
        return "close"
    if words & _NET_WORDS:
        # "Net MRR" alone may be MRR after discounts.
        others = words - _NET_WORDS
        return "net" if others and others <= _FIGURE_WORDS["new"] | {"change", "variation"} else None
    return next((figure for figure, names in _FIGURE_WORDS.items() if words <= names), None)


def _split_words(text: str) -> set[str]:
    folded = fold(text)
    for name, measure in _LONG_NAMES:
        folded = name.sub(measure, folded)
    return set(_WORDS.findall(folded))
