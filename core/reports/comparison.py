"""Two windows or two cuts against each other, and their exact difference: by component and by account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Panel
from core.ledger.history import choose_default_period
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import measure_component
from core.metrics.retention import Base, Bridge
from core.months import Month, Period, Window
from core.query.question import Question
from core.query.sides import split_sides
from core.query.tokens import fold_word
from core.reports.answer_json import build_head_json, build_window_json, format_percent
from core.reports.scope import (
    COMPONENT_ORDER,
    Origin,
    QuestionReader,
    Scope,
    require_cohort_method,
    require_ends,
    require_history,
)
from core.reports.trend import MADE_OF, SIGNS
from core.sources.exclusions import Excluded, build_excluded_json
from core.terms import Component, Metric
from core.text import clean_text, fold

LISTED = 100

# A year that is written out, and a quarter or half.
_YEAR = re.compile(r"(?:19|20)\d\d|\bfy ?\d\d", re.IGNORECASE)
_PART = re.compile(r"\b[qths] ?[1-4]\b")
# With one of these words a side is the whole company, not the cut of the other side.
_WHOLE_COMPANY = frozenset(
    "company total overall everyone everybody whole global globale ensemble tous toutes".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class ExplainedDifference:
    """The part of the difference that one account explains.

    Attributes:
        index: its place in the ledger.
        id: its id.
        name: its name.
        changes: the change of its MRR in each of the two windows, minor units; 0 where it is not in the base.
        parts: component -> its part of the difference of NRR, as a ratio; amount / starting MRR of the first window,
            less the same of the second.

    """

    index: int
    id: str
    name: str
    changes: tuple[int, int]
    parts: Mapping[Component, Fraction]

    def by(self, metric: Metric) -> Fraction:
        """Return its part of the difference of a ratio."""
        return sum((self.parts[name] for name in MADE_OF[metric]), Fraction(0))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two questions side by side. Differences are of the first less the second.

    Attributes:
        questions: the two questions.
        bridges: their bridges, each at the rates of its start close.
        components: component -> its part of the difference of NRR; they add up to it, and those of contraction and
            churn to the difference of GRR. Empty where one side has no base.
        accounts: those that explain most of the ratio asked for, at most 100, largest first.
        unlisted_accounts: number of accounts after these that explain anything.
        excluded: number of accounts of either side that are excluded for errors in the sheet.
        exclusions: the accounts and rows that are excluded from each side.
        segments: the ledger.
        origin: the snapshot that it comes from.
        not_given: why a warehouse does not give the accounts.

    """

    questions: tuple[Question, Question]
    bridges: tuple[Bridge, Bridge]
    components: Mapping[Component, Fraction]
    accounts: tuple[ExplainedDifference, ...]
    unlisted_accounts: int
    excluded: int
    exclusions: tuple[Excluded, Excluded]
    segments: Segments
    origin: Origin
    not_given: tuple[Sentence, ...] = ()

    def difference(self, metric: Metric) -> Fraction | None:
        """Return a ratio of the first less that of the second; None where one of them has no base."""
        first, second = (bridge.nrr if metric == "nrr" else bridge.grr for bridge in self.bridges)
        return None if first is None or second is None else first - second

    def rest(self, metric: Metric, shown: int) -> Fraction:
        """Return the part of the difference of a ratio that the accounts after the first `shown` explain together."""
        whole = self.difference(metric) or Fraction(0)
        return whole - sum((account.by(metric) for account in self.accounts[:shown]), Fraction(0))

    @property
    def like_for_like(self) -> bool:
        """Whether both windows have the same length."""
        return self.bridges[0].window.months == self.bridges[1].window.months


def read_comparison(text: str, reader: QuestionReader) -> tuple[Question, Question]:
    """Return the two questions of "Q3 vs Q2".

    The second has the cut of the first where it names none, its period where it names none, and its year where it
    names a quarter or a half without one: "Q3 2025 vs Q2". The first has the period of the second where it names none
    itself and the second is another cut: "enterprise vs smb Q3"; it has the cut of the second where both name a period
    and it names no cut: "Q3 vs Q2 enterprise". A ratio that either names comes first on both.

    Raises:
        QuestionError: the text has not two sides, a side could not be read or asks for another method, or both sides
            are the same.

    """
    sides = split_sides(text) or (text, "")
    default = choose_default_period(reader.scope.ledger, reader.scope.calendar)
    first = reader.read(sides[0], default)
    unsaid = first.period
    second = replace(reader, metric=first.metric).read(sides[1], unsaid)
    first = replace(first, metric=second.metric)
    for question in (first, second):
        require_cohort_method(question)
    second = replace(second, period=_align_year(sides, first.period, second.period, reader.scope.ledger.last))
    whole_company = _names_whole_company(sides[1])
    names_both_periods = first.period is not default and second.period is not unsaid
    if not second.filters and not whole_company:
        second = replace(second, filters=first.filters)
    elif not first.filters and names_both_periods and not _names_whole_company(sides[0]):
        first = replace(first, filters=second.filters)
    elif unsaid is default and set(second.filters) != set(first.filters):
        first = replace(first, period=second.period)
    if (set(first.filters), first.period.window) == (set(second.filters), second.period.window):
        raise QuestionError(
            N_("Both sides are the same: {period}."),
            N_("Name two periods or two segments, such as {example}."),
            period=first.period,
            example="Q3 vs Q2",
        )
    return first, replace(second, metric=first.metric)


def _names_whole_company(side: str) -> bool:
    return any(fold_word(word) in _WHOLE_COMPANY for word in side.split())


def _align_year(sides: tuple[str, str], first: Period, second: Period, data_through: Month) -> Period:
    """Return the second period in the year that the first side names, if it names none and the data covers it."""
    named = [bool(_YEAR.search(clean_text(side))) for side in sides]
    if named != [True, False] or second.kind not in {"quarter", "half"} or not _PART.search(fold(clean_text(sides[1]))):
        return second
    months = 12 * (first.year - second.year)
    window = Window(second.window.start + months, second.window.end + months)
    return replace(second, window=window, complete=True, year=first.year) if window.end <= data_through else second


def compare_sides(questions: tuple[Question, Question], scope: Scope) -> Comparison:
    """Return two questions against each other; the cohort method.

    Raises:
        QuestionError: a question names a dimension or value that the ledger does not have, the sheet lacks a close
            of a window, or it has no ends.

    """
    segments, ledger = scope.segments, scope.ledger
    require_ends(ledger)
    for question in questions:
        require_history(ledger, question.period)
    first, second = (scope.cuts.measure(question.filters, question.period.window) for question in questions)
    exclusions = [scope.cuts.exclude(question.filters, question.period.window) for question in questions]
    components: dict[Component, Fraction] = {}
    if first.starting and second.starting:
        components = {name: _measure_share(first, name) - _measure_share(second, name) for name in COMPONENT_ORDER}
    one, other = ((question.period.window, question.filters) for question in questions)
    compared = scope.cuts.compare(one, other, questions[0].metric)
    accounts: tuple[ExplainedDifference, ...] = ()
    explaining = 0
    if components:
        sides = _Side(compared.ledger, compared.bases[0], first), _Side(compared.ledger, compared.bases[1], second)
        accounts, explaining = _rank_accounts(compared.ledger, *sides, questions[0].metric)
    if compared.explaining is not None:
        explaining = compared.explaining
    return Comparison(
        questions,
        (first, second),
        components,
        accounts,
        explaining - len(accounts),
        compared.excluded,
        (exclusions[0], exclusions[1]),
        segments,
        scope.origin,
        (compared.reason,) if compared.reason else (),
    )


def _measure_share(bridge: Bridge, component: Component) -> Fraction:
    """Return a component as a share of the starting MRR; losses are negative."""
    return Fraction(SIGNS[component] * getattr(bridge, component), bridge.starting)


class _Side:
    """One side: its bridge, and the part of each account of the ledger in each component.

    Attributes:
        bridge: the cohort bridge.
        amounts: component -> (accounts,) signed MRR in minor units; losses are negative.

    """

    def __init__(self, ledger: Ledger, base: Base, bridge: Bridge) -> None:
        self.bridge = bridge
        self.amounts: dict[Component, Panel] = {}
        for name in COMPONENT_ORDER:
            self.amounts[name] = np.zeros(ledger.accounts.count, dtype=np.int64)
            self.amounts[name][base.index] = SIGNS[name] * measure_component(name, base.start, base.end)

    def share(self, component: Component, index: int) -> Fraction:
        """Return one account's part of a component as a share of the starting MRR; losses are negative."""
        return Fraction(int(self.amounts[component][index]), self.bridge.starting)

    def measure_changes(self, metric: Metric) -> Panel:
        """Return (accounts,) the part of each account in the numerator of a ratio: for NRR the change of its MRR."""
        changes = self.amounts["contraction"] + self.amounts["churn"]
        return changes + self.amounts["expansion"] if metric == "nrr" else changes


def _rank_accounts(
    ledger: Ledger, first: _Side, second: _Side, metric: Metric
) -> tuple[tuple[ExplainedDifference, ...], int]:
    """Return the accounts that explain most, by size and then id, and the number that explain anything.

    An account that lost as much in both, once by leaving, explains a component and not the ratio.
    """
    changed = np.flatnonzero((first.measure_changes(metric) != 0) | (second.measure_changes(metric) != 0))
    starts = first.bridge.starting, second.bridge.starting
    # (n,) over `changed`: the change of each account's MRR in either window, as integers and as a share of its start.
    first_changes, second_changes = first.measure_changes(metric)[changed], second.measure_changes(metric)[changed]
    first_shares, second_shares = first_changes / starts[0], second_changes / starts[1]
    parts = np.abs(first_shares - second_shares)
    # Floats only narrow the candidates down, with a margin above their error; those that remain are compared exactly.
    margin = 8 * np.finfo(np.float64).eps * (np.abs(first_shares) + np.abs(second_shares)).max(initial=0)
    # Near zero: decide exactly, by cross-multiplied integers, whether the account explains anything at all.
    unclear = parts <= margin
    has_churned = [(side.amounts["churn"][changed] != 0)[unclear].tolist() for side in (first, second)]
    explains_nothing = [
        one * starts[1] == other * starts[0] and left_in_first == left_in_second
        for one, other, left_in_first, left_in_second in zip(
            first_changes[unclear].tolist(), second_changes[unclear].tolist(), *has_churned, strict=True
        )
    ]
    explaining = len(changed) - sum(explains_nothing)
    if explaining < len(changed):
        keep = np.ones(len(changed), dtype=np.bool_)
        keep[np.flatnonzero(unclear)[np.array(explains_nothing)]] = False
        changed, first_changes, second_changes, parts = (
            changed[keep],
            first_changes[keep],
            second_changes[keep],
            parts[keep],
        )
    # The margin on both sides of the limit keeps every account that may be among the first in exact order.
    if len(changed) > LISTED:
        is_candidate = parts >= np.partition(parts, -LISTED)[-LISTED] - 2 * margin
        changed, first_changes, second_changes = (
            changed[is_candidate],
            first_changes[is_candidate],
            second_changes[is_candidate],
        )
    # Exact order: |first / its start - second / its start| over the common denominator, as Python integers; then by id.
    exact = sorted(
        zip(
            (
                -abs(one * starts[1] - other * starts[0])
                for one, other in zip(first_changes.tolist(), second_changes.tolist(), strict=True)
            ),
            (ledger.accounts.ids[index] for index in changed.tolist()),
            changed.tolist(),
            strict=True,
        )
    )
    return tuple(_explain_account(ledger, first, second, index) for _, _, index in exact[:LISTED]), explaining


def _explain_account(ledger: Ledger, first: _Side, second: _Side, index: int) -> ExplainedDifference:
    changes = tuple(sum(int(amounts[index]) for amounts in side.amounts.values()) for side in (first, second))
    parts = {name: first.share(name, index) - second.share(name, index) for name in COMPONENT_ORDER}
    return ExplainedDifference(
        index, ledger.accounts.ids[index], ledger.accounts.names[index], (changes[0], changes[1]), parts
    )


def build_comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as JSON: both WINDOWs, the difference in points, the accounts that explain it."""
    ledger, metric = comparison.segments.ledger, comparison.questions[0].metric

    def build_side_json(place: int) -> dict[str, Any]:
        question, bridge = comparison.questions[place], comparison.bridges[place]
        head = build_head_json(question, ledger, comparison.origin)["question"]
        return {
            **{key: value for key, value in head.items() if key in {"filters", "exclude", "period"}},
            "window": build_window_json(bridge, nrr=bridge.nrr, grr=bridge.grr, complete=question.period.complete),
            "excluded": build_excluded_json(comparison.exclusions[place]),
        }

    has_bases = bool(comparison.components)
    listed = len(comparison.accounts)
    return {
        **build_head_json(comparison.questions[0], ledger, comparison.origin),
        **({"not_given": list(map(str, comparison.not_given))} if comparison.not_given else {}),
        "versus": [build_side_json(0), build_side_json(1)],
        "like_for_like": comparison.like_for_like,
        "difference": {
            "nrr_points": format_percent(comparison.difference("nrr")),
            "grr_points": format_percent(comparison.difference("grr")),
        },
        "components": {
            name: {
                "nrr_points": format_percent(part),
                "grr_points": format_percent(part) if name in MADE_OF["grr"] else None,
            }
            for name, part in comparison.components.items()
        },
        "explained_by": metric,
        "accounts": [
            {
                "account": account.id,
                "name": account.name,
                "mrr": list(account.changes),
                "nrr_points": format_percent(account.by("nrr")),
                "grr_points": format_percent(account.by("grr")),
                **{f"{name}_points": format_percent(part) for name, part in account.parts.items()},
            }
            for account in comparison.accounts
        ],
        "other_accounts": {
            "count": comparison.unlisted_accounts,
            "nrr_points": format_percent(comparison.rest("nrr", listed)) if has_bases else None,
            "grr_points": format_percent(comparison.rest("grr", listed)) if has_bases else None,
        },
        "excluded_accounts": comparison.excluded,
    }
