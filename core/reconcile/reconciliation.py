"""A figure of someone else on this ledger: the definitions that give it exactly, and what sets them apart from ours.

A figure with one decimal, 104.1, means every ratio from 104.05% up to but not including 104.15%: those that are shown
as 104.1%. Ratios are exact fractions, so a definition gives the figure or does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import numpy as np

from core.errors import N_, QuestionError, Sentence
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.money import parse_share, round_fraction, to_units
from core.months import Calendar, Month, Period, Window
from core.query.question import Question
from core.reconcile.counting import CutWindow, Tally
from core.reconcile.definitions import DEFINITIONS, Definition, count_base
from core.reports.answer_json import build_head_json
from core.reports.scope import (
    YEAR,
    Origin,
    QuestionReader,
    Scope,
    require_cohort_method,
    require_ends,
    require_history,
)
from core.sources.exclusions import Excluded, build_excluded_json, measure_excluded_accounts
from core.terms import Metric

_NEAREST = 3
_FIGURE = re.compile(
    r"""
    "[^"]*"
    | (?<![\w.,%=/-])(?P<digits>\d{1,3}(?:[.,]\d{1,3})?)
      (?P<sign>\s*(?:%|(?:percent|per\ cent|pct|pour\ cent|pourcent)\b))?
      (?![\w/-]|[.,]\d)
      (?!\s*(?:months?|mois|quarters?|trimestres?|years?|ans?|ann[ée]es?|days?|jours?)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WHICH_FIGURE = N_("There is no figure to reconcile in the question.")
_NAME_FIGURE = N_("Give it as you have it, with its decimals: reconcile 104.1 enterprise Q3.")
_TWO_FIGURES = N_("The question names two figures: {first} and {second}.")
_ONE_FIGURE = N_("Ask about one at a time: reconcile {first}.")


@dataclass(frozen=True, slots=True)
class ReconciliationRequest:
    """A figure of someone else, and the cut and the period that it is said to be of.

    Attributes:
        question: the cut and the ratio; its period is the last complete quarter where the words name none.
        percent: the figure in per cent, with the decimals that it was given with.
        in_period: whether the words name a period; else the usual ones are tried.

    """

    question: Question
    percent: Decimal
    in_period: bool

    @property
    def decimals(self) -> int:
        """The number of decimals of the figure."""
        exponent = self.percent.as_tuple().exponent
        return -exponent if isinstance(exponent, int) else 0

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The lowest ratio that is shown as the figure, and the lowest one above that is not."""
        half = Fraction(1, 2 * 10**self.decimals)
        exact = Fraction(self.percent)
        return (exact - half) / 100, (exact + half) / 100

    def round(self, ratio: Fraction, least: int = 0) -> Decimal:
        """Return a ratio in per cent with the decimals of the figure, and `least` decimals or more."""
        decimals = max(self.decimals, least)
        return to_units(round_fraction(ratio * 100 * 10**decimals), decimals)


@dataclass(frozen=True, slots=True)
class AccountDifference:
    """An account that a definition counts differently from ours.

    Attributes:
        id: the account.
        name: its name.
        row: its first row in the revenue tab, 0 if none.
        starting: the definition's MRR of it in the denominator less ours, minor units.
        kept: the same of the numerator.

    """

    id: str
    name: str
    row: int
    starting: int
    kept: int


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """The amounts that set a definition apart from ours; those of the accounts add up to those of the sums exactly.

    Attributes:
        starting: our denominator, minor units.
        kept: our numerator.
        starting_change: the definition's denominator less ours.
        kept_change: the same of the numerator.
        accounts: every account that it counts differently, the largest effect on the ratio first.

    """

    starting: int
    kept: int
    starting_change: int
    kept_change: int
    accounts: tuple[AccountDifference, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A definition in one window.

    Attributes:
        definition: the plainest definition that has this very ratio there.
        metric: the ratio that it is of.
        period: the window.
        ratio: its ratio.
        ours: our own ratio in that window.
        equals: the other definitions that have the same ratio there.
        steps: how many things differ from what was asked about: the definition, the ratio, the window.

    """

    definition: Definition
    metric: Metric
    period: Period
    ratio: Fraction
    ours: Fraction
    equals: tuple[Definition, ...]
    steps: int

    @property
    def is_ours(self) -> bool:
        """True where the plainest definition is our own."""
        return self.definition is DEFINITIONS[0]


@dataclass(frozen=True, slots=True, eq=False)
class Reconciliation:
    """The definitions that give a figure.

    Attributes:
        request: the question.
        matches: those that give it exactly, the plainest first.
        nearest: where none does, the nearest ones, the nearest first.
        difference: what sets the first of `matches` apart from ours, account by account; None where its ratio is not
            made of amounts of accounts, and without a match.
        own: our own ratio of the asked cut in the question's period; None without a base.
        periods: the windows that were tried.
        tried: the number of definitions and windows that have a ratio.
        excluded: the accounts that are in no figure.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    request: ReconciliationRequest
    matches: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...]
    difference: Difference | None
    own: Fraction | None
    periods: tuple[Period, ...]
    tried: int
    excluded: Excluded
    segments: Segments
    origin: Origin

    def measure_distance(self, candidate: Candidate) -> Decimal:
        """Return how many points a ratio is above the figure, negative below it, with one decimal or those of both."""
        decimals = max(self.request.decimals, 1)
        return to_units(
            round_fraction((candidate.ratio * 100 - Fraction(self.request.percent)) * 10**decimals), decimals
        )


def read_reconciliation(text: str, reader: QuestionReader) -> ReconciliationRequest:
    """Return what "104.1 enterprise Q3" asks for. The decimals count: 104 is any ratio that is shown as 104%.

    Raises:
        QuestionError: the text has no figure or two, or its other words are no question.

    """
    match = _find_figure(text)
    question_text = f"{text[: match.start()]} {text[match.end() :]}"
    default = reader.read("").period
    question = reader.read(question_text, default)
    require_cohort_method(question)
    percent = Decimal(match["digits"].replace(",", "."))
    return ReconciliationRequest(question, percent, question.period is not default)


def _find_figure(text: str) -> re.Match[str]:
    """Return the figure: what is in per cent, else what has decimals, else a number that is no part of a period."""
    numbers = [match for match in _FIGURE.finditer(text) if match["digits"]]
    if not numbers:
        raise QuestionError(_WHICH_FIGURE, _NAME_FIGURE)
    in_percent = [match for match in numbers if match["sign"]]
    with_decimals = [match for match in numbers if not match["digits"].isdigit()]
    likely = in_percent or with_decimals or numbers
    if len(likely) > 1:
        first, second = likely[0]["digits"], likely[1]["digits"]
        raise QuestionError(_TWO_FIGURES, _ONE_FIGURE, first=first, second=second)
    return likely[0]


def reconcile(request: ReconciliationRequest, scope: Scope) -> Reconciliation:
    """Return the definitions that give a figure on this ledger; where none does, the nearest ones.

    With a period the figure is sought in it, then in the twelve months and the quarter that end with it; without one
    in the last complete quarter, the twelve months, the last calendar year, the year to date and the last month.

    Raises:
        QuestionError: the sheet cannot show that an account left, or lacks a close of the period.

    """
    segments, ledger, question = scope.segments, scope.ledger, request.question
    require_ends(ledger)
    if request.in_period:
        require_history(ledger, question.period)
    periods = [period for period in _list_periods(request, ledger, scope.calendar) if ledger.covers(period.window)]
    # One window after the other, so that the arrays of one are gone before those of the next are made.
    candidates = [entry for period in periods for entry in _list_candidates(request, period, segments)]
    low, high = request.bounds
    ranked = sorted((entry for entry in candidates if low <= entry.ratio < high), key=_rank)
    # A definition with one figure for both ratios, as of logos, is one match: that of the ratio asked about.
    matches = list({(entry.definition.key, entry.period, entry.ratio): entry for entry in reversed(ranked)}.values())
    matches.sort(key=ranked.index)
    share = parse_share(request.percent)
    nearest = sorted(candidates, key=lambda entry: (abs(entry.ratio - share), *_rank(entry)))[:_NEAREST]
    asked = question.period.window
    return Reconciliation(
        request,
        tuple(matches),
        () if matches else tuple(nearest),
        _measure_difference(matches[0], CutWindow(segments, question.filters, matches[0].period.window))
        if matches
        else None,
        next((entry.ours for entry in candidates if entry.period.window == asked), None),
        tuple(periods),
        sum(1 + len(entry.equals) for entry in candidates),
        measure_excluded_accounts(segments, question.filters, asked),
        segments,
        scope.origin,
    )


def _list_periods(request: ReconciliationRequest, ledger: Ledger, calendar: Calendar) -> Sequence[Period]:
    """Return the periods to try, each window once, the likeliest first."""
    asked = request.question.period
    if request.in_period:
        end = asked.window.end
        periods = [asked, _build_year(end), Period("range", Window.ending(end, 3))]
    else:
        last = ledger.last
        year = last.year if last.number == YEAR else last.year - 1
        begun = Window(calendar.year_end(calendar.year_of(last)) - YEAR, last)
        periods = [
            asked,
            _build_year(last),
            Period("year", Window.ending(Month.of(year, YEAR), YEAR), year=year),
            Period("ytd", begun),
            Period("month", Window.ending(last, 1), number=last.number),
        ]
    by_window: dict[Window, Period] = {}
    for period in periods:
        by_window.setdefault(period.window, period)
    return list(by_window.values())


def _build_year(end: Month) -> Period:
    return Period("ttm", Window.ending(end, YEAR))


def _list_candidates(request: ReconciliationRequest, period: Period, segments: Segments) -> Iterator[Candidate]:
    """Yield the definitions in one window, those with one ratio together."""
    asked = request.question
    cut = CutWindow(segments, asked.filters, period.window)
    for metric in get_args(Metric):
        ours = count_base(cut, metric).ratio
        if ours is None:
            continue
        by_ratio: dict[Fraction, list[Definition]] = {}
        for definition in DEFINITIONS:
            ratio = _compute_ratio(definition, cut, metric) if metric in definition.metrics else None
            if ratio is not None:
                by_ratio.setdefault(ratio, []).append(definition)
        for ratio, (first, *equals) in by_ratio.items():
            is_other_window = request.in_period and period.window != asked.period.window
            steps = (first is not DEFINITIONS[0]) + (metric != asked.metric) + is_other_window
            yield Candidate(first, metric, period, ratio, ours, tuple(equals), steps)


def _compute_ratio(definition: Definition, cut: CutWindow, metric: Metric) -> Fraction | None:
    count = definition.count(cut, metric)
    return count.ratio if isinstance(count, Tally) else count


def _rank(candidate: Candidate) -> tuple[int, int]:
    """Return how plain a candidate is; those of one rank keep the order of the windows."""
    return candidate.steps, DEFINITIONS.index(candidate.definition)


def _measure_difference(candidate: Candidate, cut: CutWindow) -> Difference | None:
    theirs = candidate.definition.count(cut, candidate.metric)
    if not isinstance(theirs, Tally):
        return None
    ours = count_base(cut, candidate.metric)
    starting, kept = theirs.starting - ours.starting, theirs.kept - ours.kept
    # The effect on the ratio, to first order: it ranks the accounts and is not shown.
    effect = np.abs(kept - float(candidate.ours) * starting)
    index = np.flatnonzero((starting != 0) | (kept != 0))
    index = index[np.argsort(-effect[index], kind="stable")]
    accounts, rows = cut.ledger.accounts, cut.ledger.source_rows.first_rows
    return Difference(
        int(ours.starting.sum()),
        int(ours.kept.sum()),
        int(starting.sum()),
        int(kept.sum()),
        tuple(
            AccountDifference(accounts.ids[at], accounts.names[at], int(rows[at]), int(starting[at]), int(kept[at]))
            for at in index.tolist()
        ),
    )


def build_reconciliation_json(report: Reconciliation) -> dict[str, Any]:
    """Return the definitions as JSON: ratios as texts with the figure's decimals, money in minor units."""
    request, difference = report.request, report.difference
    low, high = request.bounds
    return {
        **build_head_json(request.question, report.segments.ledger, report.origin),
        "percent": str(request.percent),
        "from": _format_edge(low),
        "below": _format_edge(high),
        "ours": None if report.own is None else str(request.round(report.own, 1)),
        "periods": [
            {"period": period.label, "start": str(period.window.start), "end": str(period.window.end)}
            for period in report.periods
        ],
        "tried": report.tried,
        "matches": [_build_candidate_json(entry, report) for entry in report.matches],
        "nearest": [_build_candidate_json(entry, report) for entry in report.nearest],
        "difference": difference
        and {
            "starting_mrr": difference.starting,
            "kept_mrr": difference.kept,
            "starting_change": difference.starting_change,
            "kept_change": difference.kept_change,
            "accounts": len(difference.accounts),
        },
        "accounts": [
            {
                "account": account.id,
                "name": account.name,
                "row": account.row or None,
                "starting_change": account.starting,
                "kept_change": account.kept,
            }
            for account in (difference.accounts if difference else ())
        ],
        "excluded": build_excluded_json(report.excluded),
    }


def _format_edge(ratio: Fraction) -> str:
    """Return an edge of the figure, exactly: it has one decimal more than the figure."""
    numerator, denominator = (ratio * 100).as_integer_ratio()
    return f"{(Decimal(numerator) / Decimal(denominator)).normalize():f}"


def _build_candidate_json(candidate: Candidate, report: Reconciliation) -> dict[str, Any]:
    definition, request = candidate.definition, report.request
    return {
        "definition": definition.key,
        "name": str(Sentence(definition.name)),
        "counts": str(Sentence(definition.counts)),
        "formula": definition.formula,
        "published_by": definition.publisher or None,
        "published_as": definition.page or None,
        "metric": candidate.metric,
        "period": candidate.period.label,
        "start": str(candidate.period.window.start),
        "end": str(candidate.period.window.end),
        "figure": str(request.round(candidate.ratio, 0 if report.matches else 1)),
        "distance": str(report.measure_distance(candidate)),
        "ours": str(request.round(candidate.ours, 1)),
        "points": str(request.round(candidate.ratio - candidate.ours, 1)),
        "equals": [equal.key for equal in candidate.equals],
    }
