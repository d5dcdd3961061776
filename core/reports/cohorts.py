"""Accounts by the quarter or year of their first MRR, and their retention at every later close: the triangle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, QuestionError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.money import compute_ratio
from core.months import Calendar, Month, Period, Window
from core.query.question import Question
from core.query.tokens import fold_word
from core.query.vocabulary import Vocabulary
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, require_cohort_method, require_ends
from core.sources.members import select_members
from core.terms import Metric
from core.text import clean_text

Grain = Literal["quarter", "year"]

MONTHS: Mapping[Grain, int] = {"quarter": 3, "year": 12}
_GRAINS: Mapping[str, Grain] = {
    **dict.fromkeys(("quarter", "quarters", "quarterly", "trimestre", "trimestres", "trimestriel"), "quarter"),
    **dict.fromkeys(("trimestriels", "trimestrielle", "trimestrielles"), "quarter"),
    **dict.fromkeys(("year", "years", "yearly", "annual", "annee", "annees", "an", "ans", "exercice"), "year"),
    **dict.fromkeys(("annuel", "annuels", "annuelle", "annuelles"), "year"),
}
_BEFORE_GRAIN = frozenset(("by", "per", "each", "the", "par", "chaque", "l", "les"))


@dataclass(frozen=True, slots=True)
class CohortsRequest:
    """A cut over the whole history, and whether its cohorts are quarters or years."""

    question: Question
    grain: Grain


@dataclass(frozen=True, slots=True)
class Cell:
    """A cohort at one close.

    Attributes:
        close: the close.
        months: months since the cohort's first close.
        mrr: MRR of all the cohort's accounts, at the rates of this close.
        accounts: number of them that pay.
        kept_mrr: MRR of the accounts of its base, at the rates of the cohort's first close.
        kept_accounts: number of these that pay.
        gross_mrr: what they keep of the MRR that each had at the cohort's first close, at the same rates.

    """

    close: Month
    months: int
    mrr: int
    accounts: int
    kept_mrr: int
    kept_accounts: int
    gross_mrr: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Accounts whose first MRR came in one period.

    Attributes:
        period: the period; None for accounts that paid at the first close of the history: their start is not known.
        before: for these accounts the month before which they started; else None.
        first: the close that ends the period; for an unknown start, of the period that the history begins in.
        accounts: number of accounts that belong to it.
        base: number of them that pay at its first close; 0 if the sheet does not have that close.
        starting: their MRR there.
        cells: its first close and every later one that the sheet has; empty if it does not have the first.

    """

    period: Period | None
    before: Month | None
    first: Month
    accounts: int
    base: int
    starting: int
    cells: tuple[Cell, ...]

    @property
    def label(self) -> str:
        """Its name in the interfaces: `Q3 2025`, `FY25`, `before 2023-11`."""
        return self.period.label if self.period else f"before {self.before}"

    def revenue(self, cell: Cell) -> Fraction | None:
        """Return the share of the base's MRR that is kept at a close; None without a base."""
        return compute_ratio(cell.kept_mrr, self.starting)

    def gross(self, cell: Cell) -> Fraction | None:
        """Return the GRR of the base at a close; None without a base."""
        return compute_ratio(cell.gross_mrr, self.starting)

    def ratio(self, cell: Cell, metric: Metric) -> Fraction | None:
        """Return the revenue that is kept by one of the two ratios; None without a base."""
        return self.revenue(cell) if metric == "nrr" else self.gross(cell)

    def logos(self, cell: Cell) -> Fraction | None:
        """Return the share of the base's accounts that is kept at a close; None without a base."""
        return compute_ratio(cell.kept_accounts, self.base)

    def after(self, months: int) -> Cell | None:
        """Return the cell so many months after the first close; None where the data ends before."""
        return next((cell for cell in self.cells if cell.months == months), None)


@dataclass(frozen=True, slots=True)
class Average:
    """The cohorts of known start together, so many months after their first closes: each weighs by its base.

    Attributes:
        months: months since the first close.
        cohorts: number of cohorts that have a base and a cell there.
        is_mature: whether all cohorts with a base are so old.
        starting: MRR of their bases at the first closes.
        base: number of accounts of their bases.
        kept_mrr: MRR of these accounts.
        gross_mrr: what they keep of the MRR that each had.
        kept_accounts: number of these that pay.

    """

    months: int
    cohorts: int
    is_mature: bool
    starting: int
    base: int
    kept_mrr: int
    gross_mrr: int
    kept_accounts: int

    @property
    def revenue(self) -> Fraction | None:
        """The share of the MRR that is kept."""
        return compute_ratio(self.kept_mrr, self.starting)

    @property
    def gross(self) -> Fraction | None:
        """The GRR."""
        return compute_ratio(self.gross_mrr, self.starting)

    @property
    def logos(self) -> Fraction | None:
        """The share of the accounts that is kept."""
        return compute_ratio(self.kept_accounts, self.base)

    def ratio(self, metric: Metric) -> Fraction | None:
        """Return the revenue that is kept by one of the two ratios."""
        return self.revenue if metric == "nrr" else self.gross


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The triangle.

    Attributes:
        question: the cut; its period is the whole history.
        grain: quarters or years of the fiscal calendar.
        cohorts: those that have accounts, oldest first; the one of unknown start before the others.
        averages: the cohorts of known start together, by months since the first close.
        best: the cohort of known start that keeps most of its revenue after twelve months; None where none is so old.
        worst: the cohort of known start that keeps least; None where none is so old.
        pending: number of accounts that came in the current period, which has no close yet.
        excluded: number of accounts of the cut that are excluded for errors in the sheet.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    grain: Grain
    cohorts: tuple[Cohort, ...]
    averages: tuple[Average, ...]
    best: Cohort | None
    worst: Cohort | None
    pending: int
    excluded: int
    segments: Segments
    origin: Origin


def read_cohorts(text: str, reader: QuestionReader) -> CohortsRequest:
    """Return what "year enterprise" asks for: a grain and a cut over the whole history.

    Raises:
        QuestionError: the words after the grain are no question.

    """
    grain, question_text = read_grain(text, reader.vocabulary)
    return CohortsRequest(reader.read(question_text, whole_history(reader.scope.ledger)), grain)


def read_grain(text: str, vocabulary: Vocabulary) -> tuple[Grain, str]:
    """Return the grain that a text begins with, else quarters, and the rest: "year enterprise", "par année PME".

    A value of the sheet with such a name, such as a plan "Annual", is read as that value.
    """
    words = clean_text(text).split()
    at = 0
    while at < len(words) and fold_word(words[at]) in _BEFORE_GRAIN:
        at += 1
    if at < len(words):
        grain = _GRAINS.get(fold_word(words[at].rstrip(",;:")))
        if grain and vocabulary.find_filter(words[at]) is None:
            return grain, " ".join(words[at + 1 :])
    return "quarter", text


def whole_history(ledger: Ledger) -> Period:
    """Return the period of a question about cohorts, which covers every close."""
    return Period("range", Window(ledger.first - 1, ledger.last))


def build_cohorts(request: CohortsRequest, scope: Scope) -> Cohorts:
    """Return the cohorts of a cut, each with its retention at every close.

    Raises:
        QuestionError: the question names a period, another method, or a dimension or value that the ledger does not
            have, or the sheet has no ends.

    """
    question, grain, segments, ledger = request.question, request.grain, scope.segments, scope.ledger
    require_cohort_method(question)
    require_ends(ledger)
    if question.period != whole_history(ledger):
        raise QuestionError(
            N_("Cohorts cover the whole history, and you asked for {period}."),
            N_("Leave the period out; {example} takes years instead of quarters."),
            period=question.period,
            example="cohorts year",
        )
    periods = list(_list_periods(ledger, grain, scope.calendar))
    closes = [period.window.end for period in periods]
    # (accounts,) the cohort's number: 0 for an unknown start, then one per period; the last one has not ended. -1 is
    # for accounts that never paid and for excluded ones.
    numbers = np.searchsorted([ledger.first.until(close) for close in closes], ledger.first_paid) + 1
    numbers[ledger.first_paid == 0] = 0
    numbers[(ledger.first_paid == len(ledger.panel)) | ledger.accounts.excluded] = -1
    cohorts = []
    for number, first in enumerate([*closes[:1], *closes]):
        # Sizes are those of the first close that the sheet has from there on.
        known = next(close for close in ledger.closes if close >= first)
        index = np.flatnonzero((numbers == number) & _select_members(segments, question, known))
        if index.size:
            period = periods[number - 1] if number else None
            cohorts.append(_build_cohort(ledger, index, period, first, [close for close in closes if close >= first]))
    rated = [
        (value, cohort)
        for cohort in cohorts
        if cohort.period and (cell := cohort.after(YEAR)) and (value := cohort.ratio(cell, question.metric)) is not None
    ]
    # Where no period has ended yet, accounts of unknown start are pending too.
    waiting = numbers == len(closes) + 1 if closes else numbers >= 0
    now = _select_members(segments, question, ledger.last)
    return Cohorts(
        question,
        grain,
        tuple(cohorts),
        tuple(_list_averages([cohort for cohort in cohorts if cohort.period and cohort.starting])),
        max(rated, key=lambda pair: (pair[0], pair[1].first), default=(None, None))[1],
        min(rated, key=lambda pair: (pair[0], -pair[1].first.ordinal), default=(None, None))[1],
        int(np.count_nonzero(waiting & now)),
        int(np.count_nonzero(now & ledger.accounts.excluded)),
        segments,
        scope.origin,
    )


def _list_averages(cohorts: Sequence[Cohort]) -> Iterator[Average]:
    """Yield the average of cohorts with a base at each number of months that one of them has."""
    for months in sorted({cell.months for cohort in cohorts for cell in cohort.cells if cell.months}):
        pairs = [(cohort, cell) for cohort in cohorts if (cell := cohort.after(months))]
        yield Average(
            months,
            len(pairs),
            len(pairs) == len(cohorts),
            sum(cohort.starting for cohort, _ in pairs),
            sum(cohort.base for cohort, _ in pairs),
            sum(cell.kept_mrr for _, cell in pairs),
            sum(cell.gross_mrr for _, cell in pairs),
            sum(cell.kept_accounts for _, cell in pairs),
        )


def _list_periods(ledger: Ledger, grain: Grain, calendar: Calendar) -> Iterator[Period]:
    """Yield the periods that have ended, from the one that the history begins in."""
    months = MONTHS[grain]
    year, number = calendar.part_of(ledger.first, months)
    window = calendar.span(year, months, number)
    while window.end <= ledger.last:
        year, number = calendar.part_of(window.end, months)
        if grain == "quarter":
            yield Period("quarter", window, year=year, number=number)
        else:
            yield Period("year" if calendar.first_month == 1 else "fiscal_year", window, year=year)
        window = Window(window.end, window.end + months)


def _select_members(segments: Segments, question: Question, close: Month) -> NDArray[np.bool_]:
    """Return (accounts,) True for the cut at a close; sizes are by the last close where an account does not pay."""
    return select_members(segments, question.filters, Window(close, max(close + 1, segments.ledger.last)))


def _build_cohort(
    ledger: Ledger, index: NDArray[np.intp], period: Period | None, first: Month, closes: list[Month]
) -> Cohort:
    before = None if period else ledger.first + 1
    if not ledger.has_close(first):
        # What it kept cannot be known without its first close.
        return Cohort(period, before, first, len(index), 0, 0, ())
    # (n,) the MRR at the first close, at its rates.
    starting = ledger.mrr(first, first)[index]
    base = starting > 0
    cells = []
    for close in filter(ledger.has_close, closes):
        own = ledger.read_own_mrr(close)[index]
        # Retention is at the rates of the first close, so that a rate that moves retains nothing.
        retained = ledger.currencies.convert(own, first, index) * base
        cells.append(
            Cell(
                close,
                first.until(close),
                mrr=int(ledger.currencies.convert(own, close, index).sum()),
                accounts=int(np.count_nonzero(own)),
                kept_mrr=int(retained.sum()),
                kept_accounts=int(np.count_nonzero(retained)),
                gross_mrr=int(np.minimum(starting, retained).sum()),
            )
        )
    return Cohort(period, before, first, len(index), cells[0].kept_accounts, cells[0].kept_mrr, tuple(cells))


def build_cohorts_json(cohorts: Cohorts) -> dict[str, Any]:
    """Return the triangle as JSON: money in minor units, retention as strings with one decimal."""

    def build_cell_json(cohort: Cohort, cell: Cell) -> dict[str, Any]:
        return {
            "close": str(cell.close),
            "months": cell.months,
            "mrr": cell.mrr,
            "accounts": cell.accounts,
            "kept_mrr": cell.kept_mrr,
            "kept_accounts": cell.kept_accounts,
            "gross_mrr": cell.gross_mrr,
            "revenue_retention": format_percent(cohort.revenue(cell)),
            "gross_retention": format_percent(cohort.gross(cell)),
            "logo_retention": format_percent(cohort.logos(cell)),
        }

    return {
        **build_head_json(cohorts.question, cohorts.segments.ledger, cohorts.origin),
        "by": cohorts.grain,
        "cohorts": [
            {
                "cohort": cohort.label,
                "first_close": str(cohort.first),
                "accounts": cohort.accounts,
                "base": cohort.base,
                "starting_mrr": cohort.starting,
                "closes": [build_cell_json(cohort, cell) for cell in cohort.cells],
            }
            for cohort in cohorts.cohorts
        ],
        "averages": [
            {
                "months": average.months,
                "cohorts": average.cohorts,
                "is_mature": average.is_mature,
                "base": average.base,
                "starting_mrr": average.starting,
                "revenue_retention": format_percent(average.revenue),
                "gross_retention": format_percent(average.gross),
                "logo_retention": format_percent(average.logos),
            }
            for average in cohorts.averages
        ],
        "best_after_12_months": cohorts.best.label if cohorts.best else None,
        "worst_after_12_months": cohorts.worst.label if cohorts.worst else None,
        "pending_accounts": cohorts.pending,
        "excluded_accounts": cohorts.excluded,
    }
