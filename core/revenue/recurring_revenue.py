"""MRR and ARR at a close: the total, its change, the movements behind it, the largest accounts; or by a column.

A cut is taken at each close itself: MRR of Enterprise in September is that of the accounts that are Enterprise at the
end of September. So the values of a column add up to the whole at every close, and movements need a further line,
`reclassified`, for accounts whose segment changed:

    end = start + new + reactivation + expansion - contraction - churn + fx_effect + reclassified
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, starmap
from typing import Any, Literal

from core.errors import Sentence
from core.ledger.history import explain_missing_close, explain_missing_ratio
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, list_contributions
from core.metrics.retention import Bridge
from core.money import compute_ratio, round_fraction
from core.months import Month, Period, Window
from core.query.question import Filter, Question
from core.reports.answer_json import build_contribution_json, build_head_json, format_percent
from core.reports.breakdown import read_dimension
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, require_close, require_cohort_method
from core.sources.closes import Level
from core.sources.cuts import Cuts
from core.sources.exclusions import Excluded, build_excluded_json
from core.sources.members import begin_window
from core.text import clean_text

RevenueMeasure = Literal["mrr", "arr"]

SPANS = (1, 3, YEAR)
LARGEST = 3
# A text in quotes is skipped.
_BY = re.compile(
    r"""\"[^"]*" | (?<![^\s=:(,])'[^']+'(?!\w) | (?<!\S)(?P<by>by|par)(?!\S)""", re.VERBOSE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RevenueRequest:
    """A measure, a cut, the period whose last close counts, and the dimension to break the cut down by, if any."""

    measure: RevenueMeasure
    question: Question
    dimension: str | None


@dataclass(frozen=True, slots=True)
class Revenue:
    """The accounts of a cut, or of one value of it, at a close. Amounts are MRR in minor units.

    Attributes:
        value: as the ledger has it, "Unassigned" where the cell is blank; empty for the whole cut.
        mrr: their MRR.
        accounts: the number of those that pay.
        year_ago: the MRR twelve months before; None where the sheet does not have that close.

    """

    value: str
    mrr: int
    accounts: int
    year_ago: int | None

    def average(self, months: int = 1) -> Fraction | None:
        """Return the revenue of so many months per account; None without accounts."""
        return compute_ratio(months * self.mrr, self.accounts)

    @property
    def change(self) -> int | None:
        """The change over twelve months."""
        return None if self.year_ago is None else self.mrr - self.year_ago


@dataclass(frozen=True, slots=True)
class Change:
    """The change of MRR since an earlier close.

    Attributes:
        months: the months between the two closes.
        month: the earlier close.
        before: the MRR there; None with a `reason`.
        amount: the change; None with a `reason`.
        accounts: the change of the number of paying accounts; None with a `reason`.
        reason: why the change is n/a, a phrase with a verb.

    """

    months: int
    month: Month
    before: int | None
    amount: int | None
    accounts: int | None
    reason: Sentence | None

    @property
    def ratio(self) -> Fraction | None:
        """The change as a share of the MRR before; None where there was none."""
        return None if self.amount is None or self.before is None else compute_ratio(self.amount, self.before)


@dataclass(frozen=True, slots=True)
class Movements:
    """The sums of the month-by-month movements of a cut. Amounts are MRR in minor units.

    Attributes:
        window: the first and the last close.
        start: MRR at the first close.
        new: MRR of accounts with their first MRR ever.
        reactivation: MRR of accounts that had none at the close before, and some earlier.
        expansion: MRR gained from accounts that pay more.
        contraction: MRR lost from accounts that pay less.
        churn: MRR lost from accounts that pay no more.
        fx_effect: the effect of exchange rates; 0 in one currency.
        reclassified: MRR of accounts that came into the cut as their segment changed, less that of those that left it.
        end: MRR at the last close.

    """

    window: Window
    start: int
    new: int
    reactivation: int
    expansion: int
    contraction: int
    churn: int
    fx_effect: int
    reclassified: int
    end: int


@dataclass(frozen=True, slots=True)
class RecurringRevenue:
    """The MRR of a cut at a close.

    Attributes:
        request: the measure, the cut and the period.
        whole: the cut undivided.
        changes: since the closes of 1, 3 and 12 months before; empty with a dimension.
        movements: those since the close before that the sheet has, mostly of one month; then those of the period where
            it is longer; empty with a dimension.
        movements_reason: why the movements of the period are n/a, a phrase with a verb.
        largest: the accounts with most MRR; empty with a dimension.
        rows: the values of the dimension with MRR at the close or twelve months before, those with most MRR first.
        excluded: the accounts that are excluded at the close.
        segments: the ledger.
        origin: the snapshot that it comes from.
        not_given: why a warehouse does not give the largest accounts.

    """

    request: RevenueRequest
    whole: Revenue
    changes: tuple[Change, ...]
    movements: tuple[Movements, ...]
    movements_reason: Sentence | None
    largest: tuple[Contribution, ...]
    rows: tuple[Revenue, ...]
    excluded: Excluded
    segments: Segments
    origin: Origin
    not_given: tuple[Sentence, ...] = ()

    @property
    def close(self) -> Month:
        """The close."""
        return self.request.question.period.window.end

    @property
    def year_reason(self) -> Sentence | None:
        """Why there is no MRR of twelve months before, a phrase with a verb; None where there is one."""
        return explain_missing_close(self.segments.ledger, Window.ending(self.close, YEAR))


def read_mrr(text: str, reader: QuestionReader) -> RevenueRequest:
    """Return what "enterprise 2026-09" or "by region 2026-09" asks for; without a period it is the last close.

    Raises:
        QuestionError: the text is no question, or names no column after "by".

    """
    return _read_revenue("mrr", text, reader)


def read_arr(text: str, reader: QuestionReader) -> RevenueRequest:
    """Return what "enterprise 2026-09" or "by region 2026-09" asks for, as ARR.

    Raises:
        QuestionError: the text is no question, or names no column after "by".

    """
    return _read_revenue("arr", text, reader)


def _read_revenue(measure: RevenueMeasure, text: str, reader: QuestionReader) -> RevenueRequest:
    last = reader.scope.ledger.last
    default = Period("month", Window.ending(last, 1), year=last.year, number=last.number)
    plain = clean_text(text)
    by = next((match for match in _BY.finditer(plain) if match["by"]), None)
    if by is None:
        return RevenueRequest(measure, reader.read(plain, default), None)
    dimension, other_words = read_dimension(plain[by.end() :], reader.vocabulary)
    return RevenueRequest(measure, reader.read(f"{plain[: by.start()]} {other_words}", default), dimension)


def measure_recurring_revenue(request: RevenueRequest, scope: Scope) -> RecurringRevenue:
    """Return the MRR of a cut at the close that ends a period.

    Raises:
        QuestionError: the sheet does not have that close, the question names a dimension or value that the ledger does
            not have, or another method.

    """
    question, segments, ledger, cuts = request.question, scope.segments, scope.ledger, scope.cuts
    require_cohort_method(question)
    require_close(ledger, question.period)
    close = question.period.window.end
    spans = (YEAR,) if request.dimension else SPANS
    earlier = [close - months for months in spans if ledger.has_close(close - months)]
    sums = cuts.measure_closes(question.filters, (close, *earlier))
    year_ago = sums.get(close - YEAR)
    whole = Revenue("", *sums[close], year_ago[0] if year_ago else None)
    excluded = cuts.exclude(question.filters, begin_window(ledger, close))
    if request.dimension:
        rows = _list_values(cuts, question.filters, request.dimension, close)
        return RecurringRevenue(request, whole, (), (), None, (), rows, excluded, segments, scope.origin)
    changes = tuple(_measure_change(ledger, close, months, sums) for months in SPANS)
    movements, reason = _list_movements(ledger, cuts, question)
    selection = cuts.select_close(question.filters, close)
    (base,) = selection.bases.values()
    largest = list_contributions(selection.ledger, base.index, base.start, LARGEST, base.starting)
    not_given = (selection.reason,) if selection.reason else ()
    return RecurringRevenue(
        request, whole, changes, movements, reason, largest, (), excluded, segments, scope.origin, not_given
    )


def _measure_change(ledger: Ledger, close: Month, months: int, sums: Mapping[Month, Level]) -> Change:
    month = close - months
    if month not in sums:
        return Change(months, month, None, None, None, explain_missing_close(ledger, Window(month, close)))
    (mrr, accounts), (before, accounts_before) = sums[close], sums[month]
    return Change(months, month, before, mrr - before, accounts - accounts_before, None)


def _list_movements(ledger: Ledger, cuts: Cuts, question: Question) -> tuple[tuple[Movements, ...], Sentence | None]:
    """Return the movements since the close before, then those of a longer period; and why the latter are n/a."""
    window = question.period.window
    earlier = [close for close in ledger.closes if close < window.end]
    windows = [Window(earlier[-1], window.end)] if earlier else []
    reason = explain_missing_close(ledger, window)
    if reason is None and window not in windows:
        windows.append(window)
    return tuple(sum_movements(ledger, cuts, question.filters, span) for span in windows), reason


def sum_movements(ledger: Ledger, cuts: Cuts, filters: Sequence[Filter], window: Window) -> Movements:
    """Return the month-by-month movements of a cut in a window, added up.

    Raises:
        KeyError: a close of the window is not in the panel, or not known.

    """
    closes = [close for close in ledger.closes if window.start <= close <= window.end]
    steps = cuts.measure_all(filters, list(starmap(Window, pairwise(closes))), as_billed=True).values()
    ends = cuts.measure_closes(filters, (window.start, window.end))
    start, end = ends[window.start][0], ends[window.end][0]

    def add_up(name: str) -> int:
        return sum(getattr(step, name) for step in steps)

    return Movements(
        window,
        start,
        new=add_up("new"),
        reactivation=add_up("reactivated"),
        expansion=add_up("expansion"),
        contraction=add_up("contraction"),
        churn=add_up("churn"),
        fx_effect=add_up("fx_effect"),
        # The total of a step has the accounts of the cut at its start, the next close those at the close itself.
        reclassified=end - start - sum(_measure_growth(step) for step in steps),
        end=end,
    )


def _measure_growth(step: Bridge) -> int:
    return step.total - step.starting


def _list_values(cuts: Cuts, filters: Sequence[Filter], dimension: str, close: Month) -> tuple[Revenue, ...]:
    before = close - YEAR
    now = cuts.split_close(filters, dimension, close)
    year_ago = cuts.split_close(filters, dimension, before) if cuts.segments.ledger.has_close(before) else None
    rows = [
        Revenue(value, mrr, accounts, year_ago[value][0] if year_ago else None)
        for value, (mrr, accounts) in now.items()
    ]
    return tuple(sorted((row for row in rows if row.mrr or row.year_ago), key=lambda row: -row.mrr))


def build_recurring_revenue_json(revenue: RecurringRevenue) -> dict[str, Any]:
    """Return MRR and ARR as JSON: amounts in minor units, ratios as strings with one decimal."""
    request, ledger, whole = revenue.request, revenue.segments.ledger, revenue.whole

    def build_row_json(row: Revenue) -> dict[str, Any]:
        return {
            "value": row.value or None,
            "mrr": row.mrr,
            "arr": YEAR * row.mrr,
            "share": format_percent(compute_ratio(row.mrr, whole.mrr)),
            "accounts": row.accounts,
            "average_mrr": _round_average(row.average()),
            "average_arr": _round_average(row.average(YEAR)),
            "change_12_months": row.change,
            "change_12_months_percent": format_percent(
                None if row.change is None else compute_ratio(row.change, row.year_ago or 0)
            ),
        }

    def build_movements_json(movements: Movements) -> dict[str, Any]:
        return {
            "start": str(movements.window.start),
            "end": str(movements.window.end),
            "start_mrr": movements.start,
            "new": movements.new,
            "reactivation": movements.reactivation,
            "expansion": movements.expansion,
            "contraction": movements.contraction,
            "churn": movements.churn if ledger.coverage.can_leave else None,
            "fx_effect": movements.fx_effect,
            "reclassified": movements.reclassified,
            "end_mrr": movements.end,
        }

    return {
        **build_head_json(request.question, ledger, revenue.origin),
        **({"not_given": list(map(str, revenue.not_given))} if revenue.not_given else {}),
        "measure": request.measure,
        "close": str(revenue.close),
        "complete": request.question.period.complete,
        "by": request.dimension,
        "whole": build_row_json(whole),
        "rows": [build_row_json(row) for row in revenue.rows],
        "change_12_months_reason": _format_reason(revenue.year_reason),
        "changes": [
            {
                "months": change.months,
                "month": str(change.month),
                "start_mrr": change.before,
                "change": change.amount,
                "change_percent": format_percent(change.ratio),
                "accounts_change": change.accounts,
                "reason": _format_reason(change.reason),
            }
            for change in revenue.changes
        ],
        "movements": [build_movements_json(movements) for movements in revenue.movements],
        "movements_reason": _format_reason(revenue.movements_reason),
        "churn_reason": _format_reason(explain_missing_ratio(ledger)),
        "largest": [{**build_contribution_json(account), "arr": YEAR * account.amount} for account in revenue.largest],
        "excluded": build_excluded_json(revenue.excluded),
    }


def _round_average(average: Fraction | None) -> int | None:
    return None if average is None else round_fraction(average)


def _format_reason(reason: Sentence | None) -> str | None:
    return str(reason) if reason else None
