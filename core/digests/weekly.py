"""A digest as a value: retention of a cut, its changes since the last digest, and what to do. No text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.digests.fall import Fall, find_fall
from core.errors import N_, Sentence
from core.ledger.ledger import Ledger
from core.metrics.contributions import rank_accounts
from core.metrics.movements import MovementKind, classify_movement
from core.metrics.restatements import Restated, Restatement, net_restatements, period_of, select_headlines
from core.months import Calendar, Month, Period, Window
from core.outlook.account_signals import RenewalsRequest, Signal, find_renewals
from core.query.question import Filter
from core.reports.answer import Answer, answer_question
from core.reports.scope import Scope, build_quarter_question, build_year_question

MOVERS = 3
# More rows would not be read, and Slack's limits are 100 rows and 10,000 characters.
SEGMENTS = 20
# Renewals at risk that are named, and renewals in the table of the thread.
FIRST_TO_CALL, LARGEST = 2, 5
_TREND_CLOSES = 12


@dataclass(frozen=True, slots=True)
class Mover:
    """An account whose MRR changed since the close before the last; `amount` is the change, signed, minor units."""

    id: str
    name: str
    kind: MovementKind
    amount: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """The figures of a digest, kept so that the next one can report their changes.

    Attributes:
        data_through: the last month of its data.
        ratios: segment ("" the whole company) -> name of the figure -> exact ratio.
        differing_totals: the sheet's own totals that were not the sum of the accounts, as in Origin.
        problems: number of problems of each code in the sheet; None where they were not kept.
        targets: the yearly targets; None where they were not kept.

    """

    data_through: Month
    ratios: Mapping[str, Mapping[str, Fraction]]
    differing_totals: frozenset[str] = frozenset()
    problems: Mapping[str, int] | None = None
    targets: Mapping[str, Fraction] | None = None

    def payload(self) -> dict[str, object]:
        """Return the figures as JSON can hold them."""
        texts = {label: {name: str(ratio) for name, ratio in ratios.items()} for label, ratios in self.ratios.items()}
        totals = sorted(self.differing_totals)
        targets = {name: str(target) for name, target in (self.targets or {}).items()}
        return {
            "data_through": str(self.data_through),
            "ratios": texts,
            "differing_totals": totals,
            "problems": dict(self.problems or {}),
            "targets": targets,
        }

    @classmethod
    def restore(cls, payload: Mapping[str, object]) -> Self:
        """Return the figures that `payload` has written."""
        texts = payload["ratios"]
        if not isinstance(texts, Mapping):
            raise TypeError("a digest's payload keeps its ratios in a mapping")
        ratios = {label: {name: Fraction(text) for name, text in row.items()} for label, row in texts.items()}
        totals = payload.get("differing_totals", [])
        if not isinstance(totals, list):
            raise TypeError("a digest's payload keeps its totals in a list")
        problems, targets = payload.get("problems"), payload.get("targets")
        return cls(
            Month.parse(str(payload["data_through"])),
            ratios,
            frozenset(totals),
            dict(problems) if isinstance(problems, Mapping) else None,
            {name: Fraction(text) for name, text in targets.items()} if isinstance(targets, Mapping) else None,
        )


@dataclass(frozen=True, slots=True)
class Renewals:
    """The accounts that renew within `[signals] renewal_days`: all of them, or those with a sign of leaving.

    Attributes:
        days: the days.
        count: the number of accounts.
        arr: their ARR, minor units.
        first: the largest of them.

    """

    days: int
    count: int
    arr: int
    first: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class YearlyRatios:
    """The ratios of the twelve months that end with a month."""

    month: Month
    nrr: Fraction
    grr: Fraction


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a cut and a day.

    Attributes:
        day: the day that it is for.
        company: the answer for the cut: the twelve months to the last close, without them the last complete quarter.
        segments: the same for the segments with the most MRR at the start, in the order of the dimension.
        unlisted: number of further segments that have a base.
        dimension: the dimension of the segments.
        last_month: the last closed month.
        ledger: the ledger of the figures.
        movers_since: the close before it that the sheet has; None if there is only one.
        movers: the accounts that moved most since then, largest first.
        previous: the figures of the last digest; None for the first.
        restatements: restatements of closed periods since then, the oldest first.
        restated: the quarters and twelve months that these changed, of the company and the segments, the most
            important first, each from its value then to its value now.
        renewals: the accounts that renew soon; None without any.
        renewals_at_risk: those of them that have a sign of leaving; None without any.
        trend: the yearly ratios of the last twelve closes or less.
        missed: why the digest before was not posted; None where it was.
        fall: why NRR has fallen; None where it has not.
        has_newer_load: whether figures came from a newer load of a warehouse than the snapshot.

    """

    day: dt.date
    company: Answer
    segments: tuple[Answer, ...]
    unlisted: int
    dimension: str
    last_month: Month
    ledger: Ledger
    movers_since: Month | None
    movers: tuple[Mover, ...]
    previous: Recorded | None
    restatements: tuple[Restatement, ...] = ()
    restated: tuple[tuple[Period, Restated], ...] = ()
    renewals: Renewals | None = None
    renewals_at_risk: Renewals | None = None
    trend: tuple[YearlyRatios, ...] = ()
    missed: Sentence | None = None
    fall: Fall | None = None
    has_newer_load: bool = False

    def record(self) -> Recorded:
        """Return the figures that the next digest compares with."""
        ratios = {self._name_cut(answer): _list_ratios(answer) for answer in (self.company, *self.segments)}
        origin = self.company.origin
        return Recorded(self.company.data_through, ratios, origin.differing_totals, origin.problems, self.targets)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters of the cut; none for the whole company."""
        return self.company.question.filters

    @property
    def targets(self) -> dict[str, Fraction]:
        """The yearly targets of the cut; the edge of a range is none."""
        aims = self.company.assessment.aims
        return {metric: aim.value for metric, aim in aims.items() if aim.source != "range"}

    @property
    def new_problems(self) -> dict[str, int]:
        """The number of new problems of each code since the last digest; all of them in the first one."""
        before = self.previous.problems if self.previous else {}
        if before is None:
            return {}
        problems = self.company.origin.problems
        return {code: count - before.get(code, 0) for code, count in problems.items() if count > before.get(code, 0)}

    @property
    def changed_targets(self) -> dict[str, tuple[Fraction | None, Fraction | None]]:
        """The targets before and now, of each ratio whose target has changed since the last digest."""
        before = self.previous.targets if self.previous else None
        if before is None:
            return {}
        names = dict.fromkeys((*before, *self.targets))
        pairs = {name: (before.get(name), self.targets.get(name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing of the cut has changed since the last digest."""
        if self.previous is None or self.restatements or self.changed_targets or self.new_problems:
            return False
        changes = [self.change(self.company, f"ttm_{metric}") for metric in ("nrr", "grr")]
        return self.previous.data_through == self.company.data_through and not any(changes)

    def _name_cut(self, answer: Answer) -> str:
        return "" if answer is self.company else answer.question.filters[-1].value

    @property
    def cautions(self) -> tuple[Sentence, ...]:
        """The reasons to check the sheet; its own totals only if they changed since the last digest."""
        origin = self.company.origin
        before = self.previous.differing_totals if self.previous else frozenset()
        if origin.differing_totals == before:
            return origin.cautions_without_totals
        if origin.differing_totals:
            change = N_("The sheet's own totals differ from the sum of its accounts: see the tab NRR Problems.")
        else:
            change = N_("The differences of the sheet's own totals are fixed or accepted.")
        return (*origin.cautions_without_totals, Sentence(change))

    def change(self, answer: Answer, name: str) -> Fraction | None:
        """Return the change of a figure (`ttm_nrr`, `ttm_grr`) since the last digest.

        None where one of the two digests had no such figure.
        """
        now = _list_ratios(answer).get(name)
        before = self.previous.ratios.get(self._name_cut(answer), {}).get(name) if self.previous else None
        return None if now is None or before is None else now - before


def _list_ratios(answer: Answer) -> dict[str, Fraction]:
    pairs = {"ttm_nrr": answer.ttm.nrr, "ttm_grr": answer.ttm.grr} if answer.ttm else {}
    return {name: ratio for name, ratio in pairs.items() if ratio is not None}


def build_digest(
    scope: Scope,
    day: dt.date,
    previous: Recorded | None = None,
    restatements: Sequence[Restatement] = (),
    *,
    filters: Sequence[Filter] = (),
    dimension: str = "",
) -> Digest:
    """Return the digest of a day.

    Args:
        scope: the snapshot that it reports.
        day: the day.
        previous: the figures of the last digest.
        restatements: restatements since the last digest, the oldest first.
        filters: the cut; none for the whole company.
        dimension: the column by which the cut is broken down; empty for the first one that the cut does not name.

    """
    return compare_digest(measure_digest(scope, day, filters, dimension), scope.calendar, previous, restatements)


def measure_digest(scope: Scope, day: dt.date, filters: Sequence[Filter], dimension: str) -> Digest:
    """Return the digest of a day without its changes, which is the same for all subscriptions to a cut."""
    segments = scope.segments
    named = {entry.dimension for entry in filters}
    if dimension not in segments.dimensions:
        dimension = next((name for name in segments.dimensions if name not in named), next(iter(segments.dimensions)))

    renewals, at_risk = _find_renewals(scope, filters)
    # The rows of a table have no suggestions, and need no accounts of a warehouse.
    bare_scope = replace(
        scope,
        playbook=replace(scope.playbook, most=0),
        warehouse=scope.warehouse.skip_accounts() if scope.warehouse else None,
    )
    values = [] if dimension in named else segments.askable[dimension]
    questions = (build_year_question(scope, *filters, Filter(dimension, value)) for value in values)
    answers = [answer_question(question, bare_scope) for question in questions]
    with_base = [segment for segment in answers if _find_starting_mrr(segment)]
    if len(with_base) == 1:
        with_base = []  # its figures are those of the cut
    largest = sorted(with_base, key=_find_starting_mrr, reverse=True)[:SEGMENTS]
    return Digest(
        day=day,
        company=answer_question(build_year_question(scope, *filters), scope),
        segments=tuple(segment for segment in with_base if segment in largest),
        unlisted=len(with_base) - len(largest),
        dimension=segments.heading(dimension),
        last_month=scope.ledger.last,
        ledger=scope.ledger,
        movers_since=scope.ledger.closes[-2] if len(scope.ledger.closes) > 1 else None,
        movers=_find_largest_movers(scope, filters),
        previous=None,
        renewals=renewals,
        renewals_at_risk=at_risk,
        trend=_measure_trend(scope, filters),
        fall=find_fall(scope, filters),
    )


def compare_digest(
    digest: Digest,
    calendar: Calendar,
    previous: Recorded | None,
    restatements: Sequence[Restatement],
    missed: Sentence | None = None,
) -> Digest:
    """Return a digest with its changes since the last one.

    Args:
        digest: the digest.
        calendar: the fiscal calendar.
        previous: the figures of the last digest.
        restatements: restatements since the last digest, the oldest first.
        missed: why the digest before was not posted.

    """
    net_changes = net_restatements(restatements)
    if digest.filters:
        headlines = _select_headlines_of_cut(net_changes, calendar, digest.filters)
    else:
        cuts = [segment.question.filters[-1] for segment in digest.segments]
        dimension = cuts[0].dimension if cuts else ""
        headlines = select_headlines(net_changes, calendar, dimension, [entry.value for entry in cuts])
    return replace(
        digest,
        previous=previous,
        restatements=tuple(restatements) if net_changes and (headlines or not digest.filters) else (),
        restated=tuple((period_of(restated.cell.window, calendar), restated) for restated in headlines),
        missed=missed,
    )


def _select_headlines_of_cut(
    changes: Sequence[Restated], calendar: Calendar, filters: Sequence[Filter]
) -> list[Restated]:
    """Return the restated figures of a cut; only those of one value are recorded."""
    (entry, *others) = filters
    if others or entry.excluded:
        return []
    headlines = select_headlines(changes, calendar, entry.dimension, [entry.value])
    return [restated for restated in headlines if restated.cell.dimension]


def _measure_trend(scope: Scope, filters: Sequence[Filter]) -> tuple[YearlyRatios, ...]:
    ledger = scope.ledger
    years = [year for close in ledger.closes[-_TREND_CLOSES:] if ledger.covers(year := Window.ending(close, 12))]
    bridges = scope.cuts.measure_all(filters, years)
    return tuple(
        YearlyRatios(year.end, bridge.nrr, bridge.grr)
        for year, bridge in bridges.items()
        if bridge.nrr is not None and bridge.grr is not None
    )


def _find_renewals(scope: Scope, filters: Sequence[Filter]) -> tuple[Renewals | None, Renewals | None]:
    """Return the renewals of a cut, and those at risk."""
    days = scope.thresholds.renewal_days
    signals = find_renewals(RenewalsRequest(build_quarter_question(scope, *filters), days), scope)
    order = np.lexsort([signals.renewal_days, -signals.listed_mrr])

    def build(index: NDArray[np.intp], most: int) -> Renewals | None:
        if not index.size:
            return None
        arr = 12 * int(signals.signs.mrr[index].sum())
        return Renewals(days, index.size, arr, signals.build_signals(index[:most]))

    ranked = signals.index[order]
    return build(ranked, LARGEST), build(ranked[signals.has_sign[order]], FIRST_TO_CALL)


def _find_starting_mrr(answer: Answer) -> int:
    """Return the larger starting MRR of the two windows; 0 where neither has a base."""
    return max(answer.asked.bridge.starting, answer.ttm.bridge.starting if answer.ttm else 0)


def _find_largest_movers(scope: Scope, filters: Sequence[Filter]) -> tuple[Mover, ...]:
    closes = scope.ledger.closes
    if len(closes) < 2:
        return ()
    window = Window(*closes[-2:])
    selection = scope.billed_cuts.select(filters, [window])
    ledger, base = selection.ledger, selection.bases[window]
    change = base.end - base.start
    order = rank_accounts(ledger, base.index, np.abs(change), MOVERS)
    return tuple(
        Mover(
            ledger.accounts.ids[base.index[place]],
            ledger.accounts.names[base.index[place]],
            classify_movement(int(base.start[place]), int(base.end[place]), returning=bool(base.returning[place])),
            int(change[place]),
        )
        for place in order.tolist()
    )
