"""The weekly digest as a value: retention, its changes since the last digest, and what to do. No text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np

from core.errors import N_, Sentence
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import rank_accounts
from core.metrics.movements import MovementKind, classify_movement
from core.metrics.restatements import Restated, Restatement, net_restatements, period_of, select_headlines
from core.metrics.retention import select_base
from core.months import Month, Period, Window
from core.outlook.account_signals import RenewalsRequest, Signal, find_renewals
from core.query.question import Filter
from core.reports.answer import Answer, Figures, answer_question
from core.reports.scope import Scope, build_quarter_question

MOVERS = 3
# More rows would not be read, and Slack's limits are 100 rows and 10,000 characters.
SEGMENTS = 20
# Renewals at risk that are named.
FIRST_TO_CALL = 2


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

    """

    data_through: Month
    ratios: Mapping[str, Mapping[str, Fraction]]
    differing_totals: frozenset[str] = frozenset()

    def payload(self) -> dict[str, object]:
        """Return the figures as JSON can hold them."""
        texts = {label: {name: str(ratio) for name, ratio in ratios.items()} for label, ratios in self.ratios.items()}
        totals = sorted(self.differing_totals)
        return {"data_through": str(self.data_through), "ratios": texts, "differing_totals": totals}

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
        return cls(Month.parse(str(payload["data_through"])), ratios, frozenset(totals))


@dataclass(frozen=True, slots=True)
class RenewalsAtRisk:
    """The accounts that renew within `[signals] renewal_days` and show a signal of leaving.

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
class Digest:
    """One week's digest.

    Attributes:
        monday: the first day of the week.
        company: the answer for the whole company, last complete quarter and twelve months.
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
        renewals_at_risk: the accounts that renew soon and show a signal of leaving; None without any.

    """

    monday: dt.date
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
    renewals_at_risk: RenewalsAtRisk | None = None

    def record(self) -> Recorded:
        """Return the figures that the next digest compares with."""
        ratios = {_name_cut(answer): _list_ratios(answer) for answer in (self.company, *self.segments)}
        return Recorded(self.company.data_through, ratios, self.company.origin.differing_totals)

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
        """Return the change of a figure (`ttm_nrr`, `ttm_grr`, `nrr`, `grr`) since the last digest.

        None where one of the two digests had no such figure. A new quarter is a new figure, not a change of one, so
        the last digest's quarter is compared only when it is the same quarter.
        """
        now = _list_ratios(answer).get(name)
        before = self.previous.ratios.get(_name_cut(answer), {}).get(name) if self.previous else None
        return None if now is None or before is None else now - before


def _name_cut(answer: Answer) -> str:
    return answer.question.filters[0].value if answer.question.filters else ""


def _list_ratios(answer: Answer) -> dict[str, Fraction]:
    def named_ratios(figures: Figures | None, prefix: str) -> dict[str, Fraction]:
        pairs = {"nrr": figures.nrr, "grr": figures.grr} if figures else {}
        return {prefix + name: ratio for name, ratio in pairs.items() if ratio is not None}

    quarter = named_ratios(answer.asked, f"{answer.question.period.label} ")
    return {**named_ratios(answer.ttm, "ttm_"), **quarter}


def build_digest(
    scope: Scope,
    monday: dt.date,
    previous: Recorded | None = None,
    restatements: Sequence[Restatement] = (),
) -> Digest:
    """Return the digest of the week that begins with `monday`.

    Args:
        scope: the snapshot that it reports.
        monday: the first day of the week.
        previous: the figures of the last digest.
        restatements: restatements since the last digest, the oldest first.

    """
    segments, calendar = scope.segments, scope.calendar
    dimension = next(iter(segments.dimensions))

    def answer_cut(*filters: Filter) -> Answer:
        return answer_question(build_quarter_question(scope, *filters), scope)

    answers = [answer_cut(Filter(dimension, value)) for value in segments.askable[dimension]]
    with_base = [segment for segment in answers if _find_starting_mrr(segment)]
    largest = sorted(with_base, key=_find_starting_mrr, reverse=True)[:SEGMENTS]
    net_changes = net_restatements(restatements)
    names = [segment.question.filters[0].value for segment in largest]
    return Digest(
        monday=monday,
        company=answer_cut(),
        segments=tuple(segment for segment in with_base if segment in largest),
        unlisted=len(with_base) - len(largest),
        dimension=segments.heading(dimension),
        last_month=scope.ledger.last,
        ledger=scope.ledger,
        movers_since=scope.ledger.closes[-2] if len(scope.ledger.closes) > 1 else None,
        movers=_find_largest_movers(segments),
        previous=previous,
        restatements=tuple(restatements) if net_changes else (),
        restated=tuple(
            (period_of(restated.cell.window, calendar), restated)
            for restated in select_headlines(net_changes, calendar, dimension, names)
        ),
        renewals_at_risk=_find_renewals_at_risk(scope),
    )


def _find_renewals_at_risk(scope: Scope) -> RenewalsAtRisk | None:
    days = scope.thresholds.renewal_days
    renewals = find_renewals(RenewalsRequest(build_quarter_question(scope), days), scope)
    at_risk = renewals.has_sign
    index = renewals.index[at_risk]
    if not index.size:
        return None
    mrr = renewals.listed_mrr[at_risk]
    first = index[np.lexsort([renewals.renewal_days[at_risk], -mrr])[:FIRST_TO_CALL]]
    return RenewalsAtRisk(days, index.size, 12 * int(mrr.sum()), renewals.build_signals(first))


def _find_starting_mrr(answer: Answer) -> int:
    """Return the larger starting MRR of the two windows; 0 where neither has a base."""
    return max(answer.asked.bridge.starting, answer.ttm.bridge.starting if answer.ttm else 0)


def _find_largest_movers(segments: Segments) -> tuple[Mover, ...]:
    ledger = segments.ledger
    if len(ledger.closes) < 2:
        return ()
    base = select_base(ledger.as_billed, Window(*ledger.closes[-2:]))
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
