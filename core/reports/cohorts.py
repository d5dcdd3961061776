"""Accounts by the quarter or year of their first MRR, and what is kept of them at every close after: the triangle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, QuestionError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.money import ratio
from core.months import Calendar, Month, Period, Window
from core.query.question import Question
from core.query.tokens import clean, fold_word
from core.query.vocabulary import Vocabulary
from core.reports.answer import YEAR, Origin, head_json, percent_json, require_cohort_method, select_members

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
class Cell:
    """A cohort at one close.

    Attributes:
        close: which one.
        months: how long after the cohort's first close.
        mrr: MRR of all the cohort's accounts, at the rates of this close.
        accounts: how many of them pay.
        kept: MRR of those of its base, at the rates of the cohort's first close.
        kept_accounts: how many of these pay.

    """

    close: Month
    months: int
    mrr: int
    accounts: int
    kept: int
    kept_accounts: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Accounts whose first MRR came in one period.

    Attributes:
        period: which one; None for those that paid at the first close of the history, so that nobody knows.
        before: of these, the month before which they started; else None.
        first: the close that ends the period, or the one that the first close of the history lies in.
        accounts: how many belong to it.
        base: how many of them pay at its first close.
        starting: their MRR there.
        cells: its first close and every one after.

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
        """Return how much MRR of the base is kept at a close; None without a base."""
        return ratio(cell.kept, self.starting)

    def logos(self, cell: Cell) -> Fraction | None:
        """Return how many accounts of the base are kept at a close; None without a base."""
        return ratio(cell.kept_accounts, self.base)

    def after(self, months: int) -> Cell | None:
        """Return the cohort so long after its first close; None where the data does not go so far."""
        return next((cell for cell in self.cells if cell.months == months), None)


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The triangle.

    Attributes:
        question: the cut; its period is the whole history.
        grain: quarters or years of the fiscal calendar.
        cohorts: those that have accounts, oldest first; the one of unknown start before the others.
        best: the cohort of known start that keeps most of its revenue after twelve months; None where none is so old.
        worst: likewise the least.
        pending: how many accounts came in the period still running, whose first close is still to come.
        excluded: how many accounts of the cut are left out for errors in the sheet.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    grain: Grain
    cohorts: tuple[Cohort, ...]
    best: Cohort | None
    worst: Cohort | None
    pending: int
    excluded: int
    segments: Segments
    origin: Origin


def read_grain(text: str, vocabulary: Vocabulary) -> tuple[Grain, str]:
    """Return by what a text asks for cohorts, and the rest of it: "year enterprise", "par année PME". Else quarters.

    A value of the sheet that bears such a name, such as a plan "Annual", is that value.
    """
    words = clean(text).split()
    at = 0
    while at < len(words) and fold_word(words[at]) in _BEFORE_GRAIN:
        at += 1
    if at < len(words):
        grain = _GRAINS.get(fold_word(words[at].rstrip(",;:")))
        if grain and vocabulary.find(words[at]) is None:
            return grain, " ".join(words[at + 1 :])
    return "quarter", text


def whole_history(ledger: Ledger) -> Period:
    """Return the period of a question about cohorts, which covers every close."""
    return Period("range", Window(ledger.first - 1, ledger.last))


def build_cohorts(question: Question, grain: Grain, segments: Segments, origin: Origin, calendar: Calendar) -> Cohorts:
    """Return the cohorts of a cut, each with what is kept of it at every close.

    Raises:
        QuestionError: the question names a period, another method, or a dimension or value that the ledger does not
            have.

    """
    require_cohort_method(question)
    ledger = segments.ledger
    if question.period != whole_history(ledger):
        raise QuestionError(
            N_("Cohorts cover the whole history, and you asked for {period}."),
            N_("Leave the period out; {example} takes years instead of quarters."),
            period=question.period,
            example="cohorts year",
        )
    periods = list(_periods(ledger, grain, calendar))
    closes = [period.window.end for period in periods]
    # 0 for the unknown start, then one number per period; the last one is still running.
    numbers = np.searchsorted([ledger.first.until(close) for close in closes], ledger.first_paid) + 1
    numbers[ledger.first_paid == 0] = 0
    numbers[(ledger.first_paid == len(ledger.panel)) | ledger.accounts.excluded] = -1
    found = []
    for number, first in enumerate([*closes[:1], *closes]):
        index = np.flatnonzero((numbers == number) & _members(segments, question, first))
        if index.size:
            period = periods[number - 1] if number else None
            found.append(_cohort(ledger, index, period, first, [close for close in closes if close >= first]))
    rated = [
        (value, cohort)
        for cohort in found
        if cohort.period and (cell := cohort.after(YEAR)) and (value := cohort.revenue(cell)) is not None
    ]
    # Where no period has ended yet, those of unknown start wait for a close too.
    waiting = numbers == len(closes) + 1 if closes else numbers >= 0
    now = _members(segments, question, ledger.last)
    return Cohorts(
        question,
        grain,
        tuple(found),
        max(rated, key=lambda pair: (pair[0], pair[1].first), default=(None, None))[1],
        min(rated, key=lambda pair: (pair[0], -pair[1].first.ordinal), default=(None, None))[1],
        int(np.count_nonzero(waiting & now)),
        int(np.count_nonzero(now & ledger.accounts.excluded)),
        segments,
        origin,
    )


def _periods(ledger: Ledger, grain: Grain, calendar: Calendar) -> Iterator[Period]:
    """Yield the periods from the one that the history begins in, as far as they have ended."""
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


def _members(segments: Segments, question: Question, close: Month) -> NDArray[np.bool_]:
    """Return (accounts,) who is in the cut at a close; who does not pay there, by the MRR of the last one."""
    return select_members(segments, question.filters, Window(close, max(close + 1, segments.ledger.last)))


def _cohort(
    ledger: Ledger, index: NDArray[np.intp], period: Period | None, first: Month, closes: list[Month]
) -> Cohort:
    base = ledger.own(first)[index] > 0
    cells = []
    for close in closes:
        own = ledger.own(close)[index]
        then = ledger.currencies.convert(own, first, index) * base
        cells.append(
            Cell(
                close,
                first.until(close),
                mrr=int(ledger.currencies.convert(own, close, index).sum()),
                accounts=int(np.count_nonzero(own)),
                kept=int(then.sum()),
                kept_accounts=int(np.count_nonzero(then)),
            )
        )
    before = None if period else ledger.first + 1
    return Cohort(period, before, first, len(index), cells[0].kept_accounts, cells[0].kept, tuple(cells))


def as_json(found: Cohorts) -> dict[str, Any]:
    """Return the triangle as JSON: money in minor units, retention as strings with one decimal."""

    def cell(cohort: Cohort, each: Cell) -> dict[str, Any]:
        return {
            "close": str(each.close),
            "months": each.months,
            "mrr": each.mrr,
            "accounts": each.accounts,
            "kept_mrr": each.kept,
            "kept_accounts": each.kept_accounts,
            "revenue_retention": percent_json(cohort.revenue(each)),
            "logo_retention": percent_json(cohort.logos(each)),
        }

    return {
        **head_json(found.question, found.segments.ledger, found.origin),
        "by": found.grain,
        "cohorts": [
            {
                "cohort": each.label,
                "first_close": str(each.first),
                "accounts": each.accounts,
                "base": each.base,
                "starting_mrr": each.starting,
                "closes": [cell(each, one) for one in each.cells],
            }
            for each in found.cohorts
        ],
        "best_after_12_months": found.best.label if found.best else None,
        "worst_after_12_months": found.worst.label if found.worst else None,
        "pending_accounts": found.pending,
        "excluded_accounts": found.excluded,
    }
