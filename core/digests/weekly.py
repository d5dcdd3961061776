"""The weekly digest as a value: where retention stands, what moved since the last one, what to do. No text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np

from core.ledger.segments import Segments
from core.metrics.contributions import rank_accounts
from core.metrics.movements import Kind, movement_kind
from core.metrics.restatements import Restated, Restatement, headlines, net, period_of
from core.metrics.retention import select_base
from core.months import Calendar, Month, Period, Window
from core.outlook.account_signals import DEFAULTS, Signal, Thresholds, find_renewals
from core.playbook.playbook import Playbook, Targets
from core.query.periods import last_quarter
from core.query.question import Filter, Question
from core.reports.answer import Answer, Figures, Origin, answer_question

MOVERS = 4
# More rows than this nobody reads, and Slack takes 100 rows and 10,000 characters.
SEGMENTS = 20
# How far ahead a digest looks for renewals.
RENEWAL_DAYS = 60


@dataclass(frozen=True, slots=True)
class Mover:
    """An account whose MRR changed in the last closed month: by how much, signed, minor units."""

    id: str
    name: str
    kind: Kind
    amount: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a digest said, kept so that the next one can say what changed.

    Attributes:
        data_through: the last month of its data.
        ratios: segment ("" the whole company) -> name of the figure -> exact ratio.

    """

    data_through: Month
    ratios: Mapping[str, Mapping[str, Fraction]]

    def payload(self) -> dict[str, object]:
        """Return it as JSON can hold it."""
        texts = {label: {name: str(ratio) for name, ratio in found.items()} for label, found in self.ratios.items()}
        return {"data_through": str(self.data_through), "ratios": texts}

    @classmethod
    def restore(cls, payload: Mapping[str, object]) -> Self:
        """Return what `payload` gave."""
        texts = payload["ratios"]
        if not isinstance(texts, Mapping):
            raise TypeError("a digest's payload keeps its ratios in a mapping")
        ratios = {label: {name: Fraction(text) for name, text in found.items()} for label, found in texts.items()}
        return cls(Month.parse(str(payload["data_through"])), ratios)


@dataclass(frozen=True, slots=True)
class Digest:
    """One week's digest.

    Attributes:
        monday: the first day of the week.
        company: the answer for the whole company, last complete quarter and twelve months.
        segments: the same for the segments with the most MRR at the start, in the order of the dimension.
        unlisted: how many more segments there are that have a base.
        dimension: which dimension they are values of.
        last_month: the last closed month.
        movers: the accounts that moved most in it, largest first.
        previous: what the last digest said; None for the first.
        restatements: what changed in figures of closed periods since then, the oldest first.
        restated: the quarters and twelve months that these changed, of the company and the segments, most telling
            first, each from what it was then to what it is now.
        renewals_at_risk: the accounts that renew within RENEWAL_DAYS and show a sign of leaving, the soonest first.

    """

    monday: dt.date
    company: Answer
    segments: tuple[Answer, ...]
    unlisted: int
    dimension: str
    last_month: Month
    movers: tuple[Mover, ...]
    previous: Recorded | None
    restatements: tuple[Restatement, ...] = ()
    restated: tuple[tuple[Period, Restated], ...] = ()
    renewals_at_risk: tuple[Signal, ...] = ()

    def record(self) -> Recorded:
        """Return what the next digest needs to know of this one."""
        return Recorded(self.company.data_through, {_label(each): _ratios(each) for each in self._answers})

    @property
    def _answers(self) -> tuple[Answer, ...]:
        return (self.company, *self.segments)

    def change(self, each: Answer, name: str) -> Fraction | None:
        """Return by how much a figure (`ttm_nrr`, `ttm_grr`, `nrr`, `grr`) changed since the last digest.

        None where one of the two digests had no such figure. A new quarter is a new figure, not a change of one, so
        the last digest's quarter is compared only when it is the same quarter.
        """
        now = _ratios(each).get(name)
        before = self.previous.ratios.get(_label(each), {}).get(name) if self.previous else None
        return None if now is None or before is None else now - before


def _label(each: Answer) -> str:
    return each.question.filters[0].value if each.question.filters else ""


def _ratios(each: Answer) -> dict[str, Fraction]:
    def of(figures: Figures | None, prefix: str) -> dict[str, Fraction]:
        pairs = {"nrr": figures.nrr, "grr": figures.grr} if figures else {}
        return {prefix + name: ratio for name, ratio in pairs.items() if ratio is not None}

    return {**of(each.ttm, "ttm_"), **of(each.asked, f"{each.question.period.label} ")}


def build_digest(
    segments: Segments,
    origin: Origin,
    calendar: Calendar,
    playbook: Playbook,
    targets: Targets,
    monday: dt.date,
    today: dt.date,
    previous: Recorded | None = None,
    restatements: Sequence[Restatement] = (),
    thresholds: Thresholds = DEFAULTS,
) -> Digest:
    """Return the digest of the week that begins with `monday`.

    Args:
        segments: the ledger and its dimensions.
        origin: the snapshot it comes from.
        calendar: the fiscal calendar, for the last complete quarter.
        playbook: benchmarks and levers.
        targets: the yearly targets.
        monday: the first day of the week.
        today: for what is counted from today, such as renewals.
        previous: what the last digest said.
        restatements: what was restated since, the oldest first.
        thresholds: from where on a fact about an account is a sign.

    """
    ledger = segments.ledger
    period = last_quarter(calendar, ledger.last)
    dimension = next(iter(segments.dimensions))

    def about(*filters: Filter) -> Answer:
        return answer_question(Question("nrr", filters, period), segments, origin, playbook, targets, today)

    answers = [about(Filter(dimension, value)) for value in segments.askable[dimension]]
    based = [each for each in answers if _starting(each)]
    largest = sorted(based, key=_starting, reverse=True)[:SEGMENTS]
    changed = net(restatements)
    names = [each.question.filters[0].value for each in largest]
    ahead = find_renewals(Question("nrr", (), period), segments, origin, today, thresholds, RENEWAL_DAYS)
    return Digest(
        monday=monday,
        company=about(),
        segments=tuple(each for each in based if each in largest),
        unlisted=len(based) - len(largest),
        dimension=segments.heading(dimension),
        last_month=ledger.last,
        movers=_movers(segments),
        previous=previous,
        restatements=tuple(restatements) if changed else (),
        restated=tuple(
            (period_of(each.cell.window, calendar), each) for each in headlines(changed, calendar, dimension, names)
        ),
        renewals_at_risk=tuple(each for each in ahead.found if each.reasons),
    )


def _starting(each: Answer) -> int:
    """Return the larger starting MRR of the two windows; 0 where neither has a base."""
    return max(each.asked.bridge.starting, each.ttm.bridge.starting if each.ttm else 0)


def _movers(segments: Segments) -> tuple[Mover, ...]:
    ledger = segments.ledger
    window = Window.ending(ledger.last, 1)
    if not ledger.covers(window):
        return ()
    taken = select_base(ledger, window)
    change = taken.end - taken.start
    order = rank_accounts(ledger, taken.index, np.abs(change), MOVERS)
    return tuple(
        Mover(
            ledger.accounts.ids[taken.index[at]],
            ledger.accounts.names[taken.index[at]],
            movement_kind(int(taken.start[at]), int(taken.end[at]), returning=bool(taken.returning[at])),
            int(change[at]),
        )
        for at in order.tolist()
    )
