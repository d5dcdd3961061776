"""The scope of a question: everything that its answer follows from, the words that name its cut, and the cut itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.months import Calendar, Month, Period, Window
from core.playbook.playbook import Playbook, Targets
from core.query.periods import find_last_quarter
from core.query.question import Filter, Question, parse_question
from core.query.vocabulary import Vocabulary
from core.terms import Component, Metric
from core.thresholds import SignalThresholds

YEAR = 12
COMPONENT_ORDER: tuple[Component, ...] = ("expansion", "contraction", "churn")
TargetSource = Literal["segment", "company", "config"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The snapshot that an answer is computed from.

    Attributes:
        id: its number in the store.
        synced_at: when the workbook was read, UTC.
        version: the workbook's version then.
        problems: number of problems of each code in the sheet.
        workbook: the workbook's name.

    """

    id: int
    synced_at: dt.datetime
    version: str
    problems: Mapping[str, int]
    workbook: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Everything that an answer follows from, of one snapshot and one day.

    Attributes:
        segments: the ledger and its dimensions.
        origin: the snapshot that the ledger comes from.
        calendar: the fiscal calendar.
        playbook: benchmarks and levers.
        targets: the yearly targets of the config, used where the sheet gives none.
        thresholds: the values at which a fact about an account becomes a signal.
        today: the day from which renewals are counted.

    """

    segments: Segments
    origin: Origin
    calendar: Calendar
    playbook: Playbook
    targets: Targets
    thresholds: SignalThresholds
    today: dt.date

    @property
    def ledger(self) -> Ledger:
        """The ledger of the snapshot."""
        return self.segments.ledger


@dataclass(frozen=True, slots=True, eq=False)
class QuestionReader:
    """Reads words about one scope.

    Attributes:
        scope: the snapshot that is asked about.
        vocabulary: its dimensions and values, as people name them.
        metric: the figure that comes first unless the words name another.

    """

    scope: Scope
    vocabulary: Vocabulary
    metric: Metric

    def read(self, text: str, default: Period | None = None) -> Question:
        """Return the question in `text`.

        Args:
            text: the words, in any order.
            default: the period where the words name none; the last complete quarter when None.

        Raises:
            QuestionError: a word was not understood, or the words contradict each other.

        """
        return parse_question(text, self.vocabulary, self.scope.calendar, self.scope.ledger.last, self.metric, default)


def read_question(text: str, reader: QuestionReader) -> Question:
    """Return the question in `text`; its period is the last complete quarter where the words name none.

    Raises:
        QuestionError: a word was not understood, or the words contradict each other.

    """
    return reader.read(text)


def build_quarter_question(scope: Scope, *filters: Filter) -> Question:
    """Return the question about the last complete quarter: of the whole company, or of the cut by `filters`."""
    return Question("nrr", filters, find_last_quarter(scope.calendar, scope.ledger.last))


@dataclass(frozen=True, slots=True)
class Excluded:
    """The excluded accounts of a question: those that the sheet's errors keep out of every figure.

    Attributes:
        accounts: number of excluded accounts that the question would cover.
        mrr: their readable MRR at the window's start, minor units: the least that is excluded.
        unpriced: number of them whose amounts no rate turns into the reporting currency; `mrr` holds none of these.

    """

    accounts: int
    mrr: int
    unpriced: int


def select_members(segments: Segments, filters: Sequence[Filter], window: Window) -> Mask:
    """Return (accounts,) True where an account meets a filter of each of their dimensions at the window's start.

    Raises:
        QuestionError: a filter names a dimension or value that does not exist.

    """
    mask = np.ones(segments.ledger.accounts.count, dtype=np.bool_)
    for dimension in dict.fromkeys(entry.dimension for entry in filters):
        values = [entry.value for entry in filters if entry.dimension == dimension]
        mask &= np.logical_or.reduce([segments.members(dimension, value, window) for value in values])
    return mask


def require_history(ledger: Ledger, period: Period) -> None:
    """Check that the history reaches back to the start of a period.

    Raises:
        QuestionError: it does not.

    """
    if not ledger.covers(period.window):
        raise QuestionError(
            N_("{period} needs the close of {month}, and the history begins with {first}."),
            N_("Ask for a later period."),
            period=period,
            month=period.window.start,
            first=ledger.first,
        )


def explain_short_history(ledger: Ledger, end: Month) -> Sentence | None:
    """Return why there are no twelve months to the close of `end`: fewer than 13 closes; None where there are."""
    closes = ledger.closes_until(end)
    return None if closes > YEAR else Sentence(N_("needs 13 month closes, there are {count}"), {"count": closes})


def require_cohort_method(question: Question) -> None:
    """Check that a question asks for the cohort method, where a report has no other.

    Raises:
        QuestionError: it asks for another method.

    """
    if question.method != "cohort":
        raise QuestionError(
            N_('This is by the cohort method only, and you asked for "{method}".'),
            N_("Leave that word out; `methods` shows the three side by side."),
            method=question.method,
        )


def choose_targets(ledger: Ledger, filters: Sequence[Filter], defaults: Targets) -> Targets:
    """Return the yearly targets of a cut, by the rule of `choose_target`."""
    return Targets(
        choose_target(ledger, filters, "nrr", defaults)[0], choose_target(ledger, filters, "grr", defaults)[0]
    )


def choose_target(
    ledger: Ledger, filters: Sequence[Filter], metric: Metric, defaults: Targets
) -> tuple[Fraction, TargetSource]:
    """Return the yearly target of a cut for one ratio, and its source.

    The sheet's row of the segment comes first, then its row of the whole company, then the defaults of the config. A
    cut of several segments has no row.
    """
    names = [entry.value for entry in filters if entry.dimension in {"segment", "size"}]
    if len(names) == 1 and (names[0], metric) in ledger.targets:
        return ledger.targets[names[0], metric], "segment"
    if ("", metric) in ledger.targets:
        return ledger.targets["", metric], "company"
    return (defaults.nrr if metric == "nrr" else defaults.grr), "config"


def measure_excluded_accounts(segments: Segments, filters: Sequence[Filter], window: Window) -> Excluded:
    """Return the accounts with an error that would belong to a window."""
    ledger = segments.ledger
    if not ledger.covers(window):
        return Excluded(0, 0, 0)
    excluded = select_members(segments, filters, window) & ledger.accounts.excluded
    return Excluded(
        accounts=int(np.count_nonzero(excluded)),
        mrr=int(ledger.mrr(window.start, window.start)[excluded & ~ledger.accounts.unpriced].sum()),
        unpriced=int(np.count_nonzero(excluded & ledger.accounts.unpriced)),
    )


def bound_excluded_mrr(segments: Segments, filters: Sequence[Filter], window: Window) -> int:
    """Return the most MRR that can be excluded from a window: each excluded account's highest known MRR."""
    ledger = segments.ledger
    excluded = select_members(segments, filters, window) & ledger.accounts.excluded & ~ledger.accounts.unpriced
    most = np.zeros(ledger.accounts.count, dtype=np.int64)
    most[excluded] = ledger.panel[:, excluded].max(axis=0)
    return int(ledger.currencies.convert(most, window.start).sum())
